"""Forms about people: their addresses."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries import countries as all_countries
from phonenumber_field.formfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import SUPPORTED_REGIONS

from shop.accounts.addresses import AddressRules, one_line, rules_for

PARTS = ("full_name", "phone", "line1", "line2", "city", "state", "postal_code", "country")

_LENGTHS = {"full_name": 200, "line1": 200, "line2": 200, "city": 100, "state": 100}
_AUTOCOMPLETE = {
    "full_name": "name",
    "line1": "address-line1",
    "line2": "address-line2",
    "postal_code": "postal-code",
    "city": "address-level2",
    "state": "address-level1",
    "phone": "tel",
}
_NO_COUNTRY = _("Choose one of the countries in the list")
_MISSING: dict[str, Any] = {
    "full_name": _("Enter the name of the person who receives it"),
    "line1": _("Enter street and number"),
    "city": _("Enter the town"),
    "state": _("Choose a region"),
}


def country_choices(offered: Iterable[str] | None) -> list[tuple[str, str]]:
    """Codes and names of the countries offered, None for all, by name; nobody changes the list."""
    return _choices(None if offered is None else frozenset(offered), get_language() or "")


@lru_cache(maxsize=100)
def _choices(offered: frozenset[str] | None, _language: str) -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in all_countries if offered is None or code in offered]


class LineField(forms.CharField):
    """Text on one line, spelled as the person spells it."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")


class RegionField(forms.ChoiceField):
    """A region of a closed list; its name is understood as well as its code."""

    def __init__(self, *, rules: AddressRules, **kwargs: Any) -> None:
        super().__init__(choices=[("", _("Choose")), *rules.regions], **kwargs)
        self.rules = rules

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return self.rules.region(text) or text


class AddressForm(forms.Form):
    """An address as its country writes it; ``cleaned_data`` holds plain text for each of PARTS.

    The country comes first and decides which other fields there are. What the person typed is
    kept as typed, on one line; a phone number becomes international (E.164). ``countries``
    limits the choice (ISO 3166 codes; None for all), ``section`` is "shipping" or "billing",
    for the browser's autofill.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        countries: Iterable[str] | None = None,
        section: str = "shipping",
        initial: Mapping[str, Any] | None = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}), prefix=prefix)
        choices = country_choices(countries)
        self._section = section
        self._country = self._deciding_country([code for code, _name in choices])
        self._rules = rules_for(self._country)
        self.initial.setdefault("country", self._country)
        self.fields["country"] = forms.ChoiceField(
            label=_("Country"),
            choices=choices,
            widget=forms.Select({"autocomplete": f"{section} country"}),
            error_messages={"required": _NO_COUNTRY, "invalid_choice": _NO_COUNTRY},
        )
        for name in self._rules.fields:
            self.fields[name] = self._field(name)

    @staticmethod
    def initial_from(address: Mapping[str, Any] | None) -> dict[str, str]:
        """Initial values from a stored address, or nothing."""
        return {part: str(address[part]) for part in PARTS if address.get(part)} if address else {}

    def clean_postal_code(self) -> str:
        code: str = self.cleaned_data["postal_code"]
        if code and not self._rules.accepts_postal_code(code):
            raise ValidationError(self._postal_code_words(), code="invalid")
        return code

    def clean_phone(self) -> str:
        number = self.cleaned_data["phone"]
        return number.as_e164 if isinstance(number, PhoneNumber) else ""

    def clean(self) -> dict[str, str]:
        """Every part as plain text, empty where the country has no such part."""
        cleaned = super().clean() or self.cleaned_data
        return {part: str(cleaned.get(part) or "") for part in PARTS}

    def _deciding_country(self, offered: list[str]) -> str:
        """The country that decides about the fields: sent, or stored, or the shop's own."""
        sent = self.data.get(self.add_prefix("country"), "") if self.is_bound else ""
        for code in (sent, str(self.initial.get("country", "")), settings.SHOP_COUNTRY):
            if code in offered:
                return code
        return offered[0] if offered else settings.SHOP_COUNTRY

    def _field(self, name: str) -> forms.Field:
        rules = self._rules
        attrs = {"autocomplete": f"{self._section} {_AUTOCOMPLETE[name]}"}
        common: dict[str, Any] = {"label": rules.labels[name], "required": name in rules.required}
        if name == "phone":
            return PhoneNumberField(
                region=self._country if self._country in SUPPORTED_REGIONS else None,
                max_length=40,
                help_text=_("Only for questions about the delivery."),
                widget=forms.TextInput({**attrs, "type": "tel", "inputmode": "tel"}),
                error_messages={"invalid": _("Enter a phone number such as +49 30 901820")},
                **common,
            )
        if name == "postal_code":
            return self._postal_code_field(attrs, common)
        if name == "state" and rules.regions:
            words = {"required": _MISSING[name], "invalid_choice": _MISSING[name]}
            widget = forms.Select(attrs)
            return RegionField(rules=rules, widget=widget, error_messages=words, **common)
        return LineField(
            max_length=_LENGTHS[name],
            widget=forms.TextInput(attrs),
            error_messages={"required": _MISSING[name]} if name in _MISSING else None,
            **common,
        )

    def _postal_code_field(self, attrs: dict[str, str], common: dict[str, Any]) -> forms.Field:
        words = self._postal_code_words()
        missing = _("Enter the %(label)s") % {"label": common["label"]}
        if self._rules.postal_code_example.isdigit():
            attrs["inputmode"] = "numeric"
        else:
            attrs["autocapitalize"] = "characters"
        return LineField(
            max_length=20,
            widget=forms.TextInput(attrs),
            error_messages={"required": missing, "max_length": words},
            **common,
        )

    def _postal_code_words(self) -> str:
        label = str(self._rules.labels["postal_code"])
        if example := self._rules.postal_code_example:
            words = _("Check the %(label)s: one looks like %(example)s")
            return str(words % {"label": label, "example": example})
        return str(_("Check the %(label)s") % {"label": label})
