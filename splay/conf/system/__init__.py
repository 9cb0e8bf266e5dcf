"""What every Splunk ships: the lowest layer of each .conf file, below all apps.

The stanzas in `default/` are written from the documented effect of Splunk's own (props.conf.spec,
transforms.conf.spec, "Use default source types"); docs/system-defaults.md says what each does.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from splay.conf.files import Conf, parse_conf
from splay.errors import Location

_FOLDER = files(__name__) / "default"
_NAME = "splay/conf/system/default/"


@lru_cache(maxsize=16)
def system_conf(name: str) -> Conf:
    """The stanzas of Splunk's own NAME.conf; none where it has no such file here.

    They are shared: a caller that changes them copies them first.

    >>> system_conf("props")["syslog"].settings["TIME_FORMAT"]
    '%b %d %H:%M:%S'
    """
    file = _FOLDER / f"{name}.conf"
    if not file.is_file():
        return {}
    return parse_conf(file.read_text(encoding="utf-8"), f"{_NAME}{name}.conf")


def is_shipped(place: Location) -> bool:
    """Whether a setting stands in what every Splunk ships, and in no app."""
    return place.path.startswith(_NAME)
