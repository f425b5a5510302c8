"""Finding an order without an account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from orders.forms import TrackingForm
from orders.models import Order
from orders.placed import tracking
from shop.accounts.views import MAIL_IS_IN_FILES
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: Links asked for from one address of the net in an hour.
ASKED, HOUR = 10, 3600


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def ask(request: HttpRequest) -> HttpResponse:
    """Number and address; the answer is the same whether or not there is such an order."""
    form = TrackingForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "orders/track.html", {"form": form}, status=status)
    _limited(request)
    tracking.ask(
        number=form.cleaned_data["number"],
        email=form.cleaned_data["email"],
        site_url=request.build_absolute_uri("/"),
    )
    return see_other("orders:track_sent")


@require_safe
@private_page
def sent(request: HttpRequest) -> HttpResponse:
    """The same for everyone."""
    return render(request, "orders/track_sent.html", {"mail_is_in_files": MAIL_IS_IN_FILES})


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: leads to the order, or offers a new link when it is too old."""
    try:
        order_id = tracking.read(token)
    except tracking.LinkExpired as expired:
        if request.method != "POST":
            return render(request, "orders/track_expired.html", {"is_expired": True}, status=410)
        _limited(request)
        tracking.send_later(expired.order_id, site_url=request.build_absolute_uri("/"))
        return see_other("orders:track_sent")
    if order_id is None:
        return render(request, "orders/track_expired.html", {"is_expired": False}, status=404)
    order = get_object_or_404(Order.objects.only("token"), pk=order_id)
    return redirect("orders:order", order.token)


def _limited(request: HttpRequest) -> None:
    limited = gettext("Links to orders were asked for several times from here within the hour.")
    limit(request, "track", most=ASKED, seconds=HOUR, limited=limited)
