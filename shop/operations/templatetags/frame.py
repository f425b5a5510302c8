"""What surrounds every page of the shop: ``{% frame "top" entry %}…{% endframe %}``."""

from django import template
from django.db import transaction
from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token
from django.template.loader_tags import BlockNode
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from catalog.content.menus import read_menus
from catalog.freshness import LIFE_SECONDS, MENUS, NAMESPACE, TREE
from catalog.tree import read_tree
from shop.held import Shelf
from shop.operations.context import frame_of
from shop.pieces import Piece, make_piece
from shop.templatetags.pieces import piece

register = template.Library()

_VERSIONS = [(NAMESPACE, TREE), (NAMESPACE, MENUS)]

_shelf: Shelf[tuple[str, ...], Piece] = Shelf(most=100, seconds=LIFE_SECONDS)


@register.tag
def frame(parser: Parser, token: Token) -> Node:
    """HTML that is the same on all pages, rendered once per language and once per each value.

    The values are what differs beside it and has few forms. Inside there are ``csrf_token``,
    ``path`` and ``query`` of the page, to be written and not to be asked about, and parts of the
    visitor, but no block: TemplateSyntaxError. It ends with the tree and the menus.
    """
    _tag, *values = token.split_contents()
    nodelist = parser.parse(("endframe",))
    parser.delete_first_token()
    if nodelist.get_nodes_by_type(BlockNode):
        raise TemplateSyntaxError("a frame is the same on all pages, so it has no block of theirs")
    return _FrameNode(nodelist, [parser.compile_filter(value) for value in values])


class _FrameNode(Node):
    # Nothing inside is a page's own block, so no page looks for its blocks in here.
    child_nodelists = ()

    def __init__(self, nodelist: NodeList, values: list[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.values = values

    def render(self, context: Context) -> SafeString:
        if transaction.get_connection().in_atomic_block:
            # Nothing is held then; what the page has read already serves its frame too.
            with context.push(path=context["request"].path):
                return self.nodelist.render(context)
        key = (get_language() or "", *(str(value.resolve(context)) for value in self.values))
        return piece(context, _shelf.one(key, lambda: self._make(context), versions=_VERSIONS))

    def _make(self, context: Context) -> Piece:
        # Read anew: what the page has read so far may be older than the versions just taken.
        fresh = frame_of(SimpleLazyObject(read_tree), SimpleLazyObject(read_menus))

        def render(marks: dict[str, str]) -> str:
            with context.push(**fresh, **marks):
                return self.nodelist.render(context)

        return make_piece(render)
