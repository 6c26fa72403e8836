/* Tests of the session: stacks, keys, preconditions, notices, ticks, sizes, leaving, drafts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fakes/assertions.h"
#include "tests/fakes/stage.h"
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

#include "model/guarded.h"
#include "ui/draft.h"
#include "ui/list_private.h"

static struct stage *open_session(enum role role)
{
	struct fake_settings settings = { .role = role };

	return stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);
}

static void sections_keep_their_stacks(void **state)
{
	struct stage *stage = open_session(ROLE_ADMIN);

	(void)state;
	stage_keys(stage, "Down Enter");
	assert_string_equal(place(stage), "page");
	stage_keys(stage, "3");
	assert_string_equal(place(stage), "list");
	shows(stage, "[3 Dom]");
	stage_keys(stage, "H");
	assert_string_equal(place(stage), "history");
	stage_keys(stage, "2");
	assert_string_equal(place(stage), "page");
	stage_keys(stage, "Esc Tab");
	shows(stage, "[3 Dom]");
	stage_keys(stage, "Shift-Tab Shift-Tab Shift-Tab");
	shows(stage, "[H]");
	stage_free(stage);
}

static void role_sees_what_it_may(void **state)
{
	struct stage *stage = open_session(ROLE_HELPDESK);

	(void)state;
	stage_keys(stage, "Esc 3");
	hides(stage, "3 Dom");
	stage_keys(stage, "4");
	shows(stage, "[4 Alias]");
	stage_keys(stage, "2 Shift-Tab Shift-Tab");
	shows(stage, "[H]");
	stage_free(stage);
}

static void escape_never_ends_the_program(void **state)
{
	struct stage *stage = open_session(ROLE_ADMIN);

	(void)state;
	stage_keys(stage, "Esc Esc Esc Ctrl-C Ctrl-C Enter q");
	assert_false(stage->ended);
	assert_string_equal(place(stage), "list");
	stage_keys(stage, "q");
	assert_true(stage->ended);
	assert_int_equal(stage->status, 0);
	stage_free(stage);
}

static void unbound_key_is_told_and_forgotten(void **state)
{
	struct stage *stage = open_session(ROLE_ADMIN);

	(void)state;
	stage_keys(stage, "Z");
	shows(stage, "Z does nothing here; ? lists the keys that do");
	stage_keys(stage, "Down");
	hides(stage, "does nothing here");
	stage_free(stage);
}

static void paste_without_a_field_is_ignored(void **state)
{
	struct stage *stage = open_session(ROLE_ADMIN);
	struct key paste = { .kind = KEY_KIND_PASTE, .pasted = "dq\nd", .pasted_length = 4 };

	(void)state;
	session_key(stage->session, &paste);
	shows(stage, "Paste ignored");
	assert_string_equal(place(stage), "list");
	stage_keys(stage, "/");
	paste.pasted = "schm\033[2Jidt";
	paste.pasted_length = strlen(paste.pasted);
	session_key(stage->session, &paste);
	stage_settle(stage);
	shows(stage, "Find: schm[2Jidt");
	stage_free(stage);
}

static void notices_stay_and_hints_go(void **state)
{
	struct stage *stage = open_session(ROLE_ADMIN);
	struct error error;

	(void)state;
	session_notice(stage->session, "7", "Quota of anna: 2 GB to 4 GB");
	shows(stage, "Quota of anna: 2 GB to 4 GB");
	shows(stage, "u take back");
	stage_keys(stage, "Z");
	hides(stage, "Quota of anna");
	stage_keys(stage, "Down");
	shows(stage, "Quota of anna");
	error_set(&error, ERROR_TIMEOUT, "mail3: no answer within 5 s\033[31m");
	session_complain(stage->session, &error);
	shows(stage, "mail3: no answer within 5 s\\e[31m");
	stage_keys(stage, "!");
	assert_string_equal(place(stage), "text");
	stage_keys(stage, "Esc Esc");
	hides(stage, "mail3");
	stage_free(stage);
}

static void ticks_paint_only_the_minute(void **state)
{
	struct stage *stage = open_session(ROLE_ADMIN);

	(void)state;
	session_tick(stage->session);
	session_compose(stage->session);
	for (int i = 0; i < 20; i++) {
		session_tick(stage->session);
		assert_false(session_compose(stage->session));
	}
	stage_free(stage);
}

static void set_true(void *context)
{
	*(bool *)context = true;
}

/* A write is answered while the person is in another section. */
static void answers_find_their_stack(void **state)
{
	struct stage *stage = open_session(ROLE_ADMIN);
	struct key key;

	(void)state;
	stage_keys(stage, "l Ctrl-U 3 Space G B Enter Tab Tab");
	assert_string_equal(place(stage), "review");
	key_from_name("Enter", &key);
	session_key(stage->session, &key);
	session_goto(stage->session, section_find("domains"));
	session_push(stage->session, page_view_new(stage->session, kind_find("domain"), "example.de"));
	for (int i = 0; i < 50; i++) {
		bool done = false;
		struct loop_timer *timer = loop_after(stage->engine->loop, 1, 0, set_true, &done);

		loop_run_until(stage->engine->loop, &done);
		loop_timer_stop(timer);
	}
	assert_int_equal(fake_writes(stage->engine), 1);
	assert_string_equal(place(stage), "page");
	stage_keys(stage, "2");
	assert_string_equal(place(stage), "list");
	shows(stage, "3 GB");
	stage_free(stage);
}

