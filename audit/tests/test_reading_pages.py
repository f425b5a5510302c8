"""The pages of the log: filters, fixed statements, files; who looks at people is written down."""

import csv
import io
import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin import site
from django.urls import reverse

from audit.models import AuditLog, SecurityEvent
from audit.recording import record
from audit.security import note
from audit.tests.factories import entry, fetch
from catalog.models import Brand
from orders.tests.factories import member
from shop.accounts.privacy import erasing
from shop.accounts.roles import Role
from shop.actor import Actor, ActorType, acting_as
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db
LOG = "/admin/audit/auditlog/"


@pytest.fixture
def admin():
    return signed_in(staff(Role.ADMIN))


def shown(response):
    """Ids of the entries in the list."""
    return [url.split("/")[-3] for url, _cells in response.context["rows"]]


def test_log_is_narrowed_by_what_was_asked(admin):
    brand = Brand.objects.create(name="Nordhafen", slug="nordhafen")
    person = member(is_staff=True)
    with acting_as(Actor(ActorType.STAFF, person.pk, request_id="req-7")):
        other = Brand.objects.create(name="Westhafen", slug="westhafen")
    mine = str(AuditLog.objects.get(entity_id=str(other.pk)).pk)
    for query in (
        {"q": "req-7"},
        {"q": str(other.pk)},
        {"q": person.email.upper(), "action": "CREATE"},
        {"q": mine},
        {"actor_type": "STAFF", "entity": "catalog.brand", "action": "CREATE"},
    ):
        assert shown(admin.get(LOG, query)) == [mine], query
    assert shown(admin.get(LOG, {"q": str(brand.pk), "action": "DELETE"})) == []


def test_log_is_narrowed_by_days(admin):
    old = entry(1, created_at=fetch("SELECT now() - interval '40 days'"))
    day = old.created_at.date()
    assert shown(admin.get(LOG, {"since": day - timedelta(1), "until": day + timedelta(1)})) == [
        str(old.pk)
    ]
    assert str(old.pk) not in shown(admin.get(LOG, {"since": day + timedelta(2)}))


def test_what_cannot_be_read_narrows_nothing(admin):
    made = entry()
    for query in ("since=soon", "until=9999-12-31", "entity=no.such", "cursor=x", "action=SING"):
        response = admin.get(f"{LOG}?{query}")
        assert response.status_code == 200
        assert str(made.pk) in shown(response)


def test_log_is_walked_to_its_end(admin):
    rows = [entry(number) for number in range(120)]
    found, address = [], f"{LOG}?entity=orders.order&action=VIEW"
    while address:
        response = admin.get(address)
        found += shown(response)
        cursor = response.context["page"].next_cursor
        address = f"{LOG}?entity=orders.order&action=VIEW&cursor={cursor}" if cursor else ""
    assert found == [str(row.pk) for row in reversed(rows)]


@pytest.mark.parametrize("page", [LOG, "/admin/audit/securityevent/"])
def test_number_of_statements_does_not_grow(admin, page, django_assert_max_num_queries):
    def statements():
        with django_assert_max_num_queries(60) as queries:
            admin.get(page)
        texts = [query["sql"] for query in queries]
        assert not any("COUNT(" in text or "OFFSET" in text for text in texts)
        return len(texts)

    note(SecurityEvent.Kind.SIGNED_IN, user_id=member().pk)
    statements()
    before = statements()
    for number in range(30):
        with acting_as(Actor(ActorType.STAFF, member(is_staff=True).pk)):
            entry(number)
            note(SecurityEvent.Kind.SIGNED_IN, user_id=member().pk)
    assert statements() == before


def test_file_of_the_log_has_its_filters_no_formulas_and_an_entry(admin):
    record(AuditLog.Action.VIEW, Brand, "=1+1", {}, {})
    response = admin.get(f"{LOG}export/?q=%3D1%2B1")
    text = b"".join(response.streaming_content).decode()
    assert "'=1+1" in text
    assert len(text.splitlines()) == 2
    told = AuditLog.objects.get(action="EXPORT", entity="audit.auditlog")
    assert told.after == {"query": "q==1+1", "rows": 1}
    assert told.actor is not None


