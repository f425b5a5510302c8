"""Cards that customers keep at Stripe: kept with a payment, charged again, forgotten there too."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orders.tests.factories import member, placed_order
from payments import customers, processing, removals, saved_cards
from payments.errors import ProviderAway
from payments.models import CardRemoval, Payment, ProviderCustomer, SavedCard
from payments.notices import process, receive
from payments.providers.base import Method
from payments.tests.doubles.stripe import StripeDouble
from payments.tests.doubles.stripe_cards import ASKS, DECLINED, GOOD
from payments.tests.doubles.using import in_use
from shop.accounts.tests.proving import proven

pytestmark = pytest.mark.django_db


@pytest.fixture
def double(settings):
    with in_use(StripeDouble(), settings) as made:
        yield made


@pytest.fixture
def user(double):
    return member(first_name="Ada", last_name="Weber")


def pay(user, token=GOOD, *, keeps=True, customer=""):
    customer = customer or customers.customer_of(user_id=user.pk, provider_name="STRIPE")
    order = placed_order(user=user)
    method = Method(token, "Visa", "4242", keeps=keeps, customer=customer)
    return processing.pay(order_id=order.pk, provider_name="STRIPE", method=method)


def kept(user):
    pay(user)
    saved_cards.keep_paid(user_id=user.pk)
    return SavedCard.objects.get(user=user)


def tell(double, name, about, **more):
    event = double.event(name, about, **more)
    return process(receive("STRIPE", *event).pk)


def test_a_card_that_paid_is_held_by_stripe_with_its_expiry(user, double):
    card = kept(user)
    assert (str(card), card.expiry, card.holder) == ("Visa ending in 4242", "12/40", "Ada Weber")
    assert double.held() == [card.token]
    assert double.customers[card.customer] == str(ProviderCustomer.objects.get().pk)


def test_a_card_is_kept_after_its_bank_asked(user, double):
    payment = pay(user, ASKS)
    assert not SavedCard.objects.exists()
    processing.finish(payment.pk, double.shopper_pays(payment))
    saved_cards.keep_paid(user_id=user.pk)
    assert SavedCard.objects.get().token == double.held()[0]


@pytest.mark.parametrize(("token", "keeps"), [(DECLINED, True), (GOOD, False)])
def test_nothing_is_kept_of_a_card_that_was_declined_or_not_ticked(user, double, token, keeps):
    pay(user, token, keeps=keeps)
    assert not SavedCard.objects.exists()
    assert double.held() == []


def test_a_kept_card_pays_again_for_its_own_customer_only(user, double):
    card = kept(user)
    again = processing.pay(
        order_id=placed_order(user=user).pk,
        provider_name="STRIPE",
        method=saved_cards.method(card),
    )
    assert again.status == "CAPTURED"
    stranger = pay(member(), card.token, keeps=False)
    assert (stranger.status, stranger.failure_code) == ("FAILED", "invalid_method")


def test_a_person_is_one_customer_however_often_the_answer_is_lost(user, double):
    double.fail("fetch", "lost")
    for _ in range(2):
        with pytest.raises(ProviderAway):
            customers.customer_of(user_id=user.pk, provider_name="STRIPE")
    double.heal()
    double.forget_keys()
    assert customers.customer_of(user_id=user.pk, provider_name="STRIPE") in double.customers
    assert len(double.customers) == 1


def test_removing_has_stripe_forget_the_card(user, double):
    card = kept(user)
    saved_cards.remove(user_id=user.pk, card_id=card.pk)
    assert removals.settle(CardRemoval.objects.get().pk)
    assert double.held() == []
    assert not CardRemoval.objects.exists()


def test_a_removal_is_asked_for_again_until_stripe_has_forgotten_the_card(user, double):
    card = kept(user)
    double.fail("fetch", "500")
    saved_cards.remove(user_id=user.pk, card_id=card.pk)
    waiting = CardRemoval.objects.get()
    assert not removals.settle(waiting.pk)
    assert removals.waiting() == []
    double.heal()
    CardRemoval.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    assert removals.settle(removals.waiting()[0])
    assert double.held() == []


def test_erasing_a_person_has_stripe_forget_all_cards(user, double):
    kept(user)
    saved_cards.forget_all(user.pk)
    assert CardRemoval.objects.count() == 1


def test_the_same_card_kept_twice_is_held_once(user, double):
    first = kept(user)
    pay(user)
    saved_cards.keep_paid(user_id=user.pk)
    removals.settle(CardRemoval.objects.get().pk)
    assert SavedCard.objects.get().pk != first.pk
    assert double.held() == [SavedCard.objects.get().token]


def test_a_new_card_of_the_bank_takes_the_place_of_the_old_one(user, double):
    card = kept(user)
    SavedCard.objects.update(reminded_at=timezone.now())
    about = double.shown_method(card.token, {"brand": "visa", "last4": "9999"})
    done = tell(double, "payment_method.automatically_updated", about)
    card.refresh_from_db()
    assert (done.status, card.last4, card.expiry) == ("PROCESSED", "9999", "12/40")
    about["card"]["exp_year"] = 2044
    tell(double, "payment_method.automatically_updated", about)
    card.refresh_from_db()
    assert (card.expiry, card.reminded_at) == ("12/44", None)


def test_cards_of_a_customer_that_stripe_forgot_are_forgotten_here(user, double):
    card = kept(user)
    tell(double, "customer.deleted", {"id": card.customer, "object": "customer"})
    gone = SavedCard.all_objects.get()
    assert (gone.token, gone.is_deleted) == ("", True)
    assert not ProviderCustomer.objects.exists()


def test_news_of_a_card_that_nobody_keeps_changes_nothing(user, double):
    card = kept(user)
    about = {"id": "pm_other", "object": "payment_method", "card": {"brand": "visa"}}
    assert tell(double, "payment_method.detached", about).status == "IGNORED"
    card.refresh_from_db()
    assert not card.is_deleted


def test_ticking_at_payment_makes_the_person_known_to_stripe(user, double):
    order = placed_order(user=user)
    sent = {"means": "stripe", "stripe_token": GOOD, "stripe_keeps": "on", "total": order.total}
    proven(user).post(f"/order/{order.token}/pay/", sent)
    payment = Payment.objects.get()
    assert (payment.status, payment.keeps_method) == ("CAPTURED", True)
    assert payment.customer_token in double.customers


def test_a_card_that_stripe_cannot_keep_now_still_pays(user, double):
    order = placed_order(user=user)
    double.fail("fetch", "500")
    sent = {"means": "stripe", "stripe_token": GOOD, "stripe_keeps": "on", "total": order.total}
    proven(user).post(f"/order/{order.token}/pay/", sent)
    assert (Payment.objects.get().status, SavedCard.objects.count()) == ("CAPTURED", 0)
