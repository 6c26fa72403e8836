/*
 * test_ui_review: no write without Apply, every way a review can end, and that
 * nothing typed is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "on_screen.h"
#include "tests/fakes/stage.h"

static struct stage *stage;

static int open_stage(void **state)
{
	struct fake_settings settings = { .role = ROLE_ADMIN };

	(void)state;
	stage = stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);
	return 0;
}

static int close_stage(void **state)
{
	(void)state;
	stage_free(stage);
	return 0;
}

/* The list's first user, a quota typed, the review open. */
static void to_review(const char *quota)
{
	stage_keys(stage, "l");
	stage_type(stage, quota);
	stage_keys(stage, "Enter");
	shows(stage, "Review - edit user");
}

static void back_has_the_focus(void **state)
{
	(void)state;
	to_review("4 GB");
	shows(stage, "[ Back ]");
	shows(stage, "(none) -> 4 GB");
	shows(stage, "Will cause");
	stage_keys(stage, "Enter");
	assert_int_equal(fake_writes(stage->engine), 0);
	/* What was typed is still there. */
	shows(stage, "New    4 GB");
	stage_keys(stage, "Enter");
	shows(stage, "Review - edit user");
	stage_keys(stage, "Esc");
	shows(stage, "New    4 GB");
	assert_int_equal(fake_writes(stage->engine), 0);
}

/* At first what is changed and what it causes; whoever reads on has both in one text, by pages of the whole height. */
static void page_down_moves_a_page(void **state)
{
	unsigned presses = 0;
	bool end = false;

	(void)state;
	stage_keys(stage, "d");
	shows(stage, "Will cause");
	shows(stage, "more below, PgDn");
	for (; presses < 6 && !end; presses++) {
		char *screen;

		stage_keys(stage, "PgDn");
		screen = stage_print(stage);
		end = strstr(screen, "more below") == NULL;
		free(screen);
	}
	assert_true(end);
	for (; presses > 0; presses--)
		stage_keys(stage, "PgUp");
	shows(stage, "Will cause");
}

/* Some keys lead away (q, a section); then a fresh review is opened. */
static void be_in_review(void)
{
	char *screen = stage_print(stage);

	if (strstr(screen, "Review - edit user") == NULL) {
		stage_free(stage);
		open_stage(NULL);
		to_review("4 GB");
	}
	free(screen);
}

/* Every printable key, and keys with names other than Enter on Apply: nothing is written. */
static void no_other_key_writes(void **state)
{
	static const char *const names[] = { "Tab", "Shift-Tab", "Up", "Down", "Left", "Right", "PgUp", "PgDn", "Home", "End", "Delete",
		"Backspace", "Insert", "Ctrl-G", "Ctrl-P", "Ctrl-W", "F1", "F5" };

	(void)state;
	for (char c = ' '; c < 0x7f; c++) {
		char words[2] = { c, '\0' };

		be_in_review();
		stage_type(stage, words);
		assert_int_equal(fake_writes(stage->engine), 0);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		be_in_review();
		stage_keys(stage, names[i]);
		assert_int_equal(fake_writes(stage->engine), 0);
	}
}

static void moving_reaches_apply(void **state)
{
	static const char *const ways[] = { "Right", "Tab Tab", "Down", "Up Up", "Shift-Tab" };

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		to_review("4 GB");
		stage_keys(stage, ways[i]);
		shows(stage, "[ Apply ]");
		stage_keys(stage, "Enter");
		assert_int_equal(fake_writes(stage->engine), 1);
		shows(stage, "u take back");
		shows(stage, "Users - 40");
		stage_free(stage);
		open_stage(NULL);
	}
}

static void the_ticket_is_kept(void **state)
{
	(void)state;
	to_review("4 GB");
	stage_keys(stage, "Up");
	stage_type(stage, "ticket 90417");
	stage_keys(stage, "Esc");
	stage_keys(stage, "Enter");
	shows(stage, "ticket 90417");
	stage_keys(stage, "Right Enter");
	assert_int_equal(fake_writes(stage->engine), 1);
	stage_keys(stage, "H");
	shows(stage, "ticket 904");
}

