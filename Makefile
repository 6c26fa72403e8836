# postroom: one file, not recursive. Parses before gcc and pkg-config exist:
# everything that asks a tool is expanded only inside recipes or after "deps".

# Instrumented objects live beside the ordinary ones, never among them.
ifeq ($(SANITIZE),1)
BUILD    ?= build/sanitize
else
BUILD    ?= build
endif
ifeq ($(origin CC),default)
CC       := $(if $(wildcard /usr/bin/gcc),gcc,$(if $(wildcard /usr/bin/clang),clang,gcc))
endif
PREFIX   ?= /usr/local
DESTDIR  ?=
LAB      := tests/lab/lab
DEMO     ?= demo

STD      := -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wpointer-arith -Wwrite-strings
HARDEN   := -fstack-protector-strong -fPIE -fno-common
OPT      := -O2 -g
ifeq ($(SANITIZE),1)
OPT      := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
SANLINK  := -fsanitize=address,undefined
else ifneq ($(FUZZING),1)
HARDEN   += -D_FORTIFY_SOURCE=2
endif
ifeq ($(FUZZING),1)
OPT      := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
SANLINK  := -fsanitize=address,undefined
endif
CFLAGS   ?=
ALL_CFLAGS = $(STD) $(OPT) $(WARN) $(HARDEN) -Isrc -I. -I$(BUILD)/gen $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro -Wl,-z,now $(SANLINK) $(LDFLAGS)
LIBS_SRC  := -lldap -llber -luv -lconfuse -ljansson -lcurl -lgnutls -lidn2 -licui18n -licuuc -lm -lpthread
LIBS_UI   := -lncursesw -ltinfo

SRC := $(filter-out src/main.c,$(wildcard src/*.c src/*/*.c))
UI  := $(wildcard ui/*.c)
SRC_OBJ := $(SRC:%.c=$(BUILD)/%.o)
UI_OBJ  := $(UI:%.c=$(BUILD)/%.o)
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))

.PHONY: all objects clean
all: $(BUILD)/postroom

objects: $(SRC_OBJ) $(UI_OBJ)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Width, folding and script tables from Debian's unicode-data. Set UNICODE_DATA
# where the files live elsewhere.
UNICODE_DATA ?= /usr/share/unicode
UNICODE_FILES := $(addprefix $(UNICODE_DATA)/,UnicodeData.txt EastAsianWidth.txt DerivedCoreProperties.txt CaseFolding.txt Scripts.txt DerivedAge.txt)

$(UNICODE_FILES):
	@echo "$@ is missing: install Debian's package unicode-data, or set UNICODE_DATA to its folder" >&2
	@false

$(BUILD)/gen/text_widths.h: src/base/text_widths.awk $(UNICODE_FILES)
	@mkdir -p $(@D)
	LC_ALL=C awk -f $^ > $@.new
	@mv $@.new $@

$(BUILD)/src/base/text_utf8.o $(BUILD)/src/base/text_fold.o: $(BUILD)/gen/text_widths.h

# The keymaps and themes that are compiled in, each file a string.
define STRINGS
@mkdir -p $(@D)
LC_ALL=C awk -v prefix=$(1) 'FNR == 1 { if (NR > 1) print ";"; name = FILENAME; sub(/.*\//, "", name); sub(/\..*/, "", name); \
	gsub(/-/, "_", name); print "static const char " prefix name "[] =" } \
	{ gsub(/\\/, "&&"); gsub(/"/, "\\\""); print "\t\"" $$0 "\\n\"" } END { print ";" }' $^ > $@.new
@mv $@.new $@
endef

