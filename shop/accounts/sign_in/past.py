"""What happened to an account, as its owner reads it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from audit.models import SecurityEvent
from shop.accounts.models import User
from shop.accounts.sign_in.devices import device_words, network_words

PAGE_SIZE = 20


@dataclass(frozen=True)
class Happening:
    """One event in words; ``is_alarming``: it may have been somebody else."""

    words: str
    at: datetime
    device: str
    network: str
    is_alarming: bool


_ALARMING = {SecurityEvent.Kind.SIGN_IN_FAILED, SecurityEvent.Kind.LOCKED_OUT}


def newest(user: User) -> list[Happening]:
    """The last events of ``user``."""
    return [_happening(event) for event in _events(user)[:PAGE_SIZE]]


def page_of(user: User, query: QueryDict) -> Page[Any]:
    """One page of all of them; an impossible number is the nearest page there is."""
    page = Paginator(_events(user), PAGE_SIZE).get_page(query.get("page"))
    page.object_list = [_happening(event) for event in page.object_list]
    return page


def _events(user: User) -> Any:
    return SecurityEvent.objects.filter(user=user).order_by("-created_at", "-pk")


def _happening(event: SecurityEvent) -> Happening:
    return Happening(
        words=event.get_kind_display(),
        at=event.created_at,
        device=device_words(event.user_agent) if event.user_agent else "",
        network=network_words(event.ip_address),
        is_alarming=event.kind in _ALARMING,
    )
