"""Source: Splunk Search Reference, "Trig and Hyperbolic functions": angles are in radians."""

from __future__ import annotations

import math

from splay.eval.functions.mathematical import real
from splay.eval.registry import plain

_ONE = {
    "acos": math.acos,
    "acosh": math.acosh,
    "asin": math.asin,
    "asinh": math.asinh,
    "atan": math.atan,
    "atanh": math.atanh,
    "cos": math.cos,
    "cosh": math.cosh,
    "sin": math.sin,
    "sinh": math.sinh,
    "tan": math.tan,
    "tanh": math.tanh,
}
for _name, _function in _ONE.items():
    plain(f"{_name}(<num>)", "num", "number")(real(_function))
plain("atan2(<num1>, <num2>)", "num num", "number")(real(math.atan2))
plain("hypot(<num1>, <num2>)", "num num", "number")(real(math.hypot))
