"""The newsletter: asked for, confirmed by the owner of the mailbox, and left with one click."""

import email.policy
import re
import threading
from datetime import timedelta
from email import message_from_bytes

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from audit.models import AuditLog
from shop.accounts import tasks
from shop.accounts.models import NewsletterSubscription, User
from shop.accounts.newsletter import links, subscriptions, views
from shop.accounts.newsletter.subscriptions import CONSENT, Place, Status
from shop.accounts.tests.signing_in import letters, path_in

pytestmark = pytest.mark.django_db

URL = "/newsletter/"
ADA = "ada@example.com"
ASK = {"email": ADA, "consent": "on", "place": "FOOTER", "website": ""}
HTMX = {"HX-Request": "true"}


def text_of(response):
    return response.content.decode()


def jobs():
    rows = ProcrastinateJob.objects.filter(task_name=subscriptions.CONFIRMATION)
    return [job.args for job in rows.order_by("id")]


def ask(address=ADA):
    """A wish, with its mail on the way."""
    subscriptions.ask(email=address, place=Place.FOOTER, site_url="http://testserver/")
    return NewsletterSubscription.objects.get(email__iexact=address)


def asked(seconds_ago):
    """A wish of a while ago."""
    row = ask()
    row.asked_at -= timedelta(seconds=seconds_ago)
    row.save(update_fields=["asked_at"])
    return row


def confirmed(address=ADA):
    return subscriptions.confirm(ask(address).pk)


def test_asking_keeps_the_wish_with_its_proof_and_queues_one_mail(client):
    response = client.post(URL, ASK)
    assert (response.status_code, response["Location"]) == (303, "/newsletter/thanks/")
    row = NewsletterSubscription.objects.get()
    assert (row.email, row.status, row.place, row.language) == (ADA, "PENDING", "FOOTER", "en")
    assert row.consent == str(CONSENT)
    assert jobs() == [{"subscription_id": str(row.pk), "site_url": "http://testserver/"}]
    assert not mail.outbox
    assert "look into your mailbox" in text_of(client.get(response["Location"]))


def test_the_answer_tells_nobody_who_is_on_the_list(client):
    confirmed("known@example.com")
    User.objects.create_user("member@example.com")
    answers = {
        text_of(client.post(URL, ASK | {"email": f"{who}@example.com"}, headers=HTMX))
        for who in ("known", "member", "stranger")
    }
    assert len(answers) == 1
    assert "look into your mailbox" in answers.pop()


def test_who_is_on_the_list_is_not_asked_again():
    before = confirmed()
    ask("ADA@example.com")
    assert len(jobs()) == 1
    before.refresh_from_db()
    assert before.status == Status.CONFIRMED


def test_asking_twice_in_a_moment_sends_one_mail():
    ask()
    ask("Ada@Example.com")
    assert len(jobs()) == 1


def test_asking_again_later_sends_the_mail_again():
    asked(seconds_ago=subscriptions.AGAIN_SECONDS + 1)
    ask()
    assert len(jobs()) == 2
    assert NewsletterSubscription.objects.count() == 1


def test_who_has_left_may_ask_again():
    subscriptions.unsubscribe(confirmed().pk)
    row = ask()
    assert (row.status, row.confirmed_at, row.unsubscribed_at) == (Status.PENDING, None, None)
    assert len(jobs()) == 2


