"""A layer for the ATT&CK Navigator: the detection's techniques, scored by its results.

Format: "ATT&CK Navigator Layer File Format Definition", version 4.5 (mitre-attack/attack-navigator,
layers/LAYERFORMATv4_5.md). No ATT&CK version is named: the Navigator then takes the current one.
"""

from __future__ import annotations

from typing import Any

from splay.counting import counted
from splay.detections.outcome import Outcome
from splay.reporting.judgement import MOST, Technique, techniques
from splay.visible import visible, visible_json

_NONE, _HIGHEST = "#ffffff", "#d13f2e"


def navigator_layer(outcome: Outcome) -> str:
    """The layer as JSON: the score is the highest of a result, 0 where there is none."""
    return visible_json(
        {
            "name": visible(outcome.detection.name),
            "versions": {"navigator": "4.9.0", "layer": "4.5"},
            "domain": "enterprise-attack",
            "description": visible(outcome.detection.about.description),
            "techniques": [_technique(outcome, technique) for technique in techniques(outcome)],
            "gradient": {"colors": [_NONE, _HIGHEST], "minValue": 0, "maxValue": int(MOST)},
            "legendItems": [
                {"label": "0: searched for, no result", "color": _NONE},
                {"label": "100: highest score of a result", "color": _HIGHEST},
            ],
        }
    )


def _technique(outcome: Outcome, technique: Technique) -> dict[str, Any]:
    count = len(outcome.results.rows)
    objects = sorted({entry.object for entry in outcome.risk()})
    return {
        "techniqueID": technique.id,
        "score": technique.score,
        "enabled": True,
        "comment": counted(count, "result"),
        "metadata": [{"name": "at risk", "value": visible(object)} for object in objects],
        "links": [{"label": technique.id, "url": technique.url}],
    }
