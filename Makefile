# make help lists the targets. Variants: make VARIANT=asan, VARIANT=tsan.

VARIANT ?= release
BUILD   := build/$(VARIANT)

SERVER_PACKAGES  := libmicrohttpd libpq libqrencode libsodium jansson cairo cairo-pdf cairo-svg cairo-png pangocairo
SCANNER_PACKAGES := zbar libpng libjpeg libwebp libwebpdemux libheif libexif zxing libcurl jansson libsodium libseccomp sqlite3 libevdev alsa ncursesw libqrencode

CFLAGS_release := -O2 -D_FORTIFY_SOURCE=3
CFLAGS_asan    := -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_tsan    := -O1 -g -fsanitize=thread
CFLAGS_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# The auditor's tool is optimised as a whole (a tenth quicker); all else is linked from the same objects as they are.
WHOLE_release := -flto=auto -ffat-lto-objects

WARNINGS := -Wall -Wextra -Wpedantic -Werror
WARNINGS += -Wconversion            # a value that changes silently
WARNINGS += -Wshadow                # one name for two things
WARNINGS += -Wmissing-prototypes    # a function that should be static
WARNINGS += -Wcast-qual             # a const cast away
WARNINGS += -Wvla                   # an array as long as the caller pleases
WARNINGS += -Wformat=2              # a format that is not a literal
WARNINGS += -Wundef                 # a macro that nobody defined
WARNINGS += -Wwrite-strings         # a literal that somebody may write to
WARNINGS += -Wstrict-prototypes     # a function that takes anything

HARDENING := -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection -ftrivial-auto-var-init=zero
ifeq ($(VARIANT),fuzz) # libFuzzer comes with clang, whose warnings and hardening are others
CC        := clang
WARNINGS  :=
HARDENING := -fPIE
CXX      := clang++
endif

pkg_cflags = $(patsubst -I%,-isystem%,$(shell pkg-config --cflags $(1) 2>/dev/null))
pkg_libs   = $(shell pkg-config --libs $(1) 2>/dev/null)

COMPILE  = $(CC) -std=c17 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS_$(VARIANT)) $(HARDENING) -MMD -MP $(CFLAGS)
LINK     = $(CC) $(CFLAGS_$(VARIANT)) -pie -Wl,-z,relro,-z,now,--as-needed $(LDFLAGS)

# The wall between the programs is what each may include.
SERVER_FLAGS  := -iquote include -iquote server -iquote $(BUILD) $(call pkg_cflags,$(SERVER_PACKAGES))
SCANNER_FLAGS := -iquote include -iquote scanner -iquote $(BUILD) $(call pkg_cflags,$(SCANNER_PACKAGES))
SERVER_LIBS   := $(call pkg_libs,$(SERVER_PACKAGES)) -lm -pthread
SCANNER_LIBS  := $(call pkg_libs,$(SCANNER_PACKAGES)) -lstdc++ -lm -pthread

# What a target builds for itself is built on all processors, unless the caller said how many.
parallel = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

objects = $(patsubst %.c,$(BUILD)/%.o,$(1))

