"""Payment, review and the bank's question over HTTP."""

import pytest
from django.test import Client
from django.urls import reverse

from orders.carts import cart as carts
from orders.models import Checkout, Order
from orders.tests.factories import filled_cart, ready_checkout, shown_total, variant_in_stock
from payments.models import Payment, SandboxCharge
from payments.tests.cards import ASKS, DECLINED, GOOD, method

pytestmark = pytest.mark.django_db

PAYMENT, REVIEW = "/checkout/payment/", "/checkout/review/"
#: What the cart holds is remembered.
STEP_QUERIES = 0
CARD = {"number": "4242 4242 4242 4242", "expiry": "12/30", "security_code": "123"}


def visitor(cart):
    client = Client()
    client.cookies[carts.COOKIE] = cart.token
    return client


@pytest.fixture
def checkout():
    return ready_checkout(filled_cart((variant_in_stock(price=5000), 1)))


@pytest.fixture
def client(checkout):
    return visitor(checkout.cart)


def choose(checkout, number=GOOD):
    checkout.payment_provider = "SANDBOX"
    checkout.payment_method = vars(method(number))
    checkout.save()


def pay(client, checkout, total=None):
    return client.post(REVIEW, {"total": shown_total(checkout) if total is None else total})


def test_a_good_card_leads_to_review_and_is_kept_as_a_token(client, checkout):
    response = client.post(PAYMENT, CARD)
    assert (response.status_code, response["Location"]) == (303, REVIEW)
    kept = Checkout.objects.get().payment_method
    assert (kept["brand"], kept["last4"]) == ("Visa", "4242")
    assert "4242424242424242" not in str(kept)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("number", "", "Enter the card number"),
        ("number", "4242 4242 4242 4241", "a digit seems to be wrong"),
        ("number", "4111 1111 1111 1111", "test cards only"),
        ("expiry", "13/30", "such as 08/29"),
        ("expiry", "01/20", "This card has expired"),
        ("security_code", "12x", "three or four digits"),
    ],
)
def test_each_wrong_part_of_a_card_is_named(client, field, typed, said):
    response = client.post(PAYMENT, {**CARD, field: typed})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Checkout.objects.get().payment_method


def test_review_shows_everything_and_the_amount_on_the_button(client, checkout):
    choose(checkout)
    response = client.get(REVIEW)
    text, days = response.content.decode(), response.context["summary"].delivery_note
    for words in (checkout.email, "Lindenstr. 4", days, "Visa •••• 4242", "Pay €54.90"):
        assert words in text


def test_a_price_that_moved_is_shown_before_anything_is_ordered(client, checkout):
    choose(checkout)
    agreed = shown_total(checkout)
    variant = checkout.cart.items.get().variant
    variant.price = 6000
    variant.save()
    response = pay(client, checkout, agreed)
    text = response.content.decode()
    assert response.status_code == 409
    assert "now costs €60.00 instead of €50.00" in text
    assert 'name="total" value="6490"' in text
    assert not Order.objects.exists()
    assert pay(client, checkout, 6490)["Location"].endswith("/thanks/")


@pytest.mark.parametrize("total", ["", "0", "-1", "5490.0", "x", "9" * 50])
def test_a_total_nobody_was_shown_orders_nothing(client, checkout, total):
    choose(checkout)
    assert pay(client, checkout, total).status_code == 409
    assert not Order.objects.exists()


def test_the_same_form_sent_twice_pays_once(client, checkout):
    choose(checkout)
    total = shown_total(checkout)
    first, second = pay(client, checkout, total), pay(client, checkout, total)
    assert first["Location"] == second["Location"] == Order.objects.get().get_absolute_url()
    assert SandboxCharge.objects.get().captured_amount == total


def test_a_declined_card_keeps_the_order_for_another_one(client, checkout):
    choose(checkout, DECLINED)
    response = pay(client, checkout)
    assert response["Location"] == PAYMENT
    assert "Your bank declined the payment" in client.get(PAYMENT).content.decode()
    client.post(PAYMENT, CARD)
    client.post(REVIEW)
    assert Order.objects.get().status == "PAID"


@pytest.fixture
def asked(client, checkout):
    """The page with the bank's question."""
    choose(checkout, ASKS)
    return pay(client, checkout)["Location"]


def test_the_bank_is_answered_once_however_often_the_form_comes(client, asked):
    assert "card ending in 3184" in client.get(asked).content.decode()
    for _ in range(2):
        response = client.post(asked, {"action": "confirm"})
        assert response["Location"].endswith("/thanks/")
    assert SandboxCharge.objects.filter(captured_amount__gt=0).count() == 1


def test_a_canceled_question_leads_back_to_the_cards(client, asked):
    response = client.post(asked, {"action": "cancel"})
    assert response["Location"] == PAYMENT
    assert "was not confirmed" in client.get(PAYMENT).content.decode()


def test_a_strangers_question_is_not_found(asked):
    assert Client().get(asked).status_code == 404
    assert Client().post(asked, {"action": "confirm"}).status_code == 404
    assert Payment.objects.get().status == "INITIATED"


@pytest.mark.parametrize("status", ["INITIATED", "AUTHORIZED"])
def test_a_provider_that_did_not_answer_is_waited_for(client, asked, status):
    amounts = {"authorized_amount": 5490} if status == "AUTHORIZED" else {}
    Payment.objects.update(status=status, three_d_secure="NOT_NEEDED", **amounts)
    response = client.get(asked)
    assert response.status_code == 200
    assert 'hx-trigger="every 3s"' in response.content.decode()


def test_a_poll_that_learns_of_the_money_moves_the_page(client, asked):
    Payment.objects.update(three_d_secure="NOT_NEEDED")
    SandboxCharge.objects.update(status="authorized")
    headers = {"HX-Request": "true", "HX-Target": "challenge"}
    response = client.post(asked, {"action": "check"}, headers=headers)
    assert response["HX-Redirect"] == Order.objects.get().get_absolute_url()


@pytest.mark.django_db(transaction=True)
def test_many_polls_ask_the_provider_once(client, asked, monkeypatch):
    # However long a busy machine takes for the second one.
    monkeypatch.setattr("payments.views.CHECK_SECONDS", 600)
    client.post(asked, {"action": "check"})
    SandboxCharge.objects.update(status="authorized")
    client.post(asked, {"action": "check"})
    assert Payment.objects.get().status == "INITIATED"


def test_another_sites_form_pays_nothing(checkout):
    choose(checkout)
    client = Client(enforce_csrf_checks=True)
    client.cookies[carts.COOKIE] = checkout.cart.token
    assert pay(client, checkout).status_code == 403
    assert not Order.objects.exists()


def test_steps_that_are_not_due_lead_back_to_the_one_that_is(client, checkout):
    assert client.get(REVIEW)["Location"] == PAYMENT
    Checkout.objects.update(shipping_method=None)
    assert client.get(PAYMENT)["Location"] == reverse("orders:delivery")
    assert Client().get(PAYMENT)["Location"] == "/cart/"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, 5])
def test_each_step_costs_the_same_queries_however_full(count, django_assert_num_queries):
    checkout = ready_checkout(filled_cart(*[(variant_in_stock(), 1) for _ in range(count)]))
    choose(checkout)
    client = visitor(checkout.cart)
    client.get(PAYMENT)
    for path in (PAYMENT, REVIEW):
        with django_assert_num_queries(STEP_QUERIES):
            response = client.get(path)
        assert response["Cache-Control"] == "private, no-store"
