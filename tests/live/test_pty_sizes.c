/*
 * test_pty_sizes: random sizes of the terminal, from 1x1, while keys come.
 *
 * What is on the screen afterwards is what drawing everything again gives, and
 * what a console shows that was opened at that size.  300 sizes, 10,000 with
 * POSTROOM_FULL.  Needs the lab.
 */
#include "tests/live/console.h"

enum { ROWS = 60, COLUMNS = 200, CHECK_EVERY = 60, SETTLE_MS = 120, QUIET_MS = 400 };

/* Keys that move about; what they open, the keys of settle_down close again. */
static const char *const keys[] = {
	"\033[B", "\033[A", "\033[6~", "\033[5~", "\033[H", "\033[F", "\r", "2", "3", "H", "?", "/", "l", "x", "j", "k", "\t",
};

static void random_size(int *rows, int *columns)
{
	*rows = 1 + (int)trial_below(trial_below(4) ? ROWS : 12);
	*columns = 1 + (int)trial_below(trial_below(4) ? COLUMNS : 45);
}

static void press_escape(struct pty_session *session, int times)
{
	/* Slower than a person who holds it, so that each is an Esc of its own. */
	for (; times > 0; times--) {
		pty_type(session, "\033");
		pty_settle(session, 70);
		console_pause(20);
	}
}

/* All closed, the list of users from its beginning. Each section has its own views. */
static void settle_down(struct pty_session *session)
{
	pty_settle(session, SETTLE_MS);
	press_escape(session, 8);
	pty_type(session, "2");
	press_escape(session, 8);
	pty_type(session, "\177");
	pty_settle(session, SETTLE_MS);
	pty_type(session, "\033[H");
	pty_settle(session, QUIET_MS * CONSOLE_SLOWER);
}

/* Cells of the whole screen, heap. */
static struct screen_cell *all_cells(const struct pty_session *session)
{
	const struct screen *screen = &session->screen;
	struct screen_cell *cells = memory_new((size_t)screen->rows * (size_t)screen->columns * sizeof(*cells));
	int row;

	for (row = 0; row < screen->rows; row++)
		memcpy(cells + row * screen->columns, screen_at(screen, row, 0), (size_t)screen->columns * sizeof(*cells));
	return cells;
}

static bool same_cell(const struct screen_cell *a, const struct screen_cell *b)
{
	return a->character == b->character && a->reversed == b->reversed && a->bold == b->bold
		&& a->underlined == b->underlined && a->coloured == b->coloured;
}

/* The top line tells time and pace; a notice goes with the next key. */
static void compare(const struct pty_session *session, const struct screen_cell *cells, int first_row, const char *what)
{
	const struct screen *screen = &session->screen;
	int row, column;

	for (row = first_row; row < screen->rows; row++) {
		for (column = 0; column < screen->columns && !(first_row && row == screen->rows - 2); column++) {
			if (same_cell(screen_at(screen, row, column), &cells[row * screen->columns + column]))
				continue;
			console_print(session);
			fail_msg("%s: %dx%d differs at row %d, column %d", what, screen->columns, screen->rows, row, column);
		}
	}
}

static bool too_small(int rows, int columns)
{
	return rows < 10 || columns < 40;
}

static void same_as_drawn_again(struct pty_session *session)
{
	struct screen_cell *cells;

	/* The preview is read a while after the bar has stopped. */
	pty_settle(session, QUIET_MS * CONSOLE_SLOWER);
	cells = all_cells(session);
	pty_type(session, "\014");
	pty_settle(session, SETTLE_MS * CONSOLE_SLOWER);
	compare(session, cells, too_small(session->screen.rows, session->screen.columns) ? 0 : 1, "drawn again");
	free(cells);
}

/* Rows 0 and 2 hold the time of reading. */
static void same_as_fresh(struct pty_session *session)
{
	int rows = session->screen.rows, columns = session->screen.columns, row;
	struct pty_session *fresh = console_open(NULL, rows, columns, NULL);

	if (!too_small(rows, columns))
		console_wait(fresh, "complete");
	pty_settle(session, QUIET_MS * CONSOLE_SLOWER);
	pty_settle(fresh, QUIET_MS * CONSOLE_SLOWER);
	for (row = 1; row < rows; row++) {
		char *now = screen_row(&session->screen, row), *then = screen_row(&fresh->screen, row);

		if ((row != 2 || too_small(rows, columns)) && strcmp(now, then) != 0) {
			console_print(session);
			console_print(fresh);
			fail_msg("%dx%d row %d: \"%s\" is no \"%s\"", columns, rows, row, now, then);
		}
		free(now);
		free(then);
	}
	assert_int_equal(session->screen.row, fresh->screen.row);
	assert_int_equal(session->screen.column, fresh->screen.column);
	pty_type(fresh, "\030");
	console_end(fresh, 0, "a fresh console");
}

static void random_sizes_leave_a_true_picture(void **state)
{
	long times = trial_rounds(300, 10000), i;
	struct pty_session *session = console_open(NULL, 1, 1, NULL);
	int64_t begun = console_now();

	(void)state;
	pty_settle(session, 200);
	for (i = 1; i <= times; i++) {
		int rows, columns, k;

		random_size(&rows, &columns);
		pty_resize(session, rows, columns);
		for (k = (int)trial_below(3); k > 0; k--)
			pty_type(session, keys[trial_below(sizeof(keys) / sizeof(keys[0]))]);
		pty_settle(session, (int)trial_below(8));
		console_clean(session, "random sizes");
		if (i % (CHECK_EVERY * (times > 300 ? 10 : 1)) == 0)
			same_as_drawn_again(session);
	}
	printf("# figure sizes: %ld in %.1f s\n", times, (double)(console_now() - begun) / 1000);
	/* Below 40x10 it takes no keys. */
	pty_resize(session, 24, 80);
	settle_down(session);
	for (i = 0; i < 5; i++) {
		static const int at[][2] = { { 24, 80 }, { 10, 40 }, { 60, 200 }, { 5, 20 }, { 33, 97 } };

		pty_resize(session, at[i][0], at[i][1]);
		same_as_fresh(session);
	}
	pty_type(session, "\030");
	console_end(session, 0, "random sizes");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(random_sizes_leave_a_true_picture) };
	int failed;

	if (!console_ready("sizes of the terminal"))
		return 0;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	lab_sweep();
	return failed;
}
