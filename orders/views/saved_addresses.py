"""The addresses that a member keeps, offered in the first step of checkout."""

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from orders.models import Checkout
from orders.shipping.delivery import reached_countries
from shop.accounts.address_book import book
from shop.accounts.forms import PARTS
from shop.accounts.models import Address

#: Name of the radios, and the value that stands for an address that is typed now.
FIELD: Final = "saved"
NEW: Final = "new"
#: Name of the tick that keeps what is typed for later.
KEEP: Final = "keep_address"


@dataclass(frozen=True)
class SavedAddresses:
    """Addresses of the cart's owner to which the shop delivers, and the one that is chosen."""

    owner: UUID | None
    addresses: list[Address]
    chosen: str = NEW
    is_kept: bool = False

    @property
    def cards(self) -> list[dict[str, Any]]:
        """For ``radio_cards.html``; empty without addresses to choose from."""
        if not self.addresses:
            return []
        cards = [
            {
                "value": str(row.pk),
                "title": row.label or row.line1,
                "note": ", ".join(row.lines),
                "selected": self.chosen == str(row.pk),
            }
            for row in self.addresses
        ]
        title = _("Use another address")
        return [*cards, {"value": NEW, "title": title, "selected": self.chosen == NEW}]

    def filled(self, data: QueryDict) -> QueryDict:
        """What was sent, with the parts of the chosen address in it."""
        row = next((each for each in self.addresses if str(each.pk) == self.chosen), None)
        if row is None:
            return data
        said = data.copy()
        for part, text in book.parts_of(row).items():
            said[part] = text
        return said

    def with_fields_shown(self) -> "SavedAddresses":
        """For an address that has to be corrected: its fields are seen only as a new one."""
        return replace(self, chosen=NEW)

    def keep(self, checkout: Checkout) -> None:
        """Keep the address of ``checkout`` in the book if its owner ticked that."""
        if self.owner is not None and self.is_kept and self.chosen == NEW:
            book.keep_once(user_id=self.owner, parts=checkout.shipping_address or {})


def of_checkout(checkout: Checkout, data: QueryDict | None) -> SavedAddresses:
    """What a member may choose from; one query, and none for guests."""
    owner = checkout.cart.user_id
    if owner is None:
        return SavedAddresses(None, [])
    reached = set(reached_countries())
    rows = book.of_person(owner).filter(type=Address.Type.SHIPPING)
    addresses = [row for row in rows if row.country.code in reached]
    known = {str(row.pk) for row in addresses}
    if data is not None:
        sent = data.get(FIELD, NEW)
        return SavedAddresses(owner, addresses, sent if sent in known else NEW, KEEP in data)
    return SavedAddresses(owner, addresses, _matching(checkout, addresses))


def _matching(checkout: Checkout, addresses: list[Address]) -> str:
    """The address that the checkout has; the first one where it has none yet."""
    stored = checkout.shipping_address
    if not stored:
        return str(addresses[0].pk) if addresses else NEW
    parts = {part: str(stored.get(part) or "") for part in PARTS}
    same = (str(row.pk) for row in addresses if book.parts_of(row) == parts)
    return next(same, NEW)
