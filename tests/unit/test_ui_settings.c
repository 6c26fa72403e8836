/*
 * test_ui_settings: the section Settings: who sees and may change it, what is
 * found by which words, groups, origins, values that are refused, and views
 * that close while servers are still being asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/fakes/fake_hosts.h"
#include "tests/fakes/stage.h"
#include "ui/draft.h"
#include "ui/settings.h"

static struct stage *open_settings(enum role role, size_t servers)
{
	const struct fake_settings settings = { .role = role, .servers = servers };

	return stage_new(&settings, "settings", 24, 120, VISIBLE_ASCII);
}

static void shows(struct stage *stage, const char *words, bool does)
{
	char *screen = stage_print(stage);

	if ((strstr(screen, words) != NULL) != does)
		fail_msg("%s \"%s\":\n%s", does ? "not there:" : "there:", words, screen);
	free(screen);
}

static const char *place(const struct stage *stage)
{
	return session_top(stage->session)->class->place;
}

static void found_by_every_name(void **state)
{
	static const char *const words[] = { "maximum message", "message-size", "mail/messagesizelimit", "message_size_limit", "base64 largest" };

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct stage *stage = open_settings(ROLE_ADMIN, 2);

		stage_keys(stage, "/");
		stage_type(stage, words[i]);
		shows(stage, "> maximum message size", true);
		shows(stage, "mail1: /etc/postfix/main.cf line 3; mail2: built-in value", true);
		stage_free(stage);
	}
}

static void servers_side_by_side(void **state)
{
	struct stage *stage = open_settings(ROLE_ADMIN, 3);

	(void)state;
	shows(stage, "mail3 did not tell all", true);
	shows(stage, "4 differ", true);
	stage_free(stage);
	stage = open_settings(ROLE_ADMIN, 1);
	shows(stage, "differ", false);
	shows(stage, "read 14:02", true);
	stage_free(stage);
	stage = open_settings(ROLE_ADMIN, 0);
	shows(stage, "No server is configured", true);
	stage_free(stage);
}

static void groups_go_round(void **state)
{
	const struct fake_settings settings = { .role = ROLE_ADMIN, .servers = 2 };
	/* High enough for settings of more than one group. */
	struct stage *stage = stage_new(&settings, "settings", 60, 120, VISIBLE_ASCII);

	(void)state;
	stage_keys(stage, "n");
	shows(stage, "Settings - Sending and size", true);
	shows(stage, "never bounce", true);
	shows(stage, "greeting", false);
	stage_keys(stage, "p");
	shows(stage, "Sending and size", false);
	shows(stage, "port 25 takes logins", true);
	stage_keys(stage, "p");
	shows(stage, "Sending and size", false);
	shows(stage, "relay host", false);
	stage_free(stage);
}

static void only_admin_changes(void **state)
{
	static const struct { enum role role; const char *place; } cases[] = { { ROLE_ADMIN, "editor" }, { ROLE_MONITOR, "setting" } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct stage *stage = open_settings(cases[i].role, 2);

		stage_keys(stage, "Enter");
		assert_string_equal(place(stage), "setting");
		stage_keys(stage, "e");
		assert_string_equal(place(stage), cases[i].place);
		stage_free(stage);
	}
	assert_false(section_visible(section_find("settings"), ROLE_HELPDESK));
	assert_true(section_visible(section_find("settings"), ROLE_MONITOR));
}

