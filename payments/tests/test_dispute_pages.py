"""Disputes and the report of reconciliation in the back office."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditLog
from payments import findings
from payments.models import Dispute, DisputeEvidence, ReconciliationFinding, Refund
from payments.tests.disputing import paid, tell
from shop.accounts.roles import Role
from shop.models import new_id
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.EXCHANGE_ROOT = tmp_path


@pytest.fixture
def office():
    return signed_in(staff(Role.MANAGER))


def opened():
    order, payment = paid()
    return order, tell(payment)


def url(dispute, name):
    return reverse(f"admin:payments_dispute_{name}", args=[dispute.pk])


def found():
    _order, payment = paid()
    return findings.note(
        payment, ReconciliationFinding.Kind.CAPTURED_TWICE, ours="€1.00", theirs="€2.00"
    )


def test_page_says_what_the_bank_says_and_how_long_there_is(office):
    order, dispute = opened()
    shown = office.get(url(dispute, "change")).content.decode()
    for fact in (
        order.number,
        "Not paid by the holder",
        "7 days left",
        "Answer the bank",
        "€34.90",
    ):
        assert fact in shown


def test_start_page_counts_disputes_and_leads_to_those_to_answer(office):
    _order, dispute = opened()
    shown = office.get("/admin/").content.decode()
    address = f"{reverse('admin:payments_dispute_changelist')}?queue=answer"
    assert address in shown
    assert url(dispute, "change") in office.get(address).content.decode()


def test_workspace_of_the_order_shows_the_dispute_and_why_nothing_can_go_back(office):
    order, dispute = opened()
    shown = office.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert url(dispute, "change") in shown
    assert "its payment is disputed; the bank decides where the money goes" in shown
    step = reverse("admin:orders_order_step", args=[order.pk, "refund"])
    office.post(step, {"extra": "5.00", "reason": "GOODWILL", "key": str(new_id())})
    assert not Refund.objects.exists()


def test_evidence_is_kept_and_given_out_as_a_file_only(office):
    _order, dispute = opened()
    file = SimpleUploadedFile("slip.pdf", PDF, "text/html")
    assert office.post(url(dispute, "evidence"), {"documents": file}).status_code == 303
    row = DisputeEvidence.objects.get()
    page = reverse("admin:payments_dispute_file", args=[dispute.pk, row.pk])
    response = office.get(page)
    assert response.content == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")


def test_program_called_pdf_is_refused_in_words(office):
    _order, dispute = opened()
    file = SimpleUploadedFile("slip.pdf", b"MZ program", "application/pdf")
    response = office.post(url(dispute, "evidence"), {"documents": file})
    assert response.status_code == 422
    assert "Choose PDF files or pictures." in response.content.decode()


def test_pack_is_a_file_and_its_making_is_in_the_log(office):
    order, dispute = opened()
    response = office.get(url(dispute, "pack"))
    assert response["Content-Disposition"] == f'attachment; filename="evidence-{order.number}.zip"'
    assert "facts.pdf" in zipfile.ZipFile(io.BytesIO(response.content)).namelist()
    assert AuditLog.objects.filter(action="EXPORT", entity_id=str(dispute.pk)).exists()


def test_accepting_takes_a_reason_and_ends_the_dispute(office):
    _order, dispute = opened()
    assert office.post(url(dispute, "accept"), {"note": ""}).status_code == 422
    office.post(url(dispute, "accept"), {"note": "The parcel was lost"})
    dispute.refresh_from_db()
    assert (dispute.status, dispute.note) == ("ACCEPTED", "The parcel was lost")
    assert office.get(url(dispute, "accept")).status_code == 404


def test_provider_that_is_away_is_told_and_the_text_is_kept(office):
    _order, dispute = opened()
    response = office.post(url(dispute, "answer"), {"text": "It was delivered."})
    assert response.status_code == 422
    assert "The provider does not answer." in response.content.decode()
    assert "It was delivered." in office.get(url(dispute, "answer")).content.decode()


@pytest.mark.parametrize("name", ["evidence", "answer", "accept", "pack"])
def test_who_only_looks_at_orders_answers_no_bank(name):
    _order, dispute = opened()
    client = signed_in(staff(Role.EMPLOYEE))
    assert client.get(url(dispute, "change")).status_code == 200
    assert client.get(url(dispute, name)).status_code == 403
    assert client.post(url(dispute, name), {"text": "x", "note": "x"}).status_code == 403
    assert Dispute.objects.get().status == "OPEN"


def test_finding_is_closed_with_a_reason_by_name():
    finding = found()
    person = staff(Role.MANAGER)
    page = reverse("admin:payments_reconciliationfinding_close", args=[finding.pk])
    client = signed_in(person)
    assert client.post(page, {"note": ""}).status_code == 422
    client.post(page, {"note": "Told the provider"})
    finding.refresh_from_db()
    assert (finding.status, finding.note, finding.actor_id) == (
        "CLOSED",
        "Told the provider",
        person.pk,
    )


def test_finding_nobody_can_mend_offers_no_button_and_no_address(office):
    finding = found()
    page = reverse("admin:payments_reconciliationfinding_change", args=[finding.pk])
    mend = reverse("admin:payments_reconciliationfinding_mend", args=[finding.pk])
    shown = office.get(page).content.decode()
    assert mend not in shown
    assert "Give back what is too much on the provider" in shown
    assert office.post(mend).status_code == 403


def test_finding_that_can_be_mended_is_by_a_button(office):
    _order, payment = paid()
    kind = ReconciliationFinding.Kind.ORPHAN
    finding = findings.note(payment, kind, ours="a", theirs="b")
    mend = reverse("admin:payments_reconciliationfinding_mend", args=[finding.pk])
    assert "Mending releases it" in office.get(mend).content.decode()
    office.post(mend)
    finding.refresh_from_db()
    assert finding.status == "MENDED"


def test_who_only_looks_closes_and_mends_nothing():
    finding = found()
    client = signed_in(staff(Role.EMPLOYEE))
    for name in ("mend", "close"):
        page = reverse(f"admin:payments_reconciliationfinding_{name}", args=[finding.pk])
        assert client.post(page, {"note": "x"}).status_code == 403
    finding.refresh_from_db()
    assert finding.status == "OPEN"


def test_findings_are_listed_by_provider_with_a_payment_of_ours_and_without(office):
    found()
    for name, theirs in (("SANDBOX", "€7.77"), ("STRIPE", "€8.88")):
        findings.note_unknown(name, "charge", theirs=theirs, now=timezone.now(), is_new=True)
    page = reverse("admin:payments_reconciliationfinding_changelist")
    text = office.get(page, {"provider": "SANDBOX"}).content.decode()
    assert [amount in text for amount in ("€2.00", "€7.77", "€8.88")] == [True, True, False]
