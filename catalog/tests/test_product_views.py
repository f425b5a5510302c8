"""What stands at a product's address before it is sold and after, and what its cards ask for."""

import pytest
from django.utils import timezone

from catalog.models import Product, Redirect
from catalog.products import previews
from catalog.products.previews import may_preview, preview_url
from catalog.tests.factories import CategoryFactory, ProductFactory, variant

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def draft(**fields):
    return ProductFactory(status=Product.Status.DRAFT, **fields)


def test_a_draft_shows_to_who_has_its_link(client):
    product = draft(title="Secret coat")
    response = client.get(preview_url(product))
    assert response.status_code == 200
    text = response.content.decode()
    assert "Secret coat" in text
    assert "Preview:" in text
    assert '<meta name="robots" content="noindex">' in text
    assert response["Cache-Control"] == "private, no-store"


def test_a_draft_without_variants_shows_its_own_price(client):
    product = draft(colors=(), price=12300)
    assert "€123.00" in client.get(preview_url(product)).content.decode()


def test_a_link_opens_its_own_product_only_and_for_seven_days(client, monkeypatch):
    product, other = draft(), draft()
    token = preview_url(product).partition("=")[2]
    assert may_preview(product, token)
    assert not may_preview(other, token)
    assert client.get(f"{other.get_absolute_url()}?preview={token}").status_code == 404
    assert client.get(f"{product.get_absolute_url()}?preview=made-up").status_code == 404
    assert previews.LINK_SECONDS == 7 * 24 * 3600
    monkeypatch.setattr(previews, "LINK_SECONDS", -1)
    assert not may_preview(product, token)


@pytest.mark.parametrize(
    "change",
    [
        {"status": Product.Status.ARCHIVED},
        {"status": Product.Status.DRAFT},
        {"deleted_at": timezone.now()},
    ],
)
def test_what_was_sold_once_is_gone_and_leads_on(client, change):
    category = CategoryFactory()
    product = ProductFactory(category=category, title="Old coat")
    other = ProductFactory(category=category, title="New coat")
    Product.all_objects.filter(pk=product.pk).update(**change)
    response = client.get(product.get_absolute_url())
    assert response.status_code == 410
    text = response.content.decode()
    assert "Old coat is no longer made" in text
    assert other.get_absolute_url() in text
    assert '<meta name="robots" content="noindex">' in text
    assert "Add to cart" not in text


def test_what_is_gone_leads_where_staff_sent_it(client):
    product = ProductFactory()
    product.soft_delete()
    Redirect.objects.create(old_path=product.get_absolute_url(), target="/search/")
    response = client.get(product.get_absolute_url())
    assert (response.status_code, response["Location"]) == (301, "/search/")


def test_what_was_never_sold_is_not_found(client):
    assert client.get(draft().get_absolute_url()).status_code == 404
    assert client.get("/p/nothing/").status_code == 404


def test_a_card_gets_its_picture_in_another_color(client):
    product = ProductFactory(colors=("navy", "oat"))
    response = client.get(f"/p/{product.slug}/card/", {"color": "oat"}, headers=HTMX)
    text = response.content.decode()
    assert "/oat" in text
    assert f'data-leads="/p/{product.slug}/?color=oat"' in text
    assert f"/p/{product.slug}/sizes/?color=oat" in text


def test_without_script_the_card_and_the_sizes_are_the_product(client):
    product = ProductFactory(colors=("navy", "oat"))
    to_card = client.get(f"/p/{product.slug}/card/", {"color": "oat"})
    assert (to_card.status_code, to_card["Location"]) == (303, f"/p/{product.slug}/?color=oat")
    to_sizes = client.get(f"/p/{product.slug}/sizes/")
    assert to_sizes["Location"] == f"/p/{product.slug}/#size"


def test_the_sizes_of_a_card_are_buttons_that_buy(client):
    product = ProductFactory(sizes=("s",))
    variant(product, "navy", "m", stock=0)
    text = client.get(f"/p/{product.slug}/sizes/?color=navy", headers=HTMX).content.decode()
    assert 'name="size" value="s"' in text
    assert 'name="size" value="m"' not in text
    assert f'href="/p/{product.slug}/?color=navy&amp;size=m"' in text


@pytest.mark.parametrize("name", ["card", "sizes"])
def test_the_parts_of_a_card_are_of_published_products(client, name):
    assert client.get(f"/p/{draft().slug}/{name}/", headers=HTMX).status_code == 404


def test_a_size_that_was_just_sold_comes_back_in_the_sheet(client):
    product = ProductFactory(sizes=("s", "m"), stock=0)
    form = {"product": product.slug, "color": "navy", "size": "s", "from": "card"}
    headers = HTMX | {"HX-Target": "cart-drawer-body"}
    response = client.post("/cart/add/", form, headers=headers)
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#sheet-body"
    text = response.content.decode()
    assert 'data-opens="sheet"' in text
    assert 'role="alert"' in text


def test_a_card_without_a_size_asks_for_one(client):
    form = {"product": ProductFactory().slug, "from": "card"}
    headers = HTMX | {"HX-Target": "cart-drawer-body"}
    response = client.post("/cart/add/", form, headers=headers)
    assert (response.status_code, response["HX-Retarget"]) == (422, "#sheet-body")
