"""Gift cards and store credit for tests. Amounts in minor units."""

from django.db import transaction

from catalog.models import Product, ProductVariant
from orders.checkouts import placing
from orders.tests.factories import filled_cart, ready_checkout, shown_total, variant_in_stock
from payments.credit import accounts, cards, codes
from payments.credit.cards import Recipient
from shop.models import new_id


def gift_card(amount=5000, **fields):
    """A card that was issued by hand."""
    return cards.issue(
        amount=amount,
        currency="EUR",
        recipient=Recipient(email="kim@example.com"),
        reason="Test",
        key=str(new_id()),
        actor_id=None,
        **fields,
    )


def code_of(card):
    """A new code for the card, as people read it."""
    return codes.shown(cards.give_code(card.pk))


def store_credit(user, amount):
    """Store credit of a member."""
    account = accounts.account_for(user_id=user.pk, email="", currency="EUR")
    return accounts.adjust(
        account_id=account.pk, amount=amount, reason="", key=str(new_id()), actor_id=None
    )


def gift_card_product():
    """The product that is sold as gift cards, from 25.00."""
    with transaction.atomic():
        product = Product.objects.create(
            title="Gift card",
            slug="gift-card",
            status="ACTIVE",
            price=2500,
            inventory_policy="NONE",
            tax_class="ZERO",
            is_gift_card=True,
        )
        ProductVariant.objects.create(
            product=product,
            sku="GIFT-EUR-2500",
            title="Gift card €25.00",
            option_values={"amount": "€25.00"},
            price=2500,
            is_primary=True,
        )
    return product


def checkout_of(*, price=5000, user=None):
    """A checkout that only lacks its payment: a shirt and delivery for 4.90."""
    return ready_checkout(filled_cart((variant_in_stock(price=price), 1), user=user))


def placed(checkout):
    """The order of the checkout, not paid yet."""
    return placing.place_order(cart_id=checkout.cart_id, agreed_total=shown_total(checkout))
