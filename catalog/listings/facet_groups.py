"""What the filters of a listing show: groups with counts, chips, and the most used values."""

from dataclasses import dataclass, field

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext

from catalog.listings.facets import Counts
from catalog.listings.filters import RATINGS, TERMS, Filters, major
from catalog.listings.places import Place
from catalog.products.choices import Choices
from catalog.tree import Tree
from shop.money import format_money

#: Values of a group that show before "Show all".
SHOWN_AT_ONCE = 8
#: Values that are offered above the products, and how many of one group.
PROMOTED = 6
PROMOTED_OF_A_GROUP = 2


@dataclass(frozen=True)
class FacetValue:
    """``count`` is None where nobody counts; ``is_more`` says that it is a lower bound."""

    value: str
    label: str
    count: int | None
    selected: bool
    hex: str = ""
    is_more: bool = False

    @property
    def is_disabled(self) -> bool:
        return self.count == 0 and not self.selected and not self.is_more


@dataclass(frozen=True)
class FacetGroup:
    """A group of the facets component; ``min`` and ``max`` as typed, for prices."""

    key: str
    title: str
    kind: str
    is_open: bool = True
    values: list[FacetValue] = field(default_factory=list)
    min: str = ""
    max: str = ""

    @property
    def first_values(self) -> list[FacetValue]:
        """What shows at once; a list that is hardly longer shows as a whole."""
        return self.values if len(self.values) <= SHOWN_AT_ONCE else self.values[:SHOWN_AT_ONCE]

    @property
    def more_values(self) -> list[FacetValue]:
        return self.values[len(self.first_values) :]

    @property
    def shows_all(self) -> bool:
        return any(value.selected for value in self.more_values)


@dataclass(frozen=True)
class Chip:
    """A filter in force; ``url`` is the listing without it, which ``would_show`` products.

    ``would_show`` is None where nobody counted; ``is_more`` says that it is a lower bound.
    """

    label: str
    url: str
    would_show: int | None = None
    is_more: bool = False

    @property
    def would_show_words(self) -> str:
        return "" if self.would_show is None else counted(self.would_show, is_more=self.is_more)


@dataclass(frozen=True)
class Promoted:
    """A much used value; ``url`` chooses it, or drops it where it is ``selected``."""

    label: str
    url: str
    selected: bool


@dataclass(frozen=True)
class Words:
    """Names of what filters and values are called."""

    choices: Choices
    brands: dict[str, str]
    tree: Tree

    def title(self, name: str) -> str:
        price = gettext("Price")
        titles = {
            "category": gettext("Category"),
            "size": gettext("Size"),
            "color": gettext("Color"),
            "fit": gettext("Fit"),
            "material": gettext("Material"),
            "brand": gettext("Brand"),
            "tag": gettext("Style"),
            "min": price,
            "max": price,
            "rating": gettext("Rating"),
            "in_stock": gettext("Availability"),
            "sale": gettext("Sale"),
        }
        return titles[name]

    def value(self, name: str, value: str) -> str:
        match name:
            case "size" | "color":
                return self.choices.get(name, value).name
            case "brand":
                return self.brands.get(value, value)
            case "category":
                node = self.tree.at(value)
                return node.title if node else value
            case "rating":
                return gettext("%s stars and up") % value
            case "in_stock":
                return gettext("In stock")
            case "sale":
                return gettext("On sale")
            case _:
                return value.replace("-", " ").capitalize()


def counted(number: int, *, is_more: bool) -> str:
    """A number of products as people read it: "1,000+" is a lower bound."""
    return number_format(number, force_grouping=True) + ("+" if is_more else "")


def groups_of(place: Place, filters: Filters, counts: Counts, words: Words) -> list[FacetGroup]:
    """The groups in the order that never jumps; those without a value are left out."""
    groups = []
    for name in ("category", "size", "color", "fit", "material", "brand", "tag"):
        values = _values(name, place, filters, counts, words)
        if values:
            kind = "swatch" if name == "color" else "check"
            groups.append(FacetGroup(name, words.title(name), kind, values=values))
    groups.append(
        FacetGroup(
            "price",
            words.title("min"),
            "range",
            min="" if filters.price_from is None else major(filters.price_from),
            max="" if filters.price_to is None else major(filters.price_to),
        )
    )
    ratings = [_value("rating", slug, filters, counts, words) for slug in RATINGS]
    if filters.rating or _of_place("rating", counts):
        groups.append(FacetGroup("rating", words.title("rating"), "check", values=ratings))
    stocked = counts.in_stock
    in_stock = FacetValue(
        "1",
        words.value("in_stock", "1"),
        stocked.products if stocked else None,
        filters.in_stock,
        is_more=stocked is not None and stocked.is_more,
    )
    groups.append(FacetGroup("in_stock", words.title("in_stock"), "check", values=[in_stock]))
    if filters.sale or counts.every.get("sale"):
        number = counts.shown.get("sale", 0)
        sale = FacetValue(
            "1", words.value("sale", "1"), number, filters.sale, is_more=not counts.is_exact
        )
        groups.append(FacetGroup("sale", words.title("sale"), "check", values=[sale]))
    return groups


