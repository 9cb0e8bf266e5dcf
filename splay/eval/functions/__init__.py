"""The eval functions, a file for each category of the documentation. Importing fills the table.

A new function is one function in its category's file and rows in tests/unit/eval.
"""

from __future__ import annotations

from splay.eval.functions import bitwise as bitwise
from splay.eval.functions import comparison_conditional as comparison_conditional
from splay.eval.functions import conversion as conversion
from splay.eval.functions import cryptographic as cryptographic
from splay.eval.functions import date_time as date_time
from splay.eval.functions import informational as informational
from splay.eval.functions import json as json
from splay.eval.functions import lookup as lookup
from splay.eval.functions import mathematical as mathematical
from splay.eval.functions import multivalue as multivalue
from splay.eval.functions import printf as printf
from splay.eval.functions import significant as significant
from splay.eval.functions import statistical as statistical
from splay.eval.functions import text as text
from splay.eval.functions import trigonometric as trigonometric
