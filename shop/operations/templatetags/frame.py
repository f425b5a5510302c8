"""What surrounds every page of the shop: ``{% frame "top" entry %}…{% endframe %}``."""

import re
from dataclasses import dataclass
from typing import Any

from django import template
from django.db import transaction
from django.template import Context, Node, NodeList
from django.template.base import FilterExpression, Parser, Token
from django.utils.functional import SimpleLazyObject
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from catalog.freshness import LIFE_SECONDS, MENUS, NAMESPACE, TREE
from catalog.menus import read_menus
from catalog.tree import read_tree
from shop.held import Shelf
from shop.making import Making, being_made, made_of
from shop.operations.context import frame_of
from shop.templatetags.visitor import visitor_part

register = template.Library()

#: Context inside a frame that each page fills in itself.
_OF_THE_PAGE = ("csrf_token", "path", "query")
_VERSIONS = [(NAMESPACE, TREE), (NAMESPACE, MENUS)]


@dataclass(frozen=True)
class _Frame:
    """HTML in pieces, and between them what belongs to the page or to its visitor."""

    texts: list[str]
    parts: list[str]


_shelf: Shelf[tuple[str, ...], _Frame] = Shelf(most=100, seconds=LIFE_SECONDS)


@register.tag
def frame(parser: Parser, token: Token) -> Node:
    """HTML that is the same on all pages, rendered once per language and once per each value.

    The values are what differs beside it and has few forms. Inside there are ``csrf_token``,
    ``path`` and ``query`` of the page, to be written and not to be asked about, and parts of the
    visitor. It ends with the tree and the menus.
    """
    _tag, *values = token.split_contents()
    nodelist = parser.parse(("endframe",))
    parser.delete_first_token()
    return _FrameNode(nodelist, [parser.compile_filter(value) for value in values])


class _FrameNode(Node):
    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: NodeList, values: list[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.values = values

    def render(self, context: Context) -> SafeString:
        if transaction.get_connection().in_atomic_block:
            # Nothing is held then; what the page has read already serves its frame too.
            with context.push(path=context["request"].path):
                return self.nodelist.render(context)
        key = (get_language() or "", *(str(value.resolve(context)) for value in self.values))
        held = _shelf.one(key, lambda: self._make(context), versions=_VERSIONS)
        words = {part: _word(context, part) for part in set(held.parts)}
        pieces = [held.texts[0]]
        for part, text in zip(held.parts, held.texts[1:], strict=True):
            pieces += (words[part], text)
        return mark_safe("".join(pieces))  # noqa: S308 # nosec B308 B703

    def _make(self, context: Context) -> _Frame:
        making = Making()
        marks = {name: making.mark(name) for name in _OF_THE_PAGE}
        # Read anew: what the page has read so far may be older than the versions just taken.
        fresh = frame_of(SimpleLazyObject(read_tree), SimpleLazyObject(read_menus))
        with being_made(making), context.push(**fresh, **marks):
            html = self.nodelist.render(context)
        made_of(*making.versions)
        pieces = re.split(rf"{making.nonce}-(\w+)-", html)
        return _Frame(pieces[::2], pieces[1::2])


def _word(context: Context, part: str) -> str:
    if part == "path":
        return conditional_escape(context["request"].path)
    if part in _OF_THE_PAGE:
        value: Any = context.get(part)
        return conditional_escape(value or "")
    return visitor_part(context, part)
