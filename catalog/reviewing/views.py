"""Pages about what others wrote: reading all reviews of a product, voting, reporting."""

import hashlib
import secrets
from uuid import UUID

from django.conf import settings
from django.contrib import messages as flash
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.content.social import social_picture
from catalog.errors import OwnReview
from catalog.fragments import vary_by_fragment, wanted_fragment
from catalog.models import Product, Review, ReviewVote
from catalog.products.choices import read_choices
from catalog.reviewing import reviews
from catalog.reviewing.forms import ReportForm
from catalog.reviewing.review_list import Wanted, read_list
from catalog.reviewing.review_rows import shown_review, with_counts
from catalog.tree import Crumb, tree_of
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: A guest's votes are told apart by this cookie.
COOKIE = "voter"
COOKIE_SECONDS = 365 * 24 * 3600
#: How often one address may do something within an hour.
VOTES, REPORTS, HOUR = 120, 20, 3600
FRAGMENTS = {
    "reviews": "catalog/reviews/_section.html",
    "review-list": "catalog/reviews/_more.html",
}


@require_safe
def show_all(request: HttpRequest, slug: str) -> HttpResponse:
    """The reviews of a product with filters, or the part that htmx wants."""
    product = get_object_or_404(with_counts(Product.objects.published()), slug=slug)
    voter = _voter(request, _token(request))
    section = read_list(
        product,
        reverse("catalog:reviews", args=[slug]),
        read_choices(),
        Wanted.read(request.GET),
        voter=voter,
        after=request.GET.get("after", "")[:1024],
        number=request.GET.get("page", ""),
    )
    home = tree_of(request).crumbs("")
    title = gettext("Reviews")
    context = {
        "section": section,
        "product": product,
        "crumbs": [*home, Crumb(product.title, product.get_absolute_url()), Crumb(title, "")],
        "canonical_url": request.build_absolute_uri(section.url),
        "social_picture": social_picture(),
    }
    template = FRAGMENTS.get(wanted_fragment(request), "catalog/reviews/list.html")
    response = render(request, template, context)
    vary_by_fragment(response)
    if voter:
        response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@private_page
def vote(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Say whether a review helped; kind "" takes it back."""
    kind = request.POST.get("kind", "")
    if kind not in ("", ReviewVote.Kind.HELPFUL, ReviewVote.Kind.NOT_HELPFUL):
        raise Http404
    limit(request, "review-vote", most=VOTES, seconds=HOUR, limited=gettext("votes on reviews"))
    token = _token(request) or secrets.token_urlsafe(24)
    problem = ""
    try:
        review = reviews.vote(
            review_id=review_id,
            voter=_voter(request, token),
            kind=kind,
            user_id=request.user.pk,
            as_guest=_digest(token),
        )
    except Review.DoesNotExist as error:
        raise Http404 from error
    except OwnReview:
        review = Review.objects.select_related("product").get(pk=review_id)
        kind, problem = "", gettext("This is your own review.")
    if wanted_fragment(request) == f"votes-{review_id}":
        shown = shown_review(review, read_choices(), kind)
        context = {"review": shown, "problem": problem, "is_changed": True}
        response = render(request, "catalog/reviews/_votes.html", context)
        vary_by_fragment(response)
    else:
        say = flash.error if problem else flash.success
        say(request, problem or gettext("Thank you, we noted it."))
        response = see_other(f"{review.product.get_absolute_url()}#reviews")
    return _remember(request, response, token)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def report(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Tell staff what is wrong with a review."""
    rows = Review.objects.published().select_related("product")
    review = get_object_or_404(rows, pk=review_id)
    form = ReportForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"form": form, "review": review, "product": review.product}
        status = 422 if form.errors else 200
        return render(request, "catalog/reviews/report.html", context, status=status)
    limit(request, "review-report", most=REPORTS, seconds=HOUR, limited=gettext("reports"))
    token = _token(request) or secrets.token_urlsafe(24)
    try:
        reviews.report(
            review_id=review_id,
            voter=_voter(request, token),
            reason=form.words,
            user_id=request.user.pk,
            as_guest=_digest(token),
        )
        flash.success(request, gettext("Thank you. Someone here will read it again."))
    except Review.DoesNotExist as error:
        raise Http404 from error
    except OwnReview:
        flash.error(request, gettext("This is your own review. You can change or delete it."))
    response = see_other(f"{review.product.get_absolute_url()}#reviews")
    return _remember(request, response, token)


def _token(request: HttpRequest) -> str:
    """What the cookie says, or ""."""
    try:
        token = request.get_signed_cookie(COOKIE, "", salt=COOKIE, max_age=COOKIE_SECONDS)
    except BadSignature:
        return ""
    return token or ""


def _voter(request: HttpRequest, token: str) -> str:
    """What tells a visitor's votes apart: the account, or the digest of the cookie's token."""
    if request.user.is_authenticated:
        return str(request.user.pk)
    return _digest(token)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest() if token else ""


def _remember(request: HttpRequest, response: HttpResponse, token: str) -> HttpResponse:
    """Let a guest's browser keep the token."""
    if not request.user.is_authenticated:
        response.set_signed_cookie(
            COOKIE,
            token,
            salt=COOKIE,
            max_age=COOKIE_SECONDS,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
    return response
