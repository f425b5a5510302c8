"""The same for people without an account: a link to the mailbox proves whose address it is."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.accounts.letters.queue import queue
from shop.accounts.models import DataExport, ErasureRequest
from shop.accounts.privacy import copies, erasing, links, people
from shop.accounts.privacy.forms import AddressForm, ConfirmForm
from shop.accounts.privacy.obstacles import obstacles
from shop.accounts.privacy.views import BUSY, HOUR, MOST, file_of
from shop.accounts.sign_in import throttle
from shop.accounts.views import MAIL_IS_IN_FILES
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def ask_link(request: HttpRequest) -> HttpResponse:
    """The address; the answer is the same whether or not anything is held of it."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        limit(request, "privacy-link", most=10, seconds=HOUR)
        email = form.cleaned_data["email"]
        if throttle.may_write_to(email):
            queue("guest_privacy", to=email, facts={})
        return see_other("privacy:sent")
    status = 422 if request.method == "POST" else 200
    return render(request, "account/privacy/guest_ask.html", {"form": form}, status=status)


@require_safe
@private_page
def sent(request: HttpRequest) -> HttpResponse:
    """The same for everyone."""
    context = {"mail_is_in_files": MAIL_IS_IN_FILES, "days": links.LINK_DAYS}
    return render(request, "account/privacy/guest_sent.html", context)


@require_safe
@private_page
def show(request: HttpRequest, token: str) -> HttpResponse:
    """What the owner of the mailbox can do."""
    email = _owner(token)
    return _page(request, token, email, ConfirmForm(expected=email))


@require_POST
@private_page
def ask_copy(request: HttpRequest, token: str) -> HttpResponse:
    """Have a copy built."""
    email = _owner(token)
    limit(request, "data-copy", most=MOST, seconds=HOUR)
    try:
        copies.ask(email=email)
    except copies.AskedLately:
        messages.warning(request, _("You asked for a copy within the last day. It is below."))
    except copies.BeingBuilt:
        messages.warning(request, BUSY)
    else:
        messages.success(request, _("We prepare your copy and write to you when it is ready."))
    return see_other("privacy:guest", token)


@require_safe
@private_page
def copy_file(request: HttpRequest, token: str, export_id: UUID) -> HttpResponseBase:
    """The file, for whoever has the link of its mailbox."""
    email = _owner(token)
    limit(request, "data-copy", most=MOST, seconds=HOUR)
    mine = _copies_of(email)
    return file_of(get_object_or_404(mine, pk=export_id))


@require_POST
@private_page
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the erasure, typed out."""
    email = _owner(token)
    form = ConfirmForm(request.POST, expected=email)
    if not form.is_valid():
        return _page(request, token, email, form, status=422)
    erasing.ask(email=email)
    messages.success(request, _("Your data will be erased. Until then you can stop it here."))
    return see_other("privacy:guest", token)


@require_POST
@private_page
def keep(request: HttpRequest, token: str) -> HttpResponse:
    """Call the erasure off."""
    found = _open_request(_owner(token))
    if found is not None:
        try:
            erasing.cancel(found.pk)
        except erasing.NotCancelable:
            messages.warning(request, _("It has begun already."))
        else:
            messages.success(request, _("Nothing is erased."))
    return see_other("privacy:guest", token)


def _owner(token: str) -> str:
    email = links.read(token)
    if email is None:
        raise Http404(_("This link has ended. Ask for a new one."))
    return email


def _copies_of(email: str) -> QuerySet[DataExport]:
    """Those that the owner of the mailbox asked for; staff hand over theirs."""
    rows: QuerySet[DataExport] = DataExport.objects.filter(user=None, email__iexact=email)
    return rows.filter(asked_by=None)


def _open_request(email: str) -> ErasureRequest | None:
    rows = ErasureRequest.objects.filter(user=None, emails=[email])
    found: ErasureRequest | None = rows.filter(status__in=ErasureRequest.OPEN).first()
    return found


def _page(
    request: HttpRequest, token: str, email: str, form: ConfirmForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "token": token,
        "email": email,
        "form": form,
        "export": _copies_of(email).first(),
        "erasure": _open_request(email),
        "obstacles": obstacles(people.guest(email)),
        "grace_days": settings.ERASURE_GRACE_DAYS,
        "years": settings.LEGAL_RETENTION_YEARS,
        "days": settings.RETENTION["data_exports"],
    }
    return render(request, "account/privacy/guest.html", context, status=status)
