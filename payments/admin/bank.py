"""Bank statements in the back office: brought, looked at, booked; and what is left of them."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from orders.models import Order
from payments.admin.bank_forms import ColumnsForm, OrderNumberForm, StatementForm
from payments.bank import booking, columns, statements, words
from payments.bank.outlook import Outlook, Verdict, outlook
from payments.errors import LineRefused, StatementKnown, StatementRefused
from payments.models import BankLine, BankStatement
from shop.back_office import ReadOnly, badge
from shop.money import format_money
from shop.redirects import see_other

MAY_BOOK = "payments.change_bankstatement"
#: Lines that a page shows at once; the rest is on the list of lines.
MOST_SHOWN = 500

_STATEMENT = {
    BankStatement.Status.UPLOADED: ("warn", "alert"),
    BankStatement.Status.READ: ("info", "clock"),
    BankStatement.Status.BOOKED: ("ok", "check"),
}
_LINE = {
    BankLine.Status.OPEN: ("", "clock"),
    BankLine.Status.BOOKED: ("ok", "check"),
    BankLine.Status.HELD: ("warn", "clock"),
    BankLine.Status.DUPLICATE: ("", "copy"),
}


class BankAdmin(ReadOnly, AuditedAdmin):
    """What statements and their lines have in common."""

    records_views = True

    def refuse_strangers(self, request: HttpRequest) -> None:
        if not request.user.has_perm(MAY_BOOK):
            raise PermissionDenied

    def asked(
        self, request: HttpRequest, form: Form, *, title: str, consequence: str, back: str
    ) -> HttpResponse:
        """The page that says what an act does, and asks what it needs to know."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "consequence": consequence,
            "opts": self.opts,
            "form": form,
            "back": back,
        }
        status = 422 if form.errors else 200
        template = "admin/payments/bank/step.html"
        return TemplateResponse(request, template, context, status=status)


