"""Components drawn once for equal inputs: ``{% drawn "components/loading.html" %}``."""

from collections.abc import Hashable
from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

#: Drawings that each process keeps; one takes a few kilobytes.
_MOST = 1_000


@register.simple_tag
def drawn(component: str, **inputs: Hashable) -> SafeString:
    """The template ``component``, which shows its ``inputs`` and nothing else.

    For what many pages draw alike: not for parts of a visitor, nor for what the clock or the
    database changes. Inputs are compared by value, so they never change; a list counts as a tuple.
    """
    fixed = tuple((name, _fixed(value)) for name, value in inputs.items())
    # Someone at work on a template wants to see it.
    draw = _draw.__wrapped__ if settings.DEBUG else _draw
    return draw(component, get_language() or "", fixed)


@lru_cache(maxsize=_MOST)
def _draw(component: str, _language: str, inputs: tuple[tuple[str, Hashable], ...]) -> SafeString:
    # What a template rendered is escaped already.
    return SafeString(get_template(component).render(dict(inputs)))  # nosec B703


def _fixed(value: Hashable) -> Hashable:
    return tuple(value) if isinstance(value, list) else value
