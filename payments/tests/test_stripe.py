"""Stripe as a provider, against a double that keeps to its published interface."""

from functools import partial

import pytest

from payments.errors import CardRefused, ProviderAway
from payments.providers.base import Card, Charge, Known, Outcome
from payments.providers.stripe import Stripe
from payments.tests.doubles.faults import Reply
from payments.tests.doubles.stripe import StripeDouble
from payments.tests.doubles.stripe_cards import ASKS, DECLINED, EXPIRED, GOOD, MASTERCARD, NO_FUNDS
from payments.tests.doubles.using import in_use

KEY = "0198c0de-0000-7000-8000-000000000001"


@pytest.fixture
def double(settings):
    with in_use(StripeDouble(), settings) as made:
        yield made


@pytest.fixture
def remote(double):
    return Stripe()


def charge(token=GOOD, *, key=KEY, amount=5490):
    back = "https://shop.example/checkout/challenge/1/return/"
    return Charge(key, amount, "EUR", token, back, buyer=lambda: pytest.fail("nobody asks"))


def known(answer, *, key=KEY):
    return Known(key, answer.reference, 5490, "EUR")


@pytest.fixture
def authorized(remote):
    return known(remote.authorize(charge()))


@pytest.fixture
def captured(remote, authorized):
    remote.capture(authorized, key=f"{KEY}:capture", amount=5490)
    return authorized


def test_good_card_holds_the_amount_and_shows_what_was_paid_with(remote, double):
    answer = remote.authorize(charge(MASTERCARD))
    assert (answer.outcome, answer.amount) == (Outcome.APPROVED, 5490)
    assert (answer.method.brand, answer.method.last4) == ("Mastercard", "4444")
    assert double.charges() == [(KEY, 5490, "EUR", 0, 0)]


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (DECLINED, "card_declined"),
        (NO_FUNDS, "insufficient_funds"),
        (EXPIRED, "expired_card"),
        ("pm_never_made", "invalid_method"),
    ],
)
def test_refused_card_says_why_and_holds_nothing(remote, double, token, code):
    answer = remote.authorize(charge(token))
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, code)
    assert double.charges() == []


def test_declined_payment_keeps_its_reference_and_the_card_that_was_declined(remote):
    answer = remote.authorize(charge(DECLINED))
    assert answer.reference.startswith("pi_")
    assert (answer.method.brand, answer.raw["decline_code"]) == ("Visa", "generic_decline")


def test_bank_that_asks_sends_the_shopper_to_its_page(remote, double):
    answer = remote.authorize(charge(ASKS))
    assert answer.outcome == Outcome.CHALLENGE
    assert answer.redirect_url == f"{double.url}/3ds/{answer.reference}"
    assert double.intents[answer.reference].return_url == charge().return_url


@pytest.mark.parametrize(
    ("is_yes", "outcome", "code"),
    [
        (True, Outcome.APPROVED, ""),
        (False, Outcome.DECLINED, "authentication_failed"),
    ],
)
def test_what_the_bank_was_told_counts_whatever_the_shopper_brings(
    remote, double, is_yes, outcome, code
):
    asked = remote.authorize(charge(ASKS))
    double.answer_bank(asked.reference, is_yes=is_yes)
    lie = {"redirect_status": "failed" if is_yes else "succeeded"}
    answers = [remote.finish(charge(ASKS), reference=asked.reference, answer=lie) for _ in range(2)]
    assert [(one.outcome, one.code) for one in answers] == [(outcome, code)] * 2


def test_shopper_who_comes_back_without_an_answer_is_still_asked(remote):
    asked = remote.authorize(charge(ASKS))
    again = remote.finish(
        charge(ASKS), reference=asked.reference, answer={"redirect_status": "succeeded"}
    )
    assert again.outcome == Outcome.CHALLENGE
    assert again.redirect_url == asked.redirect_url


def test_giving_up_ends_a_charge_that_waits_and_none_that_was_approved(remote, double):
    asked, other = (remote.authorize(charge(ASKS, key=f"{KEY}{name}")) for name in "ab")
    double.answer_bank(other.reference, is_yes=True)
    give_up = partial(remote.finish, answer={"approved": "no"})
    ended = give_up(charge(ASKS, key=f"{KEY}a"), reference=asked.reference)
    kept = give_up(charge(ASKS, key=f"{KEY}b"), reference=other.reference)
    assert (ended.outcome, ended.code) == (Outcome.DECLINED, "authentication_failed")
    assert double.intents[asked.reference].status == "canceled"
    assert kept.outcome == Outcome.APPROVED


def test_part_of_the_amount_may_be_captured_once(remote, double, authorized):
    answer = remote.capture(authorized, key="first", amount=2000)
    assert (answer.outcome, answer.amount) == (Outcome.APPROVED, 2000)
    again = remote.capture(authorized, key="second", amount=3490)
    assert again.amount == 2000
    assert double.charges() == [(KEY, 5490, "EUR", 2000, 0)]


def test_authorization_that_ended_cannot_be_captured(remote, double, authorized):
    double.intents[authorized.reference].status = "canceled"
    answer = remote.capture(authorized, key="late", amount=5490)
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, "authorization_expired")


def test_more_than_was_authorized_is_not_captured(remote, double, authorized):
    answer = remote.capture(authorized, key="much", amount=5491)
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, "not_capturable")
    assert double.charges() == [(KEY, 5490, "EUR", 0, 0)]


