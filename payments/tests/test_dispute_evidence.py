"""Answers to banks: files that are what they are, the pack, and reminders in time."""

import io
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from PIL import Image

from audit.models import AuditLog
from orders.documents import invoices
from orders.placed import lifecycle, notes
from payments import dispute_letters, disputes, evidence, evidence_pack, notices, providers
from payments.errors import DisputeDecided, EvidenceRefused, ProviderAway
from payments.models import Dispute, DisputeEvidence, ProviderNotice
from payments.providers import sandbox_notices
from payments.tests import telling
from payments.tests.cards import method
from payments.tests.disputing import paid, tell
from payments.tests.wire import Wire
from shop.models import new_id

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.EXCHANGE_ROOT = tmp_path


def opened(**more):
    order, payment = paid()
    return order, payment, tell(payment, **more)


def add(dispute, content=PDF, name="slip.pdf"):
    return evidence.add(dispute_id=dispute.pk, file=io.BytesIO(content), name=name)


def picture():
    out = io.BytesIO()
    image = Image.new("RGB", (40, 30), "red")
    image.save(out, "JPEG", exif=b"Exif\x00\x00secret-place")
    return out.getvalue()


def test_file_is_kept_apart_from_the_web_under_a_name_of_its_own(settings):
    _order, _payment, dispute = opened()
    row = add(dispute, name="../../etc/signed slip.exe")
    assert (row.name, row.mime_type) == ("signed slip.pdf", "application/pdf")
    path = evidence.path_of(row)
    assert path.read_bytes() == PDF
    assert not path.is_relative_to(settings.MEDIA_ROOT)


def test_picture_is_drawn_anew_without_what_a_camera_wrote():
    _order, _payment, dispute = opened()
    content = picture()
    assert b"secret-place" in content
    kept = evidence.file_of(add(dispute, content, "photo.png"))
    assert (kept.name, kept.mime_type) == ("photo.jpg", "image/jpeg")
    assert b"secret-place" not in kept.content


@pytest.mark.parametrize("content", [b"MZ\x90 program", b"<svg onload='x'/>", b"WEBVTT\n"])
def test_what_is_no_picture_and_no_pdf_is_refused_and_leaves_no_file(content, tmp_path):
    _order, _payment, dispute = opened()
    with pytest.raises(EvidenceRefused, match="kind"):
        add(dispute, content, "slip.pdf")
    assert not list(tmp_path.rglob("*"))
    assert not DisputeEvidence.objects.exists()


def test_files_are_limited_in_size_and_number(monkeypatch):
    _order, _payment, dispute = opened()
    monkeypatch.setattr(evidence, "MAX_BYTES", 50)
    with pytest.raises(EvidenceRefused, match="size"):
        add(dispute, PDF + b"x" * 50)
    monkeypatch.setattr(evidence, "MOST_FILES", 1)
    add(dispute)
    with pytest.raises(EvidenceRefused, match="count"):
        add(dispute, PDF + b"other")


def test_same_file_again_is_the_same_row(tmp_path):
    _order, _payment, dispute = opened()
    assert add(dispute).pk == add(dispute).pk
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_no_file_joins_a_dispute_that_was_decided():
    _order, payment, dispute = opened()
    tell(payment, "WON")
    with pytest.raises(DisputeDecided):
        add(dispute)


def test_pack_has_facts_documents_and_files_and_is_an_export_in_the_log():
    order, _payment, dispute = opened()
    invoice = invoices.issue_invoice(order.pk)
    notes.receive(order_id=order.pk, text="Where is it?", key=new_id())
    lifecycle.mark_fulfilled(order.pk)
    add(dispute)
    made = zipfile.ZipFile(io.BytesIO(evidence_pack.pack(dispute.pk)))
    assert made.namelist() == [
        "facts.pdf",
        f"invoices/{invoice.number}.pdf",
        "evidence/01-slip.pdf",
    ]
    assert all(made.read(name).startswith(b"%PDF-") for name in made.namelist())
    assert AuditLog.objects.get(action="EXPORT").entity_id == str(dispute.pk)


