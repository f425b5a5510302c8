"""The choice of how a parcel travels: step 2, and the middle of the express page."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from orders import summary
from orders.checkouts import checkout as acts
from orders.forms import DeliveryForm
from orders.models import CartItem, Checkout, PickUpPoint, ShippingMethod
from orders.shipping.delivery import DeliveryOption, points


@dataclass(frozen=True)
class Card:
    """A choice for ``radio_cards.html``; the price in minor units."""

    value: str
    title: str
    note: str
    selected: bool
    price: int | None = None
    currency: str = ""
    icon: str = ""


@dataclass(frozen=True)
class DeliveryPart:
    """What the page offers, and what of it is chosen so far."""

    items: list[CartItem]
    form: DeliveryForm
    options: list[DeliveryOption]
    chosen: DeliveryOption | None
    points: list[PickUpPoint]
    point: str
    near: str

    @property
    def choices(self) -> list[Card]:
        """The methods for ``radio_cards.html``."""
        return [_choice(option, is_chosen=option == self.chosen) for option in self.options]

    @property
    def places(self) -> list[Card]:
        """Where orders are collected, for ``radio_cards.html``; the nearest is chosen at first."""
        return _places(self.points, self.point)

    @property
    def collects(self) -> bool:
        return self.chosen is not None and _is_pick_up(self.chosen)

    @property
    def place(self) -> PickUpPoint | None:
        """Where it would be collected, as far as the page says."""
        return _collected_at(self.chosen, self.points, self.point) if self.chosen else None

    def choose(self, checkout: Checkout) -> None:
        """Keep what a valid form says, and the other answers of ``checkout``.

        Raises what :func:`orders.checkouts.checkout.choose_delivery` raises.
        """
        code = self.form.cleaned_data["method"]
        option = next(row for row in self.options if row.method.code == code)
        acts.choose_delivery(
            checkout=checkout,
            items=self.items,
            method=option.method,
            point=_collected_at(option, self.points, self.form.cleaned_data.get("point", "")),
            note=self.form.cleaned_data["note"],
        )


def delivery_part(
    checkout: Checkout,
    items: list[CartItem],
    *,
    asked: Mapping[str, str],
    data: QueryDict | None,
) -> DeliveryPart:
    """The ways to the checkout's address.

    ``asked`` is what was chosen on the page, without being judged; ``data`` is to be judged.
    """
    options = acts.delivery_options(checkout, items)
    by_code = {option.method.code: option for option in options}
    usual = summary.usual_option(options)
    liked = [option for option in options if option.method.pk == checkout.cart.shipping_method_id]
    usual = next(iter(liked), usual)
    current = checkout.shipping_method or (usual.method if usual else None)
    near = _near(checkout, asked.get("near", ""))
    places = points(near) if any(_is_pick_up(option) for option in options) else []
    form = DeliveryForm(
        data,
        methods=[(option.method.code, option.method.name) for option in options],
        points=[(str(place.pk), place.name) for place in places],
        initial={"note": asked.get("note", checkout.customer_note)},
    )
    return DeliveryPart(
        items=items,
        form=form,
        options=options,
        chosen=by_code.get(asked.get("method", current.code if current else "")) or usual,
        points=places,
        point=asked.get("point", "") or str(checkout.pick_up_point_id),
        near=near["postal_code"],
    )


def _choice(option: DeliveryOption, *, is_chosen: bool) -> Card:
    """A delivery method for ``radio_cards.html``."""
    days = summary.arrival(option.arrives_from, option.arrives_until)
    words = _("Ready %(days)s") if _is_pick_up(option) else _("Arrives %(days)s")
    return Card(
        value=option.method.code,
        title=option.method.name,
        note=words % {"days": days},
        selected=is_chosen,
        price=option.price,
        currency=option.method.currency,
    )


def _is_pick_up(option: DeliveryOption) -> bool:
    return option.method.kind == ShippingMethod.Kind.PICK_UP


def _near(checkout: Checkout, typed: str) -> dict[str, str]:
    """Where the shopper looks for a place to collect: what was typed, or the address."""
    address = checkout.shipping_address or {}
    code = typed.replace("\0", "").strip()[:20] or address.get("postal_code", "")
    return {"country": address.get("country", ""), "postal_code": code}


def _collected_at(
    option: DeliveryOption, places: list[PickUpPoint], chosen: str
) -> PickUpPoint | None:
    """The place chosen, or the nearest; none for a parcel."""
    if not _is_pick_up(option) or not places:
        return None
    return next((place for place in places if str(place.pk) == chosen), places[0])


def _places(places: list[PickUpPoint], chosen: str) -> list[Card]:
    known = [str(place.pk) for place in places]
    selected = chosen if chosen in known else next(iter(known), "")
    return [
        Card(
            value=str(place.pk),
            title=place.name,
            note=" · ".join(
                filter(None, [_street(place), place.opening_hours, place.instructions])
            ),
            selected=str(place.pk) == selected,
        )
        for place in places
    ]


def _street(place: PickUpPoint) -> str:
    return f"{place.line1}, {place.postal_code} {place.city}"
