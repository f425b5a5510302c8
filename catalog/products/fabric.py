"""What a garment is made of and how it is kept: fibers by part, care, as the label says it.

Fibers carry the names of Annex I of Regulation (EU) No 1007/2011; some have a word before the
name ("organic cotton"), which the regulation allows beside it. Care follows ISO 3758. Products
keep codes; the words are here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

FIBERS = {
    "wool": _("wool"),
    "virgin-wool": _("virgin wool"),
    "merino-wool": _("merino wool"),
    "lambswool": _("lambswool"),
    "recycled-wool": _("recycled wool"),
    "alpaca": _("alpaca"),
    "llama": _("llama"),
    "camel": _("camel"),
    "cashmere": _("cashmere"),
    "recycled-cashmere": _("recycled cashmere"),
    "mohair": _("mohair"),
    "angora": _("angora"),
    "vicuna": _("vicuna"),
    "yak": _("yak"),
    "guanaco": _("guanaco"),
    "cashgora": _("cashgora"),
    "horsehair": _("horsehair"),
    "silk": _("silk"),
    "cotton": _("cotton"),
    "organic-cotton": _("organic cotton"),
    "recycled-cotton": _("recycled cotton"),
    "kapok": _("kapok"),
    "linen": _("linen"),
    "organic-linen": _("organic linen"),
    "hemp": _("hemp"),
    "jute": _("jute"),
    "abaca": _("abaca"),
    "alfa": _("alfa"),
    "coir": _("coir"),
    "broom": _("broom"),
    "ramie": _("ramie"),
    "sisal": _("sisal"),
    "sunn": _("sunn"),
    "henequen": _("henequen"),
    "maguey": _("maguey"),
    "acetate": _("acetate"),
    "alginate": _("alginate"),
    "cupro": _("cupro"),
    "modal": _("modal"),
    "protein": _("protein"),
    "triacetate": _("triacetate"),
    "viscose": _("viscose"),
    "lyocell": _("lyocell"),
    "acrylic": _("acrylic"),
    "modacrylic": _("modacrylic"),
    "polyamide": _("polyamide"),
    "nylon": _("nylon"),
    "recycled-polyamide": _("recycled polyamide"),
    "recycled-nylon": _("recycled nylon"),
    "aramid": _("aramid"),
    "polyimide": _("polyimide"),
    "polylactide": _("polylactide"),
    "polyester": _("polyester"),
    "recycled-polyester": _("recycled polyester"),
    "polyethylene": _("polyethylene"),
    "polypropylene": _("polypropylene"),
    "polyurethane": _("polyurethane"),
    "elastodiene": _("elastodiene"),
    "elastane": _("elastane"),
    "elastomultiester": _("elastomultiester"),
    "elastolefin": _("elastolefin"),
    "chlorofiber": _("chlorofiber"),
    "fluorofiber": _("fluorofiber"),
    "melamine": _("melamine"),
    "metal": _("metal fiber"),
    "glass": _("glass fiber"),
    "down": _("down"),
    "feathers": _("feathers"),
    "leather": _("leather"),
    "other": _("other fibers"),
}

#: In the order of the label.
PARTS = {
    "shell": _("Outer fabric"),
    "lining": _("Lining"),
    "sleeve-lining": _("Sleeve lining"),
    "filling": _("Filling"),
    "rib": _("Rib"),
    "collar": _("Collar"),
    "pocket": _("Pocket bags"),
    "trim": _("Trim"),
    "interlining": _("Interlining"),
    "embroidery": _("Embroidery"),
}

#: What is done to a garment, in the order of the label; one code of each at most.
TREATMENTS = {
    "WASH": _("Washing"),
    "BLEACH": _("Bleaching"),
    "TUMBLE": _("Tumble drying"),
    "DRY": _("Drying"),
    "IRON": _("Ironing"),
    "CLEAN": _("Dry cleaning"),
    "WET": _("Wet cleaning"),
}

CARE = {
    "WASH_95": _("Wash at up to 95 °C"),
    "WASH_70": _("Wash at up to 70 °C"),
    "WASH_60": _("Wash at up to 60 °C"),
    "WASH_60_MILD": _("Wash at up to 60 °C, mild program"),
    "WASH_50": _("Wash at up to 50 °C"),
    "WASH_50_MILD": _("Wash at up to 50 °C, mild program"),
    "WASH_40": _("Wash at up to 40 °C"),
    "WASH_40_MILD": _("Wash at up to 40 °C, mild program"),
    "WASH_40_VERY_MILD": _("Wash at up to 40 °C, wool or delicates program"),
    "WASH_30": _("Wash at up to 30 °C"),
    "WASH_30_MILD": _("Wash at up to 30 °C, mild program"),
    "WASH_30_VERY_MILD": _("Wash at up to 30 °C, wool or delicates program"),
    "WASH_HAND": _("Wash by hand, up to 40 °C"),
    "WASH_NOT": _("Do not wash"),
    "BLEACH_ANY": _("Any bleach"),
    "BLEACH_OXYGEN": _("Oxygen bleach only"),
    "BLEACH_NOT": _("Do not bleach"),
    "TUMBLE_NORMAL": _("Tumble dry"),
    "TUMBLE_LOW": _("Tumble dry on low"),
    "TUMBLE_NOT": _("Do not tumble dry"),
    "DRY_LINE": _("Dry on the line"),
    "DRY_LINE_SHADE": _("Dry on the line in the shade"),
    "DRY_DRIP": _("Hang up wet"),
    "DRY_DRIP_SHADE": _("Hang up wet in the shade"),
    "DRY_FLAT": _("Dry flat"),
    "DRY_FLAT_SHADE": _("Dry flat in the shade"),
    "DRY_FLAT_DRIP": _("Dry flat without wringing"),
    "DRY_FLAT_DRIP_SHADE": _("Dry flat in the shade without wringing"),
    "IRON_200": _("Iron hot, up to 200 °C"),
    "IRON_150": _("Iron warm, up to 150 °C"),
    "IRON_110": _("Iron cool, up to 110 °C, no steam"),
    "IRON_NOT": _("Do not iron"),
    "CLEAN_P": _("Dry clean"),
    "CLEAN_P_MILD": _("Dry clean, mild process"),
    "CLEAN_F": _("Dry clean with hydrocarbons"),
    "CLEAN_F_MILD": _("Dry clean with hydrocarbons, mild process"),
    "CLEAN_NOT": _("Do not dry clean"),
    "WET_CLEAN": _("Professional wet cleaning"),
    "WET_CLEAN_MILD": _("Professional wet cleaning, mild process"),
    "WET_CLEAN_VERY_MILD": _("Professional wet cleaning, very mild process"),
    "WET_CLEAN_NOT": _("Do not wet clean"),
}

_BY_TREATMENT = list(TREATMENTS)
_OTHER_PART = _("Other part")


@dataclass(frozen=True)
class Cloth:
    """What one part is made of: "Outer fabric", "98 % cotton, 2 % elastane"."""

    part: str
    text: str


@dataclass(frozen=True)
class CareMark:
    """A care symbol, by the id of its drawing in ``img/care.svg``, and the same in words."""

    code: str
    text: str


def treatment_of(code: str) -> str:
    """The key of :data:`TREATMENTS` that a care code belongs to."""
    return code.partition("_")[0]


def cloth_of(fibers: Iterable[Mapping[str, Any]]) -> list[Cloth]:
    """The composition by part, the largest share of each first, as the label has to say it.

    Codes that are not known here, of an imported file perhaps, are shown as they are written.
    """
    parts: dict[str, list[Mapping[str, Any]]] = {}
    for row in fibers:
        parts.setdefault(str(row.get("part", "")), []).append(row)
    places = {part: place for place, part in enumerate(PARTS)}
    ordered = sorted(parts, key=lambda part: places.get(part, len(places)))
    return [Cloth(_part_name(part), _composition(parts[part])) for part in ordered]


def care_of(codes: Iterable[str]) -> list[CareMark]:
    """The care symbols in the order of the label; codes that are not known are left out."""
    known = {code for code in codes if code in CARE}
    ordered = sorted(known, key=lambda code: _BY_TREATMENT.index(treatment_of(code)))
    return [CareMark(code, str(CARE[code])) for code in ordered]


def materials_of(fibers: Iterable[Mapping[str, Any]]) -> str:
    """The fibers of the first part in one line, for machines: "98 % cotton, 2 % elastane"."""
    cloth = cloth_of(fibers)
    return cloth[0].text if cloth else ""


def check_fibers(fibers: Any) -> None:
    """Refuse a composition that no label could carry, with what to mend.

    Each entry has a part, a fiber and a percentage above 0; each part adds up to 100.
    """
    if not isinstance(fibers, list):
        raise ValidationError(gettext("The composition is not a list."), code="fibers")
    sums: dict[str, Decimal] = {}
    for row in fibers:
        if not isinstance(row, dict) or set(row) != {"part", "fiber", "percent"}:
            message = gettext("Each entry has a part, a fiber and a percentage.")
            raise ValidationError(message, code="fibers")
        part = str(row["part"])
        if part not in PARTS:
            message = gettext("%(code)s is no part of a garment that the label knows.")
            raise ValidationError(message, code="part", params={"code": part})
        if row["fiber"] not in FIBERS:
            message = gettext("%(code)s is no fiber of the label.")
            raise ValidationError(message, code="fiber", params={"code": row["fiber"]})
        sums[part] = sums.get(part, Decimal(0)) + _share(row["percent"])
    for part, total in sums.items():
        if total != 100:
            message = gettext("%(part)s adds up to %(total)s %%, not to 100 %%.")
            params = {"part": _part_name(part), "total": total}
            raise ValidationError(message, code="sum", params=params)


def check_care(codes: Sequence[str]) -> None:
    """Refuse unknown care codes, and two of one treatment."""
    seen: dict[str, str] = {}
    for code in codes:
        if code not in CARE:
            message = gettext("%(code)s is no care code.")
            raise ValidationError(message, code="care", params={"code": code})
        other = seen.setdefault(treatment_of(code), code)
        if other != code:
            message = gettext("“%(one)s” and “%(other)s” contradict each other.")
            params = {"one": CARE[other], "other": CARE[code]}
            raise ValidationError(message, code="care", params=params)


def _part_name(part: str) -> str:
    return str(PARTS[part]) if part in PARTS else (part or str(_OTHER_PART))


def _composition(rows: list[Mapping[str, Any]]) -> str:
    shares = sorted(rows, key=lambda row: -Decimal(str(row["percent"])))
    return ", ".join(
        gettext("%(percent)s %% %(fiber)s")
        % {
            "percent": number_format(f"{Decimal(str(row['percent'])).normalize():f}"),
            "fiber": FIBERS.get(row["fiber"], row["fiber"]),
        }
        for row in shares
    )


def _share(percent: Any) -> Decimal:
    try:
        share = Decimal(str(percent))
    except InvalidOperation as error:
        raise ValidationError(gettext("The percentage is no number."), code="percent") from error
    if not (share.is_finite() and 0 < share <= 100):
        message = gettext("A percentage lies above 0 and is 100 at most.")
        raise ValidationError(message, code="percent")
    return share
