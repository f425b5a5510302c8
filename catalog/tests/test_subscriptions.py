"""Word when a piece is back or cheaper: asked for once, marked once, ended by its link."""

import threading
from datetime import timedelta

import pgtrigger
import pytest
from django.core import mail
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from catalog.models import Subscription
from catalog.tests.factories import ProductFactory
from catalog.wishes import subscriptions
from inventory import stock
from inventory.models import Stock
from orders.tests.factories import member
from shop.accounts.roles import Role
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

URL = "/p/plain-tee/tell-me/"
BACK, DROP = Subscription.Kind.BACK_IN_STOCK, Subscription.Kind.PRICE_DROP
HTMX = {"HX-Request": "true", "HX-Target": "tell-me"}
ASK = {"kind": BACK, "color": "navy", "size": "m", "email": "ada@example.com"}


@pytest.fixture
def product():
    return ProductFactory(slug="plain-tee", title="Plain tee", stock=0)


@pytest.fixture
def variant(product):
    return product.variants.get(option_values={"color": "navy", "size": "m"})


def subscribe(variant, email="ada@example.com", kind=BACK, **fields):
    subscriptions.subscribe(kind=kind, variant=variant, email=email, language="en", **fields)
    return Subscription.objects.latest("created_at")


def restock(variant, units=5):
    shelf = Stock.objects.get(variant=variant)
    stock.adjust(stock_id=shelf.pk, quantity_change=units, note="Sewn")


def statuses():
    return sorted(Subscription.objects.values_list("status", flat=True))


def mark():
    return subscriptions.mark_due(timezone.now())


def text_of(response):
    return response.content.decode()


def test_asking_keeps_the_variant_the_address_and_the_price(client, variant):
    response = client.post(URL, ASK)
    assert response.status_code == 303
    kept = Subscription.objects.get()
    assert (kept.variant, kept.email, kept.price) == (variant, "ada@example.com", 4900)
    assert (kept.status, kept.user, kept.language) == ("ACTIVE", None, "en")
    assert "You are on the list." in text_of(client.get(response["Location"]))


def test_asking_again_gives_the_same_answer_and_keeps_one(client, variant):
    answers = {text_of(client.post(URL, ASK, headers=HTMX)) for _ in range(2)}
    shouted = client.post(URL, ASK | {"email": "ADA@example.com"}, headers=HTMX)
    assert len(answers) == 1
    assert "You are on the list." in text_of(shouted)
    assert Subscription.objects.count() == 1


@pytest.mark.parametrize("email", ["", "ada", "ada@", "a@b.c\nBcc: x@y.z", "x" * 250 + "@a.de"])
def test_a_wrong_address_comes_back_with_what_was_typed(client, variant, email):
    response = client.post(URL, ASK | {"email": email})
    assert response.status_code == 422
    assert response.context["form"]["email"].value() == email
    assert not Subscription.objects.exists()


def test_a_size_that_is_missing_is_asked_for(client, variant):
    response = client.post(URL, ASK | {"size": ""})
    assert response.status_code == 422
    assert "Choose a size" in text_of(response)
    assert not Subscription.objects.exists()


def test_the_products_own_form_opens_the_question_in_its_place(client, variant):
    response = client.post(URL, {"kind": BACK, "color": "navy", "size": "m"}, headers=HTMX)
    text = text_of(response)
    assert (response.status_code, "<html" in text) == (200, False)
    assert 'name="size" value="m"' in text


def test_a_member_finds_the_address_filled_in(client, variant):
    user = member()
    client.force_login(user)
    response = client.get(URL, {"kind": BACK, "size": "m"})
    assert user.email in text_of(response)
    assert response["Cache-Control"] == "private, no-store"
    client.post(URL, ASK | {"email": user.email})
    assert Subscription.objects.get().user == user


def test_a_program_that_fills_the_trap_is_thanked_and_forgotten(client, variant):
    response = client.post(URL, ASK | {"website": "https://example.com"}, headers=HTMX)
    assert "You are on the list." in text_of(response)
    assert not Subscription.objects.exists()


def test_too_many_requests_of_one_source_are_refused(client, variant):
    for number in range(20):
        client.post(URL, ASK | {"email": f"{number}@example.com"})
    assert client.post(URL, ASK).status_code == 429
    assert Subscription.objects.count() == 20


def test_an_address_on_many_lists_is_put_on_no_more(variant, monkeypatch):
    monkeypatch.setattr(subscriptions, "MOST_PER_ADDRESS", 1)
    subscribe(variant)
    subscribe(variant, kind=DROP)
    assert Subscription.objects.get().kind == BACK


def test_a_piece_that_is_there_needs_no_word(client, variant):
    restock(variant)
    response = client.post(URL, ASK)
    assert response.status_code == 303
    assert "you can order it now" in text_of(client.get(response["Location"]))
    assert not Subscription.objects.exists()


def test_cheaper_without_a_size_means_the_cheapest_of_the_color(client, product, variant):
    with pgtrigger.ignore():
        product.variants.filter(pk=variant.pk).update(price=4500)
    page = client.get(URL, {"kind": DROP})
    form = page.context["form"]
    client.post(URL, {name: form[name].value() or "" for name in form.fields} | {"email": "a@b.de"})
    kept = Subscription.objects.get()
    assert (kept.kind, kept.variant, kept.price) == (DROP, variant, 4500)


