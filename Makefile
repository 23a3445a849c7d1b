# xnorsim: `make help` lists the targets. Each makes what it needs, in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
TRAIN_VENV := .venv-train
SCALE_SIM_VENV := .cache/scale-sim

# Builds of the RTL stay in the checkout, so that a fresh clone starts from nothing and cleans up after itself.
export XNORSIM_CACHE := $(CURDIR)/.cache/builds

# Two workers, since a build of the RTL uses several cores itself; a file stays on one, so that its fixtures are made once.
# (loadgroup has no effect: pytest-xdist 3.8 does not reach the node ids of pytest 9.2.)
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile

# Each is a module of benchmarks/; the ones behind the others may wait for a build of the RTL.
BENCHMARKS := closed-form engine overlap sweep command-line one-layer

.DELETE_ON_ERROR:
.PHONY: run test test-fast test-all lint diagrams train-check bench bench-scale-sim $(BENCHMARKS:%=bench-%) clean help
.DEFAULT_GOAL := help

run: $(VENV)/.core ## Compare EcoFormer with softmax attention, then run the MNIST network; one page each.
	$(BIN)/xnorsim run ecoformer-pvtv2-b0 --against pvtv2-b0 --accelerator xnor-fp32
	@echo
	$(BIN)/xnorsim run mnist-tfc

test: $(VENV)/.dev ## Run every test but the slow ones.
	$(PYTEST) -m "not slow"

test-fast: $(VENV)/.dev ## Run the tests without RTL and without the wheel (under 3 minutes).
	$(PYTEST) -m "not rtl and not wheel and not slow"

test-all: $(VENV)/.dev ## Run every test.
	$(PYTEST)

lint: $(VENV)/.dev ## Check style, types, imports and the RTL.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m xnorsim.cosimulation.lint

diagrams: $(VENV)/.dev ## Record and draw the timing diagrams of docs/ anew.
	$(BIN)/python -m tests.draw

mutate-rtl: $(VENV)/.dev ## Play the random jobs on mutants of the RTL, and write docs/mutation.md (half an hour; goes on where it ended).
	$(BIN)/python -m tests.mutation.rtl

mutate-python: $(VENV)/.dev ## Run the tests on mutants of engine and closed form, and write docs/mutation.md (half an hour).
	$(BIN)/python -m tests.mutation.python

train-check: $(TRAIN_VENV)/.train ## Train each network twice: the same bytes; and say whether they are the committed trace.
	rm -rf .cache/train
	mkdir -p .cache/train/first .cache/train/second
	set -e; for network in tfc cnv; do \
	  for run in first second; do \
	    $(TRAIN_VENV)/bin/python -m workloads.training.mnist_$$network --output .cache/train/$$run/mnist-$$network.xtrace; \
	  done; \
	  cmp .cache/train/first/mnist-$$network.xtrace .cache/train/second/mnist-$$network.xtrace; \
	  cmp .cache/train/first/mnist-$$network.xtrace workloads/data/mnist-$$network.xtrace && echo 'both are the committed trace' \
	    || echo 'both are alike, but not the committed trace: another processor or PyTorch trains other weights'; \
	done

bench: $(BENCHMARKS:%=bench-%) ## Measure the speed (reported, not asserted); bench-NAME runs one of the benchmarks.

$(BENCHMARKS:%=bench-%): bench-%: $(VENV)/.dev
	$(BIN)/python -m benchmarks.$(subst -,_,$*)

bench-scale-sim: $(VENV)/.dev $(SCALE_SIM_VENV)/.ready ## Run a ResNet-18 on SCALE-Sim and here (up to half an hour; installs SCALE-Sim into an environment of its own).
	$(BIN)/python -m benchmarks.scale_sim

clean: ## Remove what the other targets made.
	rm -rf $(VENV) $(TRAIN_VENV) .cache build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

# The stamps: an environment is installed anew only when the metadata or the pinned versions change.
$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --quiet --editable . --constraint constraints.txt
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --quiet --editable '.[rtl,sweep,dev]' --constraint constraints.txt
	touch $(VENV)/.core $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("xnorsim needs Python 3.11 or newer: make PYTHON=...")'
	@$(PYTHON) -c 'import ensurepip' || { echo "venv not found: install it (Debian: apt install python3-venv)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(SCALE_SIM_VENV)/.ready:
	$(PYTHON) -m venv $(SCALE_SIM_VENV)
	$(SCALE_SIM_VENV)/bin/python -m pip install --quiet scalesim==3.0.0 'numpy<2.4'
	touch $@

$(TRAIN_VENV)/.train: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(TRAIN_VENV)
	$(TRAIN_VENV)/bin/python -m pip install --quiet --editable '.[train]' --constraint constraints.txt
	touch $@
