# One target for each thing that a person does. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
VENDORED := lib/splunklib/__init__.py
PUBLISHED := attack_data/4876_windows-security.log
INSPECT := .venv-inspect
CONTENTCTL := .venv-contentctl
ADDON := .venv-addon
ADDON_8 := .venv-addon-8
SDKVENV := .venv-sdk
JSMODULES := .cache/jssdk/node_modules
BENCH := .venv-bench
FUZZ := .venv-fuzz
MUTANTS := .venv-mutants
EVTX := .cache/Security_short_selected.evtx
SAMPLE := tests/data/sample
RENDERER := splay/web/bundle/dashboard.js
MODULES := dashboards/node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: addon-fields breadth sigma commands conformance witness differences help setup detect attack-data bench scale fuzz load test test-contentctl test-addon test-sdk test-splunk splunk-up splunk-down renderer dashboards screenshots once efficacy lint package wheel inspect content release clean security faults mutations mutants

# The groups of `make help`; a target that stands in none is listed last.
SEE := help setup detect attack-data dashboards
APP := package inspect content views release wheel splunk-up splunk-down
CHECK := test lint test-contentctl test-addon test-sdk test-splunk security faults fuzz mutations mutants clean
MEASURE := bench load efficacy once breadth sigma addon-fields conformance witness
WRITE := commands differences scale screenshots renderer

help:  ## say what there is to make
	@awk -F':.*## ' \
	  -v groups="See it fire: $(SEE)|The app: $(APP)|Test and check: $(CHECK)|Measure: $(MEASURE)|What writes pages and pictures: $(WRITE)" '\
	  /^[a-z-]+:.*## / {said[$$1] = $$2; order[++count] = $$1} \
	  function line(name) {if (name in said) printf "  make %-16s %s\n", name, said[name]; delete said[name]} \
	  END {n = split(groups, group, "|"); \
	    for (i = 1; i <= n; i++) {colon = index(group[i], ":"); print substr(group[i], 1, colon - 1); \
	      m = split(substr(group[i], colon + 1), name, " "); for (k = 1; k <= m; k++) line(name[k]); print ""} \
	    for (k = 1; k <= count; k++) line(order[k])}' $(MAKEFILE_LIST)

setup: $(READY) $(VENDORED)  ## make the virtual environment (done by the other targets when needed)

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..." >&2; exit 2; }
	@echo "Making the virtual environment $(VENV), once: splay and its tools, from PyPI (about a minute)"
	$(PYTHON) -m venv $(VENV)
	@# Twice quiet: pip's own warnings, such as of a package without pyproject.toml, are no news here.
	$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[dev]'
	$(BIN)/python -m compileall -q splay bin
	@touch $@

# What ships beside the app's own code, as pinned in requirements-app.txt.
$(VENDORED): $(READY) requirements-app.txt
	$(BIN)/python -m tools.vendor lib
	@touch $@

# What compose.yaml takes its variables from, where they are given to make.
export SPLUNK_VERSION SPLUNK_TA_WINDOWS SPLUNK_MEMORY

ifdef DATA
ORIGIN := your data
else ifneq ($(wildcard $(PUBLISHED)),)
DATA := $(PUBLISHED)
ORIGIN := the published attack data of splunk/attack_data
else
DATA := $(SAMPLE)
ORIGIN := a sample that this project generates (make attack-data fetches the published data)
endif

detect: $(READY) $(VENDORED)  ## run the app's detection on attack data, or on yours: make detect DATA=path
	@echo "Data: $(DATA), $(ORIGIN)"
	@$(BIN)/splay detect "$(DATA)"

attack-data: $(READY)  ## fetch the published attack data and check its size and sha256
	@$(BIN)/python tests/attack_data.py

# A real .evtx for the tests; without network they say that they left it out.
$(EVTX): $(READY)
	@$(BIN)/python tests/real_evtx.py

test: $(READY) $(VENDORED) $(EVTX)  ## run every test that can run here
	$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile

# Splunk's packages and the bundle made of them are the only things that need Node.js.
$(MODULES): dashboards/package.json dashboards/package-lock.json
	@command -v npm >/dev/null || \
	  { echo "Dashboards are drawn by Splunk's own packages: install Node.js 20 or newer, with npm." >&2; exit 2; }
	cd dashboards && npm ci --no-progress
	@touch $@

