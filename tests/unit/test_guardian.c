/*
 * test_guardian: change and report as JSON, what is refused before anything
 * runs, the change as it goes through the gate, and its inverse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "model/consequence.h"
#include "model/guarded.h"
#include "model/traffic.h"
#include "settings/settings.h"
#include "settings/store_private.h"

static int set_up(void **state)
{
	*state = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static const struct guarded_file files[] = {
	{ .path = "/etc/dovecot/conf.d/99-postroom.conf", .bytes = "a = 1\n", .length = 6 },
	{ .path = "/etc/dovecot/local.conf", .seen = "b\xff\n", .seen_length = 3 },
};
static const char *const wanted[] = { "imap-login/process_limit", "60", NULL };

static struct guarded_change example(void)
{
	return (struct guarded_change){ .id = "a1", .who = "koch", .sentence = "more", .noun = "limits", .files = files, .file_count = 2, .service = "dovecot",
		.config = "/etc/dovecot/dovecot.conf", .wanted = wanted, .confirm_s = 30, .keep_sessions = true };
}

static void states_have_words(void **state)
{
	enum guardian_state read;

	(void)state;
	for (int i = GUARDIAN_NONE; i <= GUARDIAN_STUCK; i++) {
		assert_true(guardian_state_parse(guardian_state_word((enum guardian_state)i), &read));
		assert_int_equal(read, i);
	}
	assert_false(guardian_state_parse("perhaps", &read));
	assert_false(guardian_state_parse(NULL, &read));
}

static void a_change_travels_byte_for_byte(void **state)
{
	struct guarded_change change = example(), back;
	struct error error = { 0 };
	char *json = guarded_change_json(*state, &change);

	assert_null(strchr(json, '\n'));
	assert_true(guarded_change_read(*state, json, strlen(json), &back, &error));
	assert_string_equal(back.id, "a1");
	assert_string_equal(back.who, "koch");
	assert_string_equal(back.noun, "limits");
	assert_string_equal(back.service, "dovecot");
	assert_string_equal(back.wanted[1], "60");
	assert_null(back.wanted[2]);
	assert_int_equal(back.confirm_s, 30);
	assert_true(back.keep_sessions);
	assert_false(back.restarts);
	assert_int_equal(back.file_count, 2);
	assert_memory_equal(back.files[0].bytes, "a = 1\n", 7);
	assert_null(back.files[0].seen);
	assert_null(back.files[1].bytes);
	assert_int_equal(back.files[1].seen_length, 3);
	assert_memory_equal(back.files[1].seen, "b\xff\n", 3);
}

static void what_is_not_plain_is_refused(void **state)
{
	static const struct { const char *json, *words; } cases[] = {
		{ "", "cannot be read" }, { "[]", "no id" }, { "{\"id\":\"\"}", "no id" }, { "{\"id\":\"../x\"}", "no id" }, { "{\"id\":\"a b\"}", "no id" },
		{ "{\"id\":\"a\"}", "1 to 100 files" }, { "{\"id\":\"a\",\"files\":[]}", "1 to 100 files" },
		{ "{\"id\":\"a\",\"files\":[{\"path\":\"etc/x\",\"bytes\":\"\",\"new\":true}]}", "no plain absolute path" },
		{ "{\"id\":\"a\",\"files\":[{\"path\":\"/etc/../x\",\"bytes\":\"\",\"new\":true}]}", "no plain absolute path" },
		{ "{\"id\":\"a\",\"files\":[{\"path\":\"/etc/x/\",\"bytes\":\"\",\"new\":true}]}", "no plain absolute path" },
		/* What is missing or of another type never means that a file is to go. */
		{ "{\"id\":\"a\",\"files\":[{\"path\":\"/x\",\"new\":true}]}", "does not say what /x is" },
		{ "{\"id\":\"a\",\"files\":[{\"path\":\"/x\",\"bytes\":null,\"new\":true}]}", "does not say what /x is" },
		{ "{\"id\":\"a\",\"files\":[{\"path\":\"/x\",\"bytes\":5,\"gone\":true,\"new\":true}]}", "does not say what /x is" },
		{ "{\"id\":\"a\",\"files\":[{\"path\":\"/x\",\"bytes\":\"y\",\"gone\":true,\"new\":true}]}", "does not say what /x is" },
		{ "{\"id\":\"a\",\"files\":[{\"path\":\"/x\",\"bytes\":\"y\"}]}", "does not say what /x is" },
		{ "{\"id\":\"a\",\"files\":[{\"path\":\"/x\",\"bytes\":\"\",\"new\":true},{\"path\":\"/x\",\"bytes\":\"\",\"new\":true}]}", "stands twice" },
		{ "{\"id\":\"a\",\"confirm_s\":0}", "within 1 s to a day" }, { "{\"id\":\"a\",\"confirm_s\":90000}", "within 1 s to a day" },
		{ "{\"id\":\"a\",\"config\":\"x\"}", "no plain values or configuration" },
		{ "{\"id\":\"a\",\"wanted\":[1]}", "no plain values or configuration" },
		{ "{\"id\":\"a\",\"wanted\":[\"x\"],\"files\":[{\"path\":\"/x\",\"bytes\":\"\",\"new\":true}]}", "no other half" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guarded_change change;
		struct error error = { 0 };

		assert_false(guarded_change_read(*state, cases[i].json, strlen(cases[i].json), &change, &error));
		if (!strstr(error.text, cases[i].words))
			fail_msg("%s: %s", cases[i].json, error.text);
	}
}

