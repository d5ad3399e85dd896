# Every task of the project; `make` alone lists them. Needs Python 3.11 or newer and a package index.

PYTHON ?= python3
BASE := .venv
DEV := .venv-dev
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
SOURCES := $(shell find src -type f -not -path '*/__pycache__/*' 2>/dev/null)
BENCHMARKS := retrieval question_types tolerance held_out edge shots places defect_memory mmad fusion learned aims ablations

.DEFAULT_GOAL := help
.PHONY: help demo test check format wheel bench bench-mllm constraints clean

help:  ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(BASE)/.echo-base  ## install the pinned base (no torch) and inspect the sample parts
	$(BASE)/bin/echo-iad demo

test: $(DEV)/.echo-dev  ## run the whole test suite (installs torch)
	$(DEV)/bin/python -m pytest

check: $(DEV)/.echo-dev  ## lint, format, types, import contracts, docs
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .
	$(DEV)/bin/mypy
	$(DEV)/bin/lint-imports --no-logo
	$(DEV)/bin/python tools/check_docs.py

format: $(DEV)/.echo-dev  ## mend what ruff can mend
	$(DEV)/bin/ruff check --fix .
	$(DEV)/bin/ruff format .

wheel: $(DEV)/.echo-dev  ## build dist/*.whl
	rm -rf dist
	$(DEV)/bin/python -m build --wheel --outdir dist

bench: $(DEV)/.echo-dev  ## measure, and write benchmarks/*.json and the tables of the docs
	for name in $(BENCHMARKS); do $(DEV)/bin/python benchmarks/$$name.py || exit 1; done

bench-mllm: $(DEV)/.echo-dev  ## measure how fast a multimodal model is driven, with random weights
	$(DEV)/bin/python benchmarks/mllm.py

constraints: $(DEV)/.echo-dev  ## write the installed versions to constraints.txt
	sed -n '/^#/p' constraints.txt > constraints.new
	$(DEV)/bin/python -m pip freeze --all --exclude-editable --exclude pip --exclude echo-iad \
	  | sed 's/+[a-z0-9.]*$$//' >> constraints.new
	mv constraints.new constraints.txt

clean:  ## remove what was built and cached; the virtual environments stay
	rm -rf build dist echo-demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# The markers say that an environment is complete: a stopped installation starts again.
$(BASE)/.echo-base: pyproject.toml constraints.txt $(SOURCES)
	@$(call need_python)
	$(PYTHON) -m venv $(BASE)
	$(BASE)/bin/python $(PIP_INSTALL) .
	@touch $@

$(DEV)/.echo-dev: pyproject.toml constraints.txt
	@$(call need_python)
	$(PYTHON) -m venv $(DEV)
	$(DEV)/bin/python $(PIP_INSTALL) --editable '.[dev]'
	@touch $@

define need_python
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
  { echo "Echo needs Python 3.11 or newer. Name one with: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
endef
