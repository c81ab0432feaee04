# Gridlake. `make help` lists the targets; variables stand behind them in brackets.
SHELL := /bin/bash -o pipefail
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

INVENTORY ?= lab
SEED ?= 1
SUBSTATIONS ?= 412
DAYS ?= 7

# What no target reads would be taken for an answer: SEEDS=2 ran with seed 1.
settable := INVENTORY SEED SUBSTATIONS DAYS ONLY HOST CONFIRM ARGS VENV GRIDLAKE_CACHE GRIDLAKE_STATE
unknown := $(foreach name,$(filter-out $(settable),$(.VARIABLES)),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
$(if $(strip $(unknown)),$(error no target reads $(strip $(unknown)): `make help` lists the variables behind each target. \
  Nothing has been changed))

export GRIDLAKE_CACHE ?= /var/cache/gridlake
export GRIDLAKE_STATE ?= /var/lib/gridlake
export ANSIBLE_CONFIG := $(CURDIR)/ansible/ansible.cfg
export PYTHONPATH := $(CURDIR)/control:$(CURDIR)/kafka:$(CURDIR)/spark:$(CURDIR)/benchmarks
export PYTHONDONTWRITEBYTECODE := 1

# One word for the shell, whatever is in it.
quoted = '$(subst ','\'',$(1))'
# Make and overlayfs read a blank, a colon or a comma as the end of a path, and what is made there is cleared first.
place = $(if $(shell [[ $(call quoted,$($(1))) =~ ^/[A-Za-z0-9._/+@-]+$$ ]] && echo good),,$(error $(1) is '$($(1))': write an \
  absolute path of letters, digits and . _ / + @ - only. Nothing has been changed))
$(foreach name,GRIDLAKE_CACHE GRIDLAKE_STATE,$(call place,$(name)))

