"""Who wants to know of which events. Each app names its own in ``subscribers.py``."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from shop.events.models import OutboxEvent

Receive = Callable[[OutboxEvent], None]


@dataclass(frozen=True)
class Subscriber:
    """``receive`` runs in a transaction that also notes that ``name`` has the event."""

    name: str
    types: frozenset[str]
    receive: Receive


_subscribers: dict[str, Subscriber] = {}


def subscribes(*types: str, name: str) -> Callable[[Receive], Receive]:
    """Mark a function that wants events of ``types``.

    What it writes is committed together with the note that it has the event, so it happens once.
    It calls nobody outside (no mail, no provider): it queues a job for that. ``name`` is stored
    with events and stays the same when the function moves. Raises ImproperlyConfigured for a
    name that is taken.
    """

    def register(receive: Receive) -> Receive:
        known = _subscribers.get(name)
        if known is not None and known.receive.__qualname__ != receive.__qualname__:
            raise ImproperlyConfigured(f"two subscribers are named {name}")
        _subscribers[name] = Subscriber(name, frozenset(types), receive)
        return receive

    return register


def subscribers_of(event_type: str) -> list[Subscriber]:
    """Who wants events of this type, in the order of their names."""
    wanting = [one for one in _subscribers.values() if event_type in one.types]
    return sorted(wanting, key=lambda one: one.name)
