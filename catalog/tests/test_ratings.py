"""Ratings of products: counted with each decision, and audited each night."""

from threading import Thread

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from audit.models import AuditLog
from catalog import tasks
from catalog.models import ReviewSummary
from catalog.reviewing import moderation
from catalog.reviewing.ratings import check_ratings
from catalog.tests.factories import ProductFactory
from catalog.tests.test_reviews import published, written

pytestmark = pytest.mark.django_db


def test_a_rating_is_that_of_the_published_reviews():
    product = ProductFactory()
    version = product.version
    for rating in (5, 4, 4):
        published(product, rating, fit="SMALL")
    written(product, 1)
    product.refresh_from_db()
    assert (float(product.rating_average), product.rating_count) == (4.33, 3)
    assert product.version == version
    assert ReviewSummary.objects.get().fit_small == 3


def test_saving_a_product_from_an_old_copy_keeps_its_rating():
    product = ProductFactory()
    published(product, 4)
    product.title = "Another title"
    product.save()
    product.refresh_from_db()
    assert (product.title, product.rating_count) == ("Another title", 1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_approvals_at_once_all_count():
    product = ProductFactory()
    waiting = [written(product, rating) for rating in (5, 4, 3, 2, 1, 5)]

    def approve(review):
        moderation.approve(review_id=review.pk, seen_version=review.version, actor_id=None)
        connection.close()

    threads = [Thread(target=approve, args=[review]) for review in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    product.refresh_from_db()
    assert (float(product.rating_average), product.rating_count) == (3.33, 6)


def test_the_check_finds_and_mends_a_wrong_rating():
    product, right = ProductFactory(), ProductFactory()
    published(product, 4)
    published(right, 5)
    ReviewSummary.objects.filter(product=product).update(stars_1=7)
    [found] = check_ratings()
    assert (found.product_id, found.kept_count, found.true_count) == (product.pk, 8, 1)
    product.refresh_from_db()
    assert (float(product.rating_average), product.rating_count) == (4.0, 1)
    assert check_ratings() == []


def test_the_check_is_made_each_night_and_what_it_mends_is_in_the_log():
    product = ProductFactory()
    published(product, 4)
    ReviewSummary.objects.filter(product=product).update(stars_1=7)
    assert tasks.check_ratings(timestamp=0) == 1
    entry = AuditLog.objects.filter(entity_id=str(product.pk)).latest("created_at")
    assert (entry.before["rating_count"], entry.after["rating_count"]) == (8, 1)
    periodic = app.periodic_registry.periodic_tasks.values()
    assert "37 3 * * *" in [each.cron for each in periodic if each.task == tasks.check_ratings]
