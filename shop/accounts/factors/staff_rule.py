"""Who works here proves themselves with two factors (setting ``STAFF_SECOND_FACTOR``)."""

from typing import cast

from django.http import HttpRequest

from shop.accounts.factors import held, proof
from shop.accounts.models import User


def lets_in(request: HttpRequest) -> bool:
    """Whether the back office may open to who is signed in, as far as factors go.

    Asks the session alone, so it costs no query: one that was opened by a password only, before
    the rule or before the person had a factor, does not count.
    """
    if not request.user.is_authenticated:
        return False
    return not held.is_needed_by(request.user) or proof.has_used_factor(request)


def wants_factor(request: HttpRequest) -> bool:
    """Whether only a second factor helps now: a password alone would not open the back office."""
    return not lets_in(request) and held.has_factor(cast("User", request.user))
