"""What providers say beside their answers is kept for staff: why not, how risky, and no card."""

import pytest

from orders.tests.factories import member, placed_order
from payments import processing, recovery
from payments.charges import note_remarks
from payments.models import Payment
from payments.providers.base import Answer, Method, Outcome
from payments.tests.cards import DECLINED, DISPUTED, GOOD, method
from payments.tests.doubles.iyzico import IyzicoDouble
from payments.tests.doubles.paypal import PayPalDouble
from payments.tests.doubles.stripe import StripeDouble
from payments.tests.doubles.stripe_cards import GOOD as STRIPES
from payments.tests.doubles.stripe_cards import NO_FUNDS
from payments.tests.doubles.using import in_use
from tests.back_office import staff

pytestmark = pytest.mark.django_db


def pay(number):
    order = placed_order()
    return processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(number))


@pytest.fixture
def double(request, settings):
    with in_use(request.param(), settings) as made:
        settings.PAYMENT_PROVIDERS = [made.provider]
        yield made


def at(*doubles):
    return pytest.mark.parametrize("double", doubles, indirect=True, ids=lambda one: one.provider)


def bought(double, token=""):
    order = placed_order(user=member())
    means = Method(token) if token else double.method()
    made = processing.pay(order_id=order.pk, provider_name=double.provider, method=means)
    return processing.finish(made.pk, double.shopper_pays(made)) if made.is_under_way else made


def test_why_a_bank_refused_is_kept_in_its_words():
    failed = pay(DECLINED)
    assert (failed.failure_code, failed.failure_reason) == (
        "card_declined",
        "The bank refuses without a reason.",
    )
    assert failed.raw == {"status": "declined"}


def test_what_looked_like_fraud_is_shown_to_staff(client):
    risky, plain = pay(DISPUTED), pay(GOOD)
    assert (risky.risk_score, risky.risk_flags) == (75, ["elevated"])
    assert (plain.risk_score, plain.risk_flags, plain.failure_reason) == (0, [], "")
    client.force_login(staff())
    for address in (
        f"/admin/payments/payment/{risky.pk}/change/",
        f"/admin/orders/order/{risky.order_id}/change/",
    ):
        assert "elevated" in client.get(address).content.decode()


def test_what_is_as_long_as_a_card_number_is_never_kept():
    payment = Payment()
    number = "4242 4242 4242 4242"
    said = f"No money on {number}, nor 4242-4242-4242-4242."
    note_remarks(payment, Answer(Outcome.DECLINED, "", reason=said, raw={"note": said, "try": 2}))
    assert payment.failure_reason == "No money on …, nor …."
    assert payment.raw == {"note": "No money on …, nor ….", "try": 2}
    kept = {"order": "pi_3000000000000000000", "at": "2026-11-22T10:00:00"}
    note_remarks(payment, Answer(Outcome.APPROVED, "", raw=kept))
    assert payment.raw == kept


@at(StripeDouble)
def test_stripes_level_and_score_are_kept_also_when_found_out_later(double):
    double.outcome = {"risk_level": "highest", "risk_score": 91}
    now = bought(double, STRIPES)
    double.fail("authorize", "lost")
    order = placed_order(user=member())
    later = processing.pay(order_id=order.pk, provider_name="STRIPE", method=Method(STRIPES))
    assert (later.status, later.risk_score) == ("INITIATED", None)
    double.heal()
    later = recovery.resume(later.pk)
    for payment in (now, later):
        assert (payment.risk_score, payment.risk_flags) == (91, ["highest"])
        assert payment.raw["charge"].startswith("ch_")


@at(StripeDouble)
def test_stripes_words_for_a_refusal_are_kept(double):
    failed = bought(double, NO_FUNDS)
    assert failed.failure_code == "insufficient_funds"
    assert failed.failure_reason == "Your card does not do."


@at(IyzicoDouble, PayPalDouble)
def test_an_approved_payment_keeps_what_staff_may_look_up(double):
    paid = bought(double)
    assert paid.status == "CAPTURED"
    assert paid.raw
    assert paid.failure_reason == ""


@at(PayPalDouble)
def test_paypals_words_for_a_refusal_are_kept(double):
    double.refuse["authorize"] = "PAYER_ACCOUNT_RESTRICTED"
    failed = bought(double)
    assert (failed.status, failed.failure_reason) == ("FAILED", "PAYER_ACCOUNT_RESTRICTED: no.")
