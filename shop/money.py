"""Money: integer minor units with an ISO-4217 currency code beside them, never a float.

An amount of 4990 with the currency EUR is 49.90 €, with JPY it is 4,990 ¥. Every function here
refuses floats and booleans, because both pass silently for numbers in Python, and amounts that
a BIGINT column cannot hold.

Rounding: halves go away from zero (0.5 becomes 1, -0.5 becomes -1), so that a refund of a line
is exactly the negative of the line.
"""

import re
from collections.abc import Sequence
from copy import copy
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import NumberFormatError, NumberPattern, is_currency, parse_decimal
from django.utils.translation import get_language

#: The largest amount a BIGINT column holds, in minor units.
MAX_AMOUNT = 2**63 - 1
#: 100 % in basis points.
WHOLE = 10_000

# Digits after the point per ISO 4217. CLDR's own figures follow what people write in shops
# (no decimals for the Serbian dinar), and providers count in ISO's.
_DECIMALS = {
    code: decimals
    for decimals, codes in {
        0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
        3: "BHD IQD JOD KWD LYD OMR TND",
        4: "CLF UYW",
    }.items()
    for code in codes.split()
}
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
# CLDR sets a code apart from the number ("KWD 4.990"), which Babel's patterns leave out.
_LETTER_AT_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
# Signs, digits, group and decimal separators of any locale; no exponents, no NaN.
_PLAIN_NUMBER = re.compile(r"[-+−]?[0-9][0-9.,'’٫٬   \s]{0,39}")


class UnknownCurrency(ValueError):
    """The code is not an ISO-4217 currency."""

    def __init__(self, currency: object) -> None:
        super().__init__(f"unknown currency {currency!r}")
        self.currency = currency


class InvalidAmount(ValueError):
    """What was typed is not an amount of this currency."""


def checked(amount: int) -> int:
    """Return ``amount`` (minor units) or raise: TypeError for a float or a boolean,
    OverflowError for an amount that no column can hold."""
    if type(amount) is not int:
        raise TypeError(f"an amount is an int of minor units, not {type(amount).__name__}")
    if not -MAX_AMOUNT <= amount <= MAX_AMOUNT:
        raise OverflowError(f"amount {amount} is out of bounds")
    return amount


@lru_cache(maxsize=256)
def decimals_of(currency: str) -> int:
    """Digits after the point: 2 for EUR, 0 for JPY, 3 for KWD. Raises UnknownCurrency."""
    if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency):
        raise UnknownCurrency(currency)
    if not is_currency(currency, "en"):
        raise UnknownCurrency(currency)
    return _DECIMALS.get(currency, 2)


def to_major(amount: int, currency: str) -> Decimal:
    """The amount in major units, for structured data and providers: 4990 EUR is 49.90."""
    return Decimal(checked(amount)).scaleb(-decimals_of(currency))


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount in minor units; raises InvalidAmount when the currency has no coin for it."""
    if not isinstance(amount, Decimal):
        raise TypeError(f"a major amount is a Decimal, not {type(amount).__name__}")
    if not amount.is_finite() or amount.adjusted() > 18:
        raise InvalidAmount(f"{amount} is not an amount")
    minor = amount.scaleb(decimals_of(currency))
    if minor != minor.to_integral_value():
        raise InvalidAmount(f"{amount} has more decimals than {currency}")
    if abs(minor) > MAX_AMOUNT:
        raise InvalidAmount(f"{amount} {currency} is too large")
    return int(minor)


def parse_amount(text: str, currency: str, locale: str | None = None) -> int:
    """Minor units of an amount as a person typed it: "1.234,50" in German is 123450.

    The active language decides the separators unless ``locale`` does. Raises InvalidAmount.
    """
    typed = text.strip()
    if not _PLAIN_NUMBER.fullmatch(typed):
        raise InvalidAmount("not a number")
    # Locales group with different spaces and minus signs than a keyboard has.
    plain = re.sub(r"\s", "", typed).replace("−", "-").removeprefix("+")
    try:
        amount = parse_decimal(plain, locale=_locale(locale or _language()), strict=True)
    except (NumberFormatError, InvalidOperation) as error:
        raise InvalidAmount("not a number in this language") from error
    return to_minor(amount, currency)


def format_money(amount: int, currency: str, locale: str | None = None) -> str:
    """The amount as ``locale`` writes it, by default the active language; never breaks a line.

    ``locale`` is a Django language code or a locale name; an unknown one is read as English.
    Raises UnknownCurrency.
    """
    return _written(amount, currency, locale or _language())


@lru_cache(maxsize=1_000, typed=True)
def _written(amount: int, currency: str, language: str) -> str:
    pattern = _pattern(currency, language)
    written: str = pattern.apply(
        to_major(amount, currency),
        _locale(language),
        currency=currency,
        currency_digits=False,
    )
    return _LETTER_AT_DIGIT.sub(_NO_BREAK_SPACE, written.replace(" ", _NO_BREAK_SPACE))


def share(amount: int, weights: Sequence[int]) -> list[int]:
    """Split ``amount`` in proportion to ``weights``; the parts add up to it exactly.

    Largest remainder: each part is rounded towards zero, then the units left over go one by one
    to the parts that lost most, the earlier first. The same input always gives the same parts,
    and a negative amount gives the negatives. Raises ValueError for negative weights, and for
    weights without a sum unless there is nothing to split.
    """
    checked(amount)
    if any(checked(weight) < 0 for weight in weights):
        raise ValueError("weights cannot be negative")
    total = sum(weights)
    if total == 0:
        if amount:
            raise ValueError("there is nothing to share the amount by")
        return [0] * len(weights)
    if amount < 0:
        return [-part for part in share(-amount, weights)]
    parts = [amount * weight // total for weight in weights]
    lost = [amount * weight % total for weight in weights]
    most_lost_first = sorted(range(len(weights)), key=lambda index: (-lost[index], index))
    for index in most_lost_first[: amount - sum(parts)]:
        parts[index] += 1
    return parts


def percent_of(amount: int, basis_points: int) -> int:
    """``basis_points`` hundredths of a percent of ``amount``, halves away from zero."""
    return checked(_divide(checked(amount) * checked(basis_points), WHOLE))


def tax_on_top(amount: int, rate_basis_points: int) -> int:
    """The tax to add to a net amount; 1900 is 19 %. Raises ValueError for a negative rate."""
    _check_rate(rate_basis_points)
    return percent_of(amount, rate_basis_points)


def tax_included(amount: int, rate_basis_points: int) -> int:
    """The tax inside a gross amount; 1900 is 19 %. Raises ValueError for a negative rate."""
    _check_rate(rate_basis_points)
    return _divide(checked(amount) * rate_basis_points, WHOLE + rate_basis_points)


def _check_rate(rate_basis_points: int) -> None:
    if checked(rate_basis_points) < 0:
        raise ValueError("a tax rate cannot be negative")


def _divide(numerator: int, denominator: int) -> int:
    """Divide, halves away from zero; ``denominator`` is positive."""
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return quotient if numerator >= 0 else -quotient


def _language() -> str:
    return get_language() or "en"


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@lru_cache(maxsize=256)
def _pattern(currency: str, language: str) -> NumberPattern:
    decimals = decimals_of(currency)
    pattern = copy(_locale(language).currency_formats["standard"])
    pattern.frac_prec = (decimals, decimals)
    return pattern
