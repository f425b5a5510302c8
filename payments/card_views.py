"""The account's payment methods: cards that are kept, the first choice, and removing one."""

from typing import cast
from uuid import UUID

from django.contrib import messages as flash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from payments import card_adding, saved_cards
from payments.errors import CardGone, CardRefused, ProviderAway
from payments.parts import CardPart, Part, card_part, titles
from payments.policy import loads_providers
from payments.providers.base import Method
from shop.accounts.models import User
from shop.accounts.step_up import fresh_sign_in
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: Cards that one address of the net may try in an hour: the form must not test stolen ones.
TRIES, HOUR = 10, 3600


@require_safe
@login_required
@private_page
def cards(request: HttpRequest) -> HttpResponse:
    """The person's cards."""
    context = {
        "cards": saved_cards.of_person(_member(request).pk),
        "may_add": bool(card_adding.provider_of_cards()),
        "accounts": [
            (name.lower(), titles()[name]) for name in card_adding.providers_of_accounts()
        ],
    }
    return render(request, "payments/account_cards.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("number", "security_code", "expiry")
@login_required
@private_page
@loads_providers
def add(request: HttpRequest) -> HttpResponse:
    """Type a card that is kept for the next order; nothing is charged."""
    name = card_adding.provider_of_cards()
    if not name:
        raise Http404
    part = card_part(name, request.POST if request.method == "POST" else None)
    if request.method == "POST" and part.is_valid():
        _limit(request)
        if (response := _add(request, name, part)) is not None:
            return response
    status = 422 if request.method == "POST" else 200
    return render(request, "payments/account_card_add.html", {"part": part}, status=status)


@require_POST
@login_required
@private_page
def add_account(request: HttpRequest, name: str) -> HttpResponse:
    """Keep an account at a provider, which its owner confirms there."""
    provider_name = name.upper()
    if provider_name not in card_adding.providers_of_accounts():
        raise Http404
    _limit(request)
    title = titles()[provider_name]
    try:
        made = card_adding.begin(
            user_id=_member(request).pk,
            provider_name=provider_name,
            method=Method(token="", brand=title),
            words=_("Add a %(name)s account") % {"name": title},
        )
    except CardRefused:
        flash.error(request, _("%(name)s did not agree. Nothing is kept.") % {"name": title})
    except ProviderAway:
        flash.warning(request, _("The provider does not answer. Please try again soon."))
    else:
        return see_other("payments:card_added", made.card.pk)
    return see_other("payments:account_cards")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private_page
def added(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """Where its owner confirms what is to be kept, and comes back to; posting leaves it.

    Who did not agree there is only asked: what they leave alone is forgotten after a day.
    """
    if request.method == "POST":
        return _leave(request, card_id)
    try:
        made = card_adding.finish(user_id=_member(request).pk, card_id=card_id)
    except CardGone as error:
        raise Http404 from error
    except CardRefused:
        flash.error(request, _("That was not confirmed. Nothing is kept."))
    except ProviderAway:
        flash.warning(request, _("The provider does not answer. Please load this page once more."))
        return render(request, "payments/account_card_wait.html", status=503)
    else:
        if made.card.kept_at is None:
            context = {"made": made, "is_refused": request.GET.get("approved") == "no"}
            return render(request, "payments/account_card_confirm.html", context)
        flash.success(request, _("%(card)s is kept.") % {"card": made.card})
    return see_other("payments:account_cards")


def _leave(request: HttpRequest, card_id: UUID) -> HttpResponse:
    try:
        is_left = card_adding.leave(user_id=_member(request).pk, card_id=card_id)
    except CardGone as error:
        raise Http404 from error
    if is_left:
        flash.success(request, _("Nothing is kept."))
    else:
        flash.warning(request, _("You had agreed already: it is kept. You can remove it here."))
    return see_other("payments:account_cards")


def _add(request: HttpRequest, name: str, part: Part) -> HttpResponse | None:
    """Where a valid part leads; None when it was refused, which the part tells."""
    expiry = part.last_month if isinstance(part, CardPart) else None
    try:
        made = card_adding.begin(
            user_id=_member(request).pk,
            provider_name=name,
            method=part.method(name),
            words=_("Keep this card"),
            expiry=expiry,
        )
    except CardRefused as refused:
        part.explain(refused.field, refused.code)
        return None
    except ProviderAway:
        part.add_error(None, _("The provider does not answer. Please try again soon."))
        return None
    if made.card.kept_at is None:
        # By a link of that page: browsers follow no answer to a form to other sites (form-action).
        return see_other("payments:card_added", made.card.pk)
    flash.success(request, _("%(card)s is kept.") % {"card": made.card})
    return see_other("payments:account_cards")


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
@fresh_sign_in
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


def _limit(request: HttpRequest) -> None:
    limit(request, "add-card", most=TRIES, seconds=HOUR, limited=_("You have tried often."))


def _member(request: HttpRequest) -> User:
    return cast("User", request.user)
