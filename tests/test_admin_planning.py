"""One planned price for many products: shown first, then planned for all that can have it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditLog
from catalog.models import PriceSchedule
from catalog.pricing import schedules
from catalog.tests.factories import ProductFactory
from catalog.tests.test_prices import garment
from shop.accounts.roles import Role
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

LIST = reverse("admin:catalog_product_changelist")


@pytest.fixture
def client():
    return signed_in(staff(Role.MANAGER))


def typed(days):
    return timezone.localtime(timezone.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def send(client, *products, **facts):
    chosen = {"action": "plan_prices", "_selected_action": [row.pk for row in products]}
    times = {"starts_at": typed(1), "ends_at": typed(3)} if facts else {}
    return client.post(LIST, chosen | times | facts)


def shown(response):
    return {
        one.product.title: one.refusal or f"{one.old} {one.new}"
        for one in response.context["outcomes"]
    }


def test_a_plan_for_many_is_shown_and_plans_nothing(client):
    cap, tee = ProductFactory(title="Cap", price=2000), ProductFactory(title="Tee", price=4900)
    before = AuditLog.objects.count()
    assert shown(send(client, cap, tee, percent_off="10")) == {
        "Cap": "€20.00 €18.00",
        "Tee": "€49.00 €44.10",
    }
    assert not PriceSchedule.objects.exists()
    assert AuditLog.objects.count() == before


def test_a_shown_plan_is_planned_for_each_in_the_name_of_the_person(client):
    products = [ProductFactory(), ProductFactory()]
    assert send(client, *products, percent_off="10", plan="1").status_code == 303
    plans = PriceSchedule.objects.all()
    assert {plan.product for plan in plans} == set(products)
    assert {(plan.percent_off, plan.variant, plan.created_by.email) for plan in plans} == {
        (10, None, "manager@example.com")
    }


def test_those_that_cannot_have_it_are_named_and_left_out(client):
    free, bare = (
        ProductFactory(title="Free"),
        ProductFactory(title="Bare", status="DRAFT", sizes=()),
    )
    taken, bound = ProductFactory(title="Taken"), ProductFactory(title="Bound", price=4900)
    bound.variants.update(compare_at_price=6000)
    begin = timezone.now() + timedelta(days=2)
    schedules.plan(product=taken, price=1000, starts_at=begin, by=None)
    response = send(client, free, bare, taken, bound, price="65.00")
    assert [title for title, told in shown(response).items() if not told.startswith("€")] == [
        "Bare",
        "Bound",
        "Taken",
    ]
    send(client, free, bare, taken, bound, price="65.00", plan="1")
    assert PriceSchedule.objects.get(price=6500).product == free


def test_what_is_no_reduction_then_is_pointed_out_before(client):
    product = garment((90, 3900), (5, 5900), price=5900).product
    page = send(client, product, price="49.00").content.decode()
    assert "At €49.00 no reduction may be announced" in page.replace("\N{NO-BREAK SPACE}", " ")


def test_a_plan_without_time_or_amount_is_refused(client):
    product = ProductFactory()
    assert send(client, product).status_code == 200
    assert send(client, product, percent_off="").status_code == 422
    assert send(client, product, percent_off="10", starts_at="", plan="1").status_code == 422
    assert not PriceSchedule.objects.exists()


def test_too_many_at_once_are_refused(client, monkeypatch):
    monkeypatch.setattr("catalog.admin.planning.MOST", 1)
    send(client, ProductFactory(), ProductFactory(), percent_off="10", plan="1")
    assert not PriceSchedule.objects.exists()


def test_who_may_not_price_plans_nothing():
    product = ProductFactory()
    send(signed_in(staff(Role.EMPLOYEE)), product, percent_off="10", plan="1")
    assert not PriceSchedule.objects.exists()
