"""The empty form of the newsletter, for whatever page it stands on."""

from django import template

from shop.accounts.newsletter.forms import NewsletterForm

register = template.Library()


@register.simple_tag
def newsletter_form(place: str) -> NewsletterForm:
    """``{% newsletter_form "FOOTER" as form %}``: ``place`` is one of NewsletterSubscription's."""
    return NewsletterForm(initial={"place": place})
