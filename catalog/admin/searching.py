"""Search in the back office: what people look for, and what staff teach the search."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from audit.models import AuditLog
from audit.recording import record
from catalog.models import SearchRedirect, SearchTerm, Synonym
from catalog.searching import terms as search_terms
from catalog.searching.rules import phrase
from shop.back_office import ReadOnly
from shop.spreadsheets import armored

#: Searches on the page, and in a file.
SHOWN, MOST_IN_FILE = 100, 10_000
#: Periods that can be chosen, in days.
PERIODS = {1: _("Today"), 7: _("7 days"), 30: _("30 days"), 90: _("90 days"), 365: _("1 year")}


class SynonymForm(forms.ModelForm):
    """Words parted by commas; of one group at least two."""

    class Meta:
        model = Synonym
        fields = ("words",)
        help_texts = {
            "words": _("Parted by commas, such as: jumper, pullover, knitted top"),
        }

    def clean_words(self) -> list[str]:
        words = list(dict.fromkeys(filter(None, map(phrase, self.cleaned_data["words"]))))
        if len(words) < 2:
            raise forms.ValidationError(_("Give at least two different words."))
        return words


@admin.register(Synonym)
class SynonymAdmin(AuditedAdmin):
    """Words that find each other."""

    form = SynonymForm
    list_display = ("shown_words",)
    search_fields = ("words",)

    @admin.display(description=_("words"), ordering="words")
    def shown_words(self, synonym: Synonym) -> str:
        return str(synonym)


class SearchRedirectForm(forms.ModelForm):
    """The search as the shop compares it: folded, and leading into this shop."""

    class Meta:
        model = SearchRedirect
        fields = ("term", "target")
        help_texts = {"target": _("A path of this shop, such as /c/women/")}

    def clean_term(self) -> str:
        term = phrase(self.cleaned_data["term"])
        if not term:
            raise forms.ValidationError(_("Give at least one word."))
        if SearchRedirect.objects.filter(term=term).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This search leads somewhere already."))
        return term

    def clean_target(self) -> str:
        target = str(self.cleaned_data["target"]).strip()
        if not target.startswith("/") or target[1:2] in ("/", "\\"):
            raise forms.ValidationError(_("Give a path of this shop, beginning with one slash."))
        return target


@admin.register(SearchRedirect)
class SearchRedirectAdmin(AuditedAdmin):
    """Searches that lead to a page instead of results."""

    form = SearchRedirectForm
    list_display = ("term", "target")
    search_fields = ("term", "target")


@admin.register(SearchTerm)
class SearchTermAdmin(ReadOnly, AuditedAdmin):
    """What people searched for, summed up over a period."""

    def get_urls(self) -> list[URLPattern]:
        export = path(
            "searches.csv",
            self.admin_site.admin_view(self.export_view),
            name="catalog_searchterm_export",
        )
        return [export, *super().get_urls()]

    def changelist_view(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """The most frequent searches, or those that found nothing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        days, is_empty = _chosen(request)
        rows = search_terms.summed(days=days, without_results=is_empty)[:SHOWN]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("What people searched for"),
            "subtitle": None,
            "opts": self.opts,
            "rows": [_shown(row) for row in rows],
            "views": [
                (label, f"?{_query(days, value)}", value == is_empty)
                for value, label in ((False, gettext("Top")), (True, gettext("Without results")))
            ],
            "periods": [
                (label, f"?{_query(number, is_empty)}", number == days)
                for number, label in PERIODS.items()
            ],
            "is_empty": is_empty,
            "may_teach": request.user.has_perm("catalog.add_synonym"),
            "export_url": f"{reverse('admin:catalog_searchterm_export')}?{_query(days, is_empty)}",
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/catalog/searchterm/change_list.html", context)

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """The same as a CSV file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        days, is_empty = _chosen(request)
        record(AuditLog.Action.EXPORT, SearchTerm, "", {}, {"days": days, "empty": is_empty})
        name = f"searches-{timezone.localdate():%Y-%m-%d}.csv"
        return StreamingHttpResponse(
            _lines(days, is_empty),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _chosen(request: HttpRequest) -> tuple[int, bool]:
    text = request.GET.get("days", "")
    days = int(text) if text in map(str, PERIODS) else 30
    return days, request.GET.get("empty") == "1"


def _query(days: int, is_empty: bool) -> str:
    return urlencode({"days": days} | ({"empty": 1} if is_empty else {}))


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A line of the page: numbers, and where staff teach the search from it."""
    term = row["term"]
    teach = (("synonym", {"words": term}), ("searchredirect", {"term": term}))
    urls = {
        f"{model}_url": f"{reverse(f'admin:catalog_{model}_add')}?{urlencode(values)}"
        for model, values in teach
    }
    shop_url = f"{reverse('catalog:search')}?{urlencode({'q': term})}"
    return {**row, **urls, "shop_url": shop_url}


def _lines(days: int, is_empty: bool) -> Iterator[str]:
    yield _line(["search", "searches", "searches_without_results"])
    for row in search_terms.summed(days=days, without_results=is_empty)[:MOST_IN_FILE]:
        yield _line([armored(row["term"]), str(row["times"]), str(row["empty"])])


def _line(cells: list[str]) -> str:
    line = StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
