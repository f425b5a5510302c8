"""Where one is signed in, and what happened to the account."""

from typing import Any

from django import template
from django.http import HttpRequest

from shop.accounts.sign_in import past, sessions
from shop.accounts.sign_in.devices import device_words, network_words

register = template.Library()


@register.simple_tag
def open_sessions(request: HttpRequest) -> list[dict[str, Any]]:
    """The devices on which the person of ``request`` is signed in, this one first."""
    here = request.session.session_key
    shown = [
        {
            "id": row.pk,
            "device": device_words(row.user_agent),
            "network": network_words(row.ip_address),
            "last_seen_at": row.last_seen_at,
            "is_here": row.session_key == here,
        }
        for row in sessions.of(request.user)  # type: ignore[arg-type]
    ]
    return sorted(shown, key=lambda one: not one["is_here"])


@register.simple_tag
def newest_happenings(request: HttpRequest) -> list[past.Happening]:
    """What happened to the account of the person of ``request``, the newest first."""
    return past.newest(request.user)  # type: ignore[arg-type]
