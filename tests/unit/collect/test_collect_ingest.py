"""Files into a real ledger: nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.collect.dropfolder import DropFolder
from voc.collect.identity import Identity, Occurrences
from voc.collect.ingest import IngestReport, ingest_file, preview
from voc.config import Settings
from voc.db.engine import migrate, open_engine
from voc.errors import VocError
from voc.ledger import Ledger
from voc.ledger.keys_at_rest import Keys
from voc.types import Author, Record

Ingest = Callable[[str, str], IngestReport]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    engine = open_engine(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    migrate(engine)
    made = Ledger(engine, keys=Keys(bytes(32), bytes(32)))
    made.ensure_workspace("acme", timezone="Asia/Shanghai", taxonomy="phone")
    yield made
    engine.dispose()


@pytest.fixture
def ingest(ledger: Ledger, tmp_path: Path, settings: Settings) -> Ingest:
    def run(name: str, text: str) -> IngestReport:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return ingest_file(ledger, tmp_path / name, workspace="acme", settings=settings)

    return run


def counts(report: IngestReport) -> tuple[int, int, int, int]:
    return report.created, report.revised, report.unchanged, report.refused_total


def accepted(ledger: Ledger) -> tuple[int, int]:
    return sum(row.accepted for row in ledger.balance("acme")), sum(
        row.dead for row in ledger.balance("acme")
    )


FILE = "评论ID,评论内容,评分\n1,续航很差,2\n2,坏行\n3,拍照好,5\n4,很卡,x\n"


def test_the_same_file_again_adds_nothing(ingest: Ingest, ledger: Ledger) -> None:
    first = ingest("a.csv", FILE)
    assert counts(first) == (2, 0, 0, 2)
    assert [(row.place, row.code) for row in first.refused] == [
        ("line 3", "VOC-E304"),
        ("line 5", "VOC-E305"),
    ]
    assert accepted(ledger) == (4, 2)
    again = ingest("a.csv", FILE)
    assert counts(again) == (0, 0, 2, 2)
    assert accepted(ledger) == (4, 2)
    assert [source.name for source in ledger.sources("acme")] == ["a"]


def test_a_changed_row_makes_a_revision(ingest: Ingest, ledger: Ledger) -> None:
    ingest("a.csv", FILE)
    assert counts(ingest("a.csv", FILE.replace("续航很差,2", "续航很差,1"))) == (0, 1, 1, 2)
    assert accepted(ledger) == (4, 2)


def test_rows_without_ids(ingest: Ingest, ledger: Ledger) -> None:
    text = "内容,昵称\n好,甲\n好,甲\n好,乙\n坏,甲\n"
    assert counts(ingest("a.csv", text)) == (4, 0, 0, 0)
    assert counts(ingest("a.csv", text)) == (0, 0, 4, 0)
    assert counts(ingest("a.csv", text + "好,甲\n")) == (1, 0, 4, 0)


def test_of_rows_with_one_id_the_last_counts_every_time(ingest: Ingest, ledger: Ledger) -> None:
    rows = [f"{i % 1500},第{i}条记录\n" for i in range(3200)]
    text = "工单号,内容\n" + "".join(rows) + "0,x,y\n"
    first = ingest("log.csv", text)
    assert counts(first) == (1500, 0, 0, 1)
    assert first.superseded == 1700
    assert first.rows == 3201
    again = ingest("log.csv", text)
    assert counts(again) == (0, 0, 1500, 1)


def test_a_followup_answers_its_review(ingest: Ingest, ledger: Ledger) -> None:
    text = "内容,追评,昵称\n好用,用了一周坏了,甲\n一般,,乙\n,只有追评,丙\n"
    assert counts(ingest("a.csv", text)) == (4, 0, 0, 0)
    assert counts(ingest("a.csv", text)) == (0, 0, 4, 0)
    claimed = {item.record.text: item for item in ledger.claim("w", limit=10, lease_s=60)}
    review, followup = claimed["好用"], claimed["用了一周坏了"]
    assert followup.record.reply_to == review.native_id
    assert followup.native_id == f"{review.native_id}#followup"
    assert claimed["只有追评"].record.reply_to is None


def test_relative_dates_do_not_enter_ids(ingest: Ingest) -> None:
    assert counts(ingest("a.csv", "内容,时间\n好,昨天 12:30\n"))[0] == 1
    report = ingest("a.csv", "内容,时间\n好,3天前\n")
    assert counts(report) == (0, 0, 1, 0)
    assert report.warnings == {"created_at": 1}


def test_a_file_that_breaks_in_the_middle_keeps_its_good_rows(ingest: Ingest, ledger: Ledger) -> None:
    report = ingest("a.json", '[{"text":"a"},{"text":"b"},{"te')
    assert counts(report) == (2, 0, 0, 1)
    with pytest.raises(VocError):
        ingest("b.csv", "序号,备注\n1,2\n")
    assert accepted(ledger) == (3, 1)


def test_progress_and_cap_of_the_list(ledger: Ledger, tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "a.csv"
    path.write_text("内容,评分\n" + "好,x\n" * 1500 + "好,5\n" * 1000, encoding="utf-8")
    seen: list[int] = []
    report = ingest_file(
        ledger, path, workspace="acme", source="s", kind="survey", settings=settings, on_progress=seen.append
    )
    assert (report.refused_total, len(report.refused), report.created) == (1500, 1000, 1000)
    assert seen == sorted(seen)
    assert seen[-1] == 2500
    assert ledger.sources("acme")[0].kind == "survey"


def test_preview_keeps_nothing(ledger: Ledger, tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "评论ID,内容,评分,时间,昵称\n1,好,5,2026-11-01,甲\n2,坏,x,,\n3,中,3,某天,\n", encoding="utf-8"
    )
    columns, rows = preview(path, settings=settings)
    assert columns == {
        "评论ID": "native_id",
        "内容": "text",
        "评分": "rating",
        "时间": "created_at",
        "昵称": "author.name",
    }
    assert rows == [
        {
            "place": "line 2",
            "record": {
                "text": "好",
                "native_id": "1",
                "created_at": "2026-10-31T16:00:00+00:00",
                "created_at_precision": "day",
                "author": {"id": "甲", "name": "甲", "role": "unknown"},
                "rating": 5.0,
            },
        },
        {"place": "line 3", "error": {"code": "VOC-E305", "reason": "rating is not a number from 1 to 5"}},
        {
            "place": "line 4",
            "record": {"text": "中", "native_id": "3", "created_at_precision": "received", "rating": 3.0},
            "warnings": [
                "created_at: no date, or one that counts from the export (3天前, 11-01): give --exported-at"
            ],
        },
    ]
    assert len(preview(path, settings=settings, limit=1)[1]) == 1
    assert ledger.balance("acme") == []


def test_drop_folder(ledger: Ledger, tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("内容\n好\n", encoding="utf-8")
    (folder / "b.csv").write_text("序号\n1\n", encoding="utf-8")
    (folder / "c.csv.part").write_text("内容\n", encoding="utf-8")
    watched = DropFolder(folder, ingest=partial(ingest_file, ledger, workspace="acme", settings=settings))
    assert watched.sweep() == []  # not yet known to be whole
    (folder / "b.csv").write_text("序号,备注\n1,2\n", encoding="utf-8")
    done = watched.sweep()
    assert [(one.name, one.moved_to.parent.name, one.error) for one in done] == [("a.csv", "done", None)]
    failed = watched.sweep()
    assert failed[0].moved_to.parent.name == "failed"
    assert "VOC-E112" in (folder / "failed" / "b.csv.error.txt").read_text(encoding="utf-8")
    (folder / "a.csv").write_text("内容\n好\n", encoding="utf-8")
    watched.sweep()
    assert watched.sweep()[0].moved_to.name == "a-2.csv"
    assert sorted(path.name for path in folder.iterdir()) == ["c.csv.part", "done", "failed"]
    assert accepted(ledger) == (1, 0)


@given(st.lists(st.integers(-(2**61), 2**61) | st.integers(0, 5)))
def test_occurrences_count_as_a_dict_does(keys: list[int]) -> None:
    counted, plain = Occurrences(), dict[int, int]()
    for key in keys:
        key = key or 1
        assert counted.count(key) == plain.get(key, 0)
        plain[key] = plain.get(key, 0) + 1
    assert len(counted) == len(plain)
    assert all(counted[key] == count for key, count in plain.items())


def test_occurrences_grow() -> None:
    counted = Occurrences()
    for key in range(1, 20_000):
        assert counted.count(key * 2**40) == 0
    assert len(counted) == 19_999
    assert all(key in counted for key in range(2**40, 20_000 * 2**40, 2**40))


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["好", "坏", ""])), max_size=20))
def test_ids_are_distinct_and_the_same_every_time(rows: list[tuple[str, str]]) -> None:
    records = [Record("文" + text, author=Author(author)) for author, text in rows]
    first, second = Identity("s"), Identity("s")
    ids = [first.identified(record).native_id for record in records]
    assert len(set(ids)) == len(ids)
    assert ids == [second.identified(record).native_id for record in records]
