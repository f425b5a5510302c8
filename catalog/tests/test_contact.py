"""The contact form: a message reaches the shop, and nothing else does."""

import pytest
from django.core.mail.backends.locmem import EmailBackend

from catalog.content import views as content_views

pytestmark = pytest.mark.django_db

URL = "/pages/contact/"
MESSAGE = {
    "name": "Ada",
    "email": "ada@example.com",
    "topic": "repair",
    "message": "The zip of my coat is torn.",
    "website": "",
}


def test_a_message_reaches_the_shop_and_can_be_answered(client, mailoutbox, settings):
    response = client.post(URL, MESSAGE)
    assert (response.status_code, response["Location"]) == (303, URL)
    [mail] = mailoutbox
    assert (mail.to, mail.reply_to) == ([settings.SHOP_EMAIL], ["ada@example.com"])
    assert mail.subject == "Message from Ada: A repair"
    assert "The zip of my coat is torn." in mail.body
    assert "Thank you" in client.get(URL).content.decode()


def test_a_refused_message_keeps_what_was_typed(client, mailoutbox):
    response = client.post(URL, MESSAGE | {"email": "ada@", "name": "Ada <3"})
    text = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in text
    assert "The zip of my coat is torn.</textarea>" in text
    assert 'value="Ada &lt;3"' in text
    assert not mailoutbox


def test_a_program_that_fills_in_everything_is_thanked_and_not_heard(client, mailoutbox):
    assert client.post(URL, MESSAGE | {"website": "https://spam.example"}).status_code == 303
    assert not mailoutbox


def test_a_line_break_in_a_name_makes_no_header(client, mailoutbox):
    client.post(URL, MESSAGE | {"name": "Ada\nBcc: all@example.com"})
    [mail] = mailoutbox
    assert "\n" not in mail.subject
    assert mail.recipients() == mail.to


def test_nobody_sends_hundreds_of_messages(client, mailoutbox):
    for _ in range(content_views.MESSAGES_AN_HOUR):
        assert client.post(URL, MESSAGE).status_code == 303
    response = client.post(URL, MESSAGE)
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert len(mailoutbox) == content_views.MESSAGES_AN_HOUR


def test_a_mail_server_that_is_away_is_told_and_nothing_is_lost(client, monkeypatch):
    def away(self, messages):
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", away)
    response = client.post(URL, MESSAGE)
    assert response.status_code == 422
    assert "could not be sent" in response.content.decode()
    assert "The zip of my coat is torn.</textarea>" in response.content.decode()
