"""A sheet of the shop: margins, foot, and its letters, from the files that its pages load."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from django.conf import settings
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from fpdf import FPDF

FAMILY, _FALLBACK = "Instrument", "InstrumentMore"
#: Margin and height of a line, in millimeters.
MARGIN = 20
LINE = 5.5
_FONTS = settings.BASE_DIR / "static" / "fonts"
_LATIN, _MORE = "instrument-sans-latin.woff2", "instrument-sans-latin-ext.woff2"
_WEIGHTS = {"": 400.0, "B": 600.0}
#: What only a layout engine reads, or only another weight. Without it a weight is soon cut out.
_UNREAD = ("GPOS", "GSUB", "GDEF", "HVAR", "MVAR", "STAT")
#: Two threads that write the same file would read each other's half.
_cutting = Lock()


class Paper(FPDF):
    """A sheet with the number of each page at its foot."""

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self.foot = foot
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=28)
        for family, file in ((FAMILY, _LATIN), (_FALLBACK, _MORE)):
            for style, weight in _WEIGHTS.items():
                self.add_font(family, style, _letters(file, weight))
        self.set_fallback_fonts([_FALLBACK], exact_match=True)

    def footer(self) -> None:
        """Who sells, and the page; called by the library at the end of each page."""
        self.set_y(-20)
        self.set_font(FAMILY, "", 7)
        self.set_text_color(90)
        self.cell(130, 4, self.foot)
        page = _("Page %(number)d of %(count)s") % {"number": self.page_no(), "count": "{nb}"}
        self.cell(0, 4, page, align="R")
        self.set_text_color(0)


def _letters(file: str, weight: float) -> Path:
    """The letters of one weight as a file of their own, cut out once for each process.

    And once more where somebody tidied up the system's folder for temporary files meanwhile.
    """
    with _cutting:
        path = Path(_folder().name) / f"{Path(file).stem}-{weight:g}.ttf"
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _cut_out(file, weight, path)
    return path


def _cut_out(file: str, weight: float, path: Path) -> None:
    font = TTFont(_FONTS / file, recalcTimestamp=False)
    for table in _UNREAD:
        if table in font:
            del font[table]
    instantiateVariableFont(font, {"wght": weight}, inplace=True, static=True)
    font.flavor = None
    # A disk that is full in the middle leaves no half of the letters behind.
    part = path.with_suffix(".part")
    font.save(part)
    part.replace(path)


@cache
def _folder() -> TemporaryDirectory[str]:
    """Goes with the process."""
    return TemporaryDirectory(prefix="selvedge-letters-")
