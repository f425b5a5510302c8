"""The built sheet: complete, in order, light enough, and left alone when nothing changed."""

import gzip
import shutil

import pytest
from django.conf import settings

from shop import stylesheets

CSS = settings.BASE_DIR / "static" / "css"


@pytest.fixture
def static(tmp_path):
    shutil.copytree(CSS, tmp_path / "css")
    return tmp_path


def test_every_source_is_in_the_sheet_of_its_layer(static):
    (static / "css/components/zebra.css").write_text(".c-zebra { color: var(--ink); }")
    stylesheets.build(static)
    sheet = (static / "build/site.css").read_text()
    components = sheet.split("@layer components{")[1].split("@layer pages{")[0]
    assert ".c-zebra{color:var(--ink)}" in components
    assert ".c-zebra" not in (static / "build/admin.css").read_text()


def test_layers_are_declared_in_order_before_any_rule():
    order = "@layer reset,tokens,base,layout,components,pages,utilities;"
    assert stylesheets.site_css(CSS).startswith(order)


def test_the_sheet_stays_under_twenty_kilobytes_compressed():
    assert len(gzip.compress(stylesheets.site_css(CSS).encode())) <= 20_000


def test_no_page_is_laid_out_by_how_the_phone_is_held():
    assert not [path.name for path in CSS.rglob("*.css") if "(orientation" in path.read_text()]


def test_a_second_build_changes_nothing(static):
    assert all(sheet.changed for sheet in stylesheets.build(static))
    assert not any(sheet.changed for sheet in stylesheets.build(static))


def test_who_reads_a_sheet_while_another_is_built_reads_one_of_the_two(static):
    stylesheets.build(static)
    sheet = static / "build/site.css"
    before = sheet.read_text()
    with sheet.open() as reading:
        (static / "css/components/zebra.css").write_text(".c-zebra { color: var(--ink); }")
        stylesheets.build(static)
        assert reading.read() == before != sheet.read_text()


def test_a_missing_layer_stops_the_build(static):
    (static / "css/layout.css").unlink()
    with pytest.raises(FileNotFoundError):
        stylesheets.build(static)