static void a_report_travels(void **state)
{
	const char *const lines[] = { "one", "two", NULL };
	struct guardian_report report = { .state = GUARDIAN_ROLLED_BACK, .id = "a1", .who = "koch", .sentence = "s", .since = 5, .deadline = 7, .now = 6,
		.why = "because", .lines = lines, .kind = ERROR_REFUSED }, back;
	char *json = guardian_report_json(*state, &report);
	struct error error = { 0 };

	assert_true(guardian_report_read(*state, json, strlen(json), &back, &error));
	assert_int_equal(back.state, GUARDIAN_ROLLED_BACK);
	assert_int_equal(back.since, 5);
	assert_int_equal(back.deadline, 7);
	assert_int_equal(back.now, 6);
	assert_int_equal(back.kind, ERROR_REFUSED);
	assert_string_equal(back.why, "because");
	assert_string_equal(back.lines[1], "two");
	assert_null(back.lines[2]);
	assert_false(guardian_report_read(*state, "{}", 2, &back, &error));
	assert_false(guardian_report_read(*state, "bash: no", 8, &back, &error));
}

static void no_postroom_there_is_said(void **state)
{
	struct host_answer answer = { .output = "", .complaint = "sh: 1: postroom: not found", .status = 127 };
	struct guardian_report report;
	struct error error = { 0 };

	assert_false(settings_report(*state, &answer, &report, &error));
	assert_int_equal(error.kind, ERROR_UNSUPPORTED);
	assert_non_null(strstr(error.text, "not found"));
	error_set(&answer.error, ERROR_TIMEOUT, "mail1: no answer");
	assert_false(settings_report(*state, &answer, &report, &error));
	assert_int_equal(error.kind, ERROR_TIMEOUT);
}

/* --- through the gate ----------------------------------------------------------------------- */

static const struct settings_shown shown[] = {
	{ .name = "imap-login process_limit", .before = "20", .after = "60", .wanted = "imap-login/process_limit", .runs_before = "20", .runs_after = "60" },
	{ .name = "a\tb", .after = "c\nd" },
};

static struct change *as_change(void)
{
	struct guarded_change what = example();

	what.id = NULL;
	what.wanted = NULL;
	return settings_change(&kind_limits, "mail1", &what, shown, 2);
}

static void a_change_for_the_gate(void **state)
{
	struct change *change = as_change();
	struct guarded_change guarded;
	struct error error = { 0 };
	const char *json = guarded_set(change, "change");

	assert_true(guarded_change_read(*state, json, strlen(json), &guarded, &error));
	assert_int_equal(strlen(guarded.id), 16);
	assert_string_equal(guarded.wanted[0], "imap-login/process_limit");
	assert_string_equal(guarded.wanted[1], "60");
	assert_null(guarded.wanted[2]);
	assert_string_equal(guarded_set(change, "within"), "30");
	assert_string_equal(guarded_set(change, "keep"), "yes");
	assert_string_equal(guarded_set(change, "id"), guarded.id);
	assert_string_equal(guarded_set(change, "secret"), "no");
	assert_ptr_equal(kind_written("limits"), &kind_limits);
	assert_ptr_equal(kind_written("setting"), &kind_setting);
	assert_null(kind_find("limits"));
	change_free(change);
}