/* Enter in a line goes on, to what was asked and not back out of it, and never applies; Tab comes past it also where nobody demands one. */
static void enter_in_the_ticket_is_safe(void **state)
{
	static const char *const ways[] = { "Up", "Tab" };

	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		to_review("4 GB");
		stage_keys(stage, ways[i]);
		shows(stage, "Enter go on");
		stage_type(stage, "x");
		stage_keys(stage, "Enter");
		shows(stage, "[ Apply ]");
		shows(stage, "Enter APPLY");
		assert_int_equal(fake_writes(stage->engine), 0);
		stage_free(stage);
		open_stage(NULL);
	}
}

static void a_loss_asks_for_the_name(void **state)
{
	(void)state;
	stage_keys(stage, "d");
	shows(stage, "Type user014 above");
	shows(stage, "Enter go back");
	stage_keys(stage, "Right");
	/* Not "Enter APPLY": it would not. */
	shows(stage, "Enter type the name");
	stage_keys(stage, "Enter");
	assert_int_equal(fake_writes(stage->engine), 0);
	/* Enter on a blocked Apply leads to the name. */
	stage_type(stage, "user01");
	shows(stage, "Esc back");
	stage_keys(stage, "Tab Tab Enter");
	assert_int_equal(fake_writes(stage->engine), 0);
	stage_type(stage, "4");
	stage_keys(stage, "Tab Tab");
	shows(stage, "[ Apply ]");
	shows(stage, "Enter APPLY");
	stage_keys(stage, "Enter");
	assert_int_equal(fake_writes(stage->engine), 1);
	shows(stage, "Users - 39");
}

/* Tab leads to what is demanded before it leads to Apply, and who just begins to type is understood. */
static void the_name_is_near(void **state)
{
	(void)state;
	stage_keys(stage, "d");
	stage_type(stage, "user0");
	shows(stage, "Type the name    user0");
	hides(stage, "does nothing");
	stage_keys(stage, "Esc d Tab");
	stage_type(stage, "user014");
	stage_keys(stage, "Enter");
	stage_type(stage, "ticket 7");
	stage_keys(stage, "Enter");
	shows(stage, "[ Apply ]");
	stage_keys(stage, "Left");
	shows(stage, "[ Back ]");
	stage_keys(stage, "Right Enter");
	assert_int_equal(fake_writes(stage->engine), 1);
}

static void the_name_is_not_pasted(void **state)
{
	struct key paste = { .kind = KEY_KIND_PASTE, .pasted = "user014", .pasted_length = 7 };

	(void)state;
	stage_keys(stage, "d Tab");
	session_key(stage->session, &paste);
	stage_keys(stage, "Tab Tab Enter");
	assert_int_equal(fake_writes(stage->engine), 0);
}

static void a_failure_says_what_is_true(void **state)
{
	(void)state;
	to_review("4 GB");
	fake_next(stage->engine, FAKE_FAILED);
	stage_keys(stage, "Right Enter");
	shows(stage, "Not applied.");
	shows(stage, "this login may not edit quotas");
	shows(stage, "[LDAP 50]");
	stage_keys(stage, "Enter");
	shows(stage, "New    4 GB");
	/* The same again succeeds. */
	stage_keys(stage, "Enter Right Enter");
	assert_int_equal(fake_writes(stage->engine), 1);
}

/* Some of it is done: what is left is offered, as a review of its own. */
static void what_stopped_is_finished(void **state)
{
	(void)state;
	to_review("4 GB");
	fake_next(stage->engine, FAKE_STOPPED);
	stage_keys(stage, "Right Enter");
	shows(stage, "Stopped at step 2 of 2");
	shows(stage, "second step: NOT done");
	shows(stage, "Finish the rest");
	assert_int_equal(fake_writes(stage->engine), 0);
	stage_keys(stage, "Right Enter");
	shows(stage, "Review - finish user user014 - the rest, nothing is written yet");
	shows(stage, "-> 4 GB");
	stage_keys(stage, "Right Enter");
	assert_int_equal(fake_writes(stage->engine), 1);
}

/* What an offer adds is reviewed before anything is written, and is not offered again. */
static void an_offer_is_reviewed(void **state)
{
	(void)state;
	stage_keys(stage, "d");
	shows(stage, "< Forwards too >");
	stage_keys(stage, "Right Right");
	shows(stage, "[ Forwards too ]");
	stage_keys(stage, "Enter");
	hides(stage, "Forwards too");
	assert_int_equal(fake_writes(stage->engine), 0);
	stage_type(stage, "user014");
	stage_keys(stage, "Enter Enter Enter");
	assert_int_equal(fake_writes(stage->engine), 1);
}

