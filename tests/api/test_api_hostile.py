"""Bodies that nobody should send: a problem and nothing kept, or taken record by record; never 5xx."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_desk import Desk, installation

from voc.collect.headers import FIELDS
from voc.errors import CODES
from voc.language import LanguagePool
from voc.runtime import Runtime

CSV = "评论内容\n很好用\n".encode()
GOOD = b'{"text": "\xe5\xa5\xbd"}'
JSON = "application/json"
FORM = "multipart/form-data; boundary=b"
WIDE = dict.fromkeys(map(str, range(20_000)))


@dataclass(frozen=True)
class Body:
    """What is sent, and the answer: a refusal's status and code, or what becomes of each record."""

    name: str
    content: bytes
    results: str = ""  # c created, r rejected, u unchanged
    status: int = 422
    code: str = "VOC-E105"
    kind: str | None = JSON
    encoding: str | None = None


def push(*records: bytes) -> bytes:
    return b'{"source": "s", "records": [' + b",".join(records) + b"]}"


BODIES = (
    Body("empty", b""),
    Body("white space", b" \n\t "),
    Body("no JSON", b"text=hello&source=s"),
    Body("HTML", b"<html><body>502</body></html>"),
    Body("half", push(GOOD)[:-1]),
    Body("two bodies", push(GOOD) * 2),
    Body("lines of JSON", GOOD + b"\n" + GOOD),
    Body("a comma too many", push(GOOD, b"")),
    Body("a comment", b"/* x */" + push(GOOD)),
    Body("single quotes", b"{'source': 's', 'records': []}"),
    Body("not UTF-8", push(b'{"text": "\xff\xfe\xfd"}')),
    Body("GB18030", push('{"text": "好"}'.encode("gb18030"))),
    Body("NULs only", b"\0" * 1000),
    Body("a NUL behind it", push(GOOD) + b"\0"),
    Body("a control character in a string", push(b'{"text": "a\x01b"}')),
    *(Body(f"{value!r} for all", value) for value in (b"null", b"true", b"1", b'"s"', b"[]", b"NaN", b"{}")),
    Body("deep lists", b"[" * 100_000 + b"]" * 100_000),
    Body("deep objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    Body("deep and never closed", b'{"source": "s", "records": [' + b"[" * 100_000),
    Body("10,000 digits", push(b'{"text": "x", "likes": ' + b"9" * 10_000 + b"}")),
    Body("1,001 records", push(*[GOOD] * 1001), status=413, code="VOC-E107"),
    Body("the source twice", b'{"source": "s", "source": 5, "records": []}'),
    Body("the records twice", b'{"source": "s", "records": [], "records": {}}'),
    Body("a key nobody knows", b'{"source": "s", "records": [], "__proto__": {}}'),
    Body("a source with a NUL", b'{"source": "s\\u0000", "records": [' + GOOD + b"]}"),
    Body("a source with half a character", b'{"source": "s\\ud800", "records": [' + GOOD + b"]}"),
    Body("a very long source", json.dumps({"source": "s" * 201, "records": []}).encode()),
    Body("a kind as an object", b'{"source": "s", "kind": {"a": 1}, "records": []}'),
    Body("gzip, as it says", gzip.compress(push(GOOD)), encoding="gzip"),
    Body("gzip, and does not say so", gzip.compress(push(GOOD))),
    Body("a form", b"--b\r\n\r\nx\r\n--b--\r\n", kind=FORM),
    # Taken, each record for itself.
    Body("as text", push(GOOD), "c", kind="text/plain"),
    Body("no type", push(GOOD), "c", kind=None),
    Body("a mark before it", b"\xef\xbb\xbf" + push(GOOD), "c"),
    Body("a type from nowhere", push(GOOD), "c", kind="; ;\x7f=,"),
    Body("no object", push(b"null", b"1", b'"x"', b"[]", b"true", b"NaN", GOOD), "rrrrrrc"),
    Body("a field twice", push(b'{"text": "a", "text": "b", "text": "c"}'), "c"),
    Body("the same record twice", push(*[b'{"native_id": "1", "text": "a"}'] * 2), "uc"),
    Body("NaN and no end", push(b'{"text": "x", "a": [NaN, Infinity, -Infinity]}', b'{"rating": NaN}'), "cr"),
    Body("400 digits", push(b'{"text": "x", "likes": ' + b"9" * 400 + b"}", GOOD), "rc"),
    Body("400 digits as an id", push(b'{"text": "x", "native_id": ' + b"9" * 400 + b"}"), "c"),
    Body("400 digits as a refused one's id", push(b'{"native_id": ' + b"9" * 400 + b"}", GOOD), "rc"),
    Body("1e400", push(b'{"text": "x", "value": 1e400}', b'{"text": "x", "more": 1e400}'), "rc"),
    Body("half a character", push(b'{"text": "\\ud800x", "\\udfff": 1}', b'{"text": "\\ud800"}'), "cc"),
    Body("half a character as a refused one's id", push(b'{"native_id": "\\ud800"}'), "r"),
    Body("NULs", push(b'{"text": "a\\u0000b", "\\u0000": "\\u0000"}', b'{"text": "\\u0000"}'), "cr"),
    Body("deep in one", push(b'{"text": "x", "a": ' + b"[" * 200 + b"]" * 200 + b"}", GOOD), "rc"),
    Body("many fields", push(json.dumps({"text": "x"} | WIDE).encode(), GOOD), "rc"),
    Body("a name of a megabyte", push(json.dumps({"text": "x", "k" * 1_000_000: 1}).encode(), GOOD), "cc"),
    Body("a text of a megabyte", push(json.dumps({"text": "x" * 1_000_000}).encode(), GOOD), "rc"),
    Body("no records", push(), ""),
)  # fmt: skip


def proven(answer: httpx.Response) -> dict[str, Any]:
    """The problem that it must be."""
    found: dict[str, Any] = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert found["code"] in CODES
    assert found["detail"]
    assert found["status"] == answer.status_code
    assert 400 <= answer.status_code < 500
    return found


def kept(desk: Desk) -> tuple[Any, ...]:
    """All that a body can leave."""
    ledger, uploads = desk.runtime.ledger, desk.runtime.settings.home / "uploads"
    return (
        ledger.balance("default"),
        ledger.dead_letters("default"),
        ledger.jobs("default"),
        sorted(uploads.iterdir()) if uploads.exists() else [],
    )


NOTHING = ([], [], [], [])


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.name)
def test_pushed(desk: Desk, body: Body) -> None:
    headers = {"Content-Type": body.kind, "Content-Encoding": body.encoding}
    answer = desk.client.post(
        "/v1/records", content=body.content, headers={k: v for k, v in headers.items() if v is not None}
    )
    if answer.status_code != 202:
        assert (answer.status_code, proven(answer)["code"]) == (body.status, body.code)
        assert kept(desk) == NOTHING
        assert not body.results
        return
    items = json.loads(answer.content, parse_constant=pytest.fail)["items"]
    assert "".join(item["result"][0] for item in items) == body.results
    for item in items:
        assert (item["error"] is not None) == (item["result"] == "rejected")
        assert item["error"] is None or item["error"]["code"] in CODES
    balance = desk.runtime.ledger.balance("default")
    counted = [(row.accepted, row.pending, row.dead) for row in balance]
    created, refused = body.results.count("c"), body.results.count("r")
    assert counted == [(created + refused, created, refused)]
    claimed = desk.runtime.ledger.claim("w", limit=100, lease_s=60)
    assert len(claimed) == created  # what was kept can be read again


# ------------------------------------------------------------ every field, every type

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 3, 2.5, -1e308, 10**400, float("nan"), float("inf"), "", " ", "x"),
    *("\ud800", "\x00", "\u202e\u2028x", "9" * 400, "2026-02-30", "-1", "NaN", "x" * 300_000, "=1+1", "🙂"),
    *([], [None], [[[[]]]], ["x", 1, {}], {}, {"a": 1}, {"id": {"id": []}}, {"": {"": ""}}),
    *({"role": "customer", "text": "x", "at": {}}, [{"role": 1, "text": []}], [{"text": "\ud800"}]),
)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An installation with the embedded index, for all fields."""
    with installation(tmp_path_factory.mktemp("hostile") / "home", runtime=Runtime) as opened:
        opened.client.key = opened.key("read", "ingest", "export")
        yield opened


def test_any_value_in_any_field(worked: Desk) -> None:
    """Kept or refused with a code; what is kept goes all the way and is listed as JSON."""
    desk, created = worked, 0
    for field in sorted(FIELDS):
        records = [
            {"text": "很好用", "native_id": f"{field}{number}", field: value}
            for number, value in enumerate(VALUES)
        ]
        answer = desk.client.post("/v1/records", content=json.dumps({"source": field, "records": records}))
        assert answer.status_code == 202, (field, answer.content[:300])
        for number, item in enumerate(answer.json()["items"]):
            if item["result"] == "rejected":
                assert item["error"]["code"] in CODES
                assert "xxxx" not in item["error"]["detail"]
            else:
                assert item["result"] in ("created", "unchanged"), (field, number)
                created += item["result"] == "created"
    assert created > len(FIELDS) * 5
    store = desk.runtime.writer(note=lambda _: None)
    try:
        desk.runtime.worker(store, LanguagePool(processes=0, profile="fast")).run(stop=lambda: False)
    finally:
        store.close()
    rows = desk.runtime.ledger.balance("default")
    assert sum(row.indexed for row in rows) == created
    for row in rows:
        assert row.accepted == row.indexed + row.dead
    assert desk.runtime.ledger.dead_documents("default") == 0
    listed, cursor = 0, ""
    while cursor is not None:
        more = {"cursor": cursor} if cursor else {}
        answer = desk.client.get("/v1/documents", params={"limit": 500, **more})
        page = json.loads(answer.content, parse_constant=pytest.fail)
        listed, cursor = listed + len(page["items"]), page["next_cursor"]
    assert listed == created
    for format in ("jsonl", "csv"):
        assert (
            desk.client.get("/v1/exports", params={"what": "documents", "format": format}).status_code == 200
        )


# ------------------------------------------------------------ imports


def part(name: bytes, content: bytes = CSV, *, file: bytes | None = None, more: bytes = b"") -> bytes:
    shown = b"" if file is None else b'; filename="' + file + b'"'
    head = b'--b\r\nContent-Disposition: form-data; name="' + name + b'"' + shown + more
    return head + b"\r\n\r\n" + content + b"\r\n"


END = b"--b--\r\n"
FILE = part(b"file", file=b"a.csv")
FORMS = (
    Body("empty", b""),
    Body("an end only", END),
    Body("no file", part(b"kind", b"review") + END),
    Body("two files", FILE + FILE + END),
    Body("two files of two names", FILE + part(b"file2", file=b"b.csv") + END),
    Body("a field twice", FILE + part(b"kind", b"review") * 2 + END),
    Body("a part without a name", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n" + END),
    Body("a part without a head", b"--b\r\n\r\nx\r\n" + END),
    Body("a head that is none", b"--b\r\nnonsense\r\n\r\nx\r\n" + END),
    Body("a head without an end", b"--b\r\nContent-Disposition: form-data; " + b"a=b; " * 50_000),
    Body("cut off in the file", FILE[:-10]),
    Body("cut off before the end", FILE),
    Body("cut off in the end", FILE + END[:3]),
    Body("another boundary", FILE.replace(b"--b\r\n", b"--c\r\n") + b"--c--\r\n"),
    Body("lines that end with LF", (FILE + END).replace(b"\r\n", b"\n")),
    Body("no boundary", FILE + END, kind="multipart/form-data"),
    Body("an empty boundary", FILE + END, kind="multipart/form-data; boundary="),
    Body("a very long boundary", FILE + END, kind="multipart/form-data; boundary=" + "b" * 5000),
    Body("a form of another kind", b"file=x", kind="application/x-www-form-urlencoded"),
    Body("JSON", b'{"file": "x"}', kind=JSON),
    Body("no type", FILE + END, kind=None),
    Body("a type that is none", FILE + END, kind="\x7f;;=,"),
    Body("mixed", FILE + END, kind="multipart/mixed; boundary=b"),
    Body("gzip, as it says", gzip.compress(FILE + END), encoding="gzip"),
    Body("a kind that is not UTF-8", FILE + part(b"kind", b"\xff") + END),
    Body("a kind of a megabyte", FILE + part(b"kind", b"x" * 1_000_000) + END, status=413, code="VOC-E107"),
    Body("a source with line ends", FILE + part(b"source", b"a\r\nb") + END),
    Body("a mapping that is deep", FILE + part(b"mapping", b"[" * 60_000) + END),
    Body("a mapping that is a list", FILE + part(b"mapping", b"[]") + END, status=400, code="VOC-E110"),
    Body("a time that does not exist", FILE + part(b"exported_at", b"2026-02-30 25:61") + END),
    Body("no file name", part(b"file") + END),
    Body("an empty file name", part(b"file", file=b"") + END),
    Body("a folder for a name", part(b"file", file=b"../../") + END),
    Body("dots for a name", part(b"file", file=b"..") + END),
    Body("a type alone for a name", part(b"file", file=b".csv") + END, status=415, code="VOC-E109"),
    Body("two types", part(b"file", file=b"a.csv.exe") + END, status=415, code="VOC-E109"),
    Body("a line end in the name", part(b"file", file=b"a\r\nX-More: 1\r\n.csv") + END),
    Body("a name of 10,000", part(b"file", file=b"a" * 10_000 + b".csv") + END),
    Body("rubbish before it", b"before\r\n" + FILE + END),
    # Taken, and the job tells the rest.
    Body("a path", part(b"file", file=b"../../../../etc/cron.d/a.csv") + END, "a.csv"),
    Body("a path of another system", part(b"file", file=rb"C:\\x\\..\\a.csv") + END, "a.csv"),
    Body("a NUL in the name", part(b"file", file=b"a\0.csv") + END, "a.csv"),
    Body("escapes in the name", part(b"file", file=b"\x1b[31ma%0d%0a.csv") + END, "[31ma%0d%0a.csv"),
    Body("turned round", part(b"file", file="a\u202evsc.csv".encode()) + END, "avsc.csv"),
    Body("a long name", part(b"file", file=b"a" * 3000 + b".csv") + END, "a" * 196 + ".csv"),
    Body("a name that is not UTF-8", part(b"file", file=b"\xc6\xc0.csv") + END, "\ufffd\ufffd.csv"),
    Body("a name with a mark of HTML", part(b"file", file=b"<b>.csv") + END, "<b>.csv"),
    Body("says it is gzip", FILE + END, "a.csv", encoding="gzip"),
    Body("heads of its own", part(b"file", file=b"a.csv", more=b"\r\nX-More: 1") + END, "a.csv"),
    Body("rubbish behind it", FILE + END + b"behind", "a.csv"),
)


@pytest.mark.parametrize("body", FORMS, ids=lambda body: body.name)
def test_imported(desk: Desk, body: Body) -> None:
    """`results` of a body that is taken is the name that its file gets."""
    kind = FORM if body.kind == JSON and not body.content.startswith(b"{") else body.kind
    headers = {"Content-Type": kind, "Content-Encoding": body.encoding}
    answer = desk.client.post(
        "/v1/imports", content=body.content, headers={k: v for k, v in headers.items() if v is not None}
    )
    if answer.status_code != 202:
        assert (answer.status_code, proven(answer)["code"]) == (body.status, body.code)
        assert kept(desk) == NOTHING
        assert not body.results
        return
    desk.client.app.state.importer._pool.submit(lambda: None).result(timeout=30)
    job = desk.client.get(f"/v1/imports/{answer.json()['id']}").json()
    assert (job["state"], job["file"]) == ("done", body.results)
    assert job["counts"]["created"] == 1
    home: Path = desk.runtime.settings.home
    assert list((home / "uploads").iterdir()) == []
    assert not list(home.parent.rglob("*.csv"))
