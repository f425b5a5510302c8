"""Menus that staff arrange."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from catalog.content.menus import read_menus
from catalog.freshness import catalog_changed
from catalog.models import Category, Collection, ContentPage, Menu, MenuItem
from catalog.tests.factories import CategoryFactory
from catalog.tests.pages import content_page
from tests.back_office import fields_of, signed_in, staff


def menu(slot=Menu.Slot.FOOTER_HELP, title="Help"):
    return Menu.objects.create(slot=slot, title=title)


def item(to, label="About", target="PAGE", **fields):
    return MenuItem.objects.create(menu=to, label=label, target=target, **fields)


def titles(slot="FOOTER_HELP"):
    return [link.title for link in read_menus()[slot].links]


@pytest.mark.django_db
def test_links_come_in_their_order_with_those_below(django_assert_num_queries):
    help_menu = menu()
    item(help_menu, "Last", "PATH", address="/search/", position=9)
    first = item(help_menu, "First", page=content_page(), position=1)
    item(help_menu, "Below", "CATEGORY", category=CategoryFactory(slug="tops"), parent=first)
    with django_assert_num_queries(1):
        links = read_menus()["FOOTER_HELP"].links
    assert [(link.title, link.url) for link in links] == [
        ("First", "/pages/about/"),
        ("Last", "/search/"),
    ]
    assert [(link.title, link.url) for link in links[0].children] == [("Below", "/c/tops/")]


@pytest.mark.django_db
def test_links_to_what_is_not_there_are_hidden():
    help_menu = menu()
    item(help_menu, "Draft", page=content_page("draft", status=ContentPage.Status.DRAFT))
    gone = CategoryFactory(slug="gone")
    item(help_menu, "Gone", "CATEGORY", category=gone)
    gone.soft_delete()
    item(help_menu, "No collection", "COLLECTION", collection_slug="spring")
    item(help_menu, "No page", "PATH", address="/nowhere/at/all/")
    item(help_menu, "There", "URL", address="https://elsewhere.example/")
    assert titles() == ["There"]


@pytest.mark.django_db
@pytest.mark.parametrize("is_bulk", [False, True])
def test_a_link_follows_its_collection_to_a_new_address(client, is_bulk):
    spring = Collection.objects.create(title="Spring", slug="spring", status="ACTIVE")
    help_menu = menu()
    link = item(help_menu, "Spring", "COLLECTION", collection_slug="spring")
    other = item(help_menu, "Autumn", "COLLECTION", collection_slug="autumn")
    if is_bulk:
        Collection.objects.filter(pk=spring.pk).update(slug="spring-27")
    else:
        spring.slug = "spring-27"
        spring.save()
    assert [one.url for one in read_menus()["FOOTER_HELP"].links] == ["/collections/spring-27/"]
    link.refresh_from_db()
    other.refresh_from_db()
    assert (link.collection_slug, other.collection_slug) == ("spring-27", "autumn")
    assert client.get("/collections/spring/")["Location"] == "/collections/spring-27/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"target": "PAGE"},
        {"target": "CATEGORY"},
        {"target": "COLLECTION"},
        {"target": "PATH", "address": "//evil.example/"},
        {"target": "URL", "address": "javascript:alert(1)"},
    ],
)
def test_the_database_wants_a_target_that_fits(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        item(menu(), **fields)
    assert not MenuItem.objects.exists()


@pytest.mark.django_db
def test_there_is_no_third_level():
    help_menu = menu()
    first = item(help_menu, "1", "PATH", address="/")
    second = item(help_menu, "2", "PATH", address="/", parent=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        item(help_menu, "3", "PATH", address="/", parent=second)
    with pytest.raises(IntegrityError), transaction.atomic():
        item(menu(Menu.Slot.MAIN), "4", "PATH", address="/", parent=first)
    assert MenuItem.objects.count() == 2


@pytest.mark.django_db
def test_header_and_footer_show_what_staff_arranged(client):
    CategoryFactory(slug="women", name="Women")
    item(menu(Menu.Slot.MAIN, "More"), "Journal", "PATH", address="/journal/")
    item(menu(Menu.Slot.FOOTER_POLICIES, "The rules"), "About", page=content_page())
    response = client.get("/")
    assert [entry.title for entry in response.context["menu"]] == ["Women", "Journal"]
    columns = {c.title: c.links for c in response.context["shop"].footer_columns}
    assert [link.url for link in columns["The rules"]] == ["/pages/about/"]
    assert "Help" in columns


@pytest.mark.django_db
def test_prices_say_what_they_contain_and_lead_to_the_page_about_delivery(client, settings):
    assert "Prices in EUR, incl. VAT, plus delivery</p>" in client.get("/").content.decode()
    settings.SHOP_PRICES_INCLUDE_TAX = False
    item(menu(), "Delivery", page=content_page("delivery", title="Delivery"))
    text = client.get("/").content.decode()
    assert 'Prices in EUR, <a href="/pages/delivery/">plus VAT and delivery</a></p>' in text


@pytest.mark.django_db(transaction=True)
def test_a_warm_cache_costs_nothing_and_a_change_shows_at_once(django_assert_num_queries):
    page = content_page()
    item(menu(), page=page)
    assert titles() == ["About"]
    with django_assert_num_queries(0):
        titles()
    page.status = ContentPage.Status.DRAFT
    page.save()
    assert titles() == []
    Category.objects.all().delete()
    catalog_changed()
    assert titles() == []


@pytest.mark.django_db
def test_staff_arrange_a_menu_and_see_it():
    content_page()
    help_menu, client = menu(), signed_in(staff())
    url = reverse("admin:catalog_menu_change", args=[help_menu.pk])
    fields = fields_of(client.get(url)) | {
        "items-0-label": "About us",
        "items-0-position": "1",
        "items-0-target": "PAGE",
        "items-0-page": str(ContentPage.objects.get().pk),
    }
    client.post(url, fields)
    assert titles() == ["About us"]
    page = client.get(url)
    assert '<a href="/pages/about/">About us</a>' in page.content.decode()
    fields = fields_of(page) | {"items-1-label": "X", "items-1-target": "URL"}
    assert "Say where it leads." in client.post(url, fields).content.decode()
