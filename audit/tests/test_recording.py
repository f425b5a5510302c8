"""Every way to write leaves an entry that says who, what, before and after."""

from uuid import uuid4

import pytest
from django.core import serializers
from django.db import transaction

from audit import recording
from audit.models import AuditLog
from audit.recording import MASK
from catalog.models import Brand, Product
from orders.models import Checkout
from orders.tests.factories import filled_cart, member, ready_checkout
from shop.actor import Actor, ActorType, acting_as

pytestmark = pytest.mark.django_db


def entries(instance, **which):
    """(action, before, after) of the row's entries, oldest first."""
    found = AuditLog.objects.filter(
        entity=instance._meta.label_lower, entity_id=str(instance.pk), **which
    )
    return [(row.action, row.before, row.after) for row in found.order_by("id")]


def brand(name="Nordhafen"):
    return Brand.objects.create(name=name, slug=f"{name.lower()}-{uuid4().hex[:6]}")


def test_created_row_is_told_with_its_values():
    [(action, before, after)] = entries(made := brand())
    assert (action, before) == ("CREATE", {})
    assert (after["name"], after["slug"]) == ("Nordhafen", made.slug)


def test_changed_row_is_told_with_the_changed_columns_only():
    row = Brand.objects.get(pk=brand().pk)
    row.name = "Südhafen"
    row.save()
    assert entries(row)[1:] == [("UPDATE", {"name": "Nordhafen"}, {"name": "Südhafen"})]


def test_second_change_of_the_same_instance_starts_from_the_first():
    row = brand()
    for name in ("Südhafen", "Westhafen"):
        row.name = name
        row.save()
    assert entries(row)[2] == ("UPDATE", {"name": "Südhafen"}, {"name": "Westhafen"})


def test_save_without_a_change_leaves_no_entry():
    row = brand()
    row.save()
    assert len(entries(row)) == 1


def test_save_of_some_columns_tells_those_only():
    row = brand()
    row.name, row.description = "Südhafen", "not saved"
    row.save(update_fields=["name"])
    assert entries(row)[1] == ("UPDATE", {"name": "Nordhafen"}, {"name": "Südhafen"})


def test_saved_reference_named_by_its_column_is_told():
    cart, user = filled_cart(), member()
    cart.user_id = user.pk
    cart.save(update_fields=["user_id"])
    assert entries(cart, action="UPDATE")[-1][2] == {"user_id": str(user.pk)}


def test_deleted_row_is_told_with_what_it_was():
    row = brand()
    Brand.objects.get(pk=row.pk).delete()
    action, before, after = entries(row)[1]
    assert (action, before["name"], after) == ("DELETE", "Nordhafen", {})


def test_deleted_queryset_is_told_row_by_row():
    rows = [brand(), brand()]
    Brand.objects.all().delete()
    assert [entries(row)[-1][0] for row in rows] == ["DELETE", "DELETE"]


def test_rows_created_in_bulk_are_told():
    rows = Brand.objects.bulk_create([Brand(name=name, slug=name) for name in "ab"])
    assert [entries(row)[0][2]["name"] for row in rows] == ["a", "b"]


def test_of_rows_created_or_updated_in_bulk_each_is_told_as_what_it_was():
    old = brand()
    new = Brand(name="Westhafen", slug="west")
    rows = [Brand(pk=old.pk, name="Südhafen", slug=old.slug), new]
    fields = {"unique_fields": ["id"], "update_fields": ["name"]}
    Brand.objects.bulk_create(rows, update_conflicts=True, **fields)
    assert entries(old)[1:] == [("UPDATE", {"name": "Nordhafen"}, {"name": "Südhafen"})]
    [(action, before, after)] = entries(new)
    assert (action, before, after["name"]) == ("CREATE", {}, "Westhafen")


def test_rows_that_a_bulk_left_out_are_not_told():
    old = brand()
    rows = [Brand(name="Südhafen", slug=old.slug), Brand(name="Westhafen", slug="west")]
    Brand.objects.bulk_create(rows, ignore_conflicts=True)
    assert entries(rows[0]) == []
    assert len(entries(old)) == len(entries(rows[1])) == 1


def test_rows_updated_in_bulk_are_told():
    row, other = brand(), brand()
    Brand.objects.filter(pk=row.pk).update(name="Südhafen")
    assert entries(row)[1:] == [("UPDATE", {"name": "Nordhafen"}, {"name": "Südhafen"})]
    assert len(entries(other)) == 1
    row.name = "Westhafen"
    Brand.objects.bulk_update([row], ["name"])
    assert entries(row)[2] == ("UPDATE", {"name": "Südhafen"}, {"name": "Westhafen"})


