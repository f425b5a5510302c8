"""Lines of bank statements in the back office: what is left of them, and whose they are."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from payments.admin.bank_forms import OrderNumberForm
from payments.admin.bank_steps import MAY_BOOK, BankAdmin, actor_of
from payments.bank import booking, words
from payments.errors import LineRefused
from payments.models import BankLine, BankStatement
from shop.back_office import badge
from shop.money import format_money
from shop.redirects import see_other

_LINE = {
    BankLine.Status.OPEN: ("", "clock"),
    BankLine.Status.BOOKED: ("ok", "check"),
    BankLine.Status.HELD: ("warn", "clock"),
    BankLine.Status.DUPLICATE: ("", "copy"),
}


class DealtFilter(admin.SimpleListFilter):
    """What is still to be done."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("open", _("Not matched to an order")), ("return", _("To be sent back"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[BankLine]) -> QuerySet[BankLine]:
        if self.value() == "open":
            return queryset.filter(status=BankLine.Status.OPEN, order=None, returned_at=None)
        if self.value() == "return":
            return cast("QuerySet[BankLine]", cast("Any", queryset).to_return())
        return queryset


@admin.register(BankLine)
class BankLineAdmin(BankAdmin):
    """Money that came, line by line."""

    amount_fields = ("amount", "used_amount")
    list_display = (
        "booked_on",
        "name",
        "amount_shown",
        "status_badge",
        "order_link",
        "excess_shown",
        "returned_at",
    )
    list_filter = (DealtFilter, "status", "match")
    list_select_related = ("order",)
    search_fields = ("name", "text", "order__number")
    search_help_text = _("Sender, text or order number")
    date_hierarchy = "booked_on"
    ordering = ("-booked_on", "-pk")
    change_form_template = "admin/payments/bank/line.html"
    fields = (
        ("booked_on", "amount_shown", "status_badge"),
        ("name", "account"),
        "text",
        ("order_link", "match", "excess_shown", "returned_at"),
        ("statement", "position"),
    )
    readonly_fields = ("amount_shown", "status_badge", "order_link", "excess_shown")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/assign/", view(self.assign_view), name="payments_bankline_assign"),
            path(
                "<uuid:pk>/returned/", view(self.returned_view), name="payments_bankline_returned"
            ),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["manages"] = request.user.has_perm(MAY_BOOK)
        return super().render_change_form(request, context, *args, **kwargs)

    def assign_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Say which order a line pays; of a booked statement it is booked at once."""
        self.refuse_strangers(request)
        line = get_object_or_404(BankLine.objects.select_related("statement"), pk=pk)
        data = request.POST if request.method == "POST" else None
        form = OrderNumberForm(data)
        if form.is_valid():
            try:
                self._assign(request, line, form.cleaned_data["number"].strip())
            except Order.DoesNotExist:
                form.add_error("number", gettext("There is no order with this number."))
            except LineRefused as error:
                form.add_error(None, words.line_refused(error))
            else:
                return see_other("admin:payments_bankstatement_change", line.statement_id)
        self.record_view(str(pk), page="assign")
        amount = format_money(line.amount, line.currency)
        return self.asked(
            request,
            form,
            title=gettext("Assign to an order"),
            consequence=gettext("%(amount)s of %(name)s: %(text)s")
            % {"amount": amount, "name": line.name or "–", "text": line.text or "–"},
            back=reverse("admin:payments_bankstatement_change", args=[line.statement_id]),
        )

    def returned_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Note that money was sent back by a transfer of ours."""
        self.refuse_strangers(request)
        line = get_object_or_404(BankLine, pk=pk)
        page = reverse("admin:payments_bankline_change", args=[pk])
        if request.method == "POST":
            try:
                booking.note_returned(pk)
            except LineRefused as error:
                self.message_user(request, words.line_refused(error), messages.ERROR)
            return see_other(page)
        self.record_view(str(pk), page="returned")
        amount = format_money(line.excess or line.amount, line.currency)
        return self.asked(
            request,
            Form(),
            title=gettext("Note as sent back"),
            consequence=gettext("%(amount)s were transferred back to %(name)s. Nobody is paid now.")
            % {"amount": amount, "name": line.name or line.account or "–"},
            back=page,
        )

    def _assign(self, request: HttpRequest, line: BankLine, number: str) -> None:
        booking.assign(line_id=line.pk, number=number)
        if line.statement.status == BankStatement.Status.BOOKED:
            booking.book(
                statement_id=line.statement_id, line_ids=[line.pk], actor_id=actor_of(request)
            )
            self.message_user(request, gettext("The line is booked."), messages.SUCCESS)

    @admin.display(description=_("amount"), ordering="amount")
    def amount_shown(self, line: BankLine) -> str:
        return format_money(line.amount, line.currency)

    @admin.display(description=_("too much"))
    def excess_shown(self, line: BankLine) -> str:
        return format_money(line.excess, line.currency) if line.excess else ""

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, line: BankLine) -> SafeString:
        return badge(str(line.get_status_display()), *_LINE[BankLine.Status(line.status)])

    @admin.display(description=_("order"), ordering="order__number")
    def order_link(self, line: BankLine) -> SafeString | str:
        if line.order is None:
            return ""
        url = reverse("admin:orders_order_change", args=[line.order_id])
        return format_html('<a href="{}">{}</a>', url, line.order.number)
