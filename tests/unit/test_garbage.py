"""The collector of garbage while rows are made: seldom, never off, and as it was afterwards."""

from __future__ import annotations

import gc

import pytest

from voc.ops.garbage import rarely_collected, settle


@pytest.mark.parametrize("young", [700, 2_000_000, 0])
def test_seldom_inside_and_as_before_afterwards(young: int) -> None:
    kept = gc.get_threshold()
    try:
        gc.set_threshold(young, 10, 10)
        with pytest.raises(KeyError), rarely_collected():
            inside = gc.get_threshold()
            with rarely_collected():
                assert gc.get_threshold() == inside
            assert gc.get_threshold() == inside
            raise KeyError
        assert gc.get_threshold() == (young, 10, 10)
        # Who switched it off, or asked for less still, keeps that.
        assert inside == ({700: 100_000}.get(young, young), 10, 10)
    finally:
        gc.set_threshold(*kept)


def test_a_settled_process_collects_seldom() -> None:
    kept = gc.get_threshold()
    try:
        settle()
        assert gc.get_threshold()[0] == 100_000
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        gc.set_threshold(*kept)
