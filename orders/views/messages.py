"""What a shopper writes to the shop about an order."""

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.forms import MessageForm
from orders.placed import notes, order_page
from orders.views.order_page import render_order
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: Messages from one address of the net in an hour.
MOST, HOUR = 10, 3600


@require_POST
@private_page
def write(request: HttpRequest, token: str) -> HttpResponse:
    """Take a message; staff find it on the order."""
    order = get_object_or_404(order_page.readable(), token=token)
    form = MessageForm(request.POST)
    if not form.is_valid():
        page_url = reverse("orders:order", args=[token])
        response = render_order(request, order, page_url=page_url, message_form=form)
        response.status_code = 422
        return response
    limited = _("Messages about orders were sent several times from here within the hour.")
    limit(request, "order-message", most=MOST, seconds=HOUR, limited=limited)
    is_own = order.customer_id is not None and request.user.pk == order.customer_id
    notes.receive(
        order_id=order.pk,
        text=form.cleaned_data["text"],
        key=form.cleaned_data["key"],
        author_id=order.customer_id if is_own else None,
    )
    flash.success(request, _("Your message is here. We answer by e-mail and on this page."))
    if is_own:
        return see_other("orders:account_order", order.number)
    return see_other("orders:order", token)