def test_file_of_the_log_holds_values_as_json(admin):
    with acting_as(Actor(ActorType.SYSTEM, request_id="req-8")):
        Brand.objects.create(name='Söder "Nord"', slug="nord")
    response = admin.get(f"{LOG}export/?q=req-8")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert json.loads(row["before"]) == {}
    assert json.loads(row["after"])["name"] == 'Söder "Nord"'


def test_events_are_narrowed_by_person_kind_and_address(admin):
    person = member()
    with acting_as(Actor(ActorType.VISITOR, None, "203.0.113.77")):
        note(SecurityEvent.Kind.SIGN_IN_FAILED, user_id=person.pk)
    note(SecurityEvent.Kind.SIGNED_IN, user_id=member().pk)
    mine = str(SecurityEvent.objects.get(user=person).pk)
    page = "/admin/audit/securityevent/"
    for query in ({"q": person.email}, {"kind": "SIGN_IN_FAILED"}, {"ip": "203.0.113.77"}):
        assert shown(admin.get(page, query)) == [mine], query
    assert admin.get(f"{page}{mine}/change/").status_code == 200


@pytest.mark.parametrize("address", [LOG, f"{LOG}export/", "/admin/audit/securityevent/"])
@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.MANAGER])
def test_log_is_for_administrators(role, address):
    assert signed_in(staff(role)).get(address).status_code == 403


#: Columns that tell who somebody is, or where they live.
_PERSONAL = {
    "email",
    "phone",
    "full_name",
    "first_name",
    "line1",
    "ip_address",
    "contact_name",
    "author_name",
    "recipient_name",
}
#: Pages of tables with such a column that show nobody's, each with the reason.
NOT_PERSONAL = {
    "inventory.supplier": "companies that the shop buys from",
    "inventory.location": "the shop's own shelves",
    "orders.pickuppoint": "the shop's own counters",
}


def test_every_page_with_personal_data_records_who_looks():
    unmarked = []
    for model, page in site._registry.items():
        shown = [model, *(inline.model for inline in page.inlines)]
        names = {field.name for one in shown for field in one._meta.concrete_fields}
        if names & _PERSONAL and model._meta.label_lower not in NOT_PERSONAL:
            is_recorded = getattr(page, "records_views", False) or model._meta.app_label == "audit"
            if not is_recorded:
                unmarked.append((model._meta.label_lower, sorted(names & _PERSONAL)))
    assert unmarked == []


def test_looking_at_people_leaves_entries(admin):
    person = member()
    model = person._meta.label_lower
    for name in ("changelist", "change", "history"):
        args = [] if name == "changelist" else [person.pk]
        assert admin.get(reverse(f"admin:accounts_user_{name}", args=args)).status_code == 200
    told = AuditLog.objects.filter(action="VIEW", entity=model).order_by("created_at")
    assert [(one.entity_id, one.after.get("page")) for one in told] == [
        ("", "list"),
        (str(person.pk), None),
        (str(person.pk), "history"),
    ]


def test_address_that_staff_looked_for_is_forgotten_with_its_owner(admin, settings, tmp_path):
    settings.ERASURES_FILE = tmp_path / "erasures.jsonl"
    settings.PRIVACY_ROOT = settings.EMAIL_FILE_PATH = tmp_path
    person = member()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    pages = (LOG, f"{LOG}export/", "/admin/accounts/user/")
    for page in pages:
        assert admin.get(page, {"q": f"{person.email}\0"}).status_code == 200
    looks = AuditLog.objects.filter(after__query=f"q={person.email}")
    assert len(keys := list(looks.values_list("pk", flat=True))) == len(pages)
    assert erasing.erase(erasing.ask(user_id=person.pk, at_once=True).pk)
    assert set(AuditLog.objects.filter(pk__in=keys).values_list("after__query")) == {(None,)}


def test_entry_about_a_list_or_a_report_can_be_read(admin):
    for key in ("", "sales"):
        record(AuditLog.Action.VIEW, member()._meta.model, key, {}, {"page": "list"})
    for made in AuditLog.objects.filter(action="VIEW"):
        assert admin.get(f"{LOG}{made.pk}/change/").status_code == 200


def test_page_that_shows_nobody_leaves_no_entry(admin):
    admin.get("/admin/catalog/brand/")
    assert not AuditLog.objects.filter(action="VIEW").exists()
