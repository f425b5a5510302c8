"""The pages that all visitors share: what ends them, and that nothing of a visitor is in them."""

import gzip
import random
import re
import threading
import time
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from redis.exceptions import TimeoutError as TimedOut

from catalog import views
from catalog.models import Category, Product, ProductVariant
from catalog.products import product_page
from catalog.tests.factories import ProductFactory
from inventory import reservations, stock
from inventory.models import Stock
from orders.models import ShippingMethod
from shop import cache
from shop.accounts.models import User
from shop.page_cache import entries, scripts, sharing
from shop.tests.wire import waits
from tests.page_cache.visits import (
    CATEGORY,
    HOME,
    PAGES,
    PRODUCT,
    SEARCH,
    buy,
    member,
    outcome,
    text,
    unmasked,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("path", PAGES)
def test_a_hit_asks_no_database_and_redis_once(path, django_assert_num_queries, sent):
    assert [outcome(path)[0], outcome(path)[0]] == ["miss", "hit"]
    sent.clear()
    with django_assert_num_queries(0):
        word, response = outcome(path)
    assert (word, response.status_code, sent) == ("hit", 200, ["EVALSHA"])


@pytest.mark.parametrize("path", PAGES)
def test_a_hit_is_the_page_that_was_made(path):
    client = Client()
    first, second = client.get(path), client.get(path)
    assert unmasked(first.content.decode()) == unmasked(second.content.decode())
    told = {"X-Request-ID", "Date"}
    assert {k: v for k, v in first.items() if k not in told} == {
        k: v for k, v in second.items() if k not in told
    }
    assert int(second["Content-Length"]) == len(second.content)
    assert second["Content-Security-Policy"]
    assert second["X-Frame-Options"] == "DENY"


def test_a_page_made_for_a_browser_that_unpacks_is_plain_for_one_that_does_not():
    packing = {"Accept-Encoding": "gzip"}
    answers = [outcome(PRODUCT, **packing), outcome(PRODUCT), outcome(PRODUCT, **packing)]
    assert [word for word, _response in answers] == ["miss", "hit", "hit"]
    [made, plain, packed] = [response for _word, response in answers]
    texts = [gzip.decompress(made.content), plain.content, gzip.decompress(packed.content)]
    assert len({unmasked(text.decode()) for text in texts}) == 1
    assert (packed["Content-Encoding"], plain.get("Content-Encoding")) == ("gzip", None)
    assert {answer["Vary"] for answer in (made, plain, packed)} == {made["Vary"]}
    assert "Accept-Encoding" in made["Vary"]


def test_a_packed_page_has_its_token_once_and_no_indentation():
    packed = Client().get(PRODUCT, headers={"Accept-Encoding": "gzip"}).content
    html = gzip.decompress(packed)
    token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', html)[1]
    assert (html.count(token) > 1, packed.count(token)) == (True, 1)
    assert b"\n  <" not in html


def test_each_visitor_sees_their_own_cart_for_one_round_trip(tee, sent, django_assert_num_queries):
    ada, bob = Client(), Client()
    buy(ada, tee)
    text(HOME, ada)  # without the words of the cart
    assert "Cart, 1 item<" in text(HOME, ada)
    assert "Cart, 0 items" in text(HOME, bob)
    sent.clear()
    with django_assert_num_queries(0):
        assert "Cart, 1 item<" in text(HOME, ada)
    assert sent == ["EVALSHA"]


@pytest.mark.parametrize("first", ["member", "stranger"])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_of_one_visitor_is_in_the_page_of_another(path, first, tee):
    ada, bob = member(), Client()
    buy(ada, tee)  # leaves words for her next page
    if first == "stranger":
        text(path, bob)
    hers = text(path, ada)
    assert "Plain tee is in your cart." in hers
    assert "Cart, 1 item<" in hers
    for his in (text(path, bob), text(path, bob)):
        assert "is in your cart" not in his
        assert "Cart, 0 items" in his
        assert "ada@example.com" not in his
    assert ada.cookies["csrftoken"].value != bob.cookies["csrftoken"].value
    assert "is in your cart" not in text(path, ada)


@pytest.mark.parametrize("warm", [False, True])
def test_the_forms_of_a_kept_page_are_accepted(warm):
    if warm:
        text(PRODUCT)
    client = Client(enforce_csrf_checks=True)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text(PRODUCT, client))[1]
    data = {"product": "plain-tee", "color": "navy", "size": "m", "csrfmiddlewaretoken": token}
    assert client.post("/cart/add/", data).status_code == 303
    assert Client(enforce_csrf_checks=True).post("/cart/add/", data).status_code == 403


def reprice(tee):
    variant = tee.variants.get()
    variant.price = 12_345
    variant.save()


def reprice_many(tee):
    ProductVariant.objects.filter(product=tee).update(price=12_345)


def sell_out(tee):
    [shelf] = Stock.objects.filter(variant__product=tee)
    stock.adjust(stock_id=shelf.pk, quantity_change=-10, note="Lost")


