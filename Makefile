# One line for each thing a person does. It needs Python >= 3.11, make and curl; the rest is brought.
PYTHON ?= python3
UV ?= $(or $(shell command -v uv 2>/dev/null),$(CURDIR)/.uv/bin/uv)
BIN := .venv/bin
export UV
export SAM_CLI_TELEMETRY := 0

.PHONY: setup check build deploy

setup: .venv/.locked

.venv/.locked: pyproject.toml layers/mirroring/pyproject.toml uv.lock | $(UV)
	"$(UV)" sync --locked --quiet
	@touch $@

$(CURDIR)/.uv/bin/uv:
	"$(PYTHON)" -m venv "$(CURDIR)/.uv"
	"$(CURDIR)/.uv/bin/pip" install --quiet uv

# What CI holds every change to, without network or credentials.
check: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/sam validate
	$(BIN)/sam validate --lint
	$(BIN)/python -m lockstep.openapi --check

build: setup
	$(BIN)/sam build

# Asks, and remembers the answers in samconfig.toml; `make deploy ASK=--no-confirm-changeset` asks nothing.
ASK ?= --guided
deploy: build
	$(BIN)/sam deploy $(ASK)
