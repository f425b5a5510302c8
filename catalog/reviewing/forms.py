"""Forms about reviews: writing one, and reporting one."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from catalog.errors import NotAPicture, PictureRefused, PictureTooLarge, PictureTooManyPixels
from catalog.models import Review
from catalog.pictures.uploads import Upload, read_picture
from catalog.reviewing.reviews import LONGEST, MOST_PHOTOS, SHORTEST, Words
from shop.accounts.names import validate_public_name

RATINGS = (
    ("5", _("Excellent")),
    ("4", _("Very good")),
    ("3", _("Good")),
    ("2", _("Fair")),
    ("1", _("Poor")),
)
REASONS = (
    ("ADVERTISING", _("It advertises something")),
    ("OFFENSIVE", _("It offends or threatens")),
    ("PRIVATE", _("It shows private data")),
    ("ELSEWHERE", _("It is not about this product")),
    ("OTHER", _("Something else")),
)


class PhotosInput(forms.FileInput):
    """A control that takes several files."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class PhotosField(forms.FileField):
    """Several pictures; ``cleaned_data`` has an ``Upload`` for each."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", PhotosInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"})
        )
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        files = data if isinstance(data, list | tuple) else [data]
        chosen = [super(PhotosField, self).clean(file, initial) for file in files if file]
        if len(chosen) > MOST_PHOTOS:
            raise forms.ValidationError(_too_many())
        return [_read(file) for file in chosen]


class ReviewForm(forms.Form):
    """What a shopper says about a product. With ``review`` it changes that one."""

    rating = forms.TypedChoiceField(
        label=_("Your rating"),
        choices=RATINGS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a rating")},
    )
    fit = forms.ChoiceField(
        label=_("How does it fit?"),
        choices=Review.Fit.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    title = forms.CharField(label=_("Headline"), max_length=120, required=False)
    content = forms.CharField(
        label=_("Your review"),
        min_length=SHORTEST,
        max_length=LONGEST,
        help_text=_("At least 20 characters. What do you like, what not, how does it wear?"),
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": _("Write a few words")},
    )
    height_cm = forms.IntegerField(
        label=_("Your height in cm"),
        min_value=50,
        max_value=250,
        required=False,
        help_text=_("Helps others to judge the fit. It is shown with your review."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    display_name = forms.CharField(
        label=_("Name shown"),
        max_length=50,
        help_text=_("A first name or any other name; everybody sees it."),
        validators=[validate_public_name],
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
        error_messages={"required": _("Enter a name to show")},
    )
    photos = PhotosField(
        label=_("Photos"),
        required=False,
        help_text=_("Up to 4, JPEG, PNG, WebP or AVIF. Place and camera data are removed."),
    )

    def __init__(self, *args: Any, review: Review | None = None, **kwargs: Any) -> None:
        self.review = review
        if review is not None:
            names = ("rating", "fit", "title", "content", "height_cm", "display_name")
            kwargs["initial"] = {name: getattr(review, name) for name in names}
        super().__init__(*args, **kwargs)
        if review is not None and (links := list(review.photo_links.all())):
            self.fields["kept_photos"] = forms.MultipleChoiceField(
                choices=[(str(link.pk), link.media.alt_text) for link in links],
                required=False,
                initial=[str(link.pk) for link in links],
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        photos = cleaned.get("photos") or []
        if len(photos) + len(cleaned.get("kept_photos") or []) > MOST_PHOTOS:
            self.add_error("photos", _too_many())
        return cleaned

    @property
    def words(self) -> Words:
        """What was said, of a valid form."""
        said = self.cleaned_data
        return Words(
            rating=said["rating"],
            content=said["content"],
            display_name=said["display_name"],
            title=said["title"],
            fit=said["fit"],
            height_cm=said["height_cm"],
        )


class ReportForm(forms.Form):
    """Why a review should not be shown."""

    reason = forms.ChoiceField(
        label=_("What is wrong with it?"),
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is wrong")},
    )
    note = forms.CharField(
        label=_("More about it"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @property
    def words(self) -> str:
        """The reason for staff, of a valid form."""
        label = str(dict(REASONS)[self.cleaned_data["reason"]])
        note = self.cleaned_data["note"]
        return f"{label}: {note}" if note else label


def _read(file: UploadedFile) -> Upload:
    try:
        return read_picture(file)
    except PictureRefused as error:
        raise forms.ValidationError(_refusal(file, error)) from error


def _refusal(file: UploadedFile, error: PictureRefused) -> str:
    facts = {"name": file.name or gettext("This file")}
    match error:
        case PictureTooLarge():
            facts["limit"] = str(error.limit // 1024 // 1024)
            return gettext("%(name)s is larger than %(limit)s MB.") % facts
        case PictureTooManyPixels():
            facts["limit"] = str(error.limit // 10**6)
            return gettext("%(name)s has more than %(limit)s megapixels.") % facts
        case NotAPicture():
            return gettext("%(name)s is no JPEG, PNG, WebP or AVIF picture.") % facts
        case _:
            return gettext("%(name)s cannot be shown. Choose a photo that does not move.") % facts


def _too_many() -> str:
    text = ngettext("Choose at most %d photo.", "Choose at most %d photos.", MOST_PHOTOS)
    return text % MOST_PHOTOS