def chips_of(place: Place, filters: Filters, counts: Counts, words: Words) -> list[Chip]:
    currency = settings.SHOP_CURRENCY
    groups = [_group(name) for name, _ in filters.pairs]
    chips = []
    for (name, value), group in zip(filters.pairs, groups, strict=True):
        match name:
            case "min":
                text = gettext("from %s") % format_money(filters.price_from or 0, currency)
            case "max":
                text = gettext("up to %s") % format_money(filters.price_to or 0, currency)
            case "in_stock":
                text = gettext("in stock")
            case _:
                text = words.value(name, value)
        label = text if name == "sale" else f"{words.title(name)}: {text}"
        url = place.url + filters.without(name, value).query(place.pairs)
        known = _without(group, counts) if groups.count(group) == 1 else None
        chips.append(Chip(label, url, known, is_more=not counts.is_exact))
    return chips


def promoted_of(place: Place, filters: Filters, counts: Counts, words: Words) -> list[Promoted]:
    """The most used values of the place, without regard to filters, so that none jumps away."""
    total = counts.every.get("", 0)
    ranked = sorted(
        (-number, name, value)
        for name in ("size", "color", "fit", "material", "brand")
        for value, number in _of_place(name, counts).items()
        if 0 < number < total
    )
    chosen: list[tuple[str, str]] = []
    for _, name, value in ranked:
        if sum(other == name for other, _ in chosen) < PROMOTED_OF_A_GROUP:
            chosen.append((name, value))
    promoted = []
    for name, value in chosen[:PROMOTED]:
        selected = value in getattr(filters, name)
        changed = filters.without(name, value) if selected else filters.beside(name, value)
        url = place.url + changed.query(place.pairs)
        label = words.value(name, value)
        # "M" alone would not say of what.
        label = gettext("Size %s") % label if name == "size" else label
        promoted.append(Promoted(label, url, selected))
    return promoted


def _values(
    name: str, place: Place, filters: Filters, counts: Counts, words: Words
) -> list[FacetValue]:
    known = _of_place(name, counts)
    chosen = getattr(filters, name)
    if name == "category":
        slugs = [node.path for node in words.tree.children(place.path) if node.path in known]
    elif name in ("size", "color"):
        # What nobody described is offered by nobody.
        described = [slug for slug in known if words.choices.knows(name, slug)]
        slugs = [choice.slug for choice in words.choices.ordered(name, described)]
    elif name == "brand":
        slugs = [slug for slug in words.brands if slug in known]
    else:
        slugs = sorted(known)
    if name in ("brand", "fit", "material", "tag") and not chosen:
        # What every product has in common narrows nothing.
        slugs = [slug for slug in slugs if len(slugs) > 1 or known[slug] < counts.every[""]]
    # A chosen value stays to be unchosen, even where the place has none of it.
    slugs += [slug for slug in chosen if slug not in slugs]
    return [_value(name, slug, filters, counts, words) for slug in slugs]


def _value(name: str, slug: str, filters: Filters, counts: Counts, words: Words) -> FacetValue:
    return FacetValue(
        slug,
        words.value(name, slug),
        counts.shown.get(f"{TERMS[name]}:{slug}", 0),
        slug in getattr(filters, name),
        hex=words.choices.get("color", slug).hex if name == "color" else "",
        is_more=not counts.is_exact,
    )


def _of_place(name: str, counts: Counts) -> dict[str, int]:
    start = f"{TERMS[name]}:"
    return {
        term.removeprefix(start): number
        for term, number in counts.every.items()
        if term.startswith(start) and number
    }


def _without(group: str, counts: Counts) -> int | None:
    """What would show if a group went; a lower bound of nothing says nothing."""
    number = counts.without.get(group, 0)
    return number if number or counts.is_exact else None


def _group(name: str) -> str:
    return "price" if name in ("min", "max") else TERMS.get(name, name)
