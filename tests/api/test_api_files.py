"""Files in and out: imports as jobs, exports that no spreadsheet runs, the console's own files."""

from __future__ import annotations

import csv
import io
import json
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from api_desk import Desk, installation

from voc.api import importing
from voc.api.table import neutral

CSV = "评论内容,评分,用户\n续航太差,1,u1\n很好用,5,u2\n,3,u3\n".encode()


def _send(desk: Desk, name: str, content: bytes, **fields: str) -> Any:
    return desk.client.post("/v1/imports", files={"file": (name, content)}, data=fields)


def _finished(desk: Desk, job: str) -> dict[str, Any]:
    desk.client.app.state.importer._pool.submit(lambda: None).result(timeout=30)
    body: dict[str, Any] = desk.client.get(f"/v1/imports/{job}").json()
    return body


def test_a_file_becomes_records(desk: Desk) -> None:
    answer = _send(desk, "评价.csv", CSV, kind="review")
    assert answer.status_code == 202
    job = _finished(desk, answer.json()["id"])
    assert (job["state"], job["progress"], job["source"], job["file"]) == ("done", 1.0, "评价", "评价.csv")
    assert (job["counts"]["created"], job["counts"]["rejected"]) == (2, 1)
    assert job["errors"][0]["code"] == "VOC-E301"
    assert list((desk.runtime.settings.home / "uploads").iterdir()) == []
    assert [one["id"] for one in desk.client.get("/v1/imports").json()["items"]] == [job["id"]]
    again = _finished(desk, _send(desk, "评价.csv", CSV).json()["id"])
    assert again["counts"]["unchanged"] == 2


def test_an_upload_is_private_while_it_lies_there(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    modes, lying = [], []
    real = importing.ingest_file

    def watched(ledger: Any, received: Any, **how: Any) -> Any:
        (path,) = (desk.runtime.settings.home / "uploads").iterdir()
        modes.append((stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)))
        lying.append(path.read_bytes())
        return real(ledger, received, **how)

    monkeypatch.setattr(importing, "ingest_file", watched)
    _finished(desk, _send(desk, "a.csv", CSV).json()["id"])
    assert modes == [(0o600, 0o700)]
    # A killed process leaves the file behind: nothing of it can be read.
    assert len(lying[0]) == len(CSV)
    assert not any(CSV[at : at + 6] in lying[0] for at in range(len(CSV) - 5))


def test_a_mapping_and_a_source(desk: Desk) -> None:
    mapping = json.dumps({"columns": {"话": "text"}})
    answer = _send(desk, "a.csv", "话\n还行\n".encode(), source="shop", mapping=mapping)
    assert _finished(desk, answer.json()["id"])["counts"]["created"] == 1
    assert [one.name for one in desk.runtime.ledger.sources("default")] == ["shop"]


def test_a_file_that_cannot_be_read_fails_its_job(desk: Desk) -> None:
    job = _finished(desk, _send(desk, "a.xlsx", b"not a workbook").json()["id"])
    assert job["state"] == "failed"
    assert job["errors"][0]["code"].startswith("VOC-E3")


