"""Where `voc serve` listens: a port or an address it cannot have is one line of ours and exit 2."""

from __future__ import annotations

import errno
import socket
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from voc_program import Program

from voc.cli.listening import address_of, listening
from voc.errors import ConfigError


def _line(done_stderr: bytes) -> str:
    """The one line that was said."""
    [line] = done_stderr.decode().splitlines()
    return line


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    voc = Program(tmp_path / "home")
    with closing(listening("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = voc.run("serve", "--port", port)
        # One line also where a note on the address would follow.
        wide = voc.run("serve", "--port", port, "--host", "0.0.0.0")
    for one, host in ((done, "127.0.0.1"), (wide, "0.0.0.0")):
        assert (one.returncode, one.stdout) == (2, b"")
        said = _line(one.stderr)
        assert said == (
            f"error VOC-E200: the port is taken, got {host} port {port}, choose another with --port"
        )


def test_a_second_serve_leaves_the_first_alone(tmp_path: Path) -> None:
    voc = Program(tmp_path / "home", {"VOC_LANGUAGE_PROCESSES": "0"})
    first = voc.start("serve", "--port", "0")
    try:
        assert first.stderr is not None
        address = first.stderr.readline().decode().split()[-1]
        second = voc.run("serve", "--port", address.rpartition(":")[2])
        assert second.returncode == 2
        assert _line(second.stderr).startswith("error VOC-E200: the port is taken, got ")
        assert httpx.get(f"{address}/healthz").status_code == 200
        first.terminate()
        assert first.wait(timeout=40) == 0
    finally:
        if first.poll() is None:
            first.kill()
        _, rest = first.communicate(timeout=40)
    assert rest == b"", rest  # nothing came between it and its worker


def test_of_two_that_are_bound_one_listens() -> None:
    with closing(socket.socket()) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        with closing(listening("127.0.0.1", port)):
            with pytest.raises(OSError) as late:
                other.listen()
            assert late.value.errno == errno.EADDRINUSE
            with pytest.raises(ConfigError, match="the port is taken"):
                listening("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "what"),
    [("203.0.113.9", "the address is not this machine's"), ("x" * 64, "the address is not known")],
)
def test_an_address_that_is_not_ours(host: str, what: str) -> None:
    with pytest.raises(ConfigError) as refused:
        listening(host, 0)
    assert (refused.value.code, refused.value.what) == ("VOC-E200", what)
    assert "--host" in refused.value.cure


def test_what_a_kernel_says_otherwise_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"errno": errno.EACCES}

    def bind(*_: object) -> None:
        raise OSError(said["errno"], "words of the system")

    monkeypatch.setattr(socket.socket, "bind", bind)
    with pytest.raises(ConfigError, match="this user may not listen on the port"):
        listening("127.0.0.1", 80)
    said["errno"] = errno.ENOBUFS
    with pytest.raises(ConfigError, match="cannot listen \\(ENOBUFS\\)"):
        listening("127.0.0.1", 80)


def test_an_address_reads_as_it_is_typed() -> None:
    with closing(listening("127.0.0.1", 0)) as made:
        port = made.getsockname()[1]
        assert address_of("127.0.0.1", made) == f"http://127.0.0.1:{port}"
        assert address_of("::1", made) == f"http://[::1]:{port}"
