"""What a page is made of, gathered while it is being made.

``shop.page_cache`` opens a :class:`Making` around a view. Whatever the page reads meanwhile says
so with :func:`made_of`, at any moment before the page is done. Outside of it that costs nothing.
"""

import secrets
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

#: A cached value, or anything with a version, as (namespace, key).
Version = tuple[str, Hashable]


@dataclass
class Making:
    """A page under way. ``nonce`` marks the places of what belongs to one visitor."""

    nonce: str = field(default_factory=lambda: f"part{secrets.token_hex(12)}")
    versions: set[Version] = field(default_factory=set)

    def mark(self, part: str) -> str:
        """What stands in the shared page where the visitor's ``part`` goes."""
        return f"{self.nonce}-{part}-"


_current: ContextVar[Making | None] = ContextVar("making", default=None)


def current_making() -> Making | None:
    """The shared page being made in this context, if any."""
    return _current.get()


def made_of(*versions: Version) -> None:
    """Say that the page being made shows these; a :func:`shop.cache.bump` of one ends the page."""
    making = _current.get()
    if making is not None:
        making.versions.update(versions)


@contextmanager
def being_made(making: Making) -> Iterator[None]:
    """Gather into ``making`` what is read inside."""
    token = _current.set(making)
    try:
        yield
    finally:
        _current.reset(token)
