# `make demo` and `make test` need git, make and a python3 (>= 3.9); everything else is fetched into .venv.
.DEFAULT_GOAL := help
.PHONY: help install demo test check compiled test-compiled bench peers cover mutate format lock

BIN := .venv/bin
# The lock, the project file or the folder changed: install again. Nothing changed: the stamp is there, start at once.
KEY := $(shell (pwd; cat pyproject.toml requirements.lock .python-version) | cksum | cut -d ' ' -f 1)
STAMP := .venv/installed-$(KEY)
COMPILED := build/compiled/made
# What money depends on, each branch of which is reached by a test.
MONEY := engine/ledger.py,engine/margin/*,engine/risk/*,engine/sizing/*
# Branches are measured by tracing, which costs half as much again as the tests do; lines (pyproject.toml) cost nothing.
BRANCHES := COVERAGE_CORE=ctrace COVERAGE_FILE=.coverage-money

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

install: $(STAMP) ## .venv with the pinned dependencies and the program `pocketdesk`
	@echo 'Installed in .venv. Next: make demo'

$(STAMP):
	@sh .ci/install
	@touch $@

demo: $(STAMP) ## a simulated market and the chat in your browser; options: make demo DEMO_ARGS="--speed 10"
	@exec $(BIN)/pocketdesk demo $(DEMO_ARGS)

test: $(STAMP) ## all checks, then the whole suite with coverage, on all cores
	@checks=0; $(MAKE) --no-print-directory --keep-going --jobs 2 check cover || checks=1; \
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist worksteal --hypothesis-profile ci \
		--cov --cov-report term:skip-covered || exit $$?; \
	[ $$checks = 0 ] || { echo 'The tests passed, but a check before them failed.' >&2; exit 1; }

check: $(STAMP) ## the fast ones: lint, format, import contracts, types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

compiled: $(COMPILED) ## build/compiled: the core compiled to C, which gives the same answers sooner; for research

# A folder of its own: a compiled module beside its source would stay in force after the source has changed.
$(COMPILED): $(STAMP) setup.py .ci/compile .ci/lookups.h $(shell find engine -type f -name '*.py')
	@sh .ci/compile

test-compiled: compiled ## the tests of the engine on the compiled core
	PYTHONPATH=build/compiled:. $(BIN)/python -P -m pytest --override-ini 'pythonpath=build/compiled .' \
		--numprocesses auto --maxprocesses 8 --dist worksteal --hypothesis-profile ci \
		tests/unit/engine tests/property tests/scenario

bench: $(STAMP) ## the speed and memory budgets, measured on this machine (tests/bench/bench_*.py)
	@$(MAKE) --no-print-directory compiled || echo '*** THE COMPILED CORE IS LEFT OUT ***' >&2
	$(BIN)/python -m pytest tests/bench --override-ini 'python_files=bench_*.py' --capture no

peers: $(STAMP) ## the same year in other engines, each in an environment under ~/.cache; options: PEERS_ARGS="--help"
	@$(BIN)/python -m tests.bench.peers $(PEERS_ARGS)

cover: $(STAMP) ## do the tests of sizes, margins, risk and the ledger alone reach each of their branches?
	@$(BRANCHES) $(BIN)/python -m pytest tests/unit/engine/test_ledger.py tests/unit/engine/margin \
		tests/unit/engine/risk tests/unit/engine/sizing --hypothesis-profile ci --cov --cov-branch --cov-report= && \
	$(BRANCHES) $(BIN)/coverage report --include '$(MONEY)' --show-missing --skip-covered --fail-under 100

mutate: $(STAMP) ## does a test notice each small change to them? (docs/mutants.md); options: MUTATE_ARGS="--max-children 2"
	@$(BIN)/python -m tests.mutation $(MUTATE_ARGS)

format: $(STAMP) ## put the code into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/python -m strategies.document
	$(BIN)/python -m bot.program.document
	$(BIN)/python -m bot.program.roster

lock: $(STAMP) ## requirements.lock again, after a change of dependencies in pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --group dev \
		--custom-compile-command 'make lock' pyproject.toml --output-file requirements.lock
