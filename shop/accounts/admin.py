"""Customers and staff in the back office."""

from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.admin import AuditedAdmin
from shop.accounts.factors.back_office import FactorRemoval
from shop.accounts.models import Address, NewsletterSubscription, User
from shop.accounts.newsletter import subscriptions
from shop.accounts.preferences import preferences
from shop.accounts.privacy import back_office as privacy_pages  # noqa: F401
from shop.accounts.rights import giving
from shop.accounts.rights.back_office import RightsOnPage, explain
from shop.accounts.rights.errors import RightsError
from shop.accounts.rights.words import EXPLAINED, ROLE_WORDS
from shop.accounts.roles import ROLES, Role
from shop.accounts.sign_in.back_office import SignInOffice
from shop.back_office import ReadOnly, badge

_KINDS = {
    User.Status.ACTIVE: ("ok", "check"),
    User.Status.SUSPENDED: ("warn", "lock"),
    User.Status.DELETED: ("", "trash"),
}
_NEWS_KINDS = {
    NewsletterSubscription.Status.PENDING: ("warn", "clock"),
    NewsletterSubscription.Status.CONFIRMED: ("ok", "check"),
    NewsletterSubscription.Status.UNSUBSCRIBED: ("", "close"),
}


#: Lists about a person that stand on their page, and who may see each.
_LINKS = {"orders_link": "orders.view_order", "credit_link": "payments.view_creditaccount"}


def _list_of(person: User, route: str, words: str) -> SafeString:
    """A link to what a list finds under the address of ``person``."""
    query = urlencode({"q": person.email})
    return format_html('<a href="{}?{}">{}</a>', reverse(route), query, words)


class AddressInline(ReadOnly, admin.StackedInline):
    """The address book; people keep their own."""

    model = Address
    fields = ("type", "full_name", "line1", "line2", "postal_code", "city", "country", "phone")
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return request.user.has_perm("accounts.view_address")


