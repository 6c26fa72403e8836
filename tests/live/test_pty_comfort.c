/*
 * test_pty_comfort: what a person may have to their taste, in the whole program
 * on the private mail system: keymap, theme, columns and filters that are
 * there again, a copy to the clipboard, the mouse.
 *
 * Nothing here writes to the directory.  Needs the lab.
 */
#include "tests/live/console.h"

#include "base/base64.h"
#include "tests/pty/strict.h"

static struct pty_session *open_with(const char *config, const char *const *further, unsigned more, int rows, int columns)
{
	const char *argv[18] = { console_env("POSTROOM"), "--start", "users", "--config", config, NULL };
	struct pty_options options = { .rows = rows, .columns = columns, .argv = argv, .more = more };
	struct pty_session *session;

	for (size_t i = 0; further && further[i] && i + 6 < sizeof(argv) / sizeof(argv[0]); i++)
		argv[i + 5] = further[i];
	session = pty_start(&options);
	assert_non_null(session);
	console_wait(session, "list complete");
	return session;
}

static void leave(struct pty_session *session, const char *where)
{
	pty_settle(session, 60);
	pty_type(session, "\x18");
	console_end(session, 0, where);
}

/* The row on which these words stand, -1 none. */
static int row_of(const struct pty_session *session, const char *words)
{
	for (int row = 0; row < session->screen.rows; row++) {
		char *line = screen_row(&session->screen, row);
		bool here = strstr(line, words) != NULL;

		free(line);
		if (here)
			return row;
	}
	return -1;
}

static void columns_and_filters_are_there_again(void **state)
{
	char *config = console_configure("comfort-lists", NULL, NULL, NULL), *line;
	struct pty_session *session = open_with(config, NULL, 0, 24, 100);

	(void)state;
	console_step(session, "v", "Columns of Users");
	/* Login goes in front of the name. */
	console_step(session, "j", "\xe2\x96\xb8 [x] Login");
	pty_type(session, "K");
	pty_settle(session, 60);
	console_step(session, "\r", "the columns that you chose");
	console_step(session, "/", "Find:");
	console_step(session, "kassel", "kassel");
	pty_type(session, "\033");
	pty_settle(session, 700);
	console_step(session, "F", "Keep this filter of Users");
	console_step(session, "\r", "The filter is kept as kassel");
	leave(session, "choosing");

	session = open_with(config, NULL, 0, 24, 100);
	line = screen_row(&session->screen, 3);
	assert_non_null(strstr(line, "Login"));
	assert_non_null(strstr(line, "Name"));
	assert_true(strstr(line, "Login") < strstr(line, "Name"));
	free(line);
	console_step(session, "f", "Saved filters of Users");
	console_step(session, "\r", "Find: kassel");
	leave(session, "chosen");
	free(config);
}

static void a_copy_holds_the_stored_bytes(void **state)
{
	char *config = console_configure("comfort-copy", NULL, NULL, "clipboard = yes\n");
	char *without = console_configure("comfort-no-copy", NULL, NULL, NULL);
	struct pty_session *session = open_with(config, NULL, STRICT_CLIPBOARD, 24, 80);
	static const char address[] = "aevar.oladottir@example.com";
	struct arena *arena = arena_new();
	bool found = false;
	size_t length;
	char *bytes;

	(void)state;
	console_step(session, "/", "Find:");
	console_step(session, "\xc3\x86var", "aevar.oladottir");
	console_step(session, "\r", "Primary address");
	pty_type(session, "\033[H");
	/* Down the page until the address is what was copied. */
	for (int i = 0; i < 40 && !found; i++) {
		pty_type(session, "y\033[B");
		pty_settle(session, 60);
		bytes = base64_decode(arena, text_get(&session->screen.clipboard), &length);
		found = bytes != NULL && length == strlen(address) && memcmp(bytes, address, length) == 0;
	}
	assert_true(found);
	leave(session, "copying");

	/* Without the configuration no such byte leaves: this session's parser would refuse it. */
	session = open_with(without, NULL, 0, 24, 80);
	console_step(session, "\r", "Primary address");
	console_step(session, "y", "clipboard = yes is not set");
	leave(session, "not copying");
	arena_free(arena);
	free(config);
	free(without);
}

