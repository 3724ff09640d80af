# Everything a person does with this repository. `make` alone lists it.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
READY_TO_COMPETE := $(VENV)/.installed-bench

.DEFAULT_GOAL := help
.PHONY: help demo ask up test check format docs schemas events bench package deploy-local lock clean

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.13 ..."; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv"; exit 2; }
	@echo "Installing into $(VENV) (about a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $(READY)

$(READY_TO_COMPETE): requirements-bench.txt $(READY)
	@echo "Installing the forecasting models of the benchmark (half a minute, 440 MB, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $(READY_TO_COMPETE)

demo: $(READY) ## Show all six actions on the embedded AWS (REQUEST=file.json, DATA=file, TODAY=YYYY-MM-DD)
	@$(BIN)/python -m local demo $(if $(REQUEST),--request "$(REQUEST)") $(if $(DATA),--data "$(DATA)") $(if $(TODAY),--today "$(TODAY)")

# As it was typed: make would take $1,800 for a variable of its own.
ask: override export QUERY := $(value QUERY)
ask: $(READY) ## Ask in words (QUERY="...", ALLOW_CHANGES=1, SESSION=, MODEL_ID=, MODEL_PROVIDER=, ENDPOINT=)
	@$(BIN)/python -m local ask "$$QUERY" $(if $(ALLOW_CHANGES),--allow-changes) $(if $(SESSION),--session "$$SESSION") $(if $(MODEL_ID),--model-id "$$MODEL_ID") $(if $(MODEL_PROVIDER),--model-provider "$$MODEL_PROVIDER") $(if $(ENDPOINT),--endpoint "$$ENDPOINT")

up: $(READY) ## Serve the embedded AWS until Ctrl-C (PORT=4566, SCENARIO=company, DATA=file, TODAY=YYYY-MM-DD)
	@$(BIN)/python -m local up $(if $(PORT),--port $(PORT)) $(if $(SCENARIO),--scenario $(SCENARIO)) $(if $(DATA),--data "$(DATA)") $(if $(TODAY),--today "$(TODAY)")

test: $(READY) ## Run all tests
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -q $(ARGS)

check: $(READY) ## Lint, types, imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@shopt -s nullglob; templates=(cloudformation/*.yaml); [ $${#templates[@]} -eq 0 ] || $(BIN)/cfn-lint --non-zero-exit-code informational "$${templates[@]}"

format: $(READY) ## Format and repair what can be repaired
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

docs: $(READY) ## Write the generated parts of the documents anew
	@$(BIN)/python -m tests.documents

schemas: $(READY) ## Write what Bedrock Agents and AgentCore Gateway read of the actions anew
	@$(BIN)/python -m tests.schemas

events: $(READY) ## Record the replies in tests/events anew, to be read before they are committed
	@$(BIN)/python -m tests.record_events

bench: $(READY) $(READY_TO_COMPETE) ## Measure what the documents claim
	@$(BIN)/python -m benchmarks.pipeline
	@$(BIN)/python -m benchmarks.asking
	@$(BIN)/python -m benchmarks.embedded_aws
	@$(BIN)/python -m benchmarks.cold_start
	@$(BIN)/python -m benchmarks.recommendations

package: ## Build the Lambda package (LAMBDA_ARCH=arm64, LAMBDA_PYTHON=3.13)
	@$(if $(LAMBDA_ARCH),LAMBDA_ARCH=$(LAMBDA_ARCH)) $(if $(LAMBDA_PYTHON),LAMBDA_PYTHON=$(LAMBDA_PYTHON)) ./build_lambda_package.sh

deploy-local: $(READY) ## Build, deploy to the embedded AWS and invoke all six actions
	@$(BIN)/python -m local.deploy

lock: $(READY) ## Pin the dependencies of pyproject.toml anew, with hashes
	@$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --python-version 3.11 --no-header --quiet -o requirements.txt
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --python-version 3.11 --no-header --quiet -o requirements-dev.txt
	@$(BIN)/uv pip compile --group bench --constraint requirements-dev.txt --universal --generate-hashes --python-version 3.11 --no-header --quiet -o requirements-bench.txt

clean: ## Remove what was installed and built
	@rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
