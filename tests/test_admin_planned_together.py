"""Many planned prices called off or moved together: shown first, then done."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditLog
from catalog.models import PriceSchedule, ProductVariant
from catalog.pricing import schedules
from catalog.tests.factories import ProductFactory
from shop.accounts.roles import Role
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

LIST = reverse("admin:catalog_priceschedule_changelist")
Status = PriceSchedule.Status


@pytest.fixture
def client():
    return signed_in(staff(Role.MANAGER))


def moment(days):
    return timezone.now() + timedelta(days=days)


def planned(product=None, start=1, end=3, **facts):
    facts = {"price": 1000, "by": None} | facts
    return schedules.plan(
        product=product or ProductFactory(price=4900),
        starts_at=moment(start),
        ends_at=end and moment(end),
        **facts,
    )


def running():
    schedule = planned(start=-1)
    schedules.begin_due(timezone.now())
    return schedule


def send(client, action, *rows, **facts):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(LIST, chosen | facts)


def typed(days):
    return timezone.localtime(moment(days)).strftime("%Y-%m-%dT%H:%M")


def statuses(*rows):
    found = dict(PriceSchedule.objects.values_list("pk", "status"))
    return [found[row.pk] for row in rows]


def refusals(response):
    return [bool(one.refusal) for one in response.context["outcomes"]]


def test_canceling_many_is_shown_and_changes_nothing(client):
    over = running()
    schedules.cancel(over, by=None)
    rows = [over, planned(), running()]
    entries = AuditLog.objects.count()
    assert sorted(refusals(send(client, "cancel_prices", *rows))) == [False, False, True]
    assert statuses(*rows) == [Status.CANCELED, Status.PLANNED, Status.RUNNING]
    assert AuditLog.objects.count() == entries


def test_many_are_canceled_and_old_prices_come_back_except_where_someone_changed_them(client):
    first, second, third = planned(), running(), running()
    ProductVariant.objects.filter(product=third.product).update(price=2500)
    response = send(client, "cancel_prices", first, second, third, confirmed="1")
    assert response.status_code == 303
    assert set(statuses(first, second, third)) == {Status.CANCELED}
    assert set(second.product.variants.values_list("price", flat=True)) == {4900}
    assert set(third.product.variants.values_list("price", flat=True)) == {2500}
    third.refresh_from_db()
    assert set(third.left_alone) == set(third.product.variants.values_list("sku", flat=True))
    changes = AuditLog.objects.filter(after__status="CANCELED")
    assert {(one.entity, one.actor.email) for one in changes} == {
        ("catalog.priceschedule", "manager@example.com")
    }


def test_canceling_many_costs_as_many_statements_as_canceling_two(
    client, django_assert_max_num_queries
):
    rows = [running() for _ in range(8)]
    with django_assert_max_num_queries(32):
        schedules.cancel_each(rows, by=None)
    assert set(statuses(*rows)) == {Status.CANCELED}


def test_moving_many_is_shown_and_changes_nothing(client):
    rows = [planned(), running()]
    times = {"starts_at": typed(5), "ends_at": typed(6)}
    page = send(client, "move_prices", *rows, **times)
    assert refusals(page) == [False, False]
    assert not PriceSchedule.objects.filter(ends_at__gt=moment(4)).exists()
    assert send(client, "move_prices", *rows).status_code == 200


def test_planned_prices_move_and_of_those_in_force_the_end_alone(client):
    first, second = planned(), running()
    times = {"starts_at": typed(5), "ends_at": typed(6)}
    assert send(client, "move_prices", first, second, **times, confirmed="1").status_code == 303
    ends = set(PriceSchedule.objects.values_list("ends_at", flat=True))
    assert len(ends) == 1
    assert min(ends) > moment(5)
    start = second.starts_at
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.starts_at > moment(4), second.starts_at) == (True, start)


def test_a_price_in_force_that_is_left_without_an_end_stays(client):
    schedule = running()
    send(client, "move_prices", schedule, starts_at=typed(5), ends_at="", confirmed="1")
    assert statuses(schedule) == [Status.ENDED]
    assert set(schedule.product.variants.values_list("price", flat=True)) == {1000}


def test_those_that_would_meet_another_stay_and_are_named(client):
    product = ProductFactory(title="Taken", price=4900)
    planned(product, start=4, end=8)
    bound, free = planned(product), planned()
    times = {"starts_at": typed(5), "ends_at": typed(6)}
    assert sorted(refusals(send(client, "move_prices", bound, free, **times))) == [False, True]
    send(client, "move_prices", bound, free, **times, confirmed="1")
    bound.refresh_from_db(), free.refresh_from_db()
    assert (bound.starts_at < moment(2), free.starts_at > moment(4)) == (True, True)


@pytest.mark.parametrize("ends_at", [-1, 3])
def test_a_time_that_cannot_be_is_refused(client, ends_at):
    schedule = planned()
    times = {"starts_at": typed(5), "ends_at": typed(ends_at)}
    assert send(client, "move_prices", schedule, **times, confirmed="1").status_code == 422
    before = schedule.ends_at
    schedule.refresh_from_db()
    assert schedule.ends_at == before


@pytest.mark.parametrize("action", ["cancel_prices", "move_prices"])
def test_who_may_not_price_changes_nothing(action):
    schedule = planned()
    facts = {"starts_at": typed(5), "ends_at": typed(6), "confirmed": "1"}
    send(signed_in(staff(Role.EMPLOYEE)), action, schedule, **facts)
    before = schedule.starts_at
    schedule.refresh_from_db()
    assert (schedule.status, schedule.starts_at) == (Status.PLANNED, before)
