"""Packed answers unpack to what was meant, and only text is packed."""

import gzip

import pytest
from django.http import FileResponse, HttpResponse
from django.test import RequestFactory

from catalog.tests.factories import CategoryFactory, ProductFactory
from shop.compression import CompressionMiddleware, block, chained, gzipped, stored
from shop.page_cache import parts

WORDS = b"<p>A page worth packing.</p>" * 20


def through(response, *, accepts="gzip, deflate, br"):
    request = RequestFactory().get("/", headers={"Accept-Encoding": accepts})
    return CompressionMiddleware(lambda _request: response)(request)


def test_text_is_packed_for_browsers_that_say_they_can_unpack_it():
    answer = through(HttpResponse(WORDS))
    assert gzip.decompress(answer.content) == WORDS
    assert (answer["Content-Encoding"], answer["Vary"]) == ("gzip", "Accept-Encoding")
    plain = through(HttpResponse(WORDS), accepts="identity")
    assert (plain.content, plain["Vary"]) == (WORDS, "Accept-Encoding")


def test_a_drawing_is_packed_as_it_is_read_from_disk(tmp_path):
    drawing = tmp_path / "coat.svg"
    drawing.write_bytes(WORDS)
    answer = through(FileResponse(drawing.open("rb"), content_type="image/svg+xml"))
    assert gzip.decompress(b"".join(answer.streaming_content)) == WORDS
    assert "Content-Length" not in answer


@pytest.mark.parametrize(
    ("kind", "status"),
    [("image/jpeg", 200), ("video/mp4", 200), ("text/csv", 200), ("image/svg+xml", 206)],
)
def test_pictures_exports_and_parts_of_files_go_out_as_they_are(kind, status):
    answer = through(HttpResponse(WORDS, content_type=kind, status=status))
    assert (answer.content, "Content-Encoding" in answer) == (WORDS, False)


def test_blocks_unpack_in_any_order_and_know_nothing_of_each_other():
    first, second = block(WORDS), block(b"3 pieces")
    for blocks, text in (
        ([first, second], WORDS + b"3 pieces"),
        ([first, stored(b"a token"), second, stored(b"")], WORDS + b"a token" + b"3 pieces"),
        ([second, first, second], b"3 pieces" + WORDS + b"3 pieces"),
    ):
        assert gzip.decompress(gzipped(blocks, text)) == text
    with pytest.raises(gzip.BadGzipFile, match="CRC"):
        gzip.decompress(gzipped([first], WORDS.upper()))


def test_texts_of_a_chain_repeat_each_other_and_never_what_stands_between():
    texts = [WORDS + b"<input>", WORDS + b"<input>", WORDS]
    blocks = chained(texts, [b"\xff" * 64, b""])
    for secret in (b"a" * 64, WORDS[:64], b"\xff" * 64):
        between = [blocks[0], stored(secret), *blocks[1:]]
        assert gzip.decompress(gzipped(between, secret.join([texts[0], texts[1] + WORDS])))
    assert len(blocks[1]) < len(block(texts[1])) / 2


def page_of(*texts):
    """A shared page with the visitor's token between the texts."""
    return parts.cut(b"n-csrf-".join(texts), "n")


def packed_tokens(body):
    """How often the token stands in the packed page as it is."""
    words = {"csrf": (b"0123456789abcdefghijklmnopqrstuv" * 2)}
    packed = body.packed(words)
    assert gzip.decompress(packed) == body.filled(words)
    return packed.count(words["csrf"])


def test_a_token_is_sent_once_and_repeated_by_place():
    form = b'<input name="csrfmiddlewaretoken" value="'
    body = page_of(form, b'">' + WORDS + form, b'">' + form, b'">')
    assert packed_tokens(body) == 1
    sizes = {len(body.packed({"csrf": token * 64})) for token in (b"a", b"<", b"\xff", b"p")}
    assert len(sizes) == 1


def test_a_token_far_from_the_last_is_sent_again():
    far = b"".join(b"%d" % number for number in range(10_000))
    assert packed_tokens(page_of(WORDS, far, WORDS, WORDS)) == 2


def test_a_page_with_the_bytes_that_stand_for_a_token_repeats_none():
    stand_in = bytes(range(0x80, 0xC0))
    assert packed_tokens(page_of(WORDS, WORDS + stand_in[:40], stand_in, WORDS)) == 3


def test_a_shared_page_is_packed_once_and_holds_each_visitors_words(monkeypatch):
    packed = []
    monkeypatch.setattr(
        parts, "chained", lambda texts, gaps: packed.append(texts) or chained(texts, gaps)
    )
    body = parts.cut(b"<main>" + WORDS + b"n-tools-" + WORDS + b"n-csrf-</main>", "n")
    for word in (b"", b"3", b"<b>12</b>", WORDS * parts.GAP):
        words = {"tools": word, "csrf": b"t" * 64}
        assert gzip.decompress(body.packed(words)) == body.filled(words)
        assert word in body.filled(words)
    assert packed == [list(body.texts)]


@pytest.mark.django_db
def test_a_page_is_the_same_packed_and_plain(client):
    ProductFactory(title="Plain tee", slug="plain-tee", category=CategoryFactory(slug="tops"))
    plain = client.get("/c/tops/")
    packed = client.get("/c/tops/", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Length"] == str(len(packed.content))
    text = gzip.decompress(packed.content)
    assert text.count(b"Plain tee") == plain.content.count(b"Plain tee") > 0
    assert len(packed.content) < len(text) / 3
