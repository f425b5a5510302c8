"""Files that speak for us, as banks read them: documents, and the pictures as one of them."""

import io
from collections.abc import Sequence

from PIL import Image

from payments.providers.base import EvidenceFile


def documents(files: Sequence[EvidenceFile]) -> list[EvidenceFile]:
    """PDFs alone; the pictures as pages of one."""
    pictures = [each for each in files if each.mime_type.startswith("image/")]
    rest = [each for each in files if each not in pictures]
    return [_album(pictures), *rest] if pictures else rest


def _album(pictures: Sequence[EvidenceFile]) -> EvidenceFile:
    pages = [Image.open(io.BytesIO(each.content)).convert("RGB") for each in pictures]
    made = io.BytesIO()
    pages[0].save(made, "PDF", save_all=True, append_images=pages[1:])
    return EvidenceFile("pictures.pdf", "application/pdf", made.getvalue())
