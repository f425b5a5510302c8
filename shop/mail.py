"""Mails of the shop: HTML for those who see it, the same in plain text for everyone else."""

from functools import cache
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def compose(
    *, template: str, to: str, subject: str, context: dict[str, Any], unsubscribe_url: str = ""
) -> EmailMultiAlternatives:
    """The mail of ``templates/mail/<template>.html`` and ``.txt``, in the active language.

    ``unsubscribe_url`` belongs to what people may stop: mail programs show a button for it and
    post there (RFC 8058). Answers go to the people of the shop.
    """
    words = {
        **context,
        "subject": subject,
        "shop_name": settings.SHOP_NAME,
        "shop_email": settings.SHOP_EMAIL,
        "unsubscribe_url": unsubscribe_url,
    }
    headers = {}
    if unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter = EmailMultiAlternatives(
        # A line break would be a second header.
        subject=" ".join(subject.split()),
        body=render_to_string(f"mail/{template}.txt", words),
        to=[to],
        reply_to=[settings.SHOP_EMAIL],
        headers=headers,
    )
    page = render_to_string(f"mail/{template}.html", words)
    letter.attach_alternative(_inliner().inline(page), "text/html")
    return letter


@cache
def _inliner() -> css_inline.CSSInliner:
    """Moves each rule to the elements it is for: mail programs drop style sheets."""
    rules = render_to_string("mail/mail.css")
    return css_inline.CSSInliner(extra_css=rules, load_remote_stylesheets=False)
