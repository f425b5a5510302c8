"""Nightly work goes on until it is done, or until its time is over."""

from shop.batches import until_done


def test_work_goes_on_until_nothing_is_left():
    batches = iter([3, 3, 1, 0])
    assert until_done(lambda: next(batches)) == 7
    assert list(batches) == []


def test_no_batch_begins_after_the_time_is_over():
    batches = iter([3, 3, 1])
    assert until_done(lambda: next(batches), seconds=0) == 3
    assert list(batches) == [3, 1]
