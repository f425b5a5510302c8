"""Forms of pictures, films and documents: those of a product, and any file by itself."""

from collections import Counter
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from catalog.admin.product_forms import OptionChoices, is_kept
from catalog.errors import (
    AnimatedPicture,
    NotAFile,
    PictureRefused,
    PictureTooLarge,
    PictureTooManyPixels,
)
from catalog.models import Media, OptionValue, Product, ProductMedia
from catalog.models.media import PIXEL_TYPES
from catalog.pictures.uploads import Upload, read_file

#: What the browser's own window offers to choose.
_ACCEPTED = "image/jpeg,image/png,image/webp,image/avif,video/mp4,video/webm,application/pdf,.vtt"


class Nothing(forms.Widget):
    """Draws nothing: the column stays, the control is not for this row."""

    # The first row decides how the whole page is posted; the last one has a file.
    needs_multipart_form = True

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        return SafeString("")


class PictureForm(OptionChoices):
    """A picture, film or document of the product: a new upload, or one that is there.

    ``view_name`` is the language of captions, which belong to the film in the row above.
    """

    upload = forms.FileField(
        label=_("New file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": _ACCEPTED}),
    )
    alt_text = forms.CharField(
        label=_("Alternative text"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"size": 40}),
    )

    #: What :meth:`clean_upload` made of the file.
    picture: Upload | None = None

    class Meta:
        model = ProductMedia
        fields = ("view_name", "position", "is_primary")
        help_texts = {
            "view_name": _("Of captions the language, such as en; they belong to the film above.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields["upload"].disabled = True
            self.fields["upload"].widget = Nothing()
            self.initial["alt_text"] = self.instance.media.alt_text

    def suggested_words(self, title: str) -> str:
        """What the picture shows as far as its place says: the product, its color, the view."""
        slug = (self.instance.option_values or {}).get(OptionValue.Option.COLOR.value, "")
        color = dict(self.colors).get(slug, slug)
        return ", ".join(filter(None, (title, color, self.instance.view_name.lower())))

    def clean_upload(self) -> Any:
        upload = self.cleaned_data.get("upload")
        if not upload:
            if self.instance._state.adding:
                raise forms.ValidationError(_("Choose a file."))
            return None
        try:
            self.picture = read_file(upload)
        except PictureRefused as error:
            raise forms.ValidationError(refusal(error)) from error
        return upload

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        link = self.instance
        file = self.picture or (None if link._state.adding else link.media)
        if file and file.kind != Media.Kind.IMAGE and self.cleaned_data.get("is_primary"):
            self.add_error("is_primary", _("Only a picture can be the primary one."))
        return cleaned


class PictureFormSet(BaseInlineFormSet):
    """The product's pictures; of each color at most one leads."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "alt_text" in form.fields:
            words = form.suggested_words(self.instance.title)
            form.fields["alt_text"].widget.attrs["placeholder"] = words

    def clean(self) -> None:
        super().clean()
        leading = Counter(
            tuple(sorted((form.instance.option_values or {}).items()))
            for form in self.forms
            if is_kept(form) and form.instance.is_primary
        )
        if any(number > 1 for number in leading.values()):
            raise forms.ValidationError(_("Choose one primary picture for each color."))
        self._refuse_twins()

    def _refuse_twins(self) -> None:
        """The same picture twice in one place; the second upload would be the first one's row."""
        shown = Counter(
            (form.picture.checksum, *sorted((form.instance.option_values or {}).items()))
            if form.picture
            else (form.instance.media.checksum, *sorted(form.instance.option_values.items()))
            for form in self.forms
            if is_kept(form) and (form.picture or not form.instance._state.adding)
        )
        if any(place[0] and number > 1 for place, number in shown.items()):
            raise forms.ValidationError(_("This file is here already for the same color."))


class MediaForm(forms.ModelForm):
    """A picture, film or document: a new upload, or the words of one that is there."""

    upload = forms.FileField(
        label=_("File"),
        help_text=_("JPEG, PNG, WebP or AVIF picture, MP4 or WebM film, WebVTT captions, PDF."),
        widget=forms.FileInput(attrs={"accept": _ACCEPTED}),
    )

    #: What :meth:`clean_upload` made of the file.
    received: Upload | None = None

    class Meta:
        model = Media
        fields = ("alt_text", "caption")

    def clean_upload(self) -> Any:
        try:
            self.received = read_file(self.cleaned_data["upload"])
        except PictureRefused as error:
            raise forms.ValidationError(refusal(error)) from error
        return self.cleaned_data["upload"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        is_picture = self.received is not None and self.received.kind == Media.Kind.IMAGE
        if is_picture and not self.cleaned_data.get("alt_text"):
            self.add_error("alt_text", _("Say what the picture shows."))
        return cleaned


def wordless(products: QuerySet[Product]) -> str:
    """A warning that names those active ``products`` whose pictures lack words; "" for none."""
    links = ProductMedia.objects.filter(
        product__in=products.filter(status=Product.Status.ACTIVE),
        # Our drawings show what their name says, and pages make the words from that.
        media__mime_type__in=PIXEL_TYPES,
        media__alt_text="",
    )
    titles = sorted(set(links.values_list("product__title", flat=True)))
    if not titles:
        return ""
    text = ngettext(
        "A picture of %(titles)s has no alternative text; only the title is read out for it.",
        "Pictures of %(titles)s have no alternative text; only the title is read out for them.",
        len(links),
    )
    return text % {"titles": ", ".join(titles)}


def refusal(error: PictureRefused) -> str:
    """Why the file was not taken, for the person who brought it."""
    match error:
        case PictureTooLarge():
            return gettext("This file is larger than %d MB.") % (error.limit // 1024 // 1024)
        case PictureTooManyPixels():
            return gettext("This picture has more than %d megapixels.") % (error.limit // 10**6)
        case AnimatedPicture():
            return gettext("This picture moves. Save one frame of it, or bring it as a film.")
        case NotAFile():
            return gettext(
                "This file is no JPEG, PNG, WebP or AVIF picture, no MP4 or WebM film, no WebVTT "
                "captions and no PDF."
            )
        case _:
            raise error
