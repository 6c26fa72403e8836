/* Tests of the list: finding, cursor, marks, columns, preview, changes by ourselves and by others, failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fakes/assertions.h"
#include "tests/fakes/stage.h"
#include "tests/unit/hostile.h"
#include "ui/list_private.h"

static struct stage *open_list(enum role role)
{
	struct fake_settings settings = { .role = role };

	return stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);
}

static struct list_view *list_of(struct stage *stage)
{
	struct view *view = session_top(stage->session);

	while (view->below != NULL)
		view = view->below;
	assert_string_equal(view->class->place, "list");
	return (struct list_view *)view;
}

static const char *here(struct stage *stage)
{
	return list_row(list_of(stage))->name;
}

static void finds_over_shown_and_hidden_columns(void **state)
{
	static const struct { const char *typed, *first; size_t count; } cases[] = {
		{ "schmidt an", "user000", 4 },
		{ "an schmidt", "user000", 4 },
		{ "USER007", "user007", 1 },
		{ "4713", "user013", 1 },
		{ "müll", "user004", 2 },
		{ "mull", "user004", 2 },
		{ "post@example.de", "user015", 8 },
		{ "山", "user036", 2 },
		{ "nobody has that", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage *stage = open_list(ROLE_ADMIN);

		stage_keys(stage, "/");
		stage_type(stage, cases[i].typed);
		if (cases[i].count != rowset_count(list_of(stage)->set))
			fail_msg("%s finds %zu", cases[i].typed, rowset_count(list_of(stage)->set));
		if (cases[i].first != NULL)
			assert_string_equal(here(stage), cases[i].first);
		else
			shows(stage, "No user matches \"");
		stage_free(stage);
	}
}

/* The cursor goes to what was just created; a filter that would hide it goes away. */
static void what_is_new_is_under_the_cursor(void **state)
{
	static const char *const filters[] = { "", "schmidt" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct stage *stage = open_list(ROLE_ADMIN);

		stage_keys(stage, "/");
		stage_type(stage, filters[i]);
		stage_keys(stage, "Esc n Tab");
		stage_type(stage, "zelda");
		stage_keys(stage, "Tab Tab");
		stage_type(stage, "Zimmer");
		stage_keys(stage, "Ctrl-G Right Enter");
		assert_int_equal(fake_writes(stage->engine), 1);
		assert_string_equal(here(stage), "zelda");
		stage_free(stage);
	}
}

static void keys_are_text_while_somebody_types(void **state)
{
	struct stage *stage = open_list(ROLE_ADMIN);

	(void)state;
	stage_keys(stage, "/ / d q n 2 H ? :");
	assert_string_equal(line_text(&list_of(stage)->filter), "dqn2H?:");
	assert_ptr_equal(session_top(stage->session), &list_of(stage)->view);
	assert_int_equal(fake_previews(stage->engine), 0);
	stage_keys(stage, "Esc");
	shows(stage, "Find: dqn2H?:");
	stage_keys(stage, "Esc");
	hides(stage, "Find:");
	assert_false(stage->ended);
	assert_int_equal(rowset_count(list_of(stage)->set), 40);
	stage_free(stage);
}

/* What is typed ahead, Enter included, opens what the words mean and not what stood there before. */
static void enter_typed_ahead_opens_what_was_typed(void **state)
{
	static const char words[] = "user017";
	struct stage *stage = open_list(ROLE_ADMIN);
	struct key key = { .kind = KEY_KIND_TEXT };

	(void)state;
	stage_keys(stage, "/");
	for (size_t i = 0; words[i] != '\0'; i++) {
		key.code = (uint32_t)words[i];
		session_key(stage->session, &key);
	}
	key = (struct key){ .kind = KEY_KIND_NAMED, .code = NAMED_ENTER };
	session_key(stage->session, &key);
	stage_settle(stage);
	shows(stage, "user017@");
	stage_free(stage);
}

