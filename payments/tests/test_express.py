"""The express page over HTTP: one page, one submit, one order."""

import pytest
from django.test import Client

from orders.carts import cart as carts
from orders.checkouts import checkout as acts
from orders.models import Checkout, Order, ShippingMethod
from orders.tests.factories import (
    ADDRESS,
    filled_cart,
    member,
    paid_order,
    standard_delivery,
    variant_in_stock,
    zone,
)
from payments.credit import chosen
from payments.models import Payment, SandboxCharge
from payments.tests.cards import ASKS, DECLINED
from payments.tests.credits import code_of, gift_card, gift_card_product

pytestmark = pytest.mark.django_db

EXPRESS, START = "/checkout/express/", "/cart/express/"
CARD = {"number": "4242 4242 4242 4242", "expiry": "12/30", "security_code": "123"}
FILLED = {
    **ADDRESS,
    **CARD,
    "email": "ada@example.com",
    "billing_same": "on",
    "method": "standard",
    "note": "For you",
    "total": "5490",
}
#: At the most; rates, methods and pictures come from the cache.
QUERIES = 4


@pytest.fixture
def cart():
    standard_delivery()
    cart = filled_cart((variant_in_stock(price=5000), 1))
    acts.begin(cart=cart)
    return cart


@pytest.fixture
def client(cart):
    return visitor(cart)


def visitor(cart):
    client = Client()
    client.cookies[carts.COOKIE] = cart.token
    return client


def words(response):
    return response.content.decode()


def without(*names):
    return {name: text for name, text in FILLED.items() if name not in names}


def parcel_to_austria():
    return ShippingMethod.objects.create(
        code="austria",
        name="To Austria",
        zone=zone("AT"),
        currency="EUR",
        price=990,
        min_days=2,
        max_days=3,
    )


def test_one_submit_orders_and_pays(client):
    response = client.post(EXPRESS, FILLED)
    order = Order.objects.get()
    assert (response.status_code, response["Location"]) == (303, order.get_absolute_url())
    assert (order.status, order.total, order.customer_note) == ("PAID", 5490, "For you")
    assert SandboxCharge.objects.get().captured_amount == 5490
    assert "4242424242424242" not in str(Checkout.objects.get().payment_method)


def test_the_page_asks_everything_and_names_the_amount(client):
    text = words(client.get(EXPRESS))
    for name in ("email", "full_name", "postal_code", "method", "number", "security_code"):
        assert f'name="{name}"' in text
    assert "Pay €54.90" in text
    assert "obliges you to pay" in text


def test_whatever_is_wrong_in_any_part_is_named_at_once(client):
    wrong = {"email": "ada", "city": "", "method": "by-drone", "number": "4242 4242 4242 4241"}
    response = client.post(EXPRESS, FILLED | wrong)
    text = words(response)
    summary = text[text.index("There is a problem") : text.index("</ul>")]
    assert response.status_code == 422
    for href, said in (
        ("#id_email", "such as name@example.com"),
        ("#id_city", "Enter the town"),
        ("#id_method", "Choose how we deliver"),
        ("#id_number", "a digit seems to be wrong"),
    ):
        assert f'<a href="{href}">' in summary
        assert f'id="{href[1:]}"' in text
        assert said in summary
    assert "Lindenstr. 4" in text
    assert "For you" in text
    assert not Order.objects.exists()
    assert not Checkout.objects.get().shipping_address


def test_a_card_that_the_provider_refuses_keeps_the_rest(client):
    response = client.post(EXPRESS, FILLED | {"number": "4111 1111 1111 1111"})
    assert response.status_code == 422
    assert "test cards only" in words(response)
    assert Checkout.objects.get().shipping_address["city"] == "Berlin"
    assert not Order.objects.exists()


@pytest.mark.parametrize("total", ["", "0", "5489", "x", "9" * 40])
def test_another_total_than_was_shown_orders_nothing(client, total):
    response = client.post(EXPRESS, FILLED | {"total": total})
    text = words(response)
    assert response.status_code == 409
    assert 'name="total" value="5490"' in text
    assert "Please check it again" in text
    assert not Order.objects.exists()


