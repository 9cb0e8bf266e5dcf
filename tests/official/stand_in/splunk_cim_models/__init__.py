"""In the place of splunk_cim_models, which pytest-splunk-addon 8 imports and the registry lacks.

The registry lists an empty package of that name. The tool still brings the data models' JSON files
with it, so these are named; the recommended fields, which its other file held, are asked for by
none of the tests that are run here.
"""

from __future__ import annotations

from pathlib import Path

import pytest_splunk_addon  # type: ignore[import-not-found]  # only where the tool is

_TOOL = Path(pytest_splunk_addon.__file__).parent

DATA_MODELS_PATH = str(_TOOL / "data_models")
COMMON_FIELDS_PATH = str(_TOOL / "cim_tests" / "CommonFields.json")
DATAMODEL_SCHEMA_PATH = str(_TOOL / "cim_tests" / "DatamodelSchema.json")
datamodels: dict[str, dict[str, dict[str, list[str]]]] = {"latest": {}}
