"""Shared pages lose the indentation of their templates, and nothing that is shown or sent."""

from shop.page_cache.blanks import unindented


def test_tags_begin_their_lines_and_no_line_is_empty():
    html = b"<ul>\n    \n\n  <li>One,\n    two <b>three</b>  <i>four</i>\r\n\t</li>\n</ul>\n"
    assert unindented(html) == (
        b"<ul>\n<li>One,\n    two <b>three</b>  <i>four</i>\r\n</li>\n</ul>\n"
    )


def test_what_was_typed_stays_as_it_was_typed():
    for name in (b"textarea", b"pre"):
        typed = b'<%b name="words">\n   <b>\n\n   </b></%b>' % (name, name)
        assert unindented(b"<p>" + typed + b"\n  </p>") == b"<p>" + typed + b"\n</p>"


def test_a_value_of_many_lines_is_sent_back_as_it_is():
    html = b'<input value="a\n\n   b &lt;c">'
    assert unindented(html) == html
