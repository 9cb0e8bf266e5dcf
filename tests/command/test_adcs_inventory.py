"""Which CA a host is: the order of the rows that fit it, by hand from README/lookups.md."""

from __future__ import annotations

import pytest
from adcs.inventory import Inventory
from adcs.patterns import host_key

from tests.command.conftest import WriteLookup

LINES = (
    "*,Any,,,",
    "ca*,Some,,,",
    "ca0*.corp.example,Pattern,,,",
    "ca01,Short,,,",
    "CA01.Corp.Example,Full,root,PKI team,0",
    "ca02.corp.example,Second,issuing,,",
    "ca02.lab.example,Other Second,issuing,,",
    "ca01,Again,,,",
)


@pytest.mark.parametrize(
    ("host", "ca_name"),
    [
        ("ca01.corp.example", "Full"),  # the same name
        ("CA01.CORP.EXAMPLE.", "Full"),
        ("ca01", "Short"),  # the same name, and the first of the two rows that have it
        ("ca01.lab.example", "Short"),  # the full name of a short row
        ("ca02", "Second"),  # the short name of two full rows: the first in the file
        ("ca03.corp.example", "Pattern"),  # 16 literal characters against 2 and 0
        ("ca03", "Some"),
        ("web01", "Any"),
    ],
)
def test_the_most_specific_row_counts(authorities: WriteLookup, host: str, ca_name: str) -> None:
    cells = Inventory(authorities(*LINES)).find(host_key(host))
    assert cells is not None
    assert cells["ca_name"] == ca_name


def test_a_host_that_no_row_fits(authorities: WriteLookup) -> None:
    inventory = Inventory(authorities(*LINES[3:]))
    assert inventory.find("ca03") is None
    assert inventory.find("") is None
    assert not inventory.empty


def test_only_a_header_is_empty_and_no_problem(authorities: WriteLookup) -> None:
    inventory = Inventory(authorities())
    assert (inventory.empty, inventory.readable, inventory.problems) == (True, True, ())


def test_a_list_whose_only_line_is_bad_is_not_empty(authorities: WriteLookup) -> None:
    assert not Inventory(authorities("ca01,Corp CA")).empty


def test_a_row_without_a_host_is_a_problem_and_makes_no_host_known(
    authorities: WriteLookup,
) -> None:
    inventory = Inventory(authorities(",Nameless,root,,"))
    assert inventory.find("ca01") is None
    assert not inventory.empty
    assert inventory.problems == (
        "authorities.csv line 2: dest is empty: write the CA's host, or * for every host",
    )
