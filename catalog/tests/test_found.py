from uuid import UUID

import pytest

from catalog.listings.found import Found

IDS = [UUID(int=number << 100 | number) for number in range(5)]


@pytest.mark.parametrize(
    "part",
    [slice(0, 2), slice(3, 9), slice(2, 2), slice(7, 9), slice(-2, None), slice(None, None, 2)],
)
def test_what_was_found_is_cut_as_a_list_is(part):
    assert list(Found.of(IDS)[part]) == IDS[part]


def test_what_was_found_is_read_where_it_is_asked_for():
    found = Found.of(IDS)
    assert (len(found), found[0], found[-1], list(found)) == (5, IDS[0], IDS[4], IDS)
    with pytest.raises(IndexError):
        found[5]


def test_nothing_was_found():
    assert (len(Found()), list(Found()), list(Found()[:3]), Found().array) == (0, [], [], "{}")
