"""Pages of who wants word: asking for it, ending it, and what a member has asked for."""

from typing import Any

from django.contrib import messages as flash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language, gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from catalog.cards import url_of
from catalog.fragments import vary_by_fragment, wanted_fragment
from catalog.goods import Goods, Variant, goods_of, with_goods
from catalog.models import Product, ProductVariant, Subscription
from catalog.products.choices import Choice, read_choices
from catalog.wishes import subscriptions
from catalog.wishes.forms import SubscriptionForm
from shop.accounts.models import NotificationPreference, User
from shop.accounts.preferences.links import stop_path
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

Kind = Subscription.Kind
REGION = "tell-me"
#: Subscriptions asked for from one address of the net in an hour.
ASKED, HOUR = 20, 3600


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def subscribe(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for word about a variant. A POST without an address comes from the product's own form."""
    product = get_object_or_404(with_goods(Product.objects.published()), slug=slug)
    sent = request.POST if request.method == "POST" else request.GET
    [[goods]] = goods_of([product])
    kind = Kind(sent["kind"]) if sent.get("kind") in Kind.values else Kind.BACK_IN_STOCK
    color = sent.get("color", "") if sent.get("color") in goods.colors else ""
    color = color or next(iter(goods.colors), "")
    variants = _wanted(goods, kind, color, sent.get("size", ""), is_asked="email" in sent)
    back = url_of(goods, color, sent.get("size", "")[:50])
    if not variants:
        flash.info(request, gettext("This piece is there: you can order it now."))
        return _go(request, back)
    sizes = _sizes(variants)
    facts = {"kind": kind, "color": color, "size": sizes[0].slug if len(sizes) == 1 else ""}
    if "email" in request.POST:
        form = SubscriptionForm({**sent.dict(), **facts, "size": sent.get("size", "")}, sizes=sizes)
    else:
        person = request.user if isinstance(request.user, User) else None
        email = person.email if person else ""
        form = SubscriptionForm(initial={**facts, "email": email}, sizes=sizes)
    if form.is_bound and form.is_valid():
        limit(request, "subscription", most=ASKED, seconds=HOUR, limited=gettext("requests"))
        _keep(request, form, kind, variants)
        return _thank(request, form.cleaned_data["email"], kind, back)
    context = {"form": form, "goods": goods, "kind": kind, "back": back, "product": product}
    is_part = wanted_fragment(request) == REGION
    template = "catalog/subscriptions/_form.html" if is_part else "catalog/subscriptions/form.html"
    response = render(request, template, context, status=422 if form.errors else 200)
    vary_by_fragment(response)
    return response


# A mail program ends it by a POST of its own (RFC 8058), which has no cookie of ours.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a mail: says what was asked for, and ends it on request. No sign-in needed."""
    if request.method == "POST":
        if subscriptions.end(token) is None:
            raise Http404
        if request.POST.get("from") == "account" and request.user.is_authenticated:
            flash.success(request, gettext("You will not hear about this piece any more."))
            return see_other("catalog:my_subscriptions")
        return see_other("catalog:subscription", token)
    rows = Subscription.objects.select_related("variant__product", "user")
    found = get_object_or_404(rows, token=token)
    context = {
        "subscription": found,
        "is_live": found.status in ("ACTIVE", "DUE"),
        "stop_url": _stop_url(found),
    }
    response = render(request, "catalog/subscriptions/end.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@login_required
@private_page
def mine(request: HttpRequest) -> HttpResponse:
    """What a member waits for."""
    rows = subscriptions.of_person(request.user)  # type: ignore[arg-type]
    choices = read_choices()
    waits = []
    for row in rows.select_related("variant__product")[:200]:
        options = row.variant.option_values
        names = [choices.get(name, options[name]).name for name in sorted(options)]
        waits.append({"row": row, "choice": ", ".join(names)})
    return render(request, "catalog/subscriptions/mine.html", {"waits": waits})


def _wanted(goods: Goods, kind: Kind, color: str, size: str, *, is_asked: bool) -> list[Variant]:
    """The variants that word may be wanted about: that of ``size``, or all to choose from.

    None when it can be bought. Without a size the cheapest stands for a color's price, except in
    a form that was sent: there the size is missing.
    """
    variants = goods.in_color(color)
    has_size = any(variant.size == size for variant in variants)
    if kind == Kind.BACK_IN_STOCK:
        variants = [variant for variant in variants if not goods.can_buy(variant)]
    if has_size:
        return [variant for variant in variants if variant.size == size]
    if kind == Kind.PRICE_DROP and not is_asked:
        return sorted(variants, key=lambda variant: variant.price)[:1]
    return variants


def _sizes(variants: list[Variant]) -> list[Choice]:
    slugs = list(dict.fromkeys(variant.size for variant in variants if variant.size))
    return read_choices().ordered("size", slugs)


def _keep(
    request: HttpRequest, form: SubscriptionForm, kind: Kind, variants: list[Variant]
) -> None:
    said: dict[str, Any] = form.cleaned_data
    if form.is_a_trap_filled:
        return
    meant = next(one for one in variants if not one.size or one.size == said["size"])
    variant = ProductVariant.objects.filter(pk=meant.id).first()
    if variant is None:
        return
    subscriptions.subscribe(
        kind=kind,
        variant=variant,
        email=said["email"],
        language=get_language() or "",
        user=request.user if isinstance(request.user, User) else None,
    )


def _thank(request: HttpRequest, email: str, kind: Kind, back: str) -> HttpResponse:
    """The same words for everyone, whether or not the address was on the list."""
    if kind == Kind.BACK_IN_STOCK:
        text = gettext("You are on the list. We write to %(email)s once, when it is back.")
    else:
        text = gettext("You are on the list. We write to %(email)s once, when it costs less.")
    text %= {"email": email}
    if wanted_fragment(request) == REGION:
        return render(request, "catalog/subscriptions/_thanks.html", {"text": text})
    flash.success(request, text)
    return see_other(back)


def _stop_url(subscription: Subscription) -> str:
    """Where a member stops all mails of this kind; "" for strangers and for other mailboxes."""
    user = subscription.user
    if user is None or user.email.lower() != subscription.email.lower():
        return ""
    return stop_path(user.pk, NotificationPreference.Kind(subscription.kind))


def _go(request: HttpRequest, to: str) -> HttpResponse:
    if wanted_fragment(request) == REGION:
        response = HttpResponse()
        response["HX-Redirect"] = to
        return response
    return see_other(to)
