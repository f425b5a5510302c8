"""The contact form: a message from a visitor to the people of the shop."""

import logging
from smtplib import SMTPException
from typing import Any

from django import forms
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.errors import MessageNotSent

logger = logging.getLogger(__name__)

TOPICS = {
    "order": _("An order"),
    "return": _("A return or refund"),
    "repair": _("A repair"),
    "size": _("Size and fit"),
    "other": _("Something else"),
}


class ContactForm(forms.Form):
    """Who writes, about what. ``website`` is a trap: people do not see it, programs fill it in."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        error_messages={"required": _("Enter your name")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        error_messages={
            "required": _("Enter your e-mail address"),
            "invalid": _("Enter an e-mail address such as name@example.com"),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Only to answer you."),
    )
    topic = forms.ChoiceField(label=_("What is it about?"), choices=list(TOPICS.items()))
    message = forms.CharField(
        label=_("Message"),
        min_length=10,
        max_length=5000,
        error_messages={"required": _("Write your message")},
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("If it is about an order, its number helps us."),
    )
    website = forms.CharField(required=False, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["website"].widget.attrs |= {"tabindex": "-1", "autocomplete": "off"}

    @property
    def is_a_trap_filled(self) -> bool:
        return bool(self.cleaned_data.get("website"))


def send_message(*, name: str, email: str, topic: str, message: str) -> None:
    """Mail ``message`` to the shop; the answer goes to ``email``. ``topic`` is one of TOPICS.

    Nothing is stored, so there is no commit to wait for, and the visitor learns at once whether
    it left. Raises MessageNotSent when the mail server did not take it.
    """
    subject = gettext("Message from %(name)s: %(topic)s") % {"name": name, "topic": TOPICS[topic]}
    words = {"name": name, "email": email, "topic": TOPICS[topic], "message": message}
    mail = EmailMessage(
        # A line break in a name would be a second header.
        subject=" ".join(subject.split()),
        body=render_to_string("catalog/content/contact_mail.txt", words),
        to=[settings.SHOP_EMAIL],
        reply_to=[email],
    )
    try:
        mail.send()
    except (SMTPException, OSError) as error:
        logger.exception("a message from the contact form was not sent")
        raise MessageNotSent from error
