"""Forms of the product page: its pictures."""

from collections import Counter
from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.admin.product_forms import OptionChoices, is_kept
from catalog.errors import NotAPicture, PictureRefused, PictureTooLarge, PictureTooManyPixels
from catalog.models import ProductMedia
from catalog.uploads import Picture, read_picture


class Nothing(forms.Widget):
    """Draws nothing: the column stays, the control is not for this row."""

    # The first row decides how the whole page is posted; the last one has a file.
    needs_multipart_form = True

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        return SafeString("")


class PictureForm(OptionChoices):
    """A picture of the product: a new upload, or the words and place of one that is there."""

    upload = forms.FileField(
        label=_("New picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"}),
    )
    alt_text = forms.CharField(
        label=_("Alternative text"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"size": 40}),
    )

    #: What :meth:`clean_upload` made of the file.
    picture: Picture | None = None

    class Meta:
        model = ProductMedia
        fields = ("view_name", "position", "is_primary")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields["upload"].disabled = True
            self.fields["upload"].widget = Nothing()
            self.initial["alt_text"] = self.instance.media.alt_text

    def clean_upload(self) -> Any:
        upload = self.cleaned_data.get("upload")
        if not upload:
            if self.instance._state.adding:
                raise forms.ValidationError(_("Choose a picture."))
            return None
        try:
            self.picture = read_picture(upload)
        except PictureRefused as error:
            raise forms.ValidationError(_refusal(error)) from error
        return upload


class PictureFormSet(BaseInlineFormSet):
    """The product's pictures; of each color at most one leads."""

    def clean(self) -> None:
        super().clean()
        leading = Counter(
            tuple(sorted((form.instance.option_values or {}).items()))
            for form in self.forms
            if is_kept(form) and form.instance.is_primary
        )
        if any(number > 1 for number in leading.values()):
            raise forms.ValidationError(_("Choose one primary picture for each color."))


def _refusal(error: PictureRefused) -> str:
    match error:
        case PictureTooLarge():
            return gettext("This file is larger than %d MB.") % (error.limit // 1024 // 1024)
        case PictureTooManyPixels():
            return gettext("This picture has more than %d megapixels.") % (error.limit // 10**6)
        case NotAPicture():
            return gettext("This file is no JPEG, PNG, WebP or AVIF picture.")
        case _:
            raise error
