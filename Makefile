# Every chore lives in make.py, which also works where there is no make: python make.py test
PYTHON ?= python3

.PHONY: help setup demo test lint docs status bench

help:
	@echo "make demo | test | setup | lint | docs | status | bench"

setup demo test lint docs status bench:
	@$(PYTHON) make.py $@