@pytest.mark.parametrize(
    ("name", "fields", "status", "code"),
    [
        ("a.exe", {}, 415, "VOC-E109"),
        ("noname", {}, 415, "VOC-E109"),
        ("a.csv", {"kind": "memo"}, 422, "VOC-E105"),
        ("a.csv", {"source": "a\nb"}, 422, "VOC-E105"),
        ("a.csv", {"other": "x"}, 422, "VOC-E105"),
        ("a.csv", {"mapping": "{"}, 422, "VOC-E105"),
        ("a.csv", {"mapping": '{"columns": 3}'}, 400, "VOC-E110"),
        ("a.csv", {"exported_at": "soon"}, 422, "VOC-E105"),
    ],
)
def test_wrong_orders_leave_nothing(
    desk: Desk, name: str, fields: dict[str, str], status: int, code: str
) -> None:
    answer = _send(desk, name, CSV, **fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert list((desk.runtime.settings.home / "uploads").iterdir()) == []
    assert desk.client.get("/v1/imports").json()["items"] == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data; name=file\r\n\r\nx"),
        ("multipart/form-data; boundary=b", b"rubbish"),
        ("multipart/form-data; boundary=" + "b" * 500, b"rubbish"),
    ],
)
def test_a_damaged_form_leaves_nothing(desk: Desk, kind: str, body: bytes) -> None:
    answer = desk.client.post("/v1/imports", content=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (422, "VOC-E105")
    folder = desk.runtime.settings.home / "uploads"
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_file_may_not_be_too_large(tmp_path: Path) -> None:
    with installation(tmp_path / "home", max_upload_bytes=2048) as desk:
        desk.client.key = desk.key("ingest")
        answer = _send(desk, "a.csv", b"x" * 4096)
        assert (answer.status_code, answer.json()["code"]) == (413, "VOC-E107")
        assert list((tmp_path / "home" / "uploads").iterdir()) == []


def test_what_a_stopped_process_left_is_cleared(tmp_path: Path) -> None:
    with installation(tmp_path / "home") as desk:
        job = desk.runtime.ledger.create_job("default", "import", {})
    folder = tmp_path / "home" / "uploads"
    folder.mkdir()
    (folder / f"default~{job.id}.csv").write_bytes(CSV)
    (folder / "receiving-0123").write_bytes(CSV)
    with installation(tmp_path / "home") as desk:
        assert list(folder.iterdir()) == []
        found = desk.runtime.ledger.job("default", job.id)
        assert found is not None
        assert (found.state, found.errors[0].code) == ("failed", "VOC-E503")


def test_stopping_ends_an_import_between_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, rows = threading.Event(), b"text\n" + b"".join(b"row %d\n" % n for n in range(5000))
    real = importing.ingest_file

    def slow(ledger: Any, path: Path, **how: Any) -> Any:
        begun.set()
        stopping.wait(30)
        return real(ledger, path, **how)

    monkeypatch.setattr(importing, "ingest_file", slow)
    with installation(tmp_path / "home") as desk:
        desk.client.key = desk.key("ingest")
        stopping = desk.client.app.state.importer._stop
        job = _send(desk, "a.csv", rows).json()["id"]
        assert begun.wait(30)
        ledger = desk.runtime.ledger
    found = ledger.job("default", job)
    assert found is not None and found.state == "failed"
    (row,) = ledger.balance("default")
    assert 0 < row.accepted < 5000


def test_exports_as_lines_and_as_a_table(desk: Desk) -> None:
    for n in range(3):
        desk.say(
            str(n), f"=HYPERLINK({n})续航差", days_ago=n + 1, aspects=(("quality", "续航差", 1),), rating=1.0
        )
    lines = desk.client.get("/v1/exports?what=documents").text.splitlines()
    assert [json.loads(line)["native_id"] for line in lines] == ["0", "1", "2"]
    answer = desk.client.get("/v1/exports?what=documents&format=csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-disposition"] == 'attachment; filename="documents.csv"'
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0]["text"] == "'=HYPERLINK(0)续航差"
    mentions = list(
        csv.DictReader(io.StringIO(desk.client.get("/v1/exports?format=csv").content.decode("utf-8-sig")))
    )
    assert [one["clause"] for one in mentions] == ["续航差"] * 3
    assert mentions[0]["score"] == "-0.8"
    body = {"what": "documents", "filters": {"since": "2026-11-18", "kind": "review", "rating_max": 2}}
    assert len(desk.client.post("/v1/exports", json=body).text.splitlines()) == 2
    wrong = desk.client.post("/v1/exports", json={"filters": {"kind": "memo"}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "VOC-E102")
    unknown = desk.client.post("/v1/exports", json={"filters": {"colour": "red"}})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "VOC-E101")


def test_an_export_is_noted_without_words(desk: Desk) -> None:
    desk.client.get("/v1/exports?q=张三&kind=review")
    (row,) = desk.runtime.ledger.audit_rows("default")
    assert row.action == "export"
    assert row.detail["question"] == "?kind=review"


def test_an_export_of_more_than_a_page(desk: Desk) -> None:
    for n in range(1003):
        desk.version += 1
        desk.runtime.store.apply([_row(n, desk.version)])
    desk.runtime.store.commit()
    lines = desk.client.get("/v1/exports?what=documents").text.splitlines()
    assert len({json.loads(line)["id"] for line in lines}) == len(lines) == 1003


def _row(n: int, version: int) -> Any:
    from api_desk import rows_of

    return rows_of(str(n), "好", version=version, days_ago=1 + n / 10_000)


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "\ufeff=1"])
def test_cells_that_could_be_formulas(cell: str) -> None:
    assert neutral(cell) == "'" + cell
    assert neutral("好" + cell) == "好" + cell


def test_the_console_is_all_local(desk: Desk) -> None:
    page = desk.client.get("/", key=None)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script>" not in page.text and "style=" not in page.text and "http" not in page.text
    for name in ("app.js", "words.js", "draw.js", "style.css", "icon.svg"):
        answer = desk.client.get(f"/console/{name}", key=None)
        assert answer.status_code == 200
        assert "innerHTML" not in answer.text and "eval(" not in answer.text
        assert name == "icon.svg" or "https://" not in answer.text
        known = desk.client.get(
            f"/console/{name}", key=None, headers={"If-None-Match": answer.headers["etag"]}
        )
        assert known.status_code == 304
    for name in ("pages.py", "..%2fpages.py", "%2e%2e/pages.py"):
        assert desk.client.get(f"/console/{name}", key=None).status_code == 404