SHARED_OBJECTS  := $(call objects,$(sort $(wildcard server/shared/*.c)))
VERIFY_OBJECTS  := $(call objects,$(sort $(wildcard server/verify/*.c server/audit/*.c)) server/render/json.c)
SERVER_OBJECTS  := $(call objects,$(filter-out server/shared/% server/verify/% server/main.c server/verify_main.c,$(sort $(wildcard server/*.c server/*/*.c))))
SCANNER_OBJECTS := $(call objects,$(filter-out scanner/main.c,$(sort $(wildcard scanner/*.c)))) $(BUILD)/scanner/datamatrix.o
GENERATED       := statements sql_files pages assets texts
GENERATED_OBJECTS := $(patsubst %,$(BUILD)/generated/%.o,$(GENERATED))

PROGRAMS := $(BUILD)/spoord $(BUILD)/spoor-scan $(BUILD)/spoor-verify

##@ build
all: $(PROGRAMS) ## builds the three programs
spoor-verify: $(BUILD)/spoor-verify ## builds the auditor's tool alone; needs libsodium only

$(BUILD)/spoord: $(BUILD)/server/main.o $(BUILD)/libserver.a $(BUILD)/libshared.a
	$(LINK) -o $@ $^ $(SERVER_LIBS)
$(BUILD)/spoor-scan: $(BUILD)/scanner/main.o $(BUILD)/libscanner.a $(BUILD)/libshared.a
	$(LINK) -o $@ $^ $(SCANNER_LIBS)

$(BUILD)/spoor-verify: $(BUILD)/server/verify_main.o $(BUILD)/libverify.a $(BUILD)/libshared.a
	$(LINK) $(WHOLE_$(VARIANT)) -o $@ $^ $(call pkg_libs,libsodium)

$(BUILD)/libshared.a: $(SHARED_OBJECTS)
$(BUILD)/libverify.a: $(VERIFY_OBJECTS)
$(BUILD)/libserver.a: $(SERVER_OBJECTS) $(GENERATED_OBJECTS)
$(BUILD)/libscanner.a: $(SCANNER_OBJECTS) $(BUILD)/generated/queue_statements.o
$(BUILD)/%.a:
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/server/shared/%.o: server/shared/%.c
	@mkdir -p $(@D)
	$(COMPILE) $(WHOLE_$(VARIANT)) -iquote include -c -o $@ $<
$(BUILD)/server/audit/%.o: server/audit/%.c
	@mkdir -p $(@D)
	$(COMPILE) $(WHOLE_$(VARIANT)) -iquote include -iquote server $(call pkg_cflags,libsodium) -c -o $@ $<
$(BUILD)/server/verify%.o: server/verify%.c
	@mkdir -p $(@D)
	$(COMPILE) $(WHOLE_$(VARIANT)) -iquote include -iquote server $(call pkg_cflags,libsodium) -c -o $@ $<
$(BUILD)/server/render/json.o: server/render/json.c # part of spoor-verify, which needs nothing that is generated
	@mkdir -p $(@D)
	$(COMPILE) $(WHOLE_$(VARIANT)) -iquote include -iquote server -c -o $@ $<
$(BUILD)/server/%.o: server/%.c | $(BUILD)/generated/statements.h
	@mkdir -p $(@D)
	$(COMPILE) $(SERVER_FLAGS) -c -o $@ $<
$(BUILD)/scanner/%.o: scanner/%.c | $(BUILD)/generated/queue_statements.h
	@mkdir -p $(@D)
	$(COMPILE) $(SCANNER_FLAGS) -c -o $@ $<
$(BUILD)/scanner/%.o: scanner/%.cpp # one file: its library speaks no C
	@mkdir -p $(@D)
	$(CXX) -std=c++17 -Wall -Wextra -Werror $(CFLAGS_$(VARIANT)) $(HARDENING) -MMD -MP -iquote scanner $(call pkg_cflags,zxing) $(CFLAGS) -c -o $@ $<
$(BUILD)/generated/%.o: $(BUILD)/generated/%.c $(BUILD)/generated/statements.h
	$(COMPILE) $(SERVER_FLAGS) -c -o $@ $<

$(BUILD)/generated/queue_statements.h $(BUILD)/generated/queue_statements.c: scanner/embed.sh $(sort $(wildcard scanner/sql/*.sql) scanner/sql)
	@mkdir -p $(@D)
	sh scanner/embed.sh $(@F) > $@.part
	@mv $@.part $@
$(BUILD)/generated/queue_statements.o: $(BUILD)/generated/queue_statements.c $(BUILD)/generated/queue_statements.h
	$(COMPILE) $(SCANNER_FLAGS) -c -o $@ $<

# What is embedded: the names change with the folder, the texts with its files.
embedded = $(sort $(foreach folder,$(1),$(wildcard $(folder)/* $(folder))))
$(BUILD)/generated/statements.h $(BUILD)/generated/statements.c: $(call embedded,sql/queries)
$(BUILD)/generated/sql_files.c: sql/roles.sql $(call embedded,sql/migrations sql/functions)
$(BUILD)/generated/pages.c: $(call embedded,server/site/pages)
$(BUILD)/generated/assets.c: $(call embedded,server/site/static)
$(BUILD)/generated/texts.c: $(call embedded,server/site/text)
define embed
	@mkdir -p $(@D)
	sh server/embed.sh $(@F) $(@D) > $@.part
	@mv $@.part $@
endef
$(BUILD)/generated/%.c: server/embed.sh
	$(embed)
$(BUILD)/generated/%.h: server/embed.sh
	$(embed)

install-build: ## installs the Debian packages that building and running need
	@sh tests/support/packages.sh run
man: all ## writes the man pages into build/man, from the same tables as --help
	@mkdir -p build/man
	$(BUILD)/spoord help --man > build/man/spoord.1
	$(BUILD)/spoor-scan help --man > build/man/spoor-scan.1
	$(BUILD)/spoor-verify help --man > build/man/spoor-verify.1

##@ run
run: install-build ## installs, builds, and starts the service with demo data (PORT=8080 STATE=folder)
	@test -e $(BUILD)/spoord || echo 'Building Spoor, once.'
	@$(MAKE) --no-print-directory -s $(parallel) all
	@$(if $(PORT),SPOOR_PORT=$(PORT)) $(if $(STATE),SPOOR_STATE=$(abspath $(STATE))) exec $(BUILD)/spoord serve --demo

##@ check
# The longest first: several run beside each other.
TEST_SUITES ?= architecture http plans browser verify fault store unit fuzz sql
test: ## installs what testing needs, then runs every suite
	@sh tests/support/packages.sh run test
	@$(MAKE) --no-print-directory -s $(parallel) all tests
	@BUILD=$(BUILD) exec sh tests/run.sh $(TEST_SUITES)

UNIT_TESTS    := $(patsubst %.c,$(BUILD)/%,$(filter-out tests/unit/test_scan_%,$(wildcard tests/unit/test_*.c)))
SCAN_TESTS    := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_scan_*.c))
STORE_TESTS   := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/store/test_*.c))
SUPPORT_TOOLS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/support/*.c tests/bench/*.c))

FUZZ_SOURCES  := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(FUZZ_SOURCES))
FUZZ_TARGETS  ?= $(patsubst tests/fuzz/fuzz_%.c,%,$(FUZZ_SOURCES))
FUZZ_MAIN      = $(if $(filter fuzz,$(VARIANT)),-fsanitize=fuzzer,tests/fuzz/replay.c)

$(BUILD)/libforge.a: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/forge/*.c))
$(BUILD)/tests/forge/%.o: tests/forge/%.c
	@mkdir -p $(@D)
	$(COMPILE) $(SERVER_FLAGS) -iquote tests -c -o $@ $<

test-programs: $(UNIT_TESTS) $(SCAN_TESTS) $(STORE_TESTS) $(FUZZ_PROGRAMS) $(BUILD)/tests/support/keeper
tests: all test-programs $(SUPPORT_TOOLS) ## builds the tests without running them

$(SCAN_TESTS): $(BUILD)/%: %.c $(BUILD)/libscanner.a $(BUILD)/libshared.a
	@mkdir -p $(@D)
	$(COMPILE) $(SCANNER_FLAGS) -iquote tests -o $@ $< $(filter %.a,$^) $(LDFLAGS) -lcmocka -lqrencode $(SCANNER_LIBS)
$(filter $(BUILD)/tests/fuzz/fuzz_scan_%,$(FUZZ_PROGRAMS)): $(BUILD)/%: %.c tests/fuzz/replay.c $(BUILD)/libscanner.a $(BUILD)/libshared.a
	@mkdir -p $(@D)
	$(COMPILE) $(SCANNER_FLAGS) -o $@ $< $(FUZZ_MAIN) $(filter %.a,$^) $(LDFLAGS) $(SCANNER_LIBS)
$(filter-out $(BUILD)/tests/fuzz/fuzz_scan_%,$(FUZZ_PROGRAMS)): $(BUILD)/%: %.c tests/fuzz/replay.c $(BUILD)/libforge.a $(BUILD)/libverify.a $(BUILD)/libserver.a $(BUILD)/libshared.a
	@mkdir -p $(@D)
	$(COMPILE) $(SERVER_FLAGS) -iquote tests -o $@ $< $(FUZZ_MAIN) $(filter %.a,$^) $(LDFLAGS) $(SERVER_LIBS)
$(UNIT_TESTS) $(STORE_TESTS): $(BUILD)/%: %.c $(BUILD)/libforge.a $(BUILD)/libverify.a $(BUILD)/libserver.a $(BUILD)/libshared.a
	@mkdir -p $(@D)
	$(COMPILE) $(SERVER_FLAGS) -iquote tests $(call pkg_cflags,zbar) -o $@ $< $(filter %.a,$^) $(LDFLAGS) -lcmocka -lzbar $(SERVER_LIBS)
$(SUPPORT_TOOLS): $(BUILD)/%: %.c $(BUILD)/libforge.a $(BUILD)/libverify.a $(BUILD)/libserver.a $(BUILD)/libshared.a
	@mkdir -p $(@D)
	$(COMPILE) $(SERVER_FLAGS) -iquote tests -o $@ $< $(filter %.a,$^) $(LDFLAGS) $(SERVER_LIBS)

tidy: ## format, clang-tidy, cppcheck, floors, banned calls
	@sh tests/support/packages.sh run test tidy
	@$(MAKE) --no-print-directory -s $(parallel) $(BUILD)/generated/statements.h $(BUILD)/generated/queue_statements.h
	@sh tests/architecture/tidy.sh
format: ## rewrites the C files in the house's format
	@git ls-files '*.c' '*.h' | xargs clang-format -i
asan tsan: ## the unit and store suites under a sanitizer
	@sh tests/support/packages.sh run test
	@$(MAKE) --no-print-directory -s $(parallel) VARIANT=$@ test-programs
	@BUILD=build/$@ exec sh tests/run.sh unit fuzz store
fuzz: ## fuzzes with clang's libFuzzer (FUZZ_SECONDS=60 for each of FUZZ_TARGETS)
	@sh tests/support/packages.sh run test fuzz
	@$(MAKE) --no-print-directory -s $(parallel) VARIANT=fuzz $(FUZZ_TARGETS:%=build/fuzz/tests/fuzz/fuzz_%)
	@BUILD=build/fuzz sh tests/fuzz/fuzz.sh $(FUZZ_TARGETS)
mutations: ## flips every bit of real bundles and asks the verifier each time
	@sh tests/support/packages.sh run test
	@$(MAKE) --no-print-directory -s $(parallel) all tests
	SPOOR_BITS=8 BUILD=$(BUILD) node --test --test-reporter=spec tests/verify/mutation.test.mjs
kills: ## kills the scanner a thousand times at random moments and counts what is left
	@sh tests/support/packages.sh run test
	@$(MAKE) --no-print-directory -s $(parallel) all
	SPOOR_KILLS=1000 BUILD=$(BUILD) node --test --test-reporter=spec --test-name-pattern='kill -9 at' tests/http/scanner.test.mjs
storm: ## ten minutes of a bad network and restarts between scanner and service (SECONDS=600)
	@sh tests/support/packages.sh run test
	@$(MAKE) --no-print-directory -s $(parallel) all
	SPOOR_STORM=$(or $(SECONDS),600) BUILD=$(BUILD) node --test --test-reporter=spec tests/http/scanner_network.test.mjs
faults: ## the thorough form of the suite fault: every writing system call of the sealer fails once, or is its last; ten kills
	@sh tests/support/packages.sh run test
	@$(MAKE) --no-print-directory -s $(parallel) all tests
	@SPOOR_FAULTS=all FILE_SECONDS=7200 SUITE_SECONDS=14400 BUILD=$(BUILD) exec sh tests/run.sh fault
plans: ## the plans of what runs most often, on a ledger of EVENTS=10000000
	@sh tests/support/packages.sh run test
	@$(MAKE) --no-print-directory -s $(parallel) all
	@BUILD=$(BUILD) EVENTS=$(EVENTS) LOADED=$(LOADED) node --test --test-reporter=spec tests/plans/plans.test.mjs
bench: ## measures against pgbench in one run; see tests/bench/README.md
	@sh tests/support/packages.sh run test
	@$(MAKE) --no-print-directory -s $(parallel) all tests
	@BUILD=$(BUILD) EVENTS=$(EVENTS) node tests/bench/bench.mjs
bench-scan: ## reads pictures with spoor-scan, zbarimg and ZXingReader (DIR=folder, or SEED=1 for made labels)
	@$(MAKE) --no-print-directory -s $(parallel) all
	@BUILD=$(BUILD) SEED=$(SEED) sh tests/bench/scan.sh $(DIR)
bench-nothing: ## reads PICTURES=500 made pictures without a code, with every pass (SEED=1)
	@$(MAKE) --no-print-directory -s $(parallel) $(BUILD)/tests/unit/test_scan_nothing
	SPOOR_NOTHING=$(or $(PICTURES),500) SPOOR_SEED=$(or $(SEED),1) $(BUILD)/tests/unit/test_scan_nothing
bench-queue: ## a queue of SCANS=100000 on a scanner: time and memory of start, status, export, sync
	@sh tests/support/packages.sh run test
	@$(MAKE) --no-print-directory -s $(parallel) all
	@BUILD=$(BUILD) SCANS=$(or $(SCANS),100000) node tests/bench/queue.mjs
bench-verify: ## how many entries spoor-verify checks in a second (ENTRIES=1000000)
	@sh tests/support/packages.sh run test
	@$(MAKE) --no-print-directory -s $(parallel) all tests
	@BUILD=$(BUILD) ENTRIES=$(or $(ENTRIES),1000000) sh tests/bench/verify.sh
bench-long: ## ten minutes of writes: is the last minute as fast as the first? (SECONDS=600)
	@sh tests/support/packages.sh run test
	@$(MAKE) --no-print-directory -s $(parallel) all tests
	@BUILD=$(BUILD) LONG=$(or $(SECONDS),600) node tests/bench/bench.mjs

##@ other
clean: ## removes what was built
	$(RM) -r build
help: ## lists the targets
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z][a-z -]*:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: all spoor-verify install-build man run test tests test-programs tidy format asan tsan fuzz mutations kills storm faults plans bench bench-scan bench-nothing bench-queue bench-verify bench-long clean help
.SECONDARY:
.DELETE_ON_ERROR:
%.d: ;
-include $(wildcard $(BUILD)/*/*.d $(BUILD)/*/*/*.d)
