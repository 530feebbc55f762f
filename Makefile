# Everything starts here: `make run` serves the site, `make test` tests it. See README.md.

PYTHON   ?= python3
VENV     := .venv
PY       := $(VENV)/bin/python
PORT     ?= 8000
HOST     ?= 127.0.0.1
export PORT HOST

.DEFAULT_GOAL := help
.PHONY: help run dev test lint format fresh browser

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# uv installs several times faster than pip; where it cannot be had, pip does the same work.
define install
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip --version >/dev/null
	@if $(PY) -m uv --version >/dev/null 2>&1 || $(PY) -m pip install -q --disable-pip-version-check uv==0.13.9 >/dev/null 2>&1; \
	then $(PY) -m uv pip install -q --no-python-downloads --python $(PY) -r $(1); \
	else $(PY) -m pip install -q --disable-pip-version-check -r $(1); fi
	@touch $@
endef

$(VENV)/run.stamp: requirements.txt
	@echo "  Installing the requirements…"
	$(call install,requirements.txt)

$(VENV)/dev.stamp: requirements.txt requirements-servers.txt requirements-dev.txt
	@echo "  Installing what tests and checks need…"
	$(call install,requirements-dev.txt)

run: $(VENV)/run.stamp ## Serve the site at http://127.0.0.1:8000, the production way, on SQLite
	@DJANGO_SETTINGS_MODULE=firm.settings.local exec $(PY) manage.py serve

dev: $(VENV)/run.stamp ## The same with reload and readable tracebacks
	@DJANGO_SETTINGS_MODULE=firm.settings.dev exec $(PY) manage.py serve

browser: $(VENV)/dev.stamp
	@$(PY) tests/browser_setup.py

test: $(VENV)/dev.stamp browser ## Run all tests; ARGS= goes to pytest
	@$(PY) -m pytest $(ARGS)

lint: $(VENV)/dev.stamp ## Check style, templates and migrations
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(VENV)/bin/djlint --quiet --lint templates
	@DJANGO_SETTINGS_MODULE=firm.settings.test $(PY) manage.py check
	@DJANGO_SETTINGS_MODULE=firm.settings.test $(PY) manage.py makemigrations --check --dry-run

format: $(VENV)/dev.stamp ## Fix what can be fixed
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

fresh: ## Remove all state: the next run starts over
	@rm -rf var
