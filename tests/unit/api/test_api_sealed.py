"""A sealed file reads like any file for who holds the seal, and like noise for everybody else."""

from __future__ import annotations

import io
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from voc.api.sealed import Seal


@given(
    st.lists(st.binary(max_size=100), max_size=8),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 100)), max_size=8),
)
def test_it_reads_as_written_from_any_place(
    tmp_path_factory: object, parts: list[bytes], reads: list[tuple[int, int]]
) -> None:
    path, seal, whole = Path(tmp_path_factory.mktemp("sealed")) / "x", Seal(), io.BytesIO()  # type: ignore[attr-defined]
    with path.open("wb") as file:
        for part in parts:
            seal.write(file, part)
            whole.write(part)
    with seal.open(path) as found:
        for at, size in reads:
            assert found.seek(at) == whole.seek(at)
            assert found.read(size) == whole.read(size)
        found.seek(-min(5, len(whole.getvalue())), io.SEEK_END)
        assert found.read() == whole.getvalue()[-5:]


def test_the_disk_holds_noise(tmp_path: Path) -> None:
    words, written = b"13800138000" * 50, set()
    for name in ("a", "b"):
        seal = Seal()
        with (tmp_path / name).open("wb") as file:
            seal.write(file, words)
        written.add((tmp_path / name).read_bytes())
        with seal.open(tmp_path / name) as found:
            assert found.read() == words
    assert len(written) == 2
    assert not any(b"138001" in one for one in written)
