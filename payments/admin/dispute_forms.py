"""Forms with which staff answer disputes."""

from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from catalog.reviewing.forms import PhotosInput
from orders.admin.forms import WIDE
from payments.evidence import MAX_BYTES, MOST_FILES


class FilesField(forms.FileField):
    """Several files, as they were sent."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            PhotosInput(attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp"}),
        )
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [cast("UploadedFile", super(FilesField, self).clean(file)) for file in files]


class EvidenceForm(forms.Form):
    """Files that speak for us."""

    documents = FilesField(
        label=_("Files"),
        help_text=_("PDF or pictures, up to %(count)d of at most %(size)d MB.")
        % {"count": MOST_FILES, "size": MAX_BYTES // 1024 // 1024},
    )


class AnswerForm(forms.Form):
    """What the bank is told."""

    text = forms.CharField(
        label=_("Our answer"),
        max_length=5000,
        help_text=_("What was ordered, how it was delivered, and why the claim is wrong."),
        widget=forms.Textarea(attrs={"rows": 10, **WIDE}),
    )


class ReasonForm(forms.Form):
    """Why something is let go."""

    note = forms.CharField(label=_("Reason"), max_length=300, widget=forms.TextInput(attrs=WIDE))
