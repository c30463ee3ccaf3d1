"""A hundred megabytes sent to the real server leave its memory flat, announced or in chunks."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from voc_program import Program

SENT = 100 * 1024 * 1024
FLAT_BYTES = 24 * 1024 * 1024
_BLOCK = b" " * (1024 * 1024)


@contextmanager
def _serving(program: Program) -> Iterator[tuple[int, int]]:
    """Process id and port."""
    process = program.start("serve", "--port", "0", "--no-worker")
    try:
        assert process.stderr is not None
        yield process.pid, int(process.stderr.readline().decode().rsplit(":", 1)[1])
    finally:
        process.terminate()
        process.communicate(timeout=40)


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


def _send(port: int, path: str, *headers: str, chunked: bool, begin: bytes = b"", end: bytes = b"") -> bytes:
    """The answer to `SENT` bytes; what the server says before it has them all counts."""
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {SENT + len(begin) + len(end)}"
    head = "\r\n".join([f"POST {path} HTTP/1.1", "Host: x", *headers, length, "", ""]).encode()
    with closing(socket.create_connection(("127.0.0.1", port), timeout=60)) as connection:
        connection.sendall(head)
        said = b""
        with suppress(OSError):  # it need not take what it has refused
            for block in (begin, *[_BLOCK] * (SENT // len(_BLOCK)), end):
                if block:
                    connection.sendall(b"%x\r\n%b\r\n" % (len(block), block) if chunked else block)
            if chunked:
                connection.sendall(b"0\r\n\r\n")
        with suppress(OSError):
            said = connection.recv(65536)
        return said


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_hundred_megabytes_leave_memory_flat(tmp_path: Path) -> None:
    program = Program(tmp_path / "home", {"VOC_MAX_BODY_BYTES": str(1024 * 1024)})
    made = json.loads(program.ok("keys", "create", "--name", "n", "--scopes", "ingest", "--json"))
    key = f"Authorization: Bearer {made['key']}"
    form = "Content-Type: multipart/form-data; boundary=x"
    begin = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    with _serving(program) as (pid, port):
        _send(port, "/v1/records", key, chunked=False)  # whatever is loaded once
        before = _peak(pid)
        grown: dict[str, int] = {}
        answers: dict[str, bytes] = {}
        for chunked in (False, True):
            for name, path, headers in (
                ("records", "/v1/records", [key]),
                ("no key", "/v1/keys", ["Content-Type: application/json"]),
                ("import", "/v1/imports", [key, form]),
            ):
                case = f"{name} {'chunked' if chunked else 'announced'}"
                whole = {"begin": begin, "end": b"\r\n--x--\r\n"} if name == "import" else {}
                answers[case] = _send(port, path, *headers, chunked=chunked, **whole)
                grown[case] = _peak(pid) - before
    print(grown)
    print(grown)  # shown by -rP
    assert max(grown.values()) < FLAT_BYTES, grown
    # A refusal may be lost with the connection that its sender goes on writing to; an acceptance may not.
    for case, said in answers.items():
        wanted = {"records": b"413", "no key": b"401", "import": b"202"}[case.rpartition(" ")[0]]
        assert said[9:12] == wanted or (wanted != b"202" and not said), (case, said[:80])
