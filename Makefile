# `make` alone lists what there is. Everything lands in .venv and var/; nothing else on the machine is touched,
# except that `make test`, run as root on Debian, installs the system packages its tests use.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
PY := $(VENV)/bin/python
# Which Python makes the virtualenv: 3.11 is what everything was tested on.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
# Extra words for pip when it installs torch, to name an index with a CPU or CUDA build.
TORCH_ARGS ?=
# Extra words for pytest, e.g. PYTEST_ARGS='tests/core -x'.
PYTEST_ARGS ?=

.PHONY: help demo test run bench chaos quality audit lint lock clean

help:  ## this list
	@echo "Candor: a relay between a helpdesk and an AI assistant"
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS=$$'\t' read -r name what; do printf '  make %-9s %s\n' "$$name" "$$what"; done

demo: $(VENV)/.run  ## play tickets through a sandbox desk and stay up; ARTICLES= TICKETS= N= play your own; Ctrl-C ends it
	@exec $(PY) -m demo $(if $(ARTICLES),--articles "$(ARTICLES)") $(if $(TICKETS),--tickets "$(TICKETS)") $(if $(N),--n "$(N)")

test: $(VENV)/.dev  ## everything the tests need, then lint, types and the test suite; PYTEST_ARGS= goes to pytest
	@scripts/system-packages redis-server postgresql chromium
	@$(MAKE) --no-print-directory lint
	@exec $(PY) -m pytest $(PYTEST_ARGS)

run: $(VENV)/.run  ## web, worker and beat by the Procfile, against the configured desks
	@exec $(PY) -m scripts.run

bench: $(VENV)/.dev  ## speed figures, one JSON object a line, a table on stderr; ends with 1 when one misses its bar
	@scripts/system-packages redis-server wrk >&2
	@exec $(PY) -m tests.bench

chaos: $(VENV)/.dev  ## everything killed while tickets come in, counted at the desk; about seven hours in pieces that are kept (run it again to go on), ARGS="--tickets 200 --seeds 1" less
	@scripts/system-packages redis-server postgresql >&2
	@exec $(PY) -m tests.chaos $(ARGS)

quality: $(VENV)/.dev  ## answer quality on a folder of suites: DATA=folder, ONLY=suite,suite, CHARTS=folder
	@exec $(PY) -m tests.quality $(if $(DATA),--data "$(DATA)") $(if $(ONLY),--only "$(ONLY)") $(if $(CHARTS),--charts "$(CHARTS)")

audit: $(VENV)/.dev  ## known holes in the dependencies, and a bill of materials (CycloneDX)
	@exec $(PY) -m scripts.audit

lint: $(VENV)/.dev  ## ruff over everything; mypy, strict, over every room of the product
	@$(VENV)/bin/ruff check .
	@$(PY) -m mypy

lock: $(VENV)/.run  ## write requirements*.txt anew from the .in files; UPGRADE=1 takes the newest versions
	@exec $(PY) scripts/lock.py

clean:  ## remove the virtualenv and caches; var/ (database, keys, indexes) stays unless VAR=1 is given
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
	@if [ "$(VAR)" = 1 ]; then echo "rm -rf var"; rm -rf var; elif [ -e var ]; then echo "var/ stays: it holds the database and the keys. VAR=1 removes it too."; fi

# A stamp is newer than the files it was made from, so a second run installs nothing.
$(VENV)/.torch: requirements-torch.txt
	@scripts/virtualenv "$(PYTHON)" $(VENV)
	@echo "Installing torch: about 190 MB for a CPU build, 2.7 GB where the index serves CUDA builds (TORCH_ARGS chooses)."
	@scripts/pip-install $(PY) -r requirements-torch.txt $(TORCH_ARGS)
	@touch $@

$(VENV)/.run: $(VENV)/.torch requirements.txt
	@echo "Installing everything else Candor runs on: about 270 MB, every file checked against its hash."
	@scripts/pip-install $(PY) --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@echo "Installing what the tests and checks need: about 90 MB."
	@scripts/pip-install $(PY) --require-hashes -r requirements-dev.txt
	@touch $@
