# Every command of this repository. Each target first installs missing requirements.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
override STACK := $(or $(STACK),local)
export STACK
# Stack whose settings name the base image. A stack without images uses the settings of dev.
IMAGES_STACK = $(if $(filter local,$(STACK)),dev,$(STACK))

# The set-up writes PATH and the cache folders into this file.
RUN := . build/setup/environment.sh &&
STACK_COMMAND := $(RUN) python -m tools.stack

.PHONY: help
help: ## list the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## prepare this checkout: Python packages, JDK, Maven, Node.js, Pulumi CLI
	@$(PYTHON) -m tools.setup

.PHONY: setup-tests
setup-tests:
	@$(PYTHON) -m tools.setup --tests

.PHONY: distributions
distributions: ## assemble the files of the services in build/dist/
	@$(PYTHON) -m tools.setup --distributions
	@$(RUN) python -m infra.distributions

.PHONY: images
images: distributions ## build the images of the services: make images [STACK=dev] [BASE_IMAGE=…]
	@$(RUN) python -m tools.images --stack $(IMAGES_STACK) $(if $(BASE_IMAGE),--base-image $(BASE_IMAGE))

.PHONY: push
push: distributions ## build and push the images: make push REGISTRY=registry.example:5000/team
	@$(RUN) python -m tools.images --stack $(IMAGES_STACK) $(if $(BASE_IMAGE),--base-image $(BASE_IMAGE)) --push $(or $(REGISTRY),$(error REGISTRY=… is required: the registry to push to))

.PHONY: machine
machine:
	@$(PYTHON) -m tools.setup --stack $(STACK) --distributions

.PHONY: up
up: machine distributions ## deploy the stack, publish demonstration data, print the addresses, run the smoke tests: make up [SMOKE=0]
	@$(STACK_COMMAND) up $(if $(filter 0,$(SMOKE)),--no-smoke)

.PHONY: down
down: setup ## stop all services and keep their data
	@$(STACK_COMMAND) down

.PHONY: destroy
destroy: setup ## remove the stack, and its data unless keepData is true
	@$(STACK_COMMAND) destroy

.PHONY: status
status: setup ## show a table of the services: health, address, memory, uptime
	@$(STACK_COMMAND) status

.PHONY: logs
logs: setup ## follow the logs: make logs [SERVICE=pulsar,seatunnel SINCE=10m LEVEL=WARN FOLLOW=0]
	@$(STACK_COMMAND) logs "$(SERVICE)" $(if $(SINCE),--since "$(SINCE)") $(if $(LEVEL),--level "$(LEVEL)") $(if $(filter 0,$(FOLLOW)),--no-follow)

.PHONY: restart
restart: setup ## stop a service and start it again: make restart SERVICE=seatunnel
	@$(STACK_COMMAND) restart $(SERVICE)

.PHONY: backup
backup: setup ## copy the data of a stack into a folder: make backup [STACK=dev TO=folder]
	@$(STACK_COMMAND) backup $(if $(TO),--to "$(TO)")

.PHONY: restore
restore: setup ## restore a backup into a stack: make restore FROM=folder [STACK=dev OVERWRITE=1]
	@$(STACK_COMMAND) restore --from "$(or $(FROM),$(error FROM=… names the folder of a backup))" $(if $(OVERWRITE),--overwrite)

.PHONY: preview
preview: setup ## show what a change would do to a stack: make preview [STACK=dev] [BASE=origin/main]
	@$(RUN) python -m tools.preview --stack $(STACK) $(if $(BASE),--base "$(BASE)")

.PHONY: plan
plan: distributions ## compare a stack with its files: what make up would change and request: make plan [STACK=dev DIFF=1]
	@$(STACK_COMMAND) preview

.PHONY: github-previews
github-previews: setup
	@$(RUN) python -m tools.preview.github collect

.PHONY: github-comments
github-comments: setup
	@$(RUN) python -m tools.preview.github comment

.PHONY: deploy
deploy: machine distributions ## apply the policies, then deploy and run the smoke tests: make deploy STACK=prod
	@$(STACK_COMMAND) policies
	@$(STACK_COMMAND) up

.PHONY: drift
drift: distributions ## compare the running stack with the files, and fail if anything differs: make drift [STACK=dev]
	@$(STACK_COMMAND) drift

.PHONY: policies
policies: distributions ## check the stack against the deployment policies: make policies [STACK=dev]
	@$(STACK_COMMAND) policies

.PHONY: settings
settings: setup ## write docs/settings.md, the table of all keys of a stack's configuration, from the models
	@$(RUN) python -m tools.settings

