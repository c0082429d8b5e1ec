# make        install into .venv and print Table 1
# make test   install what the tests need, then lint, types and the whole suite
PYTHON ?= python3
BIN := .venv/bin

.PHONY: all test clean

all: .venv/installed
	@$(BIN)/exponents table
	@echo; echo 'More tables: $(BIN)/exponents table NAME ($(BIN)/exponents table --help lists the names), or see tables/.'

test: .venv/testable
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses auto --dist worksteal

.venv/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; try: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/testable: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
