"""Pages about reviews: reading all of them, writing, voting, reporting, and one's own."""

import hashlib
import secrets
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages as flash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import purchases, reviews
from catalog.choices import read_choices
from catalog.errors import AlreadyReviewed, OwnReview
from catalog.fragments import vary_by_fragment, wanted_fragment
from catalog.models import Product, Purchase, Review, ReviewVote
from catalog.review_forms import ReportForm, ReviewForm
from catalog.review_list import Wanted, read_list
from catalog.review_rows import shown_review, with_counts
from catalog.tree import Crumb, tree_of
from shop.accounts.models import User
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: A guest's votes are told apart by this cookie.
COOKIE = "voter"
COOKIE_SECONDS = 365 * 24 * 3600
#: How the names begin that accounts get when nobody chooses one.
GENERATED = "customer-"
#: How often one address may do something within an hour.
WRITES, VOTES, REPORTS = 10, 120, 20
HOUR = 3600
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
    }
    template = FRAGMENTS.get(wanted_fragment(request), "catalog/reviews/list.html")
    response = render(request, template, context)
    vary_by_fragment(response)
    if voter:
        response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def write(request: HttpRequest, slug: str) -> HttpResponse:
    """Review a product, or change the review one has written of it."""
    product = get_object_or_404(Product.objects.published(), slug=slug)
    user = request.user if isinstance(request.user, User) else None
    if user is None and not settings.REVIEWS_OPEN_TO_ALL:
        return redirect_to_login(request.get_full_path())
    purchase = purchases.proof_for(user, product) if user else None
    return _write(request, product, user=user, purchase=purchase)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def write_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Review a piece with the link that its buyer got by mail; no account is needed."""
    purchase = purchases.from_link(token)
    if purchase is None:
        raise Http404(gettext("This link is not valid any more."))
    product = purchase.variant.product
    return _write(request, product, user=purchase.user, purchase=purchase, is_by_link=True)


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
            review_id=review_id, voter=_voter(request, token), kind=kind, user_id=request.user.pk
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
        )
        flash.success(request, gettext("Thank you. Someone here will read it again."))
    except Review.DoesNotExist as error:
        raise Http404 from error
    except OwnReview:
        flash.error(request, gettext("This is your own review. You can change or delete it."))
    response = see_other(f"{review.product.get_absolute_url()}#reviews")
    return _remember(request, response, token)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private_page
def delete(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Ask, then withdraw one's own review."""
    mine = Review.objects.filter(user=request.user.pk).select_related("product")
    review = get_object_or_404(mine, pk=review_id)
    if request.method == "POST":
        reviews.withdraw(review.pk)
        flash.success(request, gettext("Your review is deleted."))
        return see_other("catalog:my_reviews")
    return render(request, "catalog/reviews/delete.html", {"review": review})


@require_safe
@login_required
@private_page
def mine(request: HttpRequest) -> HttpResponse:
    """One's reviews by what became of them, and what one could review."""
    user = request.user
    rows = list(Review.objects.filter(user=user.pk).select_related("product"))
    reviewed = {review.product_id for review in rows}
    pieces = purchases.of_person(user).select_related("variant__product")  # type: ignore[arg-type]
    to_write: dict[UUID, Purchase] = {}
    for piece in pieces.filter(variant__product__in=Product.objects.published()):
        if piece.variant.product_id not in reviewed:
            to_write.setdefault(piece.variant.product_id, piece)
    by_status = {
        status.value.lower(): [review for review in rows if review.status == status]
        for status in Review.Status
    }
    context = {"to_write": list(to_write.values()), **by_status}
    return render(request, "catalog/reviews/mine.html", context)


def _write(
    request: HttpRequest,
    product: Product,
    *,
    user: User | None,
    purchase: Purchase | None,
    is_by_link: bool = False,
) -> HttpResponse:
    own = reviews.own_review(product, author=user, purchase=purchase)
    if request.method == "POST":
        limit(request, "review", most=WRITES, seconds=HOUR, limited=gettext("reviews"))
        form = ReviewForm(request.POST, request.FILES, review=own)
    else:
        form = ReviewForm(review=own, initial={"display_name": _public_name(user)})
    if form.is_valid():
        _save(request, product, user=user, purchase=purchase, own=own, form=form)
        signed_in = request.user.is_authenticated and not is_by_link
        return see_other("catalog:my_reviews" if signed_in else product)
    context = {
        "form": form,
        "product": product,
        "own": own,
        "purchase": purchase,
        "kept": set(form["kept_photos"].value() or ()) if "kept_photos" in form.fields else (),
        "lost_photos": bool(request.FILES),
    }
    status = 422 if form.errors else 200
    return render(request, "catalog/reviews/write.html", context, status=status)


def _save(
    request: HttpRequest,
    product: Product,
    *,
    user: User | None,
    purchase: Purchase | None,
    own: Review | None,
    form: ReviewForm,
) -> None:
    said: dict[str, Any] = {"words": form.words, "photos": form.cleaned_data["photos"]}
    checked = gettext("Thank you. We read every review before it appears, usually within a day.")
    try:
        if own is None:
            reviews.write(product=product, author=user, purchase=purchase, **said)
        else:
            kept = [UUID(pk) for pk in form.cleaned_data.get("kept_photos", ())]
            reviews.rewrite(review_id=own.pk, purchase=purchase, kept_photos=kept, **said)
        flash.success(request, checked)
    except AlreadyReviewed:
        flash.info(request, gettext("We have your review already; it came in a moment ago."))
    except Review.DoesNotExist:
        flash.error(request, gettext("This review was deleted a moment ago. Nothing was saved."))


def _public_name(user: User | None) -> str:
    """What the person goes by; "" where the shop made the name up."""
    if user is None:
        return ""
    is_chosen = not user.username.startswith(GENERATED)
    return user.first_name or (user.username if is_chosen else "")


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
