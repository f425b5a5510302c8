"""Redis may vanish at any time; the shop goes on selling."""

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from orders.models import CartItem
from orders.tests.factories import member, variant_in_stock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["cut", "frozen"])
def leave(request, wire):
    """Lets Redis go away."""
    return wire.cut if request.param == "cut" else lambda: setattr(wire, "state", "frozen")


def test_member_signs_in_without_redis(client, leave):
    user = member(password="a long enough password")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    leave()
    form = {"login": user.email, "password": "a long enough password"}
    assert client.post(reverse("account_login"), form).status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


def test_garment_goes_into_the_cart_without_redis(client, leave):
    variant = variant_in_stock(units=3)
    leave()
    form = {"product": variant.product.slug, **variant.option_values}
    assert client.post(reverse("orders:cart_add"), form).status_code == 303
    assert client.get(reverse("orders:cart")).status_code == 200
    assert CartItem.objects.get().variant == variant


@pytest.mark.parametrize("name", ["catalog:home", "account_login", "account_signup"])
def test_page_is_served_without_redis(client, wire, name):
    wire.cut()
    assert client.get(reverse(name)).status_code == 200