$(RENDERER): $(MODULES) dashboards/build.mjs $(wildcard dashboards/src/*)
	cd dashboards && node build.mjs ../$(dir $@)

renderer: $(RENDERER)  ## bundle Splunk's own dashboard renderer (needs Node.js; docs/dashboards.md)

views: $(MODULES)  ## compare the app's dashboards with the schema that Splunk publishes (needs Node.js)
	@node dashboards/check.mjs default/data/ui/views/*.xml

dashboards: $(READY) $(VENDORED) $(RENDERER)  ## see the app's dashboards on a sample, or on your logs with DATA=
	@$(BIN)/python -m tests.web.serving $(if $(filter command%,$(origin DATA)),"$(DATA)")

$(FUZZ)/.ready: pyproject.toml tests/fuzz/requirements.txt
	$(PYTHON) -m venv $(FUZZ)
	$(FUZZ)/bin/python -m pip install --quiet --editable '.[dev]' --requirement tests/fuzz/requirements.txt
	@touch $@

fuzz: $(VENDORED) $(FUZZ)/.ready  ## try a million inputs on every reader and port: make fuzz FUZZ_ARGS="spl --inputs 10000"
	$(FUZZ)/bin/python -m tests.fuzz $(FUZZ_ARGS)

load: $(READY) $(VENDORED)  ## 50 clients search and index on splay serve for 10 minutes: make load LOAD_ARGS="--seconds 60"
	$(BIN)/python -m tests.load $(LOAD_ARGS)

once: $(READY) $(VENDORED)  ## replay a month of the schedule, late events and all: ONCE_ARGS="--case late"
	$(BIN)/python -m tests.efficacy.once $(ONCE_ARGS)

# The licences that what is installed may have; weak copyleft only in tools that do not ship (pySigma: LGPL). Left out is
# what a test runs as a program of its own: podman-compose, GPL-2.0-only, is imported by nothing.
LICENCES := MIT;BSD;Apache;PSF-2.0;CNRI-Python;MPL-2.0;Mozilla Public License 2.0;LGPL-2.1-only;LGPL-3.0-only
security: $(READY) $(VENDORED)  ## what can be held here of docs/security.md: its tests, bandit, licences
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml splay bin tools
	$(BIN)/pip-licenses --python $(BIN)/python --partial-match --allow-only='$(LICENCES)' \
	  --ignore-packages podman-compose --summary
	$(BIN)/python -m pytest --long tests/security \
	  $$(grep -oE 'tests/[a-z0-9_/]+\.py::test_\w+' docs/security.md | grep -v ^tests/security | sort -u)

faults: $(READY) $(VENDORED)  ## break everything once: a table of what was tried and what went wrong
	@$(BIN)/python -m tests.faults.table $(FAULTS_ARGS)

efficacy: $(READY) $(VENDORED) $(EVTX)  ## recall, precision, and make once: EFFICACY_ARGS="--other 10000 --logs LOGS"
	$(BIN)/python -m tests.efficacy $(EFFICACY_ARGS)
	@$(MAKE) --no-print-directory once

screenshots: $(READY) $(VENDORED) $(RENDERER)  ## pictures of report and dashboards in build/screenshots (needs Chromium)
	@$(BIN)/python -m tests.report.screenshots
	@$(BIN)/python -m tests.web.screenshots

lint: $(READY)  ## ruff, mypy --strict, and that imports run one way
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=bin $(BIN)/lint-imports --no-cache
	$(BIN)/mypy

$(BENCH)/.ready: benchmarks/requirements.txt
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --requirement benchmarks/requirements.txt
	@touch $@

bench: $(READY) $(VENDORED) $(BENCH)/.ready $(EVTX)  ## time splay beside its peers: make bench BENCH_ARGS="sparse --events 200000"
	$(BIN)/python -m benchmarks.bench $(BENCH_ARGS)

scale: $(READY) $(BENCH)/.ready  ## compute what the app costs a Splunk of 1, 10 and 100 TB a day, into docs/scale.md
	$(BIN)/python -m benchmarks.scale --write

breadth: $(READY)  ## count what splay has of public detections: make breadth CONTENT=path CIM=path ADDONS="path ..."
	@test -n "$(CONTENT)" || { echo "Name a checkout of splunk/security_content: make breadth CONTENT=path" >&2; exit 2; }
	$(BIN)/python -m benchmarks.escu_coverage "$(CONTENT)" --readme $(if $(CIM),--cim "$(CIM)") \
	  $(foreach addon,$(ADDONS),--addon "$(addon)")

addon-fields: $(READY)  ## compare an add-on's fields with those that Splunk lists: make addon-fields TA=path
	@test -n "$(TA)" || { echo "Name Splunk_TA_windows's folder: make addon-fields TA=path" >&2; exit 2; }
	@$(BIN)/python -m tools.addon_fields "$(TA)" $(if $(CIM),"$(CIM)") $(if $(EVENT),--event "$(EVENT)") \
	  $(if $(CONTENT),--content "$(CONTENT)") $(if $(filter command,$(origin EVTX)),--evtx "$(EVTX)") $(if $(WRITE),--write)

mutations: $(READY) $(VENDORED)  ## give the parser 100,000 mutated searches: make mutations MUTATIONS=1000000
	$(BIN)/python -m pytest tests/unit/spl/test_mutated.py --mutations $(or $(MUTATIONS),100000)

# What runs in it is a copy of the project, which each run brings up to date. Which lines a test runs is
# noted by sys.monitoring, which Python has since 3.12.
$(MUTANTS)/.ready: pyproject.toml
	@python=$$($(PYTHON) -m tests.command.pythons 3.13) || python=$$($(PYTHON) -m tests.command.pythons 3.12) || \
	  { echo "make mutants needs Python 3.13 or 3.12, and there is neither." >&2; exit 2; }; \
	$$python -m venv $(MUTANTS)
	$(MUTANTS)/bin/python -m pip install --quiet --disable-pip-version-check \
	  --editable "$$($(MUTANTS)/bin/python -m tests.mutants.tree)[dev,mutants]"
	@touch $@

mutants: $(VENDORED) $(MUTANTS)/.ready  ## change single places and list what no test notices: MUTANTS_ARGS="server --seeds 1 2"
	$(MUTANTS)/bin/python -m tests.mutants $(MUTANTS_ARGS)

sigma: $(READY)  ## run Sigma's rules in splay and in SQLite and say why they differ: make sigma SIGMA=checkout LOGS=dir
	@test -n "$(SIGMA)" -a -n "$(LOGS)" || \
	  { echo "Name a checkout of SigmaHQ/sigma, and a folder of .evtx files: make sigma SIGMA=path LOGS=path" >&2; exit 2; }
	@$(BIN)/python -m tests.sigma_rules "$(SIGMA)" "$(LOGS)" $(if $(SIGMA_APP),--app "$(SIGMA_APP)") $(SIGMA_ARGS)

conformance: $(READY)  ## run the conformance tables and count them, also for the README
	@$(BIN)/python -m tests.engine.conformance

commands: $(READY)  ## write docs/commands.md, the reference of commands and functions, from the tables
	@$(BIN)/python -m tools.commands_reference

witness: $(READY)  ## run the searches that were seen on a real Splunk and count them, also for the README
	@$(BIN)/python -m tests.engine.witnessed

differences: $(READY)  ## list where splay differs from Splunk, each with the test that shows it
	@$(BIN)/python -m tools.differences

# Splunk's own tools pin old libraries: they have a virtual environment alone.
$(INSPECT)/.ready: $(READY) tools/requirements-inspect.txt
	$(BIN)/python -m venv $(INSPECT)
	$(INSPECT)/bin/python -m pip install --quiet --disable-pip-version-check \
	  --requirement tools/requirements-inspect.txt
	@touch $@

package: $(READY) $(INSPECT)/.ready  ## make dist/DA-ESS-ADCSBackup-<version>.tar.gz: the same files, the same bytes
	@$(BIN)/python -m tools.package $(INSPECT)/bin

inspect: package  ## run all of AppInspect's checks on the package
	@$(BIN)/python -m tools.inspect_app $(INSPECT)/bin

wheel: $(READY)  ## make dist/splay-<version>-py3-none-any.whl: splay as a library and a command
	rm -rf build/lib build/bdist.*  # or files that are gone would be in it
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

release: package  ## write the package's sha256, SBOM and release notes: make release TAG=v0.1.0
	@$(BIN)/python -m tools.release $(TAG)

$(CONTENTCTL)/.ready: $(READY) tools/requirements-content.txt
	$(BIN)/python -m venv $(CONTENTCTL)
	$(CONTENTCTL)/bin/python -m pip install --quiet --disable-pip-version-check \
	  --requirement tools/requirements-content.txt
	@touch $@

content: $(READY) $(CONTENTCTL)/.ready  ## have contentctl validate and build the detection in content/
	@$(BIN)/python -m tools.content $(CONTENTCTL)/bin

test-contentctl: $(READY) $(VENDORED) $(CONTENTCTL)/.ready  ## Splunk's contentctl tests the detection on splay
	$(BIN)/python -m pytest tests/official/test_contentctl.py --official-tools

$(ADDON)/.ready: $(READY) tools/requirements-addon.txt
	$(BIN)/python -m venv $(ADDON)
	$(ADDON)/bin/python -m pip install --quiet --disable-pip-version-check \
	  --requirement tools/requirements-addon.txt
	@touch $@

# Release 8 runs on Python 3.13 only. A machine without one tests with the other release alone, and says so.
$(ADDON_8)/.ready: $(READY) tools/requirements-addon-8.txt
	@python=$$($(BIN)/python -m tests.command.pythons 3.13) || \
	  { echo "There is no Python 3.13: pytest-splunk-addon 8 is left out."; exit 0; }; \
	$$python -m venv $(ADDON_8) && $(ADDON_8)/bin/python -m pip install --quiet \
	  --disable-pip-version-check --requirement tools/requirements-addon-8.txt && touch $@

test-addon: $(READY) $(VENDORED) $(ADDON)/.ready $(ADDON_8)/.ready  ## Splunk's pytest-splunk-addon tests the field pack on splay
	$(BIN)/python -m pytest tests/official/test_addon.py --official-tools

$(SDKVENV)/.ready: $(READY) tools/requirements-sdk.txt
	$(BIN)/python -m venv $(SDKVENV)
	$(SDKVENV)/bin/python -m pip install --quiet --disable-pip-version-check \
	  --requirement tools/requirements-sdk.txt
	@touch $@

$(JSMODULES)/.ready: tests/official/javascript/package.json
	mkdir -p $(dir $(JSMODULES))
	cp $< $(dir $(JSMODULES))
	npm install --prefix $(dir $(JSMODULES)) --no-audit --no-fund --loglevel=error
	@touch $@

# Checkouts of splunk/splunk-sdk-python and splunk/splunk-sdk-javascript; either may be left out.
test-sdk: $(READY) $(VENDORED) $(SDKVENV)/.ready $(if $(JSSDK),$(JSMODULES)/.ready)  ## Splunk's SDKs' own tests on splay: make test-sdk SDK=checkout JSSDK=checkout
	SDK_CHECKOUT="$(SDK)" SDK_PYTHON="$(abspath $(SDKVENV)/bin/python)" \
	JSSDK_CHECKOUT="$(JSSDK)" JSSDK_MODULES="$(abspath $(JSMODULES))" \
	  $(BIN)/python -m pytest tests/official/test_sdk.py --official-tools

splunk-up: $(READY) package  ## start a Splunk container with the app: make splunk-up SPLUNK_VERSION=10.0.0
	@$(BIN)/python -m tests.harness.container up

splunk-down: $(READY)  ## remove the container and its data
	@$(BIN)/python -m tests.harness.container down

test-splunk: $(READY) package  ## run the detection's tests on a new Splunk container
	$(BIN)/python -m pytest tests/harness/test_on_splunk.py --splunk-type=docker

clean:  ## remove what the other targets made
	rm -rf $(dir $(RENDERER)) dashboards/node_modules $(VENV) $(INSPECT) $(CONTENTCTL) $(ADDON) $(ADDON_8) $(SDKVENV) $(BENCH) $(MUTANTS) .cache build dist lib .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
