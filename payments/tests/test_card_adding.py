"""Cards and accounts that are kept without a payment, once their owner has agreed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orders.tests.factories import member, placed_order
from payments import card_adding, customers, processing, providers, removals, saved_cards
from payments.errors import CardGone, CardRefused, ProviderAway
from payments.models import CardRemoval, Payment, SavedCard
from payments.providers.base import Method
from payments.providers.paypal import PayPal
from payments.tests.doubles.paypal import paypal_in_use
from payments.tests.doubles.stripe import StripeDouble
from payments.tests.doubles.stripe_cards import ASKS, DECLINED, GOOD
from payments.tests.doubles.using import in_use
from shop.accounts.models import ConsentRecord
from shop.accounts.tests.proving import proven

pytestmark = pytest.mark.django_db

PAGE = "/account/payment-methods/"


@pytest.fixture
def double(settings):
    with in_use(StripeDouble(), settings) as made:
        yield made


@pytest.fixture
def paypal(settings):
    with paypal_in_use(settings) as made:
        yield made


@pytest.fixture
def user():
    return member(first_name="Ada", last_name="Weber")


def begin(user, token=GOOD):
    return card_adding.begin(
        user_id=user.pk,
        provider_name="STRIPE",
        method=Method(token, "Visa", "4242"),
        words="Keep this card",
    )


def test_a_card_is_added_without_a_payment(user, double):
    made = begin(user)
    assert (made.redirect_url, made.card.expiry) == ("", "12/40")
    assert saved_cards.of_person(user.pk) == [made.card]
    assert double.held() == [made.card.token]
    assert not Payment.objects.exists()


def test_a_card_whose_bank_asks_is_kept_when_its_owner_is_back(user, double):
    made = begin(user, ASKS)
    assert made.redirect_url.startswith(double.url)
    assert saved_cards.of_person(user.pk) == []
    again = card_adding.finish(user_id=user.pk, card_id=made.card.pk)
    assert (again.card.kept_at, again.redirect_url) == (None, made.redirect_url)
    double.answer_setup(made.card.adding_reference)
    card = card_adding.finish(user_id=user.pk, card_id=made.card.pk).card
    assert card.token == double.held()[0]
    assert card_adding.finish(user_id=user.pk, card_id=made.card.pk).card == card


def test_the_bank_s_page_is_reached_by_a_link_since_forms_may_not_lead_there(user, double):
    client = proven(user)
    sent = {"stripe_token": ASKS, "stripe_brand": "visa", "stripe_last4": "4242"}
    answer = client.post("/account/payment-methods/add/", sent, follow=True)
    assert answer.status_code == 200
    assert f'href="{double.url}' in answer.content.decode()
    assert saved_cards.of_person(user.pk) == []
    waiting = SavedCard.objects.get()
    double.answer_setup(waiting.adding_reference)
    client.get(f"/account/payment-methods/{waiting.pk}/added/")
    assert len(saved_cards.of_person(user.pk)) == 1


def test_adding_a_card_is_a_consent_with_its_words(user, double):
    begin(user)
    said = ConsentRecord.objects.get()
    assert (said.user, said.words, said.place) == (user, "Keep this card", "account")


def test_a_declined_card_is_not_added(user, double):
    with pytest.raises(CardRefused):
        begin(user, DECLINED)
    assert not SavedCard.all_objects.exists()


def test_a_card_that_is_sent_twice_is_added_once(user, double):
    begin(user, "pm_card_mastercard")
    SavedCard.objects.update(token="pm_card_mastercard")
    with pytest.raises(CardRefused):
        begin(user, "pm_card_mastercard")
    assert len(saved_cards.of_person(user.pk)) == 1


def test_a_card_of_which_the_provider_never_answered_is_forgotten_there_in_a_day(user, double):
    customers.customer_of(user_id=user.pk, provider_name="STRIPE")
    double.fail("fetch", "lost")
    with pytest.raises(ProviderAway):
        begin(user)
    assert saved_cards.forget_unpaid(timezone.now() + timedelta(days=2)) == 1
    assert CardRemoval.objects.count() == 1


def test_the_account_takes_a_card_by_its_token(user, double):
    client = proven(user)
    page = client.get("/account/payment-methods/add/")
    assert f"{double.url}/stripe.js" in page.content.decode()
    assert "js.stripe.com" in page["Content-Security-Policy"]
    sent = {"stripe_token": GOOD, "stripe_brand": "visa", "stripe_last4": "4242"}
    assert client.post("/account/payment-methods/add/", sent).status_code == 303
    assert len(saved_cards.of_person(user.pk)) == 1


def set_up(user):
    """The account's page after its owner asked to keep an account at PayPal."""
    client = proven(user)
    page = client.post(f"{PAGE}add/paypal/", follow=True)
    return client, page, SavedCard.objects.get(user=user, kept_at=None)


def test_a_paypal_account_is_added_and_pays_later_without_the_page(user, paypal):
    client, page, waiting = set_up(user)
    assert f'href="{paypal.url}/agreements/approve' in page.content.decode()
    assert saved_cards.of_person(user.pk) == []
    back = paypal.agree(waiting.adding_reference)
    assert client.get(back)["Location"] == PAGE
    (account,) = saved_cards.of_person(user.pk)
    assert (str(account), account.holder) == ("PayPal", "ada@example.com")
    assert list(paypal.vault) == [account.token]
    order = placed_order(user=user)
    paid = processing.pay(
        order_id=order.pk, provider_name="PAYPAL", method=saved_cards.method(account)
    )
    assert (paid.status, paid.challenge_url) == ("CAPTURED", "")


