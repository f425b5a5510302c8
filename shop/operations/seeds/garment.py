"""What is written down about one demo garment, in the files under ``garments/``."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "garments"

LETTERS = ("xs", "s", "m", "l", "xl", "xxl")
WAISTS = ("26", "28", "30", "32", "34", "36")
ONE_SIZE = "one-size"

#: How to wash what is made of it.
CARE = {
    "cotton": "Machine wash at 40 °C, tumble dry low, iron warm.",
    "jersey": "Machine wash at 30 °C with like colors, dry flat or on the line, iron warm.",
    "denim": "Wash seldom, inside out, at 30 °C. Line dry. The dye rubs off at first.",
    "linen": "Machine wash at 30 °C, line dry, iron damp or wear it creased.",
    "wool": "Hand wash cold or on the wool program, dry flat. Air it between wears.",
    "coat": "Dry clean. Brush and air after wear; steam out creases.",
    "canvas": "Spot clean, or wash cold and reshape damp. Do not tumble dry.",
    "viscose": "Machine wash at 30 °C on gentle, hang wet, iron warm on the inside.",
}

#: The same as the symbols of the label: codes of ``catalog.products.fabric.CARE``.
CARE_CODES = {
    "cotton": ["WASH_40", "BLEACH_NOT", "TUMBLE_LOW", "IRON_150"],
    "jersey": ["WASH_30", "BLEACH_NOT", "TUMBLE_NOT", "DRY_FLAT", "IRON_150"],
    "denim": ["WASH_30", "BLEACH_NOT", "TUMBLE_NOT", "DRY_LINE", "IRON_150"],
    "linen": ["WASH_30", "BLEACH_NOT", "TUMBLE_NOT", "DRY_LINE", "IRON_200"],
    "wool": ["WASH_HAND", "BLEACH_NOT", "TUMBLE_NOT", "DRY_FLAT", "IRON_110"],
    "coat": ["WASH_NOT", "BLEACH_NOT", "TUMBLE_NOT", "IRON_150", "CLEAN_P"],
    "canvas": ["WASH_HAND", "BLEACH_NOT", "TUMBLE_NOT", "DRY_LINE", "IRON_150"],
    "viscose": ["WASH_30_MILD", "BLEACH_NOT", "TUMBLE_NOT", "DRY_DRIP", "IRON_110"],
}
COUNTRIES = {
    "France": "FR",
    "Germany": "DE",
    "Ireland": "IE",
    "Italy": "IT",
    "Lithuania": "LT",
    "Peru": "PE",
    "Portugal": "PT",
    "Scotland": "GB",
}


@dataclass(frozen=True)
class Garment:
    """One product of the demo shop in all its colors.

    ``type`` and ``pattern`` are those of the garment pictures, ``colors`` slugs of the palette,
    ``fibers`` percentages. Prices are euro cents with tax, ``cloth`` is grams per square meter,
    ``weight`` grams of a finished piece in a middle size, ``age`` how many days before the
    newest arrival it came in. What was ``reduced_to`` less costs ``price`` until then. ``files``
    are films, captions and leaflets of ``catalog/garments/files``.
    """

    title: str
    type: str
    brand: str
    departments: list[str]
    colors: list[str]
    price: int
    fibers: dict[str, int]
    care: str
    fit: str
    origin: str
    cloth: int
    weight: int
    age: int
    summary: str
    description: str
    pattern: str | None = None
    compare_at: int | None = None
    tags: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    lining: dict[str, int] = field(default_factory=dict)
    files: list[dict[str, str]] = field(default_factory=list)
    reduced_to: int | None = None
    is_sold_out: bool = False

    @property
    def attributes(self) -> dict[str, str]:
        """What the product page tells under "Fabric & care" and "Fit"."""
        material = ", ".join(f"{percent} % {fiber}" for fiber, percent in self.fibers.items())
        return {
            "material": material,
            "weight": f"{self.cloth} g/m²",
            "care": CARE[self.care],
            "fit": self.fit,
            "origin": self.origin,
        }

    @property
    def composition(self) -> list[dict[str, str | int]]:
        """The fibers by part, as products keep them."""
        parts = {"shell": self.fibers, "lining": self.lining}
        return [
            {"part": part, "fiber": fiber.replace(" ", "-"), "percent": percent}
            for part, fibers in parts.items()
            for fiber, percent in fibers.items()
        ]

    @property
    def sizes(self) -> tuple[str, ...]:
        """Slugs of the sizes it is made in, small to large."""
        if self.type in ("beanie", "tote"):
            return (ONE_SIZE,)
        sizes = WAISTS if self.type in ("jeans", "chinos") else LETTERS
        if self.departments == ["women"]:
            return sizes[:-1]
        return sizes[1:] if self.departments == ["men"] else sizes


def all_garments() -> list[Garment]:
    """Every garment of the demo shop, in an order that does not change."""
    return [
        Garment(**row)
        for file in sorted(FOLDER.glob("*.toml"))
        for row in tomllib.loads(file.read_text("utf-8"))["garment"]
    ]
