# What a person types. Python 3.11 or newer and make are enough; `make test` also needs Chromium.

PYTHON ?= python3
BIN := .venv/bin
# More for the command that is run, such as: make run ARGS="--port 9000"
ARGS ?=
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links --quiet

.PHONY: help run demo test check check-pages bench fuzz soak screenshots audit sbom lock clean
.DEFAULT_GOAL := help

help:
	@echo "make run          install what is needed into .venv, and start the server"
	@echo "make demo         the same, with simulated people"
	@echo "make test         run every test (needs Chromium or Chrome)"
	@echo "make check        style, types, layering, generated files"
	@echo "make check-pages  types of the pages' scripts (needs Node)"
	@echo "make bench        measure the speed; make bench ARGS=\"peers --json\""
	@echo "make fuzz         throw hostile input at the filter and the wire; make fuzz ARGS=\"--seconds 600\""
	@echo "make soak         talk for up to 20 minutes while everything breaks; ARGS=\"--seed 7\""
	@echo "make screenshots  take the README's pictures again"
	@echo "make audit        look for known vulnerabilities in what is locked (needs the network)"
	@echo "make sbom         write the bill of materials, build/sbom.json"
	@echo "make lock         choose newer dependencies (needs uv)"
	@echo "make clean        remove .venv, .venv-tools and caches; ./data stays"

run: .venv/installed
	@exec $(BIN)/benchside serve $(ARGS)

demo: .venv/installed
	@exec $(BIN)/benchside demo $(ARGS)

test: .venv/installed-dev
	@sh tools/ensure_chromium
	$(BIN)/pytest $(ARGS)

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python tools/write_protocol.py --check
	$(BIN)/python tools/vendor.py --check
	$(BIN)/mypy
	$(BIN)/pyright

check-pages: node_modules/installed
	node_modules/.bin/tsc --project tsconfig.json

bench: .venv/installed
	@$(BIN)/python -m bench $(or $(ARGS),lines)

# atheris is no part of `make test`: it is built for Linux only.
fuzz: .venv/installed-dev
	@$(PIP) install "atheris>=3,<4"
	$(BIN)/python tools/fuzz.py $(ARGS)

# 100,000 lines take 10 to 20 minutes; it stops after --seconds (1,200) in any case.
soak: .venv/installed-dev
	$(BIN)/python -m tools.soak $(ARGS)

screenshots: .venv/installed-dev
	@sh tools/ensure_chromium
	$(BIN)/pytest tests/browser -k three_people
	@mkdir -p docs/images && cp build/screenshots/*.png docs/images/

# No part of `make test`: it asks a database on the network.
audit: .venv-tools/installed
	@.venv-tools/bin/python tools/audit.py

sbom: .venv-tools/installed
	@mkdir -p build
	@.venv-tools/bin/python -W ignore -m cyclonedx_py requirements requirements.lock \
		--pyproject pyproject.toml --output-reproducible --output-file build/sbom.json
	@.venv-tools/bin/python tools/sbom.py build/sbom.json

lock:
	$(COMPILE) --extra build pyproject.toml --output-file requirements.lock $(ARGS)
	$(COMPILE) --extra build --extra dev --constraints requirements.lock pyproject.toml \
		--output-file requirements-dev.lock $(ARGS)
	$(COMPILE) --constraints requirements.lock bench/requirements.in \
		--output-file bench/requirements.lock $(ARGS)
	$(COMPILE) tools/requirements.in --output-file tools/requirements.lock $(ARGS)

clean:
	rm -rf .venv .venv-tools node_modules build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache

# A stamp is newer than what it was made from, so that a second `make run` starts at once.

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Benchside needs Python 3.11 or newer. Name one: make PYTHON=python3.12 run" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python can't make a .venv; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

.venv/installed: requirements.lock pyproject.toml | .venv/python
	@echo "Installing into .venv (once) ..."
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	@echo "Installing test dependencies into .venv (once) ..."
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@

.venv-tools/installed: tools/requirements.lock
	@$(PYTHON) -m venv .venv-tools
	@echo "Installing the tools into .venv-tools (once) ..."
	@.venv-tools/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes \
		--requirement tools/requirements.lock
	@touch $@

node_modules/installed: package.json package-lock.json
	@command -v npm >/dev/null || { echo "Checking the pages' types needs Node 20 or newer" \
		"with npm; running and testing Benchside does not." >&2; exit 1; }
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