def test_bulk_update_of_a_versioned_row_counts_the_version():
    product = Product.objects.create(title="Coat", slug="coat", price=100)
    Product.objects.filter(pk=product.pk).update(price=200)
    assert entries(product)[1] == ("UPDATE", {"price": 100}, {"price": 200})
    assert Product.objects.get().version == 2


def test_loaded_fixture_is_told():
    row = brand()
    text = serializers.serialize("json", [row]).replace("Nordhafen", "Südhafen")
    for loaded in serializers.deserialize("json", text):
        loaded.save()
    assert entries(row)[1] == ("UPDATE", {"name": "Nordhafen"}, {"name": "Südhafen"})


def test_password_is_hidden_and_that_it_changed_is_not():
    user = member(password="a long enough password")
    user.set_password("another long password")
    user.save()
    assert [after["password"] for _, _, after in entries(user)] == [MASK, MASK]
    assert "bcrypt" not in str(entries(user))


def test_token_inside_a_json_column_is_hidden():
    checkout = ready_checkout(filled_cart())
    checkout.payment_method = {"token": "sandbox_ok_1", "last4": "4242"}
    checkout.save()
    after = entries(checkout)[-1][2]["payment_method"]
    assert after == {"token": MASK, "last4": "4242"}
    assert Checkout.objects.get(pk=checkout.pk).payment_method["token"] == "sandbox_ok_1"


def test_entry_names_the_actor_and_the_request():
    user = member(is_staff=True)
    actor = Actor(ActorType.STAFF, user.pk, "203.0.113.9", "Firefox", "req-1")
    with acting_as(actor):
        row = brand()
    entry = AuditLog.objects.get(entity_id=str(row.pk))
    assert (entry.actor, entry.actor_type) == (user, "STAFF")
    assert (entry.ip_address, entry.user_agent) == ("203.0.113.9", "Firefox")
    assert entry.request_id == "req-1"


def test_without_anybody_it_is_the_system():
    entry = AuditLog.objects.get(entity_id=str(brand().pk))
    assert (entry.actor, entry.actor_type, entry.ip_address) == (None, "SYSTEM", None)


def test_batch_writes_its_entries_as_one_insert(django_assert_num_queries):
    with django_assert_num_queries(6) as queries, recording.batch():
        for name in "abc":
            Brand.objects.create(name=name, slug=name)
    told = [query["sql"] for query in queries if "audit_auditlog" in query["sql"]]
    assert len(told) == 1
    assert AuditLog.objects.filter(entity="catalog.brand").count() == 3


def test_batch_inside_a_batch_joins_it(django_assert_num_queries):
    with django_assert_num_queries(5), recording.batch():
        Brand.objects.create(name="a", slug="a")
        with recording.batch():
            Brand.objects.create(name="b", slug="b")
    assert AuditLog.objects.filter(entity="catalog.brand").count() == 2


def test_failed_act_takes_its_entries_along():
    class Refused(Exception):
        pass

    @recording.batch()
    def refused_act():
        brand()
        raise Refused

    with pytest.raises(Refused):
        refused_act()
    assert not Brand.objects.exists()
    assert not AuditLog.objects.exists()
    kept = brand()
    assert len(entries(kept)) == 1


def test_entry_of_a_change_that_was_rolled_back_is_gone():
    with transaction.atomic():
        brand()
        transaction.set_rollback(True)
    assert not AuditLog.objects.exists()


def test_entry_of_a_savepoint_that_was_rolled_back_is_gone_and_others_stay_in_their_order():
    with recording.batch():
        kept = brand()
        for is_refused in (True, False):
            with transaction.atomic():
                with transaction.atomic():
                    inner = brand("Inner")
                kept.name = f"{kept.name} {is_refused}"
                kept.save()
                transaction.set_rollback(is_refused)
            if is_refused:
                kept.refresh_from_db()
    told = AuditLog.objects.order_by("created_at").values_list("action", "entity_id")
    keys = [str(row.pk) for row in (kept, inner, kept)]
    assert list(told) == list(zip(("CREATE", "CREATE", "UPDATE"), keys, strict=True))


@pytest.mark.django_db(transaction=True)
def test_what_follows_the_commit_of_a_batch_is_told_too():
    made = []
    with recording.batch():
        transaction.on_commit(lambda: made.append(brand()))
    assert len(entries(made[0])) == 1
