"""What staff did in one request is taken back where nothing happened since."""

import pytest

from audit.chain import verifying
from audit.models import AuditLog
from audit.tests.factories import seal
from catalog.tests.factories import ProductFactory
from shop.accounts.roles import Role
from shop.actor import Actor, ActorType, acting_as
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return staff(Role.ADMIN)


def change(person, **values):
    """Products that ``person`` changed in one request, and an entry of it."""
    products = [ProductFactory(price=5000, title=title) for title in ("Coat", "Shirt")]
    with acting_as(Actor(ActorType.STAFF, person.pk, request_id="act-1")):
        for product in products:
            for name, value in values.items():
                setattr(product, name, value)
            product.save()
    return products, AuditLog.objects.filter(request_id="act-1", action="UPDATE").first()


def undo(person, entry, method="post"):
    return getattr(signed_in(person), method)(f"/admin/audit/auditlog/{entry.pk}/undo/")


def test_price_change_of_several_products_is_undone(boss):
    products, entry = change(boss, price=4000)
    preview = undo(boss, entry, "get").content.decode()
    assert all(product.title in preview for product in products)
    assert undo(boss, entry).status_code == 303
    for product in products:
        product.refresh_from_db()
        assert product.price == 5000
        told = AuditLog.objects.filter(entity_id=str(product.pk), after__has_key="undo_of")
        assert told.get().actor == boss


def test_preview_changes_nothing(boss):
    products, entry = change(boss, price=4000)
    undo(boss, entry, "get")
    products[0].refresh_from_db()
    assert products[0].price == 4000


def test_row_that_changed_since_stays_and_is_named(boss):
    products, entry = change(boss, price=4000)
    products[0].refresh_from_db()
    products[0].price = 4500
    products[0].save()
    assert "It has changed since." in undo(boss, entry, "get").content.decode()
    undo(boss, entry)
    for product in products:
        product.refresh_from_db()
    assert [product.price for product in products] == [4500, 5000]


def test_undo_of_an_undo_brings_the_change_back(boss):
    products, entry = change(boss, price=4000)
    undo(boss, entry)
    again = AuditLog.objects.filter(
        entity_id=str(products[0].pk), action="UPDATE", after__price=5000
    ).get()
    assert undo(boss, again).status_code == 303
    products[0].refresh_from_db()
    assert products[0].price == 4000


def test_second_undo_finds_nothing_to_do(boss):
    _products, entry = change(boss, price=4000)
    undo(boss, entry)
    assert undo(boss, entry).status_code == 200
    assert AuditLog.objects.filter(after__has_key="undo_of").count() == 2


def test_what_somebody_else_sent_under_the_same_id_stays(boss):
    products, entry = change(boss, price=4000)
    theirs = ProductFactory(price=7000, title="Oilskin")
    with acting_as(Actor(ActorType.STAFF, staff(Role.MANAGER).pk, request_id="act-1")):
        theirs.price = 6000
        theirs.save()
    assert theirs.title not in undo(boss, entry, "get").content.decode()
    assert undo(boss, entry).status_code == 303
    theirs.refresh_from_db()
    products[0].refresh_from_db()
    assert (theirs.price, products[0].price) == (6000, 5000)


def test_role_that_may_not_change_prices_undoes_none(boss):
    products, entry = change(boss, price=4000)
    assert undo(staff(Role.MANAGER), entry).status_code == 403
    products[0].refresh_from_db()
    assert products[0].price == 4000


def test_what_was_made_or_deleted_stays(boss):
    with acting_as(Actor(ActorType.STAFF, boss.pk, request_id="act-2")):
        product = ProductFactory()
    entry = AuditLog.objects.get(entity_id=str(product.pk), action="CREATE")
    assert "It was made or deleted then." in undo(boss, entry, "get").content.decode()
    assert undo(boss, entry).status_code == 200
    product.refresh_from_db()


def test_acts_of_customers_and_jobs_are_not_undone(boss):
    product = ProductFactory(price=5000)
    product.price = 4000
    product.save()
    entry = AuditLog.objects.filter(entity_id=str(product.pk), action="UPDATE").first()
    assert "Only acts of staff are undone." in undo(boss, entry, "get").content.decode()
    undo(boss, entry)
    product.refresh_from_db()
    assert product.price == 4000


def test_chain_holds_after_an_undo(boss, anchor):
    _products, entry = change(boss, price=4000)
    undo(boss, entry)
    seal()
    assert list(verifying.findings()) == []
