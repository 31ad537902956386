# `make lag`, `make test` and `make report` do all the set-up. Needs python3 (3.11 or later) with venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
# Wheels of known hashes only, so that nothing runs when they are installed.
HASHED := $(PIP_INSTALL) --require-hashes --only-binary :all: --no-compile --requirement
# By all processors, which pip does not, and without the tests of others; what cannot be compiled
# is left to whoever imports it, as pip leaves it.
COMPILED := -m compileall -qq -j 0 -x '/tests?/' $(VENV)/lib
# With the hatchling that is among them.
EDITABLE := $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make requirements" .venv-tools/bin/uv pip compile --quiet \
	--universal --python-version 3.11 --generate-hashes --only-binary :all: --no-emit-index-url \
	--no-annotate $(UPGRADE)
SPREAD := -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: lag test fresh report site browser check-all lint types calibrate figures answers notebooks docs \
	requirements audit release clean

lag: $(VENV)/installed ## Print the headline from the shipped archive
	@$(BIN)/elolag lag

# Both workers and every command that is run load what was compiled once, wherever this is run.
test fresh: export PYTHONDONTWRITEBYTECODE =

test: $(VENV)/installed-dev ## Run the tests, files spread over two workers
	$(BIN)/python -m pytest $(SPREAD)

fresh: $(VENV)/installed-dev browser ## Are pages, figures, notebooks and kept tables what the code makes now?
	$(BIN)/python -m pytest -m fresh $(SPREAD)

browser: | $(BIN)/python ## For the tests of pages: ask apt for Chromium where root may
	@$(BIN)/python tests/site/chromium.py

report: $(VENV)/installed ## Write the report into report/ (minutes: the grid; QUICK=1 without)
	@$(BIN)/elolag report --out report --force $(if $(QUICK),--quick)

site: $(VENV)/installed ## Write the whole site into site/ (minutes)
	@$(BIN)/elolag site --out site --jobs 2

check-all: test fresh lint types ## Everything, the long tests too: 1,000 kills, 100,000 mutations
	$(BIN)/python -m pytest -m "slow or hypothesis" --hypothesis-profile long

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: $(VENV)/installed-dev
	$(BIN)/mypy

calibrate: $(VENV)/installed-dev ## What the intervals cover in known worlds (hours; resumable)
	$(BIN)/python benchmarks/calibrate.py --seed 3 --jobs 2

figures: $(VENV)/installed ## Redraw the README's chart and its numbers, and those of the docs
	$(BIN)/python docs/generate.py

answers: $(VENV)/installed-dev ## Make anew the answers that take minutes, which the pages quote
	$(BIN)/python docs/long_answers.py

notebooks: $(VENV)/installed-dev ## Run the notebooks and save them with their outputs
	$(BIN)/python notebooks/run.py

docs: $(VENV)/installed-dev ## Build the pages of docs/ as a site, into docs/_build
	$(BIN)/python -m sphinx -W --keep-going -n -q docs docs/_build

requirements: .venv-tools/installed ## Renew the requirement files; UPGRADE=--upgrade takes newer releases
	$(COMPILE) --group maintain --output-file requirements-tools.txt
	$(COMPILE) pyproject.toml --all-extras --group build --output-file requirements-dev.txt
	$(COMPILE) pyproject.toml --extra report --group build --constraint requirements-dev.txt \
		--output-file requirements.txt

audit: .venv-tools/installed ## Is a release that we install known to be vulnerable?
	.venv-tools/bin/pip-audit --require-hashes --disable-pip --requirement requirements-dev.txt
	.venv-tools/bin/pip-audit --require-hashes --disable-pip --requirement requirements-tools.txt

release: $(VENV)/installed-dev ## Check, build twice, try the wheel, and leave in dist/ what is to be uploaded
	$(BIN)/python tools/release.py

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml requirements.txt | $(BIN)/python
	$(BIN)/python $(HASHED) requirements.txt
	-@$(BIN)/python $(COMPILED)
	$(BIN)/python $(EDITABLE)
	@touch $@

$(VENV)/installed-dev: pyproject.toml requirements-dev.txt | $(BIN)/python
	$(BIN)/python $(HASHED) requirements-dev.txt
	-@$(BIN)/python $(COMPILED)
	$(BIN)/python $(EDITABLE)
	@touch $(VENV)/installed $@

.venv-tools/installed: requirements-tools.txt
	$(PYTHON) -m venv .venv-tools
	.venv-tools/bin/python $(HASHED) requirements-tools.txt
	@touch $@

clean:
	rm -rf .venv .venv-* .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