def test_void_releases_what_was_authorized(remote, double, authorized):
    answers = [remote.void(authorized, key=f"{KEY}:void") for _ in range(2)]
    assert [one.outcome for one in answers] == [Outcome.APPROVED] * 2
    assert double.intents[authorized.reference].status == "canceled"


def test_void_gives_back_what_was_captured_meanwhile_once(remote, double, captured):
    answers = [remote.void(captured, key=f"{KEY}:void") for _ in range(2)]
    assert [one.outcome for one in answers] == [Outcome.APPROVED] * 2
    assert double.charges() == [(KEY, 5490, "EUR", 5490, 5490)]


def test_void_after_a_refund_is_refused(remote, captured):
    remote.refund(captured, key="part", amount=1000)
    answer = remote.void(captured, key=f"{KEY}:void")
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, "already_refunded")


def test_void_finds_a_charge_whose_reply_was_lost(remote, double):
    remote.authorize(charge())
    assert remote.void(Known(KEY, "", 5490, "EUR"), key="v").outcome == Outcome.APPROVED
    with pytest.raises(ProviderAway):
        remote.void(Known("another", "", 5490, "EUR"), key="w")


def test_refunds_come_in_parts_and_never_exceed_what_was_captured(remote, double, captured):
    parts = [remote.refund(captured, key=f"part {n}", amount=2000) for n in range(3)]
    assert [one.outcome for one in parts] == [Outcome.APPROVED, Outcome.APPROVED, Outcome.DECLINED]
    assert (parts[0].amount, parts[2].code) == (2000, "not_refundable")
    assert double.charges() == [(KEY, 5490, "EUR", 5490, 4000)]


def test_same_refund_after_stripe_forgot_its_key_gives_back_nothing_more(remote, double, captured):
    first = remote.refund(captured, key="once", amount=2000)
    double.forget_keys()
    assert remote.refund(captured, key="once", amount=2000) == first
    assert double.charges() == [(KEY, 5490, "EUR", 5490, 2000)]


def test_refund_that_failed_later_is_told_as_declined(remote, double, captured):
    remote.refund(captured, key="bounced", amount=2000)
    double.refunds[0]["status"] = "failed"
    answer = remote.refund(captured, key="bounced", amount=2000)
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, "refund_failed")


def test_fetch_tells_amounts_of_each_stage(remote, captured):
    remote.refund(captured, key="part", amount=1000)
    state = remote.fetch(charge(), reference=captured.reference)
    assert (state.outcome, state.voided) == (Outcome.APPROVED, False)
    assert (state.authorized, state.captured, state.refunded) == (5490, 5490, 1000)


@pytest.mark.parametrize("unsearchable", [True, False])
def test_lost_charge_is_found_by_our_key_and_made_once(remote, double, unsearchable):
    double.fail("authorize", "lost")
    with pytest.raises(ProviderAway):
        remote.authorize(charge())
    double.heal()
    double.unsearchable = unsearchable
    assert remote.fetch(charge(), reference="").outcome == Outcome.APPROVED
    assert double.charges() == [(KEY, 5490, "EUR", 0, 0)]
    assert set(double.keys("authorize")) == {KEY}


def test_lost_charge_is_not_made_again_after_stripe_forgot_the_key(remote, double):
    remote.authorize(charge())
    double.forget_keys()
    assert remote.fetch(charge(), reference="").authorized == 5490
    assert len(double.intents) == 1


def test_key_with_another_amount_is_no_answer(remote, double):
    remote.authorize(charge())
    with pytest.raises(ProviderAway, match="IdempotencyError"):
        remote.authorize(charge(amount=100))
    assert double.charges() == [(KEY, 5490, "EUR", 0, 0)]


def test_wrong_secret_key_is_no_answer(remote, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_wrong"
    with pytest.raises(ProviderAway, match="AuthenticationError"):
        remote.authorize(charge())


@pytest.mark.parametrize("how", ["refused", "lost", "500", "429", "hang", "reset", "garbage"])
def test_whatever_is_no_clear_answer_leaves_the_outcome_open(remote, double, how):
    double.fail("authorize", how)
    with pytest.raises(ProviderAway):
        remote.authorize(charge())


def test_nobody_listens(remote, settings):
    settings.STRIPE_API_URL = "http://127.0.0.1:9"
    with pytest.raises(ProviderAway, match="ConnectError"):
        remote.authorize(charge())


def test_answer_without_end_is_not_read_to_the_end(remote, double, monkeypatch):
    monkeypatch.setattr("payments.providers.stripe.wire.MOST_BYTES", 100)
    with pytest.raises(ProviderAway, match="too long"):
        remote.authorize(charge())


def test_redirect_is_not_followed(remote, double, monkeypatch):
    away = {"Location": "https://elsewhere.example/"}
    monkeypatch.setattr(double, "respond", lambda request: Reply({}, 302, away))
    with pytest.raises(ProviderAway, match="302"):
        remote.authorize(charge())
    assert len(double.seen) == 1


def test_cards_typed_on_our_page_are_not_taken(remote):
    with pytest.raises(CardRefused):
        remote.tokenize(Card("4242424242424242", 1, 2090, "123"))
    assert not remote.can.takes_cards