def test_a_declined_card_leads_to_the_payment_step_with_the_order_kept(client):
    response = client.post(EXPRESS, FILLED | {"number": DECLINED})
    assert response["Location"] == "/checkout/payment/"
    assert "Your bank declined the payment" in words(client.get(response["Location"]))
    assert client.get(EXPRESS)["Location"] == "/checkout/payment/"
    assert Order.objects.get().status == "PENDING"


def test_a_bank_that_asks_is_answered_on_its_page(client):
    response = client.post(EXPRESS, FILLED | {"number": ASKS})
    assert response["Location"].startswith("/checkout/challenge/")
    assert client.post(response["Location"], {"action": "confirm"}).url.endswith("/thanks/")


def test_the_same_page_sent_twice_pays_once(client):
    page = FILLED | {"key": "one-page"}
    first, second = client.post(EXPRESS, page), client.post(EXPRESS, page)
    assert second.status_code in (302, 303)
    assert second["Location"] == first["Location"]
    assert (Order.objects.count(), Payment.objects.count()) == (1, 1)


def test_a_page_sent_while_its_order_waits_goes_on_with_the_same_payment(client, cart):
    client.post(EXPRESS, FILLED | {"number": ASKS})
    again = client.post(EXPRESS, FILLED | {"number": ASKS})
    assert again["Location"].startswith("/checkout/challenge/")
    assert Payment.objects.count() == 1


def test_another_country_brings_its_fields_delivery_and_total(client):
    parcel_to_austria()
    headers = {"HX-Request": "true", "HX-Target": "address"}
    response = client.post(EXPRESS, FILLED | {"country": "AT"}, headers=headers)
    text = words(response)
    assert response.status_code == 200
    assert '<option value="AT" selected>' in text
    assert "To Austria" in text
    assert "Pay €59.90" in text
    assert text.count('hx-swap-oob="true"') == 3
    assert "Error" not in text
    assert not Checkout.objects.get().email


def test_without_script_a_button_shows_the_delivery_there(client):
    parcel_to_austria()
    response = client.post(EXPRESS, without(*CARD) | {"country": "AT", "show": "delivery"})
    text = words(response)
    assert response.status_code == 200
    assert "To Austria" in text
    assert "Lindenstr. 4" in text
    assert "There is a problem" not in text


def test_who_has_a_gift_card_goes_to_the_payment_step_with_all_kept(client):
    response = client.post(EXPRESS, without(*CARD) | {"show": "credit"})
    assert (response.status_code, response["Location"]) == (303, "/checkout/payment/")
    kept = Checkout.objects.get()
    assert (kept.shipping_address["city"], kept.shipping_method.code) == ("Berlin", "standard")
    assert client.post(EXPRESS, {"show": "credit", "email": "ada"}).status_code == 422


def test_what_is_sent_by_mail_alone_asks_for_no_delivery():
    standard_delivery()
    cart = filled_cart((gift_card_product().variants.get(), 1))
    acts.begin(cart=cart)
    client = visitor(cart)
    assert 'name="method"' not in words(client.get(EXPRESS))
    response = client.post(EXPRESS, without("method", "note") | {"total": "2500"})
    assert response["Location"].endswith("/thanks/")


def test_a_gift_card_chosen_before_pays_its_part_here_too(cart, client):
    client.post(EXPRESS, without(*CARD) | {"show": "credit"})
    chosen.add_card(checkout=Checkout.objects.get(), typed=code_of(gift_card(2000)))
    page = client.get(EXPRESS)
    assert "Pay €34.90" in words(page)
    assert page.context["credit"].cards[0].amount == 2000
    client.post(EXPRESS, FILLED | {"due": "3490"})
    assert SandboxCharge.objects.get().captured_amount == 3490