def test_facts_name_whom_where_when_and_by_which_way():
    order, payment, dispute = opened()
    payment.ip_address = "203.0.113.7"
    payment.save()
    notes.receive(order_id=order.pk, text="Where is it?", key=new_id())
    dispute.payment.refresh_from_db()
    text = str(list(evidence_pack.sections(dispute, order)))
    for fact in (order.number, order.email, "203.0.113.7", "4242", "3-D Secure", "Where is it?"):
        assert fact in text
    assert order.addresses.get(type="SHIPPING").full_name in text


def answered(dispute, text="It was delivered."):
    return disputes.submit(dispute_id=dispute.pk, text=text)


def bank_decides():
    """Have the sandbox tell what is due, as its job does."""
    sandbox_notices.send_due(lambda head, body: notices.receive("SANDBOX", head, body))
    for notice_id in ProviderNotice.objects.values_list("pk", flat=True):
        notices.process(notice_id)


@pytest.mark.parametrize(
    ("text", "status", "then"),
    [("It was delivered.", "WON", "CAPTURED"), ("losing_evidence", "LOST", "REFUNDED")],
)
def test_sandbox_opens_a_dispute_and_decides_by_our_answer(text, status, then):
    _order, payment = paid(means=method("4000000000000259"))
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        bank_decides()
        dispute = Dispute.objects.get()
        payment.refresh_from_db()
        assert payment.status == "DISPUTED"
        assert answered(dispute, text).status == "EVIDENCE_SENT"
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        bank_decides()
    dispute.refresh_from_db()
    payment.refresh_from_db()
    assert (dispute.status, payment.status) == (status, then)


def test_answer_is_kept_when_the_provider_is_away_and_can_be_sent_again(monkeypatch):
    _order, _payment, dispute = opened()
    with pytest.raises(ProviderAway):
        answered(dispute)
    dispute.refresh_from_db()
    assert (dispute.status, dispute.evidence_text) == ("OPEN", "It was delivered.")


def test_provider_without_answers_of_ours_is_only_noted(monkeypatch, settings):
    wire = Wire()
    settings.PAYMENT_PROVIDERS = ["SANDBOX", wire.name]
    wire.can = type(wire.can)(takes_cards=True)
    monkeypatch.setitem(providers._PROVIDERS, wire.name, wire)
    _order, payment = paid(by=wire.name)
    assert answered(tell(payment)).status == "EVIDENCE_SENT"
    with pytest.raises(DisputeDecided):
        answered(Dispute.objects.get())


def test_staff_are_reminded_three_days_and_one_day_before():
    _order, _payment, dispute = opened(days=7)
    sent = []
    for day in (3, 4.5, 5, 6.5, 6.6, 8):
        with time_machine.travel(timezone.now() + timedelta(days=day)):
            sent.append(dispute_letters.remind())
    assert sent == [0, 1, 0, 1, 0, 0]
    assert [letter.to for letter in mail.outbox] == [["hello@selvedge.example"]] * 2
    assert "1 day left" in mail.outbox[1].subject
    assert str(dispute.pk) in mail.outbox[0].body


def test_nobody_is_reminded_of_what_was_answered():
    _order, _payment, dispute = opened(days=2)
    Dispute.objects.filter(pk=dispute.pk).update(status="EVIDENCE_SENT")
    assert dispute_letters.remind() == 0


def test_notice_of_a_dispute_reaches_its_payment():
    _order, payment = paid()
    news = {
        "reference": "dp_77",
        "reason": "product_not_received",
        "amount": str(payment.amount),
        "respond_by": (timezone.now() + timedelta(days=5)).isoformat(),
        "outcome": "",
    }
    telling.receive(telling.told(payment, "dispute.opened", dispute=news))
    assert Dispute.objects.get().reason == "NOT_RECEIVED"
