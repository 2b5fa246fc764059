# `make demo` starts Hearth with made-up people; `make test` proves it. Both do their own set-up.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
# `python -m` in the container, where the packages are installed for all.
RUN ?= $(BIN)/python -m
HEARTH_VAR_DIR ?= $(CURDIR)/var

.PHONY: demo test lint bench assets catalogues static migrate web worker beat constraints clean

demo: export DEBUG = 1
demo: export PORT := $(PORT)
demo: export HEARTH_VAR_DIR := $(HEARTH_VAR_DIR)
demo: export SITE_URL ?= http://127.0.0.1:$(PORT)
demo: $(VENV)/installed assets catalogues
	@if [ -n "$(RESET)" ]; then rm -rf "$(HEARTH_VAR_DIR)"; fi
	@$(BIN)/python manage.py load_demo
	@exec $(BIN)/honcho start --procfile Procfile

test: $(VENV)/installed assets catalogues
	@$(BIN)/python -m tests.run

lint: $(VENV)/installed
	@$(BIN)/python -m tests.run lint

# Leave the machine alone meanwhile: docs/benchmarks.md is written anew.
bench: $(VENV)/installed
	@$(BIN)/python -m benchmarks

assets: $(if $(filter $(BIN)/%,$(RUN)),$(VENV)/installed)
	@$(RUN) core.assets

catalogues: $(if $(filter $(BIN)/%,$(RUN)),$(VENV)/installed)
	@$(RUN) core.catalogues compile

# Installed anew whenever a list of packages changes.
$(VENV)/installed: requirements.txt requirements-dev.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Hearth needs Python 3.11 or newer.")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the packages of requirements.txt into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@touch $@

# --- the processes of production, one by one; docker-compose.yml runs these same targets --------------------------
migrate:
	@$(RUN) django migrate --noinput --settings core.settings --pythonpath .

static: assets catalogues
	@$(RUN) django collectstatic --noinput --verbosity 0 --settings core.settings --pythonpath .

web:
	@exec $(RUN) gunicorn core.wsgi --bind $${BIND:-0.0.0.0:8000} --workers $${WEB_WORKERS:-2} --threads 4 \
		--worker-tmp-dir /dev/shm --access-logfile /dev/null --log-level warning

worker:
	@exec $(RUN) celery --quiet -A core worker --loglevel WARNING --concurrency $${WORKER_CONCURRENCY:-1} --pidfile=

beat:
	@exec $(RUN) celery --quiet -A core beat --loglevel WARNING --pidfile=

# --- upkeep --------------------------------------------------------------------------------------------------------
constraints:
	@rm -rf var/constraints && $(PYTHON) -m venv var/constraints
	@var/constraints/bin/pip install --quiet -r requirements-dev.txt
	@(head -1 constraints.txt; var/constraints/bin/pip freeze) > var/constraints.txt && mv var/constraints.txt constraints.txt
	@rm -rf var/constraints

clean:
	rm -rf $(VENV) node_modules var core/static/build .mypy_cache .ruff_cache .pytest_cache .hypothesis
