"""A range with something to see on every page of the catalog, and the addresses of those pages."""

from catalog.listings import collections
from catalog.models import Collection, Product
from catalog.tests.factories import CategoryFactory, ProductFactory
from catalog.tests.pages import article, content_page
from catalog.tests.test_reviews import published
from catalog.tests.test_sizing import chart

QUESTIONS = "<h2>Returns</h2><details><summary>How long?</summary><p>30 days.</p></details>"
TEXT = '<h2>Why</h2><p>It is <a href="/">mended</a>.</p><h3>How</h3><p>By hand.</p>'

PAGES = (
    "/c/tops/?color=navy",
    "/c/tops/?color=navy&max=80&size=m",
    "/c/tops/?max=1&size=m",
    "/c/tops/tees/",
    "/collections/",
    "/collections/mill-ends/",
    "/brands/",
    "/brands/northmill/",
    "/p/plain-tee/?unit=in",
    "/p/work-tee/",
    "/p/sold-tee/",
    "/p/old-tee/",
    "/p/plain-tee/reviews/",
    "/size-guide/",
    "/size-guide/tops/",
    "/pages/help/",
    "/pages/care/wool/",
    "/pages/contact/",
    "/journal/",
    "/journal/thread/",
    "/nope/",
    "/search/",
    "/search/?q=tee",
    "/search/?q=xqzwv",
    "/wishlist/",
    "/recently-viewed/",
)


def furnish(products: list[Product]) -> None:
    """Add to the little shop of ``products`` what the pages above show."""
    plain, work = products
    tops = plain.category_links.get().category
    tees = CategoryFactory(slug="tees", name="Tees", parent=tops)
    ProductFactory(title="Sold tee", slug="sold-tee", category=tees, stock=0)
    old = ProductFactory(title="Old tee", slug="old-tee", category=tees)
    old.status = Product.Status.ARCHIVED
    old.save()
    plain.size_chart = chart(title="Tops and knitwear")
    plain.save()
    # The work tee becomes cheaper, so that its pages name the price before.
    for variant in work.variants.all():
        variant.former_price, variant.price = variant.price, 3900
        variant.save()
    for rating in (5, 4, 2):
        published(plain, rating, fit="SMALL")
    rule = {"price_to": 100_00}
    held = Collection.objects.create(
        title="Mill ends",
        slug="mill-ends",
        kind=Collection.Kind.RULE,
        rule=rule,
        status=Collection.Status.ACTIVE,
    )
    collections.refresh(held.pk)
    content_page("help", title="Questions", body=QUESTIONS)
    content_page("care/wool", title="Wool", body=TEXT)
    article("thread", title="The thread", body=TEXT, summary="Why it is red.")
