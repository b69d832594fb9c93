# make run: the app in the browser. make test: everything that must hold. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8501
export OMP_WAIT_POLICY := PASSIVE
# A training is a process of its own, and tests start hundreds: each would compile what it reads.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev browser run test test-all test-without-browser test-in-browser test-ray check bench clean

help:
	@echo "make run    start the app"
	@echo "make test   run the tests      make check  style and types"
	@echo "make bench  measure            make clean  remove the virtual environment"

setup: $(STAMP)
setup-dev: $(STAMP)-dev

$(STAMP): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Unroll needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(STAMP)-dev: $(STAMP) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

# The browser tests drive the system's Chromium.
browser:
	@sh tests/browser/install_chromium.sh

# Open a browser where there is a screen; a server only prints its address.
HEADLESS := $(if $(or $(DISPLAY),$(WAYLAND_DISPLAY),$(filter Darwin,$(shell uname))),false,true)

run: setup
	$(BIN)/python -m streamlit run streamlit_app.py --server.port $(PORT) --server.headless $(HEADLESS) $(ARGS)

# Beside each other, because a browser waits much: what needs none in two processes, what needs one in a third.
test: setup-dev browser
	$(MAKE) --no-print-directory -j 2 test-without-browser test-in-browser WHICH='-m "not long"'

test-all: setup-dev browser
	$(MAKE) --no-print-directory -j 2 test-without-browser test-in-browser

test-without-browser:
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadgroup --ignore=tests/browser $(WHICH)

test-in-browser:
	$(BIN)/python -m pytest $(WHICH) tests/browser

# A cluster of two nodes on this machine. Ray has an environment of its own: the server needs none.
RAY_VENV := .venv-ray
test-ray: setup-dev
	test -d $(RAY_VENV) || $(PYTHON) -m venv $(RAY_VENV)
	$(RAY_VENV)/bin/python -m pip install --quiet --disable-pip-version-check "ray[default]==2.60.0"
	UNROLL_RAY=$(CURDIR)/$(RAY_VENV)/bin/ray $(BIN)/python -m pytest -s tests/cluster

check: setup-dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

bench: setup-dev
	$(BIN)/python -m benchmarks.quick

clean:
	rm -rf $(VENV) $(RAY_VENV) .mypy_cache .pytest_cache .ruff_cache
