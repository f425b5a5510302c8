"""The forms that ask who orders and where it goes: step 1, and the top of the express page."""

from dataclasses import dataclass

from django.forms import Form
from django.http import QueryDict

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


def typed_forms(checkout: Checkout, data: QueryDict) -> ContactForms:
    """The forms as they were typed so far, without a word about what is missing."""
    is_same = data.get("billing_same") == "on"
    options = {"billing_same": is_same, "wants_news": data.get("wants_news") == "on"}
    billing = typed_address(data, BILLING) or AddressForm.initial_from(checkout.billing_address)
    return ContactForms(
        email=ContactForm(initial={"email": data.get("email", "")}),
        address=AddressForm(countries=reached_countries(), initial=typed_address(data)),
        business=BusinessForm(initial={"vat_number": data.get("vat_number", "")}),
        options=ContactOptionsForm(initial=options),
        billing=AddressForm(prefix=BILLING, section=BILLING, initial=billing),
        is_billing_same=is_same,
    )


def posted_forms(checkout: Checkout, data: QueryDict) -> ContactForms:
    """The forms as they were sent, to be judged; a billing form nobody has seen yet is not."""
    typed = typed_forms(checkout, data)
    billing = typed.billing
    if f"{BILLING}-country" in data:
        billing = AddressForm(data, prefix=BILLING, section=BILLING)
    return ContactForms(
        email=ContactForm(data),
        address=AddressForm(data, countries=reached_countries()),
        business=BusinessForm(data),
        options=ContactOptionsForm(data),
        billing=billing,
        is_billing_same=typed.is_billing_same,
    )


def typed_address(data: QueryDict, prefix: str = "") -> dict[str, str]:
    """The parts of an address that were typed so far, not judged."""
    names = {part: f"{prefix}-{part}" if prefix else part for part in PARTS}
    typed = {part: data.get(name, "").replace("\0", "") for part, name in names.items()}
    return {part: text for part, text in typed.items() if text}
