"""Redirects after a POST."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect


def see_other(to: Any, *args: Any) -> HttpResponse:
    """A 303: the browser fetches the answer with GET. ``to`` is what Django's redirect takes."""
    response = redirect(to, *args)
    response.status_code = 303
    return response
