"""Where load products lie: a tree of 151 categories, 200 brands, and the pictures they share."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from catalog.garments import pictures
from catalog.garments.palette import COLORS
from catalog.models import Brand, Category, Media
from shop.operations.load.copying import NULL, Table, row
from shop.operations.load.keys import EPOCH_MS, key
from shop.operations.load.words import ADJECTIVES

ROOT = "load"
BRANDS = 200
#: Sides of a garment that load products show.
VIEWS = ("front", "back")
#: Media, brands and categories belong to no seed; they are as old as the epoch.
_CATEGORY, _BRAND, _MEDIA = 0x001, 0x002, 0x003
_MADE_AT = "2000-01-01T00:00:00Z"
_PLURALS = {"chore": "Work jackets", "jeans": "Jeans", "chinos": "Chinos", "shorts": "Shorts"}
_LEAVES_PER_TYPE = (8, 9)
_NAMES_A = (
    "Alder Birk Corn Dorn Eider Fels Gold Hafen Isar Jade Kant Linden Moor Nord Ost Pfeil Quell"
)
_NAMES_B = "werk hof mann tal und bach feld sen stoff garn naht hus see"


@dataclass(frozen=True)
class Leaf:
    """A category that products lie in, and the garment it is about."""

    key: str
    garment: str


def brands() -> list[tuple[str, str]]:
    """Key and name of each brand, the one with most products first."""
    names = [a + b for a in _NAMES_A.split() for b in _NAMES_B.split()]
    return [(key(EPOCH_MS, _BRAND, number), names[number]) for number in range(BRANDS)]


def root_key() -> str:
    return key(EPOCH_MS, _CATEGORY, 0)


def media_key(garment: str, view: str, color: str) -> str:
    """The picture of a garment in a color; all load products of that kind share it."""
    colors = [one.slug for one in COLORS]
    number = pictures.TYPES.index(garment) * len(colors) + colors.index(color)
    return key(EPOCH_MS, _MEDIA, number * len(VIEWS) + VIEWS.index(view))


def leaves() -> list[Leaf]:
    """The leaves, the fullest first; kinds of garments take turns."""
    found = []
    for place in range(_LEAVES_PER_TYPE[1]):
        for group, garment in enumerate(pictures.TYPES):
            if place < _leaves_of(group):
                found.append(Leaf(key(EPOCH_MS, _CATEGORY, _number(group, place)), garment))
    return found


def zipf(count: int, exponent: float = 1.0) -> list[float]:
    """Cumulative weights of ``count`` things, the n-th as heavy as a n-th of the first."""
    return list(accumulate(1 / place**exponent for place in range(1, count + 1)))


def tables() -> Iterator[tuple[Table, list[str]]]:
    """Each table with its lines, those that others refer to first."""
    times = ("id", "created_at", "updated_at")
    yield (
        Table(
            Media,
            _MEDIA,
            (*times, "asset_id", "file", "mime_type", "width", "height", "alt_text"),
        ),
        list(_media()),
    )
    yield (
        Table(
            Category,
            _CATEGORY,
            (*times, "parent_id", "name", "slug", "path", "level", "display_order"),
        ),
        list(_categories()),
    )
    yield Table(Brand, _BRAND, (*times, "name", "slug")), list(_brands())


def _media() -> Iterator[str]:
    for garment in pictures.TYPES:
        for color in COLORS:
            for view in VIEWS:
                name = f"load/{garment}/{color.slug}/{view}"
                file = pictures.path_of(garment, view, color.slug)
                shown = f"{garment.title()}, {color.name}, {view}"
                yield _line(
                    media_key(garment, view, color.slug),
                    name, file, pictures.SVG_TYPE, 400, 500, shown,
                )  # fmt: skip


def _categories() -> Iterator[str]:
    # After the departments of the shop.
    yield _line(root_key(), NULL, "Load", ROOT, ROOT, 0, 1000)
    for group, garment in enumerate(pictures.TYPES):
        plural = _PLURALS.get(garment, f"{garment.title()}s")
        above = key(EPOCH_MS, _CATEGORY, _number(group, -1))
        path = f"{ROOT}/{garment}"
        yield _line(above, root_key(), plural, garment, path, 1, group)
        for place in range(_leaves_of(group)):
            word = ADJECTIVES[place]
            slug = f"{word}-{garment}"
            name = f"{word.capitalize()} {plural.lower()}"
            own = key(EPOCH_MS, _CATEGORY, _number(group, place))
            yield _line(own, above, name, slug, f"{path}/{slug}", 2, place)


def _brands() -> Iterator[str]:
    for own, name in brands():
        yield _line(own, name, f"load-{name.lower()}")


def _leaves_of(group: int) -> int:
    # 16 groups and 134 leaves below one root: 151.
    return _LEAVES_PER_TYPE[1] if group < 6 else _LEAVES_PER_TYPE[0]


def _number(group: int, place: int) -> int:
    return 1 + group * (_LEAVES_PER_TYPE[1] + 1) + place + 1


def _line(own: str, *values: object) -> str:
    return row(own, _MADE_AT, _MADE_AT, *values)