CONTROLLER_LOCKS := $(sort $(wildcard control/locks/controller*.txt))
VENV := $(GRIDLAKE_CACHE)/venv/$(shell cat $(CONTROLLER_LOCKS) | sha256sum | cut -c1-12)
PYTHON := $(VENV)/bin/python
export PATH := $(VENV)/bin:$(PATH)
# Asked for by a target that plays: the others say it themselves, or need no inventory.
hosts = $(or $(wildcard ansible/inventories/$(INVENTORY)/hosts.yml),$(error INVENTORY is '$(INVENTORY)': there is no \
  ansible/inventories/$(INVENTORY)/hosts.yml. Write one of: $(notdir $(wildcard ansible/inventories/*)). No host has been touched))
PLAY = $(VENV)/bin/ansible-playbook --inventory $(call quoted,$(hosts))

##@ The whole of it
demo: root packages venv ## Everything from a fresh machine to answers  [INVENTORY= SEED= SUBSTATIONS= DAYS=]
	$(PYTHON) -m gridlake_control.demo --inventory $(call quoted,$(INVENTORY)) --seed $(call quoted,$(SEED)) \
	  --substations $(call quoted,$(SUBSTATIONS)) --days $(call quoted,$(DAYS))

test: root lab-only ready ## All tests; brings the lab up and removes it again if it was not there
	$(PYTHON) -m pytest --inventory $(call quoted,$(INVENTORY)) $(ARGS)

drills: venv ## Failure drills on the running lab -> build/drills/drills.json  [ONLY=kill-kafka SEED= INVENTORY=]
	$(PYTHON) -m pytest tests/faults --drills --fault-seed $(call quoted,$(SEED)) --inventory $(call quoted,$(INVENTORY)) $(if $(ONLY),-k $(call quoted,$(ONLY))) $(ARGS)

check: lint results ## Lint, types, results, unit and contract tests; no root; `make mirror` once, network the first time
	$(PYTHON) -m pytest tests/unit tests/contract -q

lint: venv ## Style and types of everything
	ruff check . && ruff format --check .
	mypy --exclude '^tests/(lab|faults|unit/faults|conftest)' benchmarks control kafka spark dags ansible tests
	# Apart, because each of the folders has a conftest at the top of its path.
	MYPYPATH=tests/lab mypy tests/lab tests/conftest.py
	MYPYPATH=tests/lab:tests/faults mypy tests/faults tests/unit/faults
	yamllint --strict .
	sqlfluff lint --disable-progress-bar sql/models
	cd ansible && ansible-lint --offline --strict
	git grep --files-with-matches --null --extended-regexp '^#!.*[/ ](ba)?sh' -- ':!*.j2' ':!*.py' ':!Makefile' | xargs -0 shellcheck --external-sources

results: venv ## Refuse benchmark results, profiles and prices that are not what they claim to be
	$(PYTHON) -m gridlake_bench.validate

##@ Parts
packages: ## Debian packages that the controller needs (root)
	control/install-packages

venv: $(VENV)/.complete ## The controller's Python environment, from the lock
	@[ -x $(PYTHON) ] || { echo "$(PYTHON) is $$(readlink --canonicalize-missing $(PYTHON)), which this account cannot run:" \
	  "it was made with a Python of another account, or that one is gone. Remove $(VENV) and run this again, with a" \
	  "python3 on the PATH that everyone can run, or set GRIDLAKE_CACHE to a folder of your own." >&2; exit 1; }

# No prerequisite: the folder's name is the digest of the locks, and a fresh clone's files are always newer.
# Two runs take turns, and the second finds it done: each would clear what the other installs.
$(VENV)/.complete:
	@mkdir -p $(VENV) || { echo "$(GRIDLAKE_CACHE) cannot be written: run this as root (sudo make ...), or set" \
	  "GRIDLAKE_CACHE to a folder of your own. Nothing has been changed." >&2; exit 1; }
	@echo "Installing the controller's Python packages into $(VENV); a minute without a cache of pip's"
	@flock $(VENV).lock sh -c '[ -e $@ ] || { python3 -m venv --clear $(VENV) && $(VENV)/bin/pip install --quiet \
	  --require-hashes --no-deps $(addprefix --requirement ,$(CONTROLLER_LOCKS)) && touch $@; }'

mirror: venv ## Everything that hosts are made of: artifacts, base image, distributions
	$(PYTHON) -m gridlake_control.mirror fetch
	$(PYTHON) -m gridlake_control.base_image
	$(PYTHON) -m gridlake_control.mirror assemble
	$(PYTHON) -m gridlake_control.python_environments

lock: venv ## Resolve the pins again and write control/locks/; read the difference before committing
	$(PYTHON) -m gridlake_control.mirror lock
	$(PYTHON) -m gridlake_control.python_environments --lock

ready: packages venv mirror

# First of all, so that nothing of it is half done.
root:
	@[ "$$(id -u)" -eq 0 ] || { echo "The lab's hosts need root for mounts, bridges and control groups:" \
	  "run \`sudo make $(or $(MAKECMDGOALS),…)\`. Nothing has been changed." >&2; exit 1; }

# Before anything is built for them: tests write and break things.
lab-only:
	$(if $(filter lab%,$(INVENTORY)),@:,$(error tests write and break things and run on lab inventories only, not on \
	  '$(INVENTORY)'. Nothing has been changed))

sbom: venv ## CycloneDX list of all components -> build/sbom.cdx.json
	$(PYTHON) -m gridlake_control.sbom

docs: venv ## Scenario and Q&A, every number computed -> build/docs/
	$(PYTHON) -m gridlake_control.documents

site: venv ## The documentation as a web site, references generated -> build/site/index.html
	$(PYTHON) -m gridlake_control.site

deck: venv ## The presentation from docs/deck -> build/deck/quellbruck.pptx, and .pdf by LibreOffice  [ARGS=--pictures]
	$(PYTHON) -m gridlake_control.deck $(ARGS)

##@ Lab and cluster
lab-up: root ready ## Boot the hosts of the lab  [INVENTORY=]
	$(PLAY) ansible/playbooks/lab_up.yml $(ARGS)
lab-down: venv ## Stop the hosts, keep their data
	$(PLAY) ansible/playbooks/lab_down.yml
lab-status: venv ## What runs
	$(PLAY) ansible/playbooks/lab_status.yml
lab-destroy: venv ## Remove the hosts and their data  [CONFIRM=lab]
	$(PLAY) ansible/playbooks/lab_destroy.yml --extra-vars $(call quoted,confirm=$(CONFIRM))

lab-remove: venv ## Remove a host that left the inventory, with its files  [HOST=]
	$(PLAY) ansible/playbooks/lab_remove.yml --extra-vars $(call quoted,host=$(HOST))

cluster: venv ## ansible-playbook site.yml -> build/cluster/<inventory>.json  [INVENTORY=]
	GRIDLAKE_REPORT=$(call quoted,$(CURDIR)/build/cluster/$(INVENTORY).json) $(PLAY) ansible/site.yml $(ARGS)

verify: venv ## Checks of every service through the data path  [INVENTORY=]
	GRIDLAKE_REPORT=$(call quoted,$(CURDIR)/build/verify/$(INVENTORY).json) $(PLAY) ansible/playbooks/verify.yml $(ARGS)

settings: venv ## Render hadoop_conf for an inventory into hadoop_conf/rendered/  [INVENTORY=]
	$(PYTHON) -m gridlake_control.settings render --inventory $(call quoted,$(INVENTORY))

##@ Look inside
ssh_config = $(GRIDLAKE_STATE)/lab/$(INVENTORY)/ssh/config
SSH = $(if $(hosts),$(if $(shell test -r $(call quoted,$(ssh_config)) && echo good),,$(error $(ssh_config) cannot be read: \
  `make lab-up` writes it, as root, and hosts of your own are reached as you reach them otherwise)))ssh -F $(call quoted,$(ssh_config))
shell-trino: ## SQL on the lake
	$(SSH) -t edge1 trino-shell
shell-spark: ## Spark shell on YARN
	$(SSH) -t edge1 runuser --user gridlake -- pyspark --deploy-mode client
shell-kafka: ## A shell with Kafka's programs
	$(SSH) -t worker1
shell-psql: ## psql on the assets database
	$(SSH) -t master1 runuser --user postgres -- psql assets
queries: venv ## The sample queries of docs/analyse.md, as an analyst -> build/queries/queries.json  [INVENTORY=]
	$(PYTHON) -m gridlake_control.sample_queries --inventory $(call quoted,$(INVENTORY))
ui: venv ## Web pages, a tunnel line for a laptop, and where passwords lie
	$(PYTHON) -m gridlake_control.pages --inventory $(call quoted,$(INVENTORY))

support-bundle: venv ## Journals, settings and versions of all hosts, without secrets -> build/support/  [INVENTORY=]
	$(PLAY) ansible/playbooks/support_bundle.yml

help: ## This text
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo test check lint results packages venv mirror lock ready root lab-only sbom docs site deck lab-up lab-down lab-status lab-destroy lab-remove cluster verify settings \
	shell-trino shell-spark shell-kafka shell-psql queries ui drills support-bundle help
