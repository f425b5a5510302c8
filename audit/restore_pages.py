""" "Restore this version": the link on each entry of a history, its preview, and doing it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from audit import restoring
from audit.history import HistoryEntry
from audit.models import AuditLog
from shop.back_office import STALE
from shop.models import StaleObject
from shop.redirects import see_other


class RestoringAdmin:
    """A table whose rows can be brought back to an earlier version, if it says which fields."""

    admin_site: admin.AdminSite
    model: type[models.Model]
    opts: Any
    #: The fields of each kind of row in the history that may be restored; () for all.
    restorable: Mapping[str, Collection[str]] = {}

    def history_objects(self, obj: models.Model) -> Iterable[models.Model]:
        """The rows whose changes belong to the history of ``obj``."""
        raise NotImplementedError

    def restore_refusal(self, request: HttpRequest, row: models.Model, field: str) -> str:
        """Why the person may not set ``field`` of ``row`` back; "" when they may."""
        action = f"{row._meta.app_label}.change_{row._meta.model_name}"
        return "" if request.user.has_perm(action) else gettext("Your role does not change this.")

    def write_restored(self, row: models.Model, values: dict[str, Any]) -> None:
        """Write restored column values; refuses what the table's own acts refuse."""
        restoring.save(row, values)

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_restore"
        view = self.admin_site.admin_view(self.restore_view)
        own = path("<path:object_id>/history/<uuid:entry_id>/restore/", view, name=name)
        return [own, *super().get_urls()]  # type: ignore[misc]

    def with_restore_links(
        self, request: HttpRequest, obj: models.Model, entries: list[HistoryEntry]
    ) -> list[HistoryEntry]:
        """The entries with the address of their restore, where there is one."""
        if not self.restorable or not request.user.has_perm(_change_permission(obj)):
            return entries
        return [
            replace(entry, restore_url=self._restore_url(obj, entry.log))
            if entry.log.entity in self.restorable
            and entry.log.action in (AuditLog.Action.CREATE, AuditLog.Action.UPDATE)
            else entry
            for entry in entries
        ]

    def restore_view(self, request: HttpRequest, object_id: str, entry_id: UUID) -> HttpResponse:
        """Shows what a restore would change; posting does it."""
        obj = cast("Any", self).get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not request.user.has_perm(_change_permission(obj)):
            raise PermissionDenied
        entry = get_object_or_404(AuditLog, pk=entry_id)
        row = self._row(obj, entry)
        steps = self._steps(request, row, entry)
        fitting = [step for step in steps if not step.refusal]
        newest, before = [*restoring.entries_about(row)[:2], None, None][:2]
        is_newest = newest is not None and newest.pk == entry.pk
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", args=[obj.pk])
        error = ""
        if request.method == "POST" and fitting:
            error = self._restore(row, entry, fitting, request.POST.get("seen", ""))
            if not error:
                messages.success(request, gettext("The earlier version of “%s” is back.") % row)
                return see_other(back)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Restore %s") % row,
            "opts": self.opts,
            "object": obj,
            "entry": entry,
            "changes": [step.change for step in fitting],
            "refused": [step for step in steps if step.refusal],
            "seen": newest.pk if newest else "",
            "error": error,
            "back": back,
            "is_newest": is_newest,
            "before_url": self._restore_url(obj, before) if is_newest and before else "",
        }
        status = 409 if error else 200
        return TemplateResponse(request, "admin/restore.html", context, status=status)

    def _restore_url(self, obj: models.Model, entry: AuditLog) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_restore"
        return reverse(name, args=[obj.pk, entry.pk])

    def _row(self, obj: models.Model, entry: AuditLog) -> models.Model:
        """The row the entry is about, if it belongs to ``obj`` and may be restored."""
        for row in self.history_objects(obj):
            if (row._meta.label_lower, str(row.pk)) == (entry.entity, entry.entity_id):
                if entry.entity in self.restorable:
                    return row
                break
        raise Http404

    def _steps(
        self, request: HttpRequest, row: models.Model, entry: AuditLog
    ) -> list[restoring.Step]:
        allowed = self.restorable[entry.entity] or [
            field.name for field in restoring.restorable_fields(row)
        ]
        return restoring.steps(
            row,
            entry,
            allowed=allowed,
            refusal_of=lambda name: self.restore_refusal(request, row, name),
            amounts=getattr(self, "amount_fields", ()),
        )

    def _restore(
        self, row: models.Model, entry: AuditLog, steps: list[restoring.Step], seen: str
    ) -> str:
        """Do it; what is in the way, in words, or ""."""
        try:
            restoring.restore(row, entry, steps, seen=seen, write=self.write_restored)
        except StaleObject:
            return str(STALE)
        except ValidationError as refused:
            return " ".join(refused.messages)
        except IntegrityError:
            return gettext("The earlier values no longer fit with the rest of the shop.")
        return ""


def _change_permission(row: models.Model) -> str:
    return f"{row._meta.app_label}.change_{row._meta.model_name}"
