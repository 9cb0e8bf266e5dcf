"""The settings of an index: what indexes.conf.spec gives where a file says nothing.

splay heeds the first two and `disabled`. The others are about buckets, files and peers, which it
has not: it keeps and shows what is set, as splunkd does, and nothing follows from it.
"""

from __future__ import annotations

LIMITS = {
    "frozenTimePeriodInSecs": "188697600",
    "maxTotalDataSizeMB": "500000",
}
"""Heeded: how long an index keeps its events, and how many."""

NUMBERS = {
    "coldPath.maxDataSizeMB": 0,
    "homePath.maxDataSizeMB": 0,
    "maxConcurrentOptimizes": 6,
    "maxHotIdleSecs": 0,
    "maxHotSpanSecs": 7776000,
    "maxMemMB": 5,
    "maxMetaEntries": 1000000,
    "maxWarmDBCount": 300,
    "quarantineFutureSecs": 2592000,
    "quarantinePastSecs": 77760000,
    "rawChunkSizeBytes": 131072,
    "rotatePeriodInSecs": 60,
    "serviceMetaPeriod": 25,
    "throttleCheckPeriod": 15,
    "tsidxTargetSizeMB": 1500,
}
FLAGS = {
    "assureUTF8": False,
    "compressRawdata": True,
    "enableDataIntegrityControl": False,
    "enableOnlineBucketRepair": True,
    "enableRealtimeSearch": True,
    "enableTsidxReduction": False,
    "syncMeta": True,
}
TEXTS = {
    "bucketRebuildMemoryHint": "auto",
    "coldPath": "$SPLUNK_DB/{name}/colddb",
    "coldToFrozenDir": "",
    "coldToFrozenScript": "",
    "homePath": "$SPLUNK_DB/{name}/db",
    "indexThreads": "auto",
    "journalCompression": "zstd",
    "maxBloomBackfillBucketAge": "30d",
    "maxDataSize": "auto",
    "maxHotBuckets": "auto",
    "memPoolMB": "auto",
    "minRawFileSyncSecs": "disable",
    "repFactor": "0",
    "thawedPath": "$SPLUNK_DB/{name}/thaweddb",
    "tstatsHomePath": "volume:_splunk_summaries/{name}/datamodel_summary",
}
PATHS = ("coldPath", "homePath", "thawedPath")

SETTABLE = frozenset((*LIMITS, *NUMBERS, *FLAGS, *TEXTS, "datatype"))


def kept_only(name: str, held: dict[str, str]) -> dict[str, str | int | bool]:
    """The settings that nothing follows from, of an index and what files say of it."""
    found: dict[str, str | int | bool] = {}
    for key, number in NUMBERS.items():
        text = held.get(key, "")
        found[key] = int(text) if text.isdecimal() and len(text) < 19 else number
    for key, flag in FLAGS.items():
        found[key] = held[key].lower() in ("1", "true") if key in held else flag
    for key, default in TEXTS.items():
        found[key] = held.get(key, default.replace("{name}", name))
    return found