static void the_inverse_is_a_change_with_an_id_of_its_own(void **state)
{
	struct change *change = as_change();
	const char *json = guarded_set(change, "change"), *back_json, *again_json;
	struct guarded_change there, back, again;
	struct error error = { 0 };

	back_json = guarded_inverse(*state, json, &error);
	assert_non_null(back_json);
	assert_true(guarded_change_read(*state, json, strlen(json), &there, &error));
	assert_true(guarded_change_read(*state, back_json, strlen(back_json), &back, &error));
	assert_string_not_equal(there.id, back.id);
	assert_string_equal(back.wanted[1], "20");
	assert_null(back.files[0].bytes);
	assert_string_equal(back.files[0].seen, "a = 1\n");
	assert_memory_equal(back.files[1].bytes, "b\xff\n", 3);
	assert_null(back.files[1].seen);
	again_json = guarded_inverse(*state, back_json, &error);
	assert_true(guarded_change_read(*state, again_json, strlen(again_json), &again, &error));
	assert_string_equal(again.wanted[1], "60");
	assert_string_equal(again.files[0].bytes, "a = 1\n");
	assert_null(guarded_inverse(*state, "{}", &error));
	change_free(change);
}

static void orders_are_changes(void **state)
{
	struct change *more = settings_order(&kind_setting, "mail1", "more", "a1", 300), *none = settings_order(&kind_setting, "mail1", "dance", "a1", 0);
	char *words = kind_setting.sentence(*state, more);

	assert_null(none);
	assert_string_equal(guarded_set(more, "more"), "a1");
	assert_string_equal(guarded_set(more, "within"), "300");
	assert_non_null(strstr(words, "mail1"));
	change_free(more);
}

static void the_review_warns(void **state)
{
	struct change *change = as_change(), *order = settings_order(&kind_limits, "mail1", "rollback", "a1", 0);
	struct record *now = record_new_in(*state, &kind_limits);
	struct facts facts = { .now = now, .plain = true };
	struct consequence *list;
	size_t count = consequences_of(*state, change, now, &facts, &list);

	assert_int_equal(count, 1);
	assert_string_equal(list[0].rule, "guarded-timer");
	assert_non_null(strstr(list[0].sentence, "30 s"));
	change_edit_text(change, kind_field(&kind_limits, "keep"), EDIT_SET, "no");
	count = consequences_of(*state, change, now, &facts, &list);
	assert_int_equal(count, 2);
	assert_string_equal(list[0].rule, "guarded-sessions");
	assert_int_equal(list[0].severity, SEVERITY_WARNING);
	change_edit_text(change, kind_field(&kind_limits, "keep"), EDIT_SET, "yes");
	change_edit_text(change, kind_field(&kind_limits, "say"), EDIT_ADD, "!it is tight");
	change_edit_text(change, kind_field(&kind_limits, "say"), EDIT_ADD, "it is written there");
	count = consequences_of(*state, change, now, &facts, &list);
	assert_int_equal(count, 3);
	assert_string_equal(list[0].rule, "guarded-said");
	assert_int_equal(list[0].severity, SEVERITY_WARNING);
	assert_string_equal(list[0].sentence, "it is tight");
	assert_true(!strcmp(list[1].rule, "guarded-note") || !strcmp(list[2].rule, "guarded-note"));
	count = consequences_of(*state, order, now, &facts, &list);
	assert_int_equal(count, 1);
	assert_string_equal(list[0].rule, "guarded-back");
	change_free(change);
	change_free(order);
}

/* A stop and start is said of the change and of what takes it back. */
static void the_review_tells_of_a_stop_and_start(void **state)
{
	const struct guarded_change what = { .sentence = "smtp-interfaces of mail1", .service = "postfix", .files = files, .file_count = 1, .restarts = true };
	struct change *change = settings_change(&kind_setting, "mail1", &what, NULL, 0);
	const char *json = guarded_set(change, "change");
	struct record *now = record_new_in(*state, &kind_setting);
	struct facts facts = { .now = now, .plain = true };
	struct guarded_change there, back;
	struct consequence *list;
	struct error error = { 0 };

	assert_int_equal(consequences_of(*state, change, now, &facts, &list), 2);
	assert_string_equal(list[0].rule, "guarded-restart");
	assert_int_equal(list[0].severity, SEVERITY_WARNING);
	assert_non_null(strstr(list[0].sentence, "every open SMTP session ends"));
	assert_true(guarded_change_read(*state, json, strlen(json), &there, &error) && there.restarts);
	json = guarded_inverse(*state, json, &error);
	assert_true(guarded_change_read(*state, json, strlen(json), &back, &error) && back.restarts);
	change_free(change);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_have_words),
		cmocka_unit_test_setup_teardown(a_change_travels_byte_for_byte, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_plain_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_report_travels, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_postroom_there_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_change_for_the_gate, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_inverse_is_a_change_with_an_id_of_its_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(orders_are_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_review_warns, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_review_tells_of_a_stop_and_start, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
