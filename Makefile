# postroom: one file, not recursive. Parses before gcc and pkg-config exist:
# everything that asks a tool is expanded only inside recipes or after "deps".

BUILD    ?= build
CC       ?= gcc
PREFIX   ?= /usr/local
DESTDIR  ?=

STD      := -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wpointer-arith -Wwrite-strings
HARDEN   := -fstack-protector-strong -fPIE -fno-common
OPT      := -O2 -g
ifeq ($(SANITIZE),1)
OPT      := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
SANLINK  := -fsanitize=address,undefined
else
HARDEN   += -D_FORTIFY_SOURCE=2
endif
CFLAGS   ?=
ALL_CFLAGS = $(STD) $(OPT) $(WARN) $(HARDEN) -Isrc -I. -I$(BUILD)/gen $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro -Wl,-z,now $(SANLINK) $(LDFLAGS)
LIBS_SRC  := -lldap -llber -luv -lconfuse -ljansson -lidn2 -lpthread
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

$(BUILD)/libpostroom.a: $(SRC_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/libconsole.a: $(UI_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/postroom: $(BUILD)/src/main.o $(BUILD)/libconsole.a $(BUILD)/libpostroom.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_SRC) $(LIBS_UI)

# Unit tests link without ncurses, which proves that src/ knows no screen;
# tests of ui/ files that are free of curses are named test_ui_*.c.
$(BUILD)/tests/unit/test_ui_%: $(BUILD)/tests/unit/test_ui_%.o $(BUILD)/libconsole.a $(BUILD)/libpostroom.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_SRC) $(LIBS_UI) -lcmocka

$(BUILD)/tests/unit/test_%: $(BUILD)/tests/unit/test_%.o $(BUILD)/libpostroom.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_SRC) -lcmocka

.PHONY: unit-binaries
unit-binaries: $(UNIT)

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