static void unknown_is_told_as_unknown(void **state)
{
	(void)state;
	to_review("4 GB");
	fake_next(stage->engine, FAKE_UNKNOWN);
	stage_keys(stage, "Right Enter");
	shows(stage, "Nobody has seen whether it happened.");
	shows(stage, "outcome unknown");
	shows(stage, "ok first step: done");
	shows(stage, "?  second step");
	shows(stage, "[ Back ]");
	stage_keys(stage, "Right");
	shows(stage, "[ Look again now ]");
	stage_keys(stage, "Enter");
	shows(stage, "The outcome is known now");
	shows(stage, "New    4 GB");
}

static void what_was_not_shown_is_not_applied(void **state)
{
	(void)state;
	to_review("4 GB");
	fake_next(stage->engine, FAKE_AGAIN);
	stage_keys(stage, "Up");
	stage_type(stage, "t1");
	stage_keys(stage, "Tab Enter");
	shows(stage, "something changed since you looked");
	shows(stage, "NEW: Somebody else has just made this worse.");
	shows(stage, "[ Back ]");
	shows(stage, "t1");
	assert_int_equal(fake_writes(stage->engine), 0);
	stage_keys(stage, "Right Enter");
	assert_int_equal(fake_writes(stage->engine), 1);
}

static void a_duplicate_is_told(void **state)
{
	(void)state;
	to_review("4 GB");
	fake_next(stage->engine, FAKE_TAKEN_BACK);
	stage_keys(stage, "Right Enter");
	shows(stage, "Applied and taken back at once.");
}

static void a_conflict_shows_three_values(void **state)
{
	(void)state;
	stage_keys(stage, "Down l");
	fake_conflict(stage->engine);
	stage_type(stage, "9");
	stage_keys(stage, "Ctrl-U");
	stage_type(stage, "4 GB");
	stage_keys(stage, "Enter");
	shows(stage, "Quota was changed by somebody else while you were editing it.");
	shows(stage, "when you began       2 GB");
	shows(stage, "theirs, now          3 GB");
	shows(stage, "m.koch");
	shows(stage, "yours                4 GB");
	shows(stage, "[ Back ]  < Apply mine >");
}

static void a_refusal_says_stage_and_next_step(void **state)
{
	(void)state;
	stage_keys(stage, "n");
	stage_keys(stage, "Tab");
	stage_type(stage, "user001");
	stage_keys(stage, "Tab Tab");
	stage_type(stage, "Smith");
	stage_keys(stage, "Tab");
	stage_type(stage, "x@nowhere.example");
	stage_keys(stage, "Tab Tab Ctrl-G");
	shows(stage, "refused, nothing was written");
	shows(stage, "nowhere.example");
	hides(stage, "Apply ");
	stage_keys(stage, "Enter");
	shows(stage, "x@nowhere.example");
	shows(stage, "New user");
	/* Back on the field that was refused. */
	stage_type(stage, "X");
	shows(stage, "x@nowhere.exampleX");
}

static void undo_is_a_review(void **state)
{
	(void)state;
	to_review("4 GB");
	stage_keys(stage, "Right Enter u");
	shows(stage, "Review - undo user user014");
	shows(stage, "4 GB -> (none)");
	assert_int_equal(fake_writes(stage->engine), 1);
	stage_keys(stage, "Right Enter");
	assert_int_equal(fake_writes(stage->engine), 2);
}

static void leaving_for_another_section_while_it_is_written(void **state)
{
	struct key enter, history, users;

	(void)state;
	assert_true(key_from_name("Enter", &enter) && key_from_name("H", &history) && key_from_name("2", &users));
	to_review("4 GB");
	stage_keys(stage, "Right");
	fake_next(stage->engine, FAKE_SILENT);
	session_key(stage->session, &enter);
	shows(stage, "Being written");
	session_key(stage->session, &history);
	shows(stage, "History");
	fake_next(stage->engine, FAKE_APPLIED);
	session_key(stage->session, &users);
	stage_settle(stage);
	assert_int_equal(fake_writes(stage->engine), 1);
	shows(stage, "Users - 40");
}

static void esc_does_not_leave_a_write(void **state)
{
	struct key enter, esc;

	(void)state;
	assert_true(key_from_name("Enter", &enter) && key_from_name("Esc", &esc));
	to_review("4 GB");
	stage_keys(stage, "Right");
	fake_next(stage->engine, FAKE_SILENT);
	session_key(stage->session, &enter);
	session_key(stage->session, &esc);
	shows(stage, "cannot be stopped");
	fake_next(stage->engine, FAKE_APPLIED);
	stage_settle(stage);
	assert_int_equal(fake_writes(stage->engine), 1);
}

