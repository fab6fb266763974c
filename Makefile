# Everything a person does with this project. `make` alone says what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

export PORT ?= 8000
export CHROMIUM ?=
export REQUIRE_ALL ?=

BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check -qq
PO := $(wildcard app/translations/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)
STATIC := $(shell find static -type f)
LOCK := build/tools/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet

.PHONY: help run test lint format bench bench-large lock messages permissions static translations clean

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

run: export DEMO ?= yes
run: .venv/.runtime static translations ## Set up what is missing and serve the demonstration on http://127.0.0.1:8000 (PORT=8001 for another)
	@scripts/check-port
	@scripts/prepare
	@scripts/serve

test: .venv/.test static translations ## Run every test: SQLite, PostgreSQL and a real browser (REQUIRE_ALL=yes fails where one is missing)
	@scripts/test

lint: .venv/.test ## Check style, types, templates and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/lint-imports

format: .venv/.test ## Rewrite the Python code in the house's style
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: .venv/.test static translations ## Measure speed and weight against their aims and write bench/results.json (under five minutes)
	$(BIN)/python -m bench.bench

bench-large: .venv/.test static translations ## Measure pages and files with a million enrolments on both databases (the first time, in half an hour)
	$(BIN)/python -m bench.large

messages: .venv/.runtime ## Collect the strings to translate into app/translations/*/LC_MESSAGES/messages.po
	@mkdir -p build
	$(BIN)/pybabel -q extract -F babel.cfg -k _l -k _n:1,2 --no-location --sort-output --omit-header -o build/messages.pot .
	$(BIN)/pybabel -q update -i build/messages.pot -d app/translations -l fr --init-missing \
	  --ignore-pot-creation-date --ignore-obsolete --no-fuzzy-matching

permissions: .venv/.runtime static ## Write docs/permissions.md from the routes
	$(BIN)/python -m scripts.permissions > docs/permissions.md.new
	mv docs/permissions.md.new docs/permissions.md

lock: build/tools/.installed ## Pin requirements/*.in, with hashes (PIN="--upgrade" or PIN="--upgrade-package NAME" to move on)
	$(LOCK) $(PIN) requirements/runtime.in -o requirements.txt
	cd requirements && for name in test node tools; do ../$(LOCK) $(PIN) $$name.in -o $$name.txt; done

static: build/static/manifest.json ## Join, hash and compress the static files, if they changed
	@:

translations: $(MO) ## Compile the translations, if they changed
	@:

clean: ## Remove what was built or fetched; the data in var/ stays
	rm -rf .venv node_modules build .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache $(MO)
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

.venv/bin/python:
	@scripts/make-venv

.venv/.runtime: requirements.txt | .venv/bin/python
	@echo "Installing what the site needs …"
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

.venv/.test: requirements/test.txt .venv/.runtime node_modules/.tested
	@echo "Installing what the tests need …"
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

node_modules/.fetched: package-lock.json .npmrc | .venv/bin/python
	@scripts/fetch-packages --omit=dev
	@touch $@

# A fresh fetch for the browser alone takes what the tests need away again, and this mark with it.
node_modules/.tested: package-lock.json .npmrc | .venv/bin/python
	@scripts/fetch-packages
	@touch node_modules/.fetched $@

build/static/manifest.json: $(STATIC) app/core/assets.py node_modules/.fetched | .venv/.runtime
	@$(BIN)/python -m app.core.assets > /dev/null

%.mo: %.po | .venv/.runtime
	@$(BIN)/pybabel -q compile -i $< -o $@

build/tools/.installed: requirements/tools.txt
	@python3 -m venv build/tools
	@build/tools/bin/pip --disable-pip-version-check -qq install --require-hashes -r $<
	@touch $@
