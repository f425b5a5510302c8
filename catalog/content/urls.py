"""Addresses of the pages that staff write."""

from django.urls import path, register_converter

from catalog.content import views as content_views
from catalog.models.content import SLUG


class AddressConverter:
    """What the address of a page may be; nothing else is worth a query."""

    regex = SLUG.strip("^$")

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(AddressConverter, "address")

app_name = "pages"

urlpatterns = [
    path("pages/help/", content_views.help_page, name="help"),
    path("pages/contact/", content_views.contact_page, name="contact"),
    path("pages/<uuid:page_id>/useful/", content_views.useful, name="useful"),
    path("pages/<address:slug>/", content_views.page, name="page"),
    path("journal/", content_views.journal, name="journal"),
    path("journal/<address:slug>/", content_views.article, name="article"),
]
