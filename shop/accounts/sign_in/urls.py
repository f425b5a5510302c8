"""Pages about where one is signed in, and with which address; below "accounts:"."""

from django.urls import path

from shop.accounts.sign_in import pages

urlpatterns = [
    path("email/", pages.change_email, name="email"),
    path("email/undo/<str:token>/", pages.undo_email, name="email_undo"),
    path("security/sessions/end-others/", pages.end_others, name="sessions_end_others"),
    path("security/sessions/<uuid:session_id>/end/", pages.end_session, name="session_end"),
    path("security/history/", pages.history, name="sign_in_history"),
]