/* What the limits ask to be typed is asked only where it can be typed; after Esc digits are sections. */
static void the_limits_say_where_a_number_goes(void **state)
{
	const struct fake_settings settings = { .role = ROLE_ADMIN, .servers = 3 };
	struct stage *stage = stage_new(&settings, "limits", 24, 120, VISIBLE_UTF8);

	(void)state;
	shows(stage, "Type above how many connections");
	stage_keys(stage, "Esc 2 L");
	shows(stage, "Shift-Tab leads up to the line for how many connections");
	hides(stage, "Type above");
	stage_keys(stage, "Shift-Tab Shift-Tab Shift-Tab");
	shows(stage, "Type above how many connections");
	stage_type(stage, "900");
	shows(stage, "What it takes");
	stage_free(stage);
}

static void cover_hides_until_the_next_key(void **state)
{
	struct stage *stage = open_session(ROLE_ADMIN);

	(void)state;
	session_cover(stage->session);
	hides(stage, "user014");
	shows(stage, "Any key shows it again");
	stage_keys(stage, "d");
	assert_string_equal(place(stage), "list");
	shows(stage, "user014");
	stage_free(stage);
}

static void every_size_is_drawn(void **state)
{
	static const char *const keys[] = { "Esc", "Enter", "e", "Esc", "Esc Esc", "?", "Esc", ":", "Esc", "n", "Esc", "3", "H", "2", "/ a b" };
	struct stage *stage = open_session(ROLE_ADMIN);

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		static const int sizes[][2] = { { 1, 1 }, { 1, 200 }, { 200, 1 }, { 9, 39 }, { 10, 40 }, { 10, 200 }, { 13, 41 },
			{ 14, 60 }, { 24, 80 }, { 25, 119 }, { 40, 120 }, { 60, 200 }, { 500, 1000 }, { 0, 0 } };

		for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++) {
			session_resize(stage->session, sizes[j][0], sizes[j][1]);
			assert_sound_screen(stage_canvas(stage));
		}
		stage_keys(stage, keys[i]);
	}
	stage_free(stage);
}

static void too_small_knows_the_way_out(void **state)
{
	struct stage *stage = open_session(ROLE_ADMIN);

	(void)state;
	session_resize(stage->session, 9, 40);
	shows(stage, "too small: needs 40x10");
	stage_keys(stage, "d e Enter");
	assert_string_equal(place(stage), "list");
	assert_false(stage->ended);
	session_resize(stage->session, 24, 80);
	shows(stage, "Users - 40");
	session_resize(stage->session, 1, 1);
	stage_keys(stage, "q");
	assert_true(stage->ended);
	stage_free(stage);
}

/* The same state drawn after any history of sizes is the same picture. */
static void drawing_has_no_memory(void **state)
{
	struct stage *stage = open_session(ROLE_ADMIN), *fresh = open_session(ROLE_ADMIN);

	(void)state;
	stage_keys(stage, "Down Down");
	stage_keys(fresh, "Down Down");
	for (int columns = 20; columns < 160; columns += 7)
		session_resize(stage->session, columns / 3, columns);
	session_resize(stage->session, 24, 80);
	stage_settle(stage);
	assert_true(canvas_same(stage_canvas(stage), stage_canvas(fresh)));
	stage_free(stage);
	stage_free(fresh);
}

