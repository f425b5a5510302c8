"""What goes with a return: a label for the outside, a slip with the pieces for the inside."""

from typing import Any

from django.conf import settings
from django.utils import formats, translation
from django.utils.translation import gettext as _

from catalog.products.choices import read_choices
from orders import lines
from orders.documents.paper import FAMILY, LINE, MARGIN, Paper
from orders.models import OrderAddress, Return
from orders.placed.addresses import newest

#: Width of a wide bar in millimeters, three times a narrow one; scanners want those 0.19 and more.
_BAR = 1.2


def draw(asked: Any) -> bytes:
    """The PDF of a return, in the language of its order."""
    order = asked.order
    with translation.override(order.language or settings.LANGUAGE_CODE):
        paper = Paper(" · ".join([settings.SHOP_LEGAL_NAME, settings.SHOP_EMAIL]))
        paper.set_creation_date(asked.created_at)
        paper.set_title(f"{_('Return')} {asked.number}")
        paper.set_lang(translation.get_language())
        paper.add_page()
        _label(paper, asked)
        _cut(paper)
        _slip(paper, asked)
        return bytes(paper.output())


def _label(paper: Paper, asked: Any) -> None:
    paper.set_font(FAMILY, "", 9)
    by_type = newest(asked.order.addresses.all())
    sender = by_type.get(OrderAddress.Type.SHIPPING)
    paper.cell(0, LINE, _("From"), new_x="LMARGIN", new_y="NEXT")
    for text in sender.lines if sender else [asked.order.email]:
        paper.cell(0, LINE, text, new_x="LMARGIN", new_y="NEXT")
    paper.ln(8)
    paper.set_font(FAMILY, "B", 9)
    paper.cell(0, LINE, _("To"), new_x="LMARGIN", new_y="NEXT")
    paper.set_font(FAMILY, "B", 16)
    for text in [settings.SHOP_LEGAL_NAME, *settings.SHOP_ADDRESS.split(", ")]:
        paper.cell(0, 8, text, new_x="LMARGIN", new_y="NEXT")
    paper.ln(6)
    paper.set_fill_color(0)
    paper.code39(f"*{asked.number}*", x=MARGIN, y=paper.get_y(), w=_BAR, h=16)
    paper.ln(18)
    paper.set_font(FAMILY, "B", 12)
    paper.cell(0, LINE, asked.number, new_x="LMARGIN", new_y="NEXT")


def _cut(paper: Paper) -> None:
    paper.ln(8)
    paper.set_draw_color(120)
    paper.set_dash_pattern(dash=2, gap=2)
    paper.line(MARGIN, paper.get_y(), 210 - MARGIN, paper.get_y())
    paper.set_dash_pattern()
    paper.ln(8)


def _slip(paper: Paper, asked: Any) -> None:
    paper.set_font(FAMILY, "B", 14)
    paper.cell(0, 8, _("Put this into the parcel"), new_x="LMARGIN", new_y="NEXT")
    paper.set_font(FAMILY, "", 10)
    facts = {"order": asked.order.number, "day": formats.date_format(asked.send_by)}
    text = _("Order %(order)s. Please send it by %(day)s.") % facts
    paper.multi_cell(0, LINE, text, new_x="LMARGIN", new_y="NEXT")
    paper.ln(3)
    choices = read_choices()
    paper.set_font(FAMILY, "", 9)
    paper.set_draw_color(200)
    with paper.table(
        col_widths=(20, 80, 40, 30),
        text_align=("RIGHT", "LEFT", "LEFT", "LEFT"),
        borders_layout="HORIZONTAL_LINES",
        line_height=LINE,
        padding=1,
    ) as table:
        table.row((_("Quantity"), _("Article"), _("Reason"), _("SKU")))
        for row in asked.items.all():
            what = [row.item.title, lines.choice(row.item.option_values, choices)]
            reason = str(row.get_reason_display())
            table.row((str(row.quantity), ", ".join(filter(None, what)), reason, row.item.sku))
    paper.ln(4)
    paper.set_font(FAMILY, "B", 10)
    paper.multi_cell(0, LINE, _wish(asked, choices), new_x="LMARGIN", new_y="NEXT")


def _wish(asked: Any, choices: Any) -> str:
    if asked.outcome != Return.Outcome.EXCHANGE:
        return f"{_('You would like')}: {asked.get_outcome_display()}"
    wished = [
        f"{row.quantity} × {lines.choice(row.exchange_variant.option_values, choices)}"
        for row in asked.items.all()
        if row.exchange_variant
    ]
    return _("Exchange for: %s") % ", ".join(wished)