static void cursor_stays_on_its_object(void **state)
{
	struct stage *stage = open_list(ROLE_ADMIN);
	char name[32];

	(void)state;
	stage_keys(stage, "Down Down Down PgDn Down");
	strncpy(name, here(stage), sizeof name - 1);
	name[sizeof name - 1] = '\0';
	stage_keys(stage, "s");
	assert_string_equal(here(stage), name);
	stage_keys(stage, "o");
	assert_string_equal(here(stage), name);
	stage_keys(stage, "Ctrl-R");
	assert_string_equal(here(stage), name);
	stage_keys(stage, "/ u s e r Esc Esc");
	stage_keys(stage, "End Home");
	assert_int_equal(list_of(stage)->cursor, 0);
	stage_keys(stage, "Up");
	assert_int_equal(list_of(stage)->cursor, 0);
	stage_free(stage);
}

static void marks_survive_refresh_and_order(void **state)
{
	struct stage *stage = open_list(ROLE_ADMIN);

	(void)state;
	stage_keys(stage, "Space Space Down Space");
	assert_int_equal(rowset_marks(list_of(stage)->set), 3);
	shows(stage, "3 marked");
	stage_keys(stage, "s Ctrl-R");
	assert_int_equal(rowset_marks(list_of(stage)->set), 3);
	stage_keys(stage, "+");
	assert_int_equal(rowset_marks(list_of(stage)->set), 40);
	stage_keys(stage, "-");
	hides(stage, "marked");
	stage_free(stage);
}

static void says_how_complete_it_is(void **state)
{
	struct fake_settings settings = { .role = ROLE_ADMIN, .cut = 20 };
	struct stage *stage = stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);

	(void)state;
	shows(stage, "20 - CUT: the server gives no more than that [LDAP 4]");
	stage_free(stage);
	stage = open_list(ROLE_ADMIN);
	shows(stage, "Users - 40 - list complete");
	stage_keys(stage, "/");
	stage_type(stage, "schm");
	shows(stage, "6 of 40 - list complete");
	stage_free(stage);
}

static void cut_list_asks_the_server(void **state)
{
	struct fake_settings settings = { .role = ROLE_ADMIN, .cut = 20 };
	struct stage *stage = stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);

	(void)state;
	hides(stage, "user038");
	stage_keys(stage, "/");
	stage_type(stage, "sch");
	shows(stage, "CUT: the server gives");
	stage_type(stage, "m");
	shows(stage, "6 of 22 - CUT list, but the server gave all for this");
	shows(stage, "user038");
	stage_keys(stage, "Esc Esc");
	assert_int_equal(rowset_total(list_of(stage)->set), 22);
	shows(stage, "22 - CUT: the server");
	stage_free(stage);
}

static void failure_is_told_and_mended(void **state)
{
	struct fake_settings settings = { .role = ROLE_ADMIN, .down = true };
	struct stage *stage = stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);

	(void)state;
	shows(stage, "no answer within 5 s");
	shows(stage, "DIR DOWN");
	fake_link(stage->engine, DIRECTORY_UP);
	stage_settle(stage);
	shows(stage, "Users - 40 - list complete");
	/* A refresh that fails leaves what was read before. */
	fake_link(stage->engine, DIRECTORY_DOWN);
	stage_keys(stage, "Ctrl-R");
	assert_int_equal(rowset_total(list_of(stage)->set), 40);
	shows(stage, "OLD, read ");
	shows(stage, "the directory is away");
	hides(stage, "complete");
	shows(stage, "no answer within 5 s");
	/* Once it answers nothing goes on saying that it does not. */
	fake_link(stage->engine, DIRECTORY_UP);
	stage_settle(stage);
	shows(stage, "Users - 40 - list complete");
	shows(stage, "The directory answers again since");
	hides(stage, "no answer within");
	stage_free(stage);
}

static void two_of_one_name_are_told_apart(void **state)
{
	struct stage *stage = open_list(ROLE_HELPDESK);

	(void)state;
	stage_keys(stage, "Esc");
	hides(stage, "of this name");
	fake_change_behind(stage->engine, "user", "user030", "full_name", record_text(list_of(stage)->record, "full_name"));
	stage_keys(stage, "Ctrl-R");
	shows(stage, "! 1 more of this name: compare login, phone or number");
	/* Also where the filter hides the other one. */
	stage_keys(stage, "/");
	stage_type(stage, "user014");
	assert_int_equal(rowset_count(list_of(stage)->set), 1);
	shows(stage, "1 more of this name");
	stage_free(stage);
}

