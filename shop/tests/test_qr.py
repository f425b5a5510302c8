"""Codes that a camera reads."""

import io

import pytest
from PIL import Image

from shop.qr import code_of


def test_a_code_has_its_three_corners_inside_a_quiet_edge():
    code = code_of("R-1042")
    assert code.side == 21 + 2 * 4
    assert not any(any(row[:4]) or any(row[-4:]) for row in code.rows)
    corner = [row[4:11] for row in code.rows[4:11]]
    assert corner[0] == corner[6] == (True,) * 7
    assert [row[18:25] for row in code.rows[4:11]] == corner
    assert [row[4:11] for row in code.rows[18:25]] == corner


def test_the_picture_and_the_path_show_the_same_squares():
    code = code_of("R-1042")
    picture = Image.open(io.BytesIO(code.png()))
    large = picture.width // code.side
    dark = sum(row.count(True) for row in code.rows)
    middles = [picture.getpixel((x * large + 3, 5 * large + 3)) for x in range(code.side)]
    assert [value == 0 for value in middles] == list(code.rows[5])
    assert code.path.count("M") == dark


def test_what_is_too_long_for_readers_is_refused():
    assert code_of("x" * 300, most_version=13).side <= 4 * 13 + 17 + 8
    with pytest.raises(ValueError, match="13"):
        code_of("x" * 400, most_version=13)
