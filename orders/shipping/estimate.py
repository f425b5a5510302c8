"""What delivery of a cart would cost and when it would come, before there is an address."""

from dataclasses import dataclass

from django.conf import settings
from django_countries import countries

from orders import summary
from orders.models import Cart, CartItem
from orders.shipping import delivery, promises
from orders.shipping.delivery import DeliveryOption
from shop.accounts.forms import country_choices
from shop.money import format_money


@dataclass(frozen=True)
class Choice:
    """One of a list to choose from."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True)
class Estimate:
    """Delivery to ``country`` by ``chosen``, and what else could be chosen.

    ``is_sent`` is false where nothing needs a parcel.
    """

    country: str
    place: str
    chosen: DeliveryOption | None
    countries: tuple[Choice, ...]
    methods: tuple[Choice, ...]
    is_sent: bool = True


def of_cart(cart: Cart, items: list[CartItem], *, goods_total: int) -> Estimate:
    """What the shopper chose in the cart, or the usual way in the shop's own country.

    ``goods_total`` in minor units. One query while the countries are known, and those of
    :func:`orders.shipping.promises.days_of`.
    """
    country = cart.country or settings.SHOP_COUNTRY
    options = delivery.options(
        address={"country": country},
        goods_total=goods_total,
        weight_grams=delivery.weight(items),
        leaves_on=promises.leaves_on(items),
    )
    liked = [option for option in options if option.method.pk == cart.shipping_method_id]
    is_sent = delivery.needs_parcel(items)
    chosen = (next(iter(liked), None) or summary.usual_option(options)) if is_sent else None
    reached = delivery.reached_countries()
    return Estimate(
        country=country,
        place=countries.name(country) or country,
        chosen=chosen,
        countries=tuple(
            Choice(code, name, code == country) for code, name in country_choices(reached)
        ),
        methods=tuple(
            Choice(
                option.method.code,
                f"{summary.delivery_words(option)} · "
                f"{format_money(option.price, option.method.currency)}",
                option is chosen,
            )
            for option in options
        ),
        is_sent=is_sent,
    )


def choose(*, cart: Cart, country: str, method_code: str) -> None:
    """Remember where the cart would go and how; what is not offered is forgotten."""
    if country in delivery.reached_countries():
        if country != (cart.country or settings.SHOP_COUNTRY):
            method_code = ""  # named ways of the country before
        cart.country = country
    options = delivery.options(
        address={"country": cart.country or settings.SHOP_COUNTRY}, goods_total=0, weight_grams=0
    )
    found = [option.method for option in options if option.method.code == method_code]
    cart.shipping_method = next(iter(found), None)
    cart.save(update_fields=["country", "shipping_method"])
