# Every verb of the project. `make` alone lists them.
PYTHON ?= python3
# Asked first, so that a Linux machine without a GPU does not pull gigabytes of CUDA.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
SERVICE := .venv-service
DEV := .venv
PIP := -m pip install --quiet --disable-pip-version-check -c constraints.txt
# A file's tests share its fixtures, so a file stays with one worker.
WORKERS ?= 2
TESTS = $(DEV)/bin/python -m pytest -q -m "not e2e and not soak and not docs" --ignore=tests/e2e -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# Beside the results of longer runs, not in their place.
QUICK = --output var/benchmarks/quick $(if $(PEERS),--peers-python $(PEERS))
CODE := batch models offbeat service training tests benchmarks examples docs
SITE := build/docs

.DEFAULT_GOAL := help
.PHONY: help run serve train test coverage test-slim check format lint types imports docs browser screenshots e2e bench bench-serving soak image clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(SERVICE)/ready ## serve the shipped model, post the example readings, show the strangest (CI=1: then stop)
	@$(SERVICE)/bin/offbeat demo

serve: $(SERVICE)/ready ## serve var/repository, the shipped model below it
	@$(SERVICE)/bin/offbeat serve

train: $(DEV)/ready ## train the shipped model again, a small one, from the recording in examples/host
	$(DEV)/bin/offbeat train examples/host/normal.csv --name host --blocks 5 --variant denoising --head reconstruction --repository models/shipped --promote

test: $(DEV)/ready ## all tests but e2e and soak
	$(TESTS)

coverage: $(DEV)/ready ## the same, with the share of the rooms' lines and branches they reach
	$(TESTS) --cov --cov-report=term

test-slim: $(SERVICE)/ready-for-tests ## the tests of models, service and batch where torch and onnx are not installed
	$(SERVICE)/bin/python -c "import importlib.util as u, sys; sys.exit(any(map(u.find_spec, ('torch', 'onnx'))))"
	$(SERVICE)/bin/python -m pytest -q -m "not e2e and not soak" tests/models tests/service tests/batch

check: lint types imports ## format, lint, types and floors

format: $(DEV)/ready ## put every file into shape
	$(DEV)/bin/ruff format $(CODE)
	$(DEV)/bin/ruff check --fix $(CODE)

lint: $(DEV)/ready
	$(DEV)/bin/ruff format --check $(CODE)
	$(DEV)/bin/ruff check $(CODE)

types: $(DEV)/ready
	$(DEV)/bin/mypy batch models offbeat service training benchmarks docs/_ext/checked docs/_ext/reference

imports: $(DEV)/ready ## the floors of the house
	$(DEV)/bin/lint-imports

docs: $(DEV)/ready-for-docs ## the documentation site in build/docs: built, its links checked, its commands run
	$(DEV)/bin/python -m sphinx --fail-on-warning --keep-going --nitpicky --quiet --fresh-env --write-all -b html docs $(SITE)
	$(DEV)/bin/python -m pytest -q -m docs -n $(WORKERS) --dist worksteal --durations 5 tests/docs
	@echo "open $(SITE)/index.html"

browser: $(DEV)/ready-for-browser ## the console and the reports in a real browser, looked at by axe; pictures in var/e2e (needs Chromium)
	$(DEV)/bin/python -m pytest -q -m e2e -s tests/e2e/browser

screenshots: $(DEV)/ready-for-browser ## the pictures of the documentation, taken anew
	OFFBEAT_SCREENSHOTS=docs/screenshots $(DEV)/bin/python -m pytest -q -m e2e -k pictures tests/e2e/browser

e2e: $(DEV)/ready-for-browser ## the same, and image and compose stack on a real Docker engine; fails where there is none
	$(DEV)/bin/python -m pytest -q -m e2e -s tests/e2e

bench: $(DEV)/ready ## detection quality and scoring speed beside the peers (see benchmarks/README.md)
	$(DEV)/bin/python -m benchmarks.quality host $(QUICK)
	$(if $(OFFBEAT_DATA),$(DEV)/bin/python -m benchmarks.quality clean --sets 6_cardio 40_vowels $(QUICK))
	$(DEV)/bin/python benchmarks/scoring.py

bench-serving: $(DEV)/ready ## our service beside MLServer, Triton, BentoML and FastAPI; SERVING=--quick takes minutes (needs wrk and two cores)
	-$(DEV)/bin/python -m benchmarks.serving setup
	$(DEV)/bin/python -m benchmarks.serving run $(SERVING)

soak: $(DEV)/ready ## long repetitions: mutations, fuzz, promotions, promised rates
	OFFBEAT_PROFILE=soak OFFBEAT_PROMOTIONS=100 OFFBEAT_MUTATIONS=10000 OFFBEAT_FUZZ=20000 $(DEV)/bin/python -m pytest -q -s tests/models/test_mutations.py tests/service/test_fuzz.py tests/journeys/test_promotions.py
	$(DEV)/bin/python -m pytest -q -s -m soak --ignore=tests/e2e tests

image: ## the service image
	docker build -f docker/service.Dockerfile -t offbeat .

clean: ## remove what was built, not what was trained
	rm -rf $(SERVICE) $(DEV) build dist .coverage* .*_cache

# Service only: no torch, no onnx.
$(SERVICE)/ready: pyproject.toml constraints.txt
	@echo "setting up $(SERVICE) (service only, no torch)"
	@$(PYTHON) -m venv $(SERVICE)
	@$(SERVICE)/bin/python $(PIP) -e '.[service]'
	@touch $@

$(SERVICE)/ready-for-tests: $(SERVICE)/ready
	@$(SERVICE)/bin/python $(PIP) -e '.[service,test]'
	@touch $@

$(DEV)/ready: pyproject.toml constraints.txt
	@echo "setting up $(DEV) (everything; torch for the CPU)"
	@$(PYTHON) -m venv $(DEV)
	@$(DEV)/bin/python $(PIP) --no-deps --retries 1 --extra-index-url $(TORCH_INDEX) torch
	@$(DEV)/bin/python $(PIP) -e '.[service,training,record,test,check]'
	@touch $@

$(DEV)/ready-for-browser: $(DEV)/ready
	@$(DEV)/bin/python $(PIP) -e '.[browser]'
	@touch $@

$(DEV)/ready-for-docs: $(DEV)/ready
	@$(DEV)/bin/python $(PIP) -e '.[docs]'
	@touch $@
