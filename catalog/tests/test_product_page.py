import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from catalog.models import Brand, Product, ProductVariant, Review, ReviewSummary
from catalog.products.choices import find_variant
from catalog.products.product_page import respond
from catalog.tests.factories import CategoryFactory, ProductFactory, variant
from inventory import stock
from orders.promotions.offers import promotions
from orders.tests.factories import standard_delivery

pytestmark = pytest.mark.django_db

#: Which product it is, the product, which pieces stand beside it, those whose cards nobody holds,
#: and delivery. The small caches of all pages (tree, options, brands, menus, promotions) are warm.
PRODUCT_QUERIES = 5


def show(client, product, **query):
    return client.get(reverse("catalog:product", args=[product.slug]), query)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("neighbors", [2, 12])
def test_a_page_costs_the_same_with_many_variants_and_neighbors(
    client, neighbors, django_assert_max_num_queries
):
    standard_delivery()
    category = CategoryFactory()
    product = ProductFactory(category=category, colors=("navy", "oat"), sizes=("s", "m", "l"))
    for _ in range(neighbors):
        ProductFactory(category=category)
    client.get("/")
    client.get("/search/")
    promotions("EUR")
    with django_assert_max_num_queries(PRODUCT_QUERIES):
        response = show(client, product)
    assert len(response.context["similar"]) == min(neighbors, 8)


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


def test_a_color_without_the_size_chosen_says_so(client):
    product = ProductFactory(colors=("navy",), sizes=("s", "m"))
    variant(product, "oat", "s")
    swatches = show(client, product, size="m").context["page"].swatches
    assert swatches[1].url.endswith("?color=oat&size=m")
    response = show(client, product, color="oat", size="m")
    assert "Size M is not made in OAT." in response.content.decode()
    assert response.context["page"].size == "s"
    assert "is not made in" not in show(client, product, size="m").content.decode()


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
        {"status": Product.Status.DRAFT, "deleted_at": timezone.now()},
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
    assert response["HX-Retarget"] == "#buybox"
    assert 'id="buybox"' in response.content.decode()


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


def test_the_zoom_says_where_it_is_and_leads_round(client):
    headers = {"HX-Request": "true", "HX-Target": "zoom-body"}
    url = ProductFactory().get_absolute_url()
    text = client.get(url, {"view": "back"}, headers=headers).content.decode()
    assert "View 2 of 2: Back" in text
    assert 'rel="prev"' in text
    assert 'rel="next"' in text


def test_what_the_label_says_stands_on_the_page(client):
    fibers = [{"part": "shell", "fiber": "cotton", "percent": 100}]
    product = ProductFactory(fibers=fibers, care=["WASH_30"], origin="PT", attributes={})
    text = show(client, product).content.decode()
    assert "Outer fabric</dt><dd>100 % cotton" in text
    assert "care.svg#WASH_30" in text
    assert "Made in</dt><dd>Portugal" in text


def test_words_of_the_material_stay_where_the_fibers_are_not_told(client):
    assert "100 % cotton" in show(client, ProductFactory()).content.decode()


def test_the_maker_and_an_address_to_write_to_are_named(client):
    product = ProductFactory()
    assert "safety contact" not in show(client, product).content.decode()
    Brand.objects.update(maker_name="Northmill GmbH", maker_email="safety@northmill.example")
    text = show(client, ProductFactory()).content.decode()
    assert "Northmill GmbH" in text
    assert "mailto:safety@northmill.example" in text


def test_a_sold_out_size_can_be_waited_for_and_a_stopped_piece_cannot(client):
    waiting = ProductFactory(stock=0)
    stopped = ProductFactory(inventory_policy=Product.InventoryPolicy.DENY)
    assert "Tell me when it’s back" in show(client, waiting).content.decode()
    assert "Tell me when it’s back" not in show(client, stopped).content.decode()


def test_the_fit_of_reviewers_stands_in_the_buy_box(client):
    product = ProductFactory()
    ReviewSummary.objects.create(product=product, fit_small=4, fit_true=1)
    assert "80 % say take one size up" in show(client, product).content.decode()


def test_few_votes_on_the_fit_draw_no_scale(client):
    product = ProductFactory()
    ReviewSummary.objects.create(product=product, stars_5=5, fit_small=4)
    assert "c-fit-scale" not in show(client, product).content.decode()
    ReviewSummary.objects.update(fit_true=1)
    assert "c-fit-scale" in show(client, product).content.decode()


def test_what_a_swap_replaces_keeps_its_ids_for_the_focus(client):
    product = ProductFactory(colors=("navy", "oat"))
    ReviewSummary.objects.create(product=product, stars_5=1)
    headers = {"HX-Request": "true", "HX-Target": "gallery-and-buybox"}
    text = client.get(product.get_absolute_url(), {"color": "oat"}, headers=headers)
    assert 'id="color-oat"' in text.content.decode()
    headers["HX-Target"] = "reviews"
    text = client.get(reverse("catalog:reviews", args=[product.slug]), headers=headers)
    for name in ("stars-5", "filter-1", "sort-2"):
        assert f'id="review-{name}"' in text.content.decode()


def test_more_on_a_page_is_no_more_for_htmx_to_set_up_at_the_start(client):
    category = CategoryFactory()
    plain, rich = ProductFactory(), ProductFactory(category=category, colors=("navy", "oat"))
    ProductFactory(category=category)
    Review.objects.create(product=rich, rating=4, content="Warm.", status=Review.Status.APPROVED)
    texts = [show(client, product).content.decode() for product in (plain, rich)]
    assert "data-later-post" in texts[1].partition('id="review-list"')[2]
    set_up = [len(re.findall(r"\shx-(?:get|post)=", text)) for text in texts]
    assert set_up[0] == set_up[1] <= 8


def test_a_product_without_pictures_keeps_their_place(client):
    product = ProductFactory()
    product.media_links.all().delete()
    text = show(client, product).content.decode()
    assert "The picture is still being taken." in text
    assert "p-gallery__strip" not in text
