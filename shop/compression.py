"""Answers packed for the way to browsers that can unpack them.

Only text is packed: pictures, films and fonts are so by their formats, static files lie packed on
disk. A shared page is packed once, in blocks between which the parts of its visitors go, so that
a visitor costs a checksum; other answers are packed as they leave. Neither tells a listener a
secret by its length (BREACH): no block repeats what stands in a part, no part what stands in a
block, and Django pads the others.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware, re_accepts_gzip
from django.utils.cache import patch_vary_headers

TEXTS = frozenset(
    {
        "text/html",
        "text/plain",
        "text/xml",
        "application/json",
        "application/xml",
        "image/svg+xml",
    }
)
#: Deflated, no name, no time, unknown system.
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
#: The last block, an empty one.
_END = b"\x03\x00"


class CompressionMiddleware(GZipMiddleware):
    """Packs answers of text that are not packed already."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """The answer, packed if that is of use. Parts of files go out as they are."""
        kind = response.get("Content-Type", "").partition(";")[0]
        if kind not in TEXTS or response.status_code == 206:
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        return super().process_response(request, response)


def accepts_gzip(request: HttpRequest) -> bool:
    return re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")) is not None


def block(text: bytes) -> bytes:
    """``text`` as a block that may stand anywhere in an answer of :func:`gzipped`."""
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(text) + packing.flush(zlib.Z_FULL_FLUSH)


def chained(texts: Sequence[bytes], gaps: Sequence[bytes]) -> tuple[bytes, ...]:
    """``texts`` as blocks that follow each other in an answer of :func:`gzipped`.

    A text may repeat what stands before it. Between two of them stands a block that unpacks to as
    many bytes as the gap has, whatever these are: where a text repeats the gap, it repeats them.
    """
    packing = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
    blocks = []
    for text, gap in zip(texts, (*gaps, b""), strict=True):
        blocks.append(packing.compress(text) + packing.flush(zlib.Z_SYNC_FLUSH))
        packing.compress(gap)
        packing.flush(zlib.Z_SYNC_FLUSH)
    return tuple(blocks)


def stored(text: bytes) -> bytes:
    """``text`` as such a block without packing it, for what is short and never the same twice.

    At most 65,535 bytes.
    """
    return struct.pack("<BHH", 0, len(text), len(text) ^ 0xFFFF) + text


def unpacked(blocks: Iterable[bytes]) -> bytes:
    """What the blocks hold."""
    return zlib.decompress(b"".join([*blocks, _END]), wbits=-zlib.MAX_WBITS)


def gzipped(blocks: Iterable[bytes], text: bytes) -> bytes:
    """The blocks in one gzip file; ``text`` is what all of them hold, in their order."""
    check = struct.pack("<LL", zlib.crc32(text), len(text) & 0xFFFFFFFF)
    return b"".join([_HEADER, *blocks, _END, check])
