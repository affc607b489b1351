# The front door. The work is done by Meson (meson.build) and by scripts/.
BUILD = build
PREFIX = /usr/local

all: $(BUILD)/build.ninja ## build build/sojourn (the default)
	@ninja -C $(BUILD) --quiet program

demo: all ## predict a real database's latency from a recording
	@ninja -C $(BUILD) --quiet demo/demo
	@$(BUILD)/demo/demo
	@$(BUILD)/sojourn simulate models/retry-storm.lua --set client.arrivals.rate=6 --quiet -o $(BUILD)/demo/demo.db \
	  --html $(BUILD)/demo/demo.html
	@printf '\nThe retry storm as an interactive page, for a browser:\n\n  %s\n' $(abspath $(BUILD)/demo/demo.html)

test: $(BUILD)/build.ninja ## run every test; ends with "N passed, N failed"
	@ninja -C $(BUILD) --quiet
	@scripts/run-tests $(BUILD)

bench: $(BUILD)/build.ninja ## measure speed against what else there is
	@scripts/install-packages bench
	@ninja -C $(BUILD) --quiet
	@bench/run

check: ## everything CI runs: compilers, sanitizers, static checks, fuzzing, tests
	@scripts/check
	@$(MAKE) --no-print-directory test

install: $(BUILD)/build.ninja ## install the program, the library, its headers, the manual pages
	@$(if $(filter-out file,$(origin PREFIX)),meson configure $(BUILD) -Dprefix=$(abspath $(PREFIX)))
	@ninja -C $(BUILD) --quiet installed
	@meson install -C $(BUILD) --no-rebuild
	@[ "$$(id -u)" != 0 ] || [ -n "$$DESTDIR" ] || ldconfig

deb: ## make the Debian packages, in dist/
	@scripts/make-deb

clean: ## remove what was built
	rm -rf $(BUILD) build-check dist

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

packages:
	@scripts/install-packages build

$(BUILD)/build.ninja: | packages
	@report=$$(meson setup --prefix $(PREFIX) $(MESON_OPTIONS) $(BUILD)) || { echo "$$report"; exit 1; }

.PHONY: all demo test bench check install deb clean help packages
