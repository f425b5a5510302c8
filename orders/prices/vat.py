"""VAT numbers of businesses in the European Union, and who owes the tax.

Format and check digits are judged here. Whether a number is registered only a register can say:
``VAT_REGISTER`` names a function that asks one; without it, or when it cannot tell, a number that
is well formed is taken at its word.
"""

from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string
from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from orders.errors import InvalidVatNumber, UnknownVatNumber

#: Asks a register: True, False, or None when it gave no answer.
Register = Callable[[str], bool | None]

#: Countries of the union in ISO 3166; its own numbers call Greece EL.
MEMBERS = frozenset(code.upper() for code in vat.MEMBER_STATES) - {"XI", "EL"}
_ISO = {"EL": "GR"}
LONGEST = 20


def checked(typed: str) -> str:
    """The number as it is written on invoices, such as ``ATU13585627``; "" for nothing typed.

    Raises :class:`InvalidVatNumber` for what cannot be a number of the union, and
    :class:`UnknownVatNumber` when the register does not know it.
    """
    if not typed.strip():
        return ""
    try:
        number: str = vat.validate(typed)
    except ValidationError as error:
        raise InvalidVatNumber(typed) from error
    if number.startswith("GR"):
        number = f"EL{number[2:]}"
    register = _register()
    if register is not None and register(number) is False:
        raise UnknownVatNumber(number)
    return number


def country_of(number: str) -> str:
    """The ISO code of the country that gave a checked ``number``."""
    return _ISO.get(number[:2], number[:2])


def is_reverse_charge(number: str, country: str) -> bool:
    """Whether the buyer owes the tax: goods go from one country of the union to a business in
    another, with a number that is not the shop's own country's."""
    home = settings.SHOP_COUNTRY
    return (
        bool(number)
        and home in MEMBERS
        and country in MEMBERS
        and country != home
        and country_of(number) != home
    )


def _register() -> Register | None:
    path = settings.VAT_REGISTER
    return import_string(path) if path else None
