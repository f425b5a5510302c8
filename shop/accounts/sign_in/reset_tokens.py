"""The tokens in links for a new password."""

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator

#: A token ends when the password, the e-mail address or the last sign-in changes.
reset_tokens = EmailAwarePasswordResetTokenGenerator()
