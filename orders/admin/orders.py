"""Orders in the back office: a list to work through, and a page that only acts can change."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from orders.admin import workspace
from orders.admin.chronicle import STATUS_KINDS
from orders.admin.edits import EditPages
from orders.admin.moves import FULFILL, PARCEL_MOVES, Move, find, order_moves
from orders.documents import invoice_pdf
from orders.errors import NothingToPack, OrdersError, TooManyPacked, TrackingTaken
from orders.models import Order, OrderTag
from orders.placed import queues
from orders.views.order_page import pdf
from shop.accounts.masking import MaskedPeople, masked_email, sees_people
from shop.accounts.privacy.terms import is_locked
from shop.back_office import ReadOnly, badge
from shop.money import format_money

Status = Order.Status
_PAYMENT_KINDS = {
    "INITIATED": ("warn", "clock"),
    "AUTHORIZED": ("warn", "clock"),
    "CAPTURED": ("ok", "check"),
    "SETTLED": ("ok", "check"),
    "FAILED": ("danger", "alert"),
    "DISPUTED": ("danger", "alert"),
    "PARTIALLY_REFUNDED": ("info", "return"),
    "REFUNDED": ("info", "return"),
}

_REFUND_KINDS = {
    "REQUESTED": ("warn", "clock"),
    "SUCCEEDED": ("ok", "check"),
    "FAILED": ("danger", "alert"),
}


def payment_badge(payment: Any) -> SafeString:
    """The status of a payment as badge, or a dash where nobody tried to pay."""
    if payment is None:
        return badge(gettext("None"), "", "minus")
    if payment.held_amount and payment.captured_amount:
        return badge(gettext("Partly captured"), "warn", "clock")
    kind, icon = _PAYMENT_KINDS.get(payment.status, ("", "info"))
    return badge(payment.get_status_display(), kind, icon)


def money_badge(payments: Sequence[Any]) -> SafeString:
    """What became of an order's money; ``payments`` newest first.

    An attempt that took nothing, such as one to pay a difference, says nothing of what was paid.
    """
    counted = [row for row in payments if row.captured_amount or row.held_amount] or payments[:1]
    disputed = next((row for row in counted if row.status == "DISPUTED"), None)
    taken = sum(row.captured_amount for row in counted)
    given_back = sum(row.refunded_amount for row in counted)
    if len(counted) > 1 and disputed is None and 0 < given_back < taken:
        return badge(gettext("Partially refunded"), *_PAYMENT_KINDS["PARTIALLY_REFUNDED"])
    return payment_badge(disputed or next(iter(counted), None))


def refund_badge(refund: Any) -> SafeString:
    """The status of a refund as badge."""
    return badge(refund.get_status_display(), *_REFUND_KINDS[refund.status])


class QueueFilter(admin.SimpleListFilter):
    """What waits for staff."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [
            ("to-ship", _("To ship, urgent first")),
            ("late", _("Late")),
            ("to-answer", _("Messages to answer")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        known = {
            "to-ship": queues.to_ship,
            "late": queues.late,
            "to-answer": queues.to_answer,
        }
        waiting = known.get(self.value() or "")
        return queryset.filter(pk__in=waiting().values("pk")) if waiting else queryset


class TagFilter(admin.SimpleListFilter):
    """By the words that staff put on orders."""

    title = _("tag")
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        names = OrderTag.objects.order_by("name").values_list("name", flat=True).distinct()[:50]
        return [(name, name) for name in names]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        if self.value():
            tagged = OrderTag.objects.filter(name=self.value())
            return queryset.filter(pk__in=tagged.values("order"))
        return queryset


@admin.register(Order)
class OrderAdmin(MaskedPeople, EditPages, ReadOnly, AuditedAdmin):
    """Nothing is typed over here: each step is an act with its own page."""

    records_views = True
    amount_fields = ("subtotal", "discount", "shipping", "tax", "included_tax", "total")
    list_display = (
        "number",
        "placed_at",
        "customer_email",
        "status_badge",
        "paid",
        "promised",
        "total_shown",
    )
    list_filter = ("status", QueueFilter, TagFilter, "shipping_method", "placed_at")
    list_select_related = ("customer",)
    search_fields = ("number", "email", "items__sku", "addresses__full_name")
    search_help_text = _("Order number, e-mail address, name or SKU")
    masked = {"customer_email": masked_email}
    people_lookups = ("email", "addresses__full_name", "customer_note", "token", "vat_number")
    masked_search_help_text = _("Order number or SKU")
    date_hierarchy = "placed_at"

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return queues.URGENT_FIRST if request.GET.get("queue") else ("-placed_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        rows = cast("QuerySet[Order]", super().get_queryset(request))
        return rows.prefetch_related("payments")

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("<path:object_id>/step/<slug:name>/", self.step_view, "step"),
            ("<path:object_id>/parcel/<uuid:parcel_id>/slip/", self.slip_view, "slip"),
            ("<path:object_id>/parcel/<uuid:parcel_id>/<slug:name>/", self.parcel_view, "parcel"),
            ("<path:object_id>/document/<slug:number>/", self.document_view, "document"),
        )
        own = [
            path(route, self.admin_site.admin_view(view), name=f"orders_order_{name}")
            for route, view, name in pages
        ]
        return [*own, *super().get_urls()]

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
        context = {
            **self.admin_site.each_context(request),
            "title": order.number,
            "subtitle": None,
            "opts": self.opts,
            "original": order,
            "order": order,
            "status_badge": self.status_badge(order),
            "payment_badge": self.paid(order),
            "payments": [(payment, payment_badge(payment)) for payment in order.payments.all()],
            "refunds": [(refund, refund_badge(refund)) for refund in order.refunds.all()],
            **workspace.shown(request, order, self.admin_site),
            **(extra_context or {}),
        }
        self.record_view(str(order.pk))
        return TemplateResponse(request, "admin/orders/order/detail.html", context)

    def step_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Says what a step with the order does; posting takes it."""
        order = self._order(request, object_id)
        return self._take(request, order, order, find(order_moves(), name))

    def parcel_view(
        self, request: HttpRequest, object_id: str, parcel_id: UUID, name: str
    ) -> HttpResponse:
        """Says what a step with a parcel does; posting takes it."""
        order = self._order(request, object_id)
        parcel = self._parcel(order, parcel_id)
        return self._take(request, order, parcel, find(PARCEL_MOVES, name))

    def slip_view(self, request: HttpRequest, object_id: str, parcel_id: UUID) -> HttpResponse:
        """What lies in a parcel, to print and put inside."""
        order = self._order(request, object_id)
        if not self.has_view_permission(request, order):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Packing slip"),
            "subtitle": order.number,
            "opts": self.opts,
            "order": order,
            **workspace.slip(order, self._parcel(order, parcel_id)),
            # Who packs has to know where the parcel goes.
            "names_buyer": sees_people(request.user) or request.user.has_perm(FULFILL),
        }
        self.record_view(str(order.pk))
        return TemplateResponse(request, "admin/orders/order/slip.html", context)

    def document_view(self, request: HttpRequest, object_id: str, number: str) -> HttpResponse:
        """An invoice or credit note of the order, as PDF."""
        order = self._order(request, object_id)
        found = next((row for row in order.invoices.all() if row.number == number), None)
        if found is None:
            raise Http404
        if not (request.user.has_perm("orders.view_invoice") and sees_people(request.user)):
            raise PermissionDenied
        if is_locked(order.email):
            # Kept for the law alone, and gone when its term is over.
            if not request.user.has_perm("accounts.view_locked_documents"):
                raise PermissionDenied
            if not found.content:
                raise Http404
        self.record_view(str(order.pk))
        return pdf(invoice_pdf.draw(found), f"{found.number}.pdf")

    def _take(
        self, request: HttpRequest, order: Order, subject: Any, move: Move | None
    ) -> HttpResponse:
        if move is None:
            raise Http404
        if not move.is_open_to(request, order):
            raise PermissionDenied
        page = HttpResponseRedirect(reverse("admin:orders_order_change", args=[order.pk]))
        reason = move.refusal(subject)
        if reason:
            self._say_refused(request, order, reason)
            return page
        form = move.form(subject, request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                done = move.act(subject, form, cast("UUID", request.user.pk))
            except ValidationError as error:
                form.add_error(None, error)
            except TrackingTaken:
                form.add_error("tracking_number", gettext("Another parcel has this number."))
            except NothingToPack:
                form.add_error(None, gettext("A parcel needs a piece at the least."))
            except TooManyPacked:
                form.add_error(None, gettext("A colleague packed some of these meanwhile."))
            except OrdersError:
                self._say_refused(request, order, gettext("it has moved on meanwhile"))
                return page
            else:
                level, text = move.told(done) if move.told else _said(move, done, order)
                self.message_user(request, text, level)
                return page
        context = {
            **self.admin_site.each_context(request),
            "title": move.label,
            "subtitle": order.number,
            "opts": self.opts,
            "order": order,
            "move": move,
            "consequence": move.consequence(subject),
            "form": form,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, move.template, context, status=status)

    def history_objects(self, obj: models.Model) -> Iterable[models.Model]:
        return workspace.history_objects(cast("Order", obj))

    def _order(self, request: HttpRequest, object_id: str) -> Any:
        rows = workspace.readable(self.get_queryset(request))
        field = self.opts.pk
        try:
            return rows.get(pk=field.to_python(unquote(object_id)))
        except (Order.DoesNotExist, ValidationError) as error:
            raise Http404 from error

    def _parcel(self, order: Any, parcel_id: UUID) -> Any:
        parcel = next((row for row in order.shipments.all() if row.pk == parcel_id), None)
        if parcel is None:
            raise Http404
        return parcel

    def _say_refused(self, request: HttpRequest, order: Order, reason: str) -> None:
        text = gettext("Nothing was changed: %(order)s, %(reason)s.")
        facts = {"order": order.number, "reason": reason}
        self.message_user(request, text % facts, messages.ERROR)

    @admin.display(description=_("customer"), ordering="email")
    def customer_email(self, order: Order) -> str:
        return order.email

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, order: Order) -> SafeString:
        return badge(order.get_status_display(), *STATUS_KINDS[Status(order.status)])

    @admin.display(description=_("payment"))
    def paid(self, order: Any) -> SafeString:
        return money_badge(order.payments.all())

    @admin.display(description=_("promised"), ordering="delivery_until")
    def promised(self, order: Order) -> str | SafeString:
        until: date | None = order.delivery_until
        words = formats.date_format(until, "j\xa0M") if until else ""
        return badge(words, "danger", "alert") if queues.is_late(order) else words

    @admin.display(description=_("total"), ordering="total")
    def total_shown(self, order: Order) -> str:
        return format_money(order.total, order.currency)


def _said(move: Move, done: object, order: Order) -> tuple[int, str]:
    """What was done, and where it brought the order if that is elsewhere than before."""
    before = order.status
    order.refresh_from_db()
    words = [move.done(done)] if move.done else []
    if not words or order.status != before:
        words.append(gettext("it is %(status)s") % {"status": order.get_status_display()})
    facts = {"order": order.number, "done": "; ".join(words)}
    return messages.SUCCESS, gettext("%(order)s: %(done)s.") % facts