@pytest.mark.parametrize(
    ("change", "message", "field"),
    [
        ({"email": ""}, "Enter your e-mail address", "newsletter-email"),
        ({"email": "ada@"}, "such as name@example.com", "newsletter-email"),
        ({"email": "a@b.c\nBcc: x@y.z"}, "such as name@example.com", "newsletter-email"),
        ({"email": "x" * 250 + "@a.de"}, "", "newsletter-email"),
        ({"consent": ""}, "Tick the box", "newsletter-consent"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(client, change, message, field):
    sent = ASK | change
    response = client.post(URL, {name: value for name, value in sent.items() if value})
    fragment = text_of(client.post(URL, {k: v for k, v in sent.items() if v}, headers=HTMX))
    assert response.status_code == 422
    assert message in text_of(response)
    assert f'href="#{field}"' in text_of(response)
    assert re.search(rf'<input [^>]*data-focus=""[^>]*id="{field}"', fragment)
    if change.get("email") != "":
        assert sent["email"].split("\n")[0] in fragment
    assert not NewsletterSubscription.objects.exists()
    assert not jobs()


def test_the_tick_is_never_set_beforehand(client):
    assert "checked" not in text_of(client.get(URL))
    assert "checked" in text_of(client.post(URL, ASK | {"email": "ada@"}))


def test_a_program_that_fills_in_everything_is_thanked_and_not_heard(client):
    assert client.post(URL, ASK | {"website": "https://spam.example"}).status_code == 303
    assert not NewsletterSubscription.objects.exists()
    assert not jobs()


def test_nobody_signs_up_the_whole_town(client):
    for number in range(views.ASKED):
        assert client.post(URL, ASK | {"email": f"n{number}@example.com"}).status_code == 303
    refused = client.post(URL, ASK)
    assert refused.status_code == 429
    assert "several times from here within the hour" in text_of(refused)
    assert NewsletterSubscription.objects.count() == views.ASKED


def test_a_form_without_its_token_is_refused():
    assert Client(enforce_csrf_checks=True).post(URL, ASK).status_code == 403
    assert not NewsletterSubscription.objects.exists()


def test_asking_costs_few_queries(client, django_assert_num_queries):
    # Is it there, the wish, its job, its log, and the marks of two transactions.
    with django_assert_num_queries(8):
        client.post(URL, ASK)
    subscriptions.confirm(NewsletterSubscription.objects.get().pk)
    with django_assert_num_queries(3):
        client.post(URL, ASK)


def sent_to(row):
    tasks.send_newsletter_confirmation(
        subscription_id=str(row.pk), site_url="https://shop.example/"
    )
    [letter] = mail.outbox
    return letter


def test_the_mail_asks_in_text_and_html_and_names_both_ways():
    row = ask()
    letter = sent_to(row)
    [(html, kind)] = letter.alternatives
    assert (letter.to, letter.reply_to, kind) == ([ADA], ["hello@selvedge.example"], "text/html")
    for body in (letter.body, html):
        assert f"https://shop.example{links.confirm_path(row.pk)}"[:60] in body
        assert "https://shop.example/newsletter/unsubscribe/" in body
    assert '<html lang="en">' in html
    assert not re.search(r"<img|<script|<link|https?://(?!shop\.example)", html)
    assert len(html) < 60_000


def test_mail_programs_find_the_one_click_way_out():
    letter = sent_to(ask())
    read = message_from_bytes(letter.message().as_bytes(), policy=email.policy.default)
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.fullmatch(r"<https://shop\.example(\S+)>", read["List-Unsubscribe"].strip())[1]
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 204
    assert NewsletterSubscription.objects.get().status == Status.UNSUBSCRIBED


def test_who_has_decided_in_the_meantime_gets_no_mail():
    row = confirmed()
    assert not tasks.send_newsletter_confirmation(subscription_id=str(row.pk), site_url="http://s/")
    assert not mail.outbox


def test_following_the_link_confirms_nothing_and_its_button_does(client):
    row = ask()
    path = links.confirm_path(row.pk)
    page = client.get(path)
    row.refresh_from_db()
    assert (row.status, page["Cache-Control"]) == (Status.PENDING, "private, no-store")
    assert str(CONSENT) in text_of(page)
    assert client.post(path)["Location"] == path
    row.refresh_from_db()
    assert row.status == Status.CONFIRMED
    assert row.confirmed_at >= row.asked_at
    assert "You are on the list" in text_of(client.get(path))


def test_pages_of_a_link_cost_one_query_beside_the_frame(client, django_assert_num_queries):
    row = ask()
    # In a test, where nothing is kept, the tree and the menus come on top.
    with django_assert_num_queries(3):
        client.get(links.confirm_path(row.pk))
    with django_assert_num_queries(3):
        client.get(links.unsubscribe_path(row.pk))


@pytest.mark.parametrize("days", [0, 8])
def test_a_forged_or_old_link_confirms_nothing(client, time_machine, days):
    row = ask()
    path = links.confirm_path(row.pk)
    if days:
        time_machine.move_to(timezone.now() + timedelta(days=days))
    else:
        path = links.unsubscribe_path(row.pk).replace("unsubscribe", "confirm")
    assert client.post(path).status_code == 404
    assert "no longer works" in text_of(client.get(path))
    row.refresh_from_db()
    assert row.status == Status.PENDING


def test_an_old_link_does_not_bring_back_who_has_left(client):
    row = confirmed()
    subscriptions.unsubscribe(row.pk)
    client.post(links.confirm_path(row.pk))
    row.refresh_from_db()
    assert row.status == Status.UNSUBSCRIBED


def test_looking_at_the_way_out_does_not_leave_and_its_button_does(client):
    path = links.unsubscribe_path(confirmed().pk)
    assert "Stop the newsletter?" in text_of(client.get(path))
    assert NewsletterSubscription.objects.get().status == Status.CONFIRMED
    assert client.post(path)["Location"] == path
    assert "You are off the list" in text_of(client.get(path))
    row = NewsletterSubscription.objects.get()
    assert row.unsubscribed_at >= row.confirmed_at >= row.asked_at


def test_a_way_out_works_when_the_row_is_gone_and_not_when_it_is_forged(client):
    row = confirmed()
    path = links.unsubscribe_path(row.pk)
    row.delete()
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 204
    assert "You are off the list" in text_of(client.get(path))
    assert client.post("/newsletter/unsubscribe/forged:link/").status_code == 404


def test_confirming_and_leaving_change_the_consent_of_the_account():
    user = User.objects.create_user("Ada@Example.com")
    other = User.objects.create_user("bea@example.com", has_marketing_consent=True)
    row = confirmed("ADA@example.com")
    user.refresh_from_db()
    assert (user.has_marketing_consent, user.marketing_consent_at) == (True, row.confirmed_at)
    subscriptions.unsubscribe(row.pk)
    user.refresh_from_db()
    other.refresh_from_db()
    assert (user.has_marketing_consent, user.marketing_consent_at) == (False, None)
    assert other.has_marketing_consent


def test_a_member_ticks_and_unticks_without_a_mail(client):
    user = User.objects.create_user(ADA)
    client.force_login(user)
    overview = reverse("accounts:overview")
    assert "checked" not in text_of(client.get(overview))
    assert client.post("/newsletter/choose/", {"consent": "on"}).status_code == 303
    row = NewsletterSubscription.objects.get()
    assert (row.status, row.place, jobs()) == (Status.CONFIRMED, Place.ACCOUNT, [])
    assert "checked" in text_of(client.get(overview))
    client.post("/newsletter/choose/", {})
    row.refresh_from_db()
    user.refresh_from_db()
    assert (row.status, user.has_marketing_consent) == (Status.UNSUBSCRIBED, False)


def test_only_members_have_a_tick(client):
    assert client.post("/newsletter/choose/", {"consent": "on"}).status_code == 302
    assert not NewsletterSubscription.objects.exists()


def test_a_new_account_has_the_consent_its_address_gave_before(client):
    row = confirmed()
    client.post(reverse("account_signup"), {"email": ADA, "password1": "warp-and-weft-82"})
    assert not User.objects.get().has_marketing_consent
    client.post(path_in(letters()[-1]))
    user = User.objects.get()
    assert (user.has_marketing_consent, user.marketing_consent_at) == (True, row.confirmed_at)


def test_every_step_is_in_the_audit_log():
    subscriptions.unsubscribe(confirmed().pk)
    rows = AuditLog.objects.filter(entity="accounts.newslettersubscription").order_by("pk")
    steps = [row.after.get("status") for row in rows]
    assert steps == ["PENDING", "CONFIRMED", "UNSUBSCRIBED"]
    assert rows[0].after["consent"] == str(CONSENT)


def test_what_nobody_confirmed_and_old_proof_are_forgotten():
    now = timezone.now()
    ask("new@example.com")
    confirmed("kept@example.com")
    subscriptions.unsubscribe(confirmed("left@example.com").pk)
    assert subscriptions.forget(now + timedelta(days=13)) == 0
    assert subscriptions.forget(now + timedelta(days=15)) == 1
    assert subscriptions.forget(now + timedelta(days=3 * 365 + 1)) == 1
    assert NewsletterSubscription.objects.get().email == "kept@example.com"


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"status": "CONFIRMED"}, "newsletter_status_has_its_times"),
        ({"status": "UNSUBSCRIBED"}, "newsletter_status_has_its_times"),
        ({"status": "GONE"}, "newsletter_status_has_its_times"),
        ({"consent": ""}, "newsletter_consent_has_words"),
        ({"place": "MAIL"}, "newslettersubscription_place_known"),
        (
            {"status": "CONFIRMED", "confirmed_at": timezone.now() - timedelta(days=1)},
            "newsletter_confirmed_after_asked",
        ),
        (
            {"status": "UNSUBSCRIBED", "unsubscribed_at": timezone.now() - timedelta(days=1)},
            "newsletter_unsubscribed_last",
        ),
    ],
)
def test_the_database_takes_no_wish_without_its_proof(values, constraint):
    ask()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        NewsletterSubscription.objects.update(**values)


