"""What PayPal and iyzico keep for customers: kept with a payment, used again, forgotten there."""

import pytest

from orders.tests.factories import member, placed_order
from payments import customers, processing, removals, saved_cards
from payments.models import CardRemoval, Payment, SavedCard
from payments.notices import process, receive
from payments.providers.base import Method
from payments.tests.doubles.iyzico import IyzicoDouble
from payments.tests.doubles.paypal import paypal_in_use
from payments.tests.doubles.using import in_use
from shop.accounts.tests.proving import proven

pytestmark = pytest.mark.django_db


@pytest.fixture
def paypal(settings):
    with paypal_in_use(settings) as double:
        yield double


@pytest.fixture
def iyzico(settings):
    with in_use(IyzicoDouble(), settings) as double:
        yield double


def pay(user, name, **method):
    order = placed_order(user=user)
    means = Method(**{"token": "", "brand": name, "keeps": True} | method)
    return processing.pay(order_id=order.pk, provider_name=name, method=means)


def kept(user, double, **how):
    payment = pay(user, double.provider)
    words = double.pay(payment.provider_reference, **how) if how else double.shopper_pays(payment)
    processing.finish(payment.pk, words)
    saved_cards.keep_paid(user_id=user.pk)
    return SavedCard.objects.filter(user=user).first()


def test_a_paypal_account_is_kept_and_pays_without_the_page(paypal):
    user = member()
    account = kept(user, paypal)
    assert (str(account), account.expiry, account.holder) == ("PayPal", "", "ada@example.com")
    again = pay(user, "PAYPAL", token=account.token, keeps=False)
    assert (again.status, again.challenge_url) == ("CAPTURED", "")


def test_a_paypal_account_that_is_not_ticked_is_not_kept(paypal):
    user = member()
    payment = pay(user, "PAYPAL", keeps=False)
    processing.finish(payment.pk, paypal.shopper_pays(payment))
    assert paypal.vault == {}
    assert not SavedCard.objects.exists()


def test_paying_by_an_account_that_paypal_forgot_says_so(paypal):
    failed = pay(member(), "PAYPAL", token="vault99", keeps=False)
    assert (failed.status, failed.failure_code) == ("FAILED", "invalid_method")


def test_removing_has_paypal_forget_the_account_once(paypal):
    user = member()
    account = kept(user, paypal)
    paypal.fail("fetch", "lost")
    saved_cards.remove(user_id=user.pk, card_id=account.pk)
    assert not removals.settle(CardRemoval.objects.get().pk)
    paypal.heal()
    CardRemoval.objects.update(next_try_at=account.created_at)
    assert removals.settle(CardRemoval.objects.get().pk)
    assert paypal.vault == {}


def test_an_account_that_is_kept_again_before_paypal_forgot_it_stays(paypal):
    user = member()
    account = kept(user, paypal)
    saved_cards.remove(user_id=user.pk, card_id=account.pk)
    removal = CardRemoval.objects.get()
    kept_again = kept(user, paypal)
    SavedCard.objects.filter(pk=kept_again.pk).update(token=removal.token)
    assert removals.settle(removal.pk)
    assert removal.token in paypal.vault
    assert not CardRemoval.objects.exists()


def test_an_account_that_its_owner_took_back_at_paypal_is_gone_here(paypal):
    account = kept(member(), paypal)
    resource = {"id": account.token, "customer": {"id": account.customer}}
    notice = receive("PAYPAL", *paypal.notice("VAULT.PAYMENT-TOKEN.DELETED", resource))
    assert process(notice.pk).status == "PROCESSED"
    assert SavedCard.all_objects.get().is_deleted


def test_the_tick_beside_paypal_is_offered_to_members_alone(paypal):
    user = member()
    order = placed_order(user=user)
    client = proven(user)
    url = f"/order/{order.token}/pay/"
    assert 'name="paypal_keeps"' in client.get(url).content.decode()
    client.post(url, {"means": "paypal", "paypal_keeps": "on", "total": order.total})
    assert Payment.objects.get().keeps_method
    assert 'name="paypal_keeps"' not in proven(member()).get(url).content.decode()


def test_a_card_kept_on_iyzicos_page_is_listed_and_offered_there(iyzico):
    user = member()
    card = kept(user, iyzico, keeps=True)
    assert str(card) == "Mastercard ending in 0006"
    customer = customers.customer_of(user_id=user.pk, provider_name="IYZICO")
    assert customer == card.customer
    pay(user, "IYZICO", customer=customer)
    assert iyzico.opened.request["cardUserKey"] == card.customer


def test_iyzicos_cards_are_no_choice_on_our_page_and_are_removed_there(iyzico):
    user = member()
    card = kept(user, iyzico, keeps=True)
    order = placed_order(user=user)
    assert f"saved-{card.pk}" not in proven(user).get(f"/order/{order.token}/pay/").content.decode()
    saved_cards.remove(user_id=user.pk, card_id=card.pk)
    assert removals.settle(CardRemoval.objects.get().pk)
    assert iyzico.cards == {card.customer: []}
    again = CardRemoval.objects.create(provider="IYZICO", token=card.token, customer=card.customer)
    assert removals.settle(again.pk)


def test_iyzico_keeps_nothing_that_was_not_ticked_on_its_page(iyzico):
    assert kept(member(), iyzico) is None
