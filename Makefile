# Sprocketworks: `make help` lists the commands.
PYTHON ?= python3
RUNTIME ?=
ARCHITECTURE ?=
PY := .venv/bin/python
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help build release smoke run up down clean lint types validate test test-quick test-views lock reconcile replay screenshots faults bench bench-cold bench-cold-console bench-console bench-costs bench-ingest bench-reconcile bench-reports bench-shards bench-throttled bench-warm

help: ## this list
	@awk -F':.*## ' '/^[a-z.-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The environment, installed again when the lock changes
.venv: .venv/installed
.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "error: Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	@echo "installing into .venv, when requirements.lock has changed …"
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check uv==0.13.8
	@.venv/bin/uv pip install --quiet --require-hashes -r requirements.lock
	@.venv/bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

build: .venv/installed ## the functions' artifact, for the Python at hand (OPEN=1: asks for no token)
	@$(PY) -m infra.build $(if $(RUNTIME),--runtime $(RUNTIME)) $(if $(ARCHITECTURE),--architecture $(ARCHITECTURE)) $(if $(OPEN),--open)

release: ## what is deployed, the same for every environment, for python3.13 on arm64
	@$(MAKE) --no-print-directory build RUNTIME=$(or $(RUNTIME),python3.13) ARCHITECTURE=$(or $(ARCHITECTURE),arm64)
	@$(PY) -m infra.release

smoke: .venv/installed ## whether a deployed stack serves, without writing: URL=https://… TOKEN=…
	@SMOKE_URL=$(URL) SMOKE_TOKEN=$(TOKEN) $(PY) -m pytest -q -m e2e tests/e2e/test_smoke.py

run: .venv/installed ## the whole stack on this machine, with logs, until Ctrl-C
	@$(PY) -m infra.local run

up: .venv/installed ## the same in the background
	@$(PY) -m infra.local up

down: .venv/installed ## stop it; its data stays
	@$(PY) -m infra.local down

clean: .venv/installed ## stop it and forget its data
	@$(PY) -m infra.local clean

lint: .venv/installed
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

types: .venv/installed
	@.venv/bin/mypy
	@$(PY) -m infra.console types

validate: .venv/installed
	@.venv/bin/sam validate --lint --region us-east-1
	@.venv/bin/cfn-lint infra/github-oidc.yaml
	@.venv/bin/zizmor --offline --quiet .github
	@$(PY) -m infra.lint

test-quick: .venv/installed ## everything but the local cloud
	@$(MAKE) --no-print-directory -j 2 lint types validate
	@$(PY) -m pytest -n auto --maxprocesses 4 --dist worksteal -m "not e2e" tests/unit tests/integration tests/faults

test: test-quick ## everything
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m e2e tests/faults tests/e2e

faults: .venv/installed ## hostile files, forms and crashes, generated: EXAMPLES=1000 SEED=1
	@$(PY) -m pytest -n auto --maxprocesses 4 tests/faults --examples=$(or $(EXAMPLES),1000) --seed=$(or $(SEED),1) --hypothesis-profile=thorough --hypothesis-seed=$(or $(SEED),1)

test-views: .venv/installed ## the views' properties with twenty times as many examples
	@$(PY) -m pytest tests/integration/test_views.py tests/integration/test_repair.py tests/integration/test_reads_between_changes.py --hypothesis-profile=thorough

screenshots: .venv/installed ## pictures of every page of the local cloud's console, at three widths
	@$(PY) -m tests.screenshots

reconcile: .venv/installed ## compare the views with the tables (REPAIR=1 repairs; STACK=… REGION=… on AWS)
	@$(PY) -m infra.reconcile $(if $(REPAIR),--repair) $(if $(STACK),--stack $(STACK)) $(if $(REGION),--region $(REGION)) $(if $(PAUSE),--pause $(PAUSE))

replay: .venv/installed ## call functions again with the events that they could not take (STACK=… REGION=… on AWS)
	@$(PY) -m infra.replay $(if $(STACK),--stack $(STACK)) $(if $(REGION),--region $(REGION))

bench-cold: build ## init times beside a FastAPI peer and a bare handler
	@$(PY) -m tests.benchmarks.cold

bench-cold-console: .venv/installed ## its first view on a local cloud, the functions cold and warm
	@$(PY) -m tests.benchmarks.cold_console

bench: bench-cold bench-cold-console bench-warm bench-ingest bench-throttled bench-shards bench-reports bench-reconcile bench-costs ## all benchmarks, most of an hour

bench-warm: .venv/installed ## a request's processor time beside a FastAPI peer
	@PYTHONPATH=functions $(PY) -m tests.benchmarks.warm

bench-console: .venv/installed ## requests, bytes and seconds of the pages of the local cloud's console
	@$(PY) -m tests.benchmarks.console

bench-costs: .venv/installed ## read and write units of requests, rows and reports
	@PYTHONPATH=functions $(PY) -m tests.benchmarks.costs

bench-ingest: .venv/installed ## what a row of a large file costs, and a worker's memory, some minutes
	@PYTHONPATH=functions $(PY) -m tests.benchmarks.ingest --local-cloud

bench-throttled: .venv/installed ## a million rows into a table that throttles, on a simulated clock
	@PYTHONPATH=functions $(PY) -m tests.benchmarks.throttled

bench-shards: .venv/installed ## fifty shards of a stream at the views, on a simulated clock, some minutes
	@PYTHONPATH=functions $(PY) -m tests.benchmarks.shards

bench-reports: .venv/installed ## cost of reports at 2 thousand to 1 million rows, some minutes
	@PYTHONPATH=functions $(PY) -m tests.benchmarks.reports

bench-reconcile: .venv/installed ## what comparing the views costs for each row and figure
	@PYTHONPATH=functions $(PY) -m tests.benchmarks.reconcile

lock: .venv/installed ## newest versions into the lock files
	@.venv/bin/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group dev --group functions -o requirements.lock
	@.venv/bin/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements.lock --group functions -o functions/requirements.txt
	@.venv/bin/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group client -o tests/contract/requirements.txt
	@.venv/bin/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group checkov -o infra/linters/checkov.txt
