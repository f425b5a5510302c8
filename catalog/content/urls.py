"""Addresses of the pages that staff write."""

from django.urls import path

from catalog.content import views as content_views

app_name = "pages"

urlpatterns = [
    path("pages/help/", content_views.help_page, name="help"),
    path("pages/contact/", content_views.contact_page, name="contact"),
    path("pages/<uuid:page_id>/useful/", content_views.useful, name="useful"),
    path("pages/<path:slug>/", content_views.page, name="page"),
    path("journal/", content_views.journal, name="journal"),
    path("journal/<path:slug>/", content_views.article, name="article"),
]
