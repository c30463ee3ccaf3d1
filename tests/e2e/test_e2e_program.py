"""The program as a user meets it: files in, answers out, wrong input answered in one line, nothing lost."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from voc_program import Program

ROWS = [
    ("r1", "电池一天要充三次，太不耐用了", "u1", "2026-11-01"),
    ("r2", "充电的时候冒烟，差点着火，我要退货", "u2", "2026-11-03"),
    ("r3", "屏幕清晰，拍照也很好看", "u3", "2026年11月4日 下午3点"),
    ("r4", "电池不行，续航太差，联系电话13800138000", "u4", "2026-11-05 10:00"),
    ("r5", "电池用了两个月就坏了", "u5", "2026-11-06"),
    ("r6", "此用户没有填写评价。", "u6", "2026-11-06"),
]


def _reviews(path: Path, rows: list[tuple[str, str, str, str]] = ROWS) -> Path:
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([("评价ID", "评论内容", "用户ID", "时间"), *rows])
    return path


@pytest.fixture(scope="module")
def voc(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A home with the reviews in it; tests only read."""
    folder = tmp_path_factory.mktemp("program")
    program = Program(folder / "home", {"VOC_LANGUAGE_PROCESSES": "0"})
    program.ok("init", "--taxonomy", "phone")
    program.ok("ingest", str(_reviews(folder / "shop.csv")), "--wait", VOC_TAXONOMY="phone")
    return program


def test_pains_are_ranked_with_literal_quotes(voc: Program) -> None:
    answer = voc.json("painpoints")
    assert answer["documents_total"] == 5
    assert answer["people_total"] == 5
    assert answer["excluded"] == {"quarantined": 0, "copies": 1, "staff": 0}
    first = answer["items"][0]
    assert first["lane"] == "critical"
    documents = {item["id"]: item for item in voc.json("search", "--limit", "500")["items"]}
    quotes = [quote for item in answer["items"] for quote in item["evidence"]]
    assert quotes
    for quote in quotes:
        text = documents[quote["document_id"]]["text"]
        assert text[quote["start"] : quote["end"]] == quote["quote"]
    thin = [item for item in answer["items"] if item["people"] < 3 and item["lane"] is None]
    assert all(item["status"] == "insufficient_data" and item["rank"] is None for item in thin)


def test_the_listing_behind_a_figure_has_as_many(voc: Program) -> None:
    answer = voc.json("painpoints")
    for item in answer["items"]:
        behind = voc.json("mentions", "--aspect", item["id"], "--filter", "counted=true", "--limit", "500")[
            "items"
        ]
        pains = [m for m in behind if m["harm"] >= 1 and m["aspect"] == item["id"]]
        assert len(pains) == item["mentions"]
        assert len({m["document_id"] for m in pains}) == item["documents"]


def test_personal_data_is_masked_everywhere(voc: Program) -> None:
    for args in (("search",), ("mentions",), ("painpoints",)):
        assert "13800138000" not in voc.ok(*args, "--json")
    assert "<MOBILE>" in voc.ok("search", "联系电话", "--json")
    assert "13800138000" not in voc.ok("export", "documents", "--format", "csv")
    for path in voc.home.rglob("*"):
        assert not path.is_file() or b"13800138000" not in path.read_bytes(), path.name


def test_search_finds_segmented_chinese(voc: Program) -> None:
    assert {i["native_id"] for i in voc.json("search", "续航")["items"]} == {"r4"}
    assert {i["native_id"] for i in voc.json("search", "电池 坏")["items"]} == {"r5"}
    assert {i["native_id"] for i in voc.json("search", '"一天要充三次"')["items"]} == {"r1"}
    assert voc.json("search", "不存在的词语")["items"] == []
    assert voc.json("search", "--count", "--kind", "review")["documents"] == 6


