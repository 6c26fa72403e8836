/*
 * key_sequences: what finished CSI and SS3 sequences mean.
 *
 * Both forms are taken whatever TERM says: xterm, VT220, rxvt, PuTTY and the
 * Linux console differ in which they send, and tmux changes it on the way.
 * Pure; loop thread.
 */
#include "ui/keys_private.h"

#include <string.h>

/* Highest modifier parameter: 1 + Shift, Alt, Ctrl, Meta. Above it the second parameter is something else. */
#define MODIFIERS_MOST 16

/* The numbers before `~`, after the VT220 and xterm. */
static const unsigned char tilde_keys[] = {
	[1] = NAMED_HOME, [2] = NAMED_INSERT, [3] = NAMED_DELETE, [4] = NAMED_END,
	[5] = NAMED_PGUP, [6] = NAMED_PGDN, [7] = NAMED_HOME, [8] = NAMED_END,
	[11] = NAMED_F1, [12] = NAMED_F1 + 1, [13] = NAMED_F1 + 2, [14] = NAMED_F1 + 3, [15] = NAMED_F1 + 4,
	[17] = NAMED_F1 + 5, [18] = NAMED_F1 + 6, [19] = NAMED_F1 + 7, [20] = NAMED_F1 + 8, [21] = NAMED_F1 + 9,
	[23] = NAMED_F1 + 10, [24] = NAMED_F1 + 11, [25] = NAMED_F1 + 12, [26] = NAMED_F1 + 13,
	[28] = NAMED_F1 + 14, [29] = NAMED_F1 + 15, [31] = NAMED_F1 + 16, [32] = NAMED_F1 + 17,
	[33] = NAMED_F1 + 18, [34] = NAMED_F1 + 19,
};

/* Final letters that CSI and SS3 share. */
static uint32_t letter_key(unsigned char final)
{
	switch (final) {
	case 'A': return NAMED_UP;
	case 'B': return NAMED_DOWN;
	case 'C': return NAMED_RIGHT;
	case 'D': return NAMED_LEFT;
	case 'H': return NAMED_HOME;
	case 'F': return NAMED_END;
	case 'P': return NAMED_F1;
	case 'Q': return NAMED_F1 + 1;
	case 'R': return NAMED_F1 + 2;
	case 'S': return NAMED_F1 + 3;
	default: return NAMED_NONE;
	}
}

/* rxvt sends arrows with Shift (CSI) or Ctrl (SS3) as small letters. */
static uint32_t small_letter_key(unsigned char final)
{
	return final >= 'a' && final <= 'd' ? letter_key((unsigned char)(final - 'a' + 'A')) : NAMED_NONE;
}

static unsigned modifiers_from(unsigned parameter)
{
	unsigned bits = parameter ? parameter - 1 : 0;
	unsigned modifiers = 0;

	if (bits & 1)
		modifiers |= WITH_SHIFT;
	if (bits & (2 | 8))
		modifiers |= WITH_ALT;
	if (bits & 4)
		modifiers |= WITH_CTRL;
	return modifiers;
}

static bool named(struct key *key, uint32_t code, unsigned modifiers)
{
	memset(key, 0, sizeof(*key));
	key->kind = KEY_KIND_NAMED;
	key->code = code;
	key->modifiers = modifiers;
	return code != NAMED_NONE;
}

bool key_of_csi(unsigned char final, const unsigned *parameter, unsigned parameters, struct key *key)
{
	unsigned modifiers = 0;

	if (parameters > 2 || (parameters == 2 && parameter[1] > MODIFIERS_MOST))
		return false;
	if (parameters == 2)
		modifiers = modifiers_from(parameter[1]);
	switch (final) {
	case '@':
		modifiers |= WITH_CTRL;
		/* fall through */
	case '$':
		modifiers |= WITH_SHIFT;
		break;
	case '^':
		modifiers |= WITH_CTRL;
		break;
	case '~':
		break;
	case 'Z':
		return named(key, parameters ? NAMED_NONE : NAMED_TAB, WITH_SHIFT);
	default:
		if (parameters && (parameters != 2 || parameter[0] != 1))
			return false;
		if (letter_key(final) == NAMED_NONE)
			return named(key, parameters ? NAMED_NONE : small_letter_key(final), WITH_SHIFT);
		return named(key, letter_key(final), modifiers);
	}
	if (parameters == 0 || parameter[0] >= sizeof(tilde_keys))
		return false;
	return named(key, tilde_keys[parameter[0]], modifiers);
}

bool key_of_ss3(unsigned char final, const unsigned *parameter, unsigned parameters, struct key *key)
{
	unsigned last = parameters ? parameter[parameters - 1] : 0;

	if (parameters > 2 || last > MODIFIERS_MOST)
		return false;
	if (final == 'M')                      /* Enter of the number pad */
		return named(key, NAMED_ENTER, modifiers_from(last));
	if (letter_key(final) == NAMED_NONE)
		return named(key, small_letter_key(final), WITH_CTRL);
	return named(key, letter_key(final), modifiers_from(last));
}

bool mouse_deed(unsigned button, uint32_t *deed)
{
	/* 4, 8 and 16 are Shift, Alt and Ctrl; 32 is moving. */
	switch (button & ~(4u | 8u | 16u)) {
	case 0: *deed = MOUSE_CLICK; return true;
	case 64: *deed = MOUSE_WHEEL_UP; return true;
	case 65: *deed = MOUSE_WHEEL_DOWN; return true;
	default: return false;
	}
}
