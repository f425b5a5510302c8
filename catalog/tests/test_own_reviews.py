"""One review of a product per person, whichever way the person comes."""

import pytest
from django.test import Client
from django.urls import reverse

from catalog.errors import AlreadyReviewed
from catalog.models import Product, Review, ReviewVote
from catalog.reviewing import purchases
from catalog.tests.factories import ProductFactory
from catalog.tests.test_reviews import TEXT, bought, post, published, signed_in, vote, written
from orders.tests.factories import member

pytestmark = pytest.mark.django_db

SAID = {"rating": "2", "content": "The second look is not so good.", "display_name": "Ada"}


@pytest.fixture
def product():
    return ProductFactory()


def test_two_deliveries_to_one_address_make_one_review(product):
    first = bought(None, product, email="ada@example.com")
    second = bought(None, product, email="ada@example.com")
    written(product, purchase=first)
    with pytest.raises(AlreadyReviewed):
        written(product, purchase=second)
    assert Client().post(purchases.review_link(second), SAID).status_code == 303
    review = Review.objects.get()
    assert (review.rating, review.purchase) == (2, first)


def test_what_a_guest_wrote_is_the_members_who_has_the_address(product):
    user = member()
    review = written(product, purchase=bought(None, product, email=user.email.lower()))
    client = signed_in(user)
    context = client.get(reverse("catalog:my_reviews")).context
    assert (context["pending"], context["to_write"]) == ([review], [])
    post(client, product)
    changed = Review.objects.get()
    assert (changed.pk, changed.user, changed.is_verified) == (review.pk, user, True)


def test_a_link_leads_a_member_to_the_review_they_have(product):
    user = member()
    review = written(product, user=user)
    purchase = bought(None, product, email=user.email.lower())
    Client().post(purchases.review_link(purchase), SAID)
    changed = Review.objects.get()
    assert (changed.pk, changed.user, changed.rating) == (review.pk, user, 2)


def test_a_link_never_leads_to_the_review_of_somebody_else(product):
    review = written(product, purchase=bought(None, product, email="ada@example.com"))
    for purchase in (bought(None, product, email="eve@example.com"), bought(None, product)):
        Client().post(purchases.review_link(purchase), SAID)
    review.refresh_from_db()
    assert (Review.objects.count(), review.content) == (3, TEXT)


def test_a_guest_deletes_the_own_review_with_the_link(product):
    purchase = bought(None, product, email="ada@example.com")
    review = published(product, purchase=purchase)
    guest, link = Client(), purchases.review_link(purchase)
    url = guest.get(link).context["delete_url"]
    assert review.content in guest.get(url).content.decode()
    assert Review.objects.count() == 1
    assert guest.post(url).status_code == 303
    product.refresh_from_db()
    assert (Review.objects.count(), product.rating_count) == (0, 0)
    assert guest.post(url).status_code == 404


def test_a_link_deletes_nothing_of_others(product):
    written(product, purchase=bought(None, product, email="ada@example.com"))
    other = purchases.review_link(bought(None, product, email="eve@example.com"))
    assert Client().post(f"{other}delete/").status_code == 404
    assert Client().post("/reviews/write/made-up/delete/").status_code == 404
    assert Review.objects.count() == 1


def test_a_piece_that_is_not_sold_any_more_can_be_reviewed_by_its_buyer(client, product):
    purchase = bought(None, product, email="ada@example.com")
    Product.objects.filter(pk=product.pk).update(status=Product.Status.ARCHIVED)
    response = client.post(purchases.review_link(purchase), SAID)
    assert (response.status_code, response["Location"]) == (303, "/")
    assert Review.objects.count() == 1


def test_a_word_said_before_signing_in_is_not_counted_again(client, product):
    review = published(product)
    vote(client, review, "HELPFUL")
    user = member()
    client.force_login(user)
    vote(client, review, "HELPFUL")
    review.refresh_from_db()
    assert (review.helpful_count, review.votes.get().voter) == (1, str(user.pk))
    vote(client, review, "NOT_HELPFUL")
    review.refresh_from_db()
    assert (review.helpful_count, review.not_helpful_count) == (0, 1)


def test_a_report_made_before_signing_in_is_not_counted_again(client, product):
    review = published(product)
    url, said = reverse("catalog:review_report", args=[review.pk]), {"reason": "OTHER"}
    client.post(url, said)
    client.force_login(member())
    client.post(url, said)
    assert ReviewVote.objects.count() == 1
