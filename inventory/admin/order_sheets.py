"""What a supplier gets to read: the order as a page to print and as a CSV file."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext

from audit.models import AuditLog
from audit.recording import record
from inventory import purchasing
from inventory.admin.suppliers import MAY_SEE_COST
from shop.money import format_money, to_major
from shop.spreadsheets import csv_lines


class OrderSheets:
    """The sheets, for the admin of purchase orders."""

    admin_site: Any
    opts: Any
    model: type[models.Model]
    order_of: Any

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(
                "<uuid:order_id>/sheet/",
                view(self.sheet_view),
                name="inventory_purchaseorder_sheet",
            ),
            path(
                "<uuid:order_id>/sheet.csv", view(self.csv_view), name="inventory_purchaseorder_csv"
            ),
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def sheet_view(self, request: HttpRequest, order_id: UUID) -> HttpResponse:
        """The order on paper."""
        order = self._order_with_costs(request, order_id)
        lines = [
            (
                line,
                format_money(line.cost, order.currency),
                format_money(line.line_cost, order.currency),
            )
            for line in order.lines.all()
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Purchase order %s") % order.number,
            "opts": self.opts,
            "order": order,
            "lines": lines,
            "total": format_money(purchasing.total_cost(order), order.currency),
        }
        template = "admin/inventory/purchaseorder/sheet.html"
        return TemplateResponse(request, template, context)

    def csv_view(self, request: HttpRequest, order_id: UUID) -> StreamingHttpResponse:
        """The lines as a file that no spreadsheet runs."""
        order = self._order_with_costs(request, order_id)
        record(AuditLog.Action.EXPORT, self.model, str(order.pk), {}, {"format": "CSV"})
        return StreamingHttpResponse(
            csv_lines(_rows(order)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{order.number}.csv"'},
        )

    def _order_with_costs(self, request: HttpRequest, order_id: UUID) -> Any:
        order = self.order_of(request, order_id)
        if not request.user.has_perm(MAY_SEE_COST):
            raise PermissionDenied
        return order


def _rows(order: Any) -> Iterator[list[object]]:
    yield [
        gettext("Purchase order"),
        gettext("Your SKU"),
        gettext("Our SKU"),
        gettext("Product"),
        gettext("Quantity"),
        gettext("Cost"),
        gettext("Currency"),
    ]
    for line in order.lines.all():
        yield [
            order.number,
            line.supplier_sku,
            line.variant.sku,
            f"{line.variant.product.title} {line.variant.title}",
            line.quantity,
            to_major(line.cost, order.currency),
            order.currency,
        ]
