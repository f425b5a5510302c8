"""An erasure reaches the months of the audit log that lie in files."""

from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.db import connection

from audit.archives import archiving, checking, files
from audit.chain import verifying
from audit.tests.factories import MONTH, entry, make_month, seal
from shop.accounts.models import User
from shop.accounts.privacy import erasing

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(settings, tmp_path):
    settings.AUDIT_ANCHOR = tmp_path / "anchor.json"
    settings.AUDIT_ARCHIVE = tmp_path / "archive"
    settings.ERASURES_FILE = tmp_path / "list.jsonl"
    person = User.objects.create_user("ada@example.com", first_name="Ada")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def told_of(ada, day, **fields):
    return entry(day, created_at=datetime(2020, 5, day, tzinfo=UTC), **fields)


def test_an_erased_person_is_in_no_archived_file(ada):
    make_month()
    named = told_of(ada, 1, before={"note": "Asked by ADA@example.com"}, user_agent="Firefox 1")
    told_of(ada, 2, entity="accounts.address", before={"user_id": str(ada.pk), "city": "Jena"})
    told_of(ada, 2, entity="accounts.address", before={"city": "Trier"}, user_agent="Firefox 2")
    told_of(ada, 3, actor_type="CUSTOMER", actor=ada, before={"name": "Wool"})
    others = {"city": "Bonn", "note": "lada@example.com, ada@example.com.au"}
    other = told_of(ada, 4, before=others, user_agent="Firefox 3")
    seal()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    archived = archiving.archive(MONTH)
    assert erasing.erase(erasing.ask(user_id=ada.pk, at_once=True).pk)
    lines = list(files.read(files.path_of(archived)))
    assert [line["id"] for line in lines if line["redaction_id"] is None] == [str(other.pk)]
    text = "".join(line["values"] for line in lines)
    words = ("ADA@example", str(ada.pk), "Jena", "Trier", "Wool", "Firefox 1", "Firefox 2")
    assert [word for word in words if word in text] == []
    assert str(named.pk) in {line["id"] for line in lines}
    assert checking.findings() == []
    assert list(verifying.findings()) == []
