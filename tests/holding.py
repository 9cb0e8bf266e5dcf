"""What holds of each of several things, where there has to be something that it holds of.

`assert all(...)`, and a loop of assertions, pass where nothing was found, which is when a test
should fail most of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

Thing = TypeVar("Thing")


def every(conditions: Iterable[object]) -> bool:
    """Whether there are conditions, and all of them hold.

    >>> every([True, True]), every([True, False]), every([])
    (True, False, False)
    """
    found = [bool(condition) for condition in conditions]
    return bool(found) and all(found)


def none_of(conditions: Iterable[object]) -> bool:
    """Whether there are conditions, and none of them holds.

    >>> none_of([False, False]), none_of([True, False]), none_of([])
    (True, False, False)
    """
    return every(not condition for condition in conditions)


def some(things: Iterable[Thing]) -> Iterator[Thing]:
    """These things, of which there has to be one. AssertionError: there is none.

    >>> list(some("ab"))
    ['a', 'b']
    """
    found = False
    for thing in things:
        found = True
        yield thing
    assert found, "there is nothing that an assertion could be wrong of"
