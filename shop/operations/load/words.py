"""What load data is told in: few words very often, many words seldom, as in any language."""

from itertools import accumulate


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


#: In the description of three products of five: a search that finds most of the shop.
COMMON_WORD = "classic"

ADJECTIVES = _words("""
    washed brushed raw quilted ribbed boxy cropped slim relaxed tapered padded waxed lined
    pleated heavy light fine double soft crisp dry compact garment-dyed straight wide short
    long plain striped checked flecked mended
""")

#: What the cloth is called, what it is made of in percent, and how the label says to keep it.
CLOTHS: tuple[tuple[str, tuple[tuple[str, int], ...], tuple[str, ...]], ...] = (
    ("cotton", (("cotton", 100),), ("WASH_40", "BLEACH_NOT", "TUMBLE_LOW", "IRON_150")),
    ("jersey", (("organic-cotton", 100),), ("WASH_30", "BLEACH_NOT", "DRY_FLAT", "IRON_150")),
    ("linen", (("linen", 100),), ("WASH_30", "BLEACH_NOT", "DRY_LINE", "IRON_200")),
    ("denim", (("cotton", 98), ("elastane", 2)), ("WASH_30", "BLEACH_NOT", "DRY_LINE")),
    ("wool", (("wool", 100),), ("WASH_HAND", "BLEACH_NOT", "TUMBLE_NOT", "DRY_FLAT")),
    ("merino", (("merino-wool", 100),), ("WASH_HAND", "BLEACH_NOT", "TUMBLE_NOT", "DRY_FLAT")),
    ("twill", (("cotton", 70), ("recycled-polyester", 30)), ("WASH_40", "TUMBLE_LOW", "IRON_150")),
    ("poplin", (("organic-cotton", 100),), ("WASH_40", "BLEACH_NOT", "IRON_200")),
    ("melton", (("wool", 80), ("polyamide", 20)), ("WASH_NOT", "TUMBLE_NOT", "CLEAN_P")),
    ("hemp", (("hemp", 55), ("organic-cotton", 45)), ("WASH_30", "DRY_LINE", "IRON_150")),
    ("cashmere", (("cashmere", 70), ("wool", 30)), ("WASH_HAND", "DRY_FLAT", "IRON_110")),
    ("viscose", (("viscose", 100),), ("WASH_30_MILD", "DRY_DRIP", "IRON_110")),
)

FITS = ("Slim", "Regular", "Relaxed", "Boxy", "Oversized")
TAGS = ("winter", "summer", "workwear", "denim", "wool", "linen", "travel", "rain", "gift", "basic")
ORIGINS = ("PT", "IT", "TR", "DE", "LT", "IN", "JP", "GB")

_OFTEN = _words("""
    cut made wear seam pocket cloth collar cuff hem sleeve shoulder button thread yarn color
    season weight wash soft dry warm cool heavy light worn line edge front back inside outside
    layer coat shirt tee jumper trouser jacket everyday work weekend city garden travel rain
    wind winter summer spring autumn morning evening mill weaver dyer cutter tailor workshop
    stitch needle loom shuttle selvedge twill plain rib knit gauge loop felled bound taped
    bartack gusset yoke placket lining facing pleat dart tuck vent drawcord elastic zip rivet
    corozo horn shell brass copper undyed indigo natural recycled organic spun combed carded
    brushed washed pressed steamed shrunk repair mend patch darn keep years longer easy simple
    honest sturdy quiet room move sit bend carry fold roll pack hang hand care
""")
_SYLLABLES = _words("ba do fen gri hal jor kel lum mar nor os pel quin ru sel tov ul ver wen yar")


def _invented() -> list[str]:
    """Names of patterns and places that nobody else uses: the long tail."""
    return [a + b + c for a in _SYLLABLES for b in _SYLLABLES for c in _SYLLABLES]


#: The n-th word is used a n-th as often as the first (Zipf).
VOCABULARY = (*_OFTEN, *_invented())
VOCABULARY_WEIGHTS = list(accumulate(1 / place for place in range(1, len(VOCABULARY) + 1)))

PRAISE = (
    "Exactly as described.",
    "The cloth is better than I thought.",
    "Washed it four times, it kept its shape.",
    "Good seams, no loose threads.",
    "I bought a second one.",
    "Warm without being heavy.",
)
DOUBTS = (
    "The sleeves are a little long on me.",
    "The color is darker than on my screen.",
    "It shrank slightly in the first wash.",
    "Took a week to arrive.",
    "One button came off.",
    "I expected thicker cloth.",
)
REVIEWERS = ("Anna", "Ben", "Chiara", "David", "Ewa", "Farid", "Greta", "Hugo", "Ines", "Jan")

FIRST_NAMES = _words("""
    Alma Anton Birte Carl Dana Emil Elif Felix Frieda Goran Hanna Ida Ilias Jona Jule Kaya Lara
    Levi Lotte Mats Mina Nils Nuria Olga Oskar Paula Pepe Rosa Ruben Selma Timo Vera Yusuf Zoe
""")
LAST_NAMES = _words("""
    Adler Baum Conti Dietz Ebert Fontaine Garcia Haas Iversen Jansen Keller Lorenz Moreau Novak
    Ortega Peters Quandt Richter Sommer Thoma Urban Visser Wagner Yildiz Zimmer
""")
STREETS = _words("Birkenweg Gartenallee Hafengasse Lindenweg Marktgasse Nordallee Webergasse")
