"""A gift card on paper, to print and hand over: the card, to cut out, and how it is spent."""

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from orders.documents.paper import FAMILY, LINE, MARGIN, Paper
from payments.models import GiftCard
from shop.money import format_money

#: The card in millimeters; its content keeps so far from the edge.
_WIDTH, _HEIGHT, _INSET = 170, 92, 9
_ECRU, _THREAD, _INK = (244, 241, 232), (179, 32, 58), (23, 27, 46)
_HEM = 8
#: Letters of a name that fit whatever they are.
_NAME = 40


def draw(card: GiftCard, code: str, *, balance_url: str) -> bytes:
    """The PDF of a card with its ``code`` as people read it, in the language it is sent in."""
    with translation.override(card.language or settings.LANGUAGE_CODE):
        paper = Paper(" · ".join([settings.SHOP_LEGAL_NAME, settings.SHOP_EMAIL]))
        paper.set_creation_date(card.created_at)
        paper.set_title(_("Gift card"))
        paper.set_lang(translation.get_language())
        paper.add_page()
        _card(paper, card, code)
        _words(paper, card, balance_url)
        return bytes(paper.output())


def _card(paper: Paper, card: GiftCard, code: str) -> None:
    top, left, inside = MARGIN, MARGIN + _INSET, _WIDTH - 2 * _INSET
    paper.set_draw_color(150)
    paper.rect(MARGIN, top, _WIDTH, _HEIGHT)
    _hem(paper, top + _HEIGHT - _HEM)
    paper.set_text_color(*_INK)
    paper.set_xy(left, top + _INSET)
    paper.set_font(FAMILY, "B", 16)
    paper.cell(inside / 2, 8, settings.SHOP_NAME)
    paper.set_font(FAMILY, "", 12)
    paper.cell(inside / 2, 8, _("Gift card"), align="R")
    paper.set_xy(left, top + 24)
    paper.set_font(FAMILY, "B", 34)
    paper.cell(inside, 16, format_money(card.balance, card.currency))
    paper.set_font(FAMILY, "", 10)
    for place, text in enumerate(_people(card)):
        paper.set_xy(left, top + 41 + place * LINE)
        paper.cell(inside, LINE, text)
    paper.set_xy(left, top + 54)
    paper.set_font(FAMILY, "B", 20)
    paper.cell(inside, 10, code)
    paper.set_xy(left, top + 67)
    paper.set_font(FAMILY, "", 9)
    paper.cell(inside, LINE, _until(card))


def _hem(paper: Paper, top: float) -> None:
    """The selvedge at the foot of the card: an ecru band with a thread in it."""
    paper.set_fill_color(*_ECRU)
    paper.rect(MARGIN + 0.1, top, _WIDTH - 0.2, _HEM - 0.1, style="F")
    paper.set_draw_color(*_THREAD)
    paper.set_line_width(0.6)
    paper.set_dash_pattern(dash=5, gap=2.2)
    paper.line(MARGIN + 1, top + _HEM / 2, MARGIN + _WIDTH - 1, top + _HEM / 2)
    paper.set_dash_pattern()
    paper.set_line_width(0.2)


def _words(paper: Paper, card: GiftCard, balance_url: str) -> None:
    paper.set_xy(MARGIN, MARGIN + _HEIGHT + 12)
    paper.set_font(FAMILY, "", 11)
    how = _(
        "Choose what you like and type the code in the payment step. What is left stays on the "
        "card."
    )
    for text in filter(None, [card.message, how]):
        paper.multi_cell(0, LINE + 1, text, align="L", new_x="LMARGIN", new_y="NEXT")
        paper.ln(4)
    for text in (settings.SHOP_URL, f"{_('See what is left on a card')}: {balance_url}"):
        paper.cell(0, LINE + 1, text, new_x="LMARGIN", new_y="NEXT")
    paper.ln(4)
    paper.set_font(FAMILY, "", 9)
    keep = _("Keep this sheet: whoever has the code can spend the card, and we cannot read it.")
    paper.multi_cell(0, LINE, keep, new_x="LMARGIN", new_y="NEXT")


def _people(card: GiftCard) -> list[str]:
    """For whom and from whom, as far as it is known, each within the width of the card."""
    lines = []
    if card.recipient_name:
        lines.append(_("For %s") % Truncator(card.recipient_name).chars(_NAME))
    if card.sender_name:
        lines.append(_("From %s") % Truncator(card.sender_name).chars(_NAME))
    return lines


def _until(card: GiftCard) -> str:
    if card.expires_at is None:
        return ""
    day = formats.date_format(timezone.localtime(card.expires_at).date())
    return _("It can be spent until %(day)s.") % {"day": day}
