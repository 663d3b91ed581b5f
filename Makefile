# `make run` and `make test` need Python 3.11 or newer, git and make; they install the rest under .venv.
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
LOCK := .ci/lock
# Words for pytest, for example: make test PYTEST="-k workflow -x"
PYTEST ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := run
.PHONY: run test test-full check format bench assets venv lock clean

run: venv assets  ## serve Diwan with its demo on 127.0.0.1:$(PORT), server and worker together
	@$(BIN)/diwan i18n compile
	@$(BIN)/diwan init --demo || echo "Going on with what is in order."
	@exec $(BIN)/diwan run --port $(PORT)

test: $(VENV)/dev assets  ## the tests, without the long ones; TEST_STRICT=1 leaves out nothing
	@$(BIN)/diwan i18n compile
	@$(PY) -m pytest -n auto --dist loadfile -m "not slow" $(PYTEST)

test-full: $(VENV)/dev assets  ## all tests, also the long ones
	@$(BIN)/diwan i18n compile
	@$(PY) -m pytest -n auto --dist loadfile $(PYTEST)

bench: $(VENV)/dev assets  ## measurements, printed
	@$(BIN)/diwan i18n compile
	@$(PY) -m pytest tests/bench -s $(PYTEST)

check: $(VENV)/dev  ## style, types, who imports whom, catalogues, and what must not be in git
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/diwan i18n check
	$(PY) .ci/guard.py

format: $(VENV)/dev  ## put the code in order
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

assets: venv  ## fetch the front-end files; without them Diwan still serves, plainly, and says so
	@$(PY) admin/assets/build.py || echo "Going on without them; 'make assets' tries again."

venv: $(VENV)/run

$(PY):
	@.ci/make-venv $(VENV)

$(VENV)/run: $(LOCK)/run.txt $(LOCK)/build.txt setup.cfg | $(PY)
	@.ci/install $(PY) $< && touch $@

# dev.txt holds all that run.txt holds, in the same versions.
$(VENV)/dev: $(LOCK)/dev.txt $(VENV)/run
	@.ci/install $(PY) $< && touch $@

lock: $(VENV)/dev  ## take newer versions into the locks; they hold hashes, never an address
	@.ci/lock/update $(BIN)/uv
	@cd admin/assets && npm update --package-lock-only --ignore-scripts

clean:  ## remove what make made, but not var/, where the data is
	rm -rf $(VENV) admin/static/vendor diwan.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find core admin plugins locales tests -name __pycache__ -prune -exec rm -rf {} +