@admin.register(BankStatement)
class BankStatementAdmin(BankAdmin):
    """Statements: the newest first, each with the lines of money that came."""

    list_display = ("file_name", "created_at", "status_badge", "uploaded_by", "booked_at")
    list_filter = ("status",)
    list_select_related = ("uploaded_by",)
    search_fields = ("file_name",)
    ordering = ("-created_at", "-pk")
    change_list_template = "admin/payments/bank/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("bring/", view(self.bring_view), name="payments_bankstatement_bring"),
            path(
                "<uuid:pk>/columns/", view(self.columns_view), name="payments_bankstatement_columns"
            ),
            path("<uuid:pk>/drop/", view(self.drop_view), name="payments_bankstatement_drop"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        extra = {"manages": request.user.has_perm(MAY_BOOK), **(extra_context or {})}
        return super().changelist_view(request, extra)

    def bring_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file in; nothing of any order changes yet."""
        self.refuse_strangers(request)
        is_post = request.method == "POST"
        form = StatementForm(request.POST, request.FILES) if is_post else StatementForm()
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                made = statements.receive(
                    data=file.read(), file_name=file.name, actor_id=_actor(request)
                )
            except StatementKnown as known:
                self.message_user(request, gettext("This file is here already."), messages.WARNING)
                return see_other("admin:payments_bankstatement_change", known.statement_id)
            except StatementRefused as error:
                form.add_error("file", words.refused(error))
            else:
                return self._go_on(made)
        return self.asked(
            request,
            form,
            title=gettext("Bring a statement"),
            consequence=gettext(
                "Its lines are compared with the orders that wait for money. Nothing is booked "
                "before you have looked at them."
            ),
            back=reverse("admin:payments_bankstatement_changelist"),
        )

    def columns_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Say what each column of an unknown file is."""
        self.refuse_strangers(request)
        statement = get_object_or_404(BankStatement, pk=pk)
        if statement.status != BankStatement.Status.UPLOADED:
            return self._go_on(statement)
        header = columns.header_of(statement.rows)
        cells = statement.rows[header] if statement.rows else []
        data = request.POST if request.method == "POST" else None
        form = ColumnsForm(data, cells=cells, header=header)
        if form.is_valid():
            try:
                statement = statements.say_columns(statement_id=pk, columns=form.columns())
            except StatementRefused as error:
                form.add_error(None, words.refused(error))
            else:
                return self._go_on(statement)
        return self.asked(
            request,
            form,
            title=gettext("Columns of %(file)s") % {"file": statement.file_name},
            consequence=gettext("The header of this file is not known. Say what its columns are."),
            back=reverse("admin:payments_bankstatement_changelist"),
        )

    def drop_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Forget a statement that was not booked."""
        self.refuse_strangers(request)
        statement = get_object_or_404(BankStatement, pk=pk)
        if statement.status == BankStatement.Status.BOOKED:
            raise Http404
        if request.method == "POST":
            statements.drop(pk)
            return see_other("admin:payments_bankstatement_changelist")
        return self.asked(
            request,
            Form(),
            title=gettext("Forget this statement"),
            consequence=gettext("Its lines are deleted; nothing of them was booked."),
            back=reverse("admin:payments_bankstatement_change", args=[pk]),
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The lines and what booking them would do; posting books those that are ticked."""
        statement = cast("BankStatement | None", self.get_object(request, unquote(object_id)))
        if statement is None:
            raise Http404
        if not self.has_view_permission(request, statement):
            raise PermissionDenied
        if statement.status == BankStatement.Status.UPLOADED:
            return see_other("admin:payments_bankstatement_columns", statement.pk)
        problem = ""
        if request.method == "POST":
            self.refuse_strangers(request)
            problem = self._book(request, statement)
            if not problem:
                return self._go_on(statement)
        lines = statement.lines.select_related("order").order_by("position")
        found = outlook(list(lines[:MOST_SHOWN]))
        context = {
            **self.admin_site.each_context(request),
            "title": statement.file_name,
            "subtitle": None,
            "opts": self.opts,
            "statement": statement,
            "status_badge": self.status_badge(statement),
            "rows": [(each, _verdict_words(each)) for each in found],
            "counts": _counts(found),
            "manages": request.user.has_perm(MAY_BOOK),
            "is_bookable": any(each.is_bookable for each in found),
            "problem": problem,
            **(extra_context or {}),
        }
        self.record_view(str(statement.pk))
        template = "admin/payments/bank/statement.html"
        return TemplateResponse(request, template, context, status=409 if problem else 200)

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, statement: BankStatement) -> SafeString:
        kind = BankStatement.Status(statement.status)
        return badge(str(statement.get_status_display()), *_STATEMENT[kind])

    def _book(self, request: HttpRequest, statement: BankStatement) -> str:
        """Book what is ticked; why it was refused, or ""."""
        known = {str(pk) for pk in statement.lines.values_list("pk", flat=True)}
        ticked = [UUID(pk) for pk in request.POST.getlist("line") if pk in known]
        try:
            done = booking.book(
                statement_id=statement.pk, line_ids=ticked, actor_id=_actor(request)
            )
        except LineRefused as error:
            return words.line_refused(error)
        text = ngettext("%(count)d order is paid.", "%(count)d orders are paid.", done.paid)
        told = text % {"count": done.paid}
        if done.short:
            text = ngettext(
                "%(count)d line is too little and waits for the rest.",
                "%(count)d lines are too little and wait for the rest.",
                done.short,
            )
            told = f"{told} {text % {'count': done.short}}"
        self.message_user(request, told, messages.SUCCESS)
        return ""

    def _go_on(self, statement: BankStatement) -> HttpResponse:
        is_known = statement.status != BankStatement.Status.UPLOADED
        step = "change" if is_known else "columns"
        return see_other(f"admin:payments_bankstatement_{step}", statement.pk)


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
                statement_id=line.statement_id, line_ids=[line.pk], actor_id=_actor(request)
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


def _actor(request: HttpRequest) -> UUID:
    return cast("UUID", request.user.pk)


def _verdict_words(found: Outlook) -> str:
    """What booking a line would do."""
    amount = format_money(found.difference, found.line.currency)
    words_of = {
        Verdict.FULL: gettext("Pays the order"),
        Verdict.SHORT: gettext("%(amount)s too little: waits for the rest"),
        Verdict.OVER: gettext("Pays the order, %(amount)s too much"),
        Verdict.NOT_DUE: gettext("Nothing is to be paid of this order"),
        Verdict.UNMATCHED: gettext("No order found"),
        Verdict.DUPLICATE: gettext("Booked with another statement"),
        Verdict.DONE: str(found.line.get_status_display()),
    }
    return words_of[found.verdict] % {"amount": amount}


def _counts(found: list[Outlook]) -> list[tuple[str, int]]:
    """How many lines there are of each kind, for the line above the table."""
    kinds = [
        (gettext("matched"), (Verdict.FULL, Verdict.OVER)),
        (gettext("too little"), (Verdict.SHORT,)),
        (gettext("without an order"), (Verdict.UNMATCHED, Verdict.NOT_DUE)),
        (gettext("known"), (Verdict.DUPLICATE,)),
        (gettext("booked"), (Verdict.DONE,)),
    ]
    counted = [(name, sum(each.verdict in those for each in found)) for name, those in kinds]
    return [(name, count) for name, count in counted if count]
