"""IP addresses, v4 and v6; a software version of four parts is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address

Candidate = tuple[int, str, int, int]  # how sure, type, start, end

SURE = 7
_DOT = r"(?: {0,2}[.。·•] {0,2}| ?(?:点|dot|DOT) ?| ?[\[(][.。][\])] ?)"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|\d{1,2})"
_V4 = re.compile(rf"(?<![0-9])(?<![0-9]\.){_OCTET}(?:{_DOT}{_OCTET}){{3}}(?![0-9])(?!\.[0-9])")
_SPACED_V4 = re.compile(
    r"(?<![0-9])(?:[0-9] ){1,3}[.] (?:[0-9] ){1,3}[.] (?:[0-9] ){1,3}[.] (?:[0-9] ){0,2}[0-9](?![0-9])"
)
_V6 = re.compile(
    r"(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{1,4}:|::)(?:[0-9A-Fa-f]{0,4}:){1,7}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z:])"
)
_MACHINE = re.compile(
    r"(?<![A-Za-z])(?:[Ii][Pp](?:v4|v6|V4|V6)?|ping|PING|DNS|dns|src|dst|SRC|DST|NAS|WAF|VPN|vpn|VPS|tracert|[Ww]i[Ff]i|host|HOST)"
    r"(?![A-Za-z])|地址|登录|登陆|网关|路由|内网|公网|外网|局域网|服务器|端口|网段|代理|防火墙|打印机|主机|认证页|机房|光猫"
)
_VERSION = re.compile(
    r"版本|固件|BIOS|bios|系统|更新|升级?到?|回退|降级?到?|刷到|驱动|内核|补丁|安装包|客户端|[Cc]hrome|[Aa]ndroid|安卓|"
    r"iOS|MacOS|macOS|[Vv]er(?:sion)?|(?<![A-Za-z])[VvRr](?=\Z| )|OS|APP|App|app|软件|型号|第|章|条款|标准"
)
_LOOK = 24  # characters around an address


def find_addresses_of_machines(seen: str, read: str) -> Iterator[Candidate]:
    """IP addresses of the reading. Linear."""
    last = -100
    for match in _V4.finditer(read):
        octets = [int(octet) for octet in re.findall(r"\d+", match.group())]
        if match.start() - last < _LOOK or _is_v4(seen, match.start(), match.end(), octets):
            yield SURE, "ip", match.start(), match.end()
            last = match.end()
    for match in _SPACED_V4.finditer(read):
        octets = [int(octet) for octet in match.group().replace(" ", "").split(".")]
        if max(octets) <= 255:
            yield SURE, "ip", match.start(), match.end()
    if ":" in seen:
        for match in _V6.finditer(seen):
            if _is_v6(seen, match):
                yield SURE, "ip", match.start(), match.end()


def _is_v4(seen: str, start: int, end: int, octets: list[int]) -> bool:
    before = seen[max(0, start - _LOOK) : start]
    machine = max((found.end() for found in _MACHINE.finditer(before)), default=-1)
    version = max((found.end() for found in _VERSION.finditer(before)), default=-1)
    if version > machine:
        # 系统后台出现117.177.1.54: the numbers of a version are small.
        return version < len(before) - 6 and sum(octet >= 32 for octet in octets) >= 3
    if machine >= 0 or octets[:2] == [192, 168]:
        return True
    if _MACHINE.search(seen, end, end + 12):
        return True
    return octets[0] > 0 and sum(octet >= 32 for octet in octets) >= 2


def _is_v6(seen: str, match: re.Match[str]) -> bool:
    found = match.group()
    try:
        IPv6Address(found)
    except AddressValueError:
        return False
    groups = [group for group in found.split(":") if group]
    if len(groups) >= 4 and len(found) >= 11:
        return True
    return len(groups) >= 2 and bool(_MACHINE.search(seen, max(0, match.start() - _LOOK), match.start()))
