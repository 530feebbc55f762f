# Everything starts here: `make run` serves the site, `make test` tests it. See README.md.

PYTHON   ?= python3
VENV     := .venv
PY       := $(VENV)/bin/python
PORT     ?= 8000
HOST     ?= 127.0.0.1
export PORT HOST

.DEFAULT_GOAL := help
.PHONY: help run dev test lint format fresh browser soak bench stack stack-down lock

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# uv installs several times faster than pip; where it cannot be had, pip does the same work.
define install
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip --version >/dev/null
	@if $(PY) -m uv --version >/dev/null 2>&1 || $(PY) -m pip install -q --disable-pip-version-check uv==0.13.9 >/dev/null 2>&1; \
	then $(PY) -m uv pip install -q --no-python-downloads --python $(PY) --require-hashes -r $(1); \
	else $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r $(1); fi
	@touch $@
endef

$(VENV)/run.stamp: requirements.txt requirements.lock
	@echo "  Installing the requirements…"
	$(call install,requirements.lock)

$(VENV)/dev.stamp: requirements.txt requirements-servers.txt requirements-dev.txt requirements-dev.lock
	@echo "  Installing what tests and checks need…"
	$(call install,requirements-dev.lock)

$(VENV)/servers.stamp: requirements.txt requirements-servers.txt requirements-servers.lock
	@echo "  Installing what servers need…"
	$(call install,requirements-servers.lock)

run: $(VENV)/run.stamp ## Serve the site at http://127.0.0.1:8000, the production way, on SQLite
	@DJANGO_SETTINGS_MODULE=firm.settings.local exec $(PY) manage.py serve

dev: $(VENV)/run.stamp ## The same with reload and readable tracebacks
	@DJANGO_SETTINGS_MODULE=firm.settings.dev exec $(PY) manage.py serve

stack: $(VENV)/servers.stamp ## The production shape with nginx and PostgreSQL, at https://127.0.0.1:8080
	@$(PY) -m deploy.stack up

stack-down: ## End it
	@$(PY) -m deploy.stack down

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
	@DJANGO_SETTINGS_MODULE=firm.settings.test $(PY) -m tests.migration_linter

format: $(VENV)/dev.stamp ## Fix what can be fixed
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

lock: $(VENV)/dev.stamp ## Write the files with the hashes anew, after a change of requirements
	@for name in requirements requirements-servers requirements-dev; do $(PY) -m uv pip compile -q --generate-hashes --no-header \
	    --no-annotate --no-emit-index-url --python $(PY) $$name.txt -o $$name.lock || exit 1; done

soak: $(VENV)/dev.stamp ## Run what takes long or is timed: load, kills, slow clients; ARGS= names files of soak/
	@ODD_REQUESTS=10000 $(PY) -m pytest -n 0 $(or $(ARGS),soak tests/test_bad_input.py)

bench: $(VENV)/dev.stamp ## Measure the site beside others and print one table; ARGS= names rows and options
	@$(PY) -m bench $(ARGS)

fresh: ## Remove all state: the next run starts over
	@rm -rf var
