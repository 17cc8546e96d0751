# Jamund. `make help` lists what there is to do. One plain Makefile; objects live in build/<flavour>/.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := build

FLAVOUR ?= release
CC := gcc
B := build/$(FLAVOUR)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual \
	-Wwrite-strings -Wvla -Wswitch-enum -Wformat=2 -Werror
DEPS := libevent libpq jansson libical libcurl libsodium
CFLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_asan := -O1 -g $(SAN)
LDFLAGS_asan := $(SAN)
CFLAGS_clang := -O2 -g
CFLAGS_fuzz := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all
LDFLAGS_fuzz := -fsanitize=address,undefined,fuzzer
ifneq ($(filter $(FLAVOUR),clang fuzz),)
CC := clang-14
endif

CPPFLAGS = -Iinclude -I$(B)/gen -D_GNU_SOURCE $(shell pkg-config --cflags $(DEPS) 2>/dev/null)
CFLAGS = -std=c17 $(WARN) $(CFLAGS_$(FLAVOUR))
LDFLAGS = $(LDFLAGS_$(FLAVOUR))
LDLIBS = $(shell pkg-config --libs $(DEPS) 2>/dev/null) -lm

SRC := $(filter-out src/main.c,$(wildcard src/*/*.c))
OBJ := $(SRC:%.c=$(B)/%.o)
LIB := $(B)/libjamund.a
UNIT := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/*_test.c))
STORE := $(patsubst tests/store/%.c,$(B)/tests/store/%,$(wildcard tests/store/*_test.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/tests/fuzz/%,$(wildcard tests/fuzz/*.c))

.PHONY: build
build: $(B)/jamund ## build the daemon (build/release/jamund)

$(B)/jamund: $(B)/src/main.o $(LIB)
	$(CC) $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS)

$(LIB): $(OBJ)
	@rm -f $@
	ar rcs $@ $(OBJ)

$(B)/src/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/tests/unit/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS) -lcmocka

-include $(OBJ:.o=.d) $(B)/src/main.d $(UNIT:=.d) $(STORE:=.d)

.PHONY: unit
unit: $(UNIT) ## unit tests (pure code, nothing running)
	CMOCKA_MESSAGE_OUTPUT=TAP prove $(UNIT)

.PHONY: format format-check
format: ## rewrite C files by .clang-format
	clang-format -i $$(git ls-files '*.c' '*.h')
format-check:
	clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h')

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: clean
clean: ## remove everything built
	rm -rf build
