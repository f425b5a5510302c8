"""The letters of a sheet: cut out once, whoever asks at the same time, and there when needed."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from orders.documents import paper
from orders.documents.paper import FAMILY, Paper


@pytest.fixture
def cuts(monkeypatch, tmp_path):
    """Which letters were cut out, in a folder of this test."""
    made, cut_out = [], paper.instantiateVariableFont

    def note(font, axes, **options):
        made.append((font.reader.file.name, axes["wght"]))
        return cut_out(font, axes, **options)

    monkeypatch.setattr(paper, "instantiateVariableFont", note)
    monkeypatch.setattr(paper, "_folder", lambda: SimpleNamespace(name=tmp_path / "letters"))
    return made


def sheet(text="Größe"):
    made = Paper("Selvedge")
    made.add_page()
    made.set_font(FAMILY, "B", 12)
    made.cell(0, 8, text)
    return bytes(made.output())


def test_threads_that_want_the_same_letters_cut_them_out_once(cuts):
    with ThreadPoolExecutor(4) as pool:
        sheets = list(pool.map(lambda _each: sheet(), range(4)))
    assert all(each.startswith(b"%PDF") for each in sheets)
    assert len(cuts) == len(set(cuts)) == 4


def test_letters_that_somebody_tidied_up_are_cut_out_again(cuts, tmp_path):
    sheet()
    shutil.rmtree(tmp_path / "letters")
    assert sheet().startswith(b"%PDF")
    assert len(cuts) == 8
