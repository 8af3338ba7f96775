# make demo: see it work on the bundled sample. make test: check everything. make help: the rest.

PYTHON ?= python3
BIN := .venv/bin
DEMO := data/demo

.PHONY: help install demo test lint messages lock clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/'

install: .venv/installed  ## create .venv with exactly the locked versions

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--config-settings editable_mode=compat -e .
	touch $@

demo: install  ## crawl the bundled sample through a local replay of the real addresses, and say what to try
	$(BIN)/wencang --data $(DEMO) demo

test: install lint  ## lint, types and tests
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

messages: install  ## update the Chinese catalog from the code and list what is not translated
	$(BIN)/python -m bench.messages

COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate --quiet
EXTRAS := docx mcp network opensearch parquet pdf plot postgresql s3 tantivy timestamp xlsx

lock:  ## write requirements.lock and that of the image from pyproject.toml (needs uv)
	$(COMPILE) --group dev --upgrade -o requirements.lock
	$(COMPILE) --group build $(EXTRAS:%=--extra %) --constraint requirements.lock --upgrade -o deploy/requirements.lock

clean:  ## remove what make created
	rm -rf .venv $(DEMO) build *.egg-info
