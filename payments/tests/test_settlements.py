"""What providers paid out settles payments, once, with its fee; what differs is found."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orders.models import Order
from orders.tests.factories import member, placed_order
from payments import (
    capturing,
    processing,
    refunding,
    releasing,
    settlement_files,
    settlements,
)
from payments.errors import ProviderAway
from payments.models import Payment, Settlement
from payments.providers import provider, sandbox_settlements
from payments.tests.disputing import paid, tell
from payments.tests.doubles.paypal import paypal_in_use
from payments.tests.doubles.stripe import StripeDouble
from payments.tests.doubles.using import in_use
from payments.tests.holding import held
from payments.tests.settling import differing, line, take
from shop.models import new_id
from shop.operations.invariants.checking import violations
from shop.operations.seeds.settlements import plant_settlements
from tests.back_office import staff

pytestmark = pytest.mark.django_db


def test_the_sandbox_pays_out_a_day_later_and_keeps_its_fee():
    _order, payment = paid()
    assert settlements.collect()["SANDBOX"].lines == 0
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        report = settlements.collect()["SANDBOX"]
    payment.refresh_from_db()
    assert (report.lines, report.settled) == (1, 1)
    assert (payment.status, payment.settled_amount) == ("SETTLED", 3490)
    assert payment.fee_amount == sandbox_settlements.fee(3490) == 78
    assert [found.invariant.says for found in violations()] == []


def test_after_weeks_without_the_job_it_goes_on_where_it_was():
    paid()
    now = timezone.now()
    with time_machine.travel(now + timedelta(days=2)):
        assert settlements.collect()["SANDBOX"].lines == 1
        _order, second = paid()
    with time_machine.travel(now + timedelta(days=60)):
        assert settlements.collect()["SANDBOX"].lines == 1
    second.refresh_from_db()
    assert second.status == "SETTLED"


def test_the_same_lines_again_change_nothing():
    _order, payment = paid()
    first = take(payment, line(payment))
    again = take(payment, line(payment, 1), line(payment, 1))
    assert (first.lines, first.settled) == (1, 1)
    assert (again.lines, again.settled) == (0, 0)
    assert (payment.settled_amount, payment.fee_amount) == (3490, 76)
    assert Settlement.objects.count() == 1


def test_a_payment_is_settled_when_all_of_it_was():
    _order, payment = paid()
    take(payment, line(payment, 1000))
    assert (payment.status, payment.settled_at) == ("CAPTURED", None)
    take(payment, line(payment, 2490, reference="line-2"))
    assert (payment.status, payment.fee_amount) == ("SETTLED", 152)


def test_what_was_paid_out_of_a_part_settles_it_once_the_rest_is_given_up(settings):
    settings.PAYMENT_CAPTURE = "at_shipment"
    _order, payment = held()
    capturing.capture(payment_id=payment.pk, amount=1000, key=new_id())
    payment.refresh_from_db()
    take(payment, line(payment))
    assert (payment.status, payment.settled_amount) == ("CAPTURED", 1000)
    assert releasing.release(payment.pk).status == "SETTLED"


def test_a_refund_after_the_payout_is_a_line_of_its_own():
    order, payment = paid()
    take(payment, line(payment))
    refunding.refund(order_id=order.pk, lines={}, extra=500, reason="GOODWILL", key=new_id())
    take(payment, line(payment, -500, reference="line-2", kind="REFUND", fee=0))
    assert (payment.status, payment.settled_amount) == ("PARTIALLY_REFUNDED", 3490)
    assert not differing().exists()


def test_a_payment_paid_out_while_it_was_disputed_is_settled_when_we_win():
    _order, payment = paid()
    tell(payment)
    take(payment, line(payment))
    assert payment.status == "DISPUTED"
    tell(payment, "WON")
    assert payment.status == "SETTLED"


def test_more_paid_out_than_was_captured_is_found_and_stays_found():
    _order, payment = paid()
    take(payment, line(payment, 4000))
    (found,) = differing()
    assert (found.ours, found.theirs, payment.status) == ("€34.90", "€40.00", "CAPTURED")
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        call_command("reconcile_payments", stdout=StringIO())
    assert differing().exists()


def test_a_line_in_another_currency_settles_nothing_and_is_found():
    _order, payment = paid()
    take(payment, line(payment, currency="USD"))
    assert (payment.status, payment.settled_amount) == ("CAPTURED", 0)
    assert differing().get().theirs == "$34.90"


def test_a_line_that_names_no_payment_is_kept_with_what_it_names():
    _order, payment = paid()
    report = take(payment, line(payment, key="somebody", payment="else"))
    assert (report.unknown, payment.settled_amount) == (1, 0)
    assert Settlement.objects.get().names_payment == "somebody"


def test_stripes_payouts_are_read_page_by_page_with_fees(settings):
    with in_use(StripeDouble(), settings) as double:
        payments = [_pay_by_stripe() for _ in range(3)]
        refunding.refund(
            order_id=payments[0].order_id, lines={}, extra=500, reason="GOODWILL", key=new_id()
        )
        payout = double.pay_out(arrival=int(timezone.now().timestamp()))
        report = settlements.collect()["STRIPE"]
    assert (report.lines, report.settled) == (4, 3)
    rows = Settlement.objects.filter(payment=payments[0]).order_by("amount")
    assert list(rows.values_list("kind", "amount", "fee")) == [
        ("REFUND", -500, 0),
        ("CHARGE", payments[0].captured_amount, 59),
    ]
    assert set(Settlement.objects.values_list("payout_reference", flat=True)) == {payout}


def test_a_list_that_breaks_off_leaves_no_older_line_behind(settings, monkeypatch):
    monkeypatch.setattr(settlements, "_BATCH", 1)
    now = timezone.now()
    with in_use(StripeDouble(), settings) as double:
        payments, payouts = [], []
        for days in (20, 1):
            payments.append(_pay_by_stripe())
            at = now - timedelta(days=days)
            payouts.append(double.pay_out(arrival=int(at.timestamp())))
        (broken,) = double.payouts[payouts[0]][1]
        amount = broken.pop("amount")
        with pytest.raises(ProviderAway):
            settlements.collect()
        broken["amount"] = amount
        settlements.collect()
    assert [Payment.objects.get(pk=one.pk).status for one in payments] == ["SETTLED"] * 2


def _pay_by_stripe():
    order = placed_order(user=member())
    method = StripeDouble.method(None)
    return processing.pay(order_id=order.pk, provider_name="STRIPE", method=method)


def test_paypals_transactions_are_read_page_by_page_with_fees(settings):
    with paypal_in_use(settings) as double:
        order = placed_order()
        made = processing.pay(order_id=order.pk, provider_name="PAYPAL", method=double.method())
        processing.finish(made.pk, double.shopper_pays(made))
        refunding.refund(order_id=order.pk, lines={}, extra=500, reason="GOODWILL", key=new_id())
        double.foreign.append(double.transaction("T1", "T0400", "-20.00"))
        report = settlements.collect()["PAYPAL"]
    payment = Payment.objects.get()
    assert (report.lines, payment.fee_amount) == (2, 125)
    assert (payment.settled_amount, payment.settled_at is not None) == (order.total, True)


def test_a_provider_that_is_away_is_asked_again_later(settings):
    with paypal_in_use(settings) as double:
        double.fail("fetch", "500")
        with pytest.raises(ProviderAway):
            list(provider("PAYPAL").list_settlements(timezone.now() - timedelta(days=1)))


def test_a_provider_that_is_away_keeps_no_other_from_telling(settings):
    _order, payment = paid()
    with paypal_in_use(settings) as double:
        settings.PAYMENT_PROVIDERS = ["PAYPAL", "SANDBOX"]
        double.fail("fetch", "500")
        with (
            time_machine.travel(timezone.now() + timedelta(days=2)),
            pytest.raises(ProviderAway),
        ):
            settlements.collect()
    payment.refresh_from_db()
    assert payment.status == "SETTLED"


HEADER = "reference,kind,payment,amount,fee,currency,payout,settled_at\n"


def test_a_file_settles_what_nobody_can_be_asked_for(tmp_path):
    _order, payment = paid()
    file = tmp_path / "settled.csv"
    row = f"t-1,CHARGE,{payment.provider_reference},34.90,0.76,EUR,p-1,2026-05-20T06:00:00Z\n"
    file.write_text(HEADER + row)
    out = StringIO()
    for _ in range(2):
        call_command("import_settlements", "SANDBOX", str(file), stdout=out)
    payment.refresh_from_db()
    assert (payment.status, payment.fee_amount) == ("SETTLED", 76)
    assert out.getvalue().splitlines() == [
        "1 new lines: 1 payments settled, 0 not known here.",
        "0 new lines: 0 payments settled, 0 not known here.",
    ]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("reference,kind\n", "line 1"),
        (
            HEADER + "t-1,CHARGE,x,34.90,0,EUR,p,2026-05-20\nt-2,?,x,1.00,0,EUR,p,2026-05-20\n",
            "line 3",
        ),
        (HEADER + "t-1,CHARGE,x,1.005,0,EUR,p,2026-05-20T06:00:00Z\n", "line 2"),
        (HEADER + ",CHARGE,x,1.00,0,EUR,p,2026-05-20T06:00:00Z\n", "line 2"),
        (HEADER + "t-1,CHARGE,x,1.00,0,EUR,p\n", "line 2"),
        (HEADER + "t-1,CHARGE,x\n", "line 2"),
        (HEADER + "t" * 201 + ",CHARGE,x,1.00,0,EUR,p,2026-05-20T06:00:00Z\n", "line 2"),
        (HEADER + "t-1,CHARGE,x,1.00,0,EUR," + "p" * 201 + ",2026-05-20T06:00:00Z\n", "line 2"),
        (HEADER + "t-\0,CHARGE,x,1.00,0,EUR,p,2026-05-20T06:00:00Z\n", "line 2"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(tmp_path, text, where):
    file = tmp_path / "settled.csv"
    file.write_text(text)
    with pytest.raises(CommandError, match=where):
        call_command("import_settlements", "IYZICO", str(file))
    assert not Settlement.objects.exists()


def test_a_field_that_no_reader_takes_is_refused_with_its_line():
    row = f"{'t' * 140_000},CHARGE,x,1.00,0,EUR,p,2026-05-20T06:00:00Z\n"
    with pytest.raises(settlement_files.SettlementFileRefused, match="line 2"):
        settlement_files.read([HEADER, row])


def test_the_page_of_a_payment_and_the_list_show_what_was_settled():
    _order, payment = paid()
    take(payment, line(payment), line(payment, 100, reference="line-9", key="nobody"))
    client = Client()
    client.force_login(staff())
    page = client.get(reverse("admin:payments_payment_change", args=[payment.pk]))
    assert "€0.76" in page.content.decode()
    rows = client.get(reverse("admin:payments_settlement_changelist")).content.decode()
    assert "€34.14" in rows
    assert "nobody" in rows


def test_demo_payments_are_paid_out_once():
    order, payment = paid()
    Order.objects.filter(pk=order.pk).update(metadata={"demo": "01"})
    assert (plant_settlements(), plant_settlements()) == (1, 0)
    payment.refresh_from_db()
    assert payment.status == "SETTLED"
