"""What a field of choices may hold is known to the database, whoever writes."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models
from django_countries.fields import CountryField

from catalog.models import Product
from catalog.tests.factories import ProductFactory
from inventory.models import Location
from shop.fields import KnownChoices

pytestmark = pytest.mark.django_db

OURS = {
    config.label
    for config in apps.get_app_configs()
    if config.name.split(".")[0]
    in {"audit", "bookings", "catalog", "inventory", "orders", "payments", "shop"}
}
TEXTS = [
    pytest.param(model, field, id=f"{model._meta.label_lower}.{field.name}")
    for model in apps.get_models()
    if model._meta.app_label in OURS
    for field in model._meta.local_fields
    if isinstance(field, models.CharField) and field.choices and not isinstance(field, CountryField)
]


def refusals(model, field, values):
    """Which of ``values`` the CHECKs of the column alone refuse."""
    kinds = [
        (one.column, one.db_type(connection))
        for one in model._meta.local_fields
        if not one.generated
    ]
    row = ", ".join(
        f'{"one" if column == field.column else "NULL"}::{kind} AS "{column}"'
        for column, kind in kinds
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint"
            " WHERE contype = 'c' AND conrelid = %s::regclass AND %s = ALL (SELECT attname"
            " FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey))",
            [model._meta.db_table, field.column],
        )
        checks = [check.replace("%", "%%") for (check,) in cursor.fetchall()]
        holds = " AND ".join(f"({check})" for check in checks) or "true"
        cursor.execute(
            f"SELECT one FROM unnest(%s::text[]) AS one, LATERAL (SELECT {row}) AS alone"
            f" WHERE ({holds}) IS FALSE",
            [values],
        )
        return {value for (value,) in cursor.fetchall()}


@pytest.mark.parametrize(("model", "field"), TEXTS)
def test_the_database_knows_the_choices_and_no_others(model, field):
    known = {value for value, _words in field.flatchoices}
    others = {"?", *(value.swapcase() for value in known if value)}
    others |= set() if field.blank or "" in known else {""}
    assert refusals(model, field, sorted(known | others)) == others


def test_a_status_that_is_none_is_refused_whoever_writes():
    product = ProductFactory()
    with pytest.raises(IntegrityError, match="product_status_known"):
        Product.objects.filter(pk=product.pk).update(status="GONE")


def test_a_form_says_it_in_words():
    with pytest.raises(ValidationError) as refused:
        Location(code="here", name="Here", kind="CAVE").full_clean()
    assert list(refused.value.message_dict) == ["kind"]


def test_whoever_checks_a_row_asks_the_database_for_no_choice(django_assert_num_queries):
    location = Location(code="here", name="Here", kind=Location.Kind.STORE)
    others = [rule for rule in Location._meta.constraints if not isinstance(rule, KnownChoices)]
    with django_assert_num_queries(len(others)):
        location.validate_constraints()
