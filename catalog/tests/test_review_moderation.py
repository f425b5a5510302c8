"""What staff does with reviews."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.text import Truncator

from audit.models import AuditLog
from catalog.models import Review
from catalog.reviewing import moderation, reviews
from catalog.reviewing.reviews import Words
from catalog.tests.factories import ProductFactory
from catalog.tests.test_reviews import TEXT, published, signed_in, written
from orders.tests.factories import member
from shop.accounts.roles import Role
from shop.models import StaleObject
from tests.back_office import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def employee():
    return signed_in(staff(Role.EMPLOYEE))


def page_of(review):
    return reverse("admin:catalog_review_change", args=[review.pk])


def act(client, review, name, **fields):
    url = reverse("admin:catalog_review_act", args=[review.pk])
    return client.post(url, {"act": name, "seen_version": review.version, **fields})


def test_an_employee_reads_the_oldest_first_and_goes_on_after_each(employee):
    first, second = written(ProductFactory()), written(ProductFactory())
    queue = reverse("admin:catalog_review_queue")
    assert employee.get(queue).url == page_of(first)
    answer = act(employee, first, "approve")
    onward = employee.get(answer.url)
    assert onward.url == f"{page_of(second)}?undo={first.pk}"
    assert "Undo" in employee.get(onward.url).content.decode()
    first.refresh_from_db()
    assert (first.status, first.moderated_by.email) == ("APPROVED", "employee@example.com")


def test_the_end_of_the_queue_says_so(employee):
    response = employee.get(reverse("admin:catalog_review_queue"), follow=True)
    assert "Nothing waits." in response.content.decode()


def test_undo_puts_a_review_back(employee):
    product = ProductFactory()
    review = published(product)
    assert act(employee, review, "undo").status_code == 302
    review.refresh_from_db()
    product.refresh_from_db()
    assert (review.status, product.rating_count) == ("PENDING", 0)


def test_a_rejection_needs_a_reason_that_its_author_reads(employee):
    user = member()
    review = written(ProductFactory(), user=user)
    act(employee, review, "reject")
    review.refresh_from_db()
    assert review.status == "PENDING"
    act(employee, review, "reject", chosen_reason="It is not about this product.")
    review.refresh_from_db()
    assert (review.status, review.rejection_reason) == (
        "REJECTED",
        "It is not about this product.",
    )
    mine = signed_in(user).get(reverse("catalog:my_reviews"))
    assert "It is not about this product." in mine.content.decode()


def test_nobody_approves_words_that_changed_meanwhile(employee):
    review = written(ProductFactory())
    reviews.rewrite(
        review_id=review.pk, words=Words(1, "Something else altogether.", "Ada"), purchase=None
    )
    with pytest.raises(StaleObject):
        moderation.approve(review_id=review.pk, seen_version=review.version, actor_id=None)
    act(employee, review, "approve")
    review.refresh_from_db()
    assert review.status == "PENDING"


def test_a_vote_does_not_get_in_the_way_of_a_decision(employee):
    review = published(ProductFactory())
    reviews.vote(review_id=review.pk, voter="x", kind="HELPFUL")
    act(employee, review, "reject", reason="Advertising")
    review.refresh_from_db()
    assert (review.status, review.helpful_count) == ("REJECTED", 1)


def test_a_withdrawn_review_cannot_be_decided_on(employee):
    review = written(ProductFactory())
    reviews.withdraw(review.pk)
    assert act(employee, review, "approve").status_code == 404
    assert not Review.objects.exists()


def test_keeping_a_reported_review_settles_the_reports(employee):
    review = published(ProductFactory())
    reviews.report(review_id=review.pk, voter="x", reason="Spam")
    assert "Spam" in employee.get(page_of(review)).content.decode()
    act(employee, review, "approve")
    review.refresh_from_db()
    assert (review.status, review.report_count) == ("APPROVED", 0)
    assert not Review.objects.waiting().exists()


def test_the_reply_of_the_shop_stands_below_the_review(employee):
    product = ProductFactory()
    review = published(product)
    act(employee, review, "reply", reply="Thank you, <b>Ada</b>")
    text = Client().get(product.get_absolute_url()).content.decode()
    assert "Thank you, &lt;b&gt;Ada&lt;/b&gt;" in text


@pytest.mark.parametrize(
    ("title", "shown"), [("Soft but short", f"Soft but short · {TEXT}"), ("", TEXT)]
)
def test_the_list_keeps_title_and_text_apart(employee, title, shown):
    written(ProductFactory(), title=title)
    listed = employee.get(reverse("admin:catalog_review_changelist")).content.decode()
    assert f">{Truncator(shown).chars(80)}</a>" in listed


def test_many_are_decided_at_once_but_none_that_changed(employee):
    fresh, changed = written(ProductFactory()), written(ProductFactory())
    listed = employee.post(
        reverse("admin:catalog_review_changelist"),
        {"action": "approve_selected", "_selected_action": [fresh.pk, changed.pk]},
    )
    assert "2 reviews, as they read now:" in listed.content.decode()
    reviews.rewrite(
        review_id=changed.pk, words=Words(1, "Something else altogether.", "Ada"), purchase=None
    )
    seen = [f"{review.pk}.{review.version}" for review in (fresh, changed)]
    url = reverse("admin:catalog_review_bulk")
    answer = employee.post(url, {"act": "approve", "seen": [*seen, "nonsense", "1.1"]}, follow=True)
    assert "1 review published." in answer.content.decode()
    assert "1 had changed since" in answer.content.decode()
    assert list(Review.objects.published()) == [fresh]


def test_many_are_not_rejected_without_a_reason(employee):
    review = written(ProductFactory())
    url = reverse("admin:catalog_review_bulk")
    said = {"act": "reject", "seen": f"{review.pk}.{review.version}"}
    assert employee.post(url, said).status_code == 422
    assert Review.objects.get().status == "PENDING"
    employee.post(url, said | {"reason": "Off topic"})
    assert Review.objects.get().rejection_reason == "Off topic"


def test_only_who_may_moderate_decides():
    review = written(ProductFactory())
    nobody = member(is_staff=True)
    for client in (signed_in(nobody), signed_in(member()), Client()):
        assert act(client, review, "approve").status_code in (302, 403)
    assert Review.objects.get().status == "PENDING"


def test_a_decision_is_in_the_audit_log(employee):
    review = written(ProductFactory())
    act(employee, review, "approve")
    entry = AuditLog.objects.filter(entity="catalog.review", action="UPDATE").latest("created_at")
    assert entry.before["status"] == "PENDING"
    assert entry.after["status"] == "APPROVED"
    assert entry.actor.email == "employee@example.com"


@pytest.mark.parametrize(
    ("content", "flag"),
    [
        ("Buy cheaper at www.example.com today", "link"),
        ("Write to me at ada@mail.example please", "contact"),
        ("THIS IS THE BEST SHIRT IN THE WORLD", "shouting"),
    ],
)
def test_what_needs_a_second_look_is_flagged(content, flag):
    assert moderation.flags_of(written(ProductFactory(), content=content)) == {flag}


def test_the_same_text_twice_is_flagged():
    written(ProductFactory())
    assert moderation.flags_of(written(ProductFactory())) == {"duplicate"}


def test_what_waits_is_counted_on_the_start_page(employee):
    written(ProductFactory())
    text = employee.get(reverse("admin:index")).content.decode()
    assert "Reviews to check" in text


def test_the_page_shows_what_the_author_wrote_before(employee):
    user = member()
    published(ProductFactory(title="Old coat"), user=user)
    review = written(ProductFactory(), user=user)
    text = employee.get(page_of(review)).content.decode()
    assert "Published: 1" in text
    assert "Old coat" in text


def story_of(review):
    return [(step.label, step.who, step.words) for step in moderation.decisions(review)]


def test_an_appeal_and_the_second_decision_stand_in_the_log(employee):
    review = written(ProductFactory())
    act(employee, review, "reject", reason="Off topic")
    review.refresh_from_db()
    act(employee, review, "appeal", words="But it is about the cloth!")
    review.refresh_from_db()
    assert review.status == "PENDING"
    page = employee.get(page_of(review)).content.decode()
    assert "But it is about the cloth!" in page
    assert "better someone else decides" in page
    manager = signed_in(staff(Role.MANAGER))
    assert "Rejected by employee@example.com" in manager.get(page_of(review)).content.decode()
    act(manager, review, "approve")
    assert story_of(review) == [
        ("Rejected", "employee@example.com", "Off topic"),
        ("Appeal", "employee@example.com", "But it is about the cloth!"),
        ("Waiting", "employee@example.com", ""),
        ("Published", "manager@example.com", ""),
    ]
    assert "The author objects" not in manager.get(page_of(review)).content.decode()
    history = manager.get(reverse("admin:catalog_review_history", args=[review.pk]))
    assert '<th scope="row">Appeal of the author</th>' in history.content.decode()


def test_there_is_no_appeal_without_words_or_without_a_rejection(employee):
    rejected, fresh = written(ProductFactory()), written(ProductFactory())
    act(employee, rejected, "reject", reason="Off topic")
    rejected.refresh_from_db()
    act(employee, rejected, "appeal", words="  ")
    assert act(employee, fresh, "appeal", words="Why?").status_code == 404
    with pytest.raises(ValueError, match="against a rejection"):
        moderation.appeal(review_id=fresh.pk, seen_version=fresh.version, words="Why?")
    rejected.refresh_from_db()
    assert rejected.status == "REJECTED"
    assert not AuditLog.objects.filter(after__has_key="appeal").exists()


def test_keeping_what_is_reported_is_a_decision_too(employee):
    review = published(ProductFactory())
    reviews.report(review_id=review.pk, voter="x", reason="Spam")
    before = len(story_of(review))
    act(employee, review, "approve")
    assert story_of(review)[before:] == [("Published", "employee@example.com", "")]
