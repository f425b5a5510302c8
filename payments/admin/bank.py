"""Bank statements in the back office: brought, looked at, booked."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from payments.admin.bank_forms import ColumnsForm, StatementForm
from payments.admin.bank_steps import MAY_BOOK, BankAdmin, actor_of
from payments.bank import booking, columns, statements, words
from payments.bank.outlook import Outlook, Verdict, outlook
from payments.errors import LineRefused, StatementKnown, StatementRefused
from payments.models import BankStatement
from shop.back_office import badge
from shop.money import format_money
from shop.redirects import see_other

#: Lines that a page shows at once; the rest is on the list of lines.
MOST_SHOWN = 500

_STATEMENT = {
    BankStatement.Status.UPLOADED: ("warn", "alert"),
    BankStatement.Status.READ: ("info", "clock"),
    BankStatement.Status.BOOKED: ("ok", "check"),
}


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
                    data=file.read(), file_name=file.name, actor_id=actor_of(request)
                )
            except StatementKnown as known:
                self.message_user(request, gettext("This file is here already."), messages.WARNING)
                return see_other("admin:payments_bankstatement_change", known.statement_id)
            except StatementRefused as error:
                form.add_error("file", words.refused(error))
            else:
                self._tell_pending(request, made)
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
                self._tell_pending(request, statement)
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
                statement_id=statement.pk, line_ids=ticked, actor_id=actor_of(request)
            )
        except LineRefused as error:
            return words.line_refused(error)
        if not (done.paid or done.short):
            self.message_user(request, gettext("No line was booked."), messages.WARNING)
            return ""
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

    def _tell_pending(self, request: HttpRequest, statement: BankStatement) -> None:
        """Say what was left out, to who brought it."""
        if not statement.pending:
            return
        text = ngettext(
            "%(count)d line is pending and was left out. It comes again once it is booked.",
            "%(count)d lines are pending and were left out. They come again once they are booked.",
            statement.pending,
        )
        self.message_user(request, text % {"count": statement.pending}, messages.WARNING)

    def _go_on(self, statement: BankStatement) -> HttpResponse:
        is_known = statement.status != BankStatement.Status.UPLOADED
        step = "change" if is_known else "columns"
        return see_other(f"admin:payments_bankstatement_{step}", statement.pk)


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
