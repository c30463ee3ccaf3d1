"""The socket `serve` listens on, or one line that says why there is none."""

from __future__ import annotations

import errno
import socket

from voc.errors import ConfigError

_BACKLOG = 2048
_HOST = "choose one of this machine's with --host"
_PORT = "choose another with --port"
# errno → what is wrong, what to do; all others are told by their name.
_REASONS = {
    errno.EADDRINUSE: ("the port is taken", _PORT),
    errno.EACCES: ("this user may not listen on the port", _PORT),
    errno.EADDRNOTAVAIL: ("the address is not this machine's", _HOST),
    errno.EAFNOSUPPORT: ("this machine has no addresses of that kind", _HOST),
}


def listening(host: str, port: int) -> socket.socket:
    """A socket that takes connections: who is told its address may connect at once.

    Raises:
        ConfigError: VOC-E200, the port is taken, or this user, or this machine, cannot listen there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.socket(family)
    except OSError as error:
        raise _refused(error, host, port) from error
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(_BACKLOG)  # of two that were bound at once only one may
    except (OSError, UnicodeError) as error:  # the latter of a name that cannot be one
        made.close()
        raise _refused(error, host, port) from error
    return made


def address_of(host: str, listens: socket.socket) -> str:
    """Where to find it: `http://127.0.0.1:8400`, `http://[::1]:8400`."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listens.getsockname()[1]}"


def _refused(error: OSError | UnicodeError, host: str, port: int) -> ConfigError:
    value = f"{host} port {port}"
    if isinstance(error, socket.gaierror | UnicodeError):
        return ConfigError("the address is not known", value=value, cure=_HOST)
    name = errno.errorcode.get(error.errno or 0, type(error).__name__)
    what, cure = _REASONS.get(error.errno or 0, (f"cannot listen ({name})", f"{_PORT}, or see --host"))
    return ConfigError(what, value=value, cure=cure)