/* What is typed, and where Enter leads to, with what on the screen. */
static void values_are_checked(void **state)
{
	static const struct { const char *typed, *place, *words; } cases[] = {
		{ "40 MB", "review", "message-size  52428800 (50 MB) -> 41943040 (40 MB)" },
		{ "many", "editor", "is not possible" },
		{ "-1", "editor", "is not possible" },
		{ "60 MB", "editor", "must not be below message-size" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage *stage = open_settings(ROLE_ADMIN, 2);

		stage_keys(stage, "/");
		stage_type(stage, "message_size");
		stage_keys(stage, "Enter e Ctrl-U");
		stage_type(stage, cases[i].typed);
		stage_keys(stage, "Enter");
		session_compose(stage->session);
		if (strcmp(place(stage), cases[i].place) != 0)
			fail_msg("%s leads to %s", cases[i].typed, place(stage));
		shows(stage, cases[i].words, true);
		assert_int_equal(fake_submits(stage->engine), 0);
		stage_free(stage);
	}
}

/* A new value for the setting that these words find, staged. */
static void stage_value(struct stage *stage, const char *words, const char *value)
{
	stage_keys(stage, "/ Ctrl-U");
	stage_type(stage, words);
	stage_keys(stage, "Enter e Ctrl-U");
	stage_type(stage, value);
	stage_keys(stage, "Ctrl-G");
	assert_string_equal(place(stage), "setting");
	stage_keys(stage, "Esc");
}

static void several_in_one_review(void **state)
{
	struct stage *stage = open_settings(ROLE_ADMIN, 2);
	struct change *change;

	(void)state;
	stage_keys(stage, "Ctrl-G");
	assert_string_equal(place(stage), "settings");
	stage_value(stage, "message_size", "40 MB");
	shows(stage, "staged mail1: 50 MB -> 40 MB", true);
	shows(stage, "1 staged", true);
	stage_value(stage, "relayhost", "[relay.example.com]");
	/* Another section and back: nothing is lost. */
	stage_keys(stage, "2 S");
	shows(stage, "2 staged", true);
	change = session_top(stage->session)->class->staged(session_top(stage->session));
	assert_non_null(change);
	assert_string_equal(change->name, "mail1");
	assert_int_equal(change->edits[0].count, 2);
	assert_string_equal(change->edits[0].values[0].bytes, "message-size=41943040");
	change_free(change);
	stage_keys(stage, "Ctrl-G");
	assert_string_equal(place(stage), "review");
	shows(stage, "message-size", true);
	shows(stage, "relay-host", true);
	assert_int_equal(fake_submits(stage->engine), 0);
	stage_keys(stage, "Esc");
	shows(stage, "2 staged", true);
	stage_keys(stage, "x");
	shows(stage, "staged", false);
	assert_null(session_top(stage->session)->class->staged(session_top(stage->session)));
	stage_free(stage);
}

/* The same value again, and what counts already, wait once or not at all; a setting is taken out beside others. */
static void what_waits_is_what_differs(void **state)
{
	struct stage *stage = open_settings(ROLE_ADMIN, 2);

	(void)state;
	stage_value(stage, "message_size", "40 MB");
	stage_value(stage, "message_size", "41 MB");
	shows(stage, "1 staged", true);
	stage_value(stage, "message_size", "50 MB");
	shows(stage, "staged", false);
	stage_value(stage, "relayhost", "[relay.example.com]");
	stage_keys(stage, "/ Ctrl-U");
	stage_type(stage, "message_size");
	stage_keys(stage, "Enter d");
	assert_string_equal(place(stage), "setting");
	shows(stage, "-> the default", true);
	stage_keys(stage, "x");
	shows(stage, "-> the default", false);
	stage_free(stage);
}

/* Postfix and Dovecot reload by themselves: two reviews, the first on top, and it says so. */
static void two_services_two_reviews(void **state)
{
	struct stage *stage = open_settings(ROLE_ADMIN, 2);

	(void)state;
	stage_value(stage, "message_size", "40 MB");
	stage_value(stage, "mail_max_userip", "20");
	/* Not planned yet: Dovecot reads no file of ours. Nothing is lost. */
	stage_keys(stage, "Ctrl-G");
	assert_string_equal(place(stage), "settings");
	shows(stage, "does not r", true);
	fake_hosts_reply(stage->engine->hosts, &(struct fake_reply){ .host = "mail1", .command = "dovecot-lines",
		.output = "/etc/dovecot/dovecot.conf:1:!include_try conf.d/*.conf\n" });
	shows(stage, "2 staged", true);
	stage_keys(stage, "Ctrl-G");
	assert_string_equal(place(stage), "review");
	shows(stage, "Two reviews, since Postfix and Dovecot change one after the other", true);
	shows(stage, "message-size", true);
	shows(stage, "userip", false);
	stage_keys(stage, "Esc");
	assert_string_equal(place(stage), "review");
	shows(stage, "20", true);
	stage_free(stage);
}

/* Left in the middle, with a value typed and others waiting, and gone on with later. */
static void kept_as_a_draft(void **state)
{
	struct fake_settings settings = { .role = ROLE_ADMIN, .servers = 2 };
	char directory[] = "/tmp/postroom-test-XXXXXX";
	struct change **drafts;
	struct stage *stage;

	(void)state;
	assert_non_null(mkdtemp(directory));
	settings.state_directory = directory;
	stage = stage_new(&settings, "settings", 24, 120, VISIBLE_ASCII);
	stage_value(stage, "message_size", "40 MB");
	stage_keys(stage, "Ctrl-X");
	assert_false(stage->ended);
	shows(stage, "Not applied yet: settings mail1", true);
	stage_keys(stage, "Ctrl-X");
	assert_true(stage->ended);
	stage_free(stage);
	stage = stage_new(&settings, "users", 24, 120, VISIBLE_ASCII);
	assert_int_equal(draft_load(directory, &drafts), 1);
	settings_go_on(stage->session, drafts[0]);
	stage_settle(stage);
	change_free(drafts[0]);
	free(drafts);
	assert_string_equal(place(stage), "settings");
	shows(stage, "1 staged", true);
	stage_free(stage);
	draft_remove(directory);
	rmdir(directory);
}

/* It was there at once, while servers are still being asked. */
static void finds_while_servers_are_asked(void **state)
{
	const struct key slash = { .kind = KEY_KIND_TEXT, .code = '/' };
	struct stage *stage = open_settings(ROLE_ADMIN, 3);
	const struct action *refresh = action_find("refresh");

	(void)state;
	session_act(stage->session, refresh);
	assert_true(session_top(stage->session)->class->busy(session_top(stage->session)));
	session_key(stage->session, &slash);
	assert_true(session_top(stage->session)->class->typing(session_top(stage->session)));
	stage_type(stage, "relay");
	shows(stage, "Find: relay", true);
	stage_free(stage);
}

/* Test lines belong to settings of Dovecot's logs, and to those who may change. */
static void test_lines_are_reviewed(void **state)
{
	static const struct { enum role role; const char *setting, *place; } cases[] = {
		{ ROLE_ADMIN, "log_path", "review" }, { ROLE_ADMIN, "message_size", "setting" }, { ROLE_MONITOR, "log_path", "setting" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage *stage = open_settings(cases[i].role, 2);

		stage_keys(stage, "/");
		stage_type(stage, cases[i].setting);
		stage_keys(stage, "Enter t");
		assert_string_equal(place(stage), cases[i].place);
		if (strcmp(cases[i].place, "review") == 0)
			shows(stage, "whatever watches", true);
		stage_free(stage);
	}
}

/* What a value would mean changes with what is typed, and nothing is asked of who only looks at other settings. */
static void facts_follow_what_is_typed(void **state)
{
	struct stage *stage = open_settings(ROLE_ADMIN, 2);

	(void)state;
	stage_keys(stage, "/");
	stage_type(stage, "expansion_limit");
	stage_keys(stage, "Enter");
	shows(stage, "with up to 252 recipients", true);
	stage_keys(stage, "e Ctrl-U");
	stage_type(stage, "100");
	shows(stage, "above the limit of 100", true);
	stage_type(stage, "0");
	shows(stage, "above the limit", false);
	stage_keys(stage, "Ctrl-U");
	stage_type(stage, "20");
	stage_keys(stage, "Enter");
	assert_string_equal(place(stage), "review");
	shows(stage, "above the limit of 20", true);
	stage_free(stage);
}

/* An address that nobody has is refused before the review; closing while the directory is being asked harms nothing. */
static void an_archive_must_exist(void **state)
{
	struct stage *stage = open_settings(ROLE_ADMIN, 2);

	(void)state;
	stage_keys(stage, "/");
	stage_type(stage, "always_bcc");
	stage_keys(stage, "Enter e");
	stage_type(stage, "nobody.at.all@example.com");
	stage_keys(stage, "Enter");
	assert_string_equal(place(stage), "editor");
	shows(stage, "does not exist, so every mail would make a bounce", true);
	stage_keys(stage, "Ctrl-U");
	stage_type(stage, "archive@elsewhere.example");
	stage_keys(stage, "Enter");
	assert_string_equal(place(stage), "review");
	shows(stage, "Whether archive", true);
	stage_free(stage);
}

static void set_values_can_be_taken_out(void **state)
{
	struct stage *stage = open_settings(ROLE_ADMIN, 2);

	(void)state;
	stage_keys(stage, "/");
	stage_type(stage, "message_size");
	stage_keys(stage, "Enter d");
	assert_string_equal(place(stage), "review");
	shows(stage, "message-size  52428800 (50 MB) -> (none)", true);
	stage_keys(stage, "Esc o");
	shows(stage, "> mail2", true);
	stage_keys(stage, "d");
	assert_string_equal(place(stage), "setting");
	stage_free(stage);
}

/* A review for each of the others; restarts only where the row demands one. */
static void one_value_goes_to_all(void **state)
{
	struct stage *stage = open_settings(ROLE_ADMIN, 2);

	(void)state;
	stage_keys(stage, "/");
	stage_type(stage, "smtp_tls_security_level");
	/* mail2 does not give its file, which is told; mail1 does. */
	stage_keys(stage, "Enter a");
	assert_string_equal(place(stage), "setting");
	stage_keys(stage, "o a");
	assert_string_equal(place(stage), "review");
	shows(stage, "relay-encryption  encrypt -> may", true);
	shows(stage, "mail1", true);
	stage_keys(stage, "Esc R");
	assert_string_equal(place(stage), "setting");
	stage_keys(stage, "Esc Esc /");
	stage_type(stage, "smtp_sasl_auth_enable");
	stage_keys(stage, "Enter a");
	assert_string_equal(place(stage), "setting");
	shows(stage, "No other server that answers has it otherwise", true);
	assert_int_equal(fake_submits(stage->engine), 0);
	stage_free(stage);
	stage = stage_new(&(struct fake_settings){ .role = ROLE_ADMIN, .servers = 2, .ucs = true }, "settings", 24, 120, VISIBLE_ASCII);
	stage_keys(stage, "/");
	stage_type(stage, "spam-filter");
	stage_keys(stage, "Enter R");
	assert_string_equal(place(stage), "review");
	shows(stage, "systemctl restart amavis", true);
	stage_free(stage);
}

/* A login at a relay: its password is eight dots and in no review. */
static void a_password_is_never_shown(void **state)
{
	struct stage *stage = open_settings(ROLE_ADMIN, 2);

	(void)state;
	stage_keys(stage, "/");
	stage_type(stage, "login at a relay isp");
	stage_keys(stage, "Enter e Tab");
	stage_type(stage, "s3same");
	shows(stage, "********", true);
	shows(stage, "s3same", false);
	shows(stage, "The password is new", true);
	stage_keys(stage, "Enter");
	assert_string_equal(place(stage), "review");
	shows(stage, "example-com, password new: ********", true);
	shows(stage, "s3same", false);
	stage_free(stage);
}

/* Pressed one after the other, without a turn of the loop between them. */
static void press(struct stage *stage, const char *names)
{
	char *copy = strdup(names), *rest = copy, *name;

	while ((name = strtok_r(rest, " ", &rest)) != NULL) {
		struct key key;

		assert_true(key_from_name(name, &key));
		session_key(stage->session, &key);
	}
	free(copy);
}

static void who_asked_may_be_gone(void **state)
{
	static const struct { const char *settled, *pressed, *place; } cases[] = {
		{ "Enter", "d Esc", "settings" },
		{ "Enter", "d 2", "list" },
		{ "Enter e Ctrl-U 5 0", "Enter Esc Esc", "setting" },
		{ "Enter", "Ctrl-R Esc", "settings" },
		{ "", "Ctrl-R 2", "list" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage *stage = open_settings(ROLE_ADMIN, 2);

		if (cases[i].settled[0] != '\0')
			stage_keys(stage, cases[i].settled);
		press(stage, cases[i].pressed);
		assert_true(stage_settle(stage));
		if (strcmp(place(stage), cases[i].place) != 0)
			fail_msg("%s: %s", cases[i].pressed, place(stage));
		stage_free(stage);
		/* And at the end of the session, before anything came. */
		stage = open_settings(ROLE_ADMIN, 2);
		if (cases[i].settled[0] != '\0')
			stage_keys(stage, cases[i].settled);
		press(stage, cases[i].pressed);
		stage_free(stage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_by_every_name), cmocka_unit_test(servers_side_by_side), cmocka_unit_test(groups_go_round),
		cmocka_unit_test(only_admin_changes),
		cmocka_unit_test(several_in_one_review),
		cmocka_unit_test(what_waits_is_what_differs),
		cmocka_unit_test(two_services_two_reviews),
		cmocka_unit_test(kept_as_a_draft),
		cmocka_unit_test(finds_while_servers_are_asked), cmocka_unit_test(values_are_checked), cmocka_unit_test(set_values_can_be_taken_out),
		cmocka_unit_test(one_value_goes_to_all),
		cmocka_unit_test(a_password_is_never_shown),
		cmocka_unit_test(test_lines_are_reviewed), cmocka_unit_test(facts_follow_what_is_typed), cmocka_unit_test(an_archive_must_exist),
		cmocka_unit_test(who_asked_may_be_gone),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
