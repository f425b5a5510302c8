"""The picture that a bank's app reads a transfer from."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from orders.models import Order
from payments.bank import transfer_code
from payments.models import Awaited
from shop.middleware import private_page


@require_safe
@private_page
def code(request: HttpRequest, token: str) -> HttpResponse:
    """The QR code of what is still to be transferred for an order; as secret as its page."""
    order = get_object_or_404(Order.objects.select_related("awaited"), token=token)
    awaited: Awaited | None = getattr(order, "awaited", None)
    if awaited is None:
        raise Http404
    text = transfer_code.text_of(awaited, awaited.missing)
    if not text:
        raise Http404
    return HttpResponse(transfer_code.png(text), content_type="image/png")
