"""Rights on the page of a person: roles in words, and more beside them by name."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.accounts import step_up
from shop.accounts.factors import proof
from shop.accounts.models import User
from shop.accounts.rights import giving
from shop.accounts.rights.errors import AboveOwn, LastAdmin, OwnRights, RightsError
from shop.accounts.rights.giving import Rights
from shop.accounts.rights.words import EXPLAINED, ROLE_WORDS
from shop.accounts.roles import Role
from shop.redirects import see_other


def explain(error: RightsError) -> str:
    """A refusal in words."""
    match error:
        case OwnRights():
            return gettext("Nobody changes their own rights. Ask another admin.")
        case LastAdmin():
            return gettext("This is the last admin: give the role to somebody else first.")
        case AboveOwn():
            names = ", ".join(error.names)
            return gettext("Beyond your own rights, so not yours to give or take: %s") % names
    return gettext("That is not possible.")


def _role_choices() -> list[tuple[str, Any]]:
    return [
        (role.value, format_html("<strong>{}</strong> {}", label, text))
        for role, (label, text) in ROLE_WORDS.items()
        if role is not Role.CUSTOMER
    ]


def _extra_choices() -> list[tuple[str, Any]]:
    return [
        (name, format_html("<code>{}</code> {}", name, text)) for name, text in EXPLAINED.items()
    ]


class PersonForm(forms.ModelForm):
    """A person as staff change them; their rights are given by the acts, once all is valid."""

    account_status = forms.ChoiceField(label=_("status"), choices=User.Status.choices[:2])
    works_here = forms.BooleanField(label=_("may use the back office"), required=False)
    roles = forms.MultipleChoiceField(
        label=_("roles"),
        required=False,
        choices=_role_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each role has what those above it have."),
    )
    extras = forms.MultipleChoiceField(
        label=_("rights beside the role"),
        required=False,
        choices=_extra_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For this person alone. What the role has need not be ticked."),
    )
    #: Who changes the person, and whether rights are among what they may change.
    giver: User
    gives_rights = False

    class Meta:
        model = User
        fields = ("first_name", "last_name", "phone", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.gives_rights:
            return
        self.before = giving.rights_of(self.instance)
        self.initial.update(
            account_status=self.instance.status,
            works_here=self.before.is_staff,
            roles=sorted(self.before.roles),
            extras=sorted(self.before.extras),
        )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.gives_rights and not self.errors:
            try:
                self._check()
            except RightsError as error:
                raise ValidationError(explain(error), code="rights") from error
        return cleaned

    def give(self) -> None:
        """Write what was chosen; raises the refusals of the acts."""
        if self.gives_rights:
            giving.give(person_id=self.instance.pk, rights=self._rights(), by=self.giver)
            giving.set_status(person_id=self.instance.pk, status=self._status(), by=self.giver)

    def _check(self) -> None:
        if self._rights() != self.before:
            giving.check(person=self.instance, rights=self._rights(), by=self.giver)
        if self._status() != self.instance.status:
            giving.check_status(person=self.instance, status=self._status(), by=self.giver)

    def _rights(self) -> Rights:
        chosen = self.cleaned_data
        unnamed = self.before.roles - {role.value for role in ROLE_WORDS}
        return Rights(
            is_staff=chosen["works_here"],
            roles=frozenset(chosen["roles"]) | unnamed | (self.before.roles & {Role.CUSTOMER}),
            extras=frozenset(chosen["extras"]),
        )

    def _status(self) -> User.Status:
        return User.Status(self.cleaned_data["account_status"])


class RightsOnPage:
    """What the page of a person has about rights, for those who may give them."""

    form: Any = PersonForm

    def may_give_rights(self, request: HttpRequest, person: User | None) -> bool:
        """Who manages roles may, but not about themselves and not about who has more."""
        giver = cast("User", request.user)
        if person is None or person.status == User.Status.DELETED:
            return False
        return giver.has_perm("auth.change_group") and giving.is_within_reach(giver, person)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        gives = self.may_give_rights(request, obj)
        status = ("account_status",) if gives else ("status_badge",)
        work = ("works_here", "roles", "extras") if gives else ("rights_told",)
        name, account, *others = super().get_fieldsets(request, obj)  # type: ignore[misc]
        facts = {"fields": (*status, *account[1]["fields"])}
        return [name, (account[0], facts), *others, (_("Work"), {"fields": work})]

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        made = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]
        made.giver = request.user
        made.gives_rights = "roles" in made.base_fields and self.may_give_rights(request, obj)
        if not made.gives_rights:
            for name in ("account_status", "works_here", "roles", "extras"):
                made.base_fields.pop(name, None)
        return made

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        form.give()

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        may_give = request.user.has_perm("auth.change_group")
        if request.method == "POST" and may_give and not proof.is_fresh(request):
            # A stolen session gives no rights.
            return step_up.ask(request)
        try:
            return cast("HttpResponse", super().changeform_view(request, *args, **kwargs))  # type: ignore[misc]
        except RightsError as error:
            # Somebody else changed rights between our look and our writing.
            messages.error(request, explain(error))
            return see_other(request.get_full_path())

    @admin.display(description=_("rights"))
    def rights_told(self, person: User) -> str:
        rights = giving.rights_of(person)
        if person.is_superuser:
            return gettext("Everything")
        if not rights.is_staff:
            return gettext("None in the back office")
        return ", ".join([*sorted(rights.roles), *sorted(rights.extras)])
