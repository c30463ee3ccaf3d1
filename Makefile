# Two commands: `make demo` (set up, sample data, API and console on 127.0.0.1) and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME ?= .voc-demo

.PHONY: help setup demo test check format bench models soak lock wheel clean
help:
	@grep -E '^# |^[a-z]+:.*##' Makefile | sed -e 's/^# //' -e 's/:.*## /: /'

$(VENV)/.plain: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("voc needs Python 3.11, 3.12 or 3.13") if not (3, 11) <= sys.version_info[:2] <= (3, 13) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.plain
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,postgres]'
	@touch $@

setup: $(VENV)/.dev ## virtual environment with everything but torch

demo: $(VENV)/.plain ## sample data, then API and console on 127.0.0.1
	@$(BIN)/voc demo

test: setup ## all tests, a process a core; those that need a server run exactly when its variable is set
	@$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist worksteal

check: setup ## format, lint, types, layers, docs in step
	$(BIN)/ruff format --check voc tests tools
	$(BIN)/ruff check voc tests tools
	$(BIN)/mypy voc
	$(BIN)/python -m pytest -p no:randomly tests/unit/test_layers.py tests/unit/test_docs.py tests/unit/test_house.py

format: setup ## put the code in shape
	$(BIN)/ruff format voc tests tools
	$(BIN)/ruff check --fix voc tests tools

bench: setup ## documents a second from file to search, then a million mentions: tables, searches, rankings
	$(BIN)/python -m tools.bench
	$(BIN)/python -m tools.bench_million
	$(BIN)/python -m tools.bench_copies

soak: setup ## the long forms of the random tests and of the faults
	VOC_TEST_SOAK=8 $(BIN)/python -m pytest -n auto --maxprocesses 8 --dist worksteal \
	  tests/unit/ledger/test_ledger_machine.py tests/contract/test_contract_pipeline.py \
	  tests/api/test_api_fuzz.py tests/faults

models: setup ## train every model again (needs VOC_DATASETS)
	$(BIN)/voc train --out models

lock: ## requirements.lock for the container image
	$(PYTHON) tools/lock.py

wheel: setup ## the wheel, resources inside
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'build>=1.2,<2'
	$(BIN)/python -m build --wheel --outdir dist .

clean:
	rm -rf dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