static void what_was_read_is_marked_old(void **state)
{
	struct stage *stage = open_list(ROLE_MONITOR);

	(void)state;
	shows(stage, "Users - 40 - list complete");
	fake_link(stage->engine, DIRECTORY_DOWN);
	stage_settle(stage);
	shows(stage, "Users - 40 - OLD, read ");
	stage_keys(stage, "Esc");
	fake_link(stage->engine, DIRECTORY_UP);
	stage_settle(stage);
	shows(stage, "list complete");
	stage_keys(stage, "Enter");
	hides(stage, "OLD");
	fake_link(stage->engine, DIRECTORY_DOWN);
	stage_settle(stage);
	shows(stage, "OLD, the directory is away");
	stage_free(stage);
}

static void changed_record_is_read_again(void **state)
{
	struct stage *stage = open_list(ROLE_ADMIN);
	struct event event = { .kind = EVENT_RECORD_CHANGED, .noun = kind_find("user"), .name = "user014" };

	(void)state;
	assert_string_equal(here(stage), "user014");
	fake_change_behind(stage->engine, "user", "user014", "quota", "1099511627776");
	hides(stage, "1 TB");
	session_tell(stage->session, &event);
	stage_settle(stage);
	shows(stage, "1 TB");
	assert_string_equal(here(stage), "user014");
	event.deleted = true;
	session_tell(stage->session, &event);
	stage_settle(stage);
	assert_int_equal(rowset_total(list_of(stage)->set), 39);
	hides(stage, "user014 ");
	stage_free(stage);
}

static void preview_follows_the_cursor(void **state)
{
	struct stage *stage = open_list(ROLE_ADMIN);

	(void)state;
	shows(stage, "+49 561 4714");
	stage_keys(stage, "Down");
	shows(stage, "+49 561 4715");
	stage_keys(stage, "p");
	hides(stage, "+49 561 4715");
	session_resize(stage->session, 40, 120);
	stage_keys(stage, "p");
	shows(stage, "│ Phone +49 561 4715");
	stage_free(stage);
}

/* A step paints the pane once: until the next person is read, the last one stays, under the own name. */
static void preview_stays_until_the_next_is_read(void **state)
{
	struct stage *stage = open_list(ROLE_ADMIN);
	struct list_view *list = (struct list_view *)list_of(stage);
	struct key down;

	(void)state;
	shows(stage, "+49 561 4714");
	assert_true(key_from_name("Down", &down));
	session_key(stage->session, &down);
	/* No action can take it for the record of the row. */
	assert_null(list->record);
	assert_non_null(list->past);
	shows(stage, "+49 561 4714");
	stage_settle(stage);
	assert_non_null(list->record);
	assert_null(list->past);
	shows(stage, "+49 561 4715");
	hides(stage, "+49 561 4714");
	stage_free(stage);
}

static void running_through_reads_nothing(void **state)
{
	struct stage *stage = open_list(ROLE_ADMIN);
	size_t before = fake_reads(stage->engine);
	struct key down;

	(void)state;
	assert_true(key_from_name("Down", &down));
	for (int i = 0; i < 30; i++)
		session_key(stage->session, &down);
	stage_settle(stage);
	assert_int_equal(fake_reads(stage->engine), before + 1);
	stage_free(stage);
}

