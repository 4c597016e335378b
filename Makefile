# `make demo` shows a day; `make test` checks everything. Both need Python 3.11 or newer and make.
.DEFAULT_GOAL := help
.PHONY: help setup ocr demo test check fmt test-slow bench corpora lock hooks moved

BIN := .venv/bin
READY := .venv/.ready
TEST_PROCESSES ?= 4

# A checkout that was moved must be installed again: the environment holds its path.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
$(READY): moved
endif

help:
	@echo "make demo          演示学校的一天(SERVE=1 演示后不退出,保留控制台)"
	@echo "make test          全部检查与测试"
	@echo "make setup         只准备运行环境 .venv"
	@echo "make ocr           加装图片文字识别（约 350 MB，可离线使用）"
	@echo "make check         只做静态检查        make fmt        整理代码格式"
	@echo "make test-slow     耗时较长的测试      make bench      性能比值"
	@echo "make corpora       识别率与误报率"
	@echo "make lock          重新生成锁文件      make hooks      提交前自动检查"

setup: $(READY)
	@:

$(READY): requirements.lock requirements-ocr.lock pyproject.toml .ci/setup
	@.ci/setup

ocr:
	@OCR=1 .ci/setup

demo: setup
	$(BIN)/qungui demo $(if $(SERVE),--serve)

test: check
	$(BIN)/pytest -n $(TEST_PROCESSES) --dist loadfile -m "not slow"

test-slow: setup
	$(BIN)/pytest -m slow

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	$(BIN)/qungui bench

corpora: setup
	$(BIN)/python -m tests.corpora

LOCK = $(shell command -v uv || echo .tools/uv/bin/uv) pip compile --universal --generate-hashes \
	--no-emit-index-url --no-header --extra dev --python-version 3.11 \
	--python $(BIN)/python --cache-dir .tools/cache pyproject.toml

lock: setup
	$(LOCK) -o requirements.lock
	$(LOCK) --extra ocr --constraint requirements.lock -o requirements-ocr.lock

hooks: setup
	$(BIN)/pre-commit install