static void every_action_says_why_not(void **state)
{
	static const enum role roles[] = { ROLE_MONITOR, ROLE_HELPDESK, ROLE_ADMIN };
	static const char *const keys[] = { "Esc", "Enter", "Esc 3", "Enter", "H" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct stage *stage = open_session(roles[i]);

		for (size_t j = 0; j < sizeof keys / sizeof *keys; j++) {
			stage_keys(stage, keys[j]);
			for (const struct action *action = actions; action->name != NULL; action++) {
				const char *reason = session_blocked(stage->session, session_top(stage->session), action);

				if (reason != NULL)
					assert_true(strlen(reason) > 5);
				if (roles[i] == ROLE_MONITOR && (action->flags & ACTION_WRITES))
					assert_non_null(reason);
			}
		}
		stage_free(stage);
	}
}

static void table_of_actions_is_sound(void **state)
{
	(void)state;
	for (const struct action *action = actions; action->name != NULL; action++) {
		size_t length = strlen(action->help);

		assert_ptr_equal(action_find(action->name), action);
		assert_true(strlen(action->label) <= 16);
		assert_true(length > 10 && action->help[length - 1] == '.');
		assert_true(strlen(action->places) > 0);
		/* What changes something opens a review, and its label says so; more time has nothing to review. */
		if ((action->flags & ACTION_WRITES) && (action->flags & ACTION_FOOTER) && strcmp(action->name, "more-time") != 0)
			assert_string_equal(action->label + strlen(action->label) - 2, "..");
	}
	assert_null(action_find("no-such-action"));
	assert_null(action_find(NULL));
	assert_true(action_applies(action_find("help"), "anywhere"));
	assert_true(action_applies(action_find("open"), "list"));
	assert_false(action_applies(action_find("open"), "lis"));
	assert_false(action_applies(action_find("open"), "editor"));
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	return remove(path);
}

static void edits_become_a_draft_and_come_back(void **state)
{
	char directory[] = "/tmp/postroom-draft-XXXXXX";
	struct fake_settings settings = { .role = ROLE_ADMIN, .state_directory = mkdtemp(directory) };
	struct stage *stage = stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);
	struct change **drafts;

	(void)state;
	assert_non_null(settings.state_directory);
	stage_keys(stage, "l Ctrl-U");
	stage_type(stage, "7 GB");
	session_hang_up(stage->session, 129);
	assert_true(stage->ended);
	assert_int_equal(stage->status, 129);
	assert_int_equal(fake_writes(stage->engine), 0);
	stage_free(stage);
	assert_int_equal(draft_load(directory, &drafts), 1);
	assert_string_equal(drafts[0]->name, "user014");
	assert_int_equal(drafts[0]->verb, VERB_EDIT);
	assert_string_equal(drafts[0]->edits[0].field->name, "quota");
	assert_string_equal(drafts[0]->edits[0].values[0].bytes, "7516192768");
	assert_non_null(drafts[0]->seen);
	change_free(drafts[0]);
	free(drafts);
	draft_remove(directory);
	assert_int_equal(draft_load(directory, &drafts), 0);
	nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* A review that stands on a server as it was is no draft: it is said before, nothing is written, and an older draft stays. */
