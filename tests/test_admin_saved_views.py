"""Lists as people like them: views under a name, filters as chips, rows close together, a file."""

import csv
from urllib.parse import quote_plus

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin import site
from django.urls import reverse

from audit.models import AuditLog
from catalog.models import Collection
from catalog.tests.factories import BrandFactory
from orders.tests.factories import member
from shop.accounts.models import User
from shop.accounts.privacy import erasing
from shop.accounts.roles import Role
from shop.back_office import StaffAdmin
from shop.operations.models import SavedView
from shop.operations.staff.lists import MOST
from shop.operations.staff.navigation import GROUPS
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

LIST = reverse("admin:catalog_collection_changelist")
SAVE = reverse("admin:view_save")
DRAFTS = "o=1&status__exact=DRAFT"


@pytest.fixture
def client():
    return signed_in(staff(Role.MANAGER))


def save(client, name="Drafts", query=DRAFTS, entity="catalog.collection"):
    return client.post(SAVE, {"entity": entity, "name": name, "query": query})


def test_a_list_is_saved_under_a_name_and_found_again(client):
    response = save(client, query="status__exact=DRAFT&p=3&o=1")
    assert (response.status_code, response["Location"]) == (303, f"{LIST}?{DRAFTS}")
    page = client.get(f"{LIST}?o=1&status__exact=DRAFT").content.decode()
    assert f'href="?{DRAFTS.replace("&", "&amp;")}" aria-current="true">Drafts</a>' in page
    assert "Delete the view “Drafts”" in page


def test_what_is_shown_can_be_saved_unless_it_is_everything(client):
    assert "Save this view" not in client.get(LIST).content.decode()
    assert "Save this view" in client.get(LIST, {"q": "sea"}).content.decode()


def test_a_view_of_the_same_name_gives_way(client):
    save(client)
    save(client, name="drafts", query="q=sea")
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("drafts", "q=sea")


@pytest.mark.parametrize(("name", "query"), [("", DRAFTS), ("All", ""), ("All", "p=2")])
def test_a_view_says_something_and_has_a_name(client, name, query):
    save(client, name=name, query=query)
    assert not SavedView.objects.exists()


def test_there_is_an_end_to_saving(client):
    for number in range(MOST + 1):
        save(client, name=f"View {number}")
    assert SavedView.objects.count() == MOST


def test_a_view_is_only_ones_own(client):
    save(client)
    view = SavedView.objects.get()
    other = signed_in(staff(Role.EMPLOYEE))
    assert ">Drafts</a>" not in other.get(LIST).content.decode()
    page = reverse("admin:view_delete", args=[view.pk])
    assert other.post(page).status_code == 404
    assert client.post(page)["Location"] == f"{LIST}?{DRAFTS}"
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("entity", "status"), [("audit.auditlog", 403), ("catalog.nothing", 404), ("", 404)]
)
def test_a_view_is_of_a_list_that_one_may_see(client, entity, status):
    assert save(client, entity=entity).status_code == status
    assert not SavedView.objects.exists()


def test_a_customer_saves_nothing():
    assert save(signed_in(member())).status_code == 302
    assert not SavedView.objects.exists()


def test_rows_stand_close_together_once_chosen(client):
    density = reverse("admin:density")
    assert "a-compact" not in client.get(LIST).content.decode()
    assert client.post(density, {"density": "compact", "next": LIST})["Location"] == LIST
    assert "a-compact" in client.get(LIST).content.decode()
    client.post(density, {"density": "roomy", "next": LIST})
    assert "a-compact" not in client.get(LIST).content.decode()


@pytest.mark.parametrize("name", ["catalog_collection", "inventory_stock", "accounts_user"])
def test_every_list_shows_its_filters_as_chips(name):
    page = signed_in(staff()).get(reverse(f"admin:{name}_changelist"), {"q": "sea"})
    assert page.context["cl"].chips() == [("search", "sea", "?")]
    assert "Filters in force" in page.content.decode()


def exported(client, name="catalog.collection", **query):
    response = client.get(reverse("admin:list_export", args=[name]), query)
    text = b"".join(response.streaming_content).decode()
    return list(csv.reader(text.splitlines()))


def test_the_rows_that_filters_leave_are_exported_and_written_down(client):
    Collection.objects.create(title="=1+1", slug="sea", status="DRAFT")
    Collection.objects.create(title="Field", slug="field", status="ACTIVE")
    head, *rows = exported(client, status__exact="DRAFT")
    assert head == ["Title", "Status", "Kind", "Products", "Display order"]
    assert rows == [["'=1+1", "Draft", "Chosen by hand", "0", "0"]]
    entry = AuditLog.objects.get(action="EXPORT")
    assert (entry.entity, entry.after) == (
        "catalog.collection",
        {"query": "status__exact=DRAFT"},
    )


def test_more_than_a_file_holds_is_refused(client, monkeypatch):
    monkeypatch.setattr("shop.operations.staff.list_export.MOST", 1)
    for slug in ("sea", "field"):
        BrandFactory(slug=slug)
    page = client.get(reverse("admin:list_export", args=["catalog.brand"]), follow=True)
    assert "Narrow the list first" in page.content.decode()
    assert not AuditLog.objects.filter(action="EXPORT").exists()


@pytest.mark.parametrize("entity", ["orders.order", "accounts.user", "audit.auditlog"])
def test_lists_of_people_do_not_leave(entity):
    client = signed_in(staff())
    assert client.get(reverse("admin:list_export", args=[entity])).status_code == 404
    listed = client.get(f"/admin/{entity.replace('.', '/')}/")
    assert "Export these rows" not in listed.content.decode()


def test_a_role_exports_only_what_it_sees():
    client = signed_in(staff(Role.EMPLOYEE))
    page = reverse("admin:list_export", args=["orders.taxrate"])
    assert client.get(page).status_code == 403


def test_every_table_of_the_back_office_is_in_its_navigation():
    listed = {entity for group in GROUPS for entity in group.entities}
    ours = {
        model._meta.label_lower
        for model, page in site._registry.items()
        if isinstance(page, StaffAdmin)
    }
    assert ours == listed


def test_an_erasure_takes_the_views_that_look_for_the_person(client):
    ada = User.objects.create_user("ada+wool@example.com")
    EmailAddress.objects.create(user=ada, email=ada.email, verified=True, primary=True)
    named = {"Hers": f"q={quote_plus(ada.email)}", ada.email: DRAFTS, "Her key": f"u={ada.pk}"}
    others = {"His": "q=lada%2Bwool%40example.com", "Drafts": DRAFTS}
    for name, query in (named | others).items():
        save(client, name=name, query=query)
    deleted = SavedView.objects.get(name="Hers")
    client.post(reverse("admin:view_delete", args=[deleted.pk]))
    save(client, name="Again", query=f"o=1&q=coat+{quote_plus(ada.email.upper())}")
    assert SavedView.objects.count() == 5
    assert erasing.erase(erasing.ask(user_id=ada.pk, at_once=True).pk)
    assert set(SavedView.objects.values_list("name", flat=True)) == {"His", "Drafts"}
    told = AuditLog.objects.filter(entity="operations.savedview")
    left = told.exclude(redaction_id__isnull=False).values_list("after__name", flat=True)
    assert set(left) == {"His", "Drafts"}
