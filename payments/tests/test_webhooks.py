"""The address to which providers send: who is let in, and what is answered."""

import json
import time

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from orders.tests.factories import placed_order
from payments import notices, processing
from payments.errors import ProviderAway
from payments.models import ProviderNotice
from payments.providers import provider, sandbox_notices
from payments.tests.cards import method
from payments.tests.telling import URL, post, told
from payments.webhooks import MOST_BYTES

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid():
    order = placed_order()
    return processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method())


def refused(body, headers):
    status = post(body, headers=headers).status_code
    assert ProviderNotice.objects.count() == 0
    return status


def test_a_notice_is_stored_and_a_job_looks_into_it(paid):
    assert post(told(paid)).status_code == 200
    notice = ProviderNotice.objects.get()
    assert (notice.status, notice.key, notice.tries) == ("RECEIVED", str(paid.pk), 0)
    job = ProcrastinateJob.objects.get(task_name=notices.PROCESS)
    assert job.args == {"notice_id": str(notice.pk)}


def test_the_same_notice_again_is_answered_alike_and_makes_no_second_job(paid):
    body = told(paid)
    assert post(body).status_code == post(body).status_code == 200
    assert ProviderNotice.objects.count() == 1
    assert ProcrastinateJob.objects.filter(task_name=notices.PROCESS).count() == 1


def test_senders_need_no_cookie_and_no_token_of_a_form(paid):
    assert post(told(paid), client=Client(enforce_csrf_checks=True)).status_code == 200


def test_a_forged_signature_is_refused(paid):
    body = told(paid)
    forged = {sandbox_notices.HEADER: f"t={int(time.time())},v1={'0' * 64}"}
    assert refused(body, forged) == 400


def test_a_body_that_was_altered_is_refused(paid):
    headers = sandbox_notices.signed(told(paid))
    assert refused(told(paid, amount=1), headers) == 400


def test_a_signature_of_another_moment_is_refused(paid):
    body = told(paid)
    signed = sandbox_notices.signed(body)[sandbox_notices.HEADER]
    moved = signed.replace("t=", "t=1")
    assert refused(body, {sandbox_notices.HEADER: moved}) == 400


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_notice_from_outside_the_window_of_time_is_refused(paid, seconds):
    body = told(paid)
    # The clock stands: a moment later a second too many would be none any more.
    with time_machine.travel(timezone.now(), tick=False):
        assert refused(body, sandbox_notices.signed(body, at=time.time() + seconds)) == 400


def test_a_notice_at_the_edge_of_the_window_is_taken(paid):
    body = told(paid)
    with time_machine.travel(timezone.now(), tick=False):
        headers = sandbox_notices.signed(body, at=time.time() - 290)
        assert post(body, headers=headers).status_code == 200


def test_a_notice_signed_with_another_secret_is_refused(paid, settings):
    body = told(paid)
    settings.SANDBOX_WEBHOOK_SECRET = "another"
    headers = sandbox_notices.signed(body)
    settings.SANDBOX_WEBHOOK_SECRET = "ours"
    assert refused(body, headers) == 400


@pytest.mark.parametrize("headers", [{}, {"Sandbox-Signature": ""}, {"Sandbox-Signature": "é"}])
def test_a_notice_without_a_signature_is_refused(paid, headers):
    assert refused(told(paid), headers) == 400


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"id": "1"}', b"\xff\x00"])
def test_what_cannot_be_read_is_refused(body):
    assert refused(body, sandbox_notices.signed(body)) == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "much"},
        {"amount": None},
        {"key": "5" * 101},
        {"currency": "EURO!"},
        {"amount": 10**30},
    ],
)
def test_signed_nonsense_is_refused(paid, wrong):
    body = told(paid, **wrong)
    assert refused(body, sandbox_notices.signed(body)) == 400


def test_a_notice_that_is_too_long_is_not_read(paid):
    body = told(paid) + b" " * MOST_BYTES
    assert refused(body, sandbox_notices.signed(body)) == 413


def test_nobody_sends_by_get():
    assert Client().get(URL).status_code == 405


@pytest.mark.parametrize("name", ["stripe", "nobody", "sandbox-2"])
def test_a_provider_that_is_switched_off_has_no_address(name):
    assert Client().post(f"/webhooks/{name}/", b"{}", "application/json").status_code == 404


def test_while_the_check_of_a_signature_is_away_the_notice_shall_come_again(paid, monkeypatch):
    def away(headers, body):
        raise ProviderAway("no connection")

    monkeypatch.setattr(provider("SANDBOX"), "read_notice", away)
    response = post(told(paid))
    assert (response.status_code, response["Retry-After"]) == (503, "30")


def test_while_the_database_is_away_the_notice_shall_come_again(paid, monkeypatch):
    def away(**row):
        raise OperationalError("away") from ConnectionError()

    monkeypatch.setattr(ProviderNotice.objects, "get_or_create", away)
    monkeypatch.setattr("shop.errors.is_database_away", lambda error: True)
    assert post(told(paid)).status_code == 503


def test_one_address_may_not_send_for_ever(paid, monkeypatch):
    monkeypatch.setattr("payments.webhooks.MOST", 2)
    body = told(paid)
    # Notices are counted by the minute: all fall into one.
    with time_machine.travel(timezone.now(), tick=False):
        statuses = [post(body).status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]


def test_what_is_kept_of_a_notice_is_a_list_of_known_fields(paid):
    content = json.loads(told(paid))
    content["charge"]["card"] = {"number": "4242424242424242", "cvc": "739"}
    post(json.dumps(content).encode())
    notice = ProviderNotice.objects.get()
    assert notice.payload == {"type": "payment.authorized"}


def test_receiving_asks_no_provider_and_takes_few_statements(paid, monkeypatch):
    for call in ("fetch", "authorize", "capture", "void", "refund"):
        monkeypatch.setattr(type(provider("SANDBOX")), call, lambda *_a, **_k: pytest.fail("asked"))
    body = told(paid)
    with CaptureQueriesContext(connection) as seen:
        assert post(body).status_code == 200
    # Looked for, written with its entry in the log, and its job, around which the savepoints lie.
    assert len([one for one in seen if "SAVEPOINT" not in one["sql"]]) <= 4
