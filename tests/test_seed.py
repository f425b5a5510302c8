"""The demo seed: what is in the shop after it, and that it can run again."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.db.models import Count, F, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.test import override_settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from audit.models import AuditLog
from audit.receivers import is_audited
from catalog.garments.pictures import VIEWS
from catalog.home import CARDS_IN_A_ROW
from catalog.listings import listed
from catalog.models import (
    Category,
    Collection,
    PriceChange,
    PriceSchedule,
    Product,
    ProductVariant,
    Review,
    SearchRedirect,
    SizeChart,
)
from catalog.products.fabric import check_care, check_fibers
from catalog.reviewing.ratings import check_ratings
from inventory.models import Stock
from orders.carts import cart_metrics
from orders.models import CartMetric, Order
from shop.accounts.models import DataExport, ErasureRequest, User
from shop.accounts.privacy import copies
from shop.operations.demo import DEMO_ACCOUNTS, demo_password
from shop.operations.invariants.checking import violations
from shop.operations.reports.kpis import figures
from shop.operations.reports.periods import Period
from shop.operations.reports.sales import By, rows
from shop.operations.seeds import past_orders, profiles
from shop.operations.seeds.garment import CARE, all_garments
from shop.operations.seeds.orders import ORDERS
from shop.operations.seeds.planting import KEYS
from shop.operations.seeds.profiles import seed
from tests.midnight import stay_within_a_day


def garments():
    """What is sold but the gift card, which has no fabric, size or shelf."""
    return Product.objects.filter(is_gift_card=False)


def unwatched(*_told) -> None:
    """Nobody looks at the progress of a test."""


@pytest.fixture(scope="module")
def demo_shop(django_db_setup, django_db_blocker, tmp_path_factory):
    """The settings of the demo shop, seeded once for the tests of this file."""
    stay_within_a_day(120)
    folder = tmp_path_factory.mktemp("demo")
    demo = {
        "DEBUG": True,
        "MEDIA_ROOT": folder / "media",
        "PRIVACY_ROOT": folder / "privacy",
        "ERASURES_FILE": folder / "erasures.jsonl",
    }
    with django_db_blocker.unblock(), override_settings(**demo), transaction.atomic():
        seed("demo", watch=unwatched, watch_long=unwatched)
        yield demo
        transaction.set_rollback(True)


@pytest.fixture
def in_demo_shop(demo_shop, own_folders, db, settings):
    for name, value in demo_shop.items():
        setattr(settings, name, value)


def row_counts():
    return {model: model._base_manager.count() for model in apps.get_models() if is_audited(model)}


def test_second_seed_adds_nothing(in_demo_shop):
    before = row_counts()
    assert seed("demo", watch=unwatched, watch_long=unwatched) == 0
    assert row_counts() == before
    assert all(before[model] for model in KEYS)


def test_qa_profile_is_the_demo_shop_among_many(in_demo_shop, monkeypatch):
    monkeypatch.setattr(profiles, "QA_PRODUCTS", 60)
    monkeypatch.setattr(profiles, "QA_ORDERS", 30)
    seed("qa", watch=unwatched, watch_long=unwatched)
    demo, ordered = len(all_garments()), len(ORDERS) + past_orders.COUNT
    assert garments().count() == demo + 60
    assert Order.objects.count() == ordered + 30
    for_less = Collection.objects.get(slug="for-less").products
    assert for_less.filter(category_links__category__path__startswith="load/").exists()
    monkeypatch.setattr(profiles, "QA_PRODUCTS", 80)
    monkeypatch.setattr(profiles, "QA_ORDERS", 45)
    assert seed("qa", watch=unwatched, watch_long=unwatched) > 0
    assert garments().count() == demo + 80
    assert Order.objects.count() == ordered + 45
    assert seed("qa", watch=unwatched, watch_long=unwatched) == 0


def test_staff_see_copies_and_erasures_in_each_state(in_demo_shop):
    (copy,) = DataExport.objects.all()
    assert copy.is_there
    assert copies.path_of(copy).is_file()
    statuses = set(ErasureRequest.objects.values_list("status", flat=True))
    assert statuses == {"ASKED", "CANCELED", "ERASED"}
    assert not User.all_objects.filter(status=User.Status.DELETED).exists()


def test_seed_leaves_what_staff_changed(in_demo_shop):
    tee = Product.objects.get(slug="everyday-tee")
    tee.summary = "Ours now"
    tee.save()
    seed("demo", watch=unwatched, watch_long=unwatched)
    assert Product.objects.get(slug="everyday-tee").summary == "Ours now"


def test_sixty_products_have_every_view_of_every_color(in_demo_shop):
    products = garments().published().prefetch_related("variants", "media_links__media")
    assert len(products) >= 60
    for product in products:
        colors = {variant.option_values["color"] for variant in product.variants.all()}
        pictures = [link for link in product.media_links.all() if link.media.kind == "IMAGE"]
        shown = Counter(link.option_values["color"] for link in pictures)
        assert shown == dict.fromkeys(colors, len(VIEWS))


def test_every_picture_has_a_file_and_a_text(in_demo_shop, settings):
    for product in Product.objects.prefetch_related("media_links__media"):
        for link in product.media_links.all():
            assert (settings.MEDIA_ROOT / link.media.file).stat().st_size == link.media.size_bytes
            assert link.media.alt_text.startswith(product.title)


def test_first_visitor_sees_best_sellers(in_demo_shop, client):
    text = client.get("/").content.decode()
    [band] = re.findall(r'aria-labelledby="best-sellers".*?</section>', text, re.DOTALL)
    assert band.count("<article") == CARDS_IN_A_ROW


def test_a_film_with_captions_and_a_leaflet_are_shown_and_served(in_demo_shop, client):
    text = client.get("/p/chore-jacket/").content.decode()
    files = re.findall(r'"(/media/img/files/[^"]+)"', text)
    assert {name.partition(".")[2] for name in files} == {"webm", "en.vtt", "pdf"}
    types = {client.get(name)["Content-Type"] for name in files}
    assert types == {"video/webm", "text/vtt", "application/pdf"}
    assert "<video" not in client.get("/p/chore-jacket/?color=olive").content.decode()


def test_every_color_has_one_primary_picture(in_demo_shop):
    primaries = (
        garments()
        .annotate(colors=Count("variants__option_values__color", distinct=True))
        .values_list("colors", "slug")
    )
    for colors, slug in primaries:
        links = Product.objects.get(slug=slug).media_links.filter(is_primary=True)
        assert links.count() == colors


def test_stock_is_the_sum_of_its_movements(in_demo_shop):
    ledger = Coalesce(Sum("movements__quantity_change"), Value(0))
    stocks = Stock.objects.annotate(ledger=ledger)
    assert stocks.exists()
    assert not stocks.exclude(on_hand=F("ledger")).exists()


def test_shelves_are_full_low_and_empty(in_demo_shop):
    units = Counter(min(row.available, 4) for row in Stock.objects.all())
    assert units[0] >= 20
    assert units[1] + units[2] + units[3] >= 20
    assert units[4] > Stock.objects.count() * 0.7


def test_one_product_is_sold_out(in_demo_shop):
    stocked = ProductVariant.objects.filter(stocks__available__gt=0).values("product")
    assert garments().exclude(pk__in=stocked).count() == 1


def test_categories_have_three_levels_and_no_empty_leaf(in_demo_shop):
    assert set(Category.objects.values_list("level", flat=True)) == {0, 1, 2}
    assert not Category.objects.filter(level=2, products=None).exists()
    assert not garments().filter(categories=None).exists()


def test_orders_stand_in_every_status(in_demo_shop):
    assert set(Order.objects.values_list("status", flat=True)) == set(Order.Status.values)
    for order in Order.objects.all():
        assert order.status_changes.latest("created_at", "id").to_status == order.status


def test_orders_of_accounts_lie_on_many_days_with_their_steps_between(in_demo_shop):
    orders = Order.objects.filter(metadata__has_key="demo")
    assert len({order.placed_at.date() for order in orders}) >= 7
    for order in orders.filter(status="DELIVERED"):
        steps = list(order.status_changes.values_list("created_at", flat=True))
        assert steps == sorted(steps)
        assert timedelta(days=2) < order.delivered_at - order.placed_at < timedelta(days=5)
        payment = order.payments.get(status__in=["CAPTURED", "SETTLED"])
        assert payment.captured_at - order.placed_at < timedelta(minutes=2)
        assert order.shipments.get().delivered_at.date() == order.delivered_at.date()
        log = AuditLog.objects.filter(entity="orders.order", entity_id=str(order.pk))
        told = log.order_by("-created_at", "-id").values_list("after", flat=True)
        last = next(after["placed_at"] for after in told if "placed_at" in after)
        assert abs(parse_datetime(last) - order.placed_at) < timedelta(seconds=1)


def test_reports_have_a_past(in_demo_shop):
    today = timezone.localdate()
    lately = rows(By.DAY, Period(today - timedelta(days=29), today))
    assert sum(row.orders > 0 for row in lately) >= 20
    assert max(row.orders for row in lately[:-1]) <= 12
    months = rows(By.MONTH, Period(today - timedelta(days=180), today))
    assert all(row.net > 0 for row in months)
    assert len(rows(By.PRODUCT, Period(today - timedelta(days=89), today))) > 30
    # Only what accounts show was bought by their own acts.
    past = Order.objects.exclude(metadata__has_key="demo")
    assert past.filter(customer=None).count() == past_orders.COUNT


def test_carts_have_a_past_that_the_nights_count_alike(in_demo_shop):
    days = CartMetric.objects.order_by("day")
    counted = list(days.values("day", "carts", "checkouts", "orders", "ordered_carts"))
    assert len(counted) == 90
    ordered, checkouts, begun = (
        sum(day[name] for day in counted) for name in ("ordered_carts", "checkouts", "carts")
    )
    assert 0 < ordered < checkouts < begun
    conversion = figures(30)[3]
    assert conversion.label == "Conversion"
    assert 20 < float(conversion.value.removesuffix(" %")) < 60
    assert conversion.change != "nothing before"
    cart_metrics.roll_up()
    assert list(days.values("day", "carts", "checkouts", "orders", "ordered_carts")) == counted


def test_every_rule_holds_in_the_demo_shop(in_demo_shop):
    assert list(violations()) == []


def test_new_arrivals_fill_a_row(in_demo_shop):
    newest = Product.objects.published().order_by("-published_at")[:8]
    assert len({product.published_at.date() for product in newest}) >= 4


def test_demo_accounts_can_sign_in(in_demo_shop):
    for account in DEMO_ACCOUNTS:
        user = authenticate(email=account.email, password=demo_password())
        assert user is not None
        assert list(user.groups.values_list("name", flat=True)) == [account.role.value]
        assert user.is_staff == (account.role != "customer")


def test_collections_by_hand_and_by_rule_hold_products(in_demo_shop):
    active = Collection.objects.filter(status=Collection.Status.ACTIVE)
    assert active.count() >= 6
    assert set(active.values_list("kind", flat=True)) == set(Collection.Kind.values)
    assert set(active.values_list("thread", flat=True)) == set(Collection.Thread.values)
    assert not active.filter(Q(products=None) | Q(image=None)).exists()


def test_reduced_garments_may_say_so(in_demo_shop):
    reduced = Product.objects.filter(variants__reduced_at__isnull=False).distinct()
    assert 5 <= reduced.count() <= 8
    for product in reduced:
        for variant in product.variants.all():
            assert variant.price == product.price < variant.lowest_prior_price
    assert Collection.objects.get(slug="for-less").products.count() == reduced.count()
    assert PriceSchedule.objects.filter(status=PriceSchedule.Status.PLANNED).count() == 1


def test_prices_are_known_since_the_garment_came_in(in_demo_shop):
    first = PriceChange.objects.filter(old_price=None).select_related("variant__product")
    assert first.count() == ProductVariant.objects.count()
    first = first.filter(variant__product__in=garments())
    assert all(row.changed_at == row.variant.product.published_at for row in first)


def test_reviews_read_like_many_people(in_demo_shop):
    reviews = Review.objects.all()
    assert reviews.count() >= 250
    assert len(set(reviews.values_list("content", flat=True))) == reviews.count()
    assert set(reviews.values_list("status", flat=True)) == set(Review.Status.values)
    assert set(reviews.values_list("rating", flat=True)) == {1, 2, 3, 4, 5}
    assert set(reviews.values_list("fit", flat=True)) == {*Review.Fit.values, ""}
    assert reviews.exclude(reply="").exists()
    assert not any("{" in review.content for review in reviews)


def test_verified_reviews_have_their_delivery(in_demo_shop):
    verified = Review.objects.filter(is_verified=True).select_related("purchase__variant")
    assert verified.count() > 150
    for review in verified:
        assert review.purchase.variant.product_id == review.product_id
        assert review.purchase.delivered_at < review.created_at


def test_derived_rows_need_no_mending(in_demo_shop):
    assert listed.differences() == []
    assert check_ratings(mend=False) == []


def test_labels_and_size_charts_are_complete(in_demo_shop):
    for product in garments():
        assert product.fibers
        assert product.origin
        check_fibers(product.fibers)
        check_care(product.care)
    for chart in SizeChart.objects.all():
        sold = chart.products.values_list("variants__option_values__size", flat=True)
        assert set(sold) <= set(chart.sizes)


def test_search_redirects_lead_to_pages(in_demo_shop, client):
    for target in SearchRedirect.objects.values_list("target", flat=True):
        assert client.get(target).status_code == 200, target


def test_rows_satisfy_the_deferred_rules(in_demo_shop):
    connection.check_constraints()


def test_labels_add_up():
    for garment in all_garments():
        assert sum(garment.fibers.values()) == 100, garment.title
        assert garment.care in CARE
        assert len(garment.summary) < 300
        assert 2 <= len(garment.colors) <= 5
