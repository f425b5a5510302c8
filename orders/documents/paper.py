"""A sheet of the shop: margins, foot, and its letters, from the files that its pages load."""

from django.conf import settings
from django.utils.translation import gettext as _
from fpdf import FPDF

FAMILY, _FALLBACK = "Instrument", "InstrumentMore"
#: Margin and height of a line, in millimeters.
MARGIN = 20
LINE = 5.5
_FONTS = settings.BASE_DIR / "static" / "fonts"
_LATIN, _MORE = "instrument-sans-latin.woff2", "instrument-sans-latin-ext.woff2"


class Paper(FPDF):
    """A sheet with the number of each page at its foot."""

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self.foot = foot
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=28)
        for family, file in ((FAMILY, _LATIN), (_FALLBACK, _MORE)):
            self.add_font(family, "", _FONTS / file)
            self.add_font(family, "B", _FONTS / file, variations={"wght": 600.0})
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
