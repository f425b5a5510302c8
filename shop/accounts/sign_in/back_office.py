"""Signing in, as the back office has it: what happened to a person lately, and invitations."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.accounts.models import User
from shop.accounts.rights.back_office import explain
from shop.accounts.rights.errors import RightsError
from shop.accounts.rights.words import ROLE_WORDS
from shop.accounts.roles import Role
from shop.accounts.sign_in import invitations, past
from shop.accounts.sign_in.addresses import clean_address
from shop.accounts.sign_in.errors import AddressTaken
from shop.accounts.step_up import fresh_sign_in
from shop.redirects import see_other

#: Events on the page of a person; the list of all has the others.
EVENTS = 10
TAKEN = _("Somebody has an account with this address: give them a role there")


class InvitationForm(forms.Form):
    """Who is to work here, and as what."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=lambda: [
            (role.value, words[0])
            for role, words in ROLE_WORDS.items()
            if role is not Role.CUSTOMER
        ],
    )

    def clean_email(self) -> str:
        email = clean_address(self.cleaned_data["email"])
        if User.objects.with_address(email) is not None:
            raise ValidationError(TAKEN, code="taken")
        return email


class SignInOffice:
    """Comes before the admin class of people."""

    admin_site: admin.AdminSite

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.invite)
        own = path("invite/", view, name="accounts_user_invite")
        return [own, *super().get_urls()]  # type: ignore[misc]

    def invite(self, request: HttpRequest) -> HttpResponseBase:
        """Ask a colleague in: a letter with a link, and no password that anybody else knows."""
        if not request.user.has_perms(["accounts.add_user", "auth.change_group"]):
            raise PermissionDenied
        return fresh_sign_in(self._invite)(request)

    def _invite(self, request: HttpRequest) -> HttpResponse:
        giver = cast("User", request.user)
        form = InvitationForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            role = Role(form.cleaned_data.pop("role"))
            try:
                person = invitations.invite(**form.cleaned_data, role=role, by=giver)
            except RightsError as error:
                form.add_error("role", explain(error))
            except AddressTaken:
                # Sent twice at once.
                form.add_error("email", TAKEN)
            else:
                messages.success(request, gettext("%s has a letter with a link now.") % person)
                return see_other(reverse("admin:accounts_user_change", args=[person.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Invite a colleague"),
            "form": form,
            "back": reverse("admin:accounts_user_changelist"),
        }
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/accounts/user/invite.html", context, status=status)

    @admin.display(description=_("lately"))
    def happenings(self, person: User) -> str | SafeString:
        """Without addresses and devices: these are for who may read security events."""
        lines = [
            (date_format(localtime(one.at), "SHORT_DATETIME_FORMAT"), one.words)
            for one in past.newest(person)[:EVENTS]
        ]
        shown: Any = format_html_join("\n", "<p>{} · {}</p>", lines)
        return cast("SafeString", shown) or gettext("Nothing yet")
