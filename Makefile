# Jamund. `make help` lists what there is to do. One plain Makefile; objects live in build/<flavour>/.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := build

FLAVOUR ?= release
PREFIX ?= /usr/local
SECS ?= 60
MINUTES ?= 10
CC := gcc
B := build/$(FLAVOUR)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual \
	-Wwrite-strings -Wvla -Wswitch-enum -Wformat=2 -Werror
DEPS := libevent libpq jansson libcurl libsodium libxml-2.0 zlib
READER_DEPS := jansson libical libseccomp gmime-3.0 # what alone reads foreign bytes
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

CPPFLAGS = -Iinclude -I$(B)/gen -D_GNU_SOURCE $(shell pkg-config --cflags $(DEPS) $(READER_DEPS) 2>/dev/null)
CFLAGS = -std=c17 $(WARN) $(CFLAGS_$(FLAVOUR))
LDFLAGS = $(LDFLAGS_$(FLAVOUR))
LDLIBS = $(shell pkg-config --libs $(DEPS) 2>/dev/null) -lm
READER_LIBS = $(shell pkg-config --libs $(READER_DEPS) 2>/dev/null) -lm

SRC := $(filter-out src/reader/%,$(wildcard src/*/*.c))
OBJ := $(SRC:%.c=$(B)/%.o)
LIB := $(B)/libjamund.a
READER_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard src/reader/*.c))
READER_LIB := $(B)/libreader.a
UNIT := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/*_test.c))
STORE := $(patsubst tests/store/%.c,$(B)/tests/store/%,$(wildcard tests/store/*_test.c))
FAKES := $(filter-out %_test.c,$(wildcard tests/store/*.c)) # stand before -lpq; not in real_*_test.c
BENCH := $(patsubst tests/bench/%.c,$(B)/tests/bench/%,$(wildcard tests/bench/*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/tests/fuzz/%,$(wildcard tests/fuzz/*.c))

.PHONY: build
build: $(B)/jamund $(B)/jamund-reader ## build the daemon (build/release/jamund) and its reader

$(B)/jamund: $(B)/src/main.o $(LIB)
	$(CC) $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS)
$(B)/jamund-reader: $(B)/src/reader.o $(READER_LIB) $(LIB)
	$(CC) $(LDFLAGS) -o $@ $< $(READER_LIB) $(LIB) $(READER_LIBS)

$(LIB): $(OBJ)
$(READER_LIB): $(READER_OBJ)
$(LIB) $(READER_LIB):
	@rm -f $@
	ar rcs $@ $^

# Loops over words: as wide as the machine goes.
$(B)/src/core/bits.o: CFLAGS_release += -O3

$(B)/src/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The pages' sources as C constants, for form/page.
WEB := $(sort $(wildcard src/web/*.html src/web/*.css))
$(B)/gen/assets.h: src/web/embed.sh $(WEB)
	@mkdir -p $(@D)
	sh src/web/embed.sh $(WEB) > $@
$(B)/src/form/page.o $(B)/src/form/company_page.o $(B)/src/form/certificate.o $(B)/src/form/availability_page.o: $(B)/gen/assets.h
$(B)/gen/holidays_assets.h: src/web/embed.sh src/web/holidays-kr.ics
	@mkdir -p $(@D)
	sh src/web/embed.sh src/web/holidays-kr.ics > $@
$(B)/src/form/holidays.o: $(B)/gen/holidays_assets.h
MAILS := $(sort $(wildcard src/web/mail/*.txt))
$(B)/gen/mail_assets.h: src/web/embed.sh $(MAILS)
	@mkdir -p $(@D)
	sh src/web/embed.sh $(MAILS) > $@
$(B)/src/form/mail_texts.o: $(B)/gen/mail_assets.h

# Tests read with libical what we write, and with the reader what others write.
$(B)/tests/unit/%: tests/unit/%.c $(READER_LIB) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(READER_LIB) $(LIB) $(LDLIBS) $(READER_LIBS) -lcmocka

$(B)/tests/form/%: tests/form/%.c $(READER_LIB) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(READER_LIB) $(LIB) $(LDLIBS) $(READER_LIBS)

$(B)/tests/form/icalread: LDLIBS += $(READER_LIBS)

$(B)/tests/fire/%: tests/fire/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS)

$(B)/tests/sql/%: tests/sql/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS)

$(B)/tests/store/%: tests/store/%.c $(FAKES) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(FAKES) $(LIB) $(LDLIBS) -lcmocka
$(B)/tests/store/real_%: tests/store/real_%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS) -lcmocka

$(B)/tests/bench/%: tests/bench/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS)

# Programs that have LEMON beside our own solver: C++, in tests alone.
REFEREE := $(B)/tests/lib/lemon.o $(B)/tests/lib/expo.o
$(B)/tests/lib/%.o: tests/lib/%.cc
	@mkdir -p $(@D)
	g++ -std=c++17 -DNDEBUG -Iinclude $(filter-out -std=c17 -W%,$(CFLAGS)) -MMD -MP -c -o $@ $<
$(B)/tests/lib/%.o: tests/lib/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(B)/tests/bench/flow $(B)/tests/unit/mcf_referee_test: $(REFEREE)
$(B)/tests/bench/flow $(B)/tests/unit/mcf_referee_test: LDLIBS += $(REFEREE) -llemon -lstdc++ -lm

$(B)/tests/fuzz/%: tests/fuzz/%.c $(READER_LIB) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(READER_LIB) $(LIB) $(LDLIBS) $(READER_LIBS)

-include $(OBJ:.o=.d) $(READER_OBJ:.o=.d) $(B)/src/main.d $(B)/src/reader.d $(UNIT:=.d) $(B)/tests/form/render.d $(B)/tests/form/expand.d $(B)/tests/form/icalread.d $(B)/tests/fire/rank.d $(B)/tests/sql/panels.d $(STORE:=.d) $(BENCH:=.d) $(FUZZERS:=.d)

##@ Run it

.PHONY: run demo db install
run: ## install what is missing, build, start everything on a private database
	tests/lib/deps.sh run
	@$(MAKE) --no-print-directory -s -j2 build
	@JAMUND=$(B)/jamund exec tests/lib/run.sh
demo: ## play the main job against a running `make run`
	@JAMUND=$(B)/jamund exec tests/lib/demo.sh
db: build ## a shell on a throw-away database server
	@JAMUND=$(CURDIR)/$(B)/jamund exec tests/lib/with_db.sh $(SHELL)
install: build ## the binaries and the migrations below DESTDIR/PREFIX
	install -D -m 755 $(B)/jamund $(DESTDIR)$(PREFIX)/bin/jamund
	install -D -m 755 $(B)/jamund-reader $(DESTDIR)$(PREFIX)/bin/jamund-reader
	install -d $(DESTDIR)$(PREFIX)/share/jamund/migrations
	cp -R migrations/. $(DESTDIR)$(PREFIX)/share/jamund/migrations

##@ Test it: every floor speaks TAP under one runner, prove

PROVE = PERL5LIB=tests/lib TALLY_FLOOR=$@/$(FLAVOUR) JAMUND=$(CURDIR)/$(B)/jamund BUILD=$(CURDIR)/$(B) \
	CMOCKA_MESSAGE_OUTPUT=TAP prove --harness Tally
WITH_DB = JAMUND=$(CURDIR)/$(B)/jamund tests/lib/with_db.sh

.PHONY: check check-fast deps lint unit store form sql http fire torture postfix asan fuzz fuzz-replay
check: deps ## everything: all floors, gcc and clang, then all again under ASan and UBSan
	$(WITH_DB) tests/lib/check.sh all
check-fast: ## lint, unit and store only, no database
	tests/lib/check.sh fast
deps: ## install what building and testing need, when something is missing
	tests/lib/deps.sh check
lint: build ## the house's own rules
	$(PROVE) $(sort $(wildcard tests/lint/*.t))
unit: build $(UNIT) ## pure code and the command line, nothing running
	$(PROVE) -j2 $(wildcard tests/unit/*.t) $(UNIT)
store: $(STORE) ## PostgreSQL's failures, by a scripted libpq, and the real one
	$(WITH_DB) env $(PROVE) $(STORE)
form: build $(B)/tests/form/render $(B)/tests/form/expand $(B)/tests/form/icalread ## what others' readers say of our calendars, mails and tables
	$(PROVE) $(sort $(wildcard tests/form/*.t))
sql: build $(B)/tests/sql/panels ## pgTAP: each function and constraint
	$(WITH_DB) tests/lib/sql.sh env $(PROVE) $(sort $(wildcard tests/sql/*.sql tests/sql/*.t))
http: build ## a real daemon on a real database
	$(WITH_DB) env $(PROVE) -j3 $(sort $(wildcard tests/http/*.t))
fire: build $(BENCH) $(B)/tests/fire/rank $(B)/tests/form/render ## failures: mail server, races, kill -9, PostgreSQL away, all of it at once; that the bench runs
	$(WITH_DB) env $(PROVE) $(sort $(wildcard tests/fire/*.t)) tests/bench/smoke.t
torture: build $(B)/tests/fire/rank $(B)/tests/form/render ## two daemons under fire, and a year in virtual time: make torture MINUTES=10 SEED=7
	$(WITH_DB) env JAMUND=$(CURDIR)/$(B)/jamund BUILD=$(CURDIR)/$(B) sh -c '\
		tests/fire/year.py --requests 3000 $(if $(SEED),--seed $(SEED)) && \
		tests/fire/torture.py --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) --keep build/history.jsonl'
postfix: build ## real mail through a Postfix of its own, where Postfix is installed; as root or with sudo
	$(WITH_DB) env JAMUND=$(CURDIR)/$(B)/jamund BUILD=$(CURDIR)/$(B) tests/http/postfix.py
asan: ## all floors that run our C code, under ASan and UBSan
	$(WITH_DB) tests/lib/check.sh asan

CORPUS = build/corpus/$(T)
fuzz: ## look for new trouble: make fuzz T=http_head SECS=60
	@test -n "$(T)" || { echo 'T= one of: $(notdir $(FUZZERS))'; exit 2; }
	$(MAKE) -s FLAVOUR=fuzz build/fuzz/tests/fuzz/$(T)
	mkdir -p $(CORPUS)
	build/fuzz/tests/fuzz/$(T) -max_total_time=$(SECS) -timeout=5 -rss_limit_mb=2048 -artifact_prefix=build/ \
		$(if $(wildcard tests/fuzz/$(T).dict),-dict=tests/fuzz/$(T).dict) $(CORPUS) $(wildcard tests/fuzz/corpus/$(T))
fuzz-replay: ## each fuzz target over its corpus
	@$(MAKE) -s FLAVOUR=fuzz fuzzers
	$(PROVE) $(wildcard tests/fuzz/*.t)
.PHONY: fuzzers
fuzzers: $(FUZZERS)

##@ Measure it

.PHONY: bench
bench: build $(BENCH) $(B)/tests/fire/rank $(B)/tests/form/render ## speed against pgbench and nginx: make bench ROWS="feed race"
	tests/lib/deps.sh bench
	JAMUND=$(CURDIR)/$(B)/jamund BUILD=$(CURDIR)/$(B) tests/bench/bench.py $(ROWS)

##@ Keep it

.PHONY: format format-check readme help clean
format: ## rewrite C files by .clang-format
	clang-format -i $$(git ls-files '*.c' '*.h')
format-check: ## say which C files it would rewrite
	clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h')
readme: build ## rewrite README's tables from the program's own
	$(WITH_DB) bash -c '. tests/lib/pg.sh && pg_fresh jamund_readme && \
		JAMUND_DATABASE="host=$$PGHOST dbname=jamund_readme user=$$PG_DAEMON" tests/lint/readme.py --write "$$JAMUND"'
help: ## this list
	@sed -nE -e 's/^##@ (.*)/\n\1/p' -e 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' Makefile | expand -t 16
clean: ## remove everything built (what `make run` keeps stays)
	rm -rf build
