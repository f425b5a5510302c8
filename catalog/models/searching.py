"""What staff teach the search, and what shoppers asked of it."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.freshness import NAMESPACE
from shop.making import Version
from shop.models import Manager, Model, Shown

#: Key of what staff taught the search, in the cache of the catalog.
RULES = "search-rules"


class Rule(Shown):
    """What staff taught the search: each change is in force at once."""

    class Meta:
        abstract = True

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return [(NAMESPACE, RULES)]


class Synonym(Rule, Model):
    """Words that mean the same: a search for one finds the others as well."""

    words = ArrayField(models.CharField(max_length=50), verbose_name=_("words"))

    class Meta(Model.Meta):
        verbose_name = _("group of synonyms")
        verbose_name_plural = _("synonyms")
        ordering = ["words"]
        constraints = [
            models.CheckConstraint(condition=Q(words__len__gte=2), name="synonym_of_two_words"),
            models.UniqueConstraint(fields=["words"], name="synonym_once"),
        ]

    def __str__(self) -> str:
        return ", ".join(self.words)


class SearchRedirectManager(Manager):
    def get_by_natural_key(self, term: str) -> Any:
        return self.get(term=term)


class SearchRedirect(Rule, Model):
    """A search for exactly ``term`` (lower case) leads to ``target``, a path of this shop."""

    term = models.CharField(_("search"), max_length=200, unique=True)
    target = models.CharField(_("target"), max_length=300)

    objects: ClassVar[Any] = SearchRedirectManager()

    class Meta(Model.Meta):
        verbose_name = _("search redirect")
        verbose_name_plural = _("search redirects")
        ordering = ["term"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target__startswith="/") & ~Q(target__startswith="//"),
                name="search_redirect_stays_in_the_shop",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term} → {self.target}"

    def natural_key(self) -> tuple[str]:
        return (self.term,)


class SearchTerm(Model):
    """How often something was searched for on a day, and how much was found the last time.

    A log, written by a job: not audited.
    """

    is_derived = True

    day = models.DateField(_("day"))
    term = models.CharField(_("search"), max_length=200)
    searches = models.PositiveIntegerField(_("searches"), default=0)
    searches_without_results = models.PositiveIntegerField(_("searches without results"), default=0)
    results = models.PositiveIntegerField(_("results"), default=0)

    class Meta(Model.Meta):
        verbose_name = _("search")
        verbose_name_plural = _("what people searched for")
        ordering = ["-day", "-searches"]
        constraints = [
            models.UniqueConstraint(fields=["day", "term"], name="search_term_once_a_day"),
        ]

    def __str__(self) -> str:
        return self.term


class PopularSearch(models.Model):
    """What is searched for these days.

    ``weight`` adds up searches, each of which weighs the more the later it was: twice as much
    every ten days, so that old ones fade without being touched. Offered while others type.
    Derived from what people search for, so not audited.
    """

    is_derived = True

    term = models.CharField(_("search"), max_length=200, primary_key=True)
    weight = models.FloatField(_("weight"), default=0)
    results = models.PositiveIntegerField(_("results"), default=0)

    class Meta:
        verbose_name = _("popular search")
        verbose_name_plural = _("popular searches")
        indexes = [
            # The search page before anything is typed.
            models.Index(fields=["-weight", "term"], name="popular_search_first"),
        ]

    def __str__(self) -> str:
        return self.term


class SearchWord(models.Model):
    """A word of the published products with the number of products it is in.

    ``heads`` are those that have it in their title, keywords, tags or brand. The vocabulary for
    "did you mean" and for completing words, made anew by a job; derived, so neither audited nor
    kept.
    """

    is_derived = True

    word = models.CharField(_("word"), max_length=50, primary_key=True)
    products = models.PositiveIntegerField(_("products"))
    heads = models.PositiveIntegerField(_("products it is about"), default=0)

    class Meta:
        verbose_name = _("word of the catalog")
        verbose_name_plural = _("words of the catalog")
        indexes = [
            # "Did you mean": the words that look most like the one typed.
            GistIndex(fields=["word"], opclasses=["gist_trgm_ops"], name="search_word_alike"),
        ]

    def __str__(self) -> str:
        return self.word
