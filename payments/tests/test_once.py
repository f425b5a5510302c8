"""The same page sent many times: one order, one charge, one letter."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from inventory.tests.crowd import all_at_once
from orders.checkouts import idempotency
from orders.errors import KeyReused
from orders.models import IdempotencyKey, Order, OrderMail
from orders.tests.factories import filled_cart, ready_checkout, shown_total, variant_in_stock
from payments.models import PaymentTransaction, SandboxCharge
from payments.tests.cards import DECLINED, GOOD
from payments.tests.test_pages import REVIEW, choose, visitor
from shop.events.relay import deliver_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def checkout():
    ready = ready_checkout(filled_cart((variant_in_stock(price=5000), 1)))
    choose(ready, GOOD)
    return ready


def page_of(checkout):
    """What the review page would send."""
    context = visitor(checkout.cart).get(REVIEW).context
    return {"key": context["key"], "total": context["purchase"].total}


def send(checkout, page):
    return visitor(checkout.cart).post(REVIEW, page)


def test_each_page_has_a_key_of_its_own(checkout):
    first, second = page_of(checkout), page_of(checkout)
    assert first["key"] != second["key"]
    assert not IdempotencyKey.objects.exists()


def test_the_same_page_again_gets_the_same_answer(checkout):
    choose(checkout, DECLINED)
    page = page_of(checkout)
    answers = {send(checkout, page)["Location"] for _ in range(3)}
    assert answers == {"/checkout/payment/"}
    assert PaymentTransaction.objects.count() == 1
    kept = IdempotencyKey.objects.get()
    assert (kept.status_code, kept.location) == (303, "/checkout/payment/")


def test_the_same_key_with_another_amount_is_refused_in_words(checkout):
    choose(checkout, DECLINED)
    page = page_of(checkout)
    send(checkout, page)
    response = send(checkout, page | {"total": 1})
    assert response.status_code == 409
    assert "sent before with another amount" in response.content.decode()
    assert PaymentTransaction.objects.count() == 1


def test_a_refused_page_may_be_sent_again_once_it_can_be_served(checkout):
    page = page_of(checkout)
    method = checkout.shipping_method
    type(method).objects.update(is_active=False)
    assert send(checkout, page).status_code != 303
    type(method).objects.update(is_active=True)
    assert send(checkout, page)["Location"] == Order.objects.get().get_absolute_url()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_page_sent_twenty_times_at_once_and_later(checkout):
    page = page_of(checkout)
    answers = all_at_once([partial(send, checkout, page)] * 20)
    answers.append(send(checkout, page))
    order = Order.objects.get()
    assert {answer["Location"] for answer in answers} <= {
        order.get_absolute_url(),
        f"/checkout/challenge/{order.payments.get().pk}/",
    }
    assert SandboxCharge.objects.get().captured_amount == shown_total(checkout) == order.total
    deliver_due()
    assert OrderMail.objects.get().kind == "PLACED"


@pytest.mark.parametrize("key", ["", "x" * 101, "ä", "a\nb"])
def test_what_is_no_key_is_refused(key):
    with pytest.raises(KeyReused):
        idempotency.Asked("tests", "ada", key, {})


def test_keys_of_others_and_of_other_scopes_are_their_own():
    claims = [
        idempotency.claim(idempotency.Asked(scope, owner, "1", {"for": owner + scope}))
        for scope in ("orders", "hooks")
        for owner in ("ada", "bob")
    ]
    assert len({claim.id for claim in claims}) == 4


def test_the_first_answer_stays():
    claim = partial(idempotency.claim, idempotency.Asked("tests", "ada", "1", {"a": 1}))
    first = claim()
    idempotency.keep(first, idempotency.Answer(201, body="{}"))
    idempotency.keep(first, idempotency.Answer(500))
    assert claim().answer == idempotency.Answer(201, body="{}")


def test_old_keys_are_forgotten():
    for key in ("1", "2"):
        idempotency.claim(idempotency.Asked("tests", "ada", key, {}))
    IdempotencyKey.objects.filter(key="1").update(expires_at=timezone.now() - timedelta(hours=1))
    assert idempotency.forget() == 1
    assert IdempotencyKey.objects.get().key == "2"
