"""Saved searches as tests make them."""

from __future__ import annotations

from splay.server.objects.acl import Acl
from splay.server.objects.catalog import Object
from splay.server.scheduler.savedsearch import SavedSearch
from splay.server.splunkd import Splunkd

NAME = "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"
HOURLY = {"enableSched": "1", "cron_schedule": "0 * * * *", "search": "| makeresults"}


def save(splunkd: Splunkd, name: str, **settings: str) -> SavedSearch:
    acl = Acl("search", "nobody", "app")
    held: dict[str, str | None] = {key.replace("__", "."): v for key, v in settings.items()}
    splunkd.catalog.write("savedsearches", name, held, acl, private=False)
    return find(splunkd, name)


def find(splunkd: Splunkd, name: str) -> SavedSearch:
    items: list[Object] = splunkd.catalog.objects("savedsearches", "admin", "nobody", "-")
    return SavedSearch(next(item for item in items if item.stanza.name == name))
