/*
 * strict: which control sequences a program may send to a terminal.
 *
 * Those that the string capabilities of the terminal's terminfo entry can
 * produce, and our own list (bracketed paste on and off).  Strings (OSC, DCS,
 * APC, PM, SOS) are never allowed, whatever terminfo says; but a test that asks
 * for a copy to the clipboard allows that one, and one with a mouse its modes.
 */
#ifndef POSTROOM_TESTS_PTY_STRICT_H
#define POSTROOM_TESTS_PTY_STRICT_H

#include <stdbool.h>
#include <stddef.h>

struct strict;
/* NULL where this machine does not know the terminal. Does not disturb a curses that is open. */
struct strict *strict_new(const char *term);
void strict_free(struct strict *strict);
enum strict_more { STRICT_CLIPBOARD = 1, STRICT_MOUSE = 2, STRICT_COLOURS = 4 /* beyond the eight, and backgrounds */ };
/* Allows more in this test. */
void strict_allow(struct strict *strict, unsigned more);
unsigned strict_allowed(const struct strict *strict);
/* Length of the whole clipboard sequence at hand where it is allowed; 0: it is none, or its end has not come (*wait). */
size_t strict_clipboard(const struct strict *strict, const char *bytes, size_t length, bool *wait);
/* One control character, or one whole escape sequence. */
bool strict_allows(const struct strict *strict, const char *bytes, size_t length);

#endif
