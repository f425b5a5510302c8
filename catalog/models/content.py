"""Pages of words: help, policies, the journal, and whether readers found them useful."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.freshness import Announced
from catalog.models.media import Media
from catalog.models.redirects import remembers_address
from shop.fields import ChoiceField
from shop.models import LiveManager, LiveQuerySet, Model, SoftDeletable, Versioned

#: Words in lower case, joined by "-"; a page may stand below another one: "care/wool".
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*$"


class ContentPageQuerySet(LiveQuerySet["ContentPage"]):
    def published(self) -> Self:
        """What visitors may read now."""
        return self.filter(
            status=ContentPage.Status.PUBLISHED, deleted_at=None, published_at__lte=timezone.now()
        )

    def journal(self) -> Self:
        return self.filter(kind=ContentPage.Kind.JOURNAL)


class ContentPageManager(LiveManager.from_queryset(ContentPageQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str) -> Any:
        return self.get(slug=slug)


class ContentPage(Announced, Model, SoftDeletable, Versioned):
    """A page that staff write. ``body`` is HTML, cleaned when it is shown."""

    class Kind(models.TextChoices):
        PAGE = "PAGE", _("Page")
        JOURNAL = "JOURNAL", _("Journal article")
        POLICY = "POLICY", _("Policy")

    class Layout(models.TextChoices):
        TEXT = "TEXT", _("Text")
        QUESTIONS = "QUESTIONS", _("Questions and answers")

    class Status(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        PUBLISHED = "PUBLISHED", _("Published")

    title = models.CharField(_("title"), max_length=150)
    slug = models.CharField(
        _("address"),
        max_length=150,
        validators=[RegexValidator(SLUG)],
        help_text=_("Lower-case words joined by “-”; “/” puts the page below another one."),
    )
    kind = ChoiceField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PAGE)
    layout = ChoiceField(
        _("layout"),
        max_length=10,
        choices=Layout.choices,
        default=Layout.TEXT,
        help_text=_("Questions and answers get a search field; each <details> is one."),
    )
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    body = models.TextField(
        _("text"),
        blank=True,
        help_text=_(
            "HTML: h2, h3, p, ul, ol, a, strong, table, blockquote, figure, "
            "img from this shop, details with summary. Everything else is taken out."
        ),
    )
    image = models.ForeignKey(
        Media, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    #: What readers see as "updated": when the words changed, not when the row was touched.
    revised_at = models.DateTimeField(_("words changed"), null=True, blank=True, editable=False)
    seo_title = models.CharField(_("title for search engines"), max_length=200, blank=True)
    seo_description = models.CharField(
        _("description for search engines"), max_length=300, blank=True
    )
    is_in_search = models.BooleanField(_("found by search"), default=True)
    search_vector = models.GeneratedField(
        expression=models.Func(
            F("title"), F("summary"), F("body"), function="catalog_content_vector"
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects: ClassVar[Any] = ContentPageManager()
    all_objects: ClassVar[Any] = models.Manager.from_queryset(ContentPageQuerySet)()

    class Meta(Model.Meta):
        verbose_name = _("content page")
        verbose_name_plural = _("content pages")
        ordering = ["kind", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"], condition=Q(deleted_at=None), name="content_page_slug_unique"
            ),
            models.CheckConstraint(
                condition=Q(slug__regex=SLUG), name="content_page_slug_is_an_address"
            ),
            models.CheckConstraint(
                condition=~Q(status="PUBLISHED") | Q(published_at__isnull=False),
                name="content_page_published_has_a_time",
            ),
        ]
        indexes = [
            # Help pages among the results of a search.
            GinIndex(fields=["search_vector"], name="content_page_search"),
            # The journal, newest first.
            models.Index(
                fields=["-published_at"],
                condition=Q(kind="JOURNAL", status="PUBLISHED", deleted_at=None),
                name="content_page_journal",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            remembers_address(
                "slug",
                "kind",
                was="CASE OLD.kind WHEN 'JOURNAL' THEN '/journal/' ELSE '/pages/' END"
                " || OLD.slug || '/'",
                now_at="CASE NEW.kind WHEN 'JOURNAL' THEN '/journal/' ELSE '/pages/' END"
                " || NEW.slug || '/'",
                shown="OLD.status = 'PUBLISHED'",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        name = "pages:article" if self.kind == self.Kind.JOURNAL else "pages:page"
        return reverse(name, args=[self.slug])

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.status == self.Status.PUBLISHED and self.published_at is None:
            self.published_at = timezone.now()
        words = ("title", "summary", "body")
        loaded = self._loaded_values or {}
        if any(loaded.get(name) != getattr(self, name) for name in words):
            self.revised_at = timezone.now()
        super().save(*args, **kwargs)

    @property
    def is_published(self) -> bool:
        return (
            self.status == self.Status.PUBLISHED
            and self.deleted_at is None
            and self.published_at is not None
            and self.published_at <= timezone.now()
        )


class PageUse(models.Model):
    """How many readers found a page useful on a day, and how many did not; counted, not audited."""

    is_derived = True

    page = models.ForeignKey(
        ContentPage, models.CASCADE, related_name="uses", verbose_name=_("content page")
    )
    day = models.DateField(_("day"))
    useful = models.PositiveIntegerField(_("useful"), default=0)
    not_useful = models.PositiveIntegerField(_("not useful"), default=0)

    class Meta:
        verbose_name = _("use of a page")
        verbose_name_plural = _("uses of pages")
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["page", "day"], name="page_use_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.page}: {self.day}"
