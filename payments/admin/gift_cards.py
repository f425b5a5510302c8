"""Gift cards in the back office: made, blocked, sent, and what the shop owes by them."""

from itertools import chain
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from audit.models import AuditLog
from audit.recording import record
from payments.admin.credit import CreditAdmin, order_link_of
from payments.admin.credit_forms import IssueForm
from payments.credit import cards, codes, letters, reports
from payments.models import GiftCard
from shop.accounts.masking import (
    MaskedPeople,
    email_for,
    hidden,
    masked_email,
    masked_name,
    sees_people,
)
from shop.back_office import badge
from shop.money import format_money
from shop.spreadsheets import csv_lines

_STATUS = {
    GiftCard.Status.ACTIVE: ("ok", "check"),
    GiftCard.Status.BLOCKED: ("danger", "close"),
    GiftCard.Status.EXPIRED: ("", "clock"),
}


@admin.register(GiftCard)
class GiftCardAdmin(MaskedPeople, CreditAdmin):
    """Gift cards: sold or made by hand; nobody can read their codes."""

    amount_fields = ("issued_amount", "balance")
    list_display = (
        "__str__",
        "status_badge",
        "issued_shown",
        "balance_shown",
        "recipient_email",
        "expires_at",
        "created_at",
    )
    list_filter = ("status", "created_at")
    search_fields = ("last4", "recipient_email", "order_item__order__number")
    search_help_text = _("Last four characters, recipient or order number")
    masked = {
        "recipient_email": masked_email,
        "recipient_name": masked_name,
        "sender_name": masked_name,
        "message": hidden,
    }
    people_lookups = ("recipient_email", "recipient_name", "sender_name", "message")
    masked_search_help_text = _("Last four characters or order number")
    ordering = ("-created_at", "-pk")
    change_list_template = "admin/payments/giftcard/change_list.html"
    change_form_template = "admin/payments/giftcard/change_form.html"
    fields = (
        ("status_badge", "last4"),
        ("issued_shown", "balance_shown"),
        "bought_with",
        ("recipient_name", "recipient_email"),
        ("sender_name", "message"),
        ("send_on", "sent_at", "expires_at"),
    )
    readonly_fields = ("status_badge", "issued_shown", "balance_shown", "bought_with")

    def get_queryset(self, request: HttpRequest) -> QuerySet[GiftCard]:
        return super().get_queryset(request).select_related("order_item__order")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("issue/", view(self.issue_view), name="payments_giftcard_issue"),
            path("liability/", view(self.liability_view), name="payments_giftcard_liability"),
            path("<uuid:pk>/block/", view(self.block_view), name="payments_giftcard_block"),
            path("<uuid:pk>/sheet/", view(self.sheet_view), name="payments_giftcard_sheet"),
            path("<uuid:pk>/send/", view(self.send_view), name="payments_giftcard_send"),
            *super().get_urls(),
        ]

    def issue_view(self, request: HttpRequest) -> HttpResponse:
        """Make a card by hand; without an address its code is shown here, once."""
        self.refuse_strangers(request)
        form = IssueForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            data = form.cleaned_data
            card = cards.issue(
                amount=data["amount"],
                currency=settings.SHOP_CURRENCY,
                recipient=form.recipient,
                reason=data["reason"],
                key=str(data["key"]),
                actor_id=cast("Any", request.user).pk,
            )
            if card.recipient_email:
                letters.queue(card)
                words = gettext("The card is on its way to %(email)s.")
                self.message_user(request, words % {"email": card.recipient_email})
            elif not card.last4:
                return self.shown_once(request, card, cards.give_code(card.pk))
            return HttpResponseRedirect(self.page_of(card))
        return self.asked(
            request,
            form,
            title=gettext("Issue a gift card"),
            consequence=gettext("Whoever has its code can spend the amount in the shop."),
        )

    def shown_once(self, request: HttpRequest, card: GiftCard, code: str) -> HttpResponse:
        """The page that tells a new code, and has it to print; sent again, the card's page comes.

        The code goes from page to page in forms alone: neither session nor address keeps it.
        """
        card.refresh_from_db()
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Gift card issued"),
            "opts": self.opts,
            "card": card,
            "code": codes.shown(code),
        }
        return TemplateResponse(request, "admin/payments/giftcard/issued.html", context)

    @method_decorator(require_POST)
    @method_decorator(sensitive_post_parameters("code"))
    def sheet_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """The card as a PDF to print, for whoever has its code in hand."""
        self.refuse_strangers(request)
        card = get_object_or_404(GiftCard, pk=pk)
        code = codes.plain(request.POST.get("code", ""))
        if not code or codes.hash_of(code) != card.code_hash:
            raise PermissionDenied
        headers = {"Content-Disposition": f'attachment; filename="{letters.SHEET}"'}
        sheet = letters.sheet_of(card, code)
        return HttpResponse(sheet, content_type="application/pdf", headers=headers)

    def block_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Block a card, or let it be spent again."""
        self.refuse_strangers(request)
        card = get_object_or_404(GiftCard, pk=pk)
        is_blocked = card.status == GiftCard.Status.BLOCKED
        if request.method == "POST":
            (cards.unblock if is_blocked else cards.block)(card.pk)
            return HttpResponseRedirect(self.page_of(card))
        return self.asked(
            request,
            forms.Form(),
            title=gettext("Unblock") if is_blocked else gettext("Block"),
            consequence=gettext("Its code can be used again.")
            if is_blocked
            else gettext("Nobody can spend it until you unblock it; what is on it stays."),
            back=self.page_of(card),
            is_destructive=not is_blocked,
        )

    def send_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Send the card again, with a new code."""
        self.refuse_strangers(request)
        card = get_object_or_404(GiftCard, pk=pk)
        if not card.recipient_email or not card.is_spendable:
            raise PermissionDenied
        email = email_for(request.user, card.recipient_email)
        if request.method == "POST":
            letters.queue_send(card.pk, again=True)
            words = gettext("The card is on its way to %(email)s.")
            self.message_user(request, words % {"email": email})
            return HttpResponseRedirect(self.page_of(card))
        return self.asked(
            request,
            forms.Form(),
            title=gettext("Send again"),
            consequence=gettext("It goes to %(email)s with a new code; the old code ends.")
            % {"email": email},
            back=self.page_of(card),
        )

    def liability_view(self, request: HttpRequest) -> HttpResponseBase:
        """What is owed to holders of cards and store credit, as a file."""
        # Accounts of store credit are called by their addresses.
        if not (request.user.has_perm("payments.view_giftcard") and sees_people(request.user)):
            raise PermissionDenied
        record(AuditLog.Action.EXPORT, GiftCard, None, {}, {"report": "liability"})
        lines = csv_lines(chain([reports.HEADS], reports.liability()))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="credit-outstanding.csv"'
        return response

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, card: GiftCard) -> SafeString:
        return badge(str(card.get_status_display()), *_STATUS[GiftCard.Status(card.status)])

    @admin.display(description=_("issued"), ordering="issued_amount")
    def issued_shown(self, card: GiftCard) -> str:
        return format_money(card.issued_amount, card.currency)

    @admin.display(description=_("bought with"))
    def bought_with(self, card: GiftCard) -> SafeString | str:
        item = card.order_item
        return order_link_of(item.order_id, item.order.number) if item else gettext("Made by hand")