static void non_ascii_is_printed_twice(void **state)
{
	(void)state;
	/* The second letter is a Cyrillic one. */
	fake_change_behind(stage->engine, "user", "user014", "address", "p\xd0\xb0ul@plant.example");
	session_resize(stage->session, 40, 120);
	stage_keys(stage, "d");
	shows(stage, "p\xd0\xb0ul@plant.example");
	shows(stage, "in ASCII: p<U+0430>ul@plant.example");
}

static void raw_shows_ldif(void **state)
{
	(void)state;
	to_review("4 GB");
	stage_keys(stage, "x");
	shows(stage, "As LDIF");
	stage_keys(stage, "x");
	shows(stage, "Will cause");
}

static void every_size_can_be_drawn(void **state)
{
	static const char *const scripts[] = { "l", "d", "n", "Enter e", ":", "?", "H" };

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		stage_keys(stage, scripts[i]);
		if (i == 0) {
			stage_type(stage, "4 GB");
			stage_keys(stage, "Enter");
		}
		for (int rows = 1; rows < 45; rows += 3) {
			for (int columns = 1; columns < 135; columns += 7) {
				session_resize(stage->session, rows, columns);
				free(stage_print(stage));
			}
		}
		stage_free(stage);
		open_stage(NULL);
	}
}

/* Also where the frame would say that the screen is too small: a view alone on any canvas. */
static void views_alone_fit_any_canvas(void **state)
{
	static const char *const scripts[] = { "l", "d", "n", "Enter e", ":", "?", "H", "r", "n Tab Tab Tab Tab Ctrl-P" };

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		stage_keys(stage, scripts[i]);
		for (int rows = 0; rows < 14; rows++) {
			for (int columns = 0; columns < 50; columns += 3) {
				struct canvas *canvas = canvas_new(rows, columns, rows % 2 ? VISIBLE_UTF8 : VISIBLE_ASCII);
				const struct view *view = session_top(stage->session);

				view->class->draw(view, canvas, (struct area){ 0, rows, columns });
				assert_true(canvas->cursor_row < rows || rows == 0);
				canvas_free(canvas);
			}
		}
		stage_free(stage);
		open_stage(NULL);
	}
}

/* Hostile names and values through every view of this folder: what comes out is harmless, and nothing crashes. */
static void hostile_text_is_harmless(void **state)
{
	static const char *const scripts[] = { "l", "Enter e", "Enter Down Down e", "d", "r", "c", "Enter x" };

	(void)state;
	for (size_t at = 0; at < 200; at += 61) {
		struct fake_settings settings = { .role = ROLE_ADMIN, .hostile = true, .hostile_at = at, .users = 12 };

		for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
			char *screen;

			stage_free(stage);
			stage = stage_new(&settings, "users", 24, 80, i % 2 ? VISIBLE_ASCII : VISIBLE_UTF8);
			stage_keys(stage, scripts[i]);
			screen = stage_print(stage);
			assert_true(utf8_valid(screen, strlen(screen)));
			for (const char *c = screen; *c != '\0'; c++)
				assert_true((unsigned char)*c >= 0x20 || *c == '\n');
			free(screen);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(back_has_the_focus, open_stage, close_stage), cmocka_unit_test_setup_teardown(page_down_moves_a_page, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(no_other_key_writes, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(moving_reaches_apply, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(the_ticket_is_kept, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(enter_in_the_ticket_is_safe, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_loss_asks_for_the_name, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(the_name_is_near, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(the_name_is_not_pasted, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_failure_says_what_is_true, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(what_stopped_is_finished, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(an_offer_is_reviewed, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(unknown_is_told_as_unknown, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(what_was_not_shown_is_not_applied, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_duplicate_is_told, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_conflict_shows_three_values, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_refusal_says_stage_and_next_step, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(undo_is_a_review, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(leaving_for_another_section_while_it_is_written, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(esc_does_not_leave_a_write, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(non_ascii_is_printed_twice, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(raw_shows_ldif, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(every_size_can_be_drawn, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(views_alone_fit_any_canvas, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(hostile_text_is_harmless, open_stage, close_stage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
