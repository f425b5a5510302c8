"""The pages on which staff answer a dispute, each saying what its step does."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext

from audit.models import AuditLog
from audit.recording import record
from payments import disputes, evidence
from payments.admin.dispute_forms import AnswerForm, EvidenceForm, ReasonForm
from payments.errors import DisputeDecided, EvidenceRefused, ProviderAway, UnknownProvider
from payments.evidence_pack import pack
from payments.models import Dispute
from payments.providers import provider
from shop.money import format_money
from shop.redirects import see_other

#: Answering a bank.
ANSWER = "payments.change_dispute"


class DisputePages(admin.ModelAdmin):
    """Evidence, answer and acceptance of one dispute, and what leaves the shop as files."""

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("<uuid:pk>/evidence/", self.evidence_view, "evidence"),
            ("<uuid:pk>/evidence/<uuid:file_id>/", self.file_view, "file"),
            ("<uuid:pk>/answer/", self.answer_view, "answer"),
            ("<uuid:pk>/accept/", self.accept_view, "accept"),
            ("<uuid:pk>/pack/", self.pack_view, "pack"),
        )
        own = [
            path(route, self.admin_site.admin_view(view), name=f"payments_dispute_{name}")
            for route, view, name in pages
        ]
        return [*own, *super().get_urls()]

    def evidence_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Keep files with an open dispute."""
        dispute = self._to_answer(request, pk)
        is_post = request.method == "POST"
        form = EvidenceForm(None, request.FILES) if is_post else EvidenceForm()
        form.is_bound = is_post
        if form.is_valid():
            try:
                for file in form.cleaned_data["documents"]:
                    evidence.add(
                        dispute_id=pk, file=file, name=file.name or "", actor_id=_person(request)
                    )
            except EvidenceRefused as refused:
                form.add_error("documents", _refusal(refused))
            except DisputeDecided:
                return self._moved_on(request, pk)
            else:
                return see_other(self._page(pk))
        return self._step(
            request,
            dispute,
            form,
            title=gettext("Add evidence"),
            consequence=gettext("It is kept here and goes to the bank with our answer."),
            takes_files=True,
        )

    def answer_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Send text and evidence to the bank, once and for all."""
        dispute = self._to_answer(request, pk)
        form = AnswerForm(request.POST or None, initial={"text": dispute.evidence_text})

        def answer(form: forms.Form) -> None:
            text = form.cleaned_data["text"]
            disputes.submit(dispute_id=pk, text=text, actor_id=_person(request))

        if takes_evidence(dispute):
            words = gettext("Text and %(files)s go to the bank. They can be sent only once.")
        else:
            words = gettext(
                "The provider takes answers on its own pages: send text and %(files)s there first. "
                "Here it is noted that you did."
            )
        count = dispute.evidence.count()
        files = ngettext("%d file", "%d files", count) % count
        return self._take(
            request,
            dispute,
            form,
            answer,
            title=gettext("Answer the bank"),
            consequence=words % {"files": files},
        )

    def accept_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Let the bank have the money."""
        dispute = self._undecided(request, pk)
        amount = format_money(dispute.amount, dispute.currency)
        if disputes.takes_acceptance(dispute):
            words = gettext(
                "%(amount)s is gone for good: it counts as given back, with a credit note. The "
                "provider is told at once."
            )
        else:
            words = gettext(
                "%(amount)s is gone for good: it counts as given back, with a credit note. The "
                "provider is not told; without an answer it decides so by itself."
            )
        return self._take(
            request,
            dispute,
            ReasonForm(request.POST or None),
            lambda form: disputes.accept(dispute_id=pk, note=form.cleaned_data["note"]),
            title=gettext("Accept the dispute"),
            consequence=words % {"amount": amount},
            is_destructive=True,
        )

    def pack_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """All that is known of the order, as a file for the bank."""
        dispute = self.dispute_of(request, pk)
        self._refuse_strangers(request)
        name = f"evidence-{dispute.payment.order.number}.zip"
        return HttpResponse(
            pack(dispute.pk),
            content_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def file_view(self, request: HttpRequest, pk: UUID, file_id: UUID) -> HttpResponse:
        """One file that was kept, to be saved and never run."""
        dispute = self.dispute_of(request, pk)
        row = next((one for one in dispute.evidence.all() if one.pk == file_id), None)
        if row is None:
            raise Http404
        try:
            content = evidence.file_of(row).content
        except OSError as error:
            raise Http404 from error
        record(AuditLog.Action.EXPORT, Dispute, dispute.pk, {}, {"file": row.name})
        return HttpResponse(
            content,
            content_type=row.mime_type,
            headers={
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name)}",
                "Cache-Control": "private, no-store",
            },
        )

    def _take(
        self,
        request: HttpRequest,
        dispute: Dispute,
        form: forms.Form,
        act: Callable[[Any], object],
        **words: Any,
    ) -> HttpResponse:
        if form.is_valid():
            try:
                act(form)
            except DisputeDecided:
                return self._moved_on(request, dispute.pk)
            except ProviderAway:
                text = gettext("The provider does not answer. Your text is kept: try again soon.")
                form.add_error(None, text)
            else:
                dispute.refresh_from_db()
                text = gettext("Dispute: %(status)s.") % {"status": dispute.get_status_display()}
                self.message_user(request, text, messages.SUCCESS)
                return see_other(self._page(dispute.pk))
        return self._step(request, dispute, form, **words)

    def _step(
        self, request: HttpRequest, dispute: Dispute, form: forms.Form, **words: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "subtitle": cast("Any", dispute).payment.order.number,
            "opts": self.opts,
            "form": form,
            "back": self._page(dispute.pk),
            **words,
        }
        status = 422 if form.errors else 200
        template = "admin/payments/dispute/step.html"
        return TemplateResponse(request, template, context, status=status)

    def dispute_of(self, request: HttpRequest, pk: Any) -> Any:
        """The dispute with all that its page shows, for who may see it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = Dispute.objects.select_related("payment__order", "taken")
        try:
            return rows.prefetch_related("evidence__actor").get(pk=pk)
        except (Dispute.DoesNotExist, ValidationError) as error:
            raise Http404 from error

    def _undecided(self, request: HttpRequest, pk: UUID) -> Any:
        dispute = self.dispute_of(request, pk)
        self._refuse_strangers(request)
        if not dispute.is_undecided:
            raise Http404
        return dispute

    def _to_answer(self, request: HttpRequest, pk: UUID) -> Any:
        dispute = self._undecided(request, pk)
        if dispute.status != Dispute.Status.OPEN:
            raise Http404
        return dispute

    def _refuse_strangers(self, request: HttpRequest) -> None:
        if not request.user.has_perm(ANSWER):
            raise PermissionDenied

    def _moved_on(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        text = gettext("Nothing was changed: it was answered or decided meanwhile.")
        self.message_user(request, text, messages.ERROR)
        return see_other(self._page(pk))

    def _page(self, pk: UUID) -> str:
        return reverse("admin:payments_dispute_change", args=[pk])


def takes_evidence(dispute: Dispute) -> bool:
    """Whether answers go to the provider from here; else staff type them on its pages."""
    try:
        return provider(dispute.provider).can.takes_evidence
    except UnknownProvider:
        return False


def _refusal(refused: EvidenceRefused) -> str:
    return {
        "kind": gettext("Choose PDF files or pictures."),
        "size": gettext("A file is larger than banks take."),
        "count": gettext("There are too many files."),
    }[refused.code]


def _person(request: HttpRequest) -> UUID:
    return cast("UUID", request.user.pk)
