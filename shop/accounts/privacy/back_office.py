"""Privacy in the back office: copies and erasures that staff order for people, and consents."""

from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.admin import AuditedAdmin
from shop.accounts.models import ConsentRecord, DataExport, ErasureRequest, User
from shop.accounts.privacy import copies, erasing
from shop.accounts.privacy.views import file_of
from shop.accounts.step_up import fresh_sign_in
from shop.back_office import ReadOnly, badge
from shop.redirects import see_other

_COPY_KINDS = {
    DataExport.Status.WAITING: ("warn", "clock"),
    DataExport.Status.READY: ("ok", "check"),
    DataExport.Status.FAILED: ("danger", "alert"),
    DataExport.Status.ENDED: ("", "trash"),
}
_ERASURE_KINDS = {
    ErasureRequest.Status.ASKED: ("warn", "clock"),
    ErasureRequest.Status.ERASING: ("warn", "clock"),
    ErasureRequest.Status.ERASED: ("ok", "check"),
    ErasureRequest.Status.CANCELED: ("", "close"),
}


class OrderForm(forms.ModelForm):
    """Whose data, and why staff act on it."""

    address = forms.EmailField(
        label=_("E-mail"),
        help_text=_("Of the account, or of the orders without one."),
        error_messages={"required": _("Enter the address of the person")},
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("Such as the letter in which they asked for it. It stands in the log."),
        error_messages={"required": _("Say why, for the log")},
    )

    class Meta:
        fields = ("reason",)

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"].strip().lower()
        found = User.objects.filter(email__iexact=address).first()
        if found is not None and found.is_staff:
            raise forms.ValidationError(_("This account opens the back office; take that away."))
        return address

    def whose(self) -> dict[str, Any]:
        """The account of the address, or else the address."""
        address = self.cleaned_data["address"]
        found = User.objects.filter(email__iexact=address).values_list("pk", flat=True).first()
        return {"user_id": found} if found else {"email": address}


class OrderedByStaff(AuditedAdmin):
    """A list of what was asked for; its form orders one for a person."""

    form = OrderForm
    records_views = True
    add_fields = ("address", "reason")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        # All that is held of somebody leaves, or ends: a stolen session orders neither.
        try:
            ordered = fresh_sign_in(super().add_view)(request, form_url, extra_context)
        except copies.BeingBuilt:
            text = _("The person asked for a copy a moment ago. Order yours when it is ready.")
            self.message_user(request, text, messages.WARNING)
            return see_other(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return cast("HttpResponse", ordered)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["fields"] = ("reason",)
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.add_fields if obj is None else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The act has written it already."""

    def save_form(self, request: HttpRequest, form: OrderForm, change: bool) -> Any:
        form.save(commit=False)
        actor_id: Any = request.user.pk
        return self.order(form.whose(), actor_id, form.cleaned_data["reason"])

    def order(self, whose: dict[str, Any], actor_id: UUID, reason: str) -> models.Model:
        raise NotImplementedError


@admin.register(DataExport)
class DataExportAdmin(OrderedByStaff):
    """Copies of personal data; staff fetch only those that staff ordered."""

    list_display = ("created_at", "status_badge", "asked_by", "ready_at", "expires_at", "file")
    list_filter = ("status",)
    list_select_related = ("asked_by", "user")
    search_fields = ("email",)
    search_help_text = _("E-mail address")
    fields = ("email", "status_badge", "asked_by", "reason", "ready_at", "expires_at", "file")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.file_view)
        mine = path("<uuid:export_id>/file/", view, name="accounts_dataexport_file")
        return [mine, *super().get_urls()]

    def order(self, whose: dict[str, Any], actor_id: UUID, reason: str) -> DataExport:
        return copies.ask(asked_by=actor_id, reason=reason, **whose)

    def file_view(self, request: HttpRequest, export_id: UUID) -> HttpResponseBase:
        """The ZIP."""
        if not request.user.has_perm("accounts.add_dataexport"):
            raise PermissionDenied
        export = get_object_or_404(DataExport.objects.exclude(asked_by=None), pk=export_id)
        return fresh_sign_in(lambda request: file_of(export, by_staff=True))(request)

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, row: DataExport) -> SafeString:
        return badge(row.get_status_display(), *_COPY_KINDS[DataExport.Status(row.status)])

    @admin.display(description=_("file"))
    def file(self, row: DataExport) -> SafeString | str:
        if not row.is_there or row.asked_by_id is None:
            return ""
        url = reverse("admin:accounts_dataexport_file", args=[row.pk])
        return format_html('<a href="{}">ZIP</a>', url)


@admin.register(ErasureRequest)
class ErasureRequestAdmin(OrderedByStaff):
    """Erasures: asked for, waiting, done."""

    list_display = ("created_at", "status_badge", "source", "due_at", "waits", "erased_at")
    list_filter = ("status", "source")
    list_select_related = ("asked_by", "user")
    actions = ("call_off",)
    fields = (
        "user",
        "status_badge",
        "source",
        "asked_by",
        "reason",
        "due_at",
        "waits",
        "canceled_at",
        "erased_at",
    )

    def order(self, whose: dict[str, Any], actor_id: UUID, reason: str) -> ErasureRequest:
        source = ErasureRequest.Source.STAFF
        return erasing.ask(source=source, asked_by=actor_id, reason=reason, at_once=True, **whose)

    def has_call_off_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_erasurerequest")

    @admin.action(description=_("Call off what has not begun"), permissions=["call_off"])
    def call_off(self, request: HttpRequest, queryset: QuerySet[ErasureRequest]) -> None:
        called_off = 0
        for key in list(queryset.order_by("pk").values_list("pk", flat=True)):
            with suppress(erasing.NotCancelable):
                erasing.cancel(key)
                called_off += 1
        text = ngettext("%d erasure called off.", "%d erasures called off.", called_off)
        level = messages.SUCCESS if called_off else messages.WARNING
        self.message_user(request, text % called_off, level)

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, row: ErasureRequest) -> SafeString:
        kind = _ERASURE_KINDS[ErasureRequest.Status(row.status)]
        return badge(row.get_status_display(), *kind)

    @admin.display(description=_("waits for"))
    def waits(self, row: ErasureRequest) -> str:
        return ", ".join(row.waits_for)


@admin.register(ConsentRecord)
class ConsentRecordAdmin(ReadOnly, AuditedAdmin):
    """Each yes and no, as it was given."""

    records_views = True
    list_display = ("created_at", "email", "purpose", "is_given", "place")
    list_filter = ("purpose", "is_given")
    search_fields = ("email",)
    search_help_text = _("E-mail address")
    fields = ("created_at", "email", "purpose", "is_given", "words", "place", "ip_address")
    readonly_fields = fields
