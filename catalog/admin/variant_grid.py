"""The grid of variants as the page shows it: cells as typed, with what is wrong in each."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext

from catalog import variant_matrix
from catalog.admin import grid_extras
from catalog.admin.grid_extras import RECOMMENDED, Extra
from catalog.admin.wishes import waiting_count
from catalog.models import OptionValue, Product, ProductVariant
from catalog.pricing.prices import percent_below
from catalog.variant_matrix import Row
from inventory.models import Location, Stock
from shop.accounts.models import User
from shop.forms import MoneyField

#: Rows on one page of the grid: six fields of each, or nine, stay below what a post may hold.
ROWS = 300
ROWS_WIDE = 200
MOST_UNITS = 10**9
Option = OptionValue.Option


@dataclass(frozen=True)
class Rights:
    """What a person may do with variants; each is a reason to show a field or its value only."""

    edit: bool
    make: bool
    price: bool
    count: bool

    @classmethod
    def of(cls, user: User) -> "Rights":
        may_price = user.has_perm("catalog.change_price")
        may_edit = user.has_perm("catalog.change_productvariant")
        return cls(
            edit=may_edit,
            make=may_edit and may_price and user.has_perm("catalog.add_productvariant"),
            price=may_edit and may_price,
            count=may_edit and user.has_perms(["inventory.add_movement", "inventory.add_stock"]),
        )


@dataclass
class Line:
    """One variant in the grid. ``typed`` holds the text of its fields, ``errors`` by field."""

    key: str
    row: Row
    held: ProductVariant | None
    units: int
    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    is_on: bool = True
    #: Sent by the browser, or filled here: not as it is stored.
    is_touched: bool = False
    extras: tuple[Extra, ...] = ()

    @property
    def extra_cells(self) -> list[tuple[Extra, str, str]]:
        """The further cells, each as typed and with what is wrong in it."""
        return [(one, self.typed[one.name], self.errors.get(one.name, "")) for one in self.extras]

    @property
    def is_new(self) -> bool:
        return self.held is None

    @property
    def percent_off(self) -> int | None:
        """By how much the shop announces the price as reduced; None when it does not."""
        prior = self.held.lowest_prior_price if self.held else None
        return percent_below(self.held.price, prior) if self.held and prior else None


class Grid:
    """The lines of a product: its variants, and those that chosen options would add.

    ``chosen`` names colors and sizes, the page, and with ``more`` the further columns.
    """

    def __init__(
        self,
        product: Product,
        chosen: QueryDict,
        rights: Rights,
        location: Location | None,
    ) -> None:
        self.product, self.rights, self.location = product, rights, location
        self.values = list(OptionValue.objects.order_by("position", "slug"))
        self.variants = list(
            ProductVariant.all_objects.filter(product=product)
            .annotate(waiting=waiting_count("pk"))
            .order_by("position", "sku")
        )
        self.chosen = {name: set(chosen.getlist(name.value)) for name in Option}
        self.is_wide = rights.edit and "more" in chosen
        self.extras = grid_extras.extras_for(may_price=rights.price) if self.is_wide else ()
        self._most = ROWS_WIDE if self.is_wide else ROWS
        self.page_count = -(-len(self.variants) // self._most) or 1
        number = grid_extras.whole(chosen.get("page", ""), MOST_UNITS) or 1
        self.number = min(number, self.page_count)
        shown = self.variants[(self.number - 1) * self._most : self.number * self._most]
        self.money = MoneyField(currency=product.currency)
        units = self._units(shown)
        self.lines = [self._line(variant, units.get(variant.pk, 0)) for variant in shown]
        self.left = 0
        if rights.make:
            self._add_chosen()
        live = [line for line in self.lines if line.held and line.held.is_primary and line.is_on]
        self.primary = live[0].key if live else ""

    def read(self, data: Mapping[str, str], *, lays_out: bool = False) -> bool:
        """Take what was typed; whether all of it can be saved.

        A variant whose fields were not sent stays as it is stored; a line for a new one is off
        then, unless it was only just laid out.
        """
        seen = _seen(data.get("versions", ""))
        self.primary = data.get("primary", self.primary)
        for line in self.lines:
            line.is_touched = f"{line.key}.sku" in data or (line.is_new and not lays_out)
            if line.is_touched:
                line.row.version, line.units = seen.get(line.key, (0, 0))
                self._read_line(line, data)
        self._refuse_equal_skus()
        return not any(line.errors for line in self.lines)

    def fill(self, data: Mapping[str, str]) -> None:
        """Put what was typed for all lines into every line that is on."""
        names = [extra.name for extra in self.extras]
        names += ["price"] * self.rights.price + ["units"] * self.rights.count
        filled = {name: typed for name in names if (typed := data.get(f"fill.{name}", "").strip())}
        for line in self.lines:
            if line.is_on and filled:
                line.typed |= filled
                line.is_touched = True

    @property
    def rows(self) -> list[Row]:
        """What is to be saved; lines that are new and off are nothing."""
        touched = [line for line in self.lines if line.is_touched]
        return [line.row for line in touched if line.held is not None or line.is_on]

    @property
    def versions(self) -> str:
        """Version and units of each line as they were read, for the page to send back."""
        held = {line.key: line.held for line in self.lines if line.held}
        units = {line.key: line.units for line in self.lines}
        return json.dumps({key: [row.version, units[key]] for key, row in held.items()})

    @property
    def has_errors(self) -> int:
        return sum(len(line.errors) for line in self.lines)

    def choices(self, option: str) -> list[tuple[str, str, bool]]:
        """Slug, name and whether it is chosen, of the values of an option."""
        known = [value for value in self.values if value.option == option]
        return [(v.slug, v.name, v.slug in self.chosen[Option(option)]) for v in known]

    def _units(self, variants: Sequence[ProductVariant]) -> dict[UUID, int]:
        shelves = Stock.objects.filter(variant__in=variants, location=self.location).order_by()
        return dict(shelves.values_list("variant_id", "on_hand"))

    def _line(self, variant: ProductVariant, units: int) -> Line:
        row = Row(
            options=variant.option_values,
            title=variant.title,
            sku=variant.sku,
            id=variant.pk,
            version=variant.version,
            position=variant.position,
        )
        typed = {
            "sku": variant.sku,
            "barcode": variant.barcode,
            "price": str(self.money.prepare_value(variant.price)),
            "units": str(units),
            "position": str(variant.position),
            **self._extra_cells(variant),
        }
        is_on = not variant.is_deleted
        return Line(variant.pk.hex, row, variant, units, typed, is_on=is_on, extras=self.extras)

    def _extra_cells(self, held: ProductVariant | Product) -> dict[str, str]:
        return {extra.name: extra.typed(held, self.product.currency) for extra in self.extras}

    def _add_chosen(self) -> None:
        """A line for each pair of chosen color and size that no variant has."""
        names = {(value.option, value.slug): value.name for value in self.values}
        colors, sizes = (
            [v.slug for v in self.values if v.option == name and v.slug in self.chosen[name]]
            for name in (Option.COLOR, Option.SIZE)
        )
        held = {tuple(sorted(variant.option_values.items())) for variant in self.variants}
        leading = next((variant for variant in self.variants if variant.is_primary), None)
        known = {variant.sku for variant in self.variants}
        position = max((variant.position for variant in self.variants), default=-1)
        for color in colors or [""]:
            for size in sizes or [""]:
                pair = {Option.COLOR.value: color, Option.SIZE.value: size}
                options = {name: slug for name, slug in pair.items() if slug}
                if not options or tuple(sorted(options.items())) in held:
                    continue
                if len(self.lines) >= self._most:
                    self.left += 1
                    continue
                position += 1
                sku = variant_matrix.suggested_sku(self.product, options, leading)
                if sku in known:
                    sku = f"{sku}-2"
                title = " / ".join(names[item] for item in options.items())
                typed = {
                    "sku": sku,
                    "barcode": "",
                    "price": str(self.money.prepare_value(self.product.price)),
                    "units": "0",
                    "position": str(position),
                    **self._extra_cells(self.product),
                }
                row = Row(options=options, title=title, sku=sku, position=position)
                key = f"new.{color}.{size}"
                self.lines.append(Line(key, row, None, 0, typed, extras=self.extras))

    def _read_line(self, line: Line, data: Mapping[str, str]) -> None:
        for name in line.typed:
            typed = data.get(f"{line.key}.{name}", line.typed[name])
            line.typed[name] = typed.replace("\0", "").strip()
        line.is_on = line.row.is_on = f"{line.key}.on" in data
        line.row.is_primary = line.is_on and line.key == self.primary
        line.row.sku, line.row.barcode = line.typed["sku"], line.typed["barcode"]
        if not line.row.sku or len(line.row.sku) > 64:
            line.errors["sku"] = gettext("A SKU has 1 to 64 characters.")
        if len(line.row.barcode) > 32:
            line.errors["barcode"] = gettext("A barcode has up to 32 characters.")
        line.row.position = self._whole(line, "position", line.row.position)
        line.row.more, wrong = grid_extras.read(self.extras, line.typed, self.product.currency)
        line.errors |= wrong
        if self.rights.price:
            self._read_price(line)
        if self.rights.count and self.location is not None and line.is_on:
            line.row.units_change = self._whole(line, "units", line.units) - line.units
        if line.held is None and not line.is_on:
            line.errors = {}

    def _read_price(self, line: Line) -> None:
        try:
            price = self.money.clean(line.typed["price"])
        except forms.ValidationError as error:
            line.errors["price"] = " ".join(error.messages)
            return
        held = line.held.compare_at_price if line.held else None
        recommended = line.row.more.get(RECOMMENDED.column, held)
        if recommended is not None and recommended <= price:
            cell = RECOMMENDED.name if RECOMMENDED in self.extras else "price"
            line.errors[cell] = gettext("The recommended price must be above the price.")
        line.row.price = price

    def _whole(self, line: Line, name: str, otherwise: int) -> int:
        if (number := grid_extras.whole(line.typed[name], MOST_UNITS)) is not None:
            return number
        line.errors[name] = gettext("Enter a whole number.")
        return otherwise

    def _refuse_equal_skus(self) -> None:
        live = [line for line in self.lines if line.is_on]
        shown = {line.row.id for line in self.lines}
        others = [v.sku for v in self.variants if v.pk not in shown and not v.is_deleted]
        counts = Counter([*(line.row.sku for line in live), *others])
        taken = variant_matrix.taken_skus((line.row.sku for line in live), self.product)
        for line in live:
            if line.row.sku in taken:
                line.errors.setdefault("sku", gettext("Another variant has this SKU."))
            elif counts[line.row.sku] > 1:
                line.errors.setdefault("sku", gettext("Two variants have this SKU."))


def _seen(text: str) -> dict[str, tuple[int, int]]:
    try:
        found: Any = json.loads(text)
        return {str(key): (int(version), int(units)) for key, (version, units) in found.items()}
    except (ValueError, TypeError, AttributeError):
        return {}
