/*
 * strict: which control sequences a program may send to a terminal.
 *
 * A sequence is boiled down to its shape: introducer, private mark, final, and
 * for those finals whose numbers decide what happens (h, l, t, c, q) the
 * numbers too.  Capabilities are boiled down the same way after their %
 * operators are taken out.
 */
#include "tests/pty/strict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curses.h>
#include <term.h>
#undef columns
#undef lines

#define SHAPES_MOST 600
#define SHAPE_ROOM 24

struct strict {
	char shapes[SHAPES_MOST][SHAPE_ROOM];
	size_t count;
	bool controls[32];
	unsigned more;                 /* enum strict_more */
};

static bool has(const struct strict *strict, const char *shape)
{
	size_t i;

	for (i = 0; i < strict->count; i++) {
		if (strcmp(strict->shapes[i], shape) == 0)
			return true;
	}
	return false;
}

static void add(struct strict *strict, const char *shape)
{
	if (!has(strict, shape) && strict->count < SHAPES_MOST)
		snprintf(strict->shapes[strict->count++], SHAPE_ROOM, "%s", shape);
}

/*
 * Calls `each` with the shapes of the escape sequence at hand (one for each number where numbers
 * count) and returns its length; false from `each` ends with *fine = false.
 */
static size_t boil_down(const char *bytes, size_t length, bool (*each)(void *context, const char *shape), void *context, bool *fine)
{
	char shape[SHAPE_ROOM], numbers[64] = "", *number, *rest = numbers;
	size_t i = 2, used = 0;
	char private = 0;

	if (length < 2 || strchr("]P_^X", bytes[1])) {
		*fine = false;
		return length;
	}
	if (bytes[1] == '(' || bytes[1] == ')') {
		snprintf(shape, sizeof(shape), "%.3s", bytes);
		*fine = length > 2 && each(context, shape) && *fine;
		return 3;
	}
	if (bytes[1] != '[') {
		snprintf(shape, sizeof(shape), "%.2s", bytes);
		*fine = each(context, shape) && *fine;
		return 2;
	}
	for (; i < length && (bytes[i] < '@' || bytes[i] > '~'); i++) {
		if (bytes[i] == '?' || bytes[i] == '>')
			private = bytes[i];
		else if (used < sizeof(numbers) - 1)
			numbers[used++] = bytes[i];
	}
	if (i == length) {
		*fine = false;
		return length;
	}
	if (!strchr("hltcq", bytes[i]))
		rest = NULL;
	do {
		number = bytes[i] == 't' ? rest : strsep(&rest, ";");
		snprintf(shape, sizeof(shape), "[%c%.16s%c", private ? private : ' ', number ? number : "", bytes[i]);
		*fine = each(context, shape) && *fine;
	} while (rest && bytes[i] != 't');
	return i + 1;
}

static bool learn(void *context, const char *shape)
{
	add(context, shape);
	return true;
}

static bool known(void *context, const char *shape)
{
	return has(context, shape);
}

/* Length of the % operator at hand. */
static size_t operator_length(const char *at)
{
	size_t n = 1;

	switch (at[1]) {
	case 'p': case 'P': case 'g':
		return at[2] ? 3 : 2;
	case '\'':
		return at[2] && at[3] ? 4 : 2;
	case '{':
		return strcspn(at, "}") + 1;
	}
	/* Flags and widths of a number to print; a minus or plus among them stands behind a colon. */
	if (at[1] && strchr(":# .0123456789", at[1])) {
		while (at[n] && strchr(":-+# .0123456789", at[n]))
			n++;
	}
	return at[n] ? n + 1 : n;
}

static void learn_capability(struct strict *strict, const char *capability)
{
	char plain[1024];
	size_t used = 0, at = 0;
	bool fine = true;

	while (*capability && used < sizeof(plain) - 1) {
		if (*capability == '%') {
			capability += operator_length(capability);
		} else if (capability[0] == '$' && capability[1] == '<' && strchr(capability, '>')) {
			capability = strchr(capability, '>') + 1;
		} else {
			plain[used++] = *capability++;
		}
	}
	while (at < used) {
		if (plain[at] == '\033') {
			at += boil_down(plain + at, used - at, learn, strict, &fine);
		} else {
			if ((unsigned char)plain[at] < 32)
				strict->controls[(unsigned char)plain[at]] = true;
			at++;
		}
	}
}

/* Keys are what a terminal sends; u6..u9 are questions and answers; resetting a terminal is for tset. */
static bool is_no_output(const char *name)
{
	return name[0] == 'k' || name[0] == 'u' || strncmp(name, "rs", 2) == 0 || (name[0] == 'i' && name[1] == 's');
}

struct strict *strict_new(const char *term)
{
	TERMINAL *open = cur_term;
	struct strict *strict;
	int status = 0;
	size_t i;

	if (setupterm(term, 2, &status) != OK)
		return NULL;
	strict = calloc(1, sizeof(*strict));
	for (i = 0; strnames[i]; i++) {
		char *value = tigetstr(strnames[i]);

		if (value && value != (char *)-1 && !is_no_output(strnames[i]))
			learn_capability(strict, value);
	}
	del_curterm(cur_term);
	set_curterm(open);
	add(strict, "[?2004h");
	add(strict, "[?2004l");
	strict->controls['\r'] = strict->controls['\n'] = strict->controls['\b'] = strict->controls['\t'] = true;
	strict->controls['\a'] = false;
	return strict;
}

void strict_free(struct strict *strict)
{
	free(strict);
}

void strict_allow(struct strict *strict, unsigned more)
{
	static const char *const mouse[] = { "[?1000h", "[?1000l", "[?1006h", "[?1006l" };
	size_t i;

	strict->more |= more;
	for (i = 0; more & STRICT_MOUSE && i < sizeof(mouse) / sizeof(mouse[0]); i++)
		add(strict, mouse[i]);
}

unsigned strict_allowed(const struct strict *strict)
{
	return strict->more;
}

size_t strict_clipboard(const struct strict *strict, const char *bytes, size_t length, bool *wait)
{
	static const char start[] = "\033]52;c;";
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
	size_t n = sizeof(start) - 1;

	*wait = false;
	if (!(strict->more & STRICT_CLIPBOARD) || memcmp(bytes, start, length < n ? length : n) != 0)
		return 0;
	while (n < length && memchr(base64, bytes[n], sizeof(base64) - 1))
		n++;
	*wait = n >= length;
	return n < length && bytes[n] == '\a' ? n + 1 : 0;
}

bool strict_allows(const struct strict *strict, const char *bytes, size_t length)
{
	bool fine = true, wait;

	if (strict_clipboard(strict, bytes, length, &wait) == length)
		return true;

	if (bytes[0] != '\033')
		return (unsigned char)bytes[0] < 32 && strict->controls[(unsigned char)bytes[0]];
	/* known() only reads. */
	boil_down(bytes, length, known, (void *)strict, &fine);
	return fine;
}
