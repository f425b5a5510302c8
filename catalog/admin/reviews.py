"""Reviews in the back office: a queue to read through, one review at a time, by mouse or keys."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from audit.admin import AuditedAdmin
from catalog.admin.review_bulk import BulkModeration
from catalog.models import ProductMedia, Review, ReviewVote
from catalog.reviewing import moderation
from shop.accounts.masking import MaskedPeople
from shop.back_office import STALE, ReadOnly, badge
from shop.models import StaleObject

Status = Review.Status
_KINDS = {
    Status.PENDING: ("warn", "clock"),
    Status.APPROVED: ("ok", "check"),
    Status.REJECTED: ("", "close"),
}
#: Offered as buttons; the author reads the one that is chosen.
REASONS = (
    _("It is not about this product."),
    _("It contains advertising or links."),
    _("It contains private data."),
    _("Its words offend others."),
    _("It is about delivery or service; please write to us instead."),
)
FLAGS: dict[str, str | Promise] = {
    "link": _("Contains a link"),
    "contact": _("Contains an address or number"),
    "shouting": _("Mostly capitals"),
    "duplicate": _("Same text as another review"),
}
#: Earlier reviews of the author on the page.
EARLIER = 5


class WaitingFilter(admin.SimpleListFilter):
    """What the queue holds."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("waiting", _("Waiting")), ("reported", _("Reported"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Review]) -> QuerySet[Review]:
        if self.value() == "waiting":
            return cast("Any", queryset).waiting()
        return queryset.filter(report_count__gt=0) if self.value() == "reported" else queryset


