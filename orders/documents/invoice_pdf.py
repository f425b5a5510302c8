"""An invoice on paper: drawn from its stored content, so that it is the same whenever it is asked.

The letters are the shop's own font, from the same files that its pages load.
"""

from typing import Any

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from fpdf import FPDF

from orders.models import Invoice, InvoiceKind
from shop.money import format_money

_FONTS = settings.BASE_DIR / "static" / "fonts"
_LATIN, _MORE = "instrument-sans-latin.woff2", "instrument-sans-latin-ext.woff2"
_FAMILY, _FALLBACK = "Instrument", "InstrumentMore"
#: Widths of the columns: title, quantity, price, tax rate, amount; millimeters of 170.
_COLUMNS = (82, 18, 26, 16, 28)
_MARGIN = 20
_LINE = 5.5


class _Paper(FPDF):
    """A sheet with the number of each page at its foot."""

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self.foot = foot
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(auto=True, margin=28)
        for family, file in ((_FAMILY, _LATIN), (_FALLBACK, _MORE)):
            self.add_font(family, "", _FONTS / file)
            self.add_font(family, "B", _FONTS / file, variations={"wght": 600.0})
        self.set_fallback_fonts([_FALLBACK], exact_match=True)

    def footer(self) -> None:
        """Who sells, and the page; called by the library at the end of each page."""
        self.set_y(-20)
        self.set_font(_FAMILY, "", 7)
        self.set_text_color(90)
        self.cell(130, 4, self.foot)
        page = _("Page %(number)d of %(count)s") % {"number": self.page_no(), "count": "{nb}"}
        self.cell(0, 4, page, align="R")
        self.set_text_color(0)


def draw(invoice: Invoice) -> bytes:
    """The PDF of ``invoice``, in the language it was issued in."""
    content: dict[str, Any] = invoice.content
    with translation.override(content["language"]):
        seller = content["seller"]
        vat = _("VAT number %s") % seller["vat_number"] if seller["vat_number"] else ""
        foot = " · ".join(filter(None, [seller["name"], seller["address"], seller["email"], vat]))
        paper = _Paper(foot)
        paper.set_creation_date(invoice.issued_at)
        paper.set_title(f"{invoice.get_kind_display()} {invoice.number}")
        paper.set_lang(content["language"])
        paper.add_page()
        _head(paper, invoice, content)
        _lines(paper, invoice, content)
        _totals(paper, invoice, content)
        _words(paper, content)
        return bytes(paper.output())


def _head(paper: _Paper, invoice: Invoice, content: dict[str, Any]) -> None:
    paper.set_font(_FAMILY, "B", 16)
    paper.cell(0, 8, settings.SHOP_NAME, new_x="LMARGIN", new_y="NEXT")
    paper.ln(10)
    top = paper.get_y()
    paper.set_font(_FAMILY, "", 10)
    for line in content["buyer"]:
        paper.cell(90, _LINE, line, new_x="LMARGIN", new_y="NEXT")
    bottom = paper.get_y()
    placed = parse_date(str(content["placed_at"]))
    issued = timezone.localtime(invoice.issued_at).date()
    facts = [
        (_("Number"), invoice.number),
        (_("Date"), formats.date_format(issued)),
        (_("Order"), content["order"]),
        (_("Ordered on"), formats.date_format(placed) if placed else ""),
        (_("Your VAT number"), content["vat_number"]),
        (_("Corrects invoice"), content.get("corrects", "")),
    ]
    paper.set_y(top)
    for name, value in facts:
        if value:
            paper.set_x(_MARGIN + 95)
            paper.cell(35, _LINE, name)
            paper.cell(0, _LINE, value, align="R", new_x="LMARGIN", new_y="NEXT")
    paper.set_y(max(bottom, paper.get_y()) + 12)
    paper.set_font(_FAMILY, "B", 14)
    paper.cell(0, 8, str(invoice.get_kind_display()), new_x="LMARGIN", new_y="NEXT")
    paper.ln(3)


def _lines(paper: _Paper, invoice: Invoice, content: dict[str, Any]) -> None:
    heads = (_("Article"), _("Quantity"), _("Price"), _("Tax"), _("Amount"))
    paper.set_font(_FAMILY, "", 9)
    paper.set_draw_color(200)
    with paper.table(
        col_widths=_COLUMNS,
        text_align=("LEFT", "RIGHT", "RIGHT", "RIGHT", "RIGHT"),
        borders_layout="HORIZONTAL_LINES",
        line_height=_LINE,
        padding=1,
    ) as table:
        table.row(heads)
        for line in content["lines"]:
            what = ", ".join(filter(None, [line["title"], line["choice"]]))
            if line["discount"]:
                off = format_money(line["discount"], invoice.currency)
                what += "\n" + _("Discount %s") % f"−{off}"
            table.row(
                (
                    f"{what}\n{line['sku']}",
                    str(line["quantity"]),
                    format_money(line["unit_price"], invoice.currency),
                    f"{line['tax_rate'] / 100:g} %",
                    format_money(line["total"], invoice.currency),
                )
            )


def _totals(paper: _Paper, invoice: Invoice, content: dict[str, Any]) -> None:
    shipping_name = content["shipping_name"] or _("Delivery")
    rows = [(_("Subtotal"), content["subtotal"])]
    if content["discount"]:
        rows.append((_("Discount"), -content["discount"]))
    if content["shipping"] or invoice.kind == InvoiceKind.INVOICE:
        rows.append((shipping_name, content["shipping"]))
    is_on_top = not content["prices_include_tax"]
    if is_on_top and content["tax"]:
        rows.append((_("Tax"), content["tax"]))
    paper.ln(4)
    paper.set_font(_FAMILY, "", 10)
    for name, amount in rows:
        _row(paper, name, format_money(amount, invoice.currency))
    paper.set_font(_FAMILY, "B", 11)
    is_credit = invoice.kind == InvoiceKind.CREDIT_NOTE
    label = _("Given back") if is_credit else _("Total")
    _row(paper, label, format_money(content["total"], invoice.currency))
    paper.set_font(_FAMILY, "", 9)
    if not is_on_top:
        _row(paper, _("Tax included"), format_money(content["tax"], invoice.currency))
    net = content["total"] - content["tax"]
    _row(paper, _("Net"), format_money(net, invoice.currency))


def _row(paper: _Paper, name: str, amount: str) -> None:
    paper.cell(130, _LINE, name, align="R")
    paper.cell(40, _LINE, amount, align="R", new_x="LMARGIN", new_y="NEXT")


def _words(paper: _Paper, content: dict[str, Any]) -> None:
    words = []
    if content["is_reverse_charge"]:
        words.append(_("Reverse charge: the recipient owes the tax."))
    if content.get("reason"):
        words.append(content["reason"])
    if content["ship_to"] and content["ship_to"] != content["buyer"]:
        words.append(_("Delivered to: %s") % ", ".join(content["ship_to"]))
    paper.ln(8)
    paper.set_font(_FAMILY, "", 9)
    for text in words:
        paper.multi_cell(0, _LINE, text, new_x="LMARGIN", new_y="NEXT")
