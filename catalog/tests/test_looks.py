"""What stands beside a product."""

import pytest
from django.utils import timezone

from catalog.models import Collection, CollectionProduct, OptionValue, Product, ProductLink
from catalog.products import looks
from catalog.products.choices import read_choices
from catalog.tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


def department():
    """Women with tees and jeans."""
    women = CategoryFactory(slug="women")
    return (
        CategoryFactory(slug="tees", parent=women),
        CategoryFactory(slug="jeans", parent=women),
    )


def beside(product, color="navy"):
    """Titles for the look, and titles of similar pieces."""
    link = product.category_links.select_related("category").first()
    picks = looks.pick(product, link.category.path if link else "", color)
    look, similar = looks.arranged(picks)
    return [card.title for card in look], [card.title for card in similar]


def test_similar_pieces_are_of_the_category_and_near_in_price():
    tees, jeans = department()
    product = ProductFactory(category=tees, price=5000)
    for price in (9900, 5100, 4800, 2000):
        ProductFactory(category=tees, price=price, title=f"Tee {price}")
    ProductFactory(category=jeans, title="Jeans", colors=("rust",))
    similar = beside(product)[1]
    assert set(similar) == {"Tee 5100", "Tee 9900", "Tee 4800", "Tee 2000", "Jeans"}
    assert similar.index("Tee 5100") < similar.index("Tee 9900")
    assert similar[-1] == "Jeans"


def test_what_is_sold_out_stands_back():
    tees, _jeans = department()
    product = ProductFactory(category=tees, price=5000)
    ProductFactory(category=tees, price=5000, title="Near", stock=0)
    ProductFactory(category=tees, price=9000, title="Far")
    assert beside(product)[1] == ["Far", "Near"]


def test_staffs_own_links_come_first():
    tees, jeans = department()
    product = ProductFactory(category=tees)
    ProductFactory(category=tees, title="Same price", price=product.price)
    chosen = ProductFactory(category=jeans, title="Chosen", price=99900, colors=("rust",))
    ProductLink.objects.create(product=product, other=chosen, kind=ProductLink.Kind.SIMILAR)
    assert beside(product)[1] == ["Chosen", "Same price"]


def test_a_look_is_of_other_garments_in_the_same_collection():
    tees, jeans = department()
    product = ProductFactory(category=tees)
    collection = Collection.objects.create(title="Harbor", slug="harbor", status="ACTIVE")
    other = ProductFactory(category=jeans, title="Harbor jeans", colors=("rust",))
    tee = ProductFactory(category=tees, title="Harbor tee")
    for position, member in enumerate((product, tee, other)):
        CollectionProduct.objects.create(collection=collection, product=member, position=position)
    assert beside(product)[0] == ["Harbor jeans"]


def test_a_look_is_of_the_color_family_where_no_collection_helps():
    tees, jeans = department()
    product = ProductFactory(category=tees, colors=("navy",))
    ProductFactory(category=jeans, title="Sky jeans", colors=("sky",))
    ProductFactory(category=jeans, title="Rust jeans", colors=("rust",))
    OptionValue.objects.filter(slug__in=["navy", "sky"]).update(family="blue")
    assert beside(product)[0] == ["Sky jeans"]


def test_nothing_unpublished_and_nothing_twice():
    tees, jeans = department()
    product = ProductFactory(category=tees)
    look = ProductFactory(category=jeans, title="Look")
    draft = ProductFactory(category=jeans, status=Product.Status.DRAFT)
    later = ProductFactory(category=tees, published_at=timezone.now() + timezone.timedelta(days=1))
    for other in (look, draft, later):
        ProductLink.objects.create(product=product, other=other)
    ProductLink.objects.create(product=product, other=look, kind=ProductLink.Kind.SIMILAR)
    assert beside(product) == (["Look"], [])


def test_a_piece_without_a_category_stands_alone():
    assert beside(ProductFactory()) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_picking_is_one_query_and_reading_another(django_assert_num_queries):
    tees, _jeans = department()
    product = ProductFactory(category=tees)
    for _ in range(20):
        ProductFactory(category=tees)
    with django_assert_num_queries(1):
        picks = looks.pick(product, "women/tees", "navy")
    read_choices()
    with django_assert_num_queries(1):
        _look, similar = looks.arranged(picks)
    assert len(similar) == looks.SIMILAR
