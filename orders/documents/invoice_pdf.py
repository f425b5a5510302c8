"""An invoice on paper: drawn from its stored content, the same whenever it is asked for."""

from typing import Any

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from orders.documents.paper import FAMILY, LINE, MARGIN, Paper
from orders.models import Invoice, InvoiceKind
from shop.money import format_money

#: Widths of the columns: title, quantity, price, tax rate, amount; millimeters of 170.
_COLUMNS = (82, 18, 26, 16, 28)


def draw(invoice: Invoice) -> bytes:
    """The PDF of ``invoice``, in the language it was issued in."""
    content: dict[str, Any] = invoice.content
    with translation.override(content["language"]):
        seller = content["seller"]
        vat = _("VAT number %s") % seller["vat_number"] if seller["vat_number"] else ""
        foot = " · ".join(filter(None, [seller["name"], seller["address"], seller["email"], vat]))
        paper = Paper(foot)
        paper.set_creation_date(invoice.issued_at)
        paper.set_title(f"{invoice.get_kind_display()} {invoice.number}")
        paper.set_lang(content["language"])
        paper.add_page()
        _head(paper, invoice, content)
        _lines(paper, invoice, content)
        _totals(paper, invoice, content)
        _words(paper, content)
        return bytes(paper.output())


def _head(paper: Paper, invoice: Invoice, content: dict[str, Any]) -> None:
    paper.set_font(FAMILY, "B", 16)
    paper.cell(0, 8, settings.SHOP_NAME, new_x="LMARGIN", new_y="NEXT")
    paper.ln(10)
    top = paper.get_y()
    paper.set_font(FAMILY, "", 10)
    for line in content["buyer"]:
        paper.cell(90, LINE, line, new_x="LMARGIN", new_y="NEXT")
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
            paper.set_x(MARGIN + 95)
            paper.cell(35, LINE, name)
            paper.cell(0, LINE, value, align="R", new_x="LMARGIN", new_y="NEXT")
    paper.set_y(max(bottom, paper.get_y()) + 12)
    paper.set_font(FAMILY, "B", 14)
    paper.cell(0, 8, str(invoice.get_kind_display()), new_x="LMARGIN", new_y="NEXT")
    paper.ln(3)


def _lines(paper: Paper, invoice: Invoice, content: dict[str, Any]) -> None:
    heads = (_("Article"), _("Quantity"), _("Price"), _("Tax"), _("Amount"))
    paper.set_font(FAMILY, "", 9)
    paper.set_draw_color(200)
    with paper.table(
        col_widths=_COLUMNS,
        text_align=("LEFT", "RIGHT", "RIGHT", "RIGHT", "RIGHT"),
        borders_layout="HORIZONTAL_LINES",
        line_height=LINE,
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


def _totals(paper: Paper, invoice: Invoice, content: dict[str, Any]) -> None:
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
    paper.set_font(FAMILY, "", 10)
    for name, amount in rows:
        _row(paper, name, format_money(amount, invoice.currency))
    paper.set_font(FAMILY, "B", 11)
    is_credit = invoice.kind == InvoiceKind.CREDIT_NOTE
    label = _("Given back") if is_credit else _("Total")
    _row(paper, label, format_money(content["total"], invoice.currency))
    paper.set_font(FAMILY, "", 9)
    if not is_credit and (credit := content.get("credit", 0)):
        # Means of payment, no discount: the tax stays what it is.
        _row(paper, _("Gift cards and store credit"), format_money(-credit, invoice.currency))
        left = format_money(content["total"] - credit, invoice.currency)
        _row(paper, _("Paid by other means"), left)
    if not is_on_top:
        _row(paper, _("Tax included"), format_money(content["tax"], invoice.currency))
    net = content["total"] - content["tax"]
    _row(paper, _("Net"), format_money(net, invoice.currency))


def _row(paper: Paper, name: str, amount: str) -> None:
    paper.cell(130, LINE, name, align="R")
    paper.cell(40, LINE, amount, align="R", new_x="LMARGIN", new_y="NEXT")


def _words(paper: Paper, content: dict[str, Any]) -> None:
    words = []
    if content["is_reverse_charge"]:
        words.append(_("Reverse charge: the recipient owes the tax."))
    if content.get("reason"):
        words.append(content["reason"])
    if content["ship_to"] and content["ship_to"] != content["buyer"]:
        words.append(_("Delivered to: %s") % ", ".join(content["ship_to"]))
    paper.ln(8)
    paper.set_font(FAMILY, "", 9)
    for text in words:
        paper.multi_cell(0, LINE, text, new_x="LMARGIN", new_y="NEXT")
