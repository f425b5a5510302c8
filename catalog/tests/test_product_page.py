import json
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from catalog.choices import find_variant
from catalog.models import Product, ProductVariant
from catalog.product_page import respond
from catalog.tests.factories import CategoryFactory, ProductFactory, variant
from inventory import stock

pytestmark = pytest.mark.django_db

#: Product, pieces like it, stock, delivery, and the cached tree and options.
PRODUCT_QUERIES = 6


def show(client, product, **query):
    return client.get(reverse("catalog:product", args=[product.slug]), query)


def data_of(response):
    blocks = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', response.content.decode()
    )
    return {block["@type"]: block for block in map(json.loads, blocks)}


def test_a_page_costs_the_same_with_many_variants_and_neighbors(client, django_assert_num_queries):
    category = CategoryFactory()
    product = ProductFactory(category=category, colors=("navy", "oat"), sizes=("s", "m", "l"))
    for _ in range(9):
        ProductFactory(category=category)
    with django_assert_num_queries(PRODUCT_QUERIES):
        response = show(client, product)
    assert len(response.context["page"].similar) == 8


def test_a_new_price_shows_at_once(client):
    product = ProductFactory(price=4900)
    show(client, product)
    for sold in product.variants.all():
        sold.price = 5900
        sold.save()
    text = show(client, product).content.decode()
    assert "€59.00" in text
    assert "€49.00" not in text


def test_a_page_shows_the_color_it_is_asked_for(client):
    product = ProductFactory(colors=("navy", "oat"))
    page = show(client, product, color="oat", size="m").context["page"]
    assert (page.color, page.size) == ("oat", "m")
    assert all("/oat" in view.picture.src for view in page.views)
    assert [swatch.url for swatch in page.swatches] == [
        f"/p/{product.slug}/?color=navy&size=m",
        f"/p/{product.slug}/?color=oat&size=m",
    ]


@pytest.mark.parametrize("color", ["nothing", "\0", "'--", "x" * 5000, "<script>"])
def test_a_color_it_has_not_is_ignored(client, color):
    response = show(client, ProductFactory(), color=color, size=color, view=color)
    assert response.status_code == 200
    assert response.context["page"].color == "navy"


def test_no_size_is_chosen_for_the_shopper_unless_there_is_one_only(client):
    assert show(client, ProductFactory(sizes=("s", "m"))).context["page"].size == ""
    assert show(client, ProductFactory(sizes=("one-size",))).context["page"].size == "one-size"


def test_a_sold_out_size_stays_visible_and_the_last_pieces_are_counted(client):
    product = ProductFactory(sizes=("s",), stock=0)
    variant(product, "navy", "m", stock=2)
    page = show(client, product).context["page"]
    assert [(size.value, size.sold_out, size.note) for size in page.sizes] == [
        ("s", True, ""),
        ("m", False, "2 left"),
    ]
    assert (page.stock.state, page.stock.left) == ("low", 2)


def test_a_sold_out_product_stays_and_leads_on(client):
    category = CategoryFactory()
    product = ProductFactory(category=category, stock=0)
    neighbor = ProductFactory(category=category)
    response = show(client, product)
    assert response.status_code == 200
    text = response.content.decode()
    assert "Add to cart" not in text
    assert text.index(neighbor.title) < text.index("Fabric and care")


@pytest.mark.parametrize(
    "fields",
    [
        {"status": Product.Status.DRAFT},
        {"status": Product.Status.ARCHIVED},
        {"published_at": timezone.now() + timezone.timedelta(days=1)},
        {"deleted_at": timezone.now()},
    ],
)
def test_what_is_not_published_is_not_found(client, fields):
    assert show(client, ProductFactory(**fields)).status_code == 404


