"""Who comes into the back office, what each role sees there, and what its pages never carry."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin import site
from django.test import Client
from django.urls import reverse

from audit.models import AuditLog
from catalog.models import Collection
from catalog.tests.factories import CategoryFactory, ProductFactory
from inventory.models import Stock
from orders.models import Order
from orders.tests.factories import member, placed_order, variant_in_stock
from payments import processing
from payments.models import Payment
from payments.tests.cards import DECLINED, GOOD, method
from payments.tests.credits import store_credit
from shop.accounts.models import User
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
PASSWORD = "right-horse"
INLINE = r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*src=)"


@pytest.fixture
def busy_shop():
    """A little of everything."""
    product = ProductFactory(category=CategoryFactory())
    order = placed_order((product.variants.first(), 1), user=member())
    processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(DECLINED))
    return product


def test_staff_sign_in_at_the_shop_and_come_back():
    person, client = staff(password=PASSWORD), Client()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    door = client.get("/admin/")["Location"]
    sign_in = client.get(door)["Location"]
    assert sign_in == "/account/login/?next=/admin/"
    response = client.post(sign_in, {"login": person.email.upper(), "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/admin/")


def test_a_customer_is_refused_calmly_and_told_why():
    response = signed_in(member()).get(LOGIN)
    assert response.status_code == 403
    assert "The back office is for people who work here" in response.content.decode()


def test_a_customer_gets_no_page_of_the_back_office(busy_shop):
    client = signed_in(member())
    pages = ["/admin/", "/admin/search/?q=tee", reverse("admin:orders_order_changelist")]
    pages.append(reverse("admin:catalog_product_change", args=[busy_shop.pk]))
    for page in pages:
        response = client.get(page)
        assert response.status_code == 302
        assert response["Location"].startswith(LOGIN)


def test_a_suspended_colleague_is_out_at_once():
    person = staff()
    client = signed_in(person)
    person.status = User.Status.SUSPENDED
    person.save()
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        (Role.EMPLOYEE, {"Audit", "Content", "Promotions", "Reports", "Settings", "Roles"}),
        (Role.MANAGER, {"Audit", "Settings", "Roles"}),
        (Role.ADMIN, set()),
    ],
)
def test_the_navigation_hides_what_a_role_may_not_see(role, hidden):
    page = signed_in(staff(role)).get("/admin/")
    groups = {str(group.label) for group, _links in page.context["navigation"]}
    everything = {"Orders", "Catalog", "Promotions", "Content", "Stock", "Customers"}
    everything |= {"Reports", "Settings", "Audit"}
    assert groups == everything - hidden


def test_the_navigation_leads_to_each_report_and_marks_where_one_is():
    client = signed_in(staff(Role.MANAGER))
    links = dict(client.get("/admin/").context["navigation"])
    (reports,) = (found for group, found in links.items() if str(group.label) == "Reports")
    assert [link.label for link in reports] == ["Sales", "Payments", "Cost and margin"]
    for link in reports:
        page = client.get(link.url)
        assert f'<a href="{link.url}" aria-current="page">' in page.content.decode()


def all_pages(client):
    """Every list, form and history that the back office has rows for."""
    yield from ("/admin/", "/admin/search/?q=tee", "/admin/search/?q=nothing-like-it")
    request = client.get("/admin/").wsgi_request
    for model, model_admin in site._registry.items():
        if not model_admin.has_view_permission(request):
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        if model_admin.has_add_permission(request):
            yield reverse(f"{name}_add")
        row = model._default_manager.first()
        if row is not None:
            yield reverse(f"{name}_change", args=[row.pk])
            yield reverse(f"{name}_history", args=[row.pk])
    yield reverse("admin:inventory_stock_adjust", args=[Stock.objects.first().pk])
    yield reverse("admin:orders_order_step", args=[Order.objects.first().pk, "cancel"])
    yield reverse("admin:password_change")


def test_no_page_carries_inline_style_or_script(busy_shop):
    client = signed_in(staff())
    seen = 0
    for page in all_pages(client):
        response = client.get(page, follow=True)
        assert response.status_code == 200, page
        assert not re.search(INLINE, response.content.decode(), re.IGNORECASE), page
        seen += 1
    assert seen > 40
    login = signed_in(member()).get(LOGIN).content.decode()
    assert not re.search(INLINE, login)


def test_the_start_page_counts_what_waits_and_links_to_exactly_that(busy_shop):
    client = signed_in(staff())
    waiting = client.get("/admin/").context["waiting"]
    assert {str(row.queue.label): row.count for row in waiting} == {
        "Awaiting payment": 1,
        "Failed payments": 1,
    }
    for row in waiting:
        assert client.get(row.url).context["cl"].result_count == row.count


def test_a_start_page_without_work_says_so():
    assert "Nothing waiting" in signed_in(staff()).get("/admin/").content.decode()


@pytest.mark.parametrize("of", ["number", "email"])
def test_the_quick_search_opens_the_only_order_found(of):
    order = placed_order(email="nora@example.com")
    client = signed_in(staff())
    response = client.get("/admin/search/", {"q": getattr(order, of)})
    assert response["Location"] == reverse("admin:orders_order_change", args=[order.pk])


def test_the_quick_search_finds_products_skus_and_people(busy_shop):
    User.objects.create_user("plain@example.com")
    response = signed_in(staff()).get("/admin/search/", {"q": "plain"})
    labels = {str(group.label) for group in response.context["found"]}
    assert labels == {"Products", "SKUs", "Customers", "Orders"} - {"Orders"}


def test_a_manager_suspends_nobody_and_an_admin_does(busy_shop):
    person = member()
    action = {"action": "suspend", "_selected_action": [str(person.pk)]}
    people = reverse("admin:accounts_user_changelist")
    signed_in(staff(Role.MANAGER)).post(people, action)
    person.refresh_from_db()
    assert person.status == "ACTIVE"
    signed_in(staff()).post(people, action)
    person.refresh_from_db()
    assert person.status == "SUSPENDED"


def test_a_page_of_a_person_shows_no_password_and_notes_who_looked():
    person, colleague = User.objects.create_user("nora@example.com", PASSWORD), staff()
    page = signed_in(colleague).get(reverse("admin:accounts_user_change", args=[person.pk]))
    assert person.password not in page.content.decode()
    view = AuditLog.objects.get(action="VIEW", entity="accounts.user")
    assert (view.entity_id, view.actor) == (str(person.pk), colleague)


def test_a_page_of_a_person_leads_to_their_orders_and_store_credit():
    person = member()
    placed_order(user=person)
    store_credit(person, 1500)
    store_credit(member(), 900)
    client = signed_in(staff())
    page = client.get(reverse("admin:accounts_user_change", args=[person.pk])).content.decode()
    for route in ("orders_order", "payments_creditaccount"):
        [url] = re.findall(rf'href="({reverse(f"admin:{route}_changelist")}\?q=[^"]+)"', page)
        assert client.get(url, follow=True).context["cl"].result_count == 1


def test_who_may_not_see_store_credit_gets_no_link_to_it():
    person, colleague = member(), staff(Role.EMPLOYEE)
    page = reverse("admin:accounts_user_change", args=[person.pk])
    may = colleague.has_perm("payments.view_creditaccount")
    shown = "creditaccount" in signed_in(colleague).get(page).content.decode()
    assert shown is may


def test_nobody_gives_themselves_rights():
    person = staff()
    client = signed_in(person)
    page = reverse("admin:accounts_user_change", args=[person.pk])
    fields = fields_of(client.get(page)) | {"is_superuser": "on", "status": "SUSPENDED"}
    client.post(page, fields)
    person.refresh_from_db()
    assert (person.is_superuser, person.status, person.is_staff) == (False, "ACTIVE", True)


def add_products():
    for _ in range(5):
        ProductFactory()


def add_orders():
    for _ in range(3):
        order = placed_order((variant_in_stock(), 1), user=member())
        processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(GOOD))


@pytest.mark.parametrize(
    ("entity", "add"),
    [
        ("catalog_product", add_products),
        ("inventory_stock", add_products),
        ("inventory_movement", add_products),
        ("orders_order", add_orders),
        ("payments_payment", add_orders),
        ("accounts_user", add_orders),
        ("audit_auditlog", add_products),
    ],
)
def test_a_list_costs_the_same_queries_however_long_it_is(
    entity, add, django_assert_num_queries, django_assert_max_num_queries
):
    client = signed_in(staff())
    page = reverse(f"admin:{entity}_changelist")
    add()
    client.get(page)
    with django_assert_max_num_queries(20) as first:
        assert client.get(page).status_code == 200
    add()
    with django_assert_num_queries(len(first)):
        client.get(page)


def test_payments_are_read_and_never_typed():
    order = placed_order()
    processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(GOOD))
    page = reverse("admin:payments_payment_change", args=[Payment.objects.get().pk])
    client = signed_in(staff())
    assert "Capture" in client.get(page).content.decode()
    assert client.post(page, {"status": "REFUNDED"}).status_code == 403


def test_who_only_reads_gets_the_rule_of_a_collection_in_words():
    rule = {"on_sale": True, "tags": ["linen", "sea"], "price_to": 5000}
    sea = Collection.objects.create(title="Sea", slug="sea", kind="RULE", rule=rule)
    page = reverse("admin:catalog_collection_change", args=[sea.pk])
    text = signed_in(staff(Role.EMPLOYEE)).get(page).content.decode()
    assert "<li>Reduced in price: yes</li>" in text
    assert "<li>Any of these tags: linen, sea</li>" in text
    assert "<li>Price up to: €50.00</li>" in text
    assert "None" not in text