def test_pages_go_on(voc: Program) -> None:
    seen: list[str] = []
    cursor: list[str] = []
    while True:
        page = voc.json("search", "--limit", "4", *cursor)
        seen += [item["native_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = ["--cursor", page["next_cursor"]]
    assert sorted(seen) == [row[0] for row in ROWS]
    wrong = voc.run("search", "--cursor", "nonsense")
    assert wrong.returncode == 2
    assert b"error VOC-E103" in wrong.stderr


def test_the_books_balance_and_a_rebuild_changes_nothing(voc: Program) -> None:
    before = voc.json("doctor")
    assert before["ok"]
    assert [s["accepted"] for s in before["sources"]] == [6]
    # From a cold start each: two seeds of `hash`.
    one, two = (json.loads(voc.run("rebuild", "--json").stdout) for _ in range(2))
    assert one["digests"] == two["digests"]
    assert voc.json("doctor")["ok"]


def test_trends_and_export(voc: Program, tmp_path: Path) -> None:
    weeks = voc.json("trends", "--interval", "week")["items"]
    assert sum(item["mentions"] or 0 for item in weeks) == len(
        voc.json("mentions", "--filter", "counted=true", "--limit", "500")["items"]
    )
    out = tmp_path / "all.jsonl"
    voc.ok("export", "documents", "-o", str(out))
    assert len(out.read_text("utf-8").splitlines()) == len(ROWS)


def test_bad_rows_are_named_and_the_good_ones_stay(tmp_path: Path) -> None:
    voc = Program(tmp_path / "home", {"VOC_LANGUAGE_PROCESSES": "0"})
    path = tmp_path / "a.jsonl"
    lines = [
        b'{"id": "1", "text": "\xe5\xbe\x88\xe5\xa5\xbd"}',
        b"{broken",
        b'{"id": "3"}',
        b'{"id": "4", "text": "ok"}',
    ]
    path.write_bytes(b"\n".join(lines))
    done = voc.run("ingest", str(path), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["files"][0] | {"file": "", "source": ""} == {
        "file": "", "source": "", "created": 2, "revised": 0, "unchanged": 0, "refused": 2,
    }  # fmt: skip
    errors = done.stderr.decode().splitlines()
    assert len(errors) == 2
    assert all(line.startswith("error VOC-E3") and "line" in line for line in errors)
    doctor = voc.json("doctor")
    assert doctor["ok"]
    assert doctor["sources"][0]["dead"] == 2
    again = json.loads(voc.run("ingest", str(path), "--json").stdout)["files"][0]
    assert (again["created"], again["unchanged"]) == (0, 2)
    assert voc.json("doctor")["sources"][0]["accepted"] == 4


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("ingest", "nothing.csv"), b"VOC-E108"),
        (("ingest", "."), b"VOC-E10"),
        (("painpoints", "--filter", "nothing=1"), b"VOC-E101"),
        (("painpoints", "--since", "2026-13-01"), b"VOC-E102"),
        (("painpoints", "--sort", "loudness"), b"VOC-E102"),
        (("painpoints", "--workspace", "other"), b"VOC-E104"),
        (("init", "--taxonomy", "nothing"), b"VOC-E203"),
        (("init", "--timezone", "Mars/Base"), b"VOC-E200"),
        (("keys", "create", "--name", "x", "--scopes", "everything"), b"VOC-E102"),
        (("annotate", "nothing.jsonl"), b"VOC-E108"),
        (("annotate", "-", "--profile", "deep"), b"VOC-E205"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(args: tuple[str, ...], code: bytes, tmp_path: Path) -> None:
    done = Program(tmp_path / "home").run(*args)
    assert done.returncode == 2, done.stderr
    assert code in done.stderr
    assert done.stderr.startswith(b"error ")
    assert b"Traceback" not in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_a_setting_out_of_range_is_named(tmp_path: Path) -> None:
    done = Program(tmp_path / "home").run("doctor", VOC_BATCH_DOCUMENTS="0")
    assert (done.returncode, b"batch_documents" in done.stderr) == (2, True)


def test_annotate_streams(tmp_path: Path) -> None:
    done = Program(tmp_path / "home").run(
        "annotate", "-", "--taxonomy", "car", input='{"text": "油耗13.8"}\n{bad\n'.encode()
    )
    assert done.returncode == 1
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["mentions"][0]["aspect_name"] == "油耗"
    assert second["error"]["code"] == "VOC-E300"
    assert not (tmp_path / "home").exists()


def test_a_key_is_shown_once_and_can_be_revoked(tmp_path: Path) -> None:
    voc = Program(tmp_path / "home")
    made = voc.json("keys", "create", "--name", "dashboard", "--scopes", "read,ingest")
    assert made["key"].startswith("voc_")
    assert made["key"] not in voc.ok("keys", "list", "--json")
    voc.ok("keys", "revoke", made["id"])
    assert voc.run("keys", "revoke", "nothing").returncode == 2


def test_a_drop_folder_is_watched_until_stopped(tmp_path: Path) -> None:
    voc = Program(tmp_path / "home", {"VOC_POLL_S": "0.05"})
    folder = tmp_path / "drop"
    folder.mkdir()
    _reviews(folder / "shop.csv")
    (folder / "broken.xlsx").write_bytes(b"no workbook")
    with voc.start("ingest", "--watch", str(folder)) as watching:
        assert watching.stdout is not None
        said = sorted(watching.stdout.readline().decode().partition(":")[0] for _ in range(2))
        assert said == ["broken.xlsx", "shop.csv"]
        watching.terminate()
        assert watching.wait(timeout=30) == 0
    assert (folder / "done" / "shop.csv").exists()
    assert "VOC-E3" in (folder / "failed" / "broken.xlsx.error.txt").read_text("utf-8")
    assert voc.json("doctor")["sources"][0]["accepted"] == len(ROWS)
    assert voc.run("ingest", "--watch", "nothing").returncode == 2


def test_dates_that_count_from_the_export(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    rows = [("r1", "电池不行", "u1", "3天前"), ("r2", "屏幕清晰", "u2", "11-01")]
    path = _reviews(tmp_path / "shop.csv", rows)
    said = program.run("ingest", str(path)).stderr.decode()
    assert "2 rows kept without created_at" in said
    assert "--exported-at" in said
    counts = program.json("ingest", str(path), "--exported-at", "2026-11-20T10:00", "--wait")["files"][0]
    assert counts["revised"] == 2
    assert {item["day"] for item in program.json("search")["items"]} == {"2026-11-17", "2026-11-01"}
