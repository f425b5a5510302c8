"""The pictures keep the drawing rules, and only known pictures have an address."""

import re
from io import StringIO
from xml.etree import ElementTree

import pytest
from django.core.management import call_command

from catalog.garments import pictures
from catalog.garments.backs import back_layers
from catalog.garments.drawing import MIRROR, Drawing
from catalog.garments.notation import layer
from catalog.garments.palette import TILE_DARK, TILE_LIGHT, contrast, tones
from catalog.garments.shapes import FRONTS
from catalog.management.commands.draw_garments import Command

ALL_VIEWS = [(garment, view) for garment in pictures.TYPES for view in pictures.VIEWS]
PRESENTATION = {
    "clip-path", "cx", "cy", "d", "fill", "fill-opacity", "height", "href", "id", "paint-order",
    "patternTransform", "patternUnits", "r", "rx", "ry", "stroke", "stroke-dasharray",
    "stroke-linecap", "stroke-linejoin", "stroke-opacity", "stroke-width", "transform", "viewBox",
    "width", "x", "y",
}  # fmt: skip
ELEMENTS = {
    "svg", "g", "defs", "path", "use", "clipPath", "pattern", "circle", "ellipse", "rect",
}  # fmt: skip


def assert_plain_drawing(svg):
    """Shapes with presentation attributes only, ids used once, references that stay inside."""
    nodes = list(ElementTree.fromstring(svg).iter())
    ids = [node.get("id") for node in nodes if node.get("id")]
    assert {node.tag.partition("}")[2] for node in nodes} <= ELEMENTS
    assert {name for node in nodes for name in node.attrib} <= PRESENTATION
    assert not any((node.text or "").strip() or (node.tail or "").strip() for node in nodes)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="|url\()#(\w+)', svg)) <= set(ids)
    assert not re.search(r'href="(?!#)|url\((?!#)', svg)


@pytest.mark.parametrize("tile", [TILE_LIGHT, TILE_DARK])
@pytest.mark.parametrize("color", pictures.COLORS, ids=lambda color: color.slug)
def test_garment_stands_out_from_the_tile(color, tile):
    derived = tones(color.hex)
    assert max(contrast(derived.line, tile), contrast(derived.base, tile)) >= 3


def test_worst_contrast_of_the_palette_is_known():
    worst = min(
        max(contrast(tones(color.hex).line, tile), contrast(color.hex, tile))
        for color in pictures.COLORS
        for tile in (TILE_LIGHT, TILE_DARK)
    )
    assert worst == pytest.approx(3.18, abs=0.005)


def test_palette_names_are_all_different():
    assert len(pictures.COLORS) == 24
    assert len({color.slug for color in pictures.COLORS}) == 24
    assert len({color.hex for color in pictures.COLORS}) == 24


@pytest.mark.parametrize(("garment", "view"), ALL_VIEWS)
def test_view_is_a_plain_drawing(garment, view):
    assert_plain_drawing(pictures.draw(garment, view, "mustard"))


@pytest.mark.parametrize("pattern", pictures.PATTERNS)
@pytest.mark.parametrize("view", pictures.VIEWS)
def test_patterned_view_is_a_plain_drawing(view, pattern):
    svg = pictures.draw("shirt", view, "black", pattern)
    assert_plain_drawing(svg)
    assert "<pattern " in svg


@pytest.mark.parametrize("scene", pictures.SCENES)
def test_scene_is_a_plain_drawing(scene):
    assert_plain_drawing(pictures.draw_scene(scene))


@pytest.mark.parametrize("garment", pictures.TYPES)
def test_garment_has_few_layers_and_a_small_file(garment):
    heaviest = max(
        len(pictures.draw(garment, "front", "indigo", pattern).encode())
        for pattern in (None, *pictures.PATTERNS)
    )
    assert len(FRONTS[garment]) <= 16
    assert len(back_layers(garment)) <= 16
    assert heaviest <= 8000


