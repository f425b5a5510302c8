"""The palette keeps its promises: contrast of every color on every ground, in both themes."""

import re

import pytest
from django.conf import settings

GROUNDS = ("page", "surface", "sunken")
#: The lowest contrast on any ground that the design asks for: light, dark.
PROMISED = {
    "ink": (14.6, 14.5),
    "muted": (7.1, 9.2),
    "subtle": (4.9, 6.5),
    "control-edge": (3.3, 3.9),
    "indigo": (9.7, 8.7),
    "woad": (7.6, 9.6),
    "madder": (5.6, 7.6),
    "verdigris": (5.5, 9.6),
    "walnut": (5.9, 10.2),
    "brick": (6.4, 8.4),
    "weld": (3.2, 10.2),
    "focus": (5.7, 8.1),
}
TINTS = {
    "ok-bg": "verdigris",
    "warn-bg": "walnut",
    "danger-bg": "brick",
    "info-bg": "woad",
    "sale-bg": "madder",
}
LIGHT_TEXT_ON_TINT, DARK_TEXT_ON_TINT = 5.5, 7.3
# The design's figures are cut to one decimal.
ROUNDING = 0.05

COLOR = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{6})")


def colors_in(selector):
    source = (settings.BASE_DIR / "static/css/tokens.css").read_text()
    block = source.split(f"{selector} {{", 1)[1].split("}", 1)[0]
    return dict(COLOR.findall(block))


def luminance(color):
    shares = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


LIGHT = colors_in(":root")
DARK = colors_in(':root[data-theme="dark"]')
THEMES = ((0, LIGHT), (1, LIGHT | DARK))


@pytest.mark.parametrize("name", PROMISED)
def test_a_color_is_read_on_every_ground_of_both_themes(name):
    for theme, palette in THEMES:
        lowest = min(contrast(palette[name], palette[ground]) for ground in GROUNDS)
        assert lowest >= PROMISED[name][theme] - ROUNDING


@pytest.mark.parametrize(("tint", "text"), TINTS.items())
def test_a_tint_carries_its_own_text(tint, text):
    assert contrast(LIGHT[tint], LIGHT[text]) >= LIGHT_TEXT_ON_TINT - ROUNDING
    assert contrast(DARK[tint], DARK[text]) >= DARK_TEXT_ON_TINT - ROUNDING


def test_the_label_of_the_primary_button_is_read_in_every_state():
    for _, palette in THEMES:
        for ground in ("indigo", "indigo-hover"):
            assert contrast(palette["on-indigo"], palette[ground]) >= 9.6 - ROUNDING


def test_text_on_a_picture_tile_is_read_in_both_themes():
    for _, palette in THEMES:
        assert contrast(palette["tile-ink"], palette["tile"]) >= 12.5 - ROUNDING
        assert contrast(palette["tile-madder"], palette["tile"]) >= 4.8 - ROUNDING


def test_the_system_dark_theme_is_the_chosen_dark_theme():
    assert colors_in(':root:not([data-theme="light"])') == DARK


def test_raw_colors_live_in_the_tokens_only():
    sources = (settings.BASE_DIR / "static/css").rglob("*.css")
    strays = {
        source.name
        for source in sources
        if source.name != "tokens.css" and re.search(r"#[0-9a-f]{3,8}\b|\brgb", source.read_text())
    }
    assert strays == set()
