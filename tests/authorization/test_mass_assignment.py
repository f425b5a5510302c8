"""Fields that a form does not have change nothing, whatever they are called."""

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from shop.accounts.models import User
from tests.authorization.routes import ROWS, Who
from tests.authorization.staff_routes import EMPLOYEE, PAGES, TABLES
from tests.back_office import fields_of

pytestmark = pytest.mark.django_db

AMOUNT, WORD = "987654321", "FORGEDWORD"
_AMOUNTS = (
    "price total amount unit_price subtotal discount tax cost balance captured_amount "
    "refunded_amount lowest_prior_price former_price on_hand rating_average units_sold"
)
_WORDS = "status role roles groups order_status payment_status provider token kind currency"
_FLAGS = "is_staff is_superuser is_verified is_active works_here verified primary"
_OWNERS = "user user_id owner owner_id customer customer_id author author_id actor_id"


def forged(other):
    """Every name that somebody may try."""
    fields = dict.fromkeys(_AMOUNTS.split(), AMOUNT) | dict.fromkeys(_WORDS.split(), WORD)
    fields |= dict.fromkeys(_FLAGS.split(), "on")
    return fields | dict.fromkeys(_OWNERS.split(), str(other.pk))


def people():
    fields = ("pk", "email", "status", "is_staff", "is_superuser", "groups", "user_permissions")
    return list(User.all_objects.order_by("pk", "groups").values_list(*fields))


def written_of(asker, role, address, fields, other):
    """What of the forged values a request wrote; the people as the request left them."""
    marks = (AMOUNT, WORD, str(other.pk), other.pk.hex)
    found = []

    def look(execute, sql, params, many, context):
        if sql.lstrip()[:6].upper() in ("INSERT", "UPDATE"):
            rows = params if many else [params]
            text = repr(rows)
            found.extend(mark for mark in marks if mark in text)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        asker.ask(role, "post", address, fields)
    return found


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.post != 405 and row.who is not Who.GUEST],
    ids=lambda r: r.name,
)
def test_a_form_of_the_shop_takes_nothing_it_does_not_ask_for(row, asker):
    other, address = asker.world.people["other"], asker.url(row.name, row.objects)
    role = "customer"
    asked = {}
    if row.get == 200:
        asked = fields_of(asker.ask(role, "get", address).response)
    fields = forged(other) | {name: value for name, value in asked.items() if value}
    assert written_of(asker, role, address, fields, other) == []


@pytest.mark.parametrize("name", [name for name, row in TABLES.items() if row.change == EMPLOYEE])
def test_a_form_of_the_back_office_takes_nothing_that_the_role_may_not_change(name, asker):
    other = asker.world.people["other"]
    row = apps.get_model(name)._base_manager.first()
    address = reverse(f"admin:{name.replace('.', '_')}_change", args=[row.pk])
    asked = fields_of(asker.ask(EMPLOYEE, "get", address).response)
    fields = forged(other) | {key: value for key, value in asked.items() if value}
    assert written_of(asker, EMPLOYEE, address, fields, other) == []


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.post[0] == EMPLOYEE and page.post[1] != 405],
    ids=lambda page: page.name,
)
def test_a_step_of_the_back_office_takes_nothing_it_does_not_ask_for(page, asker):
    other, address = asker.world.people["other"], asker.url(page.name, page.objects)
    assert written_of(asker, EMPLOYEE, address, forged(other), other) == []


def test_nobody_becomes_staff_by_any_form(asker):
    before, other = people(), asker.world.people["other"]
    for row in ROWS:
        if row.post != 405:
            asker.ask("customer", "post", asker.url(row.name, row.objects), forged(other))
    assert people() == before
