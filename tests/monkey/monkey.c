/*
 * monkey: random keys, pastes, sizes and faults against the fake engine.
 *
 * 100,000 steps with POSTROOM_FULL, else 6,000.  Holds after each step: the
 * picture is sound and the cursor inside; a write happens only where the review
 * was on top, its Apply had the focus and Enter was pressed; the session never
 * ends but by a way out.  TAP on standard output; the seed is printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fakes/assertions.h"
#include "tests/fakes/stage.h"
#include "tests/unit/hostile.h"
#include "tests/unit/trial.h"

/* Keys by weight: what moves and opens comes more often than the rest. */
static const char *const frequent[] = {
	"Down", "Up", "Enter", "Enter", "Esc", "Tab", "Tab", "Shift-Tab", "Left", "Right", "PgDn", "PgUp", "Home", "End", "Space",
	"e", "l", "p", "a", "b", "B", "V", "R", "M", "n", "d", "r", "c", "C", "u", "x", "/", "?", ":", "2", "3", "H", "+", "-", "s", "o", "p", "q",
	"Backspace", "Delete", "Ctrl-G", "Ctrl-P", "Ctrl-N", "Ctrl-R", "Ctrl-L", "Ctrl-U", "Ctrl-W", "Ctrl-K", "Ctrl-D", "Ctrl-T", "!", "v",
};
static const char *const typed[] = { "3 GB", "0", "user", "@example.com", "new.person@example.com", "example.org", "yes", "Müller", "山", "-1", "x y" };

/* Ways that lead somewhere, so that reviews and writes are not left to luck. */
static const char *const ways[] = {
	"Esc Esc l Ctrl-U 3 Space G B Enter", "Tab Enter", "Tab Tab Enter", "Shift-Tab Enter", "Esc Esc Esc d", "Esc Esc u", "Esc Esc Enter e",
	"Esc Esc Esc 2 Enter p Ctrl-G", "Esc Esc Esc 2 Enter s Ctrl-G", "Esc Esc Esc 2 Enter B Ctrl-G", "Shift-Tab Enter", "Esc Esc Esc 3 n a . d e Enter", "Esc Esc 2 / u s e r 0 1 Enter", "Ctrl-G", "Down Down Enter",
};

static struct key random_key(void)
{
	struct key key;

	memset(&key, 0, sizeof key);
	if (trial_below(10) < 8) {
		if (!key_from_name(frequent[trial_below(sizeof frequent / sizeof *frequent)], &key))
			abort();
	} else if (trial_below(2) == 0) {
		key.kind = KEY_KIND_TEXT;
		key.code = (uint32_t)(' ' + trial_below(95));
	} else {
		key.kind = KEY_KIND_NAMED;
		key.code = (uint32_t)(NAMED_ENTER + trial_below(NAMED_F24 - NAMED_ENTER));
		key.modifiers = (unsigned)trial_below(8);
	}
	return key;
}

static bool ends_it(const struct stage *stage, const struct key *key)
{
	const char *action = keymap_action(stage->keymap, "global", key);

	return action != NULL && (strcmp(action, "quit") == 0 || strcmp(action, "exit") == 0 || strcmp(action, "cancel") == 0);
}

/* Does something on the row with the buttons look like a focused Apply? */
static bool apply_has_focus(struct stage *stage)
{
	const struct canvas *canvas = stage_canvas(stage);

	for (int i = 0; i + 5 < canvas->rows * canvas->columns; i++) {
		const struct canvas_cell *cell = &canvas->cells[i];

		if (cell->style == STYLE_BUTTON_HERE && cell[0].cell.base == 'A' && cell[1].cell.base == 'p' && cell[2].cell.base == 'p')
			return true;
		/* The steps that were confirmed with that Apply and are still open. */
		if (cell->style == STYLE_BUTTON_HERE && cell[0].cell.base == 'T' && cell[1].cell.base == 'r' && cell[2].cell.base == 'y')
			return true;
	}
	return false;
}

static void passed(void *context)
{
	*(bool *)context = true;
}

