"""docs/first-hour.md: its commands work in its order, on a smaller export."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from voc_program import Program

from tools.shop_export import write_export

PAGE = Path(__file__).resolve().parents[2] / "docs" / "first-hour.md"


def test_the_first_hour(tmp_path: Path) -> None:
    block = re.search(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    assert block is not None
    make, *commands = [shlex.split(line) for line in block.group(1).splitlines()]
    assert make[:3] == ["python", "-m", "tools.shop_export"]
    export = tmp_path / make[3]
    write_export(export, rows=1500, seed=3)
    program = Program(tmp_path / "home", {"VOC_LANGUAGE_PROCESSES": "0"})
    told: dict[str, str] = {}
    for command in commands:
        assert command[0] == "voc"
        words = [str(tmp_path / word) if word.endswith(".csv") else word for word in command[1:]]
        if "--wait" in words:
            done = program.run(*words)
            # Broken rows are named and exit 1; what is good is kept.
            assert done.returncode == 1
            assert "VOC-E304" in done.stderr.decode()
            assert "searchable; next" in done.stderr.decode()
        elif words != ["serve"]:
            told[" ".join(command[1:3])] = program.ok(*words)
    assert '"评价内容": "text"' in told["ingest 评价导出.csv"]
    assert "critical" in told["painpoints"]
    assert "people" in told["painpoints --product"]
    assert (tmp_path / "battery.csv").stat().st_size > 1000
    documents = program.json("search", "--limit", "500")["items"]
    assert {"星河 X1", "星河 S2"} <= {document["product"] for document in documents}
    assert not any(
        document["created_at_precision"] == "received" for document in documents if not document["reply_to"]
    )
