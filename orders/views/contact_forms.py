"""The forms that ask who orders and where it goes: step 1, and the top of the express page."""

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.forms import Form
from django.http import QueryDict
from django.utils.translation import get_language

from orders.forms import BusinessForm, ContactForm, ContactOptionsForm
from orders.models import Checkout
from orders.shipping.delivery import reached_countries
from shop.accounts.forms import PARTS, AddressForm

BILLING = "billing"


@dataclass(frozen=True)
class ContactForms:
    """E-mail, address, business, tick-boxes, and whose invoice it is."""

    email: ContactForm
    address: AddressForm
    options: ContactOptionsForm
    business: BusinessForm
    billing: AddressForm
    is_billing_same: bool
    #: Nothing of a person is in them: they are the same for all, and drawn once.
    are_blank: bool = False

    @property
    def shown(self) -> list[Form]:
        """Those that the page has now."""
        forms: list[Form] = [self.email, self.address, self.business, self.options]
        return forms if self.is_billing_same else [*forms, self.billing]

    @property
    def asks_billing(self) -> bool:
        """Whether the submit has only just opened the billing address, so nobody has seen it."""
        return self.email.is_bound and not (self.is_billing_same or self.billing.is_bound)

    def are_valid(self) -> bool:
        """All of them speak up, not only the first that is wrong."""
        validity = [form.is_valid() for form in self.shown]
        return all(validity)

    def answer(self, checkout: Checkout) -> None:
        """Note in ``checkout`` what valid forms say; it is not saved."""
        checkout.email = self.email.cleaned_data["email"]
        checkout.wants_news = self.options.cleaned_data["wants_news"]
        checkout.shipping_address = self.address.cleaned_data
        checkout.vat_number = self.business.cleaned_data["vat_number"]
        checkout.billing_address = None if self.is_billing_same else self.billing.cleaned_data


def stored_forms(checkout: Checkout) -> ContactForms:
    """The forms as they were left."""
    billing = checkout.billing_address
    is_same = billing is None
    given = (checkout.email, checkout.shipping_address, checkout.vat_number, checkout.wants_news)
    if is_same and not any(given):
        countries, own = tuple(reached_countries()), settings.SHOP_COUNTRY
        return _blank_forms(checkout.cart.country or own, own, countries, get_language() or "")
    initial = AddressForm.initial_from
    options = {"billing_same": is_same, "wants_news": checkout.wants_news}
    return ContactForms(
        email=ContactForm(initial={"email": checkout.email}),
        address=AddressForm(
            countries=reached_countries(),
            initial=initial(checkout.shipping_address or {"country": checkout.cart.country}),
        ),
        business=BusinessForm(initial={"vat_number": checkout.vat_number}),
        options=ContactOptionsForm(initial=options),
        billing=AddressForm(prefix=BILLING, section=BILLING, initial=initial(billing)),
        is_billing_same=is_same,
    )


@lru_cache(maxsize=50)
def _blank_forms(
    country: str, _own: str, countries: tuple[str, ...], language: str
) -> ContactForms:
    """The forms of who has told nothing yet; shared, so nobody changes them."""
    return ContactForms(
        email=ContactForm(),
        address=AddressForm(countries=countries, initial={"country": country}),
        business=BusinessForm(),
        options=ContactOptionsForm(),
        billing=_unasked_billing(language),
        is_billing_same=True,
        are_blank=True,
    )


@lru_cache(maxsize=20)
def _unasked_billing(_language: str) -> AddressForm:
    """The form of an address that is the same as the other; shared as well."""
    return AddressForm(prefix=BILLING, section=BILLING)


def typed_forms(checkout: Checkout, data: QueryDict) -> ContactForms:
    """The forms as they were typed so far, without a word about what is missing."""
    is_same = _is_same(data)
    options = {"billing_same": is_same, "wants_news": data.get("wants_news") == "on"}
    return ContactForms(
        email=ContactForm(initial={"email": data.get("email", "")}),
        address=AddressForm(countries=reached_countries(), initial=typed_address(data)),
        business=BusinessForm(initial={"vat_number": data.get("vat_number", "")}),
        options=ContactOptionsForm(initial=options),
        billing=_typed_billing(checkout, data),
        is_billing_same=is_same,
    )


def posted_forms(checkout: Checkout, data: QueryDict) -> ContactForms:
    """The forms as they were sent, to be judged; a billing form nobody has seen yet is not."""
    is_same = _is_same(data)
    if is_same:
        billing = _unasked_billing(get_language() or "")
    elif f"{BILLING}-country" in data:
        billing = AddressForm(data, prefix=BILLING, section=BILLING)
    else:
        billing = _typed_billing(checkout, data)
    return ContactForms(
        email=ContactForm(data),
        address=AddressForm(data, countries=reached_countries()),
        business=BusinessForm(data),
        options=ContactOptionsForm(data),
        billing=billing,
        is_billing_same=is_same,
    )


def _typed_billing(checkout: Checkout, data: QueryDict) -> AddressForm:
    initial = typed_address(data, BILLING) or AddressForm.initial_from(checkout.billing_address)
    return AddressForm(prefix=BILLING, section=BILLING, initial=initial)


def _is_same(data: QueryDict) -> bool:
    return data.get("billing_same") == "on"


def typed_address(data: QueryDict, prefix: str = "") -> dict[str, str]:
    """The parts of an address that were typed so far, not judged."""
    names = {part: f"{prefix}-{part}" if prefix else part for part in PARTS}
    typed = {part: data.get(name, "").replace("\0", "") for part, name in names.items()}
    return {part: text for part, text in typed.items() if text}