static void the_mouse_goes_where_it_is_pressed(void **state)
{
	char *config = console_configure("comfort-mouse", NULL, NULL, "mouse = yes\n");
	struct pty_session *session = open_with(config, NULL, STRICT_MOUSE, 24, 80);
	int first = row_of(session, "\xe2\x96\xb8");
	char click[40];

	(void)state;
	assert_true(session->screen.mouse);
	assert_true(first > 0);
	snprintf(click, sizeof(click), "\033[<0;10;%dM\033[<0;10;%dm", first + 3, first + 3);
	pty_type(session, click);
	pty_settle(session, 150);
	assert_int_equal(row_of(session, "\xe2\x96\xb8"), first + 2);
	pty_type(session, "\033[<65;10;10M");
	pty_settle(session, 150);
	assert_int_equal(row_of(session, "\xe2\x96\xb8"), first + 5);
	/* The bar is the second row. */
	console_step(session, "\033[<0;18;2M", "[3 Dom");
	assert_true(pty_shows(session, "Domains - "));
	leave(session, "mouse");
	free(config);
}

static void keys_and_colours_are_chosen(void **state)
{
	static const char *const emacs[] = { "--keymap", "emacs", "--theme", "high-contrast", NULL };
	static const char *const dark[] = { "--theme", "dark", NULL };
	char *config = console_configure("comfort-keys", NULL, NULL, NULL);
	struct pty_session *session = open_with(config, emacs, 0, 24, 80);
	int first = row_of(session, "\xe2\x96\xb8");

	(void)state;
	assert_false(session->screen.colours_seen);
	pty_type(session, "\x0e");
	pty_settle(session, 100);
	assert_int_equal(row_of(session, "\xe2\x96\xb8"), first + 1);
	console_step(session, "\033x", "All actions");
	console_step(session, "keymap-diff\r", "Keys that differ: emacs and default");
	pty_type(session, "\x07");
	pty_settle(session, 100);
	console_step(session, "?", "New here? f shows the first steps.");
	console_step(session, "f", "From finding to taking back");
	leave(session, "emacs");
	session = open_with(config, dark, STRICT_COLOURS, 24, 80);
	assert_true(session->screen.colours_seen);
	leave(session, "dark");
	free(config);
}

/* A theme and a choice of columns that cannot be read are told, and the console opens all the same. */
static void what_is_broken_is_told(void **state)
{
	char theme[300], words[400], *config, *lists;
	struct pty_session *session;

	(void)state;
	snprintf(theme, sizeof(theme), "%s/bad.theme", console_folder());
	console_write(theme, "ok = red\nbad = rot\n");
	snprintf(words, sizeof(words), "theme = \"%s\"\n", theme);
	config = console_configure("comfort-broken", NULL, NULL, words);
	session = open_with(config, NULL, 0, 24, 200);
	console_wait(session, "bad.theme, line 2");
	leave(session, "a bad theme");
	free(config);
	config = console_configure("comfort-lists-broken", NULL, NULL, NULL);
	snprintf(words, sizeof(words), "%s/state-comfort-lists-broken/lists.json", console_folder());
	console_write(words, "{ broken");
	session = open_with(config, NULL, 0, 24, 200);
	console_wait(session, "lists.json is not understood");
	console_step(session, "v", "Columns of Users");
	console_step(session, "\r", "the columns that you chose");
	leave(session, "a broken choice");
	lists = console_slurp(words, NULL);
	assert_non_null(strstr(lists, "postroom-lists-1"));
	free(lists);
	free(config);
}

static int sweep(void **state)
{
	(void)state;
	lab_sweep();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_and_filters_are_there_again),
		cmocka_unit_test(a_copy_holds_the_stored_bytes),
		cmocka_unit_test(the_mouse_goes_where_it_is_pressed),
		cmocka_unit_test(keys_and_colours_are_chosen),
		cmocka_unit_test(what_is_broken_is_told),
	};

	if (!console_ready("comfort"))
		return 0;
	return cmocka_run_group_tests(tests, NULL, sweep);
}
