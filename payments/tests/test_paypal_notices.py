"""What PayPal tells by itself: believed only when PayPal says it was PayPal."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from payments.errors import NoticeRefused, ProviderAway
from payments.providers.news import NoticeKind
from payments.providers.paypal import PayPal
from payments.tests.doubles.paypal import paypal_in_use

KEY, ORDER = "0198c0de-0000-7000-8000-000000000001", "5O190127TN364715T"
MONEY = {"currency_code": "EUR", "value": "54.90"}
PAID = {
    "id": "2GG279541U471931P",
    "status": "COMPLETED",
    "amount": MONEY,
    "custom_id": KEY,
    "supplementary_data": {"related_ids": {"order_id": ORDER}},
    "payer": {"email_address": "ada@example.com"},
}
DISPUTED = {
    "dispute_id": "PP-D-27803",
    "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
    "status": "OPEN",
    "dispute_amount": {"currency_code": "EUR", "value": "20.00"},
    "seller_response_due_date": "2026-03-01T10:00:00.000Z",
    "disputed_transactions": [{"seller_transaction_id": "2GG279541U471931P", "custom": KEY}],
}


@pytest.fixture
def double(settings):
    with paypal_in_use(settings) as double:
        yield double


def read(headers, body):
    return PayPal().read_notice(headers, body)


@pytest.mark.parametrize(
    ("name", "resource", "kind", "key", "reference"),
    [
        ("CHECKOUT.ORDER.APPROVED", {"id": ORDER}, NoticeKind.PAYMENT, "", ORDER),
        ("PAYMENT.AUTHORIZATION.CREATED", PAID, NoticeKind.PAYMENT, KEY, ORDER),
        ("PAYMENT.AUTHORIZATION.VOIDED", PAID, NoticeKind.PAYMENT, KEY, ORDER),
        ("PAYMENT.CAPTURE.COMPLETED", PAID, NoticeKind.PAYMENT, KEY, ORDER),
        ("PAYMENT.CAPTURE.DENIED", PAID, NoticeKind.PAYMENT, KEY, ORDER),
        ("PAYMENT.CAPTURE.REFUNDED", PAID, NoticeKind.REFUND, KEY, ORDER),
        ("BILLING.PLAN.CREATED", {"id": "P-1"}, NoticeKind.OTHER, "", ""),
    ],
)
def test_each_kind_is_told_with_what_it_is_about(double, name, resource, kind, key, reference):
    notice = read(*double.notice(name, resource))
    assert (notice.kind, notice.key, notice.reference) == (kind, key, reference)
    is_money = "amount" in resource
    assert (notice.amount, notice.currency) == ((5490, "EUR") if is_money else (None, ""))
    assert notice.event_id == "WH-1"
    assert "ada@example.com" not in str(notice.raw)


@pytest.mark.parametrize(
    ("decided", "outcome"),
    [
        ("", ""),
        ("RESOLVED_SELLER_FAVOUR", "WON"),
        ("RESOLVED_WITH_PAYOUT", "WON"),
        ("CANCELED_BY_BUYER", "WON"),
        ("RESOLVED_BUYER_FAVOUR", "LOST"),
        ("ACCEPTED", "LOST"),
    ],
)
def test_a_dispute_comes_with_amount_deadline_and_end(double, decided, outcome):
    ended = {"status": "RESOLVED", "dispute_outcome": {"outcome_code": decided}}
    notice = read(*double.notice("CUSTOMER.DISPUTE.X", DISPUTED | (ended if decided else {})))
    news = notice.dispute
    assert (notice.kind, notice.key, notice.currency) == (NoticeKind.DISPUTE, KEY, "EUR")
    assert (news.reference, news.amount, news.outcome) == ("PP-D-27803", 2000, outcome)
    assert news.reason == "merchandise_or_service_not_received"
    assert news.respond_by.isoformat() == "2026-03-01T10:00:00+00:00"


@pytest.mark.parametrize("name", ["Paypal-Transmission-Sig", "Paypal-Transmission-Id"])
def test_what_paypal_did_not_sign_is_refused(double, name):
    headers, body = double.notice("PAYMENT.CAPTURE.COMPLETED", PAID)
    with pytest.raises(NoticeRefused):
        read(headers | {name: "forged"}, body)
    with pytest.raises(NoticeRefused):
        read({key: value for key, value in headers.items() if key != name}, body)


def test_what_was_altered_on_its_way_is_refused(double):
    headers, body = double.notice("PAYMENT.CAPTURE.COMPLETED", PAID)
    for altered in (body.replace(b"54.90", b"0.01"), body.replace(b"\n", b""), b"{}", b"[]", b"x"):
        assert altered != body
        with pytest.raises(NoticeRefused):
            read(headers, altered)


def test_a_body_cannot_speak_for_itself(double):
    """Text that would close the question and add another must be no JSON of its own."""
    headers, body = double.notice("PAYMENT.CAPTURE.COMPLETED", PAID)
    with pytest.raises(NoticeRefused):
        read(headers, body + b', "webhook_id": "another"')
    assert double.keys("notice") == []


@pytest.mark.parametrize("age", [timedelta(days=4), timedelta(minutes=-10)])
def test_what_is_too_old_or_of_tomorrow_is_refused(double, age):
    at = timezone.now() - age
    with pytest.raises(NoticeRefused):
        read(*double.notice("PAYMENT.CAPTURE.COMPLETED", PAID, at=at))


def test_what_paypal_sends_again_after_two_days_is_believed(double):
    at = timezone.now() - timedelta(days=2)
    assert read(*double.notice("PAYMENT.CAPTURE.COMPLETED", PAID, at=at)).amount == 5490


def test_another_shops_webhook_is_refused(double, settings):
    headers, body = double.notice("PAYMENT.CAPTURE.COMPLETED", PAID)
    for name in ("WH-of-another", ""):
        settings.PAYPAL_WEBHOOK_ID = name
        with pytest.raises(NoticeRefused):
            read(headers, body)
    assert len(double.keys("notice")) == 1


@pytest.mark.parametrize("how", ["refused", "500", "429", "hang", "garbage"])
def test_nobody_is_believed_while_paypal_cannot_be_asked(double, how):
    headers, body = double.notice("PAYMENT.CAPTURE.COMPLETED", PAID)
    double.fail("notice", how)
    with pytest.raises(ProviderAway):
        read(headers, body)


@pytest.mark.parametrize(
    "resource", [{}, {"amount": {"value": "x", "currency_code": "EUR"}}, [], "text", None]
)
def test_signed_nonsense_is_refused(double, resource):
    name = "CUSTOMER.DISPUTE.CREATED" if resource == {} else "PAYMENT.CAPTURE.COMPLETED"
    with pytest.raises(NoticeRefused):
        read(*double.notice(name, resource))


def test_headers_are_found_however_they_are_written(double):
    headers, body = double.notice("PAYMENT.CAPTURE.COMPLETED", PAID)
    assert read({name.upper(): value for name, value in headers.items()}, body).key == KEY
    assert json.loads(body)["resource"]["custom_id"] == KEY
