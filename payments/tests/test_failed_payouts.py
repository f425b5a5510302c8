"""A payout that comes back from the bank after it was told as paid is found once, for staff."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from orders.tests.factories import member, placed_order
from payments import failed_payouts, findings, processing, reconciliation, settlements
from payments.errors import ProviderAway
from payments.models import ReconciliationFinding
from payments.tests.doubles.stripe import StripeDouble
from payments.tests.doubles.using import in_use
from shop.money import format_money
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

FEE = 59
LIST = "/admin/payments/reconciliationfinding/"


@pytest.fixture
def double(settings):
    with in_use(StripeDouble(), settings) as made:
        yield made


def pay():
    order = placed_order(user=member())
    method = StripeDouble.method(None)
    return processing.pay(order_id=order.pk, provider_name="STRIPE", method=method)


def paid_out(double, *, days_ago=3):
    """A payout of two payments and the payments, settled here."""
    payments = [pay(), pay()]
    at = timezone.now() - timedelta(days=days_ago)
    payout = double.pay_out(arrival=int(at.timestamp()), fee=FEE)
    settlements.collect()
    return payout, payments


def found(status="OPEN"):
    return ReconciliationFinding.objects.filter(kind="SETTLED_DIFFERS", status=status)


def test_a_payout_that_comes_back_is_one_finding_with_what_reached_the_bank(double):
    payout, payments = paid_out(double)
    assert not found().exists()
    double.failed_payouts.add(payout)
    for _night in range(2):
        settlements.collect()
    one = found().get()
    assert (one.payment, one.provider, one.reference) == (None, "STRIPE", payout)
    net = sum(payment.captured_amount for payment in payments) - 2 * FEE
    assert (one.ours, one.theirs) == (format_money(net, "EUR"), "€0.00")
    payments[0].refresh_from_db()
    assert payments[0].status == "SETTLED"


def test_what_staff_closed_stays_closed(double):
    payout, _payments = paid_out(double)
    double.failed_payouts.add(payout)
    settlements.collect()
    findings.close(finding_id=found().get().pk, note="Came on Friday", actor_id=staff().pk)
    before = ReconciliationFinding.objects.values().get()
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        settlements.collect()
    assert ReconciliationFinding.objects.values().get() == before


def test_a_payout_that_failed_before_it_was_told_as_paid_is_no_finding(double):
    pay()
    double.failed_payouts.add(double.pay_out(arrival=int(timezone.now().timestamp())))
    assert settlements.collect()["STRIPE"].lines == 0
    assert not found().exists()


def test_nothing_is_found_while_stripe_is_away(double):
    payout, _payments = paid_out(double)
    double.failed_payouts.add(payout)
    double.fail("fetch", "500")
    with pytest.raises(ProviderAway):
        failed_payouts.look_for("STRIPE", now=timezone.now())
    assert not found().exists()


def test_staff_read_what_to_do_and_close_it_since_there_is_nothing_to_mend(double):
    payout, _payments = paid_out(double)
    double.failed_payouts.add(payout)
    settlements.collect()
    one = found().get()
    client = signed_in(staff())
    page = client.get(f"{LIST}{one.pk}/change/").content.decode()
    assert payout in page
    assert "The bank sent this payout back" in page
    assert client.get(f"{LIST}{one.pk}/mend/").status_code == 403
    with pytest.raises(ProviderAway):
        reconciliation.mend(finding_id=one.pk)
    client.post(f"{LIST}{one.pk}/close/", {"note": "Came on Friday"})
    assert found("CLOSED").get() == one
