"""What staff see of customers if they may not look at people: enough to tell one from another."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

#: The permission behind ``customers:view``.
MAY_SEE_PEOPLE: Final = "accounts.view_user"
_HIDDEN: Final = "…"


def sees_people(user: Any) -> bool:
    """Whether names, addresses and numbers of customers are shown to ``user``."""
    return bool(user.has_perm(MAY_SEE_PEOPLE))


def masked_email(email: str) -> str:
    """ "ada@example.com" is "a…@…"."""
    return f"{email[0]}{_HIDDEN}@{_HIDDEN}" if email else ""


def masked_name(name: str) -> str:
    """ "Ada Lovelace" is "A. L."."""
    return " ".join(f"{word[0]}." for word in name.split())


def hidden(text: str) -> str:
    """Whatever it is, only that there is something."""
    return _HIDDEN if text else ""


def email_for(user: Any, email: str) -> str:
    """An address of a customer, as ``user`` may see it."""
    return email if sees_people(user) else masked_email(email)


class MaskedPeople:
    """Comes before an admin class whose rows name customers.

    Who may not look at people sees them masked, cannot find them by what is hidden, and reads no
    History, which tells each value there was.
    """

    #: Columns of the list and fields of the page with what becomes of their text.
    masked: Mapping[str, Callable[[str], str]] = {}
    #: What is searched and filtered by those alone who may look at people.
    people_lookups: Collection[str] = ()
    #: What others find by a search, in words.
    masked_search_help_text: Any = ""
    history_names_people = True

    def get_list_display(self, request: HttpRequest) -> Any:
        names = super().get_list_display(request)  # type: ignore[misc]
        return names if sees_people(request.user) else self._in_place(names)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if sees_people(request.user):
            return sets
        return [(name, told | {"fields": self._in_place(told["fields"])}) for name, told in sets]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        return fields if sees_people(request.user) else (*fields, *self._stand_ins.values())

    def get_search_fields(self, request: HttpRequest) -> Any:
        fields = super().get_search_fields(request)  # type: ignore[misc]
        if sees_people(request.user):
            return fields
        return tuple(name for name in fields if name not in self.people_lookups)

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        # Always called with a request; the types of Django want one that may be left out.
        if lookup.startswith(tuple(self.people_lookups)) and not sees_people(request.user):
            return False
        allowed: bool = super().lookup_allowed(lookup, value, request)  # type: ignore[misc]
        return allowed

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        listed = super().get_changelist_instance(request)  # type: ignore[misc]
        if not sees_people(request.user):
            listed.search_help_text = self.masked_search_help_text
        return listed

    def history_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self._hides_history(request):
            raise PermissionDenied
        answer: HttpResponse = super().history_view(request, *args, **kwargs)  # type: ignore[misc]
        return answer

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["hides_history"] = self._hides_history(request)
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]
        return answer

    def _hides_history(self, request: HttpRequest) -> bool:
        return self.history_names_people and not sees_people(request.user)

    @cached_property
    def _stand_ins(self) -> dict[str, Callable[[Any], str]]:
        return {name: self._stand_in(name) for name in self.masked}

    def _stand_in(self, name: str) -> Callable[[Any], str]:
        page: Any = self

        def shown(row: Any) -> str:
            _field, _attribute, value = lookup_field(name, row, page)
            return self.masked[name](str(value or ""))

        shown.__name__ = name
        shown.short_description = label_for_field(name, page.model, page)  # type: ignore[attr-defined]
        return shown

    def _in_place(self, names: Any) -> list[Any]:
        """``names``, some of which stand in rows, with those that are masked exchanged."""
        return [
            self._in_place(name)
            if isinstance(name, list | tuple)
            else self._stand_ins.get(name, name)
            for name in names
        ]
