# One line for each thing a person does. It needs Python >= 3.11, make and curl; the rest is brought.
PYTHON ?= python3
UV_VERSION := 0.13.9
UV ?= $(or $(shell command -v uv 2>/dev/null),$(CURDIR)/.uv/bin/uv)
VENV ?= .venv
BIN := $(VENV)/bin
ARGS ?=
export UV
export SAM_CLI_TELEMETRY := 0
export UV_PROJECT_ENVIRONMENT := $(VENV)
# Lambda runs 3.13, so it is taken where it is found; else any from 3.11, and uv fetches one only when none is.
UV_PYTHON ?= $(shell .ci/find-python 3.13)
ifneq ($(UV_PYTHON),)
export UV_PYTHON
endif
export UV_PYTHON_PREFERENCE := system

.PHONY: help setup local test check bench screenshots build deploy
.DEFAULT_GOAL := help

help: ## say what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.locked ## install everything that uv.lock names

$(VENV)/.locked: pyproject.toml layers/mirroring/pyproject.toml uv.lock | $(UV)
	"$(UV)" sync --locked
	@touch $@

# Packages of npm, on the node that uv.lock names: what lints docs/openapi.json, what drives the console, and the console's own.
LINTERS := tests/linters/node_modules/.locked
BROWSER := tests/browser/node_modules/.locked
CONSOLE_PACKAGES := console/node_modules/.locked
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm
%/node_modules/.locked: %/package-lock.json | setup
	cd $* && $(NPM) ci --loglevel=error
	@touch $@

# The console as functions/console serves it: built again when its sources change.
CONSOLE := functions/console/built/index.html
$(CONSOLE): $(CONSOLE_PACKAGES) console/index.html console/vite.config.ts $(shell find console/src console/public -type f)
	cd console && $(NPM) run --silent build

$(CURDIR)/.uv/bin/uv:
	@echo "uv is not here: installing it into .uv"
	"$(PYTHON)" -m venv "$(CURDIR)/.uv"
	"$(CURDIR)/.uv/bin/pip" install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"

# exec: signals reach the stack itself, which ends everything it started.
local: setup $(CONSOLE) ## run everything on this machine; ARGS="--no-demo --port 9090" (ARGS=--help tells all)
	@exec $(BIN)/python -m lockstep local $(ARGS)

# Three sets, each in processes with an AWS of their own; what is timed closely runs alone.
TIMED := $(addprefix tests/e2e/,test_probe.py test_probe_faults.py test_probe_secured.py test_size.py truth)
TESTS := "-n 4 --dist loadgroup tests/unit tests/functional tests/template" \
	"-n 3 --dist loadfile --no-loadscope-reorder tests/e2e $(addprefix --ignore=,$(TIMED))" \
	"$(TIMED)"
test: setup $(LINTERS) $(BROWSER) $(CONSOLE) ## run every test; ARGS="tests/unit -k schedule" for some of them
	@echo "the tests run on $$($(BIN)/python --version), $$(readlink -f $(BIN)/python)"
	for set in $(or $(if $(ARGS),"$(ARGS)"),$(TESTS)); do $(BIN)/python -m pytest $$set || exit 1; done

bench: setup ## compare what is fast and cheap with its peers, and write docs/performance.md; ARGS=--quick for less
	$(BIN)/python -m benchmarks.shared.page $(ARGS)

screenshots: setup $(BROWSER) $(CONSOLE) ## one picture of each page of the console, in docs/screenshots
	$(BIN)/python -m tests.functional.console.screenshots

# What CI holds every change to, without network or credentials.
check: setup $(LINTERS) $(CONSOLE_PACKAGES) ## ruff, mypy, import-linter, sam validate, and what docs/ and README.md draw from the code, and the console
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/sam validate
	$(BIN)/sam validate --lint
	$(BIN)/python -m lockstep.openapi --check
	$(BIN)/python -m lockstep.docs --check
	cd console && $(NPM) run --silent check

# Bytecode that tests left in a function's folder would be packaged, and make it look changed.
build: setup $(CONSOLE) ## sam build: the functions, and the layer for arm64, without Docker
	@rm -rf functions/*/__pycache__
	$(BIN)/sam build

# Asks, and remembers the answers in a file that git ignores: they are of one account, samconfig.toml is of all.
# `make deploy ASK=--no-confirm-changeset` asks nothing.
ASK ?= --guided
DEPLOYED := $(CURDIR)/samconfig.local.toml
deploy: build | $(DEPLOYED) ## sam deploy; asks before it changes anything
	$(BIN)/sam deploy --config-file "$(DEPLOYED)" $(ASK)

$(DEPLOYED):
	@cp samconfig.toml "$@"
