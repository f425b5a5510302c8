"""Writing, reading and voting on reviews, as shoppers do."""

import json
import re
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.errors import AlreadyReviewed, OwnReview
from catalog.models import Purchase, Review, ReviewVote
from catalog.reviewing import moderation, purchases, reviews
from catalog.reviewing.review_rows import sums_of
from catalog.reviewing.reviews import Words
from catalog.tests.factories import CategoryFactory, ProductFactory
from orders.tests.factories import member

pytestmark = pytest.mark.django_db

TEXT = "Heavy cloth, and it keeps its shape."


def bought(user, product, **fields):
    variant = fields.pop("variant", None) or product.variants.order_by("sku").first()
    return Purchase.objects.create(
        variant=variant,
        user=user,
        order_number=fields.pop("order_number", f"ORD-{Purchase.objects.count()}"),
        quantity=1,
        delivered_at=timezone.now(),
        **fields,
    )


def written(product, rating=5, user=None, **fields):
    return reviews.write(
        product=product,
        author=user,
        purchase=fields.pop("purchase", None),
        words=Words(rating, fields.pop("content", TEXT), "Ada", **fields),
    )


def published(product, rating=5, user=None, **fields):
    review = written(product, rating, user, **fields)
    return moderation.approve(review_id=review.pk, seen_version=review.version, actor_id=None)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def post(client, product, **fields):
    said = {"rating": "4", "content": TEXT, "display_name": "Ada", **fields}
    return client.post(reverse("catalog:review", args=[product.slug]), said)


def test_a_guest_is_asked_to_sign_in(client):
    response = post(client, ProductFactory())
    assert response.status_code == 302
    assert response.url.startswith("/account/login/?next=/p/")
    assert not Review.objects.exists()


def test_what_a_buyer_writes_waits_and_is_verified():
    user, product = member(), ProductFactory()
    purchase = bought(user, product)
    response = post(signed_in(user), product, fit="SMALL", height_cm="172", title="Good")
    assert response.status_code == 303
    review = Review.objects.get()
    assert (review.status, review.is_verified, review.purchase) == ("PENDING", True, purchase)
    assert (review.rating, review.fit, review.height_cm) == (4, "SMALL", 172)
    assert TEXT not in Client().get(product.get_absolute_url()).content.decode()


def test_without_a_delivery_a_review_is_not_verified():
    user, product = member(), ProductFactory()
    bought(member(), product)
    post(signed_in(user), product)
    assert not Review.objects.get().is_verified


def test_what_a_guest_ordered_counts_for_the_account_with_that_address():
    user, product = member(), ProductFactory()
    bought(None, product, email=user.email.lower())
    post(signed_in(user), product)
    assert Review.objects.get().is_verified


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rating", "6"),
        ("rating", ""),
        ("content", "Too short"),
        ("content", "x" * 4001),
        ("content", "Long enough, but \0 in it"),
        ("display_name", " "),
        ("fit", "WIDE"),
        ("height_cm", "9000"),
    ],
)
def test_what_cannot_be_kept_comes_back_with_what_was_typed(field, value):
    product = ProductFactory()
    response = post(signed_in(member()), product, title="My headline", **{field: value})
    assert response.status_code == 422
    text = response.content.decode()
    assert '<title id="page-title">Error:' in text
    assert "My headline" in text
    assert not Review.objects.exists()


def test_a_second_review_changes_the_first_which_waits_again():
    user, product = member(), ProductFactory()
    review = published(product, user=user)
    post(signed_in(user), product, content="After a year the seams are still good.")
    changed = Review.objects.get()
    assert (changed.pk, changed.status, changed.rating) == (review.pk, "PENDING", 4)
    product.refresh_from_db()
    assert (product.rating_average, product.rating_count) == (None, 0)


