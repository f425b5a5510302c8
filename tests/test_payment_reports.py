"""How paying went, by day, provider and reason, on a page and as a file."""

import json
from datetime import timedelta

import pgtrigger
import pytest
from django.db import connection
from django.utils import timezone

from orders.models import Order
from orders.tests.factories import placed_order, variant_in_stock
from payments import offline, processing, refunding, settlements, settling
from payments.models import Payment, Refund, RefundPart
from payments.providers.listed import Settled, SettledKind
from payments.tests.cards import DECLINED, GOOD, NO_FUNDS, method
from shop.accounts.roles import Role
from shop.models import new_id
from shop.operations.reports.payments import By, rows, statement, total
from shop.operations.reports.periods import Period
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

PAGE, FILE = "/admin/payment-report/", "/admin/payment-report.csv"
TOTAL = 5490


def today(days=1):
    last = timezone.localdate()
    return Period(last - timedelta(days=days - 1), last)


def order():
    return placed_order((variant_in_stock(price=5000), 1))


def attempt(*cards, placed=None):
    placed = placed or order()
    for card in cards:
        processing.pay(order_id=placed.pk, provider_name="SANDBOX", method=method(card))
    return placed


def give_back(paid, amount):
    made = refunding.request(
        order_id=paid.pk, lines={}, extra=amount, reason=Refund.Reason.GOODWILL, key=new_id()
    )
    settling.settle(made.pk)


def test_attempts_money_and_what_failed_are_told_by_day():
    attempt(DECLINED, GOOD)
    attempt(GOOD)
    (row,) = rows(By.DAY, today())
    assert (row.attempts, row.paid, row.failed, row.volume) == (3, 2, 1, 2 * TOTAL)
    assert row.success == 6666


def test_an_open_attempt_is_neither_paid_nor_failed():
    placed = order()
    Payment.objects.create(order=placed, provider="SANDBOX", currency="EUR", amount=TOTAL)
    (row,) = rows(By.DAY, today())
    assert (row.attempts, row.paid, row.failed, row.success) == (1, 0, 0, None)


def test_a_quiet_day_is_not_left_out():
    attempt(GOOD)
    assert [row.paid for row in rows(By.DAY, today(3))] == [0, 0, 1]


def test_what_went_back_counts_on_its_day():
    give_back(attempt(GOOD), 1098)
    (row,) = rows(By.DAY, today())
    assert (row.refunded, row.refund_rate, row.attempts) == (1098, 2000, 1)
    assert total(today()).refunded == 1098


def test_providers_are_told_with_their_own_money_and_time():
    attempt(GOOD)
    waited = order()
    Order.objects.filter(pk=waited.pk).update(placed_at=timezone.now() - timedelta(days=2))
    offline.record(order_id=waited.pk, reference="transfer 1")
    told = {row.key: row for row in rows(By.PROVIDER, today())}
    assert set(told) == {"SANDBOX", "MANUAL"}
    assert told["SANDBOX"].volume == told["MANUAL"].volume == TOTAL
    assert told["MANUAL"].seconds // 3600 == 48
    assert told["SANDBOX"].seconds < 60


def test_reasons_are_told_the_most_first():
    attempt(DECLINED, NO_FUNDS)
    attempt(DECLINED)
    told = [(row.name, row.failed) for row in rows(By.REASON, today())]
    assert told == [("Card declined", 2), ("Insufficient funds", 1)]


def test_the_time_in_all_is_that_of_the_payment_in_the_middle():
    for hours in (1, 2, 30):
        waited = order()
        Order.objects.filter(pk=waited.pk).update(placed_at=timezone.now() - timedelta(hours=hours))
        offline.record(order_id=waited.pk, reference=f"transfer {hours}")
    assert total(today()).seconds // 3600 == 2


@pytest.mark.parametrize("by", list(By))
def test_page_and_file_show_the_report(by):
    client = signed_in(staff(Role.MANAGER))
    attempt(DECLINED, GOOD)
    page = client.get(f"{PAGE}?by={by}").content.decode()
    assert "View as table" in page
    assert "<desc" in page
    assert ("Card declined" if by == By.REASON else "50.0 %") in page
    file = b"".join(client.get(f"{FILE}?by={by}").streaming_content).decode()
    assert file.startswith("\ufeff")
    assert ("54.90" in file) is (by != By.REASON)


def test_the_reports_take_as_many_statements_however_many_payments(django_assert_num_queries):
    attempt(DECLINED, GOOD)
    attempt(NO_FUNDS, GOOD)
    for by in By:
        with django_assert_num_queries(1):
            rows(by, today(30))
    with django_assert_num_queries(1):
        total(today(30))


def test_a_page_of_nothing_says_so():
    client = signed_in(staff(Role.MANAGER))
    assert "No attempt failed in this time." in client.get(f"{PAGE}?by=reason").content.decode()


def test_employees_see_no_report():
    client = signed_in(staff(Role.EMPLOYEE))
    assert [client.get(address).status_code for address in (PAGE, FILE)] == [403, 403]


def again_and_again(row, times=2000, **changed):
    """Copies of a row, an hour before each other; what makes rows what they are is not asked."""
    table = row._meta.db_table
    plain = [one.column for one in row._meta.local_concrete_fields if not one.generated]
    said = {"id": "gen_random_uuid()", **changed}
    columns = ", ".join(f'"{column}"' for column in plain)
    values = ", ".join(said.get(column, f'source."{column}"') for column in plain)
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {values}"
            f" FROM {table} source, generate_series(1, %s) AS number WHERE source.id = %s",
            [times, row.pk],
        )
        cursor.execute(f"ANALYZE {table}")


@pytest.mark.parametrize("by", [None, *By])
def test_payments_of_other_times_are_not_read(by):
    give_back(attempt(GOOD), 100)
    earlier = "now() - number * interval '1 hour'"
    again_and_again(
        Payment.objects.get(),
        created_at=earlier,
        status="'FAILED'",
        provider_reference="''",
    )
    again_and_again(Refund.objects.get(), succeeded_at=earlier, key="gen_random_uuid()")
    # A handful of parts would be read first, and their refunds by their keys.
    its_refund = "(SELECT id FROM payments_refund OFFSET number LIMIT 1)"
    again_and_again(RefundPart.objects.get(), refund_id=its_refund)
    period = today(2)
    facts = {"start": period.start, "end": period.end, "currency": "EUR", "zone": "Europe/Berlin"}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement(by)}", facts)
        ((plan,),) = cursor.fetchall()
    plan = plan if isinstance(plan, str) else json.dumps(plan)
    assert "payment_begun" in plan
    assert by == By.REASON or "refund_succeeded" in plan


def test_fees_count_on_the_day_they_were_paid_out_with_the_time_that_took():
    payment = attempt(GOOD).payments.get()
    at = payment.captured_at + timedelta(days=2)
    line = Settled("line", SettledKind.CHARGE, TOTAL, 83, "EUR", at, key=str(payment.pk))
    settlements.take("SANDBOX", [line])
    assert total(today()).fees == 0
    day = Period(timezone.localdate(at), timezone.localdate(at))
    (row,) = rows(By.DAY, day)
    assert (row.fees, row.settle_seconds, row.attempts) == (83, 2 * 86400, 0)
    assert [one.fees for one in rows(By.PROVIDER, day)] == [83]
