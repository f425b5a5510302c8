"""Withdrawing from the contract: two steps, no sign-in, no reason, and the same answer for all."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from orders.models import Order, Withdrawal
from orders.placed import addresses
from orders.returns import withdrawing
from orders.returns.forms import LinesForm, WithdrawalForm
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: Declarations from one address of the net in an hour.
MOST, HOUR = 10, 3600
_SALT = "orders.withdrawals"


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def withdraw(request: HttpRequest) -> HttpResponse:
    """Who, which order, whereto with the receipt; then everything once more with the button."""
    order: Any = _order(request)
    items = list(order.items.all()) if order else []
    context: dict[str, Any] = {"order": order, "days": settings.SHOP_WITHDRAWAL_DAYS}
    if request.method != "POST":
        context["form"] = WithdrawalForm(initial=_initial(order))
        context["lines_form"] = LinesForm(items=items) if items else None
        return render(request, "orders/withdrawals/form.html", context)
    form = WithdrawalForm(request.POST)
    lines_form = LinesForm(request.POST, items=items)
    is_valid = form.is_valid() and lines_form.is_valid()
    context |= {"form": form, "lines_form": lines_form if items else None}
    if not is_valid or request.POST.get("step") == "change":
        status = 200 if is_valid else 422
        return render(request, "orders/withdrawals/form.html", context, status=status)
    chosen = lines_form.cleaned_data["lines"]
    if request.POST.get("step") != "confirm":
        titles = dict(lines_form.fields["lines"].choices)  # type: ignore[attr-defined]
        context |= {"said": form.cleaned_data, "chosen": [(key, titles[key]) for key in chosen]}
        return render(request, "orders/withdrawals/confirm.html", context)
    limited = gettext("Withdrawals were declared several times from here within the hour.")
    limit(request, "withdraw", most=MOST, seconds=HOUR, limited=limited)
    said = withdrawing.declare(**form.cleaned_data, lines=[UUID(key) for key in chosen])
    return see_other("orders:withdrawn", signing.dumps(said.pk.hex, salt=_SALT))


@require_safe
@private_page
def declared(request: HttpRequest, token: str) -> HttpResponse:
    """What was declared and when, to print: the same whether or not there is such an order."""
    try:
        pk = UUID(signing.loads(token, salt=_SALT))
    except (signing.BadSignature, ValueError) as error:
        raise Http404 from error
    said = get_object_or_404(Withdrawal, pk=pk)
    return render(request, "orders/withdrawals/declared.html", {"said": said})


def _order(request: HttpRequest) -> Order | None:
    """The order whose page led here; its secret link is the proof."""
    token = (request.POST if request.method == "POST" else request.GET).get("order", "")
    rows = Order.objects.prefetch_related("items", "addresses")
    return rows.filter(token=token[:64]).first() if token.isprintable() and token else None


def _initial(order: Any) -> dict[str, str]:
    if order is None:
        return {}
    newest = addresses.newest(order.addresses.all())
    names = [row.full_name for row in newest.values()]
    return {"number": order.number, "email": order.email, "name": names[0] if names else ""}