$(BUILD)/gen/builtin_keymaps.h: $(wildcard keymaps/*.keys)
	$(call STRINGS,builtin_keymap_)

$(BUILD)/gen/builtin_themes.h: $(wildcard ui/themes/*.theme)
	$(call STRINGS,builtin_theme_)

$(BUILD)/ui/theme.o: $(BUILD)/gen/builtin_themes.h
$(BUILD)/ui/keymap.o: $(BUILD)/gen/builtin_keymaps.h

# The profiles are data files; a copy is compiled in so that the program runs from anywhere.
PROFILES := $(wildcard src/directory/profiles/*.profile)
SRC_OBJ  += $(BUILD)/gen/profiles.o

$(BUILD)/gen/profiles.c: src/directory/profiles.awk $(PROFILES)
	@mkdir -p $(@D)
	LC_ALL=C awk -f $^ > $@.new
	@mv $@.new $@

$(BUILD)/gen/profiles.o: $(BUILD)/gen/profiles.c
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/libpostroom.a: $(SRC_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/libconsole.a: $(UI_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/postroom: $(BUILD)/src/main.o $(BUILD)/libconsole.a $(BUILD)/libpostroom.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_SRC) $(LIBS_UI)

# --- tests -------------------------------------------------------------------
# Unit tests link without ncurses, which proves that src/ knows no screen;
# tests of ui/ files are named test_ui_*.c and get the console and the fakes.
# The fake engine stands in for directory and gate, so only tests of ui/ get it.
# The fake servers stand in for hosts where src/live is tested: tests/unit/test_live_*.c,
# tests of ui/ and the monkey; as an object, so that they win whoever asks first.
FAKE_ENGINE := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/fakes/fake_engine*.c))
STAGE     := $(BUILD)/tests/fakes/stage.o
FAKE_HOSTS := $(BUILD)/tests/fakes/fake_hosts.o $(BUILD)/tests/fakes/fake_talk.o
# Named as a target, or make does not see in a clean tree that it can be made, and takes a rule without it.
.SECONDARY: $(FAKE_HOSTS)
FAKES     := $(filter-out $(FAKE_ENGINE) $(FAKE_HOSTS) $(STAGE),$(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/fakes/*.c)))
TABLES    := $(patsubst tests/tables/%.c,$(BUILD)/tests/tables/%,$(wildcard tests/tables/test_*.c))
LIVE      := $(patsubst tests/live/%.c,$(BUILD)/tests/live/%,$(wildcard tests/live/test_*.c))
MONKEY    := $(patsubst tests/monkey/%.c,$(BUILD)/tests/monkey/%,$(wildcard tests/monkey/*.c))
BENCH     := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(wildcard tests/bench/*.c))

$(BUILD)/libfakes.a: $(FAKES)
	@mkdir -p $(@D)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/libengine_fake.a: $(FAKE_ENGINE)
	@rm -f $@
	ar rcs $@ $^

# In front of the console, which it uses.
$(BUILD)/libstage.a: $(STAGE)
	@rm -f $@
	ar rcs $@ $^

# A terminal for tests: pseudo terminals, a model of a screen, what may be sent to it.
PTY       := $(patsubst %.c,$(BUILD)/%.o,tests/pty/pty_session.c tests/pty/screen.c tests/pty/strict.c)
$(BUILD)/libpty.a: $(PTY)
	@rm -f $@
	ar rcs $@ $^

LINK = @mkdir -p $(@D) && echo "link $@" && $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^)

$(BUILD)/tests/unit/test_ui_%: $(BUILD)/tests/unit/test_ui_%.o $(FAKE_HOSTS) $(BUILD)/libpty.a $(BUILD)/libstage.a $(BUILD)/libconsole.a $(BUILD)/libengine_fake.a $(BUILD)/libfakes.a $(BUILD)/libpostroom.a
	$(LINK) $(LIBS_SRC) $(LIBS_UI) -lcmocka

$(BUILD)/tests/unit/test_live_%: $(BUILD)/tests/unit/test_live_%.o $(FAKE_HOSTS) $(BUILD)/libfakes.a $(BUILD)/libpostroom.a
	$(LINK) $(LIBS_SRC) -lcmocka

# Ports and inner services over real sockets; restarts, by servers that answer what the test says.
$(addprefix $(BUILD)/tests/unit/,test_limits_ask test_ports test_inner test_restart): $(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/tests/fakes/fake_hosts.o $(BUILD)/libfakes.a $(BUILD)/libpostroom.a
	$(LINK) $(LIBS_SRC) -lcmocka

$(BUILD)/tests/unit/test_%: $(BUILD)/tests/unit/test_%.o $(BUILD)/libfakes.a $(BUILD)/libpostroom.a
	$(LINK) $(LIBS_SRC) -lcmocka

$(BUILD)/tests/tables/%: $(BUILD)/tests/tables/%.o $(BUILD)/libconsole.a $(BUILD)/libpostroom.a
	$(LINK) $(LIBS_SRC) $(LIBS_UI) -lcmocka

$(BUILD)/tests/monkey/%: $(BUILD)/tests/monkey/%.o $(FAKE_HOSTS) $(BUILD)/libstage.a $(BUILD)/libconsole.a $(BUILD)/libengine_fake.a $(BUILD)/libfakes.a $(BUILD)/libpostroom.a
	$(LINK) $(LIBS_SRC) $(LIBS_UI) -lcmocka

# Live tests get the real directory; of the fakes only what the real one lacks.
# Static patterns: where only console.o is new, make would rather take the general rule.
LIVE_PTY  := $(filter $(BUILD)/tests/live/test_pty_%,$(LIVE))
PTY_LIVE  := $(patsubst %.c,$(BUILD)/%.o,$(addprefix tests/live/,console.c hostile_people.c proxy.c servers.c))
$(BUILD)/tests/live/test_pty: $(BUILD)/tests/live/test_pty.o $(BUILD)/libpty.a $(BUILD)/libpostroom.a
	$(LINK) $(LIBS_SRC) $(LIBS_UI) -lcmocka

$(LIVE_PTY): $(BUILD)/tests/live/test_pty_%: $(BUILD)/tests/live/test_pty_%.o $(PTY_LIVE) $(BUILD)/libpty.a $(BUILD)/libpostroom.a
	$(LINK) $(LIBS_SRC) $(LIBS_UI) -lcmocka

$(filter-out $(LIVE_PTY) $(BUILD)/tests/live/test_pty,$(LIVE)): $(BUILD)/tests/live/%: $(BUILD)/tests/live/%.o $(BUILD)/libpostroom.a $(BUILD)/libfakes.a
	$(LINK) $(LIBS_SRC) -lcmocka

# Held sessions are kept by a file of their own.
$(addprefix $(BUILD)/tests/live/,test_live_who test_live_many test_pty_who test_pty_faults test_pty_read_only): $(BUILD)/tests/live/sessions.o

$(addprefix $(BUILD)/tests/live/,test_pty_secrets test_pty_secrets_repairs): $(BUILD)/tests/live/secrets.o

$(BUILD)/tests/bench/bench_screen: $(BUILD)/tests/bench/bench_screen.o $(BUILD)/libpty.a $(BUILD)/libpostroom.a
	$(LINK) $(LIBS_SRC) $(LIBS_UI)

$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/libpostroom.a
	$(LINK) $(LIBS_SRC)

.PRECIOUS: $(BUILD)/%.o

.PHONY: unit-binaries live-binaries
unit-binaries: $(UNIT) $(TABLES) $(MONKEY)
live-binaries: $(LIVE)

.PHONY: deps check check-unit check-full check-run check-unit-run bench
# What is missing comes from Debian; nothing happens where all is there.
deps:
	@bash tests/lab/install build

check-unit: deps
	@$(MAKE) --no-print-directory -j"$$(nproc)" check-unit-run

check-unit-run: all unit-binaries
	@BUILD=$(BUILD) bash tests/run unit

check:
	@bash tests/lab/install all
	@$(MAKE) --no-print-directory -j"$$(nproc)" check-run

check-full:
	@bash tests/lab/install all
	@POSTROOM_FULL=1 $(MAKE) --no-print-directory -j"$$(nproc)" check-run

check-run: all unit-binaries live-binaries
	@BUILD=$(BUILD) bash tests/run all

bench: deps
	@$(MAKE) --no-print-directory bench-run
.PHONY: bench-run
bench-run: all $(BENCH)
	@BUILD=$(BUILD) bash tests/bench/run

# --- fuzzing -------------------------------------------------------------------
# Every tests/fuzz/fuzz_NAME.c becomes $(BUILD)/fuzz/fuzz_NAME and runs for
# FUZZ_SECONDS (60); FUZZ=NAME chooses one. Needs clang, in a build of its own.
.PHONY: fuzz fuzz-run
fuzz:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz CC=clang FUZZING=1 fuzz-run

FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))

$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/libconsole.a $(BUILD)/libpostroom.a
	$(LINK) -fsanitize=fuzzer $(LIBS_SRC) $(LIBS_UI)

fuzz-run: $(FUZZERS)
	@BUILD=$(BUILD) bash tests/fuzz/run

# --- the demonstration system ------------------------------------------------
.PHONY: demo demo-stop demo-shell
demo:
	@bash tests/lab/install all
	@echo "Building postroom ..."
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" all
	@BUILD=$(BUILD) bash tests/lab/demo $(DEMO)

demo-stop:
	@bash $(LAB) stop --name $(DEMO)
	@echo "The demonstration system is stopped; make demo starts it again."

demo-shell:
	@bash $(LAB) env --name $(DEMO)

# --- installing ---------------------------------------------------------------
.PHONY: install
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/postroom/keymaps \
		$(DESTDIR)$(PREFIX)/share/postroom/themes \
		$(DESTDIR)$(PREFIX)/share/postroom/profiles $(DESTDIR)$(PREFIX)/share/doc/postroom/slapd \
		$(DESTDIR)$(PREFIX)/share/doc/postroom/systemd \
		$(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 755 $(BUILD)/postroom $(DESTDIR)$(PREFIX)/bin/postroom
	install -m 644 keymaps/*.keys $(DESTDIR)$(PREFIX)/share/postroom/keymaps/
	install -m 644 ui/themes/*.theme $(DESTDIR)$(PREFIX)/share/postroom/themes/
	install -m 644 src/directory/profiles/*.profile $(DESTDIR)$(PREFIX)/share/postroom/profiles/
	install -m 644 docs/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 docs/*.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	sed -i 's|/usr/local/share/|$(PREFIX)/share/|' $(DESTDIR)$(PREFIX)/share/man/man5/*.5
	install -m 644 docs/safety.md docs/limits.md README.md LICENSE $(DESTDIR)$(PREFIX)/share/doc/postroom/
	install -m 644 packaging/sudoers $(DESTDIR)$(PREFIX)/share/doc/postroom/
	install -m 644 packaging/systemd/* $(DESTDIR)$(PREFIX)/share/doc/postroom/systemd/
	sed -i 's|/usr/local/bin/|$(PREFIX)/bin/|' $(DESTDIR)$(PREFIX)/share/doc/postroom/systemd/* $(DESTDIR)$(PREFIX)/share/doc/postroom/sudoers
	install -m 644 packaging/slapd/* $(DESTDIR)$(PREFIX)/share/doc/postroom/slapd/

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
