"""HTML made once for many requests, with places in it that each request fills in.

A piece is rendered in a context of marks; ``{% piece %}`` writes it into a page and puts there
what belongs to the request: the CSRF token, the address, the parts of the visitor, and words that
the clock changes. Pieces are held on a :class:`shop.held.Shelf`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from shop.making import Making, being_made, current_making, made_of

#: Names in a template's context that each page fills in; to be written, not to be asked about.
OF_THE_PAGE = ("csrf_token", "path", "query")


@dataclass(frozen=True)
class Piece:
    """Texts, and between them the ``parts`` by name; ``late`` makes the words of some of them."""

    texts: tuple[str, ...]
    parts: tuple[str, ...]
    late: Mapping[str, Callable[[], str]]

    def filled(self, words: Mapping[str, str]) -> str:
        """The HTML with ``words`` by part."""
        pieces = [self.texts[0]]
        for part, text in zip(self.parts, self.texts[1:], strict=True):
            pieces += (words[part], text)
        return "".join(pieces)


@dataclass
class _PieceMaking(Making):
    late: dict[str, Callable[[], str]] = field(default_factory=dict)


def make_piece(
    render: Callable[[dict[str, str]], str], names: Sequence[str] = OF_THE_PAGE
) -> Piece:
    """What ``render`` gives; it puts the marks of ``names`` it is called with into its context."""
    making = _PieceMaking()
    with being_made(making):
        html = render({name: making.mark(name) for name in names})
    made_of(*making.versions)
    # By hand: each piece has a nonce of its own, and a pattern of it would be compiled each time.
    first, *others = html.split(f"{making.nonce}-")
    marked = [other.partition("-") for other in others]
    texts = (first, *(text for _part, _dash, text in marked))
    return Piece(texts, tuple(part for part, _dash, _text in marked), making.late)


def late(word: Callable[[], str]) -> str:
    """What ``word`` gives; in a piece it is called anew for each request that shows it."""
    making = current_making()
    if not isinstance(making, _PieceMaking):
        return word()
    name = f"late{len(making.late)}"
    making.late[name] = word
    return making.mark(name)