/* The steps of a job that was confirmed follow each other, also once nobody looks at them any more: they belong to this key. */
static void let_it_end(struct stage *stage)
{
	for (int quiet = 0; quiet < 3;) {
		size_t before = fake_submits(stage->engine);
		bool over = false;
		struct loop_timer *timer = loop_after(stage->engine->loop, 5, 0, passed, &over);

		loop_run_until(stage->engine->loop, &over);
		loop_timer_stop(timer);
		quiet = fake_submits(stage->engine) == before ? quiet + 1 : 0;
	}
}

static void press(struct stage *stage, const struct key *key)
{
	size_t before = fake_submits(stage->engine);
	bool repair = strcmp(place(stage), "repair") == 0, review = repair || strcmp(place(stage), "review") == 0, focused = review && apply_has_focus(stage);
	struct key enter;

	session_key(stage->session, key);
	/* A job that was confirmed goes on step by step. */
	if (trial_below(4) != 0 || repair)
		stage_settle(stage);
	if (fake_submits(stage->engine) == before)
		return;
	if (repair)
		let_it_end(stage);
	key_from_name("Enter", &enter);
	if (!focused || !key_same(key, &enter)) {
		char name[64];

		fail_msg("a write by %s in %s, %s", key_name(key, name, sizeof name), review ? "the review" : "another view",
			focused ? "with the focus on Apply" : "without the focus on Apply");
	}
}

static void follow(struct stage *stage, const char *way)
{
	char *copy = memory_text(way), *rest = copy, *name;

	while (!stage->ended && (name = strtok_r(rest, " ", &rest)) != NULL) {
		struct key key;

		if (!key_from_name(name, &key))
			abort();
		press(stage, &key);
		if (!stage->ended)
			assert_sound_screen(stage_canvas(stage));
	}
	free(copy);
}

static void paste(struct stage *stage)
{
	const struct hostile *hostile = &hostile_strings[trial_below(sizeof hostile_strings / sizeof *hostile_strings)];
	struct key key = { .kind = KEY_KIND_PASTE, .pasted = hostile->bytes, .pasted_length = hostile->length };

	session_key(stage->session, &key);
}

/* Any cell, the button rows more often. */
static void mouse(struct stage *stage)
{
	const struct canvas *canvas = stage_canvas(stage);
	struct key key = { .kind = KEY_KIND_MOUSE, .code = (uint32_t)trial_below(3) };

	key.row = trial_below(2) ? canvas->rows - 3 : (int)trial_below((uint64_t)canvas->rows + 2);
	key.column = (int)trial_below((uint64_t)canvas->columns + 2);
	press(stage, &key);
}

static void resize(struct stage *stage)
{
	if (trial_below(3) == 0)
		session_resize(stage->session, (int)trial_below(60), (int)trial_below(200));
	else
		session_resize(stage->session, 10 + (int)trial_below(40), 40 + (int)trial_below(120));
}

static void step(struct stage *stage)
{
	struct key key;

	switch (trial_below(60)) {
	case 0:
		resize(stage);
		return;
	case 1:
		paste(stage);
		return;
	case 2:
		fake_link(stage->engine, (enum directory_link)trial_below(3));
		return;
	case 3:
	case 4:
		stage_type(stage, typed[trial_below(sizeof typed / sizeof *typed)]);
		return;
	case 7:
	case 8:
	case 9:
		follow(stage, ways[trial_below(sizeof ways / sizeof *ways)]);
		return;
	case 10:
	case 11:
		mouse(stage);
		return;
	case 5:
		session_tick(stage->session);
		return;
	case 6:
		fake_link(stage->engine, DIRECTORY_UP);
		return;
	default:
		break;
	}
	key = random_key();
	/* The way out is tried by other tests; here it would only end the run early. */
	if (ends_it(stage, &key) && trial_below(200) != 0)
		return;
	press(stage, &key);
}

static size_t all_writes, all_previews, desk_writes;

/* What a helpdesk may write, once more and by hand: a row too many in the table of roles shows here. */
static const struct { const char *kind, *field; } desk_fields[] = {
	{ "user", "quota" }, { "user", "forwards" }, { "user", "keep_copy" }, { "user", "password" }, { "user", "must_change" }, { "user", "locked" },
	{ "user", "failed_lock" }, { "mailbox", "filter" }, { "mailbox", "absence" }, { "mailbox", "recalculate" }, { "mailbox", "flush" },
	{ "mailbox", "smtp" }, { "mailbox", "try" }, { "sessions", "end" },
};

