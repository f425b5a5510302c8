"""What the pages of bank statements and of their lines have in common."""

from typing import cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from audit.admin import AuditedAdmin
from shop.back_office import ReadOnly

MAY_BOOK = "payments.change_bankstatement"


class BankAdmin(ReadOnly, AuditedAdmin):
    """What statements and their lines have in common."""

    records_views = True

    def refuse_strangers(self, request: HttpRequest) -> None:
        if not request.user.has_perm(MAY_BOOK):
            raise PermissionDenied

    def asked(
        self, request: HttpRequest, form: Form, *, title: str, consequence: str, back: str
    ) -> HttpResponse:
        """The page that says what an act does, and asks what it needs to know."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "consequence": consequence,
            "opts": self.opts,
            "form": form,
            "back": back,
        }
        status = 422 if form.errors else 200
        template = "admin/payments/bank/step.html"
        return TemplateResponse(request, template, context, status=status)


def actor_of(request: HttpRequest) -> UUID:
    return cast("UUID", request.user.pk)
