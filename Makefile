# make        install into .venv and print Table 1
# make test   install what the tests need, then lint, types and the suite without slow tests
# make test-thorough    the same with slow tests, more examples and slow blocks of the documents
# make test-oldest      the suite of the two packages with the oldest dependencies that pyproject.toml allows
# make dist-test        build the wheel and the sdist, and try them with each extra in environments of their own
# make mutants          change the source in one place at a time for ten minutes, and see whether the tests notice; goes on where it ended
# make planted          put faults of physics into the package, one at a time, and print which test catches each
# make matrix           compare exact output in many settings: make matrix PYTHONS='python3.12 python3.13'
# make docs   install what the documentation needs, and build it in docs/_build/html
PYTHON ?= python3
BIN := .venv/bin

.PHONY: all test test-thorough test-oldest dist-test matrix mutants planted docs clean

all: .venv/installed
	@$(BIN)/exponents table
	@echo; echo 'More tables: $(BIN)/exponents table NAME ($(BIN)/exponents table --help lists the names), or see tables/.'

test: .venv/testable
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses auto --dist worksteal --durations 12

test-thorough: export THOROUGH = 1
test-thorough: export SLOW_DOCUMENTS = 1
test-thorough: .venv/testable
	$(BIN)/pytest --numprocesses auto --dist worksteal --hypothesis-profile thorough

test-oldest: .venv/installed
	$(PYTHON) -m venv .venv/oldest
	$(PYTHON) tests/distribution/environments.py > .venv/oldest.txt
	.venv/oldest/bin/python -m pip install --quiet --disable-pip-version-check --constraint .venv/oldest.txt --editable '.[dev]'
	.venv/oldest/bin/pytest --numprocesses auto --dist worksteal -W 'ignore::DeprecationWarning' \
		tests/exponents tests/verify tests/cli tests/properties tests/by_hand

dist-test:
	$(PYTHON) tests/distribution/packages.py

mutants: .venv/mutable
	$(BIN)/python tests/mutants/run.py $(MUTANTS)

planted: .venv/testable
	$(BIN)/python tests/planted/run.py

matrix: .venv/testable
	$(BIN)/python tests/distribution/matrix.py $(addprefix --python ,$(PYTHONS))

docs: .venv/documentable
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	@echo 'See docs/_build/html/index.html'

.venv/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; try: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/testable: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

.venv/mutable: .venv/testable
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[mutation]'
	@touch $@

.venv/documentable: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $@

clean:
	rm -rf .venv .mutants .mypy_cache .pytest_cache .ruff_cache .hypothesis docs/_build