@pytest.mark.parametrize("garment", pictures.TYPES)
def test_shapes_keep_to_the_canvas_in_whole_units(garment):
    for each in FRONTS[garment] + back_layers(garment):
        numbers = {float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", each.path)}
        assert {number for number in numbers if number % 1} <= {200.5}
        assert not numbers or (min(numbers) >= 24 and max(numbers) <= 476) or each.code == "b"
        assert each.code == "b" or not re.search(r"[a-z]", each.path)


@pytest.mark.parametrize("garment", pictures.TYPES)
def test_picture_is_drawn_the_same_every_time(garment):
    once, again = (pictures.draw(garment, "flatlay", "rust", "gingham") for _ in range(2))
    assert once == again


def test_mirrored_layer_is_drawn_as_given_and_once_more_mirrored():
    drawing = Drawing(tones("#B3203A"))
    svg = drawing.markup([layer("B² M100 100H200.5V200Z"), layer("B M10 10H20V20Z")])
    assert svg.count("M100 100H200.5V200Z") == 1
    assert svg.count(MIRROR) == 1
    assert svg.index('stroke-width="5"') < svg.index('fill="#B3203A"')


def test_halves_of_a_mirrored_body_overlap_in_the_middle():
    bodies = [
        each.path
        for garment in pictures.TYPES
        for each in FRONTS[garment]
        if each.code == "B" and each.is_mirrored and "200" in each.path
    ]
    assert len(bodies) >= 14
    assert all("200.5 " in path for path in bodies)


def test_back_has_a_closed_neck_and_no_front_trims():
    codes = {each.code for each in back_layers("shirt")}
    body = next(each.path for each in back_layers("tee") if each.path.startswith("M156 92C"))
    assert codes.isdisjoint({"P", "b", "t"})
    assert body.endswith("V100Q178 100 156 92Z")


def test_jeans_are_woven_in_twill_unless_told_otherwise():
    assert pictures.draw("jeans", "front", "indigo") == pictures.draw(
        "jeans", "front", "indigo", "twill"
    )
    assert "<pattern " not in pictures.draw("tee", "front", "indigo")


@pytest.mark.parametrize(
    "names",
    [
        ("sock", "front", "navy", None),
        ("tee", "inside", "navy", None),
        ("tee", "front", "puce", None),
        ("tee", "front", "navy", "paisley"),
        ("", "", "", ""),
    ],
)
def test_unknown_names_are_refused(names):
    with pytest.raises(pictures.UnknownPicture):
        pictures.draw(*names)


@pytest.mark.parametrize("suffix", pictures.SUFFIXES)
@pytest.mark.parametrize("pattern", [None, *pictures.PATTERNS])
def test_every_path_leads_back_to_its_picture(suffix, pattern):
    for garment, view in ALL_VIEWS:
        for color in pictures.COLORS:
            path = pictures.path_of(garment, view, color.slug, pattern, suffix)
            expected = pictures.PictureName(garment, view, color.slug, pattern, suffix)
            assert pictures.parse_path(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "",
        "img/g/tee/front/navy",
        "img/g/tee/front/navy.svg\n",
        "img/g/tee/front/navy.svg\x00",
        "/img/g/tee/front/navy.svg",
        "./img/g/tee/front/navy.svg",
        "img/g/../g/tee/front/navy.svg",
        "img//g/tee/front/navy.svg",
        "img\\g\\tee\\front\\navy.svg",
        "img/g/tee/front/../../../../etc/passwd",
        "img/g/tee/front/NAVY.svg",
        "img/g/tee/front/navy-.svg",
        "img/g/tee/front/navy-twill-twill.svg",
        "img/g/tee/front/navy-9999.png",
        "img/g/tee/front/navy-480.svg",
        "img/g/tee/front/navy.png",
        "img/g/tee/front/navy-480xpng",
        "img/g/tee/front/navy.svg?x=1",
        "img/g/tee/front/navy%2esvg",
        "img/g/tee/front/n\u0430vy.svg",
        "img/scenes/rail.svg/",
        "img/scenes/../scenes/rail.svg",
        "img/files/none.pdf",
        "img/files/../pictures.py",
        "chore-jacket.webm",
        "img/g/" + "tee/" * 500,
    ],
)
def test_path_that_is_not_exactly_a_picture_is_refused(path):
    assert pictures.parse_path(path) is None
    assert pictures.parse_scene_path(path) is None
    assert pictures.picture_bytes(path) is None


@pytest.mark.parametrize(
    ("suffix", "size"),
    [("480.png", (480, 600)), ("1200.png", (1200, 1500)), ("social.png", (1200, 630))],
)
def test_pixel_twin_has_its_size(suffix, size):
    content, mime = pictures.picture_bytes(pictures.path_of("tee", "front", "rose", suffix=suffix))
    assert mime == "image/png"
    assert content.startswith(b"\x89PNG")
    assert (int.from_bytes(content[16:20]), int.from_bytes(content[20:24])) == size


def test_scene_is_served_as_svg():
    content, mime = pictures.picture_bytes(pictures.path_of_scene("rail"))
    assert mime == "image/svg+xml"
    assert content.decode() == pictures.draw_scene("rail")


def test_second_run_of_the_command_writes_nothing(tmp_path):
    lines = StringIO()
    for _ in range(2):
        call_command(Command(), to=tmp_path, only="tote", stdout=lines, verbosity=0)
    first, second = lines.getvalue().splitlines()
    assert first.startswith("120 pictures drawn, 0 unchanged")
    assert second.startswith("0 pictures drawn, 120 unchanged")
    assert len(list(tmp_path.rglob("*.svg"))) == len(list(tmp_path.rglob("*.*"))) == 120


def test_command_mends_a_damaged_picture(tmp_path):
    damaged = tmp_path / pictures.path_of("tote", "front", "oat")
    damaged.parent.mkdir(parents=True)
    damaged.write_text("<svg")
    call_command(Command(), to=tmp_path, only="tote", stdout=StringIO(), verbosity=0)
    assert damaged.read_text() == pictures.draw("tote", "front", "oat")
