# Every command of Nibblix, each defined once. `make help` lists them.
VENV ?= .venv
PYTHON := $(VENV)/bin/python
PYTHONS := python3.13 python3.12 python3.11 python3
RUNTIME = $(PYTHON) -m app.runtime
# As typed: without this, make would take the dollars of $$…$$ and $1 for variables of its own.
override SQL := $(value SQL)
export SQL
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run dev test check bench soak migrate psql replay check-invariants rotate-keys rotate-signing-key lock

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS='	' read -r name text; do printf '  make %-18s %s\n' "$$name" "$$text"; done

run: $(VENV)/run.stamp ## start everything; HOST, PORT, DATABASE_URL and REDIS_URL are honoured
	@exec $(RUNTIME) run

dev: $(VENV)/dev.stamp ## the same, with reload and logs in the terminal
	@exec $(RUNTIME) dev

test: $(VENV)/dev.stamp ## run every test; ARGS="tests/unit -k money" narrows it
	@$(PYTHON) -m app.runtime.pdf
	@CHROMIUM=$$($(PYTHON) -m app.runtime.chromium) && export CHROMIUM && exec $(PYTHON) -m pytest $(ARGS)

check: $(VENV)/dev.stamp ## lint, format, types, templates, import contracts, rules of security
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	$(VENV)/bin/lint-imports --no-cache
	$(VENV)/bin/djlint templates --lint --quiet
	$(PYTHON) -m checks
	$(VENV)/bin/bandit --quiet --recursive --configfile pyproject.toml app worker.py wsgi.py

bench: $(VENV)/dev.stamp ## measure against floors of the same run; QUICK=1, PARTS="placing growth"
	@CHROMIUM=$$($(PYTHON) -m app.runtime.chromium) && export CHROMIUM && QUICK="$(QUICK)" exec $(PYTHON) -m bench $(PARTS)

soak: $(VENV)/dev.stamp ## break something every 20 s under load, then check; MINUTES=10 SEED=1
	@exec $(PYTHON) -m tests.soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

migrate: $(VENV)/run.stamp ## bring the database to this version
	@$(RUNTIME) migrate

psql: $(VENV)/run.stamp ## superuser's psql; SQL="select 1" runs one statement
	@$(RUNTIME) psql

replay: $(VENV)/run.stamp ## play orders through the running product; FILE=orders.tsv CLIENTS=8
	@$(RUNTIME) with -m app.replay $(if $(FILE),--file "$(FILE)") $(if $(CLIENTS),--clients $(CLIENTS))

check-invariants: $(VENV)/run.stamp ## ask the database whether everything adds up
	@$(RUNTIME) with -m flask --app wsgi check-invariants

rotate-keys: $(VENV)/run.stamp ## seal every stored secret with the newest of ENCRYPTION_KEYS
	@$(RUNTIME) with -m flask --app wsgi rotate-keys

rotate-signing-key: $(VENV)/run.stamp ## sign access tokens with a new key; TENANT=slug for one restaurant
	@$(RUNTIME) with -m flask --app wsgi rotate-signing-key $(if $(TENANT),--tenant "$(TENANT)")

lock: ## write both locks anew from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml -o requirements.lock --quiet
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -c requirements.lock pyproject.toml --group dev -o requirements-dev.lock --quiet

# The stamps lie in the environment: it is filled once, and again when its lock changes.
$(VENV)/run.stamp: requirements.lock
$(VENV)/dev.stamp: requirements-dev.lock
$(VENV)/%.stamp:
	@$(make_venv)
	@echo "Installing $< …"
	@if command -v uv >/dev/null && uv pip install --quiet --python $(PYTHON) --require-hashes -r $<; then :; \
	else $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<; fi
	@touch $@

# Repeated over a half-made environment this repairs it.
define make_venv
test -x $(PYTHON) && $(PYTHON) -m pip --version >/dev/null 2>&1 && exit 0; \
for python in $(PYTHONS); do \
  if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
  then exec $$python -m venv $(VENV); fi; \
done; \
echo 'Nibblix needs Python 3.11 or newer with venv (on Debian: apt-get install python3 python3-venv).' >&2; exit 2
endef
