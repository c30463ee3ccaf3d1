"""Settings: every knob with unit, range, default and one sentence. `VOC_…` overrides `voc.toml` in the home.

docs/settings.md lists each (a test compares the two).
"""

from __future__ import annotations

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from voc.errors import ConfigError

CONFIG_FILE = "voc.toml"
WORKSPACE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\Z")
_MIB = 1024 * 1024


class Settings(BaseSettings):
    """All settings of one installation; frozen."""

    model_config = SettingsConfigDict(env_prefix="VOC_", frozen=True, extra="forbid")

    home: Path = Field(Path(".voc"), description="Data folder: ledger, index, keys, logs.")
    database_url: SecretStr | None = Field(None, description="SQLAlchemy URL; unset: SQLite in the home.")
    store_url: str | None = Field(
        None, description="Elasticsearch URLs, joined by commas; unset: embedded index in the home."
    )
    store_api_key: SecretStr | None = Field(None, description="API key for Elasticsearch.")
    store_user: str | None = Field(None, description="User for Elasticsearch, where no API key is used.")
    store_password: SecretStr | None = Field(None, description="Password of `store_user`.")
    store_replicas: int | None = Field(
        None, ge=0, le=10, description="Replicas an index; unset: 1 where there is a second data node."
    )
    workspace: str = Field("default", description="Workspace a command works in when none is named.")
    timezone: str = Field("Asia/Shanghai", description="Time zone of a new workspace (IANA name).")
    profile: str = Field("fast", pattern="^(fast|deep|auto)$", description="Engine profile.")
    taxonomy: str = Field("general", description="Taxonomy of a new workspace.")
    data_key: SecretStr | None = Field(
        None, description="Base64 of 32 bytes that encrypt raw text; unset: a 0600 file in the home."
    )
    id_key: SecretStr | None = Field(
        None, description="Base64 of 32 bytes that key pseudonyms; unset: a 0600 file in the home."
    )
    segmenter: str = Field(
        "rjieba", pattern="^(rjieba|jieba)$", description="Which implementation cuts words."
    )
    host: str = Field("127.0.0.1", description="Address `serve` listens on.")
    port: int = Field(8400, ge=0, le=65535, description="Port `serve` listens on; 0 takes a free one.")
    language_processes: int = Field(
        2, ge=0, le=64, description="Processes for text and language work; 0 works in the worker itself."
    )
    batch_documents: int = Field(1000, ge=1, le=10000, description="Documents a worker claims at once.")
    lease_s: float = Field(
        60.0, ge=0.5, le=3600, description="Seconds a claim is held before another worker may take it."
    )
    max_attempts: int = Field(
        3, ge=1, le=20, description="Times a document is tried before it goes to dead letters."
    )
    poll_s: float = Field(
        0.5, ge=0.05, le=60, description="Seconds an idle worker waits before it looks again."
    )
    max_text_chars: int = Field(
        100_000, ge=1, le=10_000_000, description="Longest text in characters; longer goes to dead letters."
    )
    max_line_bytes: int = Field(
        16 * _MIB, ge=1024, le=1024 * _MIB, description="Longest line or row of an input file in bytes."
    )
    max_upload_bytes: int = Field(1024 * _MIB, ge=1024, description="Largest uploaded file in bytes.")
    max_body_bytes: int = Field(
        32 * _MIB, ge=1024, description="Largest request body (other than an import) in bytes."
    )
    max_records_per_request: int = Field(1000, ge=1, le=10_000, description="Most records in one request.")
    max_archive_entries: int = Field(1000, ge=1, le=100_000, description="Most entries of an archive.")
    max_unpacked_bytes: int = Field(
        500 * _MIB, ge=1024, description="Largest sum of an archive's unpacked entries in bytes."
    )
    max_archive_ratio: float = Field(
        100.0, ge=1, description="Largest ratio of unpacked to packed size of an entry."
    )
    max_workbook_bytes: int = Field(100 * _MIB, ge=1024, description="Largest workbook, unpacked, in bytes.")
    max_json_depth: int = Field(32, ge=2, le=200, description="Deepest nesting of a JSON record.")
    key_requests_per_s: float = Field(
        200.0, ge=0.01, le=1_000_000, description="Requests a second that a key may make in the long run."
    )
    key_burst: int = Field(1000, ge=1, le=1_000_000, description="Requests that a key may make at once.")
    key_running: int = Field(
        20, ge=1, le=1000, description="Running requests of one key, or of one address without a key."
    )
    address_requests_per_s: float = Field(
        20.0, ge=0.01, le=1_000_000, description="Requests a second of one address without a valid key."
    )
    address_burst: int = Field(
        200, ge=1, le=1_000_000, description="Requests at once of one address without a valid key."
    )
    address_connections: int = Field(
        100, ge=1, le=10_000, description="Open connections of one address that is no trusted proxy."
    )
    running_requests: int = Field(64, ge=1, le=1000, description="Running requests of an API process.")
    answer_timeout_s: float = Field(
        60.0, ge=0.1, le=3600, description="Seconds until an answer must begin, from the request's last byte."
    )
    client_timeout_s: float = Field(
        30.0, ge=0.1, le=3600, description="Seconds a client has for a request's head, and to read on."
    )
    client_bytes_per_s: int = Field(
        4096, ge=1, description="Slowest pace of a body in bytes a second, after `client_timeout_s`."
    )
    trusted_proxies: str = Field(
        "127.0.0.1,::1",
        description="Addresses and networks whose `X-Forwarded-For` is believed, joined by commas.",
    )
    min_people: int = Field(3, ge=1, le=1000, description="Fewest people before a figure is ranked.")
    window_days: int = Field(
        90, ge=1, le=3660, description="Default window in days, up to the newest document."
    )
    cursor_ttl_s: float = Field(86_400.0, ge=60, description="Seconds a listing cursor stays valid.")
    idempotency_ttl_s: float = Field(86_400.0, ge=60, description="Seconds an Idempotency-Key is remembered.")
    answer_max_age_s: float = Field(
        30.0,
        ge=0,
        le=3600,
        description="Oldest figures in seconds that a reader gets while another's are worked out; alone always fresh.",
    )
    answer_cache_bytes: int = Field(64 * _MIB, ge=0, description="Kept answers of figures together in bytes.")
    count_columns_max: int = Field(
        20_000_000, ge=1000, description="Most mentions a workspace counts exactly from columns."
    )
    log_level: str = Field(
        "info", pattern="^(debug|info|warning|error)$", description="Least severe event that is logged."
    )
    datasets: Path | None = Field(None, description="Folder of public data sets for `train` and `eval`.")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("not an IANA time zone such as Asia/Shanghai") from error
        return value

    @field_validator("workspace")
    @classmethod
    def _workspace_name(cls, value: str) -> str:
        if not WORKSPACE_NAME.match(value):
            raise ValueError("lower-case letters, digits, - and _ only, 63 at most")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        try:
            _parsed(value)
        except ValueError:
            raise ValueError("addresses or networks such as 10.0.0.0/8, joined by commas") from None
        return value

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """`trusted_proxies` as networks."""
        return _parsed(self.trusted_proxies)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order: arguments, environment, `voc.toml` in the home, defaults."""
        given = init_settings().get("home") or os.environ.get("VOC_HOME") or ".voc"
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(given) / CONFIG_FILE)


def _parsed(networks: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(one.strip()) for one in networks.split(",") if one.strip())


def load(**overrides: Any) -> Settings:
    """Settings of this process.

    Raises:
        ConfigError: a setting is unknown or out of range (VOC-E200), naming it and what it takes.
    """
    try:
        return Settings(**{k: v for k, v in overrides.items() if v is not None})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"setting {name}: {first['msg']}", cure="see docs/settings.md") from None
    except ValueError as error:  # a voc.toml that is not TOML
        raise ConfigError(f"{CONFIG_FILE} cannot be read: {error}", cure="mend or remove it") from None