def test_whoever_waits_for_a_size_is_due_when_it_is_back(product, variant):
    subscribe(variant)
    subscribe(product.variants.exclude(pk=variant.pk).get())
    assert mark() == 0
    restock(variant)
    assert mark() == 1
    due = Subscription.objects.get(status="DUE")
    assert (due.variant, due.due_at is not None) == (variant, True)
    assert not mail.outbox


def test_running_again_marks_nothing_again(variant):
    subscribe(variant)
    restock(variant)
    mark()
    due_at = Subscription.objects.get().due_at
    assert mark() == 0
    assert Subscription.objects.get().due_at == due_at


def test_a_lower_price_makes_due_and_the_same_or_a_higher_does_not(variant):
    subscribe(variant, kind=DROP)
    for price, marked in ((5900, 0), (4900, 0), (4899, 1)):
        variant.refresh_from_db()
        variant.price = price
        variant.save()
        assert mark() == marked


def test_nobody_hears_of_what_is_not_in_the_shop(product, variant):
    subscribe(variant)
    restock(variant)
    product.status = "ARCHIVED"
    product.save()
    assert mark() == 0


def test_units_in_a_place_that_does_not_ship_are_not_back(variant):
    subscribe(variant)
    restock(variant)
    Stock.objects.get(variant=variant).location.__class__.objects.update(can_ship=False)
    assert mark() == 0


def test_batches_reach_everyone(variant):
    for number in range(5):
        subscribe(variant, email=f"{number}@example.com")
    restock(variant)
    assert subscriptions.mark_due(timezone.now(), most=2) == 5
    assert statuses() == ["DUE"] * 5


def test_the_link_shows_first_and_ends_on_request(client, variant):
    token = subscribe(variant).token
    url = reverse("catalog:subscription", args=[token])
    assert client.get(url).status_code == 200
    assert statuses() == ["ACTIVE"]
    for _ in range(2):
        page = client.post(url, follow=True)
    assert "You are off the list." in text_of(page)
    assert statuses() == ["CANCELED"]
    subscribe(variant)
    assert statuses() == ["ACTIVE", "CANCELED"]


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00"])
def test_an_unknown_link_is_not_found(client, variant, token):
    subscribe(variant)
    assert client.get(f"/subscriptions/{token}/").status_code == 404
    assert client.post(f"/subscriptions/{token}/").status_code == 404
    assert statuses() == ["ACTIVE"]


def test_a_member_sees_and_ends_what_they_wait_for(client, variant):
    user = member()
    subscribe(variant, email=user.email.upper())
    subscribe(variant, email="stranger@example.com")
    client.force_login(user)
    text = text_of(client.get("/account/subscriptions/"))
    assert "Plain tee" in text
    assert "stranger@example.com" not in text
    mine = Subscription.objects.get(email=user.email.upper())
    url = reverse("catalog:subscription", args=[mine.token])
    assert client.post(url, {"from": "account"})["Location"] == "/account/subscriptions/"
    mine.refresh_from_db()
    assert mine.status == "CANCELED"


def test_the_list_of_a_member_needs_sign_in(client):
    assert "/login/" in client.get("/account/subscriptions/")["Location"]


def test_staff_learn_how_many_wait(product, variant):
    for number in range(3):
        subscribe(variant, email=f"{number}@example.com")
    subscribe(variant, kind=DROP)
    assert subscriptions.waiting([one.pk for one in product.variants.all()]) == {variant.pk: 3}


def test_ended_addresses_are_deleted_after_a_while(variant):
    ended, kept = subscribe(variant), subscribe(variant, email="bea@example.com")
    subscriptions.end(ended.token)
    assert subscriptions.delete_ended(timezone.now() + timedelta(days=89)) == 0
    assert subscriptions.delete_ended(timezone.now() + timedelta(days=91)) == 1
    assert Subscription.objects.get() == kept


def test_a_member_who_leaves_waits_for_nothing(variant):
    user = member()
    subscribe(variant, email=user.email, user=user)
    user.delete()
    assert not Subscription.objects.exists()


def test_a_sold_out_product_page_offers_word(client, product):
    text = text_of(client.get(product.get_absolute_url()))
    assert "Tell me when it’s back" in text
    assert "p-buy-box__back--only" in text


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_leave_one_row(variant):
    start = threading.Barrier(4)

    def ask():
        start.wait()
        subscribe(variant)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Subscription.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_job_passes_by_what_another_one_holds(variant):
    held = subscribe(variant)
    subscribe(variant, email="bea@example.com")
    restock(variant)
    marked = []

    def run():
        marked.append(mark())
        connection.close()

    with transaction.atomic():
        Subscription.objects.select_for_update().get(pk=held.pk)
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    assert marked == [1]
    assert mark() == 1


def test_staff_see_at_the_product_how_many_wait(product, variant):
    for number in range(2):
        subscribe(variant, email=f"{number}@example.com")
    page = reverse("admin:catalog_product_variants", args=[product.pk])
    assert "2 people wait" in text_of(signed_in(staff()).get(page))


def test_the_list_of_staff_counts_and_shows_no_token(variant):
    kept = [subscribe(variant, email=f"{number}@example.com") for number in range(2)]
    client = signed_in(staff(Role.EMPLOYEE))
    text = text_of(client.get(reverse("admin:catalog_subscription_changelist")))
    assert '<td class="field-waiting">2</td>' in text
    row = client.get(reverse("admin:catalog_subscription_change", args=[kept[0].pk]))
    assert "0@example.com" in text_of(row)
    assert kept[0].token not in text + text_of(row)
