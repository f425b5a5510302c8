"""Letters about an account: sealed until they are sent, sent once, complete for every occasion."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from shop.accounts import tasks
from shop.accounts.letters import sending
from shop.accounts.letters.about_security import OCCASIONS
from shop.accounts.letters.queue import SEND, queue
from shop.accounts.models import Letter
from shop.accounts.security_letters import tell
from shop.accounts.tests.signing_in import EMAIL, letters, person

pytestmark = pytest.mark.django_db


def everything(table):
    """All that is stored in a table, as text."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} AS t")
        return cursor.fetchone()[0] or ""


def test_waiting_letter_gives_nothing_away(client):
    person()
    client.post(reverse("account_request_login_code"), {"email": EMAIL})
    stored = everything("accounts_letter") + everything("procrastinate_jobs")
    (letter,) = letters()
    code = next(line.strip() for line in letter.body.splitlines() if line.startswith("    "))
    assert EMAIL not in stored
    assert code not in stored


def test_letter_is_sent_once_and_forgotten():
    queue("unknown", to=EMAIL, facts={})
    key = Letter.objects.get().pk
    assert [sending.send(key), sending.send(key)] == [True, False]
    assert len(mail.outbox) == 1
    assert not Letter.objects.exists()


def test_letter_waits_while_the_mail_server_is_away(monkeypatch):
    queue("unknown", to=EMAIL, facts={})

    def refuse(_backend, _messages):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        with pytest.raises(ConnectionRefusedError):
            sending.send(Letter.objects.get().pk)
    assert len(letters()) == 1


def test_job_names_the_letter_and_nobody():
    queue("unknown", to=EMAIL, facts={})
    job = ProcrastinateJob.objects.get(task_name=SEND)
    assert job.args == {"letter_id": str(Letter.objects.get().pk)}
    assert tasks.send_letter(**job.args)


def test_letter_of_an_act_that_failed_is_never_sent():
    with transaction.atomic():
        queue("unknown", to=EMAIL, facts={})
        transaction.set_rollback(True)
    assert not letters()


@pytest.mark.parametrize("kind", OCCASIONS)
def test_every_occasion_has_words_and_both_shapes(kind):
    user = person()
    tell(user=user, kind=kind, context={"path": "/account/", "facts": [["What", "a <b> & c"]]})
    letter = letters()[-1]
    assert letter.to == [EMAIL]
    assert letter.subject
    assert "What: a <b> & c" in letter.body
    page, shape = letter.alternatives[0]
    assert shape == "text/html"
    assert "a &lt;b&gt; &amp; c" in page


def test_unknown_occasion_is_a_mistake_and_leaves_nothing():
    with pytest.raises(KeyError):
        tell(user=person(), kind="birthday", context={})
    assert not Letter.objects.exists()


def test_letters_nobody_could_send_are_thrown_away():
    queue("unknown", to=EMAIL, facts={})
    queue("unknown", to=EMAIL, facts={})
    old = Letter.objects.first()
    Letter.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=49))
    assert sending.forget(timezone.now()) == 1
    assert Letter.objects.exclude(pk=old.pk).exists()