def test_the_same_person_cannot_have_two_reviews_of_a_product():
    user, product = member(), ProductFactory()
    written(product, user=user)
    with pytest.raises(AlreadyReviewed):
        written(product, user=user)
    assert Review.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"rating": 0}, "review_rating_1_to_5"),
        ({"rating": 6}, "review_rating_1_to_5"),
        ({"is_verified": True}, "review_verified_by_a_purchase"),
        ({"height_cm": 20}, "review_height_is_human"),
        ({"status": "REJECTED"}, "review_rejected_with_a_reason"),
    ],
)
def test_a_review_that_cannot_be_is_refused(change, constraint):
    review = written(ProductFactory(), user=member())
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(**change)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_posts_at_once_make_one_review():
    user, product = member(), ProductFactory()
    statuses = []

    def send(client):
        statuses.append(post(client, product).status_code)
        connection.close()

    threads = [Thread(target=send, args=[signed_in(user)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303] * 4
    assert Review.objects.count() == 1


def test_a_deleted_review_makes_room_for_a_new_one():
    user, product = member(), ProductFactory()
    review = published(product, user=user)
    client = signed_in(user)
    url = reverse("catalog:review_delete", args=[review.pk])
    assert client.get(url).status_code == 200
    assert Review.objects.count() == 1
    assert client.post(url).status_code == 303
    product.refresh_from_db()
    assert (Review.objects.count(), product.rating_count) == (0, 0)
    post(client, product)
    assert Review.objects.count() == 1


def test_nobody_deletes_the_review_of_another_person():
    review = published(ProductFactory(), user=member())
    url = reverse("catalog:review_delete", args=[review.pk])
    assert signed_in(member()).post(url).status_code == 404
    assert Client().post(url).status_code == 302
    assert Review.objects.count() == 1


def test_a_link_from_the_mail_lets_a_guest_write_once(client):
    product = ProductFactory()
    purchase = bought(None, product, email="ada@example.com")
    link = purchases.review_link(purchase)
    said = {"rating": "5", "content": TEXT, "display_name": "Ada"}
    assert client.get(link).status_code == 200
    for _ in range(2):
        assert client.post(link, said).status_code == 303
    review = Review.objects.get()
    assert (review.user, review.is_verified, review.purchase) == (None, True, purchase)


@pytest.mark.parametrize("token", ["x", "a:b:c", "é"])
def test_a_forged_link_leads_nowhere(client, token):
    assert client.get(reverse("catalog:review_by_link", args=[token])).status_code == 404


def test_guests_may_write_where_the_shop_allows_it(client, settings):
    settings.REVIEWS_OPEN_TO_ALL = True
    assert post(client, ProductFactory()).status_code == 303
    assert not Review.objects.get().is_verified


def test_the_product_page_shows_reviews_and_sums(client):
    product = ProductFactory(category=CategoryFactory())
    for rating in (5, 5, 4):
        published(product, rating, fit="SMALL", title=f"Rated {rating}")
    response = client.get(product.get_absolute_url())
    section = response.context["page"].reviews
    assert (section.average, section.count) == (4.7, 3)
    assert [bar.count for bar in section.bars] == [2, 1, 0, 0, 0]
    assert section.fit.words == "Runs small: 100 % say take one size up"
    text = response.content.decode()
    assert text.count("Rated 5") >= 2
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    [data] = [block for block in map(json.loads, blocks) if block.get("@type") == "Product"]
    assert data["aggregateRating"]["reviewCount"] == 3
    assert [one["reviewRating"]["ratingValue"] for one in data["review"]] == [4, 5, 5]


def test_a_page_without_reviews_says_who_can_write(client):
    response = client.get(ProductFactory().get_absolute_url())
    text = response.content.decode()
    assert "No reviews yet" in text
    assert "aggregateRating" not in text


def test_reviews_cost_the_product_page_no_query(client):
    product = ProductFactory(category=CategoryFactory())
    url = product.get_absolute_url()
    # A process that has just begun reads more.
    client.get(url)
    with CaptureQueriesContext(connection) as without:
        client.get(url)
    for number in range(12):
        published(product, 1 + number % 5, user=member())
    with CaptureQueriesContext(connection) as with_reviews:
        client.get(url)
    assert len(with_reviews) == len(without)


def test_the_list_page_costs_few_queries(client, django_assert_max_num_queries):
    product = ProductFactory()
    for number in range(25):
        published(product, 1 + number % 5)
    url = reverse("catalog:reviews", args=[product.slug])
    # Product, reviews, their count; the tree, options and menus of a cold cache.
    with django_assert_max_num_queries(6):
        response = client.get(url, {"photos": "1"})
    assert response.context["section"].total == 0


def test_every_review_is_reached_once_by_either_way(client):
    product = ProductFactory()
    every = {published(product, 1 + number % 5).pk for number in range(23)}
    url = reverse("catalog:reviews", args=[product.slug])
    for sort in ("helpful", "newest", "lowest"):
        by_number, by_cursor = [], []
        next_url = f"{url}?sort={sort}"
        while next_url:
            section = client.get(next_url).context["section"]
            by_number += [review.id for review in section.reviews]
            next_url = section.more_url
        next_url = f"{url}?sort={sort}"
        while next_url:
            section = client.get(next_url, headers=htmx("review-list")).context["section"]
            by_cursor += [review.id for review in section.reviews]
            next_url = section.after_url
        assert len(by_number) == len(by_cursor) == 23
        assert set(by_number) == set(by_cursor) == every


def test_the_product_page_leads_on_to_the_sixth_review(client):
    product = ProductFactory()
    every = {published(product).pk for _ in range(8)}
    section = client.get(product.get_absolute_url()).context["page"].reviews
    rest = client.get(section.after_url, headers=htmx("review-list")).context["section"]
    assert {one.id for one in section.reviews} | {one.id for one in rest.reviews} == every
    assert (len(section.reviews), len(rest.reviews)) == (5, 3)


def test_filters_narrow_and_are_linked(client):
    user, product = member(), ProductFactory(sizes=("s", "m"))
    medium = product.variants.get(option_values__size="m")
    wanted = published(product, 2, user=user, purchase=bought(user, product, variant=medium))
    published(product, 2)
    published(product, 5)
    url = reverse("catalog:reviews", args=[product.slug])
    for query in ({"stars": "2", "verified": "1"}, {"size": "m"}):
        section = client.get(url, query).context["section"]
        assert [review.id for review in section.reviews] == [wanted.pk]
        assert section.total == 1
    assert client.get(url, {"stars": "2"}).context["section"].total == 2


@pytest.mark.parametrize("value", ["0", "\0", "'; --", "9" * 400, "é", "n" * 2000])
def test_nonsense_in_the_address_is_ignored(client, value):
    product = ProductFactory()
    published(product)
    names = ("stars", "size", "photos", "verified", "sort", "after", "page")
    query = dict.fromkeys(names, value)
    assert client.get(reverse("catalog:reviews", args=[product.slug]), query).status_code == 200


def test_htmx_gets_the_section_alone(client):
    product = ProductFactory()
    published(product)
    url = reverse("catalog:reviews", args=[product.slug])
    response = client.get(url, headers=htmx("reviews"))
    section = '<section class="c-reviews u-later" id="reviews"'
    assert response.content.decode().lstrip().startswith(section)


def test_what_people_write_is_text_and_no_markup(client):
    product = ProductFactory()
    bad = "<script>alert(1)</script><b>& more than twenty"
    published(product, content=bad, title="<i>x</i>")
    text = client.get(product.get_absolute_url()).content.decode()
    assert "<script>alert" not in text
    assert "<i>x" not in text
    assert "&lt;script&gt;alert(1)" in text


def vote(client, review, kind, **headers):
    return client.post(
        reverse("catalog:review_vote", args=[review.pk]), {"kind": kind}, headers=headers
    )


def test_a_guest_has_one_word_and_may_take_it_back(client):
    review = published(ProductFactory())
    for kind, counts in (
        ("HELPFUL", (1, 0)),
        ("HELPFUL", (1, 0)),
        ("NOT_HELPFUL", (0, 1)),
        ("", (0, 0)),
    ):
        assert vote(client, review, kind).status_code == 303
        review.refresh_from_db()
        assert (review.helpful_count, review.not_helpful_count) == counts
    assert review.version == Review.objects.get().version


def test_two_guests_are_two_voters_and_each_sees_the_own_word():
    product = ProductFactory()
    review = published(product)
    first, second = Client(), Client()
    vote(first, review, "HELPFUL")
    vote(second, review, "HELPFUL")
    review.refresh_from_db()
    assert review.helpful_count == 2
    url = reverse("catalog:reviews", args=[product.slug])
    assert first.get(url).context["section"].reviews[0].vote == "HELPFUL"
    assert first.get(url)["Cache-Control"] == "private, no-store"
    assert Client().get(url).context["section"].reviews[0].vote == ""


def test_the_answer_for_htmx_counts_at_once(client):
    review = published(ProductFactory())
    response = vote(client, review, "HELPFUL", **htmx(f"votes-{review.pk}"))
    text = response.content.decode()
    assert "Helpful (1)" in text
    assert 'aria-pressed="true"' in text


def test_nobody_votes_on_the_own_review_nor_on_a_hidden_one():
    user = member()
    review = published(ProductFactory(), user=user)
    vote(signed_in(user), review, "HELPFUL")
    with pytest.raises(OwnReview):
        reviews.report(review_id=review.pk, voter="x", reason="Bad", user_id=user.pk)
    hidden = written(ProductFactory())
    assert vote(Client(), hidden, "HELPFUL").status_code == 404
    assert vote(Client(), review, "REPORT").status_code == 404
    assert not ReviewVote.objects.exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_votes_at_once_are_all_counted():
    review = published(ProductFactory())
    heard = []

    def say(number):
        # Each voter says it twice, and from two places.
        for _ in range(2):
            reviews.vote(review_id=review.pk, voter=f"voter-{number}", kind="HELPFUL")
            heard.append(number)
        connection.close()

    threads = [Thread(target=say, args=[number % 5]) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    review.refresh_from_db()
    assert (review.helpful_count, review.votes.count(), len(heard)) == (5, 5, 20)


def test_a_report_brings_a_review_back_to_staff(client):
    review = published(ProductFactory())
    url = reverse("catalog:review_report", args=[review.pk])
    assert client.post(url, {}).status_code == 422
    for _ in range(2):
        said = {"reason": "PRIVATE", "note": "A phone number"}
        assert client.post(url, said).status_code == 303
    review.refresh_from_db()
    assert review.report_count == 1
    assert list(Review.objects.waiting()) == [review]
    assert ReviewVote.objects.get().reason == "It shows private data: A phone number"


def test_who_writes_too_often_has_to_wait():
    user = member()
    client = signed_in(user)
    products = [ProductFactory() for _ in range(11)]
    statuses = [post(client, product).status_code for product in products]
    assert statuses == [303] * 10 + [429]


def test_my_reviews_are_sorted_by_what_became_of_them():
    user = member()
    fresh, kept, refused = ProductFactory(), ProductFactory(), ProductFactory()
    bought(user, fresh)
    published(kept, user=user)
    review = written(refused, user=user)
    moderation.reject(
        review_id=review.pk, seen_version=review.version, reason="Off topic", actor_id=None
    )
    published(ProductFactory(), user=member())
    response = signed_in(user).get(reverse("catalog:my_reviews"))
    context = response.context
    assert [piece.variant.product for piece in context["to_write"]] == [fresh]
    assert [one.product for one in context["approved"]] == [kept]
    assert [one.product for one in context["rejected"]] == [refused]
    assert "Off topic" in response.content.decode()


def htmx(target):
    return {"HX-Request": "true", "HX-Target": target}


def test_sums_of_a_product_without_reviews_are_not_kept_with_it():
    """Threads share the products of held pages; one would meet what another still fills in."""
    product = ProductFactory()
    assert sums_of(product).stars_5 == 0
    assert product._state.fields_cache.get("review_summary") is None
