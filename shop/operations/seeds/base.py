"""Rows that every shop begins with: options, locations, delivery and tax."""

import tomllib
from pathlib import Path

from django.utils import translation
from django_countries import countries

from catalog.garments.palette import COLORS, FAMILIES
from catalog.models import OptionValue
from inventory.models import Location
from orders.models import PickUpPoint, ShippingMethod, ShippingZone, TaxRate
from shop.operations.seeds.garment import LETTERS, ONE_SIZE, WAISTS

CURRENCY = "EUR"
SHOP = tomllib.loads((Path(__file__).parent / "shop.toml").read_text("utf-8"))


def options() -> list[OptionValue]:
    """The colors of the palette with their swatches, and all sizes in their order."""
    colors = [
        OptionValue(
            option=OptionValue.Option.COLOR,
            slug=color.slug,
            name=color.name,
            swatch=color.hex,
            family=FAMILIES[color.family],
            position=position,
        )
        for position, color in enumerate(COLORS, start=1)
    ]
    names = {slug: slug.upper() for slug in (*LETTERS, *WAISTS)} | {ONE_SIZE: "One size"}
    sizes = [
        OptionValue(option=OptionValue.Option.SIZE, slug=slug, name=name, position=position)
        for position, (slug, name) in enumerate(names.items(), start=1)
    ]
    return colors + sizes


def locations() -> list[Location]:
    return [Location(**row) for row in SHOP["location"]]


def pick_up_points(places: list[Location]) -> list[PickUpPoint]:
    """Where the locations ``places`` hand out orders."""
    by_code = {place.code: place for place in places}
    return [
        PickUpPoint(**row | {"location": by_code[row["location"]]}) for row in SHOP["pick_up_point"]
    ]


def shipping_zones() -> list[ShippingZone]:
    return [
        ShippingZone(**row, position=position)
        for position, row in enumerate(SHOP["shipping_zone"], start=1)
    ]


def shipping_methods(zones: list[ShippingZone]) -> list[ShippingMethod]:
    """Ways to deliver to ``zones``."""
    by_code = {zone.code: zone for zone in zones}
    return [
        ShippingMethod(**row | {"zone": by_code[row["zone"]]}, currency=CURRENCY, position=position)
        for position, row in enumerate(SHOP["shipping_method"], start=1)
    ]


def tax_rates() -> list[TaxRate]:
    # Names are data: the same in whatever language the command runs.
    with translation.override("en"):
        return [
            TaxRate(name=f"VAT {countries.name(country)}", country=country, rate_basis_points=rate)
            for country, rate in SHOP["tax_rate"].items()
        ]
