"""Objects as files keep them, .conf and .meta, and who may do what with them.

Source: default.meta.conf.spec (access, export, owner); Admin Manual, "How to edit a configuration
file" (a backslash continues a line); REST API User Manual, "Access Control List".
"""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.conf.files import Conf, Stanza, read_conf
from splay.server.errors import RestError
from splay.server.objects.acl import Acl, access_of, is_exported, meta_of
from splay.server.objects.conftext import conf_text


def conf(name: str, **settings: str) -> Conf:
    made = Stanza(name)
    made.settings.update(settings)
    return {name: made}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("a = b # c", "a = b # c"),
        ("one\ntwo", "one\ntwo"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("  x \n", "x"),
        ("a\\b", "a\\b"),
        ("", ""),
    ],
)
def test_a_value_that_is_written_is_read_again(tmp_path: Path, value: str, kept: str) -> None:
    path = tmp_path / "savedsearches.conf"
    path.write_text(conf_text({**conf("a b", key=value), **conf("c", other="1")}))
    found = read_conf(path)
    assert found["a b"].settings == {"key": kept}
    assert found["c"].settings == {"other": "1"}


@pytest.mark.parametrize("name", ["a\nb", "a\rb", " a", "a ", "\ta"])
def test_a_name_that_cannot_be_written(name: str) -> None:
    with pytest.raises(RestError, match=r"^The name .* cannot be used"):
        conf_text(conf(name))


@pytest.mark.parametrize("key", ["", " a", "#a", "[a", "=a", "a=b", "a\nb", "a\rb"])
def test_a_setting_that_cannot_be_written(key: str) -> None:
    with pytest.raises(RestError, match=r"^The setting .* cannot be used"):
        conf_text(conf("a", **{key: "1"}))


@pytest.mark.parametrize("value", ["a\\", "a\nb\\", "a\\ \n"])
def test_a_value_that_ends_in_a_backslash_cannot_be_written(value: str) -> None:
    with pytest.raises(RestError, match="backslash"):
        conf_text(conf("a", key=value))


@pytest.mark.parametrize(
    ("text", "read", "write"),
    [
        ("read : [ * ], write : [ admin, power ]", ("*",), ("admin", "power")),
        ("read:[user],write:[]", ("user",), ()),
        ("write : [ power ]", ("*",), ("power",)),
        ("", ("*",), ("admin",)),
    ],
)
def test_access(text: str, read: tuple[str, ...], write: tuple[str, ...]) -> None:
    assert access_of(text) == (read, write)


@pytest.mark.parametrize(
    ("sharing", "export"),
    [("app", "none"), ("user", "none"), ("global", "system"), ("system", "system")],
)
def test_metadata(sharing: str, export: str) -> None:
    made = meta_of(Acl("search", "ann", sharing, ("user", "power"), ("admin",)))
    assert made == {
        "owner": "ann",
        "export": export,
        "access": "read : [ user, power ], write : [ admin ]",
    }
    assert access_of(made["access"]) == (("user", "power"), ("admin",))
    assert is_exported("search", made) is (export == "system")
    assert is_exported("system", {})


def test_what_may_be_done_with_an_object() -> None:
    acl = Acl("search", "ann", "app", ("*",), ("power",), removable=True, shareable=True)
    assert acl.content() == {
        "app": "search",
        "can_write": True,
        "modifiable": True,
        "owner": "ann",
        "perms": {"read": ["*"], "write": ["power"]},
        "sharing": "app",
        "can_list": True,
        "removable": True,
        "can_change_perms": True,
        "can_share_app": True,
        "can_share_global": True,
        "can_share_user": True,
    }


@pytest.mark.parametrize(
    ("acl", "names"),
    [
        (Acl("a", "ann", "app", writable=False, shareable=True), {"can_list"}),
        (Acl("a", "nobody", "app"), {"can_write", "modifiable", "can_list"}),
        (Acl("a", "ann", "system"), {"can_write", "can_list"}),
        (Acl("a", "ann", "user", ttl=60), {"can_write", "modifiable"}),
        (
            Acl("a", "nobody", "app", shareable=True),
            {"can_write", "modifiable", "can_list"}
            | {"can_change_perms", "can_share_app", "can_share_global"},
        ),
    ],
)
def test_what_is_true_of_others(acl: Acl, names: set[str]) -> None:
    content = acl.content()
    assert {name for name, value in content.items() if value is True} == names
    assert content.get("ttl") == (None if acl.ttl is None else "60")
    assert (content["perms"] is None) is (acl.sharing == "user")
