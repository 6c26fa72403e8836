/*
 * key_names: keys to names and back, in one table.
 *
 * Pure; never fails beyond saying that a name is none.  Any thread.
 */
#include "ui/keys.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* The first name of a key is the one that is shown; the others are understood. */
static const struct { const char *name; enum key_kind kind; uint32_t code; } names[] = {
	{ "Enter", KEY_KIND_NAMED, NAMED_ENTER },
	{ "Return", KEY_KIND_NAMED, NAMED_ENTER },
	{ "Esc", KEY_KIND_NAMED, NAMED_ESC },
	{ "Escape", KEY_KIND_NAMED, NAMED_ESC },
	{ "Tab", KEY_KIND_NAMED, NAMED_TAB },
	{ "Backspace", KEY_KIND_NAMED, NAMED_BACKSPACE },
	{ "Delete", KEY_KIND_NAMED, NAMED_DELETE },
	{ "Del", KEY_KIND_NAMED, NAMED_DELETE },
	{ "Insert", KEY_KIND_NAMED, NAMED_INSERT },
	{ "Ins", KEY_KIND_NAMED, NAMED_INSERT },
	{ "Up", KEY_KIND_NAMED, NAMED_UP },
	{ "Down", KEY_KIND_NAMED, NAMED_DOWN },
	{ "Left", KEY_KIND_NAMED, NAMED_LEFT },
	{ "Right", KEY_KIND_NAMED, NAMED_RIGHT },
	{ "Home", KEY_KIND_NAMED, NAMED_HOME },
	{ "End", KEY_KIND_NAMED, NAMED_END },
	{ "PgUp", KEY_KIND_NAMED, NAMED_PGUP },
	{ "PageUp", KEY_KIND_NAMED, NAMED_PGUP },
	{ "PgDn", KEY_KIND_NAMED, NAMED_PGDN },
	{ "PageDown", KEY_KIND_NAMED, NAMED_PGDN },
	/* Signs that mean something in a keymap file. */
	{ "Space", KEY_KIND_TEXT, ' ' },
	{ "Comma", KEY_KIND_TEXT, ',' },
	{ "Hash", KEY_KIND_TEXT, '#' },
};
#define NAMES (sizeof(names) / sizeof(names[0]))

static const struct { const char *prefix; unsigned modifier; } modifiers[] = {
	{ "Ctrl-", WITH_CTRL }, { "Alt-", WITH_ALT }, { "Shift-", WITH_SHIFT },
};
#define MODIFIERS (sizeof(modifiers) / sizeof(modifiers[0]))

bool key_is_text(const struct key *key)
{
	return key->kind == KEY_KIND_TEXT && !(key->modifiers & (WITH_CTRL | WITH_ALT));
}

bool key_same(const struct key *a, const struct key *b)
{
	return a->kind == b->kind && a->code == b->code && a->modifiers == b->modifiers;
}

static void bare_name(const struct key *key, char *out, size_t room)
{
	char letter[5] = "";
	uint32_t code = key->code;
	size_t i;

	if (key->kind == KEY_KIND_PASTE) {
		snprintf(out, room, "paste");
		return;
	}
	if (key->kind == KEY_KIND_MOUSE) {
		snprintf(out, room, "mouse");
		return;
	}
	if (key->kind == KEY_KIND_NAMED && code >= NAMED_F1 && code <= NAMED_F24) {
		snprintf(out, room, "F%u", (unsigned)(code - NAMED_F1 + 1));
		return;
	}
	for (i = 0; i < NAMES; i++) {
		if (names[i].kind == key->kind && names[i].code == code) {
			snprintf(out, room, "%s", names[i].name);
			return;
		}
	}
	if (key->kind != KEY_KIND_TEXT) {
		snprintf(out, room, "none");
		return;
	}
	if ((key->modifiers & WITH_CTRL) && code >= 'a' && code <= 'z')
		code -= 'a' - 'A';
	utf8_encode(code, letter);
	snprintf(out, room, "%s", letter);
}

const char *key_name(const struct key *key, char *out, size_t room)
{
	char bare[16];
	const char *prefix[MODIFIERS];
	size_t i;

	for (i = 0; i < MODIFIERS; i++)
		prefix[i] = key->modifiers & modifiers[i].modifier ? modifiers[i].prefix : "";
	bare_name(key, bare, sizeof(bare));
	snprintf(out, room, "%s%s%s%s", prefix[0], prefix[1], prefix[2], bare);
	return out;
}

static bool function_key(const char *name, struct key *key)
{
	unsigned number = 0;
	int used = 0;

	if ((name[0] != 'F' && name[0] != 'f') || sscanf(name + 1, "%2u%n", &number, &used) != 1 || name[1 + used])
		return false;
	if (number < 1 || number > 24 || name[1] == '0' || name[1] == '+' || name[1] == ' ')
		return false;
	key->kind = KEY_KIND_NAMED;
	key->code = NAMED_F1 + number - 1;
	return true;
}

static bool one_character(const char *name, struct key *key)
{
	size_t length = strlen(name);
	uint32_t code;

	if (length == 0 || utf8_decode(name, length, &code) != length || char_classify(code) == CHAR_HIDDEN)
		return false;
	if (code == ' ')
		return false;
	key->kind = KEY_KIND_TEXT;
	key->code = code;
	return true;
}

bool key_from_name(const char *name, struct key *key)
{
	size_t i;

	memset(key, 0, sizeof(*key));
	for (i = 0; i < MODIFIERS; i++) {
		size_t length = strlen(modifiers[i].prefix);

		if (strncasecmp(name, modifiers[i].prefix, length) == 0 && name[length]) {
			key->modifiers |= modifiers[i].modifier;
			name += length;
			i = (size_t)-1;
		}
	}
	for (i = 0; i < NAMES; i++) {
		if (strcasecmp(name, names[i].name) == 0) {
			key->kind = names[i].kind;
			key->code = names[i].code;
			break;
		}
	}
	if (i == NAMES && !function_key(name, key) && !one_character(name, key))
		return false;
	if (key->kind != KEY_KIND_TEXT)
		return true;
	/* A terminal sends the shifted character itself. */
	if (key->modifiers & WITH_SHIFT)
		return false;
	if (key->modifiers & WITH_CTRL) {
		if (key->code >= 'A' && key->code <= 'Z')
			key->code += 'a' - 'A';
		return key->code == ' ' || (key->code >= 'a' && key->code <= 'z') || (key->code < 128 && strchr("\\]^_", (int)key->code));
	}
	return true;
}