static void desk_may(const struct kind *kind, const char *field)
{
	for (size_t i = 0; i < sizeof desk_fields / sizeof *desk_fields; i++)
		if (strcmp(desk_fields[i].kind, kind->name) == 0 && strcmp(desk_fields[i].field, field) == 0)
			return;
	fail_msg("the helpdesk wrote %s of a %s", field, kind->name);
}

static void desk_wrote(void *context, const struct change *change, const struct record *now, const struct record *after)
{
	struct arena *arena = arena_new();
	struct diff_line *lines;
	size_t count;

	(void)context;
	desk_writes++;
	if (change->verb != VERB_EDIT && change->verb != VERB_UNDO)
		fail_msg("the helpdesk did %s of a %s", verb_word(change->verb), change->kind->name);
	for (size_t i = 0; change->verb == VERB_EDIT && i < change->edit_count; i++)
		desk_may(change->kind, change->edits[i].field->name);
	if (now != NULL && after != NULL && now->kind == &kind_user) {
		count = record_diff(arena, now, after, &lines);
		for (size_t i = 0; i < count; i++)
			desk_may(now->kind, lines[i].field->name);
	}
	arena_free(arena);
}

static size_t run(enum role role, size_t servers, size_t steps)
{
	struct fake_settings settings = { .role = role, .users = 30, .hostile = trial_below(4) == 0, .hostile_at = trial_below(200),
		.cut = trial_below(5) == 0 ? 10 : 0, .mouse = trial_below(3) != 0, .clipboard = trial_below(2) == 0, .servers = servers };
	struct stage *stage = stage_new(&settings, NULL, 24, 80, trial_below(2) ? VISIBLE_UTF8 : VISIBLE_ASCII);
	size_t done = 0, writes;

	if (role == ROLE_HELPDESK)
		fake_on_write(stage->engine, desk_wrote, NULL);
	while (done < steps && !stage->ended) {
		step(stage);
		if (!stage->ended)
			assert_sound_screen(stage_canvas(stage));
		done++;
	}
	writes = fake_writes(stage->engine);
	stage_settle(stage);
	all_writes += writes;
	all_previews += fake_previews(stage->engine);
	stage_free(stage);
	assert_true(role != ROLE_MONITOR || writes == 0);
	return done;
}

static void no_crash_and_no_unconfirmed_write(void **state)
{
	static const enum role roles[] = { ROLE_ADMIN, ROLE_ADMIN, ROLE_HELPDESK, ROLE_MONITOR };
	size_t steps = getenv("POSTROOM_FULL") != NULL && strcmp(getenv("POSTROOM_FULL"), "1") == 0 ? 100000 : 6000, done = 0, runs = 0;

	(void)state;
	trial_begin("monkey");
	while (done < steps) {
		done += run(roles[runs % 4], 0, 500);
		runs++;
	}
	printf("# figure monkey: %zu steps in %zu sessions, %zu reviews, %zu confirmed writes\n", done, runs, all_previews, all_writes);
}

/* Only as helpdesk, with mail servers too: nothing beyond its fields, nothing without the Apply of a review. */
static void a_helpdesk_stays_inside(void **state)
{
	size_t steps = getenv("POSTROOM_FULL") != NULL && strcmp(getenv("POSTROOM_FULL"), "1") == 0 ? 100000 : 3000, done = 0, runs = 0;

	(void)state;
	trial_begin("helpdesk");
	all_previews = all_writes = desk_writes = 0;
	while (done < steps) {
		done += run(ROLE_HELPDESK, trial_below(3) == 0 ? 2 : 0, 500);
		runs++;
	}
	printf("# figure helpdesk: %zu steps in %zu sessions, %zu reviews, %zu confirmed writes, none beyond its fields\n", done, runs, all_previews, all_writes);
	assert_int_equal(desk_writes > 0, all_writes > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_crash_and_no_unconfirmed_write),
		cmocka_unit_test(a_helpdesk_stays_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
