"""What the label says."""

import xml.etree.ElementTree as ET

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation

from catalog.products import fabric


def row(part, fiber, percent):
    return {"part": part, "fiber": fiber, "percent": percent}


def test_composition_names_the_largest_share_of_each_part_first():
    cloth = fabric.cloth_of(
        [row("lining", "viscose", 100), row("shell", "elastane", 2), row("shell", "cotton", 98)]
    )
    assert [(one.part, one.text) for one in cloth] == [
        ("Outer fabric", "98 % cotton, 2 % elastane"),
        ("Lining", "100 % viscose"),
    ]


def test_a_half_percent_is_written_as_the_language_writes_it():
    shell = [row("shell", "cotton", 99.5), row("shell", "elastane", 0.5)]
    with translation.override("de"):
        assert fabric.cloth_of(shell)[0].text.startswith("99,5 %")


def test_words_of_an_imported_file_are_shown_as_they_are_written():
    [cloth] = fabric.cloth_of([row("Yoke", "Tencel", 100)])
    assert (cloth.part, cloth.text) == ("Yoke", "100 % Tencel")


def test_care_comes_in_the_order_of_the_label():
    marks = fabric.care_of(["IRON_150", "WASH_30", "UNKNOWN", "BLEACH_NOT", "TUMBLE_NOT"])
    assert [mark.code for mark in marks] == ["WASH_30", "BLEACH_NOT", "TUMBLE_NOT", "IRON_150"]


def test_every_care_code_belongs_to_a_treatment_and_has_a_drawing():
    sprite = ET.parse(settings.BASE_DIR / "static/img/care.svg")
    drawn = {symbol.get("id") for symbol in sprite.iter("{http://www.w3.org/2000/svg}symbol")}
    assert drawn == set(fabric.CARE)
    assert {fabric.treatment_of(code) for code in fabric.CARE} == set(fabric.TREATMENTS)
    assert max(map(len, fabric.CARE)) <= 20


@pytest.mark.parametrize(
    "fibers",
    [
        "cotton",
        [{"part": "shell", "fiber": "cotton"}],
        [row("roof", "cotton", 100)],
        [row("shell", "unobtainium", 100)],
        [row("shell", "cotton", 98)],
        [row("shell", "cotton", 101), row("shell", "elastane", -1)],
        [row("shell", "cotton", "NaN")],
        [row("shell", "cotton", "all")],
    ],
)
def test_a_composition_that_no_label_could_carry_is_refused(fibers):
    with pytest.raises(ValidationError):
        fabric.check_fibers(fibers)


def test_parts_that_add_up_to_100_pass():
    fabric.check_fibers(
        [row("shell", "cotton", 98), row("shell", "elastane", 2), row("rib", "cotton", 100)]
    )


@pytest.mark.parametrize("codes", [["WASH_31"], ["WASH_30", "WASH_NOT"]])
def test_care_that_nobody_can_follow_is_refused(codes):
    with pytest.raises(ValidationError):
        fabric.check_care(codes)


def test_one_code_of_each_treatment_passes():
    fabric.check_care(["WASH_30", "BLEACH_NOT", "TUMBLE_NOT", "DRY_LINE", "IRON_150"])
