"""Whatever page or file of the back office shows a person, it is written down that staff looked.

Found by what the pages say and not by what they are called: each is asked for with the world of the
matrix in it, and a new one comes with its row there.
"""

import re
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.urls import reverse

from audit.models import AuditLog
from orders.models import OrderAddress
from shop.accounts.models import User
from shop.accounts.privacy.parts import all_parts
from tests.authorization.staff_routes import PAGES, TABLES

pytestmark = pytest.mark.django_db

#: Shorter words stand in texts that are about nobody.
_SHORTEST = 6


@dataclass(frozen=True)
class Sight:
    """What a page said, and what was written down."""

    marks: frozenset[str]
    entries: int


@pytest.fixture(scope="module")
def marks(asker):
    """Addresses, names, streets and telephone numbers of everybody who does not work here."""
    staff = set(User.objects.filter(is_staff=True).values_list("email", flat=True))
    found = set()
    for part in all_parts():
        for column in part.addresses:
            found |= set(part.model._base_manager.values_list(column, flat=True))
    for row in OrderAddress.objects.values_list("full_name", "line1", "phone"):
        found |= set(row)
    for row in User.objects.filter(is_staff=False).values_list("first_name", "last_name"):
        found |= set(row)
    return {word for word in found - staff if word and len(word) >= _SHORTEST}


def look(asker, address, marks, role="admin"):
    """Ask for a page as somebody who may see all."""
    written = []

    def count(execute, sql, params, many, context):
        if "audit_auditlog" in sql and sql.lstrip().startswith("INSERT"):
            written.extend(one for one in params if one in ("VIEW", "EXPORT"))
        return execute(sql, params, many, context)

    cache.clear()
    with connection.execute_wrapper(count):
        answer = asker.ask(role, "get", address)
    if answer.response.status_code != 200:
        return Sight(frozenset(), 0)
    text = re.sub(r"\s+", " ", answer.text)
    return Sight(frozenset(word for word in marks if word in text), len(written))


def addresses_of(asker, name):
    """The usual pages of a table, with a row that is there."""
    row = apps.get_model(name)._base_manager.first()
    base = f"admin:{name.replace('.', '_')}"
    yield reverse(f"{base}_changelist")
    yield reverse(f"{base}_changelist") + "?q=example"
    if row is not None:
        yield reverse(f"{base}_change", args=[row.pk])
        yield reverse(f"{base}_history", args=[row.pk])
        yield reverse(f"{base}_delete", args=[row.pk])


def test_every_table_that_shows_people_writes_down_who_looks(asker, marks):
    unseen, shown = [], 0
    for name in TABLES:
        for address in addresses_of(asker, name):
            sight = look(asker, address, marks)
            shown += bool(sight.marks)
            if sight.marks and not sight.entries:
                unseen.append(f"{address}: {sorted(sight.marks)}")
    assert not unseen, "\n".join(unseen)
    assert shown >= 20


def test_every_page_and_file_that_shows_people_writes_down_who_looks(asker, marks):
    unseen, shown = [], 0
    own = [asker.url(page.name, page.objects) for page in PAGES if page.get[1] != 405]
    words = [f"?q={word}" for word in ("example", "quillfeather", "ben@example.com")]
    found = [reverse("admin:search") + word for word in words]
    for address in (reverse("admin:index"), *own, *found):
        sight = look(asker, address, marks)
        shown += bool(sight.marks)
        if sight.marks and not sight.entries:
            unseen.append(f"{address}: {sorted(sight.marks)}")
    assert not unseen, "\n".join(unseen)
    assert shown >= 8


def test_the_rule_sees_people_and_looks(asker, marks):
    page = reverse("admin:accounts_user_change", args=[asker.world.people["customer"].pk])
    sight = look(asker, page, marks)
    assert asker.world.people["customer"].email in sight.marks
    assert sight.entries == 1
    assert look(asker, reverse("admin:catalog_brand_changelist"), marks).marks == frozenset()
    assert not AuditLog.objects.filter(action="VIEW", entity="catalog.brand").exists()
