"""Orders in the back office: a list to work through, and a page that only acts can change."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit import history
from audit.admin import AuditedAdmin, amounts_on
from audit.models import AuditLog
from orders import lines
from orders.admin.moves import MOVES, offered
from orders.errors import NotAllowed
from orders.models import Order, OrderStatusChange
from shop.back_office import ReadOnly, badge
from shop.money import format_money

Status = Order.Status
#: Tint and icon of each status.
STATUS_KINDS = {
    Status.PENDING: ("warn", "clock"),
    Status.PAID: ("info", "card"),
    Status.FULFILLED: ("info", "box"),
    Status.SHIPPED: ("info", "truck"),
    Status.DELIVERED: ("ok", "check"),
    Status.CANCELED: ("", "close"),
}
_PAYMENT_KINDS = {
    "INITIATED": ("warn", "clock"),
    "AUTHORIZED": ("warn", "clock"),
    "CAPTURED": ("ok", "check"),
    "SETTLED": ("ok", "check"),
    "FAILED": ("danger", "alert"),
    "DISPUTED": ("danger", "alert"),
}
#: Audit entries shown on the page of an order; its History page has all.
LATEST = 10


def payment_badge(payment: Any) -> SafeString:
    """The status of a payment as badge, or a dash where nobody tried to pay."""
    if payment is None:
        return badge(gettext("None"), "", "minus")
    kind, icon = _PAYMENT_KINDS.get(payment.status, ("", "info"))
    return badge(payment.get_status_display(), kind, icon)


@admin.register(Order)
class OrderAdmin(ReadOnly, AuditedAdmin):
    """Nothing is typed over here: each step is an act with its own page."""

    records_views = True
    amount_fields = ("subtotal", "discount", "shipping", "tax", "included_tax", "total")
    list_display = ("number", "placed_at", "customer_email", "status_badge", "paid", "total_shown")
    list_filter = ("status", "shipping_method", "placed_at")
    list_select_related = ("customer",)
    search_fields = ("number", "email", "items__sku", "addresses__full_name")
    search_help_text = _("Order number, e-mail address, name or SKU")
    date_hierarchy = "placed_at"
    ordering = ("-placed_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        rows = cast("QuerySet[Order]", super().get_queryset(request))
        return rows.prefetch_related("payments")

    def get_urls(self) -> list[URLPattern]:
        step = path(
            "<path:object_id>/step/<slug:name>/",
            self.admin_site.admin_view(self.step_view),
            name="orders_order_step",
        )
        return [step, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Everything about one order, with the steps that are possible now."""
        order = self._order(request, object_id)
        if not self.has_view_permission(request, order):
            raise PermissionDenied
        objects = [order, *order.payments.all()]
        changes = history.entries_of(objects).exclude(action=AuditLog.Action.VIEW)
        context = {
            **self.admin_site.each_context(request),
            "title": order.number,
            "subtitle": None,
            "opts": self.opts,
            "original": order,
            "order": order,
            "items": [(item, lines.choice(item.option_values)) for item in order.items.all()],
            "status_badge": self.status_badge(order),
            "payments": [(payment, payment_badge(payment)) for payment in order.payments.all()],
            "addresses": order.addresses.all(),
            "steps": timeline(order),
            "entries": history.told(changes[:LATEST], amounts_on(self.admin_site)),
            "moves": offered(order) if self._may_move(request) else [],
            **(extra_context or {}),
        }
        self.record_view(str(order.pk))
        return TemplateResponse(request, "admin/orders/order/detail.html", context)

    def step_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Says what a step does; posting takes it."""
        order = self._order(request, object_id)
        move = MOVES.get(name)
        if move is None:
            raise Http404
        if not self._may_move(request):
            raise PermissionDenied
        page = reverse("admin:orders_order_change", args=[order.pk])
        form = move.form_class(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                moved = move.make(order.pk, actor_id=request.user.pk, **form.cleaned_data)
            except NotAllowed as refusal:
                self._say_refused(request, refusal.order)
            else:
                text = gettext("%(order)s: %(status)s.")
                facts = {"order": moved.number, "status": moved.get_status_display()}
                self.message_user(request, text % facts, messages.SUCCESS)
            return HttpResponseRedirect(page)
        if move.before != order.status:
            self._say_refused(request, order)
            return HttpResponseRedirect(page)
        context = {
            **self.admin_site.each_context(request),
            "title": move.label,
            "subtitle": order.number,
            "opts": self.opts,
            "order": order,
            "move": move,
            "form": form,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/orders/order/step.html", context, status=status)

    def history_objects(self, obj: models.Model) -> Iterable[models.Model]:
        order = cast("Order", obj)
        payments: Any = order.payments
        return [order, *order.status_changes.all(), *payments.all()]

    def _order(self, request: HttpRequest, object_id: str) -> Any:
        rows = self.get_queryset(request).select_related("customer", "shipping_method")
        steps = OrderStatusChange.objects.select_related("actor")
        rows = rows.prefetch_related(
            "items",
            "addresses",
            "payments__transactions",
            Prefetch("status_changes", queryset=steps),
        )
        field = self.opts.pk
        try:
            return rows.get(pk=field.to_python(unquote(object_id)))
        except (Order.DoesNotExist, ValidationError) as error:
            raise Http404 from error

    def _may_move(self, request: HttpRequest) -> bool:
        return request.user.has_perm("orders.change_order")

    def _say_refused(self, request: HttpRequest, order: Order) -> None:
        text = gettext("Nothing was changed: %(order)s is %(status)s, where this is not possible.")
        facts = {"order": order.number, "status": order.get_status_display()}
        self.message_user(request, text % facts, messages.ERROR)

    @admin.display(description=_("customer"), ordering="email")
    def customer_email(self, order: Order) -> str:
        return order.email

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, order: Order) -> SafeString:
        return badge(order.get_status_display(), *STATUS_KINDS[Status(order.status)])

    @admin.display(description=_("payment"))
    def paid(self, order: Any) -> SafeString:
        # Newest first: the attempt that counts.
        return payment_badge(next(iter(order.payments.all()), None))

    @admin.display(description=_("total"), ordering="total")
    def total_shown(self, order: Order) -> str:
        return format_money(order.total, order.currency)


def timeline(order: Order) -> list[dict[str, Any]]:
    """What happened to the order, as steps of ``components/timeline.html``."""
    steps = [_step(gettext("Placed"), order.placed_at, order.email, "cart")]
    for change in order.status_changes.all():
        if change.to_status == Status.PENDING:
            continue
        who = change.actor.email if change.actor else gettext("by itself")
        note = f"{who}: {change.reason}" if change.reason else who
        icon = STATUS_KINDS[Status(change.to_status)][1]
        steps.append(_step(change.get_to_status_display(), change.created_at, note, icon))
    if order.status not in (Status.DELIVERED, Status.CANCELED):
        steps[-1]["state"] = "current"
    return steps


def _step(name: str, at: datetime, note: str, icon: str) -> dict[str, Any]:
    return {"name": name, "state": "done", "at": at, "expected": "", "note": note, "icon": icon}