static void roles_decide_what_is_offered(void **state)
{
	static const struct { enum role role; const char *key; const char *words; } cases[] = {
		{ ROLE_HELPDESK, "n", "Not possible" }, { ROLE_HELPDESK, "d", "Not possible" }, { ROLE_HELPDESK, "r", "Not possible" },
		{ ROLE_MONITOR, "n", "monitor changes nothing" }, { ROLE_MONITOR, "l", "monitor changes nothing" },
		{ ROLE_MONITOR, "u", "monitor changes nothing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage *stage = open_list(cases[i].role);

		stage_keys(stage, cases[i].key);
		shows(stage, cases[i].words);
		assert_ptr_equal(session_top(stage->session), &list_of(stage)->view);
		stage_free(stage);
	}
}

static void helpdesk_starts_in_the_search_field(void **state)
{
	struct fake_settings settings = { .role = ROLE_HELPDESK };
	struct stage *stage = stage_new(&settings, NULL, 24, 80, VISIBLE_UTF8);

	(void)state;
	assert_true(list_of(stage)->typing);
	shows(stage, "Find:");
	hides(stage, "3 Dom");
	stage_type(stage, "garc");
	stage_keys(stage, "Down Enter");
	assert_string_equal(session_top(stage->session)->class->place, "page");
	stage_free(stage);
}

static void unseen_outcome_locks_the_row(void **state)
{
	struct stage *stage = open_list(ROLE_ADMIN);

	(void)state;
	stage_keys(stage, "/");
	stage_type(stage, "user013");
	stage_keys(stage, "Esc l");
	shows(stage, "nobody has seen yet");
	stage_free(stage);
}

static void a_write_changes_the_row(void **state)
{
	struct stage *stage = open_list(ROLE_ADMIN);

	(void)state;
	stage_keys(stage, "l");
	assert_string_equal(session_top(stage->session)->class->place, "editor");
	stage_keys(stage, "Ctrl-U");
	stage_type(stage, "3 GB");
	stage_keys(stage, "Enter");
	assert_string_equal(session_top(stage->session)->class->place, "review");
	assert_int_equal(fake_writes(stage->engine), 0);
	/* Enter takes the safe answer: Back. */
	stage_keys(stage, "Enter");
	assert_int_equal(fake_writes(stage->engine), 0);
	stage_free(stage);
}

static void columns_fit_every_width(void **state)
{
	struct stage *stage = open_list(ROLE_ADMIN);

	(void)state;
	for (int width = 1; width < 250; width++) {
		struct list_column columns[LIST_COLUMNS_MOST];
		int count = list_columns(list_of(stage), width, columns);

		for (int i = 0; i < count; i++) {
			assert_true(columns[i].width > 0);
			assert_true(columns[i].at + columns[i].width <= width);
			assert_true(i == 0 || columns[i].at > columns[i - 1].at + columns[i - 1].width - 1);
		}
		assert_true(width < 20 || count > 0);
	}
	stage_free(stage);
}

static void hostile_rows_stay_in_their_cells(void **state)
{
	size_t count = sizeof hostile_strings / sizeof *hostile_strings;

	(void)state;
	for (size_t at = 0; at < count; at += 37) {
		struct fake_settings settings = { .role = ROLE_ADMIN, .hostile = true, .hostile_at = at, .users = 30 };
		struct stage *stage = stage_new(&settings, "users", 30, 130, at % 2 ? VISIBLE_UTF8 : VISIBLE_ASCII);

		for (int i = 0; i < 8; i++) {
			char *text;

			stage_keys(stage, "Down Down Down Right");
			text = stage_print(stage);
			for (const char *byte = text; *byte != '\0'; byte++)
				assert_true((unsigned char)*byte >= ' ' || *byte == '\n');
			free(text);
		}
		stage_free(stage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_over_shown_and_hidden_columns),
		cmocka_unit_test(what_is_new_is_under_the_cursor),
		cmocka_unit_test(keys_are_text_while_somebody_types), cmocka_unit_test(enter_typed_ahead_opens_what_was_typed),
		cmocka_unit_test(cursor_stays_on_its_object),
		cmocka_unit_test(marks_survive_refresh_and_order),
		cmocka_unit_test(says_how_complete_it_is),
		cmocka_unit_test(cut_list_asks_the_server),
		cmocka_unit_test(failure_is_told_and_mended),
		cmocka_unit_test(what_was_read_is_marked_old),
		cmocka_unit_test(two_of_one_name_are_told_apart),
		cmocka_unit_test(changed_record_is_read_again),
		cmocka_unit_test(preview_follows_the_cursor),
		cmocka_unit_test(preview_stays_until_the_next_is_read),
		cmocka_unit_test(running_through_reads_nothing),
		cmocka_unit_test(roles_decide_what_is_offered),
		cmocka_unit_test(helpdesk_starts_in_the_search_field),
		cmocka_unit_test(unseen_outcome_locks_the_row),
		cmocka_unit_test(a_write_changes_the_row),
		cmocka_unit_test(columns_fit_every_width),
		cmocka_unit_test(hostile_rows_stay_in_their_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
