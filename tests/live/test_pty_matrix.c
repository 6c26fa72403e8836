/*
 * test_pty_matrix: terminals, locales, sizes and colours in all combinations.
 *
 * Starts, shows, ends with 0, gives the terminal back; a terminal that cannot
 * be drawn on is refused in one line with 69.  Locales that this machine does
 * not have are named and left out.  A sample of 16, all with POSTROOM_FULL.
 * And: nothing is sent while nothing happens, little for a key.  Needs the lab.
 */
#include <locale.h>

#include "tests/live/console.h"

static const char *const terms[] = { "dumb", "vt100", "linux", "xterm", "xterm-256color", "screen", "tmux-256color", "rxvt-unicode" };
static const char *const locales[] = { "C", "C.UTF-8", "de_DE.ISO-8859-1", "de_DE.UTF-8", "ja_JP.UTF-8" };
static const int sizes[][2] = { { 1, 1 }, { 5, 20 }, { 10, 40 }, { 24, 80 }, { 60, 200 } };
enum { TERMS = 8, LOCALES = 5, SIZES = 5, ALL = TERMS * LOCALES * SIZES * 2 };

/* The compiler's own idea of it differs from the system's, so the system is asked. */
static bool has_locale(const char *name)
{
	locale_t locale = newlocale(LC_ALL_MASK, name, (locale_t)0);

	if (!locale)
		return false;
	freelocale(locale);
	return true;
}

static bool is_ascii(const struct text *text)
{
	size_t i;

	for (i = 0; i < text->length; i++)
		if ((unsigned char)text->bytes[i] > 126)
			return false;
	return true;
}

/* One line and 69, and nothing else. */
static void refused(struct pty_session *session, const char *where)
{
	size_t i, lines = 0;

	if (pty_wait_end(session, CONSOLE_WAIT_MS) != 69)
		fail_msg("%s: status %d, not 69", where, session->status);
	for (i = 0; i < session->stream.length; i++) {
		lines += session->stream.bytes[i] == '\n';
		if (session->stream.bytes[i] == '\033')
			fail_msg("%s: an escape was sent", where);
	}
	if (lines != 1)
		fail_msg("%s: %zu lines: %s", where, lines, text_get(&session->stream));
	assert_true(pty_restored(session));
	pty_free(session);
}

static void one_of_all(const void *context)
{
	size_t at = *(const size_t *)context;
	const char *term = terms[at % TERMS], *locale = locales[at / TERMS % LOCALES];
	const int *size = sizes[at / TERMS / LOCALES % SIZES];
	bool colour = at / TERMS / LOCALES / SIZES, drawn = size[0] >= 10 && size[1] >= 40;
	char variable[40], where[120];
	const char *const environment[] = { variable, colour ? "X=1" : "NO_COLOR=1", NULL };
	struct pty_session *session;

	snprintf(variable, sizeof(variable), "LC_ALL=%s", locale);
	snprintf(where, sizeof(where), "%s %s %dx%d %s", term, locale, size[1], size[0], colour ? "colour" : "NO_COLOR");
	session = console_open(term, size[0], size[1], environment);
	if (strcmp(term, "dumb") == 0) {
		refused(session, where);
		return;
	}
	if (drawn)
		console_wait(session, "complete");
	pty_settle(session, 200);
	if (session->stream.length == 0)
		fail_msg("%s: nothing is shown", where);
	if (!colour && session->screen.colours_seen)
		fail_msg("%s: colours", where);
	/* What is no UTF-8 cannot be taken as characters; ASCII is drawn there. */
	if (!strstr(locale, "UTF-8") && !is_ascii(&session->stream))
		fail_msg("%s: not only ASCII", where);
	if (drawn && strstr(locale, "UTF-8") && is_ascii(&session->stream))
		fail_msg("%s: only ASCII", where);
	pty_type(session, "q");
	console_end(session, 0, where);
}

