# The shop with nothing but make and Python: `make up` opens it, `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help up test lint bench faults lighthouse docs clean environment runtime development

# Only ever `python -m …`: scripts in .venv/bin break in long paths and in paths with spaces.
PYTHON := .venv/bin/python
# Tests are shuffled, and alike for everyone: what is red is red for all.
ORDER := 5
SUITS := 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 17

up: runtime ## run the shop on http://127.0.0.1:8000 (PORT=8001 for another port)
	@exec $(PYTHON) manage.py up

test: development ## run every test, the browser tests included (ORDER=7 for another order)
	@$(PYTHON) tests/find_browser.py --install
	$(PYTHON) -m pytest -n 2 --dist worksteal --randomly-seed=$(ORDER) $(PYTEST_ARGS)

lint: development ## style, types, floors, security, migrations and deployment settings
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy .
	$(PYTHON) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
	$(PYTHON) -m djlint templates --lint --quiet
	$(PYTHON) -m bandit --quiet --recursive --severity-level medium --configfile pyproject.toml \
		--exclude "./.venv,./.data,*/tests/*" .
	$(PYTHON) manage.py makemigrations --check --dry-run
	DEBUG=false SECRET_KEY="$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
		$(PYTHON) manage.py check --deploy --fail-level WARNING

bench: development ## measure the shop beside baselines (PART=pages for one part, BENCH_ARGS=…)
	@$(PYTHON) -m tests.bench $(PART) $(BENCH_ARGS)

faults: development ## let crowds of real buyers compete (GOALS=R1 for one goal, FAULTS_ARGS="--repeats 20")
	@$(PYTHON) -m tests.faults $(GOALS) $(FAULTS_ARGS)

lighthouse: development ## score the pages in a browser; needs Node and Lighthouse (PAGES=home for one)
	@$(PYTHON) -m tests.lighthouse $(PAGES) $(LIGHTHOUSE_ARGS)

docs: runtime ## draw docs/schema.md and docs/indexes.md from the models
	$(PYTHON) manage.py draw_schema

clean: ## remove what make has made: environment, data of the embedded servers, caches
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m shop.embedded .data; fi
	@rm -rf .data .venv static/build htmlcov .coverage .coverage.* \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -type d -name __pycache__ -prune -exec rm -rf {} +

runtime: environment
	@$(call install,runtime)

development: runtime
	@$(call install,development)

# Installs only when the lock differs from the one installed last. Modules are compiled when they
# are first used: most of the packages' never are.
install = cmp -s requirements/$(1).txt .venv/$(1).installed || { \
	echo "Installing requirements/$(1).txt ..." && \
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-compile \
		--require-hashes -r requirements/$(1).txt && \
	cp requirements/$(1).txt .venv/$(1).installed; }

environment:
	@$(PYTHON) -c $(SUITS) 2>/dev/null && exit 0; \
	python=; \
	for candidate in python3 python3.13 python3.12 python3.11; do \
		if $$candidate -c $(SUITS) 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "The shop needs Python 3.11, 3.12 or 3.13; none of them is called python3," \
			"python3.13, python3.12 or python3.11 on the PATH." >&2; exit 1; \
	fi; \
	rm -rf .venv; \
	if $$python -c 'import ensurepip, venv' 2>/dev/null; then \
		$$python -m venv .venv; \
	elif $$python -c 'import venv' 2>/dev/null && $$python -m pip --version >/dev/null 2>&1; then \
		$$python -m venv --without-pip .venv && \
		$$python -m pip --python $(PYTHON) install --quiet --disable-pip-version-check pip; \
	else \
		echo "This Python cannot make an environment with pip in it. On Debian and Ubuntu:" \
			"apt-get install python3-venv" >&2; exit 1; \
	fi