@admin.register(User)
class UserAdmin(RightsOnPage, FactorRemoval, SignInOffice, AuditedAdmin):
    """People with an account. Passwords are neither shown nor set here."""

    records_views = True
    list_display = ("email", "name", "status_badge", "roles", "orders", "created_at")
    list_filter = ("status", "is_staff", "groups")
    search_fields = ("email", "first_name", "last_name", "username")
    search_help_text = _("E-mail address or name")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    inlines = (AddressInline,)
    actions = ("suspend", "reinstate")
    readonly_fields = (
        "email",
        "username",
        "last_login",
        "second_factors",
        "happenings",
        "status_badge",
        "rights_told",
        "created_at",
        "has_marketing_consent",
        "marketing_consent_at",
        "told_of",
        *_LINKS,
    )
    fieldsets = (
        (None, {"fields": ("email", "username", ("first_name", "last_name"), "phone", "language")}),
        (_("Account"), {"fields": ("created_at", "last_login", "second_factors")}),
        (_("Sign-in"), {"fields": ("happenings",)}),
        (_("News"), {"fields": ("has_marketing_consent", "marketing_consent_at", "told_of")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        found = super().get_fieldsets(request, obj)
        links = [name for name, may in _LINKS.items() if request.user.has_perm(may)]
        first, *others = found
        return [first, (_("Beside"), {"fields": [tuple(links)]}), *others] if links else found

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows = cast("QuerySet[User]", super().get_queryset(request))
        return rows.prefetch_related("groups").annotate(order_count=Count("orders", distinct=True))

    def history_objects(self, obj: models.Model) -> Iterable[models.Model]:
        person = cast("User", obj)
        return [person, *person.addresses.all()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        # Customers open their own accounts, and colleagues are invited.
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        if obj is not None and obj.is_superuser:
            return bool(request.user.is_superuser)
        return True

    @admin.display(description=_("name"), ordering="last_name")
    def name(self, person: User) -> str:
        return person.get_full_name()

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, person: User) -> SafeString:
        return badge(person.get_status_display(), *_KINDS[User.Status(person.status)])

    @admin.display(description=_("is told of"))
    def told_of(self, person: User) -> str:
        return preferences.in_words(person.pk)

    @admin.display(description=_("orders"))
    def orders_link(self, person: User) -> SafeString:
        return _list_of(person, "admin:orders_order_changelist", gettext("See the orders"))

    @admin.display(description=_("store credit"))
    def credit_link(self, person: User) -> SafeString:
        words = gettext("See the store credit")
        return _list_of(person, "admin:payments_creditaccount_changelist", words)

    @admin.display(description=_("roles"))
    def roles(self, person: User) -> str:
        return ", ".join(group.name for group in person.groups.all())

    @admin.display(description=_("orders"), ordering="order_count")
    def orders(self, person: User) -> int:
        return int(person.order_count)  # type: ignore[attr-defined]

    @admin.action(description=_("Suspend: sign out and keep out"), permissions=["change"])
    def suspend(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set_status(request, queryset, User.Status.ACTIVE, User.Status.SUSPENDED)

    @admin.action(description=_("Let in again"), permissions=["change"])
    def reinstate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set_status(request, queryset, User.Status.SUSPENDED, User.Status.ACTIVE)

    def _set_status(
        self, request: HttpRequest, rows: QuerySet[User], before: User.Status, after: User.Status
    ) -> None:
        changed = 0
        giver = cast("User", request.user)
        for key in list(rows.filter(status=before).order_by("pk").values_list("pk", flat=True)):
            try:
                changed += giving.set_status(person_id=key, status=after, by=giver)
            except RightsError as error:
                self.message_user(request, explain(error), messages.ERROR)
        text = ngettext("%d account changed.", "%d accounts changed.", changed) % changed
        self.message_user(request, text, messages.SUCCESS if changed else messages.WARNING)


@admin.register(NewsletterSubscription)
class NewsletterSubscriptionAdmin(ReadOnly, AuditedAdmin):
    """Who gets the newsletter. People ask for it themselves; staff may only take them off."""

    records_views = True
    is_for_mailing = True
    list_display = ("email", "status_badge", "place", "language", "asked_at", "confirmed_at")
    list_filter = ("status", "place")
    search_fields = ("email",)
    search_help_text = _("E-mail address")
    date_hierarchy = "asked_at"
    ordering = ("-asked_at",)
    actions = ("unsubscribe",)
    fields = (
        "email",
        "status_badge",
        "place",
        "language",
        "consent",
        "asked_at",
        "confirmed_at",
        "unsubscribed_at",
    )

    def has_unsubscribe_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_newslettersubscription")

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, row: NewsletterSubscription) -> SafeString:
        kind = _NEWS_KINDS[NewsletterSubscription.Status(row.status)]
        return badge(row.get_status_display(), *kind)

    @admin.action(description=_("Unsubscribe: no more news"), permissions=["unsubscribe"])
    def unsubscribe(self, request: HttpRequest, queryset: QuerySet[NewsletterSubscription]) -> None:
        on_list = queryset.exclude(status=NewsletterSubscription.Status.UNSUBSCRIBED)
        keys = list(on_list.order_by("pk").values_list("pk", flat=True))
        with recording.batch():
            for key in keys:
                subscriptions.unsubscribe(key)
        text = ngettext("%d address taken off.", "%d addresses taken off.", len(keys)) % len(keys)
        self.message_user(request, text, messages.SUCCESS if keys else messages.WARNING)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(ReadOnly, AuditedAdmin, DjangoGroupAdmin):
    """Roles, as the code defines them: each start of the shop brings them in line."""

    list_display = ("name", "people", "summary")
    search_fields = ()
    fields = ("name", "summary", "rights")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        rows = cast("QuerySet[Group]", super().get_queryset(request))
        return rows.annotate(person_count=Count("user", distinct=True))

    @admin.display(description=_("people"), ordering="person_count")
    def people(self, group: Group) -> int:
        return int(group.person_count)  # type: ignore[attr-defined]

    @admin.display(description=_("what for"))
    def summary(self, group: Group) -> str:
        return str(ROLE_WORDS[Role(group.name)][1]) if group.name in set(Role) else ""

    @admin.display(description=_("rights"))
    def rights(self, group: Group) -> SafeString:
        names = ROLES.get(Role(group.name), ()) if group.name in set(Role) else ()
        rows = ((name, EXPLAINED[name]) for name in names)
        return format_html_join(SafeString("<br>"), "<code>{}</code> {}", rows)
