"""Removing the second factors of somebody who lost them, by an admin who knows that it is them."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.accounts.factors import changes, held
from shop.accounts.models import User
from shop.accounts.rights import giving
from shop.accounts.step_up import fresh_sign_in
from shop.redirects import see_other


class ReasonForm(forms.Form):
    """Why, for who asks later."""

    reason = forms.CharField(
        label=_("How you know that it is them"),
        min_length=10,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Such as “Called back at the number of the last order; knew its lines.”"),
        error_messages={"required": _("Say how you know that it is them")},
    )


class FactorRemoval:
    """What the page of a person has about second factors."""

    admin_site: admin.AdminSite

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.remove_factors)
        own = path("<uuid:user_id>/remove-factors/", view, name="accounts_user_remove_factors")
        return [own, *super().get_urls()]  # type: ignore[misc]

    def may_remove_factors(self, request: HttpRequest, person: User) -> bool:
        """Who gives rights may, with people who have no more than they; not with themselves."""
        may_change: bool = cast("Any", self).has_change_permission(request, person)
        giver = cast("User", request.user)
        gives_rights = may_change and giver.has_perm("auth.change_group")
        return gives_rights and giving.is_within_reach(giver, person)

    @admin.display(description=_("second factors"))
    def second_factors(self, person: User) -> str | SafeString:
        factors = held.held_by(person).lasting
        if not factors:
            return gettext("None")
        names = ", ".join(changes.name_of(factor) for factor in factors)
        url = reverse("admin:accounts_user_remove_factors", args=[person.pk])
        return format_html('{} · <a href="{}">{}</a>', names, url, gettext("Remove …"))

    def remove_factors(self, request: HttpRequest, user_id: UUID) -> HttpResponseBase:
        """Asks for the reason, and removes them."""
        person = User.objects.filter(pk=user_id).first()
        if person is None:
            raise Http404
        if not self.may_remove_factors(request, person):
            raise PermissionDenied
        return fresh_sign_in(self._remove_factors)(request, person)

    def _remove_factors(self, request: HttpRequest, person: User) -> HttpResponse:
        back = reverse("admin:accounts_user_change", args=[person.pk])
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            changes.remove_all(person, reason=form.cleaned_data["reason"])
            messages.success(request, gettext("The second factors of %s are removed.") % person)
            return see_other(back)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Remove the second factors of %s") % person,
            "person": person,
            "form": form,
            "back": back,
        }
        status = 422 if form.is_bound else 200
        page = "admin/accounts/user/remove_factors.html"
        return TemplateResponse(request, page, context, status=status)
