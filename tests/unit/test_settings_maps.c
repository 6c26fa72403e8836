/*
 * Lines of tables of Postfix: text edited, tables found, plans that hold one line
 * and no password where one could be read, main.cf.local set aside, restarts.
 * Main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "model/change.h"
#include "settings/backend.h"
#include "settings/map_file.h"
#include "settings/refused_logins.h"
#include "settings/settings.h"
#include "settings/store_private.h"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* --- text ------------------------------------------------------------------------------------------------- */

static void edits_of_a_table(void **state)
{
	static const struct { const char *bytes, *key, *value, *becomes; } cases[] = {
		{ NULL, "a", "1", "a 1\n" },
		{ "", "a", "1", "a 1\n" },
		{ "# only this\n", "a", "1", "# only this\na 1\n" },
		{ "b 2", "a", "1", "b 2\na 1\n" },
		{ "# head\na 1\nb 2\n", "a", "x y", "# head\na x y\nb 2\n" },
		{ "a 1\nb 2\n", "b", NULL, "a 1\n" },
		{ "a 1\n 2\n# in between\n  3\nb 2\n", "a", "4", "a 4\nb 2\n" },
		{ "a 1\n# of b\nb 2\n", "a", NULL, "# of b\nb 2\n" },
		{ "A@X 1\na@x 2\n", "a@x", "3", "A@X 3\n" },
		{ "a 1\na 2\n", "a", NULL, "" },
		{ "\n  # indented\na\t1\n\n", "a", "2", "\n  # indented\na 2\n\n" },
		{ "ab 1\na 2\n", "a", "3", "ab 1\na 3\n" },
		{ "a 1\n", "none", NULL, "a 1\n" },
		{ "[mx]:587 u:p#w\n", "[mx]:587", "v:q", "[mx]:587 v:q\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t length;
		char *made = map_file_edit(arena, cases[i].bytes, cases[i].bytes ? strlen(cases[i].bytes) : 0, cases[i].key, cases[i].value, &length);

		assert_string_equal(made, cases[i].becomes);
		assert_int_equal(length, strlen(made));
	}
}

static void lines_of_a_table(void **state)
{
	static const char bytes[] = "# x\none 1\n\ntwo a\n  b\n#c\n\tc\nTHREE\t x # no remark \n";
	const struct map_line *lines = map_file_lines(arena, bytes, strlen(bytes));

	(void)state;
	assert_string_equal(lines[0].key, "one");
	assert_int_equal(lines[0].line, 2);
	assert_string_equal(lines[1].value, "a b c");
	assert_int_equal(lines[1].line, 4);
	assert_string_equal(lines[2].value, "x # no remark");
	assert_int_equal(lines[2].line, 8);
	assert_int_equal(lines[3].line, 0);
	assert_string_equal(map_file_find(arena, bytes, strlen(bytes), "three").key, "THREE");
	assert_int_equal(map_file_find(arena, bytes, strlen(bytes), "four").line, 0);
	assert_int_equal(map_file_find(arena, NULL, 0, "four").line, 0);
	assert_true(map_file_key("[mx]:587") && map_file_key("a@b"));
	assert_false(map_file_key("") || map_file_key("a b") || map_file_key("#a") || map_file_key("a\n"));
	assert_true(map_file_named("hash:/etc/postfix/a, proxy:lmdb:/etc/b /etc/c\n", "/etc/postfix/a") && map_file_named("hash:/a, proxy:lmdb:/etc/b", "/etc/b") &&
		map_file_named("hash:/a /etc/c\n", "/etc/c"));
	assert_false(map_file_named("", "/etc/shadow") || map_file_named("hash:/etc/postfix/a", "/etc/postfix") || map_file_named("hash:/etc/postfix/a", "/a") ||
		map_file_named("hash:/etc/a", "/etc/ab") || map_file_named("hash:etc/a", "/a"));
}

/* --- states ------------------------------------------------------------------------------------------------ */

static void answer(struct settings_state *state, const char *command, const char *output)
{
	struct host_answer one = { .output = output, .length = strlen(output), .complaint = "" };

	settings_state_take(state, command, &one);
}

static struct settings_state *server_with(enum host_flavour flavour, const char *set, const char *master)
{
	struct settings_state *state = settings_state_new(&(struct host_settings){ .name = "mail1", .roles = HOST_TRANSPORT, .exec = true, .flavour = flavour }, 1000);

	answer(state, "lines", flavour == FLAVOUR_UCS ? "/etc/univention/base.conf:1:# univention_ base.conf\n/etc/univention/base.conf:3:mail/relayauth: yes\n" :
		"/etc/postfix/main.cf:1:# head\n");
	if (*master)
		answer(state, "lines", master);
	answer(state, "postconf-set", set);
	answer(state, "postconf-defaults", "default_database_type = hash\nsmtp_sasl_password_maps =\nsmtp_tls_policy_maps =\nconfig_directory = /etc/postfix\n"
		"smtp_sasl_auth_enable = no\nrelayhost =\nsmtp_sasl_security_options = noplaintext, noanonymous\nsmtpd_sender_restrictions =\n"
		"smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\n");
	settings_state_tables(state, false);
	return state;
}

static void read_tables(struct settings_state *state, const char *lines, const char *logins)
{
	if (lines)
		answer(state, "table-lines", lines);
	if (logins)
		answer(state, "guardian-logins", logins);
	settings_state_end(state);
}

static struct setting_value value_of(const struct settings_state *state, const char *name)
{
	const char *key;
	const struct setting *setting = setting_find(name, &key);

	return settings_value(arena, state, setting, key);
}

static void the_table_of_refused_logins_is_found(void **state)
{
	/* place NULL: none, with these words. */
	static const struct { const char *set, *master, *place, *words; } cases[] = {
		{ "smtpd_sender_restrictions = check_sasl_access hash:/etc/postfix/refused\n", "", "hash:/etc/postfix/refused", NULL },
		{ "smtpd_recipient_restrictions = permit_mynetworks,check_sasl_access lmdb:$config_directory/refused,permit\n", "", "lmdb:/etc/postfix/refused", NULL },
		{ "mine = check_sasl_access texthash:/x/y\nsmtpd_relay_restrictions = ${mine}, permit\n", "", "texthash:/x/y", NULL },
		{ "mine = check_sasl_access proxy:cdb:/x/y\n", "/etc/postfix/master.cf:1:submission inet n - y - - smtpd\n/etc/postfix/master.cf:2:  -o smtpd_client_restrictions=$mine,permit\n",
		  "cdb:/x/y", NULL },
		{ "", "/etc/postfix/master.cf:2:  -o smtpd_sender_restrictions=check_sasl_access,hash:/x\n", "hash:/x", NULL },
		{ "", "/etc/postfix/master.cf:2:#  -o smtpd_sender_restrictions=check_sasl_access,hash:/x\n", NULL, "no rule of this Postfix asks check_sasl_access" },
		{ "mine = check_sasl_access hash:/x\n", "", NULL, "add it once" },
		{ "smtpd_sender_restrictions = check_sasl_access inline:{a=REJECT}\n", "", NULL, "in main.cf itself" },
		{ "smtpd_sender_restrictions = check_sasl_access ldap:/etc/postfix/x.cf\n", "", NULL, "type ldap" },
		{ "smtpd_sender_restrictions = check_sasl_access hash:x\n", "", NULL, "no absolute path" },
		{ "a = $b\nb = $a\nsmtpd_sender_restrictions = $a\n", "", NULL, "no rule" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct settings_state *server = server_with(FLAVOUR_DEBIAN, cases[i].set, cases[i].master);
		struct setting_value value;
		const char *why;

		read_tables(server, "", NULL);
		value = value_of(server, "refused-logins/anna");
		why = refused_logins_why(arena, server);
		if (value.known != (cases[i].place != NULL) || (value.known ? strcmp(value.place, cases[i].place) : !strstr(why, cases[i].words)))
			fail_msg("%zu: %s", i, value.known ? value.place : value.why);
		assert_false(value.set);
		settings_state_free(server);
	}
}

/* As setting_propose plans it from a server that was read. NULL without an error: it is so already. */
static struct change *change_login(const struct settings_state *state, const struct host_settings *server, const char *login, const char *answer,
		struct error *error)
{
	const struct setting_edit edit = { .setting = setting_find("refused-logins/x", NULL), .key = login, .value = answer };
	const struct setting_facts facts = { .archive_exists = -1 };
	struct arena *own = arena_new();
	struct setting_plan plan;
	struct change *change = NULL;

	if (settings_plan(own, state, &edit, 1, NULL, 0, &facts, &plan, error) && plan.shown_count > 0)
		change = settings_plan_change(&plan, server, 0);
	arena_free(own);
	return change;
}

static void a_login_is_refused_and_free_again(void **state)
{
	struct settings_state *server = server_with(FLAVOUR_DEBIAN, "smtpd_sender_restrictions = check_sasl_access hash:/etc/postfix/refused\n", "");
	const struct host_settings settings = { .name = "mail1", .exec = true, .postfix_config = "/etc/postfix" };
	struct guarded_change guarded, back;
	struct error error = { 0 };
	struct change *change;
	const char *json;

	(void)state;
	read_tables(server, "/etc/postfix/refused:1:# remark\n/etc/postfix/refused:2:Bert@example.com REJECT go\n", NULL);
	assert_string_equal(refused_login_answer(arena, server, "bert@example.com"), "REJECT go");
	assert_null(refused_login_answer(arena, server, "anna@example.com"));
	assert_string_equal(settings_keys(arena, server, setting_find("refused-logins/x", NULL))[0], "Bert@example.com");
	change = change_login(server, &settings, "anna@example.com", REFUSED_LOGIN_ANSWER, &error);
	assert_non_null(change);
	assert_ptr_equal(change->kind, &kind_setting);
	assert_string_equal(change->name, "mail1");
	json = guarded_set(change, "change");
	assert_true(guarded_change_read(arena, json, strlen(json), &guarded, &error));
	assert_int_equal(guarded.entry_count, 1);
	assert_string_equal(guarded.entries[0].path, "/etc/postfix/refused");
	assert_string_equal(guarded.entries[0].key, "anna@example.com");
	assert_string_equal(guarded.entries[0].value, REFUSED_LOGIN_ANSWER);
	assert_null(guarded.entries[0].seen);
	assert_string_equal(guarded.maps[0], "hash:/etc/postfix/refused");
	assert_true(guarded.at_once && !guarded.secret && guarded.file_count == 0);
	json = guarded_inverse(arena, json, &error);
	assert_true(guarded_change_read(arena, json, strlen(json), &back, &error));
	assert_null(back.entries[0].value);
	assert_string_equal(back.entries[0].seen, REFUSED_LOGIN_ANSWER);
	change_free(change);

	change = change_login(server, &settings, "bert@example.com", NULL, &error);
	json = guarded_set(change, "change");
	assert_true(guarded_change_read(arena, json, strlen(json), &guarded, &error));
	assert_null(guarded.entries[0].value);
	assert_string_equal(guarded.entries[0].seen, "REJECT go");
	change_free(change);
	assert_null(change_login(server, &settings, "anna@example.com", NULL, &error));
	assert_int_equal(error.kind, ERROR_NONE);
	assert_null(change_login(server, &settings, "a b", REFUSED_LOGIN_ANSWER, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	error_clear(&error);
	assert_null(change_login(server, &settings, "anna", "DUNNO", &error));
	assert_non_null(strstr(error.text, "REJECT"));
	settings_state_free(server);
}

/* --- logins at a relay -------------------------------------------------------------------------------------- */

static bool plan(struct settings_state *server, const char *name, const char *value, const char *password, const char *more, struct setting_plan *made,
		struct error *error)
{
	struct setting_edit edits[2] = { { .value = value, .password = password } };
	const struct setting_facts facts = { .archive_exists = -1 };
	const struct setting_bytes bytes = { "/etc/postfix/main.cf", "# head\n", 7 };
	size_t count = 1;

	edits[0].setting = setting_find(name, &edits[0].key);
	if (more) {
		const char *equals = strchr(more, '=');

		edits[1].setting = setting_find(arena_format(arena, "%.*s", (int)(equals - more), more), &edits[1].key);
		edits[1].value = equals + 1;
		count = 2;
	}
	error_clear(error);
	return settings_plan(arena, server, edits, count, &bytes, 1, &facts, made, error);
}

static bool says(const struct setting_plan *made, const char *words)
{
	for (size_t i = 0; i < made->say_count; i++)
		if (strstr(made->says[i].text, words))
			return true;
	return false;
}

static void a_login_is_planned_without_its_password_in_words(void **state)
{
	struct settings_state *server = server_with(FLAVOUR_DEBIAN, "smtp_sasl_password_maps = hash:/etc/postfix/smtp_auth\n", "");
	const struct host_settings settings = { .name = "mail1", .exec = true };
	struct setting_plan made;
	struct error error = { 0 };
	struct change *change;
	const struct edit *edit;

	(void)state;
	read_tables(server, NULL, "/etc/postfix/smtp_auth:1:[mx.isp.example]:587 old\n");
	assert_string_equal(value_of(server, "relay-authentication/[mx.isp.example]:587").value, "old");
	assert_true(plan(server, "relay-authentication/[mx.isp.example]:587", "new", "s3same pass", NULL, &made, &error));
	assert_true(made.secret && made.timer && made.entry_count == 1 && made.file_count == 0);
	assert_string_equal(made.entries[0].value, "new:s3same pass");
	assert_string_equal(made.entries[0].seen, "old");
	assert_string_equal(made.maps[0], "hash:/etc/postfix/smtp_auth");
	assert_null(made.maps[1]);
	for (size_t i = 0; made.steps[i]; i++)
		assert_null(strstr(made.steps[i], "s3same"));
	assert_null(strstr(made.sentence, "s3same"));
	change = settings_plan_change(&made, &settings, 0);
	assert_string_equal(guarded_set(change, "secret"), "yes");
	for (size_t i = 0; i < change->edit_count; i++)
		for (size_t j = 0; j < (edit = &change->edits[i])->count; j++)
			if (strcmp(edit->field->name, "change"))
				assert_null(strstr(edit->values[j].bytes, "s3same"));
	change_free(change);

	/* The password stays where none is given; the name alone is sent then. */
	assert_true(plan(server, "relay-authentication/[mx.isp.example]:587", "new", NULL, NULL, &made, &error));
	assert_string_equal(made.entries[0].value, "new");
	assert_true(plan(server, "relay-authentication/[mx.isp.example]:587", "old", "again", NULL, &made, &error));
	assert_int_equal(made.shown_count, 1);
	assert_true(plan(server, "relay-authentication/[mx.isp.example]:587", "old", NULL, NULL, &made, &error));
	assert_int_equal(made.shown_count, 0);
	assert_true(plan(server, "relay-authentication/[mx.isp.example]:587", NULL, NULL, NULL, &made, &error));
	assert_null(made.entries[0].value);
	assert_true(made.secret);
	assert_false(plan(server, "relay-authentication/other.example", "new", NULL, NULL, &made, &error));
	assert_non_null(strstr(error.text, "a password belongs to it"));
	assert_false(plan(server, "relay-authentication/other.example", "a:b", "x", NULL, &made, &error));
	assert_false(plan(server, "relay-authentication/other.example", "a", " x", NULL, &made, &error));
	assert_false(plan(server, "relay-authentication/other.example", "a", "x\ny", NULL, &made, &error));
	assert_false(plan(server, "relay-authentication/a b", "a", "x", NULL, &made, &error));
	settings_state_free(server);
}

static void what_reads_the_table_is_said(void **state)
{
	struct settings_state *plain = server_with(FLAVOUR_DEBIAN, "", ""), *ucs = server_with(FLAVOUR_UCS, "", "");
	struct setting_plan made;
	struct error error = { 0 };

	(void)state;
	read_tables(plain, "", "");
	read_tables(ucs, "", "");
	assert_true(plan(plain, "relay-authentication/mx.isp.example", "u", "p", NULL, &made, &error));
	assert_true(says(&made, "No parameter of Postfix names /etc/postfix/smtp_auth yet"));
	assert_string_equal(made.entries[0].path, "/etc/postfix/smtp_auth");
	assert_true(plan(plain, "relay-authentication/mx.isp.example", "u", "p", "relay-password-maps=hash:/etc/postfix/smtp_auth", &made, &error));
	assert_false(says(&made, "No parameter of Postfix names"));
	assert_int_equal(made.file_count, 1);
	assert_false(plan(plain, "relay-authentication/mx.isp.example", "u", "p", "relay-password-maps=hash:/elsewhere", &made, &error));
	assert_non_null(strstr(error.text, "set the table that it stands in first"));
	assert_true(plan(ucs, "relay-authentication/mx.isp.example", "u", "p", NULL, &made, &error));
	assert_true(says(&made, "counts once relay-login is yes"));
	assert_true(plan(plain, "relay-login", "yes", NULL, "relay-host=mx.isp.example", &made, &error));
	assert_true(says(&made, "begins with exactly mx.isp.example"));
	assert_true(says(&made, "noplaintext"));
	/* Levels of destinations: a line here, a variable there. */
	assert_true(plan(plain, "tls-policy-map/.example.com", "encrypt", NULL, NULL, &made, &error));
	assert_string_equal(made.entries[0].value, "encrypt");
	assert_false(made.secret);
	assert_true(made.timer);
	assert_false(plan(plain, "tls-policy-map/x", "much", NULL, NULL, &made, &error));
	assert_string_equal(value_of(ucs, "tls-policy-map/x").why, "UCR writes this table: see tls-policy/");
	settings_state_free(plain);
	settings_state_free(ucs);
}

static void logins_that_cannot_be_read_are_no_gap(void **state)
{
	struct settings_state *server = server_with(FLAVOUR_DEBIAN, "", "");
	struct host_answer no = { .status = 77, .output = "", .complaint = "may not", .error = { .kind = ERROR_REFUSED, .text = "mail1: may not" } };

	(void)state;
	settings_state_take(server, "guardian-logins", &no);
	settings_state_end(server);
	assert_null(settings_state_gaps(server)[0]);
	assert_string_equal(value_of(server, "relay-authentication/x").why, "mail1: may not");
	settings_state_free(server);
}

static void lines_travel_to_the_guardian(void **state)
{
	static const struct { const char *json; bool fine; } cases[] = {
		{ "[{\"path\":\"/etc/a\",\"key\":\"k\",\"value\":\"v\",\"new\":true}]", true },
		{ "[{\"path\":\"/etc/a\",\"key\":\"k\",\"gone\":true,\"seen\":\"v\"}]", true },
		{ "[{\"path\":\"a\",\"key\":\"k\",\"value\":\"v\",\"new\":true}]", false },
		{ "[{\"path\":\"/etc/../a\",\"key\":\"k\",\"value\":\"v\",\"new\":true}]", false },
		{ "[{\"path\":\"/etc/a\",\"key\":\"k l\",\"value\":\"v\",\"new\":true}]", false },
		{ "[{\"path\":\"/etc/a\",\"key\":\"k\",\"value\":\"v\\nb c\",\"new\":true}]", false },
		{ "[{\"path\":\"/etc/a\",\"key\":\"k\",\"new\":true}]", false },
		{ "[{\"path\":\"/etc/a\",\"key\":\"k\",\"value\":\"v\"}]", false },
		{ "[]", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *json = arena_format(arena, "{\"id\":\"x\",\"service\":\"postfix\",\"wanted\":[],\"files\":[],\"maps\":[\"hash:/etc/a\"],\"entries\":%s}", cases[i].json);
		struct guarded_change change;
		struct error error = { 0 };

		if (guarded_change_read(arena, json, strlen(json), &change, &error) != cases[i].fine)
			fail_msg("%s: %s", json, error.text);
	}
}

/* --- main.cf.local, restarts ---------------------------------------------------------------------------------- */

static void main_cf_local_is_set_aside_and_put_back(void **state)
{
	struct settings_state *server = settings_state_new(&(struct host_settings){ .name = "mail2", .roles = HOST_TRANSPORT, .flavour = FLAVOUR_UCS }, 1000);
	struct setting_bytes bytes[2] = { { "/etc/postfix/main.cf.local", "a = 1\n", 6 }, { "/etc/postfix/main.cf.local.aside", NULL, 0 } };
	const struct local_line *lines;
	struct setting_plan made;
	struct error error = { 0 };

	(void)state;
	answer(server, "lines", "/etc/postfix/main.cf:1:message_size_limit = 10240000\n/etc/postfix/main.cf:2:message_size_limit = 99\n"
		"/etc/postfix/main.cf.local:1:# ours\n/etc/postfix/main.cf.local:2:message_size_limit = 99\n/etc/postfix/main.cf.local:3:biff = no\n");
	settings_state_end(server);
	assert_true(settings_local_possible(server, &error));
	lines = settings_local_lines(arena, server);
	assert_int_equal(lines[0].line, 2);
	assert_string_equal(lines[0].value, "99");
	assert_string_equal(lines[0].overrides, "10240000");
	assert_string_equal(lines[1].name, "biff");
	assert_null(lines[1].overrides);
	assert_int_equal(lines[2].line, 0);
	assert_string_equal(settings_local_files(arena, server)[1], bytes[1].path);

	assert_true(settings_plan_local(arena, server, true, bytes, 2, &made, &error));
	assert_true(made.timer);
	assert_string_equal(made.commits[0], "/etc/postfix/main.cf");
	assert_null(made.files[0].bytes);
	assert_string_equal(made.files[1].bytes, "a = 1\n");
	assert_false(settings_plan_local(arena, server, false, bytes, 2, &made, &error));
	bytes[1].bytes = "b = 2\n";
	bytes[1].length = 6;
	error_clear(&error);
	assert_false(settings_plan_local(arena, server, true, bytes, 2, &made, &error));
	assert_int_equal(error.kind, ERROR_CONFLICT);
	error_clear(&error);
	assert_false(settings_plan_local(arena, server, false, bytes, 2, &made, &error));
	assert_non_null(strstr(error.text, "has lines again"));
	bytes[0].bytes = NULL;
	error_clear(&error);
	assert_true(settings_plan_local(arena, server, false, bytes, 2, &made, &error));
	assert_string_equal(made.files[0].bytes, "b = 2\n");
	assert_null(made.files[1].bytes);
	settings_state_free(server);
}

static void every_restart_is_an_order(void **state)
{
	const struct setting_follow_row *row;
	size_t count = 0;

	(void)state;
	for (row = setting_follows; row->bit; row++) {
		struct change *change;

		assert_true(row->ours != (row->service != NULL));
		if (!row->service)
			continue;
		count++;
		assert_ptr_equal(setting_restart_find(row->service), row);
		change = settings_restart("mail1", row);
		assert_string_equal(guarded_set(change, "restart"), row->service);
		assert_int_equal(guarded_set(change, "say")[0], '!');
		assert_null(guarded_set(change, "change"));
		change_free(change);
	}
	assert_int_equal(count, 11);
	assert_null(setting_restart_find("sshd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(edits_of_a_table, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lines_of_a_table, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_table_of_refused_logins_is_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_login_is_refused_and_free_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_login_is_planned_without_its_password_in_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_reads_the_table_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(logins_that_cannot_be_read_are_no_gap, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lines_travel_to_the_guardian, set_up, tear_down),
		cmocka_unit_test_setup_teardown(main_cf_local_is_set_aside_and_put_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_restart_is_an_order, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("settings_maps", tests, NULL, NULL);
}
