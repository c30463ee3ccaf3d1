"""The READMEs show what the program really prints for the sample data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.readme import READMES, answer, with_answer

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_answer_shown_is_the_answer_given() -> None:
    shown = answer()
    assert "critical" in shown
    for name in READMES:
        page = (ROOT / name).read_text("utf-8")
        assert page == with_answer(page, shown), f"{name}: run `python -m tools.readme`"
