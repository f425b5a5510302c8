"""The account's payment methods: cards that are kept, the first choice, and removing one."""

from typing import cast
from uuid import UUID

from django.contrib import messages as flash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from payments import saved_cards
from payments.errors import CardGone
from shop.accounts.models import User
from shop.middleware import private_page
from shop.redirects import see_other


@require_safe
@login_required
@private_page
def cards(request: HttpRequest) -> HttpResponse:
    """The person's cards."""
    context = {"cards": saved_cards.of_person(_member(request).pk)}
    return render(request, "payments/account_cards.html", context)


@require_POST
@login_required
@private_page
def make_default(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """Offer the card first from now on."""
    try:
        card = saved_cards.make_default(user_id=_member(request).pk, card_id=card_id)
    except CardGone as error:
        raise Http404 from error
    flash.success(request, _("%(card)s is your first choice now.") % {"card": card})
    return see_other("payments:account_cards")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private_page
def remove(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """Ask, then forget the card."""
    user_id = _member(request).pk
    if request.method != "POST":
        card = next((one for one in saved_cards.of_person(user_id) if one.pk == card_id), None)
        if card is None:
            raise Http404
        return render(request, "payments/account_card_remove.html", {"card": card})
    try:
        removed = saved_cards.remove(user_id=user_id, card_id=card_id)
    except CardGone as error:
        raise Http404 from error
    flash.success(request, _("%(card)s is removed.") % {"card": removed})
    return see_other("payments:account_cards")


def _member(request: HttpRequest) -> User:
    return cast("User", request.user)
