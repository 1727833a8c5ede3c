.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PY ?= python3
PORT ?= 8000
VENV := .venv
# Not the scripts in .venv/bin: their first line breaks when the path of the checkout has a space.
PYTHON := $(VENV)/bin/python
SERVICES := identity regions tasks petitions
COMPILE := $(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --quiet
export UV_PYTHON_DOWNLOADS := never
# Like pip of the system: behind a proxy that signs with a company's own certificate, uv's do not do.
export UV_SYSTEM_CERTS ?= true

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/.run ## Everything on http://127.0.0.1:8000 with the demo realm; PORT=... for another port
	@exec ./liandong serve --demo --port $(PORT)

demo: $(VENV)/.run ## Play the story of one complaint on a stack of its own; fails if a statement does
	@exec ./liandong demo

test: $(VENV)/.dev ## All tests, on a PostgreSQL of their own or the one at TEST_DATABASE_URL
	@$(PYTHON) -m pytest --numprocesses 2 --dist loadfile

unit: $(VENV)/.dev ## Tests of the rules: no database, no network
	@$(PYTHON) -m pytest tests/unit

check: lint types imports squawk check-lock check-hosts ## Everything a machine can say without running it

lint: $(VENV)/.dev ## Format and lint, nothing changed
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .

types: $(VENV)/.dev ## mypy, strict
	@$(PYTHON) -m mypy

imports: $(VENV)/.dev ## Who may import whom
	@$(PYTHON) -c 'from importlinter.cli import lint_imports_command as run; run()' --no-logo

squawk: $(VENV)/.dev ## The SQL of the migrations: locks, rewrites, missing guards
	@mkdir -p .local/sql
	@for service in $(SERVICES); do \
	  $(PYTHON) -m alembic -c migrations/alembic.ini -n $$service upgrade head --sql \
	    > .local/sql/$$service.sql || exit 1; \
	done
	@$(VENV)/bin/squawk .local/sql/*.sql

check-lock: ## The lock files name packages and hashes, no host
	@! grep -nE 'https?://|--(extra-)?index-url|--find-links' requirements*.lock

check-hosts: ## Nothing in the tree names a package index, a home folder or a private address
	@! grep -rnIE --exclude=Makefile --exclude-dir=__pycache__ --exclude-dir=tests \
	  'index-url|find-links|/home/[a-z]|/root/|\b(10|192\.168)\.[0-9]+\.[0-9]+\.[0-9]+\b' *

migrate: $(VENV)/.run ## Bring every schema to head
	@./liandong migrate

revision: $(VENV)/.dev ## A new migration: make revision service=petitions m="add reply"
	@./liandong revision "$(service)" "$(m)"

bench: $(VENV)/.dev ## Ratios against references measured in the same run
	@$(PYTHON) -m bench

lock: $(VENV)/.uv ## Pin what pyproject.toml asks for; no host is written
	@$(COMPILE) --group local pyproject.toml -o requirements.lock
	@$(COMPILE) --group dev pyproject.toml -o requirements-dev.lock

clean: ## Remove the environment, caches, and this checkout's data and secrets
	@if [ -L .local/postgres ]; then rm -rf "$$(readlink -f .local/postgres)"; fi
	@rm -rf $(VENV) .local .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.uv: requirements-bootstrap.lock
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PY=/path/to/python3"; exit 1; }
	@$(PY) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "The venv module is missing: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $< || \
	  echo "uv cannot be installed: pip will do, a minute slower"
	@touch $@

# $(1): a lock file. pip installs the same file where uv cannot.
install = { $(PYTHON) -m uv pip install --quiet --python $(PYTHON) --require-hashes -r $(1) || \
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); }

$(VENV)/.run: requirements.lock $(VENV)/.uv
	@echo "installing what $< pins ..."
	@$(call install,$<)
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "installing what $< pins ..."
	@$(call install,$<)
	@touch $@

.PHONY: help run demo test unit check lint types imports squawk check-lock check-hosts migrate \
	revision bench lock clean
