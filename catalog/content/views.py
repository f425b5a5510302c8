"""Pages that staff write: help, policies, contact and the journal."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.content import contact
from catalog.content import pages as content
from catalog.content.social import social_picture
from catalog.errors import MessageNotSent
from catalog.fragments import vary_by_fragment, wanted_fragment
from catalog.freshness import MENUS, NAMESPACE
from catalog.models import ContentPage
from catalog.products.structured_data import article_data, breadcrumb_data, questions_data
from catalog.tree import Crumb, Picture
from shop import page_cache
from shop.rate_limits import limit
from shop.redirects import see_other

#: The pages a visitor has judged, in this cookie, and for how long it is kept.
VOTES_COOKIE = "useful"
VOTES_KEPT, VOTES_SECONDS = 40, 180 * 24 * 3600
HOUR_SECONDS = 3600
MESSAGES_AN_HOUR, VOTES_AN_HOUR = 5, 60
HELP, CONTACT = "help", "contact"
#: Width of the largest copy of a picture that a page asks for, in pixels.
PICTURE_WIDEST = 1440


@require_safe
@page_cache.shared
def page(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, get_object_or_404(_pages(), slug=slug))


@require_safe
@page_cache.shared
def help_page(request: HttpRequest) -> HttpResponse:
    """The questions and answers; a shop that has not written them yet shows how to ask."""
    found = _pages().filter(slug=HELP).first()
    return _page(request, found) if found else see_other("pages:contact")


@require_http_methods(["GET", "HEAD", "POST"])
def contact_page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        limit(
            request,
            "contact",
            most=MESSAGES_AN_HOUR,
            seconds=HOUR_SECONDS,
            limited=gettext("You have sent several messages within the hour."),
        )
    form = contact.ContactForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _send(form):
        messages.success(request, gettext("Thank you. We answer within two working days."))
        return see_other("pages:contact")
    found = _pages().filter(slug=CONTACT).first() or ContentPage(
        title=gettext("Contact"), slug=CONTACT
    )
    status = 422 if form.is_bound else 200
    return _shown(request, found, "catalog/content/contact.html", {"form": form}, status)


@require_safe
@page_cache.shared
def journal(request: HttpRequest) -> HttpResponse:
    """The articles, newest first; ``?before=`` a moment leads to older ones."""
    page_cache.made_of((NAMESPACE, MENUS))
    articles = ContentPage.objects.published().journal().select_related("image")
    before = _moment(request.GET.get("before", ""))
    if before:
        articles = articles.filter(published_at__lt=before)
    newest = articles.order_by("-published_at").defer("body", "search_vector")
    shown = list(newest[: content.ARTICLES + 1])
    has_older, shown = len(shown) > content.ARTICLES, shown[: content.ARTICLES]
    crumbs = _crumbs(Crumb(gettext("Journal"), reverse("pages:journal")))
    context = {
        "articles": [(one, _picture(one)) for one in shown],
        "older_than": shown[-1].published_at.isoformat() if has_older else "",
        "is_first": before is None,
        "crumbs": crumbs,
        "social_picture": social_picture(),
        "breadcrumb_data": breadcrumb_data(crumbs, request.build_absolute_uri),
    }
    return render(request, "catalog/content/journal.html", context)


@require_safe
@page_cache.shared
def article(request: HttpRequest, slug: str) -> HttpResponse:
    articles = ContentPage.objects.published().journal().select_related("image")
    found = get_object_or_404(articles.defer("search_vector"), slug=slug)
    data = article_data(
        found,
        picture=social_picture(found.image.url if found.image else ""),
        absolute=request.build_absolute_uri,
    )
    return _shown(request, found, "catalog/content/article.html", {"article_data": data})


@require_POST
def useful(request: HttpRequest, page_id: UUID) -> HttpResponse:
    """Count "yes" or "no" to "Was this useful?", once per visitor."""
    found = get_object_or_404(ContentPage.objects.published(), pk=page_id)
    answer = request.POST.get("answer", "")
    if answer not in ("yes", "no"):
        raise Http404(gettext("There is no such answer."))
    limit(request, "useful", most=VOTES_AN_HOUR, seconds=HOUR_SECONDS)
    mark = found.pk.hex[-12:]
    judged = [one for one in request.COOKIES.get(VOTES_COOKIE, "").split(".") if len(one) == 12]
    if mark not in judged:
        content.count_use(page_id=found.pk, is_useful=answer == "yes")
    if wanted_fragment(request) == "useful":
        context = {"is_useful": answer == "yes"}
        response = render(request, "catalog/content/_thanks.html", context)
        vary_by_fragment(response)
    else:
        messages.success(request, gettext("Thank you for telling us."))
        response = see_other(found.get_absolute_url())
    response.set_cookie(
        VOTES_COOKIE,
        ".".join([mark, *(one for one in judged if one != mark)][:VOTES_KEPT]),
        max_age=VOTES_SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


def _pages() -> Any:
    pages = ContentPage.objects.published().exclude(kind=ContentPage.Kind.JOURNAL)
    return pages.select_related("image").defer("search_vector")


def _page(request: HttpRequest, found: ContentPage) -> HttpResponse:
    if found.layout == ContentPage.Layout.QUESTIONS:
        return _questions(request, found)
    return _shown(request, found, "catalog/content/page.html", {})


def _questions(request: HttpRequest, found: ContentPage) -> HttpResponse:
    query = " ".join(request.GET.get("q", "").replace("\0", "").split())[: content.MOST_CHARACTERS]
    groups = content.questions_of(found.body)
    shown = content.narrowed(groups, query)
    context = {
        "groups": shown,
        "total": sum(len(group.questions) for group in shown),
        "asked": query,
        "questions_data": questions_data([one for group in groups for one in group.questions]),
    }
    return _shown(request, found, "catalog/content/questions.html", context)


def _send(form: contact.ContactForm) -> bool:
    """Whether the message is on its way; programs that fill in everything are told so as well."""
    if form.is_a_trap_filled:
        return True
    data = form.cleaned_data
    try:
        contact.send_message(
            name=data["name"], email=data["email"], topic=data["topic"], message=data["message"]
        )
    except MessageNotSent:
        form.add_error(
            None,
            gettext("The message could not be sent. Please write to %(email)s.")
            % {"email": settings.SHOP_EMAIL},
        )
        return False
    return True


def _shown(
    request: HttpRequest,
    found: ContentPage,
    template: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    # Each write of a content page ends the menus, and so whatever shows it.
    page_cache.made_of((NAMESPACE, MENUS))
    is_article = found.kind == ContentPage.Kind.JOURNAL
    url = found.get_absolute_url()
    above = [Crumb(gettext("Journal"), reverse("pages:journal"))] if is_article else []
    crumbs = _crumbs(*above, Crumb(found.title, url))
    shown = {
        "content": found,
        "writing": content.written(found.body),
        "picture": _picture(found),
        "url": url,
        "description": found.seo_description or found.summary,
        "social_picture": social_picture(found.image.url if found.image else ""),
        "crumbs": crumbs,
        "breadcrumb_data": breadcrumb_data(crumbs, request.build_absolute_uri),
        **context,
    }
    return render(request, template, shown, status=status)


def _picture(page: ContentPage) -> Picture | None:
    if page.image is None:
        return None
    return Picture.of(page.image, page.image.alt_text, widest=PICTURE_WIDEST)


def _crumbs(*crumbs: Crumb) -> list[Crumb]:
    return [Crumb(gettext("Home"), reverse("catalog:home")), *crumbs]


def _moment(text: str) -> Any:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None