def test_where_credit_pays_all_no_card_is_asked_for(cart, client):
    client.post(EXPRESS, without(*CARD) | {"show": "credit"})
    chosen.add_card(checkout=Checkout.objects.get(), typed=code_of(gift_card(9000)))
    assert 'name="number"' not in words(client.get(EXPRESS))
    assert client.post(EXPRESS, without(*CARD) | {"due": "0"})["Location"].endswith("/thanks/")
    assert Order.objects.get().status == "PAID"


def test_where_nobody_delivers_nothing_is_ordered(client):
    response = client.post(EXPRESS, FILLED | {"country": "NZ"})
    assert response.status_code == 422
    assert not Order.objects.exists()


@pytest.mark.parametrize("name", [*FILLED, "vat_number", "near", "point", "key"])
@pytest.mark.parametrize("is_part", [False, True])
def test_hostile_text_in_any_field_breaks_nothing(client, name, is_part):
    headers = {"HX-Request": "true", "HX-Target": "delivery"} if is_part else {}
    data = FILLED | {name: "\0' OR 1=1 --<b>" + "x" * 300}
    response = client.post(EXPRESS, data, headers=headers)
    assert response.status_code in (200, 303, 409, 422)
    assert "<b>" not in words(response)


def test_the_cart_leads_there_with_the_stock_held(cart):
    response = visitor(cart).post(START)
    assert (response.status_code, response["Location"]) == (303, EXPRESS)


def test_buying_a_product_at_once_puts_it_in_the_cart_once():
    standard_delivery()
    variant = variant_in_stock(price=5000)
    client, data = Client(), {"product": variant.product.slug, **variant.option_values}
    assert client.post(START, data)["Location"] == EXPRESS
    client.post(START, data)
    assert "Pay €54.90" in words(client.get(EXPRESS))


def test_buying_at_once_from_a_page_with_script_moves_the_page():
    standard_delivery()
    variant = variant_in_stock()
    data = {"product": variant.product.slug, **variant.option_values}
    headers = {"HX-Request": "true", "HX-Target": "cart-drawer-body"}
    assert Client().post(START, data, headers=headers)["HX-Redirect"] == EXPRESS


def test_who_has_no_cart_is_sent_to_it():
    assert Client().get(EXPRESS)["Location"] == "/cart/"
    assert Client().post(START)["Location"] == "/cart/"


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_member_who_ordered_before_looks_and_pays():
    user = member()
    paid_order(user=user)
    filled_cart((variant_in_stock(price=5000), 1), user=user)
    client = signed_in(user)
    assert client.post("/cart/checkout/")["Location"] == EXPRESS
    page = client.get(EXPRESS)
    assert (page.context["folds_contact"], page.context["folds_delivery"]) == (True, True)
    assert "Lindenstr. 4" in words(page)
    data = {**ADDRESS, **CARD, "email": user.email, "billing_same": "on", "method": "standard"}
    assert client.post(EXPRESS, data | {"total": "5490"})["Location"].endswith("/thanks/")


def test_the_default_address_goes_before_the_last_one():
    user = member()
    paid_order(user=user)
    user.addresses.create(**ADDRESS | {"city": "Potsdam"}, is_default=True)
    filled_cart(user=user)
    signed_in(user).post("/cart/checkout/")
    assert Checkout.objects.latest("created_at").shipping_address["city"] == "Potsdam"


@pytest.mark.parametrize("country", ["NZ", "DE"])
def test_a_saved_address_that_is_not_reached_or_wrong_is_asked_anew(country):
    user = member()
    wrong = {"country": country, "postal_code": "X"}
    user.addresses.create(**ADDRESS | wrong, is_default=True)
    standard_delivery()
    filled_cart(user=user)
    assert signed_in(user).post("/cart/checkout/")["Location"] == "/checkout/"
    assert not Checkout.objects.get().shipping_address


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, 5])
def test_the_page_costs_few_queries_however_full(count, django_assert_max_num_queries):
    standard_delivery()
    cart = filled_cart(*[(variant_in_stock(), 1) for _ in range(count)])
    acts.begin(cart=cart)
    client = visitor(cart)
    client.get(EXPRESS)
    with django_assert_max_num_queries(QUERIES):
        assert client.get(EXPRESS)["Cache-Control"] == "private, no-store"