def form_on(client, path):
    """The one form of the newsletter on a page, by its hidden place."""
    return re.findall(r'name="place" value="(\w+)"', text_of(client.get(path)))


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("/", ["HOME"]),
        ("/cart/", ["FOOTER"]),
        ("/nope/", ["FOOTER"]),
        (URL, ["PAGE"]),
        ("/newsletter/thanks/", []),
    ],
)
def test_each_page_has_the_form_once(client, path, places):
    assert form_on(client, path) == places


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_wishes_at_once_leave_one_row_and_one_mail():
    start, wrong = threading.Barrier(3), []

    def wish(address):
        start.wait()
        try:
            ask(address)
        except Exception as error:
            wrong.append(error)
        connection.close()

    threads = [
        threading.Thread(target=wish, args=(one,)) for one in (ADA, ADA.upper(), "Ada@Example.com")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(jobs()) == 1


@pytest.mark.django_db(transaction=True)
def test_the_form_of_a_page_that_all_share_has_the_token_of_its_visitor():
    Client().get("/")
    visitor = Client(enforce_csrf_checks=True)
    page = text_of(visitor.get("/"))
    [place] = re.findall(r"c-newsletter__form.*?</form>", page, re.DOTALL)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', place)[1]
    sent = ASK | {"place": "HOME", "csrfmiddlewaretoken": token}
    assert visitor.post(URL, sent).status_code == 303
    assert NewsletterSubscription.objects.get().place == "HOME"
