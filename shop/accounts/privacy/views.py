"""Pages of a member's own data: consents, a copy, the end of the account."""

from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.accounts.models import DataExport, ErasureRequest, User
from shop.accounts.newsletter import subscriptions
from shop.accounts.privacy import consents, copies, erasing, people
from shop.accounts.privacy.forms import ConfirmForm, PurposeForm
from shop.accounts.privacy.obstacles import obstacles
from shop.accounts.step_up import fresh_sign_in
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: Copies and files from one place in an hour.
MOST, HOUR = 20, 3600
#: Staff are having a copy built for the same person.
BUSY = gettext_lazy("We are at work on your data already. Please ask again in a few minutes.")


@require_safe
@login_required
@private_page
def privacy(request: HttpRequest) -> HttpResponse:
    """What was agreed to and when, the latest copy, and what ends the account."""
    user = cast("User", request.user)
    records = consents.history(user)
    context = {
        "records": records,
        "in_force": consents.in_force(records),
        "export": user.data_exports.filter(asked_by=None).first(),
        "erasure": open_request(user),
        "pause_hours": copies.PAUSE_HOURS,
        "days": settings.RETENTION["data_exports"],
        "has_newsletter": True,
    }
    return render(request, "account/privacy/privacy.html", context)


@require_POST
@private_page
@fresh_sign_in
def ask_copy(request: HttpRequest) -> HttpResponse:
    """Have a copy built."""
    limit(request, "data-copy", most=MOST, seconds=HOUR)
    try:
        copies.ask(user_id=cast("User", request.user).pk)
    except copies.AskedLately:
        messages.warning(request, _("You asked for a copy within the last day. It is below."))
    except copies.BeingBuilt:
        messages.warning(request, BUSY)
    else:
        messages.success(request, _("We prepare your copy and write to you when it is ready."))
    return see_other("accounts:privacy")


@require_safe
@private_page
@fresh_sign_in
def copy_file(request: HttpRequest, export_id: UUID) -> HttpResponseBase:
    """The file itself, for its owner alone."""
    limit(request, "data-copy", most=MOST, seconds=HOUR)
    mine = cast("User", request.user).data_exports.filter(asked_by=None)
    return file_of(get_object_or_404(mine, pk=export_id))


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@fresh_sign_in
def erase(request: HttpRequest) -> HttpResponse:
    """What goes, what law keeps, what is in the way; typed out it is asked for."""
    user = cast("User", request.user)
    if open_request(user) is not None:
        return see_other("accounts:privacy")
    form = ConfirmForm(request.POST or None, expected=user.email)
    in_the_way = obstacles(people.member(user))
    is_staff = any(one.kind == "staff" for one in in_the_way)
    if request.method == "POST" and not is_staff and form.is_valid():
        erasing.ask(user_id=user.pk)
        messages.success(request, _("Your account will be deleted. Until then you can stop it."))
        return see_other("accounts:privacy")
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "obstacles": in_the_way,
        "is_staff": is_staff,
        "grace_days": settings.ERASURE_GRACE_DAYS,
        "years": settings.LEGAL_RETENTION_YEARS,
    }
    return render(request, "account/privacy/erase.html", context, status=status)


@require_POST
@login_required
@private_page
def keep(request: HttpRequest) -> HttpResponse:
    """Call the erasure off. Nobody is asked to prove anything for that."""
    found = open_request(cast("User", request.user))
    if found is not None:
        try:
            erasing.cancel(found.pk)
        except erasing.NotCancelable:
            messages.warning(request, _("It has begun already."))
        else:
            messages.success(request, _("Your account stays."))
    return see_other("accounts:privacy")


@require_POST
@login_required
@private_page
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take back the consent to be written to; others end where they began."""
    form = PurposeForm(request.POST)
    if not form.is_valid():
        raise Http404
    user = cast("User", request.user)
    subscriptions.choose(user=user, is_wanted=False)
    messages.success(request, _("Done. We no longer do that."))
    return see_other("accounts:privacy")


def open_request(user: User) -> ErasureRequest | None:
    """The erasure that a member has asked for."""
    found: ErasureRequest | None = user.erasure_requests.filter(
        status__in=ErasureRequest.OPEN
    ).first()
    return found


def file_of(export: DataExport, *, by_staff: bool = False) -> FileResponse:
    """The ZIP, noted as fetched; 404 when it is not there any more."""
    path = copies.path_of(export)
    if not export.is_there or not path.is_file():
        raise Http404(_("This copy has been deleted."))
    copies.fetched(export, by_staff=by_staff)
    name = f"{settings.SHOP_NAME.lower()}-{timezone.localdate():%Y-%m-%d}.zip"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)
