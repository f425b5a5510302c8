"""The booking picture: a tailor's bench with work on it."""

from catalog.garments.palette import BY_SLUG, ECRU, THREAD, WHITE, Tones, tones
from catalog.garments.rail import SUN, WOOD, Room, edge
from catalog.garments.views import document, front

STEEL = "#9AA1B9"
STEEL_LINE = "#474D66"
DESK_LINE = "#8A6A44"
SPOOL_LINE = "#571C34"
WOOD_LINE = "#46372F"
TAPE_LINE = "#6B5A24"


def workbench(room: Room) -> str:
    """The tailor's bench, 1200 by 600: a turn-up, needle and thread, spool, scissors, tape."""
    return document(
        "0 0 1200 600",
        f'<path d="M0 0H1200V600H0Z" fill="{room.wall}"/>'
        f'<path d="M420 0H840L700 150H280Z" fill="{WHITE}" fill-opacity="{room.light}"/>'
        f'<path d="M0 150H1200V600H0Z" fill="{room.desk}"/>'
        f'<path d="M0 150H1200M0 300H1200M0 450H1200" stroke="{DESK_LINE}" stroke-width="2" '
        f'stroke-opacity="0.4"/>'
        f'<g transform="translate(-330 676) rotate(-90) scale(1.6)">'
        f"{front('jeans', 'indigo', prefix='a')}</g>"
        f"{_tape()}{_spool(470, 196)}{_scissors()}{_buttons()}{_needle()}"
        f"{edge(1200, 588, room)}",
    )


def _needle() -> str:
    return (
        '<path d="M668 500C760 430 800 560 900 500C990 446 1040 420 1200 470" fill="none" '
        f'stroke="{THREAD}" stroke-width="4" stroke-linecap="round"/>'
        f'<path d="M520 560L662 494Q680 488 676 500Q674 506 664 508Z" fill="{STEEL}" '
        f'stroke="{STEEL_LINE}" stroke-width="2.5" stroke-linejoin="round"/>'
        f'<path d="M660 502L668 498" stroke="{STEEL_LINE}" stroke-width="3" '
        'stroke-linecap="round"/>'
    )


def _spool(x: int, y: int) -> str:
    turns = "".join(f"M{x + 14} {row}L{x + 96} {row + 8}" for row in range(y + 30, y + 106, 12))
    return (
        f'<path d="M{x + 14} {y + 16}H{x + 96}V{y + 124}H{x + 14}Z" fill="{THREAD}" '
        f'stroke="{SPOOL_LINE}" stroke-width="2.5"/>'
        f'<path d="{turns}" stroke="{SPOOL_LINE}" stroke-width="2" stroke-opacity="0.6"/>'
        f'<rect x="{x}" y="{y}" width="110" height="20" rx="4" fill="{WOOD}" stroke="{WOOD_LINE}" '
        f'stroke-width="2.5"/><rect x="{x}" y="{y + 120}" width="110" height="20" rx="4" '
        f'fill="{WOOD}" stroke="{WOOD_LINE}" stroke-width="2.5"/>'
    )


def _scissors() -> str:
    steel = f'fill="{STEEL}" stroke="{STEEL_LINE}" stroke-width="2.5" stroke-linejoin="round"'
    handle = f'fill="none" stroke="{STEEL_LINE}" stroke-width="15"'
    grip = f'fill="none" stroke="{THREAD}" stroke-width="10"'
    rings = '<ellipse cx="-34" cy="96" rx="26" ry="36"/><ellipse cx="34" cy="96" rx="26" ry="36"/>'
    return (
        '<g transform="translate(780 322) rotate(52)">'
        f'<path d="M-8 10L26 -168Q40 -90 14 22L-10 66L-26 58Z" {steel}/>'
        f'<path d="M8 10L-26 -168Q-40 -90 -14 22L10 66L26 58Z" {steel}/>'
        f"<g {handle}>{rings}</g><g {grip}>{rings}</g>"
        f'<circle r="7" fill="{ECRU}" stroke="{STEEL_LINE}" stroke-width="2.5"/></g>'
    )


def _buttons() -> str:
    placed = ((1030, 352, "oat"), (1090, 366, "mustard"), (1052, 402, "claret"))
    return "".join(_button(x, y, tones(BY_SLUG[dye].hex)) for x, y, dye in placed)


def _button(x: int, y: int, dye: Tones) -> str:
    holes = "".join(
        f'<circle cx="{x + across}" cy="{y + along}" r="3"/>'
        for across in (-6, 6)
        for along in (-6, 6)
    )
    return (
        f'<circle cx="{x}" cy="{y}" r="24" fill="{dye.base}" stroke="{dye.line}" '
        f'stroke-width="2.5"/><circle cx="{x}" cy="{y}" r="16" fill="none" '
        f'stroke="{dye.seam}" stroke-width="2"/><g fill="{dye.line}">{holes}</g>'
    )


def _tape() -> str:
    curve = (
        "M1230 250C1130 150 1100 310 1000 276C936 252 950 184 1010 186C1050 188 1066 216 1050 242"
    )
    return (
        f'<g fill="none"><path d="{curve}" stroke="{TAPE_LINE}" stroke-width="35"/>'
        f'<path d="{curve}" stroke="{SUN}" stroke-width="30"/>'
        f'<path d="{curve}" stroke="{TAPE_LINE}" stroke-width="30" stroke-dasharray="2 18"/>'
        f'<path d="{curve}" stroke="{SUN}" stroke-width="14"/></g>'
    )
