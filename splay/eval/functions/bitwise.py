"""Source: Splunk Search Reference, "Bitwise functions": integers from 0 to 2^53-1, else null."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_, xor

from splay.eval.registry import plain

_ALL = 2**53 - 1


def bits(number: int | float) -> int:
    """The number as an integer. ValueError, which makes null: out of range or no integer."""
    if number != int(number) or not 0 <= number <= _ALL:
        raise ValueError(number)
    return int(number)


@plain("bit_and(<values>)", "num num num*", "number")
def bit_and(*values: int | float) -> int:
    return reduce(and_, map(bits, values))


@plain("bit_or(<values>)", "num num num*", "number")
def bit_or(*values: int | float) -> int:
    return reduce(or_, map(bits, values))


@plain("bit_xor(<values>)", "num num num*", "number")
def bit_xor(*values: int | float) -> int:
    return reduce(xor, map(bits, values))


@plain("bit_not(<value>, <bitmask>)", "num num?", "number")
def bit_not(value: int | float, mask: int | float = _ALL) -> int:
    return ~bits(value) & bits(mask)


@plain("bit_shift_left(<value>, <shift_offset>)", "num num", "number")
def bit_shift_left(value: int | float, offset: int | float) -> int:
    return bits(value) << min(bits(offset), 53) & _ALL


@plain("bit_shift_right(<value>, <shift_offset>)", "num num", "number")
def bit_shift_right(value: int | float, offset: int | float) -> int:
    return bits(value) >> min(bits(offset), 53)