CHANGES = {
    "price": (reprice, "123.45"),
    "price of many": (reprice_many, "123.45"),
    "title": (lambda tee: Product.objects.filter(pk=tee.pk).update(title="New tee"), "New tee"),
    "brand": (lambda tee: type(tee.brand).objects.update(name="Looms"), "Looms"),
    "category": (lambda tee: Category.objects.filter(slug="tops").update(name="Uppers"), "Uppers"),
    "stock": (sell_out, "old out"),
}


@pytest.mark.parametrize(("change", "words"), CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_change_shows_in_the_next_request_after_its_commit(path, change, words, tee):
    text(path)
    assert words not in text(path)
    change(tee)
    assert words in text(path)
    assert outcome(path)[0] == "hit"


@pytest.mark.parametrize("path", PAGES)
def test_a_change_shows_neither_before_its_commit_nor_after_a_rollback(path, tee):
    text(path)
    seen = []
    with transaction.atomic():
        reprice(tee)
        reader = threading.Thread(target=lambda: (seen.append(text(path)), connection.close()))
        reader.start()
        reader.join()
        transaction.set_rollback(True)
    assert "123.45" not in seen[0]
    assert "123.45" not in text(path)


def test_what_is_no_longer_published_is_gone_at_once(tee):
    for path in PAGES:
        text(path)
    tee.status = Product.Status.ARCHIVED
    tee.save()
    assert [path for path in (HOME, CATEGORY, SEARCH) if "/p/plain-tee/" in text(path)] == []
    assert Client().get(PRODUCT).status_code == 410


def test_what_is_new_is_listed_at_once_and_leaves_other_products_kept():
    for path in PAGES:
        text(path)
    ProductFactory(title="Plain vest", slug="vest", category=Category.objects.get(slug="tops"))
    assert all("Plain vest" in text(path) for path in (HOME, CATEGORY, SEARCH))
    assert outcome(PRODUCT)[0] == "hit"


def test_a_hold_and_its_end_show_at_once(tee):
    variant = tee.variants.get()
    text(PRODUCT)
    until = timezone.now() + timedelta(minutes=5)
    reservations.hold(owner="cart:1", quantities={variant.pk: 9}, until=until)
    assert "1 left" in text(PRODUCT)
    assert "1 left" in text(CATEGORY)
    reservations.release_checkout("cart:1")
    assert "1 left" not in text(PRODUCT)
    assert "1 left" not in text(CATEGORY)


def test_the_price_of_delivery_shows_at_once():
    text(PRODUCT)
    ShippingMethod.objects.update(price=7_77, free_from=None)
    assert "7.77" in text(PRODUCT)


def test_a_browser_that_has_the_page_gets_304():
    client = Client()
    tag = client.get(HOME)["ETag"]
    tag = client.get(HOME)["ETag"]
    again = client.get(HOME, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert Client().get(HOME, headers={"If-None-Match": tag}).status_code == 200


def test_a_browser_whose_cart_changed_gets_the_page_anew(tee):
    client = Client()
    text(HOME, client)
    tag = client.get(HOME)["ETag"]
    buy(client, tee)
    text("/cart/", client)
    answer = client.get(HOME, headers={"If-None-Match": tag})
    assert (answer.status_code, "Cart, 1 item<" in answer.content.decode()) == (200, True)


def test_a_head_request_is_a_get_without_its_body():
    text(HOME)
    page, head = Client().get(HOME), Client().head(HOME)
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == page["Content-Length"]


def test_the_theme_is_each_visitor_s_own():
    dark = Client()
    dark.cookies["theme"] = "dark"
    odd = Client()
    odd.cookies["theme"] = "<script>"
    for _cold_and_warm in range(2):
        assert 'data-theme="dark"' in text(HOME, dark)
        assert "data-theme" not in text(HOME)
        assert unmasked(text(HOME, odd)) == unmasked(text(HOME))


def test_the_language_is_each_visitor_s_own(settings):
    settings.LANGUAGES = [("en", "English"), ("de", "German")]
    for _cold_and_warm in range(2):
        for language in ("de", "en"):
            page = Client().get(HOME, headers={"Accept-Language": language})
            assert f'<html lang="{language}"' in page.content.decode()
            assert page["Content-Language"] == language


def test_parameters_in_another_order_and_tracking_lead_to_the_same_page():
    text("/p/plain-tee/?color=navy&size=m")
    same = "/p/plain-tee/?utm_source=news&size=m&color=navy&gclid=1"
    assert outcome(same)[0] == "hit"
    assert outcome("/p/plain-tee/?size=m")[0] == "miss"


def test_a_fragment_and_its_page_are_kept_apart():
    page = text(CATEGORY)
    headers = {"HX-Request": "true", "HX-Target": "results"}
    for _cold_and_warm in range(2):
        part = Client().get(CATEGORY, headers=headers)
        assert "<html" not in part.content.decode()
        assert part["HX-Push-Url"]
    assert unmasked(text(CATEGORY)) == unmasked(page)


@pytest.mark.parametrize(
    "path",
    ["/cart/", "/p/plain-tee/?preview=1", "/p/none/", f"/?q={'x' * 500}", "/?" + "a=1&" * 30],
)
def test_what_is_not_shared_is_never_a_hit(path):
    text(path)
    assert outcome(path)[0] != "hit"


def test_staff_get_each_page_as_it_is_now():
    staff = User.objects.create_user(email="staff@example.com", password="x", is_staff=True)
    client = Client()
    client.force_login(staff)
    text(HOME)
    assert [outcome(HOME, client)[0] for _ in range(2)] == ["bypass", "bypass"]


def test_a_page_that_ran_out_of_time_is_made_anew(settings):
    settings.PAGE_CACHE_SECONDS = 0.2 - entries.GRACE_SECONDS
    text(HOME)
    time.sleep(0.3)
    assert outcome(HOME)[0] == "miss"


def test_a_page_due_is_made_by_one_visitor_while_others_get_the_old_one(settings, monkeypatch):
    settings.PAGE_CACHE_SECONDS = 0
    monkeypatch.setattr(entries, "GRACE_SECONDS", 600)
    monkeypatch.setattr(entries, "LOADER_SECONDS", 60)
    text(HOME)
    monkeypatch.setattr(entries, "keep", lambda *args, **kwargs: False)
    assert [outcome(HOME)[0] for _ in range(3)] == ["miss", "hit", "hit"]


def test_a_crowd_that_comes_at_once_has_the_page_made_once(monkeypatch):
    read, made = views.read_home, []

    def slowly(tree):
        made.append(1)
        time.sleep(0.1)
        return read(tree)

    monkeypatch.setattr(views, "read_home", slowly)
    monkeypatch.setattr(sharing, "WAIT_SECONDS", 20)
    monkeypatch.setattr(entries, "LOADER_SECONDS", 60)
    crowd = [
        threading.Thread(target=lambda: (text(HOME), connection.close())) for _visitor in range(6)
    ]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert len(made) == 1


def test_without_redis_pages_are_made_as_ever(wire, tee):
    text(PRODUCT)
    wire.cut()
    reprice(tee)
    assert "123.45" in text(PRODUCT)
    assert outcome(PRODUCT)[0] == "bypass"


def test_a_frozen_redis_costs_one_time_out_once(wire, monkeypatch):
    text(PRODUCT)
    waited = waits(monkeypatch)
    wire.state = "frozen"
    for _ in range(5):
        assert "Plain tee" in text(PRODUCT)
    assert [type(error) for error in waited] == [TimedOut]


def test_an_emptied_redis_keeps_pages_again():
    text(HOME)
    caches["default"].clear()
    assert [outcome(HOME)[0] for _ in range(2)] == ["miss", "hit"]


def prices_seen(tee, monkeypatch, seconds):
    """Prices older than the last one committed before the page was asked for, and pages kept.

    Stops at such a price; otherwise after ``seconds``, or later, once some page has come so.
    """
    respond = product_page.respond

    def slowly(*args, **kwargs):
        response = respond(*args, **kwargs)
        time.sleep(random.uniform(0, 0.05))
        return response

    monkeypatch.setattr(product_page, "respond", slowly)
    variant = tee.variants.get()
    committed, stale, done = [variant.price], [], threading.Event()

    def read():
        try:
            client = Client()
            while not done.is_set():
                known = committed[0]
                found = re.search(r'"price": ?"(\d+)\.(\d\d)"', text(PRODUCT, client))
                seen = int(found[1]) * 100 + int(found[2])
                if seen < known:
                    stale.append((seen, known))
        finally:
            connection.close()

    def hits():
        return cache.counts().get(("page", "hit"), 0) - before

    before = cache.counts().get(("page", "hit"), 0)
    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    ends = time.monotonic() + seconds
    while not stale and (time.monotonic() < ends or not hits()):
        ProductVariant.objects.filter(pk=variant.pk).update(price=committed[0] + 1)
        committed[0] += 1
        time.sleep(random.uniform(0.02, 0.3))
    done.set()
    for thread in readers:
        thread.join()
    return stale, hits()


@pytest.mark.race
def test_racing_readers_and_writers_never_see_an_old_price(tee, monkeypatch):
    stale, hits = prices_seen(tee, monkeypatch, seconds=6)
    assert stale == []
    assert hits > 0


@pytest.mark.race
def test_the_race_is_real_because_without_the_check_it_is_lost(tee, monkeypatch):
    check = "if changed and tonumber(changed) > tonumber(ARGV[2]) then return nil end"
    assert check in scripts.KEEP
    unchecked = scripts.KEEP.replace(check, "").replace(
        "== 'w:' then return nil", "== '' then return nil"
    )
    monkeypatch.setattr(scripts, "KEEP", unchecked)
    assert prices_seen(tee, monkeypatch, seconds=40)[0] != []
