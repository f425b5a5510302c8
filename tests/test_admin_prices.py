"""Prices in the back office: what staff see, plan, cancel and export, and who may."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditLog
from catalog.models import PriceSchedule
from catalog.pricing import schedules as price_schedules
from catalog.tests.factories import ProductFactory, variant
from catalog.tests.test_prices import cut, garment
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db

LIST = reverse("admin:catalog_product_changelist")


@pytest.fixture
def client():
    return signed_in(staff(Role.MANAGER))


def page_of(product):
    return reverse("admin:catalog_product_change", args=[product.pk])


def plan_page(product):
    return reverse("admin:catalog_priceschedule_plan", args=[product.pk])


def typed(days):
    return timezone.localtime(timezone.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def text_of(response):
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_of_a_product_shows_the_rule_the_history_and_a_chart(client):
    made = garment((90, 5900), (20, 4900), price=5900)
    cut(made, 3900)
    page = text_of(client.get(page_of(made.product)))
    assert "−20 % of €49.00, was €59.00" in page
    assert "<path d=" in page
    assert "Nothing is planned" in page


def test_a_cut_that_is_no_reduction_is_pointed_out_on_save(client):
    product = garment((90, 4800), (10, 5900), price=5900).product
    fields = fields_of(client.get(page_of(product)))
    page = text_of(client.post(page_of(product), fields | {"price": "49.00"}, follow=True))
    assert "lowest price of the last 30 days is €48.00" in page
    assert "At €49.00 no reduction may be announced." in page


def test_a_reduction_by_the_rule_brings_no_warning(client):
    product = garment((90, 5900), price=5900).product
    fields = fields_of(client.get(page_of(product)))
    page = text_of(client.post(page_of(product), fields | {"price": "49.00"}, follow=True))
    assert "no reduction may be announced" not in page
    assert product.variants.get().lowest_prior_price == 5900


def test_a_price_is_planned_for_one_variant(client):
    product = ProductFactory(sizes=("s", "m"), price=5000)
    chosen = product.variants.first()
    facts = {"variant": chosen.pk, "percent_off": "20", "starts_at": typed(1), "ends_at": typed(3)}
    assert client.post(plan_page(product), facts)["Location"] == f"{page_of(product)}#pricing"
    plan = PriceSchedule.objects.get()
    assert (plan.variant, plan.percent_off, plan.created_by is not None) == (chosen, 20, True)
    assert "−20 %" in text_of(client.get(page_of(product)))


def test_a_plan_that_is_no_reduction_then_says_so(client):
    product = garment((90, 3900), (5, 5900), price=5900).product
    facts = {"price": "49.00", "starts_at": typed(1), "ends_at": typed(3)}
    page = text_of(client.post(plan_page(product), facts, follow=True))
    assert "At €49.00 no reduction may be announced." in page


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "Give a percentage or a price."),
        ({"percent_off": "20", "price": "10.00"}, "Give a percentage or a price."),
        ({"percent_off": "20", "ends_at": typed(0.5)}, "It has to end after it starts."),
        ({"percent_off": "20", "ends_at": typed(-1)}, "This is over already."),
        ({"price": "60.00"}, "Not below the recommended price of"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(client, facts, words):
    product = ProductFactory(sizes=(), price=5000)
    variant(product, "navy", "s", compare_at_price=6000)
    page = client.post(plan_page(product), {"starts_at": typed(1)} | facts)
    assert words in text_of(page)
    assert not PriceSchedule.objects.exists()


def test_a_plan_over_another_one_is_refused(client):
    product = ProductFactory()
    facts = {"percent_off": "20", "starts_at": typed(1), "ends_at": typed(3)}
    client.post(plan_page(product), facts)
    assert "Another price is planned" in text_of(client.post(plan_page(product), facts))
    assert PriceSchedule.objects.count() == 1


def test_a_plan_is_canceled_on_its_own_page(client):
    plan = price_schedules.plan(
        product=ProductFactory(), percent_off=20, starts_at=timezone.now(), by=None
    )
    own = reverse("admin:catalog_priceschedule_change", args=[plan.pk])
    cancel = reverse("admin:catalog_priceschedule_cancel", args=[plan.pk])
    assert cancel in text_of(client.get(own))
    assert "never come into force" in text_of(client.get(cancel))
    client.post(cancel)
    plan.refresh_from_db()
    assert plan.status == "CANCELED"
    assert "It was over already." in text_of(client.post(cancel, follow=True))


def test_the_list_tells_what_is_planned(client):
    product = ProductFactory(title="Fisher smock")
    price_schedules.plan(product=product, price=4000, starts_at=timezone.now(), by=None)
    page = text_of(client.get(reverse("admin:catalog_priceschedule_changelist")))
    assert "Fisher smock" in page
    assert "€40.00" in page


@pytest.mark.parametrize("last_day", ["2199-01-01", "9999-12-31"])
def test_the_proof_of_chosen_products_is_exported_and_that_is_written_down(client, last_day):
    product, other = ProductFactory(sizes=("s",)), ProductFactory(sizes=("s",))
    chosen = {"action": "export_prices", "_selected_action": [str(product.pk)]}
    assert "First day" in text_of(client.post(LIST, chosen))
    response = client.post(LIST, chosen | {"export": "1", "last_day": last_day})
    text = response.getvalue().decode()
    assert product.variants.get().sku in text
    assert other.variants.get().sku not in text
    assert AuditLog.objects.filter(action="EXPORT", entity="catalog.pricechange").count() == 1


def test_the_proof_of_one_product_is_a_click_away(client):
    product = ProductFactory(sizes=("s",))
    response = client.get(reverse("admin:catalog_product_prices", args=[product.pk]))
    assert response["Content-Disposition"].endswith('.csv"')
    assert product.variants.get().sku in response.getvalue().decode()


def test_who_may_not_price_neither_sees_nor_plans_nor_exports():
    product = ProductFactory()
    plan = price_schedules.plan(product=product, percent_off=20, starts_at=timezone.now(), by=None)
    client = signed_in(staff(Role.EMPLOYEE))
    assert "Price history" not in text_of(client.get(page_of(product)))
    for name, key in (
        ("product_prices", product.pk),
        ("priceschedule_plan", product.pk),
        ("priceschedule_cancel", plan.pk),
        ("priceschedule_change", plan.pk),
    ):
        url = reverse(f"admin:catalog_{name}", args=[key])
        assert client.get(url).status_code == 403
    assert client.post(plan_page(product), {"percent_off": "9"}).status_code == 403
    chosen = {"action": "export_prices", "_selected_action": [str(product.pk)], "export": "1"}
    assert "text/csv" not in client.post(LIST, chosen)["Content-Type"]