.PHONY: size
size: setup ## compute servers and resources for a load on Kubernetes: make size EVENTS_PER_SECOND=… [EVENT_BYTES=271 SOURCES=1000 RETENTION_MONTHS=13]
	@$(RUN) python -m tools.size --events-per-second $(or $(EVENTS_PER_SECOND),$(error EVENTS_PER_SECOND=… is required)) $(if $(EVENT_BYTES),--event-bytes $(EVENT_BYTES)) $(if $(SOURCES),--sources $(SOURCES)) $(if $(RETENTION_MONTHS),--retention-months $(RETENTION_MONTHS))

.PHONY: new-product
new-product: setup ## generate a small product that runs: make new-product NAME=weather [TITLE=… PORT=… STACK=local]
	@$(RUN) python -m tools.new_product "$(NAME)" --stack $(STACK) $(if $(TITLE),--title "$(TITLE)") $(if $(PORT),--port "$(PORT)")

.PHONY: run
run: setup ## run a workflow now: make run WORKFLOW=product/name [FROM=2026-01-01T00:00:00Z TO=2026-02-01T00:00:00Z]
	@$(STACK_COMMAND) run "$(WORKFLOW)" $(if $(FROM),--from "$(FROM)") $(if $(TO),--to "$(TO)")

.PHONY: env
env: ## print the environment for plain `pulumi` commands: eval "$(make -s env)"
	@$(PYTHON) -m tools.setup 1>&2
	@$(STACK_COMMAND) env

.PHONY: credentials
credentials: setup ## list users and addresses: make credentials [USER=…] [SHOW=1] for the passwords
	@$(STACK_COMMAND) credentials $(if $(filter command line,$(origin USER)),--user "$(USER)") $(if $(SHOW),--show)

.PHONY: rotate
rotate: machine distributions ## replace secrets while the stack runs: make rotate SECRET=starrocks-root|all [KEEP_OLD=1]
	@$(STACK_COMMAND) rotate "$(SECRET)" $(if $(KEEP_OLD),--keep-old)

.PHONY: token
token: setup ## print the path of the file with a Pulsar role's token: make -s token ROLE=product-role
	@$(STACK_COMMAND) token "$(ROLE)"

.PHONY: sql
sql: setup ## open a StarRocks client or run a query: make sql [DATABASE=…] [QUERY='SHOW TABLES']
	@$(STACK_COMMAND) sql $(if $(DATABASE),--database "$(DATABASE)") $(if $(QUERY),"$$QUERY")
# `value` keeps a `$` of the query.
override QUERY := $(value QUERY)
export QUERY

.PHONY: unlock
unlock: setup ## remove the lock of a schema migration whose process has ended
	@$(STACK_COMMAND) unlock

.PHONY: doctor
doctor: ## check disk, memory, ports and versions; print missing requirements and the command that installs them
	@$(PYTHON) -m tools.setup doctor

.PHONY: test
test: ## run every check and test, long cases shortened
	@$(PYTHON) -m tools.setup --tests --distributions
	@$(RUN) python -m tools.checks

.PHONY: test-long
test-long: setup-tests ## run every check and test at full length: hours
	@$(RUN) python -m tools.checks --long

.PHONY: check
check: setup-tests ## check style and types and run the unit tests of changed files, in a minute; for each commit
	@$(RUN) python -m tools.checks --changed

.PHONY: lint
lint: setup ## check Python style and types
	@$(RUN) python -m tools.checks lint types

.PHONY: unit
unit: setup-tests ## run the unit tests of all parts
	@$(RUN) python -m tools.checks frontend java unit

.PHONY: integration
integration: setup-tests ## run the integration tests, with one real service each
	@$(RUN) python -m tools.checks distributions workflows data integration

.PHONY: e2e
e2e: setup-tests ## run the tests of the whole stack on this machine
	@$(RUN) python -m tools.checks distributions e2e

.PHONY: test-cluster
test-cluster: setup-tests ## build and start a single-node Kubernetes cluster and run all tests on it: needs root on Linux, 10 minutes more the first time
	@$(RUN) python -m tools.checks --long distributions images cluster

.PHONY: benchmark
benchmark: distributions ## print a table of start times, memory, throughput, latency
	@$(RUN) python -m tests.benchmarks

.PHONY: backtest
backtest: setup ## print the errors of the forecast, hour by hour: make backtest [KAPPASTACK_DATA=folder of UCI files]
	@$(RUN) python -m apps.ciapol.predictor backtest

.PHONY: clean
clean: ## remove everything built and installed in this checkout; keep the cache and the stack's data
	@if [ -e .kappastack ]; then echo "The stack's state is in .kappastack, and its services run from build/: run make destroy first." >&2; exit 1; fi
	@rm -rf build .venv apps/frontend/node_modules apps/frontend/dist seatunnel/connectors/target .ruff_cache .pytest_cache
