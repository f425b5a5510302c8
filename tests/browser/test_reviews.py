"""Reviews in a browser: read, filtered, voted on, written, and decided on by keys."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from catalog.models import Review
from catalog.reviewing import moderation
from catalog.tests.pictures import content_of, noise
from catalog.tests.test_reviews import published, written
from orders.tests.factories import member
from shop.accounts.roles import Role
from tests.back_office import staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page, user):
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": page.url}
    page.context.add_cookies([cookie])


def test_reviews_are_filtered_voted_on_and_continued(shop_pages, little_shop, inspector):
    for rating in (5, 5, 4, 4, 3, 2, 1):
        published(little_shop[0], rating, fit="SMALL")
    page = shop_pages.open("/p/plain-tee/")
    section = page.locator("#reviews")
    section.get_by_role("link", name="More reviews").click()
    expect(section.locator("#review-list > li")).to_have_count(7)
    expect(section.locator("#review-list > li").nth(5)).to_be_focused()
    section.get_by_role("link", name="5 stars, 2 reviews").click()
    expect(section.locator("#review-list > li")).to_have_count(2)
    section.get_by_role("link", name="Show all").press("Enter")
    expect(section.locator("#review-list > li").first).to_be_focused()
    section.get_by_role("link", name="5 stars, 2 reviews").click()
    expect(section.locator("#review-list > li")).to_have_count(2)
    section.get_by_role("button", name="Helpful (0)", exact=True).first.click()
    helpful = section.get_by_role("button", name="Helpful (1)", exact=True)
    expect(helpful).to_have_attribute("aria-pressed", "true")
    inspector.look(page)


def test_reviews_work_without_script(shop_pages, little_shop):
    for _ in range(12):
        published(little_shop[0])
    page = shop_pages.open("/p/plain-tee/", javascript=False)
    page.get_by_role("link", name="More reviews").click()
    page.get_by_role("link", name="More reviews").click()
    expect(page.locator("#review-list > li")).to_have_count(2)
    page.get_by_role("button", name="Helpful (0)", exact=True).first.click()
    page.wait_for_url("**/p/plain-tee/#reviews")
    expect(page.locator("main").get_by_role("status").first).to_contain_text("Thank you")


def test_a_review_is_written(shop_pages, little_shop, inspector):
    page = shop_pages.open("/p/plain-tee/")
    sign_in(page, member(first_name="Ada"))
    page.get_by_role("link", name="Write the first review").click()
    page.get_by_role("button", name="Send review").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a rating")
    inspector.look(page)
    page.get_by_role("radio", name="Very good").check()
    page.get_by_label("Your review").fill("Heavy cloth, and it keeps its shape.")
    page.get_by_role("button", name="Send review").click()
    expect(page.locator("main").get_by_role("status")).to_contain_text("before it appears")
    inspector.look(page)
    assert Review.objects.get().display_name == "Ada"


def test_a_photo_goes_with_a_review_and_opens_from_the_list(shop_pages, little_shop):
    page = shop_pages.open("/p/plain-tee/")
    sign_in(page, member(first_name="Ada"))
    page.goto("/p/plain-tee/review/")
    page.get_by_role("radio", name="Very good").check()
    page.get_by_label("Your review").fill("Heavy cloth, and it keeps its shape.")
    photo = {"name": "tee.jpg", "mimeType": "image/jpeg", "buffer": content_of(noise(400, 300))}
    page.get_by_label("Photos").set_input_files(photo)
    page.get_by_role("button", name="Send review").click()
    expect(page.locator("main").get_by_role("status")).to_contain_text("before it appears")
    review = Review.objects.get()
    moderation.approve(review_id=review.pk, seen_version=review.version, actor_id=None)
    page.goto("/p/plain-tee/")
    shown = page.locator("#review-list").get_by_role("link", name="Open larger")
    shown.scroll_into_view_if_needed()
    expect(shown.locator("img")).to_have_js_property("naturalWidth", 400)
    shown.click()
    page.wait_for_url("**/media/uploads/**")


def test_staff_decides_by_keys(shop_pages, little_shop):
    first, second = written(little_shop[0]), written(little_shop[1])
    page = shop_pages.open("/")
    sign_in(page, staff(Role.EMPLOYEE))
    page.goto("/admin/catalog/review/queue/")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Work tee")
    # What the page says is there before the script that knows the keys.
    page.wait_for_load_state("load")
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Rejected")
    page.wait_for_load_state("load")
    page.keyboard.press("u")
    expect(page.get_by_role("status")).to_contain_text("Back in the queue")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("APPROVED", "PENDING")
