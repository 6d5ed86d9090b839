# Everything a newcomer needs; `make` lists it. Works with nothing installed but Python 3.11 or newer.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
EXAMPLE ?= examples/support-ticket-tagging.md
PORT ?= 3000

export DAGSTER_HOME := $(CURDIR)/.dagster
export DAGSTER_DISABLE_TELEMETRY := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow ui lint format bench lock install clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

demo: $(INSTALLED) .dagster/dagster.yaml ## Run an example through Dagster and print the report
	@echo "Judging $(EXAMPLE) with the Dagster job screen_problem"
	@$(BIN)/suitability analyze "$(EXAMPLE)" --dagster --progress
	@echo "See the run in Dagster's web interface: make ui"

test: $(INSTALLED) ## Run the test suite, but for the slow tests
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist worksteal

test-slow: $(INSTALLED) ## Run the slow tests
	$(BIN)/python -m pytest -m slow || [ $$? -eq 5 ]

ui: $(INSTALLED) .dagster/dagster.yaml ## Open Dagster's web interface on the runs of the demo (PORT=3000)
	@$(BIN)/suitability ui --port $(PORT)

lint: $(INSTALLED) .dagster/dagster.yaml ## Check style, types and definitions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/dagster definitions validate -w workspace.yaml

format: $(INSTALLED) ## Format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(INSTALLED) ## Measure the engine beside its peer (others: benchmarks/)
	@$(BIN)/python -m pip install -qq langgraph==1.2.22 langgraph-checkpoint-sqlite==3.1.2
	$(BIN)/python -m benchmarks.engine

lock: $(INSTALLED) ## Renew requirements.lock from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras \
		--upgrade --no-emit-index-url --no-emit-find-links --no-annotate \
		--custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

install: $(INSTALLED) ## Make .venv with the locked dependencies and this project

clean: ## Remove what was made: .venv, caches, the demo's storage
	rm -rf .venv .dagster build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Locked versions first, then this project without looking for any other.
$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed, $(PYTHON) is not: try make PYTHON=python3.12" >&2; exit 1; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv || { \
		echo "$(PYTHON) cannot make a virtual environment: install its venv module (python3-venv)" >&2; \
		rm -rf .venv; exit 1; }
	@echo "Installing locked dependencies into .venv"
	@$(BIN)/python -m pip install -qq --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -qq pipeline_core pipeline_defs
	@touch $(INSTALLED)

# Dagster reads its configuration from DAGSTER_HOME and nowhere else.
.dagster/dagster.yaml: dagster.yaml
	@mkdir -p .dagster
	@ln -sfn ../dagster.yaml .dagster/dagster.yaml