def leave(client, card):
    return client.post(f"{PAGE}{card.pk}/added/", follow=True)


def test_who_cancels_at_paypal_or_never_goes_there_keeps_nothing(user, paypal):
    client, _page, waiting = set_up(user)
    cancel = paypal.setups[waiting.adding_reference]["context"]["cancel_url"]
    page = client.get(cancel)
    assert "You did not agree" in page.content.decode()
    assert SavedCard.objects.get() == waiting
    assert "Nothing is kept" in leave(client, waiting).content.decode()
    assert not SavedCard.all_objects.exists()
    assert leave(client, waiting).status_code == 404
    assert removals.settle(CardRemoval.objects.get().pk)
    _client, _page, forgotten = set_up(user)
    assert card_adding.finish_left(timezone.now() + timedelta(minutes=6)) == 0
    assert saved_cards.forget_unpaid(timezone.now() + timedelta(days=2)) == 1
    assert removals.settle(CardRemoval.objects.get().pk)
    with pytest.raises(CardGone):
        card_adding.finish(user_id=user.pk, card_id=forgotten.pk)
    assert paypal.vault == {}


def test_a_form_of_another_site_cannot_leave_what_waits(user, paypal):
    client, _page, waiting = set_up(user)
    client.handler.enforce_csrf_checks = True
    assert leave(client, waiting).status_code == 403
    assert SavedCard.objects.get() == waiting


def test_what_somebody_else_waits_for_is_left_by_nobody_else(user, paypal):
    _client, _page, waiting = set_up(user)
    assert leave(proven(member()), waiting).status_code == 404
    assert SavedCard.objects.get() == waiting


def test_a_card_that_is_kept_by_now_is_not_left(user, double):
    card = begin(user).card
    assert "You can remove it here" in leave(proven(user), card).content.decode()
    assert saved_cards.of_person(user.pk) == [card]
    assert not CardRemoval.objects.exists()


def test_a_card_that_its_owner_leaves_after_the_bank_agreed_is_forgotten_there_too(user, double):
    made = begin(user, ASKS).card
    # Stripe's script names the card before its bank is asked.
    named = double.setups[made.adding_reference]["method"]
    SavedCard.objects.filter(pk=made.pk).update(token=named)
    double.answer_setup(made.adding_reference)
    assert len(double.held()) == 1
    assert card_adding.leave(user_id=user.pk, card_id=made.pk)
    assert removals.settle(CardRemoval.objects.get().pk)
    assert double.held() == []


def test_an_account_that_is_left_while_paypal_answers_is_forgotten_there(user, paypal, monkeypatch):
    _client, _page, waiting = set_up(user)
    paypal.agree(waiting.adding_reference)

    class Late(PayPal):
        def added(self, reference):
            answer = super().added(reference)
            card_adding.leave(user_id=user.pk, card_id=waiting.pk)
            return answer

    monkeypatch.setitem(providers._PROVIDERS, "PAYPAL", Late())
    with pytest.raises(CardGone):
        card_adding.finish(user_id=user.pk, card_id=waiting.pk)
    assert len(paypal.vault) == 1
    for removal in CardRemoval.objects.all():
        assert removals.settle(removal.pk)
    assert paypal.vault == {}


def test_who_agrees_and_never_comes_back_has_the_account_kept_by_the_job(user, paypal):
    _client, _page, waiting = set_up(user)
    paypal.agree(waiting.adding_reference)
    assert card_adding.finish_left() == 0
    assert card_adding.finish_left(timezone.now() + timedelta(minutes=6)) == 1
    assert list(paypal.vault) == [saved_cards.of_person(user.pk)[0].token]


def test_a_lost_answer_of_paypal_keeps_the_account_once(user, paypal):
    client, _page, waiting = set_up(user)
    back = paypal.agree(waiting.adding_reference)
    paypal.fail("keep", "lost")
    assert client.get(back).status_code == 503
    paypal.heal()
    assert client.get(back).status_code == 303
    assert [card.token for card in saved_cards.of_person(user.pk)] == list(paypal.vault)
    assert len(set(paypal.keys("keep"))) == 2


def test_an_account_that_somebody_else_adds_is_none_of_ours(user, paypal):
    _client, _page, waiting = set_up(user)
    back = paypal.agree(waiting.adding_reference)
    assert proven(member()).get(back).status_code == 404
    assert saved_cards.of_person(user.pk) == []
    assert paypal.vault == {}


def test_only_a_provider_that_keeps_accounts_adds_one(user, paypal, settings):
    client = proven(user)
    assert client.get(f"{PAGE}add/paypal/").status_code == 405
    assert client.post(f"{PAGE}add/sandbox/").status_code == 404
    assert "Add a PayPal account" in client.get(PAGE).content.decode()
    settings.PAYMENT_PROVIDERS = ["SANDBOX"]
    assert client.post(f"{PAGE}add/paypal/").status_code == 404
    assert "PayPal" not in client.get(PAGE).content.decode()


def test_while_paypal_is_away_nothing_is_added_and_the_page_says_so(user, paypal):
    paypal.fail("keep", "500")
    answer = proven(user).post(f"{PAGE}add/paypal/", follow=True)
    assert "does not answer" in answer.content.decode()
    assert saved_cards.of_person(user.pk) == []