static void all_combinations(void **state)
{
	bool there[LOCALES];
	size_t times = (size_t)trial_rounds(16, ALL), i, done = 0;

	(void)state;
	for (i = 0; i < LOCALES; i++) {
		there[i] = has_locale(locales[i]);
		if (!there[i])
			printf("# this machine does not have the locale %s: left out\n", locales[i]);
	}
	for (i = 0; i < ALL && done < times; i++) {
		size_t at = times == ALL ? i : trial_below(ALL);

		if (!there[at / TERMS % LOCALES])
			continue;
		lab_beside(one_of_all, &at);
		done++;
	}
	lab_join();
	printf("# figure matrix: %zu combinations of terminal, locale, size and colour\n", done);
}

static void unknown_terminals_are_refused_in_one_line(void **state)
{
	static const char *const unknown[] = { "dumb", "no-such-terminal", "", "../../etc/passwd", "xterm\033[2J", "unknown" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		const char *const environment[] = { "LC_ALL=C", NULL };

		refused(console_open(unknown[i], 24, 80, environment), unknown[i]);
	}
}

/* --- silence --------------------------------------------------------------------------------- */

static void idle_screens_send_nothing(const void *context)
{
	struct pty_session *session = console_open(NULL, 24, 80, NULL);
	int64_t until, last = console_now() + CONSOLE_WAIT_MS;
	size_t before, first;

	(void)context;
	console_wait(session, "list complete");
	pty_settle(session, 1500);
	before = first = session->stream.length;
	for (until = console_now() + 5000; console_now() < until;) {
		pty_settle(session, 250);
		/* The minute of the clock, once. */
		if (session->stream.length != before && (session->stream.length - first > 40 || strncmp(session->stream.bytes + before, "\033[", 2) != 0)) {
			/* What it asked when it opened comes when it comes; then there are five seconds of silence. */
			if (console_now() > last)
				fail_msg("%zu bytes while idle: %s", session->stream.length - first, session->stream.bytes + first + 1);
			first = session->stream.length;
			until = console_now() + 5000;
		}
		before = session->stream.length;
	}
	printf("# figure idle: %zu bytes in 5 s\n", session->stream.length - first);
	pty_type(session, "q");
	console_end(session, 0, "idle");
}

/* preview: the pane beside the bar is about another person then, so more changes. */
static void down_is_cheap(bool preview, size_t most)
{
	struct pty_session *session = console_open(NULL, 24, 80, NULL);
	size_t before, worst = 0, sent, more = 0;
	int i;

	console_wait(session, "list complete");
	if (!preview)
		console_step(session, "p", "list complete");
	pty_settle(session, 600);
	for (i = 0; i < 8; i++) {
		before = session->stream.length;
		pty_type(session, "\033[B");
		pty_settle(session, 500);
		sent = session->stream.length - before;
		more += sent > most;
		worst = sent > worst ? sent : worst;
		/* The cursor stands on the focus. */
		assert_int_equal(session->screen.row, 5 + i);
	}
	printf("# figure Down %s: %zu bytes at most\n", preview ? "with preview" : "in the list", worst);
	/* The clock, and a server that answers only now, are not its own. */
	if (more > 2)
		fail_msg("Down sent %zu bytes, and %zu times more than %zu", worst, more, most);
	pty_type(session, "q");
	console_end(session, 0, "Down");
}

static void in_the_list(const void *context)
{
	(void)context;
	down_is_cheap(false, 200);
}

static void with_preview(const void *context)
{
	(void)context;
	down_is_cheap(true, 900);
}

static void silence_and_small_answers(void **state)
{
	(void)state;
	lab_beside(idle_screens_send_nothing, NULL);
	lab_beside(in_the_list, NULL);
	lab_beside(with_preview, NULL);
	lab_join();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_combinations),
		cmocka_unit_test(unknown_terminals_are_refused_in_one_line),
		cmocka_unit_test(silence_and_small_answers),
	};

	if (!console_ready("terminals, locales and sizes"))
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
