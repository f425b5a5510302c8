"""What Stripe tells by itself: believed only when signed just now; and disputes are answered."""

import io

import pytest
from PIL import Image

from payments.errors import NoticeRefused, ProviderAway
from payments.providers.base import EvidenceFile
from payments.providers.news import NoticeKind
from payments.providers.stripe import Stripe
from payments.tests.doubles.stripe import StripeDouble
from payments.tests.doubles.using import in_use
from payments.tests.test_stripe import KEY, charge, known


@pytest.fixture
def double(settings):
    with in_use(StripeDouble(), settings) as made:
        yield made


@pytest.fixture
def remote(double):
    return Stripe()


@pytest.fixture
def authorized(remote):
    return known(remote.authorize(charge()))


@pytest.fixture
def captured(remote, authorized):
    remote.capture(authorized, key=f"{KEY}:capture", amount=5490)
    return authorized


def picture():
    made = io.BytesIO()
    Image.new("RGB", (4, 4)).save(made, "WEBP")
    return EvidenceFile("parcel.webp", "image/webp", made.getvalue())


def test_evidence_goes_out_as_text_and_documents(remote, double, captured):
    files = [picture(), EvidenceFile("facts.pdf", "application/pdf", b"%PDF-1.7 facts"), picture()]
    remote.submit_evidence(f"dp_{captured.reference[3:]}", text="It arrived.", files=files)
    about = double.disputes[captured.reference[3:]]
    assert about["evidence"]["uncategorized_text"] == "It arrived."
    assert about["evidence"]["service_documentation"] == "file_2"
    assert [one[:5] for one in double.files] == [b"%PDF-", b"%PDF-"]
    assert double.files[1].startswith(b"%PDF-1.7 facts")


def test_evidence_whose_reply_was_lost_is_sent_again_in_peace(remote, double, captured):
    reference = f"dp_{captured.reference[3:]}"
    double.fail("fetch", "lost")
    with pytest.raises(ProviderAway):
        remote.submit_evidence(reference, text="It arrived.", files=[])
    double.heal()
    remote.submit_evidence(reference, text="It arrived.", files=[])
    assert double.disputes[captured.reference[3:]]["status"] == "under_review"


def test_notice_about_a_payment_names_our_key_and_all_of_the_amount(remote, double, authorized):
    notice = remote.read_notice(*double.told(authorized.reference, event_id="evt_1"))
    assert (notice.event_id, notice.kind) == ("evt_1", NoticeKind.PAYMENT)
    assert (notice.key, notice.reference) == (KEY, authorized.reference)
    assert (notice.amount, notice.currency) == (5490, "EUR")


def test_notice_about_a_refund_names_the_payment(remote, double, captured):
    remote.refund(captured, key="part", amount=1000)
    notice = remote.read_notice(*double.event("refund.updated", double.refunds[0]))
    assert (notice.kind, notice.key, notice.amount) == (NoticeKind.REFUND, KEY, None)
    assert notice.reference == captured.reference


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("needs_response", ""), ("won", "WON"), ("lost", "LOST"), ("warning_closed", "WON")],
)
def test_notice_about_a_dispute_says_until_when_and_how_it_ended(
    remote, double, captured, status, outcome
):
    about = double.dispute(captured.reference, status=status, due_by=1_800_000_000)
    notice = remote.read_notice(*double.event("charge.dispute.updated", about))
    news = notice.dispute
    assert (notice.kind, notice.reference) == (NoticeKind.DISPUTE, captured.reference)
    assert (news.amount, news.reason, news.outcome) == (5490, "fraudulent", outcome)
    assert news.respond_by.timestamp() == 1_800_000_000


def test_notice_about_anything_else_is_none_of_our_business(remote, double):
    event = double.event("customer.created", {"id": "cus_1", "object": "customer"})
    assert remote.read_notice(*event).kind == NoticeKind.OTHER


@pytest.mark.parametrize(
    "change",
    [
        lambda headers, body: ({}, body),
        lambda headers, body: ({"Stripe-Signature": "t=1"}, body),
        lambda headers, body: ({"Stripe-Signature": "v1"}, body),
        lambda headers, body: (headers, body.replace(b"5490", b"1")),
        lambda headers, body: (headers, b"\xff" + body),
    ],
)
def test_notice_that_stripe_did_not_sign_is_refused(remote, double, authorized, change):
    with pytest.raises(NoticeRefused):
        remote.read_notice(*change(*double.told(authorized.reference)))


def test_notice_signed_with_another_secret_is_refused(remote, double, authorized):
    with pytest.raises(NoticeRefused):
        remote.read_notice(*double.told(authorized.reference, secret="whsec_forged"))


@pytest.mark.parametrize("seconds", [-310, 310])
def test_notice_from_another_time_is_refused(remote, double, authorized, seconds, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    fine = double.told(authorized.reference, at=1_800_000_000 + seconds // 2)
    assert remote.read_notice(*fine).key == KEY
    with pytest.raises(NoticeRefused):
        remote.read_notice(*double.told(authorized.reference, at=1_800_000_000 + seconds))


def test_signed_nonsense_is_refused(remote, double):
    with pytest.raises(NoticeRefused, match="read"):
        remote.read_notice(*double.event("payment_intent.succeeded", "nonsense"))


def test_notice_is_refused_while_no_secret_is_set(remote, double, authorized, settings):
    settings.STRIPE_WEBHOOK_SECRET = ""
    with pytest.raises(NoticeRefused):
        remote.read_notice(*double.told(authorized.reference, secret=""))


def test_answer_that_is_no_charge_is_no_answer(remote, double, authorized):
    double.intents[authorized.reference].amount = None
    with pytest.raises(ProviderAway, match="understood"):
        remote.fetch(charge(), reference=authorized.reference)