def test_htmx_gets_gallery_and_buy_box_with_the_title(client):
    product = ProductFactory(title="Chore jacket")
    headers = {"HX-Request": "true", "HX-Target": "gallery-and-buybox"}
    response = client.get(product.get_absolute_url(), headers=headers)
    text = response.content.decode()
    assert "<html" not in text
    assert 'id="gallery-and-buybox"' in text
    assert "<title>Chore jacket, NAVY · Selvedge</title>" in text


def test_the_zoom_dialog_gets_the_view_that_was_clicked(client):
    product = ProductFactory()
    headers = {"HX-Request": "true", "HX-Target": "zoom-body"}
    text = client.get(product.get_absolute_url(), {"view": "back"}, headers=headers).content
    assert text.decode().index("/back/navy.svg") < text.decode().index("Front")


def test_a_refused_form_keeps_the_choice_and_says_why(rf):
    product = ProductFactory(colors=("navy", "oat"))
    request = rf.post("/cart/add/")
    request.user = AnonymousUser()
    response = respond(
        request, product, chosen={"color": "oat"}, errors={"size": "Choose a size"}, status=422
    )
    assert response.status_code == 422
    text = response.content.decode()
    assert '<title id="page-title">Error:' in text
    assert 'href="#size">Choose a size' in text
    assert 'name="color" value="oat"' in text


def test_a_refused_htmx_form_replaces_the_buy_box(rf):
    request = rf.post("/cart/add/", headers={"HX-Request": "true", "HX-Target": "cart-drawer-body"})
    errors = {"size": "Choose a size"}
    response = respond(request, ProductFactory(), chosen={}, errors=errors, status=422)
    assert response["HX-Retarget"] == "#gallery-and-buybox"
    assert 'id="gallery-and-buybox"' in response.content.decode()


def test_structured_data_tells_prices_and_stock(client):
    product = ProductFactory(sizes=("s",), category=CategoryFactory(name="Tees"))
    variant(product, "navy", "m", stock=0)
    response = show(client, product)
    data = data_of(response)
    offers = {offer["sku"][-1]: offer for offer in data["Product"]["offers"]}
    assert offers["S"]["price"] == "49.00"
    assert offers["S"]["availability"] == "https://schema.org/InStock"
    assert offers["M"]["availability"] == "https://schema.org/OutOfStock"
    names = [item["name"] for item in data["BreadcrumbList"]["itemListElement"]]
    assert names == ["Home", "Tees", product.title]
    assert "-social.png" in response.content.decode()


def test_a_title_cannot_leave_the_structured_data(client):
    response = show(client, ProductFactory(title="</script><b>&"))
    assert data_of(response)["Product"]["name"] == "</script><b>&"
    assert "</script><b>" not in response.content.decode()


def test_a_description_keeps_only_harmless_tags(client):
    product = ProductFactory(description='<p>Good<script>alert(1)</script><a href="x">!</a></p>')
    assert show(client, product).context["page"].description == "<p>Good!</p>"


def test_the_canonical_address_has_no_choices(client):
    product = ProductFactory()
    text = show(client, product, color="navy", size="s").content.decode()
    assert f'<link rel="canonical" href="http://testserver/p/{product.slug}/">' in text


def test_a_variant_is_found_by_exactly_its_options():
    product = ProductFactory(colors=("navy",), sizes=("s", "m"))
    found = find_variant(product, {"color": "navy", "size": "m"})
    assert found == ProductVariant.objects.get(product=product, option_values__size="m")
    assert find_variant(product, {"color": "navy"}) is None
    assert find_variant(product, {"color": "navy", "size": "xl"}) is None
    assert find_variant(product, {"color": "navy\0", "size": "m"}) is None


def test_stock_taken_in_the_back_office_shows_at_once(client):
    product = ProductFactory(sizes=("s",), stock=0)
    assert not show(client, product).context["page"].can_buy
    row = product.variants.get().stocks.get()
    stock.adjust(stock_id=row.pk, quantity_change=4, note="Found")
    assert show(client, product).context["page"].can_buy
