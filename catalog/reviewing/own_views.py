"""Pages about one's own reviews: writing, changing and deleting them, signed in or by a link."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages as flash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from catalog.errors import AlreadyReviewed
from catalog.models import Product, Purchase, Review
from catalog.reviewing import purchases, reviews
from catalog.reviewing.forms import ReviewForm
from shop.accounts.models import User
from shop.accounts.profile import profile
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: How often one address may write within an hour.
WRITES, HOUR = 10, 3600


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def write(request: HttpRequest, slug: str) -> HttpResponse:
    """Review a product, or change the review one has written of it."""
    user = request.user if isinstance(request.user, User) else None
    if user is None and not settings.REVIEWS_OPEN_TO_ALL:
        return redirect_to_login(request.get_full_path())
    product = get_object_or_404(Product.objects.published(), slug=slug)
    purchase = purchases.proof_for(user, product) if user else None
    return _write(request, product, user=user, purchase=purchase)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def write_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Review a piece with the link that its buyer got by mail; no account is needed."""
    purchase = _purchase(token)
    product = purchase.variant.product
    return _write(request, product, user=purchase.user, purchase=purchase, token=token)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private_page
def delete(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Ask, then withdraw one's own review."""
    mine = reviews.of_person(request.user).select_related("product")  # type: ignore[arg-type]
    review = get_object_or_404(mine, pk=review_id)
    if request.method == "POST":
        reviews.withdraw(review.pk)
        flash.success(request, gettext("Your review is deleted."))
        return see_other("catalog:my_reviews")
    context = {"review": review, "back": reverse("catalog:my_reviews")}
    return render(request, "catalog/reviews/delete.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def delete_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then withdraw the review that was written with the link from a mail."""
    purchase = _purchase(token)
    product = purchase.variant.product
    review = reviews.own_review(product, author=purchase.user, purchase=purchase)
    if review is None:
        raise Http404
    if request.method == "POST":
        reviews.withdraw(review.pk)
        flash.success(request, gettext("Your review is deleted."))
        return see_other(_product_or_home(product))
    context = {"review": review, "back": reverse("catalog:review_by_link", args=[token])}
    return render(request, "catalog/reviews/delete.html", context)


@require_safe
@login_required
@private_page
def mine(request: HttpRequest) -> HttpResponse:
    """One's reviews by what became of them, and what one could review."""
    user: User = request.user  # type: ignore[assignment]
    rows = list(reviews.of_person(user).select_related("product"))
    reviewed = {review.product_id for review in rows}
    pieces = purchases.of_person(user).select_related("variant__product")
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
    token: str = "",
) -> HttpResponse:
    """The form, and what is sent with it; ``token`` is that of the link it was opened by."""
    own = reviews.own_review(product, author=user, purchase=purchase)
    if request.method == "POST":
        limit(request, "review", most=WRITES, seconds=HOUR, limited=gettext("reviews"))
        form = ReviewForm(request.POST, request.FILES, review=own)
    else:
        form = ReviewForm(review=own, initial={"display_name": _public_name(user)})
    if form.is_valid():
        _save(request, product, user=user, purchase=purchase, own=own, form=form)
        signed_in = request.user.is_authenticated and not token
        return see_other("catalog:my_reviews" if signed_in else _product_or_home(product))
    context = {
        "form": form,
        "product": product,
        "own": own,
        "purchase": purchase,
        "delete_url": _delete_url(own, token) if own else "",
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
            reviews.rewrite(
                review_id=own.pk, author=user, purchase=purchase, kept_photos=kept, **said
            )
        flash.success(request, checked)
    except AlreadyReviewed:
        flash.info(request, gettext("We have your review already; it came in a moment ago."))
    except Review.DoesNotExist:
        flash.error(request, gettext("This review was deleted a moment ago. Nothing was saved."))


def _purchase(token: str) -> Purchase:
    purchase = purchases.from_link(token)
    if purchase is None:
        raise Http404(gettext("This link is not valid any more."))
    return purchase


def _delete_url(own: Review, token: str) -> str:
    if token:
        return reverse("catalog:review_delete_by_link", args=[token])
    return reverse("catalog:review_delete", args=[own.pk])


def _product_or_home(product: Product) -> str:
    """Where to go from a review; a piece that is not sold any more has no page."""
    return product.get_absolute_url() if product.is_published else reverse("catalog:home")


def _public_name(user: User | None) -> str:
    """The public name the person chose, or else the first name."""
    return profile.public_name(user) or user.first_name if user else ""
