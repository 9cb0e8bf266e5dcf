"""A detection's outcome as files for people and programs: a page, JUnit, SARIF, ATT&CK layer."""
