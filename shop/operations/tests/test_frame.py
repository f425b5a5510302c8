import pytest
from django.template import Template, TemplateSyntaxError


def test_frame_refuses_a_block_because_it_is_the_same_on_all_pages():
    with pytest.raises(TemplateSyntaxError, match="no block"):
        Template('{% load frame %}{% frame "top" %}{% block title %}{% endblock %}{% endframe %}')


def test_frame_refuses_a_block_within_a_condition():
    inside = "{% if path %}{% block title %}{% endblock %}{% endif %}"
    with pytest.raises(TemplateSyntaxError, match="no block"):
        Template('{% load frame %}{% frame "top" %}' + inside + "{% endframe %}")


def test_page_looks_for_its_blocks_beside_the_frame_and_not_inside():
    page = Template(
        '{% load frame %}{% frame "top" %}Hello{% endframe %}{% block main %}{% endblock %}'
    )
    node, *_others = [each for each in page.nodelist if hasattr(each, "values")]
    assert node.get_nodes_by_type(object) == [node]
