"""Pages of the address book. Every address is looked for among one's own, so others are 404."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages as flash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.accounts.address_book import book
from shop.accounts.address_book.errors import BookFull
from shop.accounts.address_book.forms import EntryForm
from shop.accounts.forms import PARTS, AddressForm
from shop.accounts.models import Address, User
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: Changes of address books from one address of the net in an hour.
CHANGES, HOUR = 120, 3600


@require_safe
@login_required
@private_page
def listed(request: HttpRequest) -> HttpResponse:
    """The addresses of the person; just after a removal with the way to undo it."""
    addresses = list(book.of_person(_member(request)))
    context = {
        "addresses": addresses,
        "removed": _removed(request),
        "is_full": len(addresses) >= book.MOST,
        "most": book.MOST,
    }
    return render(request, "account/address_book/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private_page
def add(request: HttpRequest) -> HttpResponse:
    """A new address."""
    return _form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private_page
def edit(request: HttpRequest, address_id: UUID) -> HttpResponse:
    """Another wording of an address; orders keep what was agreed."""
    return _form(request, get_object_or_404(book.of_person(_member(request)), pk=address_id))


@require_POST
@login_required
@private_page
def make_default(request: HttpRequest, address_id: UUID) -> HttpResponse:
    """Offer the address first from now on."""
    _limited(request)
    try:
        book.make_default(user_id=_member(request), address_id=address_id)
    except Address.DoesNotExist as error:
        raise Http404 from error
    flash.success(request, _("Your next order starts with this address."))
    return see_other("accounts:addresses")


@require_POST
@login_required
@private_page
def remove(request: HttpRequest, address_id: UUID) -> HttpResponse:
    """Take the address off the list, which then offers to undo."""
    _limited(request)
    try:
        removed = book.remove(user_id=_member(request), address_id=address_id)
    except Address.DoesNotExist as error:
        raise Http404 from error
    response = see_other("accounts:addresses")
    response["Location"] += f"?removed={removed.pk}"
    return response


@require_POST
@login_required
@private_page
def restore(request: HttpRequest, address_id: UUID) -> HttpResponse:
    """Undo a removal."""
    _limited(request)
    try:
        book.restore(user_id=_member(request), address_id=address_id)
    except Address.DoesNotExist as error:
        raise Http404 from error
    except BookFull as error:
        flash.error(request, _full(error))
    else:
        flash.success(request, _("The address is back."))
    return see_other("accounts:addresses")


def _form(request: HttpRequest, address: Address | None) -> HttpResponse:
    known: dict[str, Any] = vars(address) | book.parts_of(address) if address else {}
    data = request.POST if request.method == "POST" else None
    entry = EntryForm(data, initial=known)
    if data is not None and request.headers.get("HX-Target", "").rpartition("#")[2] == "address":
        # Another country: its fields with what was typed, and no verdict yet.
        typed = {part: data.get(part, "").replace("\0", "") for part in PARTS}
        context = {"address_form": AddressForm(initial=typed), "url": request.path}
        return render(request, "account/address_book/_fields.html", context)
    form = AddressForm(data, initial=known)
    if data is not None:
        _limited(request)
    # Both speak up, not only the first that is wrong.
    if data is not None and all([form.is_valid(), entry.is_valid()]):
        said = {"user_id": _member(request), "parts": form.cleaned_data, **entry.cleaned_data}
        try:
            if address is None:
                book.add(**said)
            else:
                book.change(address_id=address.pk, **said)
        except Address.DoesNotExist as error:
            raise Http404 from error
        except BookFull as error:
            form.add_error(None, _full(error))
        else:
            flash.success(request, _("The address is saved."))
            return see_other("accounts:addresses")
    forms = [form, entry]
    context = {
        "address": address,
        "address_form": form,
        "entry": entry,
        "forms": forms,
        "has_errors": any(each.errors for each in forms),
        "url": request.path,
        "back": reverse("accounts:addresses"),
    }
    status = 200 if data is None else 422
    return render(request, "account/address_book/form.html", context, status=status)


def _removed(request: HttpRequest) -> Address | None:
    try:
        wanted = UUID(request.GET.get("removed", ""))
    except ValueError:
        return None
    return book.removed(_member(request)).filter(pk=wanted).first()


def _full(error: BookFull) -> str:
    text = ngettext(
        "An address book holds at most %d address. Remove one before you add another.",
        "An address book holds at most %d addresses. Remove some before you add another.",
        error.limit,
    )
    return text % error.limit


def _limited(request: HttpRequest) -> None:
    limit(request, "address-book", most=CHANGES, seconds=HOUR, limited=_("changes of addresses"))


def _member(request: HttpRequest) -> UUID:
    return cast("User", request.user).pk
