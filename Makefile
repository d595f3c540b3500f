# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Every target sets up what it needs, in .cache and nowhere else (ansible-test also keeps a cache in ~/.ansible/test).

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
ifndef SIDE_BY_SIDE
.NOTPARALLEL:
endif
.PHONY: help demo test lint types docs site core unit contract slow coverage chaos ablation sanity units clients integration versions build tarball openstack-up openstack-down openstack-status test-openstack faults bench lock clean

cache := $(CURDIR)/.cache
# What takes one processor, the longest first, goes side by side; the rest takes all of them by itself.
of_one_process := sanity lint core docs types tarball
of_many := contract units slow chaos clients integration versions
processors := $(shell nproc)
chaos := ansible_collections.openmultistack.cloud.tests.chaos
contract := ansible_collections.openmultistack.cloud.tests.contract
users_path := $(PATH)
rig = PYTHONDONTWRITEBYTECODE=1 $(or $(wildcard $(cache)/venv/bin/python),python3) -m tests.openstack.rig
option = $(if $(2),--$(if $(filter 0,$(2)),no-)$(1))
# The user's own clouds, accounts and Ansible settings are none of our business.
unexport $(filter OS_% OPENMULTISTACK_% ANSIBLE_%,$(.VARIABLES))
# Without the user's PATH, where a version manager's shims may stand for Pythons that do not run.
export PATH := $(cache)/venv/bin:$(shell getconf PATH)
export LC_ALL := C.UTF-8
export ANSIBLE_COLLECTIONS_PATH := $(cache)
export COVERAGE_FILE := $(cache)/coverage
export SEED SEEDS FIRST STORY SMALL
export HYPOTHESIS_STORAGE_DIRECTORY := $(cache)/hypothesis

help: ## list the targets
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/make \1\t\2/p' Makefile | expand -t 22

demo: $(cache)/ready ## launch, use and destroy a fleet on three clouds simulated on this machine
	tools/demo

test: $(cache)/ready-dev ## every check
	@PATH='$(users_path)' $(MAKE) --no-print-directory --jobs $$(($(processors) + 1)) --output-sync=target SIDE_BY_SIDE=1 $(of_one_process)
	@PATH='$(users_path)' $(MAKE) --no-print-directory $(of_many)
	@echo 'Every check passed. pytest closed with:'
	@grep -hE '^=+ .* passed.* =+$$' $(addprefix $(cache)/,core.log contract.log units.log slow.log clients.log)

lint: $(cache)/ready-dev ## style of Python, YAML, shell, playbooks and changelog; licence headers
	ruff check
	ruff format --check
	ansible-lint
	shellcheck .ci/run $$(grep -lE '^#!.*bash' tools/*)
	antsibull-changelog lint
	tools/licences

types: $(cache)/ready-dev ## mypy, strict
	mypy -p ansible_collections.openmultistack.cloud.plugins -p $(chaos) -p $(contract)
	mypy tests/simulator tests/openstack tests/clients tests/bench tools

docs: $(cache)/ready-dev ## documentation of plugins and roles: syntax, and every reference; and the site
	antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=all .
	tools/site

site: $(cache)/ready-dev ## the site alone, with the guides, in .cache/site/html
	tools/site

core: $(cache)/ready-dev ## unit tests of the decisions (_core) alone, every branch of which they must cover
	tools/core

unit: $(cache)/ready-dev ## the unit tests that take no time: the fast loop
	python -m pytest -n auto --dist worksteal -m 'not slow'

contract: $(cache)/ready-dev ## what we rely on of OpenStack, tried on the fake and on the simulator (on real clouds: test-openstack)
	python -m pytest -n auto -m 'not slow' tests/contract | tee $(cache)/contract.log

slow: $(cache)/ready-dev ## the other unit tests, which run whole modules over HTTP, wait more than they work, or fill disks
	python -m pytest -n $$((3 * $(processors))) --durations 10 -m slow | tee $(cache)/slow.log

coverage: $(cache)/ready-dev ## what all unit tests together reach of the plugins
	python -m pytest -n auto --cov

chaos: $(cache)/ready-dev ## thousands of orders in simulated worlds (SEEDS=, FIRST=), or one: SEED=123 STORY=1 [SMALL=1]
	tools/chaos

ablation: $(cache)/ready-dev ## switch each rule of the engine off in turn, and print what that costs (SEEDS=)
	PYTHONPATH=$(cache) python -m $(chaos).ablation $(if $(SEEDS),--seeds $(SEEDS))

sanity units: $(cache)/ready-dev
	flock --close $(cache)/lock tools/ansible-test $@ | tee $(cache)/$@.log
sanity: ## ansible-test sanity
units: ## the unit tests that take no time, under ansible-test

integration: $(cache)/ready-dev ## ansible-test integration, against simulated clouds (TARGETS="role_fleet progress")
	flock --close $(cache)/lock tools/integration $(TARGETS)

clients: $(cache)/ready-clients ## openstackclient, openstacksdk and openstack.cloud on simulated clouds, and on fleets of ours
	python -m pytest -n $$(($(processors) + 1)) --dist loadfile --durations 10 -o faulthandler_timeout=600 tests/clients | tee $(cache)/clients.log

versions: $(cache)/ready-dev ## sanity, unit tests of plugins, and demo with the other versions of ansible-core (CORE="2.19")
	PATH='$(users_path)' flock --close $(cache)/lock tools/versions $(CORE)

build: $(cache)/ready-dev ## the tarball for Galaxy, read by Galaxy's importer
	flock --close $(cache)/lock tools/build

tarball: build ## install that tarball into a clean folder, and play the demo from there
	tools/tarball

openstack-up: $(cache)/ready-dev ## real OpenStack clouds on this machine (N=3 GUESTS=1 CINDER=1 REGIONS=0)
	PATH='$(users_path)' $(rig) up $(N) $(call option,guests,$(GUESTS)) $(call option,cinder,$(CINDER)) $(call option,regions,$(REGIONS))

openstack-down: ## stop them; their data is kept
	$(rig) down

openstack-status: ## what of them runs, its memory and processor time
	$(rig) status

test-openstack: $(cache)/ready-dev ## the contract, and plays of users, on real clouds that this brings up and down
	PATH='$(users_path)' flock --close $(cache)/lock tools/test-openstack

faults: openstack-up ## kill, freeze and crowd runs on these clouds (ROUNDS='--kind kill --rounds 50')
	$(rig) shell python -m tests.openstack.faults $(ROUNDS)

bench: $(cache)/ready-dev ## what the collection costs, beside openstack.cloud: BENCH=--quick, CLOUDS=clouds.yaml, RIG=command (tests/bench)
	python -m tests.bench $(if $(CLOUDS),--clouds '$(CLOUDS)') $(if $(RIG),--rig '$(RIG)') $(BENCH)

lock: $(cache)/ready-dev ## choose newer versions of everything (constraints.txt)
	tools/lock

clean: ## forget the set-up and all caches
	if [ -d $(cache)/openstack ]; then $(rig) down; fi
	rm -rf .cache

$(cache)/ready: tools/setup requirements.txt requirements-demo.txt constraints.txt
	@PATH='$(users_path)' tools/setup demo
	@touch $@

$(cache)/ready-dev: tools/setup tools/ansible-test-cache requirements.txt requirements-demo.txt requirements-dev.txt constraints.txt
	@PATH='$(users_path)' tools/setup dev
	@touch $(cache)/ready $@

$(cache)/ready-clients: $(cache)/ready-dev tools/clients tests/clients/constraints.txt
	@tools/clients
	@touch $@