static void what_was_planned_from_a_server_is_no_draft(void **state)
{
	char directory[] = "/tmp/postroom-draft-XXXXXX";
	struct fake_settings settings = { .role = ROLE_ADMIN, .state_directory = mkdtemp(directory), .servers = 3 };
	struct change *older = change_new(VERB_EDIT, kind_find("user"), "anna"), *setting = change_new(VERB_EDIT, &kind_setting, "mail1"), **drafts;
	struct stage *stage;
	struct error error;

	(void)state;
	assert_non_null(settings.state_directory);
	change_edit_text(setting, kind_field(&kind_setting, "value"), EDIT_ADD, "soft-bounce=yes");
	assert_true(draft_keeps(older) && draft_keeps(setting));
	change_edit_text(setting, kind_field(&kind_setting, "change"), EDIT_SET, "{}");
	assert_false(draft_keeps(setting));
	assert_true(draft_save(directory, &older, 1, &error));
	stage = stage_new(&settings, "limits", 24, 200, VISIBLE_UTF8);
	stage_type(stage, "900");
	stage_keys(stage, "Ctrl-G");
	shows(stage, "nothing is written yet");
	stage_keys(stage, "F10");
	shows(stage, "Not applied yet: limits mail1. The same key again ends postroom; what was planned from the server as it is now is not kept");
	stage_keys(stage, "F10");
	assert_true(stage->ended);
	stage_free(stage);
	assert_int_equal(draft_load(directory, &drafts), 1);
	assert_string_equal(drafts[0]->name, "anna");
	change_free(drafts[0]);
	free(drafts);
	change_free(older);
	change_free(setting);
	nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void drafts_hold_no_secrets(void **state)
{
	char directory[] = "/tmp/postroom-draft-XXXXXX", path[64], bytes[4096];
	const struct kind *kind = kind_find("user");
	struct change *change = change_new(VERB_EDIT, kind, "anna\n\xff"), *list[1] = { change };
	struct error error;
	size_t length;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(directory));
	change_edit_text(change, kind_field(kind, "fetchmail"), EDIT_SET, "server=a user=b password=geheim");
	change_edit_text(change, kind_field(kind, "alternates"), EDIT_ADD, "x@example.com");
	assert_true(draft_save(directory, list, 1, &error));
	snprintf(path, sizeof path, "%s/draft.json", directory);
	file = fopen(path, "r");
	assert_non_null(file);
	length = fread(bytes, 1, sizeof bytes - 1, file);
	bytes[length] = '\0';
	fclose(file);
	assert_null(strstr(bytes, "geheim"));
	assert_non_null(strstr(bytes, "x@example.com"));
	change_free(change);
	/* Where nothing else was typed there is nothing to keep. */
	change = change_new(VERB_EDIT, kind, "anna");
	change_edit_text(change, kind_field(kind, "password"), EDIT_SET, "geheim");
	assert_false(draft_keeps(change));
	change_free(change);
	nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void broken_drafts_are_no_drafts(void **state)
{
	static const char *const cases[] = { "", "{", "[]", "{\"format\":\"other\",\"changes\":[{}]}",
		("{\"format\":\"postroom-draft-1\",\"changes\":[{\"verb\":\"edit\"},{\"kind\":\"nothing\",\"name\":\"x\"},7,"
		"{\"kind\":\"user\",\"name\":\"x\",\"verb\":\"dance\"}]}") };
	char directory[] = "/tmp/postroom-draft-XXXXXX", path[64];
	struct change **drafts;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/draft.json", directory);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		fputs(cases[i], file);
		fclose(file);
		assert_int_equal(draft_load(directory, &drafts), 0);
		assert_null(drafts);
	}
	nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void staged_edits_are_asked_about(void **state)
{
	struct stage *stage = open_session(ROLE_ADMIN);

	(void)state;
	stage_keys(stage, "Esc l Ctrl-U");
	stage_type(stage, "7 GB");
	stage_keys(stage, "Ctrl-X");
	assert_false(stage->ended);
	shows(stage, "Not applied yet: user user014");
	stage_keys(stage, "Left Ctrl-X");
	assert_false(stage->ended);
	stage_keys(stage, "Ctrl-X");
	assert_true(stage->ended);
	assert_int_equal(fake_writes(stage->engine), 0);
	stage_free(stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_keep_their_stacks),
		cmocka_unit_test(role_sees_what_it_may),
		cmocka_unit_test(escape_never_ends_the_program),
		cmocka_unit_test(unbound_key_is_told_and_forgotten),
		cmocka_unit_test(paste_without_a_field_is_ignored),
		cmocka_unit_test(notices_stay_and_hints_go),
		cmocka_unit_test(ticks_paint_only_the_minute),
		cmocka_unit_test(answers_find_their_stack),
		cmocka_unit_test(the_limits_say_where_a_number_goes), cmocka_unit_test(cover_hides_until_the_next_key),
		cmocka_unit_test(every_size_is_drawn),
		cmocka_unit_test(too_small_knows_the_way_out),
		cmocka_unit_test(drawing_has_no_memory),
		cmocka_unit_test(every_action_says_why_not),
		cmocka_unit_test(table_of_actions_is_sound),
		cmocka_unit_test(edits_become_a_draft_and_come_back),
		cmocka_unit_test(what_was_planned_from_a_server_is_no_draft),
		cmocka_unit_test(drafts_hold_no_secrets),
		cmocka_unit_test(broken_drafts_are_no_drafts),
		cmocka_unit_test(staged_edits_are_asked_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
