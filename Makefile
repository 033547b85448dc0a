# Every command of this repository; `make help` lists them.
PYTHON ?= python3
TORCH ?= torch==2.13.0
AUDIO ?= demo
PERIOD ?= 128
SECONDS ?=
FUZZ_SECONDS ?= 600
JOBS ?= $(shell nproc)
BIN := .venv/bin
CMAKE = cmake -S bela
CPP = $(shell find bela training tests/cpp tests/training -name '*.cpp' -o -name '*.h' | grep -v -e protocol.h -e board_pins.h)
RENDERED = $(patsubst %,tests/system/test_%.py,accuracy backend bounce deployed faults gestures import lamps pedal_render periods switching)
RUN_OPTIONS = --audio $(AUDIO) --period $(PERIOD) $(if $(SECONDS),--seconds $(SECONDS))

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run test compiled rest ctests pytest-live pytest-rest check setup build kernels asan fuzz mutations cross bench screens bank protocol format clean

help: ## lists these targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: setup ## plays; SECONDS=10 ends by itself, AUDIO=card plays your guitar, PERIOD=128
	$(BIN)/pedal run $(RUN_OPTIONS)

setup: .venv/run.stamp build kernels ## leaves .venv/bin/pedal and build/host/pedal-engine

build: build/run.packages
	$(CMAKE) -B build/host -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=$(if $(wildcard build/test.packages),ON,OFF) $(if $(BELA_DIR),-DBELA_DIR=$(BELA_DIR)) $(if $(RTNEURAL_DIR),-DRTNEURAL_DIR=$(RTNEURAL_DIR)) >build/host.log || (cat build/host.log; false)
	cmake --build build/host --target pedal-engine -j $(JOBS)

kernels: build/run.packages
	$(PYTHON) -m training.kernels.build

asan: build/test.packages
	$(CMAKE) -B build/asan -DCMAKE_BUILD_TYPE=RelWithDebInfo -DPEDAL_SANITIZE=ON >build/asan.log || (cat build/asan.log; false)
	cmake --build build/asan -j $(JOBS)

test: build/test.packages ## sets up and runs all tests
	$(MAKE) -j2 .venv/test.stamp compiled
	node --test $(wildcard tests/gui/*.test.js)
	npm install --prefix tests/gui --no-package-lock --no-audit --no-fund --silent
	$(MAKE) -j2 pytest-live rest

compiled: build kernels asan
	cmake --build build/host -j $(JOBS)

# Live tests wait more than they work, so the others take what is left of the processor.
pytest-live:
	$(BIN)/python -m pytest tests/system $(RENDERED:%=--ignore=%)

rest:
	nice -n 19 $(MAKE) -j1 ctests pytest-rest >build/rest.log 2>&1 || (cat build/rest.log; false)
	cat build/rest.log

ctests:
	ctest --test-dir build/host --output-on-failure -j $(JOBS)
	ctest --test-dir build/asan --output-on-failure -j $(JOBS)

pytest-rest:
	$(BIN)/python -m pytest tests/contract tests/pedal tests/training $(RENDERED)

fuzz: build/test.packages ## libFuzzer on the readers of models, banks and messages; FUZZ_SECONDS=600 each
	CXX=clang++ $(CMAKE) -B build/fuzz -DPEDAL_FUZZ=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo >build/fuzz.log || (cat build/fuzz.log; false)
	cmake --build build/fuzz -j $(JOBS)
	for target in model bank message; do mkdir -p build/corpus/$$target && build/fuzz/tests/fuzz_$$target -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -timeout=5 -rss_limit_mb=2048 -artifact_prefix=build/corpus/ build/corpus/$$target tests/fuzz/corpus/$$target || exit 1; done

mutations: build/test.packages build asan ## 100,000 mutated models and banks while the pedal plays, and 10,000 under AddressSanitizer
	cmake --build build/host --target pedal-tests -j $(JOBS)
	PEDAL_MUTATIONS=100000 build/host/tests/pedal-tests -tc="mutated models*"
	PEDAL_MUTATIONS=10000 build/asan/tests/pedal-tests -tc="mutated models*"

cross: build/cross.packages build/test.packages ## the engine's tests on an emulated Cortex-A8, with its NEON kernels
	$(CMAKE) -B build/cross -DCMAKE_TOOLCHAIN_FILE=cortex-a8.cmake >build/cross.log || (cat build/cross.log; false)
	cmake --build build/cross -j $(JOBS)
	ctest --test-dir build/cross --output-on-failure

bench: setup ## times the kernel and writes bela/bench/table.md; RTNEURAL_DIR=checkout puts RTNeural beside it
	$(CMAKE) -B build/host -DCMAKE_BUILD_TYPE=Release $(if $(RTNEURAL_DIR),-DRTNEURAL_DIR=$(RTNEURAL_DIR)) >build/host.log || (cat build/host.log; false)
	cmake --build build/host --target pedal-benches -j $(JOBS)
	$(BIN)/pedal bench --table bela/bench/table.md

screens: .venv/test.stamp build ## takes the kept pictures of the page and the README's anew; look at them before you commit
	PEDAL_SCREENS=keep $(BIN)/python -m pytest tests/system/test_screens.py -k kept_picture
	$(BIN)/python -m tests.system.readme_pictures

bank: .venv/test.stamp build ## trains the factory bank anew; RECORDINGS=folder
	$(BIN)/python -m training.factory --recordings $(RECORDINGS) -o pedal/banks/factory

check: .venv/check.stamp ## the quick gate: format, lint, types, stale files, imports
	$(BIN)/ruff format --check --quiet --output-format concise .
	$(BIN)/ruff check --quiet --output-format concise .
	$(BIN)/clang-format --dry-run --Werror $(CPP)
	$(BIN)/mypy
	$(BIN)/python -m pedal.protocol.generate --check
	$(BIN)/python -m pytest tests/contract

format: .venv/check.stamp ## formats Python and C++ in place
	$(BIN)/ruff format --quiet . && $(BIN)/ruff check --fix --quiet . && $(BIN)/clang-format -i $(CPP)

protocol: ## writes the tables of C++, Python and JavaScript from pedal/protocol/*.toml
	$(PYTHON) -m pedal.protocol.generate

clean: ## removes what was built; .venv stays
	rm -rf build

build/%.packages: packages.txt .ci/packages
	.ci/packages run $(filter-out run,$*)
	mkdir -p build && touch $@

.venv/run.stamp: pyproject.toml build/run.packages
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	touch $@

.venv/check.stamp: .venv/run.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[check]'
	touch $@

.venv/test.stamp: .venv/run.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check $(TORCH)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[train,test]'
	touch $@
