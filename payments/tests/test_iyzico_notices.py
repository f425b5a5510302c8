"""iyzico's notices: only those it signed, and each once."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from payments.errors import NoticeRefused
from payments.providers.iyzico import Iyzico, notices
from payments.providers.news import NoticeKind
from payments.tests.doubles.iyzico import Form, IyzicoDouble
from payments.tests.doubles.using import in_use

KEY = "0192f0c1-0000-7000-8000-000000000001"
TOKEN = "077aff05-1e9b-44aa-aa11-c268bb8b3826"


@pytest.fixture
def double(settings):
    """A page was paid, and iyzico tells so."""
    with in_use(IyzicoDouble(), settings) as made:
        made.forms[TOKEN] = Form(TOKEN, {"conversationId": KEY}, "25000001", "SUCCESS")
        yield made


def read(headers, body):
    return Iyzico().read_notice(headers, body)


def test_a_signed_notice_names_our_payment(double):
    told = read(*double.notice(TOKEN))
    assert (told.kind, told.key, told.reference) == (NoticeKind.PAYMENT, KEY, "25000001")
    assert TOKEN not in str(told.raw)


def test_a_notice_of_a_plain_call_has_no_token(double):
    told = read(*double.notice(TOKEN, event="REFUND_RETRY_SUCCESS", is_page=False))
    assert (told.kind, told.key, told.reference) == (NoticeKind.REFUND, KEY, "25000001")


@pytest.mark.parametrize(
    ("changed", "to"),
    [(b"SUCCESS", b"FAILURE"), (KEY[-2:].encode(), b"02"), (b"25000001", b"25000002")],
)
def test_an_altered_notice_is_refused(double, changed, to):
    headers, body = double.notice(TOKEN)
    assert changed in body
    with pytest.raises(NoticeRefused, match="signature"):
        read(headers, body.replace(changed, to))


def test_a_copy_under_another_name_is_the_same_notice(double):
    (headers, one), (_headers, other) = double.notice(TOKEN), double.notice(TOKEN)
    assert one != other
    assert read(headers, one).event_id == read(headers, other).event_id


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"iyziEventTime": "x"}'])
def test_what_is_no_notice_is_refused(double, body):
    with pytest.raises(NoticeRefused):
        read({"X-IYZ-SIGNATURE-V3": "0" * 64}, body)


def test_an_unsigned_notice_is_refused(double):
    with pytest.raises(NoticeRefused, match="not signed"):
        read({}, double.notice(TOKEN)[1])


def test_without_a_key_of_ours_nothing_is_believed(double, settings):
    settings.IYZICO_SECRET_KEY = ""
    with pytest.raises(NoticeRefused):
        read(*double.notice(TOKEN, secret=""))


def test_a_notice_from_another_day_is_refused(double):
    headers, body = double.notice(TOKEN)
    late = timezone.now() + notices.LATEST + timedelta(seconds=5)
    with time_machine.travel(late), pytest.raises(NoticeRefused, match="too old"):
        read(headers, body)
