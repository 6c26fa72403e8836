/*
 * keys: from raw terminal bytes to keys, and keys to names and back.
 *
 * A state machine fed with bytes and the time; it never reads, never waits and
 * never fails.  Sequences it does not know are swallowed whole and counted,
 * never split into printable keys, so a stray mouse report or a slow link is
 * never a command (terminal-and-safety 2).  Reports of the mouse become keys
 * only where they were asked for.  Where no text field has the focus,
 * keys that make text are held for 20 ms: more than eight of them in that time
 * are a paste from a terminal without bracketed paste, and come as one.
 * Loop thread only.
 */
#ifndef POSTROOM_UI_KEYS_H
#define POSTROOM_UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_kind {
	KEY_KIND_NONE,
	KEY_KIND_TEXT,         /* code is a Unicode scalar value; with Ctrl a lower-case letter or sign */
	KEY_KIND_NAMED,        /* code is an enum named_key */
	KEY_KIND_PASTE,        /* pasted holds the text */
	KEY_KIND_MOUSE         /* code is an enum mouse_deed; only where keys_set_mouse asked for it */
};
enum named_key {
	NAMED_NONE, NAMED_ENTER, NAMED_ESC, NAMED_TAB, NAMED_BACKSPACE, NAMED_DELETE, NAMED_INSERT,
	NAMED_UP, NAMED_DOWN, NAMED_LEFT, NAMED_RIGHT, NAMED_HOME, NAMED_END, NAMED_PGUP, NAMED_PGDN,
	NAMED_F1, NAMED_F24 = NAMED_F1 + 23
};
enum mouse_deed { MOUSE_CLICK, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };
enum key_modifiers { WITH_SHIFT = 1, WITH_ALT = 2, WITH_CTRL = 4 };

struct key {
	enum key_kind kind;
	uint32_t code;
	unsigned modifiers;    /* enum key_modifiers; Shift only on named keys */
	const char *pasted;    /* PASTE: raw bytes with line ends as \n, zero-terminated; borrowed during the callback */
	size_t pasted_length;
	int row, column;       /* MOUSE: the cell, from 0 */
	bool cut;              /* PASTE: there was more than the cap, or its end never came */
};

/* True for a key that types a character: TEXT without Ctrl or Alt. */
bool key_is_text(const struct key *key);
bool key_same(const struct key *a, const struct key *b);
/*
 * Name as in keymaps and help: "Enter", "Space", "Ctrl-R", "Alt-x", "Shift-Tab", "PgDn", "F1", "a", "ä",
 * "Comma", "Hash". Writes at most `room` bytes (40 is enough) and returns out.
 */
const char *key_name(const struct key *key, char *out, size_t room);
/* Reads such a name (names of named keys in any case); false where it is none. */
bool key_from_name(const char *name, struct key *key);

struct keys;
/* Keys are delivered to `pressed` from inside keys_feed and keys_tick. */
struct keys *keys_new(void (*pressed)(void *context, const struct key *key), void *context);
void keys_free(struct keys *keys);
/* How long after an Esc a sequence may begin; milliseconds, held within 10..500, 50 at first. */
void keys_set_escape_time(struct keys *keys, unsigned milliseconds);
/* Most bytes of one paste, 65,536 at first; the rest is dropped and the key says cut. */
void keys_set_paste_most(struct keys *keys, size_t most);
/* Reports of the mouse (SGR 1006) become keys of KEY_KIND_MOUSE: pressing the left button, and the wheel. Off at first. */
void keys_set_mouse(struct keys *keys, bool wanted);
/* A text field has the focus: keys come at once and are never taken for a paste. May be called from `pressed`. */
void keys_set_field(struct keys *keys, bool field);
/* Bytes as read; now in monotonic milliseconds, never going back. */
void keys_feed(struct keys *keys, const void *bytes, size_t length, int64_t now);
/* When keys_tick is wanted next; -1: not before more bytes. */
int64_t keys_due(const struct keys *keys);
void keys_tick(struct keys *keys, int64_t now);
/* Drops what was typed ahead and not delivered yet; for dialogs that must not be answered by accident. */
void keys_forget(struct keys *keys);

#endif
