"""Pieces of pages that were made before: ``{% piece page.reviews %}``."""

from typing import Any

from django import template
from django.template import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from shop.pieces import OF_THE_PAGE, Piece
from shop.templatetags.visitor import visitor_part

register = template.Library()


@register.simple_tag(takes_context=True)
def piece(context: Context, made: Piece) -> SafeString:
    """A piece with what belongs to this page and its visitor."""
    words = {part: _word(context, made, part) for part in set(made.parts)}
    return mark_safe(made.filled(words))  # noqa: S308 # nosec B308 B703


def _word(context: Context, made: Piece, part: str) -> str:
    if part in made.late:
        return conditional_escape(made.late[part]())
    if part == "path":
        return conditional_escape(context["request"].path)
    if part in OF_THE_PAGE:
        value: Any = context.get(part)
        return conditional_escape(value or "")
    return visitor_part(context, part)