@admin.register(Review)
class ReviewAdmin(MaskedPeople, ReadOnly, BulkModeration, AuditedAdmin):
    """Staff decides and replies; the words stay those of the author."""

    records_views = True
    lists_people = False
    restorable = {"catalog.review": ("reply",)}
    list_display = ("created_at", "stars", "excerpt", "product", "status_badge", "report_count")
    list_display_links = ("created_at", "excerpt")
    list_filter = (WaitingFilter, "status", "rating", "is_verified")
    list_select_related = ("product",)
    search_fields = ("content", "title", "display_name", "product__title", "user__email")
    search_help_text = _("Text, name, product or e-mail address")
    people_lookups = ("user__email",)
    masked_search_help_text = _("Text, name or product")
    # Names there are the public ones.
    history_names_people = False
    ordering = ("-created_at",)
    actions = ("approve_selected", "reject_selected")
    reasons = REASONS

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("queue/", view(self.queue_view), name="catalog_review_queue"),
            path(
                "<path:object_id>/act/",
                view(require_POST(self.act_view)),
                name="catalog_review_act",
            ),
            *super().get_urls(),
        ]

    def queue_view(self, request: HttpRequest) -> HttpResponse:
        """On to the oldest review that waits, after the one given or from the start."""
        self._check(request)
        following = _beside(_key(request.GET.get("after", "")), is_after=True)
        following = following or _beside(None, is_after=True)
        undo = _key(request.GET.get("undo", ""))
        if following is None:
            self.message_user(request, gettext("Nothing waits."), messages.SUCCESS)
        # The last decision can be taken back also when nothing follows it.
        shown = following or undo
        if shown is None:
            return HttpResponseRedirect(reverse("admin:catalog_review_changelist"))
        url = reverse("admin:catalog_review_change", args=[shown])
        return HttpResponseRedirect(f"{url}?undo={undo}" if undo else url)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One review with what is needed to decide on it."""
        review = self._review(request, object_id)
        if not self.has_view_permission(request, review):
            raise PermissionDenied
        self.record_view(str(review.pk))
        waiting = Review.objects.waiting()
        undo = _key(request.GET.get("undo", ""))
        story = moderation.decisions(review)
        undone = Review.objects.filter(pk=undo).exclude(status=Status.PENDING).first()
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Review of %s") % review.product,
            "subtitle": None,
            "opts": self.opts,
            "original": review,
            "review": review,
            "status_badge": self.status_badge(review),
            "flags": [FLAGS[flag] for flag in sorted(moderation.flags_of(review))],
            "picture": _picture(review),
            "photos": review.photo_links.select_related("media"),
            "reports": review.votes.filter(kind=ReviewVote.Kind.REPORT),
            "history": _history(review),
            "reasons": self.reasons,
            "decisions": story,
            "appeal": moderation.open_appeal(story),
            "may_act": self.has_moderate_permission(request),
            "waiting_count": waiting.count(),
            "place": waiting.filter(pk__lte=review.pk).count(),
            "previous": _beside(review.pk, is_after=False),
            "following": _beside(review.pk, is_after=True),
            "undone": undone,
        }
        return TemplateResponse(request, "admin/catalog/review/moderate.html", context)

    def act_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Approve, reject, reopen or reply to a review, or take up an appeal; then the next one."""
        self._check(request)
        review = self._review(request, object_id)
        page = reverse("admin:catalog_review_change", args=[review.pk])
        act = request.POST.get("act", "")
        # A reason is a button of its own.
        reason = _words(request, "chosen_reason") or _words(request, "reason")
        if act == "reject" and not reason:
            self.message_user(request, gettext("Choose a reason first."), messages.ERROR)
            return HttpResponseRedirect(page)
        if act == "appeal" and not _words(request, "words"):
            self.message_user(request, gettext("Write down what the author says."), messages.ERROR)
            return HttpResponseRedirect(page)
        try:
            self._act(request, review, act, reason)
        except StaleObject:
            self.message_user(request, str(STALE), messages.ERROR)
            return HttpResponseRedirect(page)
        except Review.DoesNotExist:
            self.message_user(request, gettext("Its author has deleted it."), messages.WARNING)
            return HttpResponseRedirect(reverse("admin:catalog_review_queue"))
        if act in ("approve", "reject"):
            queue = reverse("admin:catalog_review_queue")
            return HttpResponseRedirect(f"{queue}?after={review.pk}&undo={review.pk}")
        return HttpResponseRedirect(page)

    def _act(self, request: HttpRequest, review: Review, act: str, reason: str) -> None:
        version = request.POST.get("seen_version", "")
        is_version = version.isascii() and version.isdigit() and len(version) <= 9
        seen: dict[str, Any] = {
            "review_id": review.pk,
            "seen_version": int(version) if is_version else 0,
        }
        if act == "approve":
            moderation.approve(**seen, actor_id=request.user.pk)
            text = gettext("Published: %s")
        elif act == "reject":
            moderation.reject(**seen, reason=reason, actor_id=request.user.pk)
            text = gettext("Rejected: %s")
        elif act == "undo":
            moderation.reopen(**seen)
            text = gettext("Back in the queue: %s")
        elif act == "appeal" and review.status == Status.REJECTED:
            moderation.appeal(**seen, words=_words(request, "words"))
            text = gettext("Back in the queue, with the appeal: %s")
        elif act == "reply":
            moderation.reply(**seen, text=_words(request, "reply"))
            text = gettext("Reply saved: %s")
        else:
            raise Http404
        self.message_user(request, text % Truncator(str(review)).chars(60), messages.SUCCESS)

    def _check(self, request: HttpRequest) -> None:
        if not self.has_moderate_permission(request):
            raise PermissionDenied

    def _review(self, request: HttpRequest, object_id: str) -> Any:
        rows = self.get_queryset(request).select_related(
            "product", "variant", "user", "purchase", "moderated_by"
        )
        try:
            return rows.get(pk=self.opts.pk.to_python(unquote(object_id)))
        except (Review.DoesNotExist, ValidationError) as error:
            raise Http404 from error

    @admin.display(description=_("rating"), ordering="rating")
    def stars(self, review: Review) -> str:
        return gettext("%d of 5") % review.rating

    @admin.display(description=_("text"))
    def excerpt(self, review: Review) -> str:
        return Truncator(" · ".join(filter(None, [review.title, review.content]))).chars(80)

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, review: Review) -> SafeString:
        return badge(review.get_status_display(), *_KINDS[Status(review.status)])


def _words(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "").strip()


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _beside(pk: UUID | None, *, is_after: bool) -> UUID | None:
    """The review that waits after, or before, the one with this key."""
    waiting = Review.objects.waiting()
    if pk is not None:
        waiting = waiting.filter(pk__gt=pk) if is_after else waiting.filter(pk__lt=pk)
    found: UUID | None = (
        waiting.order_by("pk" if is_after else "-pk").values_list("pk", flat=True).first()
    )
    return found


def _picture(review: Review) -> str:
    links = ProductMedia.objects.filter(product=review.product, is_primary=True)
    link = links.select_related("media").order_by("position").first()
    return link.media.fallback_url(480) if link else ""


def _history(review: Review) -> dict[str, Any]:
    """What the author wrote before, counted by what became of it."""
    if review.user_id is None:
        return {}
    rows = Review.all_objects.filter(user=review.user_id).exclude(pk=review.pk)
    counts = dict(rows.order_by().values_list("status").annotate(number=Count("pk")))
    labels = dict(Status.choices)
    return {
        "counts": [(labels[status], number) for status, number in counts.items()],
        "latest": rows.select_related("product")[:EARLIER],
    }
