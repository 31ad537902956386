# `make lag`, `make test` and `make report` do all the set-up. Needs python3 (3.11 or later) with venv.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable
SPREAD := -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: lag test fresh report browser check-all lint types calibrate figures answers notebooks docs clean

lag: .venv/installed ## Print the headline from the shipped archive
	@$(BIN)/elolag lag

test: .venv/installed-dev browser ## Run the tests, files spread over two workers
	$(BIN)/python -m pytest $(SPREAD)

fresh: .venv/installed-dev ## Are pages, notebooks, site and kept tables what the code makes now?
	$(BIN)/python -m pytest -m fresh $(SPREAD)

browser: | .venv/bin/python ## For the tests of the report: ask apt for Chromium where root may
	@$(BIN)/python tests/report/chromium.py

report: .venv/installed-report ## Write the report into report/ (minutes: the grid; QUICK=1 without)
	@$(BIN)/elolag report --out report --force $(if $(QUICK),--quick)

check-all: test fresh lint types ## Everything, the long tests too: 1,000 kills, 100,000 mutations
	$(BIN)/python -m pytest -m slow

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: .venv/installed-dev
	$(BIN)/mypy

calibrate: .venv/installed-dev ## What the intervals cover in known worlds (hours; resumable)
	$(BIN)/python benchmarks/calibrate.py --seed 3 --jobs 2

figures: .venv/installed ## Redraw the README's chart and its numbers, and those of the docs
	$(BIN)/python docs/generate.py

answers: .venv/installed-dev ## Make anew the answers that take minutes, which the pages quote
	$(BIN)/python docs/long_answers.py

notebooks: .venv/installed-dev ## Run the notebooks and save them with their outputs
	$(BIN)/python notebooks/run.py

docs: .venv/installed-dev ## Build the pages of docs/ as a site, into docs/_build
	$(BIN)/python -m sphinx -W --keep-going -n -q docs docs/_build

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml constraints.txt | .venv/bin/python
	$(INSTALL) .
	@touch $@

.venv/installed-report: pyproject.toml constraints.txt | .venv/bin/python
	$(INSTALL) ".[report]"
	@touch .venv/installed $@

.venv/installed-dev: pyproject.toml constraints.txt | .venv/bin/python
	$(INSTALL) ".[dev]"
	@touch .venv/installed .venv/installed-report $@

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
