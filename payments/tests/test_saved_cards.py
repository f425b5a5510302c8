"""Cards that customers keep: consent, paying with them, first choice, removing."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from orders.models import Checkout, Order
from orders.tests.factories import (
    ADDRESS,
    filled_cart,
    member,
    placed_order,
    ready_checkout,
    shown_total,
    standard_delivery,
    variant_in_stock,
)
from payments import card_letters, saved_cards
from payments.models import Payment, SandboxCharge, SavedCard
from payments.tests.cards import DECLINED, method
from shop.accounts.tests.proving import proven

pytestmark = pytest.mark.django_db

PAYMENT, REVIEW, EXPRESS = "/checkout/payment/", "/checkout/review/", "/checkout/express/"
CARDS = "/account/payment-methods/"
ADD = f"{CARDS}add/"
TYPED = {"number": "4242 4242 4242 4242", "expiry": "12/40", "security_code": "123"}


def kept(user, *, number="4242424242424242", month=12, year=2040, **fields):
    """A card that the member keeps."""
    found = method(number)
    return SavedCard.objects.create(
        user=user,
        provider="SANDBOX",
        token=found.token,
        brand=found.brand,
        last4=found.last4,
        expiry_month=month,
        expiry_year=year,
        kept_at=timezone.now(),
        **fields,
    )


@pytest.fixture
def user():
    return member(first_name="Ada", last_name="Weber")


@pytest.fixture
def client(user):
    return proven(user)


@pytest.fixture
def checkout(user):
    return ready_checkout(filled_cart((variant_in_stock(price=5000), 1), user=user))


def pay_with(client, checkout, **chosen):
    assert client.post(PAYMENT, chosen)["Location"] == REVIEW
    checkout.refresh_from_db()
    return client.post(REVIEW, {"total": shown_total(checkout)})


def words(response):
    return response.content.decode()


def test_a_card_is_kept_once_it_paid_and_only_where_that_was_ticked(client, checkout, user):
    pay_with(client, checkout, means="card", keeps="on", **TYPED)
    assert saved_cards.of_person(user.pk) == []
    saved_cards.keep_paid(user_id=user.pk)
    (card,) = saved_cards.of_person(user.pk)
    assert (str(card), card.expiry, card.holder) == ("Visa ending in 4242", "12/40", "Ada Weber")
    assert card.is_default
    assert card.token == Payment.objects.get().method_token


def test_a_card_without_the_tick_is_not_kept(client, checkout, user):
    pay_with(client, checkout, means="card", **TYPED)
    saved_cards.keep_paid(user_id=user.pk)
    assert not SavedCard.all_objects.exists()


def test_a_declined_card_is_never_kept_and_forgotten_after_a_day(client, checkout, user):
    pay_with(client, checkout, means="card", keeps="on", **TYPED | {"number": DECLINED})
    assert saved_cards.keep_paid() == 0
    assert saved_cards.forget_unpaid() == 0
    assert saved_cards.forget_unpaid(timezone.now() + timedelta(days=2)) == 1
    assert not SavedCard.all_objects.exists()


def test_guests_are_not_asked_whether_to_keep_a_card_and_the_tick_is_never_set(client, checkout):
    text = words(client.get(PAYMENT))
    tick = text[text.index('name="keeps"') :].partition(">")[0]
    assert "checked" not in tick
    guests = ready_checkout(filled_cart((variant_in_stock(price=5000), 1)))
    guest = Client()
    guest.cookies["cart"] = guests.cart.token
    assert 'name="keeps"' not in words(guest.get(PAYMENT))


def test_a_kept_card_is_the_first_choice_and_pays(client, checkout, user):
    card = kept(user, is_default=True)
    page = words(client.get(PAYMENT))
    radio = page[page.index(f'value="saved-{card.pk}"') :].partition(">")[0]
    assert "checked" in radio
    placed = pay_with(client, checkout, means=f"saved-{card.pk}")
    assert placed["Location"] == Order.objects.get().get_absolute_url()
    paid = Payment.objects.get()
    assert (paid.status, paid.method_token, paid.card_last4) == ("CAPTURED", card.token, "4242")


def test_a_kept_card_pays_on_the_express_page(client, user):
    standard_delivery()
    filled_cart((variant_in_stock(price=5000), 1), user=user)
    card = kept(user, is_default=True)
    client.post("/cart/checkout/")
    data = {**ADDRESS, "email": user.email, "billing_same": "on", "method": "standard"}
    client.post(EXPRESS, data | {"means": f"saved-{card.pk}", "total": "5490"})
    assert Payment.objects.get().method_token == card.token


@pytest.mark.parametrize("whose", ["somebody else's", "removed", "expired", "no id"])
def test_a_card_that_is_not_there_charges_nothing(client, checkout, user, whose):
    kept(user, is_default=True)
    value = {
        "somebody else's": lambda: kept(member()).pk,
        "removed": lambda: saved_cards.remove(user_id=user.pk, card_id=kept(user, month=11).pk).pk,
        "expired": lambda: kept(user, year=2020).pk,
        "no id": lambda: "x",
    }[whose]()
    response = client.post(PAYMENT, {"means": f"saved-{value}"})
    assert response.status_code == 422
    assert "not kept here any more" in words(response)
    assert Checkout.objects.get().payment_method == {}


def test_somebody_elses_card_on_the_express_page_orders_nothing(client, user):
    standard_delivery()
    filled_cart((variant_in_stock(price=5000), 1), user=user)
    kept(user, is_default=True)
    foreign = kept(member())
    client.post("/cart/checkout/")
    data = {**ADDRESS, "email": user.email, "billing_same": "on", "method": "standard"}
    response = client.post(EXPRESS, data | {"means": f"saved-{foreign.pk}", "total": "5490"})
    assert response.status_code == 422
    assert not Order.objects.exists()
    assert not SandboxCharge.objects.exists()


def test_removing_forgets_the_token_and_the_checkouts_that_would_use_it(client, checkout, user):
    first = kept(user, is_default=True)
    second = kept(user, month=11)
    client.post(PAYMENT, {"means": f"saved-{first.pk}"})
    assert client.get(f"{CARDS}{first.pk}/remove/").status_code == 200
    assert client.post(f"{CARDS}{first.pk}/remove/")["Location"] == CARDS
    gone = SavedCard.all_objects.get(pk=first.pk)
    assert (gone.token, gone.is_deleted, gone.is_default) == ("", True, False)
    assert Checkout.objects.get().payment_method == {}
    assert saved_cards.of_person(user.pk) == [second]
    assert saved_cards.of_person(user.pk)[0].is_default


def test_the_first_choice_is_one_card(client, user):
    first, second = kept(user, is_default=True), kept(user, month=11)
    assert client.post(f"{CARDS}{second.pk}/first/")["Location"] == CARDS
    assert [card.pk for card in saved_cards.of_person(user.pk)] == [second.pk, first.pk]
    assert list(SavedCard.objects.filter(is_default=True)) == [second]


@pytest.mark.parametrize("act", ["first", "remove"])
def test_somebody_elses_card_is_not_found_in_the_account(client, user, act):
    card = kept(member(), is_default=True)
    assert client.post(f"{CARDS}{card.pk}/{act}/").status_code == 404
    card.refresh_from_db()
    assert (card.is_default, card.is_deleted) == (True, False)


def test_the_account_shows_what_is_expired(client, user):
    kept(user, year=2020)
    text = words(client.get(CARDS))
    assert "Expired" in text
    assert "12/20" in text
    assert "Make first choice" not in text


def test_the_same_card_kept_again_takes_the_place_of_the_first(client, checkout, user):
    old = kept(user, is_default=True)
    pay_with(client, checkout, means="card", keeps="on", **TYPED)
    saved_cards.keep_paid(user_id=user.pk)
    (card,) = saved_cards.of_person(user.pk)
    assert card.pk != old.pk
    assert card.is_default


def test_owners_are_told_once_of_a_card_that_expires_next_month(user):
    kept(user, month=1, year=2031)
    kept(user, month=3, year=2031)
    assert card_letters.remind(date(2030, 11, 30)) == 0
    assert card_letters.remind(date(2030, 12, 1)) == 1
    assert card_letters.remind(date(2030, 12, 2)) == 0
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([user.email], "Visa ending in 4242 expires soon")
    assert CARDS in letter.body


def test_erasing_a_person_leaves_no_card(user):
    kept(user, is_default=True)
    kept(user, month=11)
    assert saved_cards.forget_all(user.pk) == 2
    assert not SavedCard.all_objects.filter(user=user).exists()


@pytest.mark.parametrize("is_own", [True, False])
def test_a_link_takes_a_kept_card_of_whoever_is_signed_in(client, user, is_own):
    card = kept(user, is_default=True)
    order = placed_order(user=user if is_own else member())
    url = f"/order/{order.token}/pay/"
    assert ('name="keeps"' in words(client.get(url))) is is_own
    client.post(url, {"means": f"saved-{card.pk}", "total": str(order.total)})
    assert Payment.objects.get().method_token == card.token


def test_a_card_is_added_in_the_account_and_nothing_is_charged(client, user):
    assert client.post(ADD, TYPED)["Location"] == CARDS
    (card,) = saved_cards.of_person(user.pk)
    assert (str(card), card.expiry, card.is_default) == ("Visa ending in 4242", "12/40", True)
    assert not SandboxCharge.objects.exists()


def test_a_card_that_is_declined_or_mistyped_is_not_added(client, user):
    declined = client.post(ADD, TYPED | {"number": DECLINED})
    mistyped = client.post(ADD, TYPED | {"number": "4242 4242 4242 4241"})
    assert (declined.status_code, mistyped.status_code) == (422, 422)
    assert "not accepted" in words(declined)
    assert not SavedCard.all_objects.exists()


def test_the_form_in_the_account_does_not_try_many_cards(client, user):
    # Tries are counted by windows of time: all fall into one.
    with time_machine.travel(timezone.now(), tick=False):
        tries = [client.post(ADD, TYPED | {"number": DECLINED}).status_code for _ in range(11)]
    assert tries == [422] * 10 + [429]


def test_removing_asks_who_is_there_to_prove_themselves(user):
    card = kept(user, is_default=True)
    stale = proven(user, seconds_ago=24 * 3600)
    assert "/account/security/confirm/" in stale.post(f"{CARDS}{card.pk}/remove/")["Location"]
    card.refresh_from_db()
    assert not card.is_deleted
