"""A price enters the history, with who set it, by whichever door it comes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from catalog.models import PriceChange
from catalog.pricing import prices, schedules
from catalog.pricing.history import with_people
from catalog.tests.imported import applied
from catalog.tests.test_prices import garment, history_of
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff
from tests.test_admin_bulk_edit import do
from tests.test_admin_prices import page_of

pytestmark = pytest.mark.django_db


def by_the_form(made, person):
    client, page = signed_in(person), page_of(made.product)
    client.post(page, fields_of(client.get(page)) | {"price": "39.00"})


def by_a_bulk_edit(made, person):
    do(signed_in(person), [made.product], kind="PRICE_SET", price="39.00")


def by_a_file(made, person):
    applied(("sku", "price"), (made.sku, "39"), user=person)


def by_a_plan(made, person):
    now = timezone.now()
    schedules.plan(
        product=made.product, price=3900, starts_at=now, ends_at=now + timedelta(days=1), by=person
    )
    schedules.begin_due(now)


def by_the_act(made, person):
    prices.set_price([made], price=3900, by=person)


def by_sql(made, person):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_productvariant SET price = 3900 WHERE id = %s", [made.pk])


DOORS = [by_the_form, by_a_bulk_edit, by_a_file, by_a_plan, by_the_act]


@pytest.mark.parametrize("door", [*DOORS, by_sql])
def test_every_door_leads_to_the_history_and_to_the_rule_of_thirty_days(door):
    made = garment(price=4900)
    made.refresh_from_db()
    door(made, staff(Role.MANAGER))
    assert history_of(made) == [(None, 4900), (4900, 3900)]
    made.refresh_from_db()
    assert (made.former_price, made.lowest_prior_price) == (4900, 4900)


@pytest.mark.parametrize("door", DOORS)
def test_the_history_names_who_came_by_a_door(door):
    made, person = garment(price=4900), staff(Role.MANAGER)
    made.refresh_from_db()
    door(made, person)
    assert with_people(PriceChange.objects.all()).get(new_price=3900).person == person.email
