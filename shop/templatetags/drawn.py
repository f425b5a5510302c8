"""Components drawn once for equal inputs: ``{% drawn "components/loading.html" %}``.

What differs from page to page and is only written, such as a name or an address, does not have to
be equal: ``{% drawn "components/step.html" name=step.name value=step.value|written %}``.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from shop.pieces import Piece, make_piece

register = template.Library()

#: Drawings that each process keeps; one takes a few kilobytes.
_MOST = 1_000
#: What every form of a page has in it.
_CSRF_TOKEN = "csrf_token"  # noqa: S105 # nosec B105


@dataclass(frozen=True)
class Written:
    """An input that a drawing writes and does not ask about, except whether it is there."""

    text: Any


@register.filter
def written(text: Any) -> Written:
    """Let drawings with another text here be the same; not for what is formatted or counted."""
    return Written(text)


@register.simple_tag(takes_context=True)
def drawn(context: Context, component: str, **inputs: Hashable) -> SafeString:
    """The template ``component``, which shows its ``inputs`` and nothing else.

    For what many pages draw alike: not for parts of a visitor, nor for what the clock or the
    database changes. Inputs are compared by value, so they never change; a list counts as a tuple.
    The page's CSRF token is there too, to be written.
    """
    words: dict[str, Any] = {}
    if _CSRF_TOKEN in context:
        words[_CSRF_TOKEN] = context[_CSRF_TOKEN]
    fixed = []
    for name, value in inputs.items():
        if not isinstance(value, Written):
            fixed.append((name, tuple(value) if isinstance(value, list) else value))
        elif value.text:
            words[name] = value.text
    # Someone at work on a template wants to see it.
    draw = _draw.__wrapped__ if settings.DEBUG else _draw
    made = draw(component, get_language() or "", tuple(fixed), tuple(words))
    # What a template rendered is escaped already.
    if not made.parts:
        return SafeString(made.texts[0])  # nosec B703
    put_in = {part: conditional_escape(words[part]) for part in set(made.parts)}
    return SafeString(made.filled(put_in))  # nosec B703


@lru_cache(maxsize=_MOST)
def _draw(
    component: str,
    _language: str,
    inputs: tuple[tuple[str, Hashable], ...],
    written_names: tuple[str, ...],
) -> Piece:
    """The drawing, with places for what is only written."""
    return make_piece(
        lambda marks: get_template(component).render({**dict(inputs), **marks}), written_names
    )
