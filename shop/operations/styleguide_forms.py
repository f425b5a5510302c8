"""Forms of the developer page: one field of each kind."""

from django import forms


class SampleForm(forms.Form):
    """One field of each kind; bound and empty it shows every error."""

    country = forms.ChoiceField(choices=[("DE", "Germany"), ("FR", "France")], label="Country")
    full_name = forms.CharField(label="Full name", widget=forms.TextInput({"autocomplete": "name"}))
    line1 = forms.CharField(label="Street and number")
    line2 = forms.CharField(label="Flat, floor", required=False)
    postal_code = forms.CharField(label="Postcode")
    city = forms.CharField(label="Town")
    phone = forms.CharField(label="Phone", required=False, help_text="Only for the courier.")


class SampleControls(forms.Form):
    """The controls an address does not need."""

    email = forms.EmailField(label="E-mail", help_text="We only use it for this order.")
    password = forms.CharField(
        label="Password", widget=forms.PasswordInput, help_text="At least 10 characters."
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea({"rows": 3}))
    news = forms.BooleanField(label="Send me news, about once a month", required=False)
    fit = forms.ChoiceField(
        label="How does it fit?",
        choices=[("small", "Small"), ("true", "True to size"), ("large", "Large")],
        widget=forms.RadioSelect,
    )
    stars = forms.ChoiceField(label="Your rating", choices=[(str(n), n) for n in range(1, 6)])
