/*
 * The store of mailboxes over fake servers: what is asked and written for filters, absences, rights and repairs, what is
 * told when it goes wrong, and what takes it back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live/absence_script.h"
#include "live/store.h"
#include "live/store_private.h"
#include "model/consequence.h"
#include "model/mailbox.h"
#include "tests/fakes/fake_hosts.h"

#define ANNA "anna@example.com"
#define LIST "script\tactive\n"

struct world {
	struct loop *loop;
	struct hosts *hosts;
	struct live_store *store;
	struct arena *arena;
	struct change *change;
	struct facts facts;
	struct plan plan;
	struct operation inverse;
	struct error error;
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct change *change = mailbox_change_do("mail1", ANNA, "flush");
	struct facts facts = { 0 };

	world->loop = loop_new();
	world->hosts = fake_hosts_new(world->loop, 2);
	world->store = live_store_new(world->hosts);
	world->arena = arena_new();
	/* Its own carriers are made at the first use; the replies go to these. */
	live_store_of(world->store)->gather(world->store, change, world->arena, &facts, NULL);
	change_free(change);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	change_free(world->change);
	live_store_free(world->store);
	hosts_close(world->hosts);
	loop_free(world->loop);
	arena_free(world->arena);
	free(world);
	return 0;
}

static void say(struct world *world, struct fake_reply reply)
{
	fake_hosts_reply(world->store->apart.hosts, &reply);
}

static bool planned(struct world *world, struct change *takes)
{
	struct store *store = live_store_of(world->store);

	change_free(world->change);
	world->change = takes;
	memset(&world->facts, 0, sizeof(world->facts));
	memset(&world->plan, 0, sizeof(world->plan));
	error_clear(&world->error);
	return store->gather(store->self, takes, world->arena, &world->facts, &world->error) &&
		store->plan(store->self, takes, &world->facts, world->arena, &world->plan, &world->error);
}

static enum outcome apply(struct world *world, size_t step)
{
	struct store *store = live_store_of(world->store);
	const char *version;

	memset(&world->inverse, 0, sizeof(world->inverse));
	return store->apply(store->self, &world->plan.operations[step], world->arena, &world->inverse, &version, &world->error);
}

static const char *input(struct world *world, const char *command)
{
	return fake_hosts_input(world->store->apart.hosts, command);
}

static size_t runs(struct world *world, const char *command)
{
	return fake_hosts_runs(world->store->apart.hosts, command);
}

/* --- filter -------------------------------------------------------------------------------------------- */

static void filter_off_and_back(void **state)
{
	struct world *world = *state;
	struct change *back;

	say(world, (struct fake_reply){ .command = "sieve-list", .output = LIST "main\tACTIVE\nsecond\t\n" });
	say(world, (struct fake_reply){ .command = "sieve-list", .output = LIST "main\t\nsecond\t\n", .once = "sieve-deactivate" });
	say(world, (struct fake_reply){ .command = "sieve-deactivate", .output = "" });
	assert_true(planned(world, mailbox_change_filter("mail1", ANNA, NULL)));
	assert_int_equal(world->plan.count, 1);
	assert_string_equal(world->plan.operations[0].place, "mail1/" ANNA "/mailbox");
	assert_string_equal(world->plan.operations[0].words, "Filter script: without main");
	assert_int_equal(apply(world, 0), OUTCOME_APPLIED);
	assert_int_equal(world->inverse.did, 1);
	assert_string_equal(fake_hosts_holes(world->store->apart.hosts, "sieve-deactivate"), ANNA);
	/* What takes it back is a step of its own, held against what is there then. */
	back = change_new(VERB_UNDO, &kind_mailbox, "mail1/" ANNA);
	back->operations = &world->inverse;
	back->operation_count = 1;
	say(world, (struct fake_reply){ .command = "sieve-activate", .output = "" });
	say(world, (struct fake_reply){ .command = "sieve-list", .output = LIST "main\tACTIVE\nsecond\t\n", .once = "sieve-activate" });
	assert_true(planned(world, back));
	assert_int_equal(world->plan.count, 1);
	assert_string_equal(record_text(world->plan.after, "filter"), "main");
	assert_int_equal(apply(world, 0), OUTCOME_APPLIED);
	assert_string_equal(fake_hosts_holes(world->store->apart.hosts, "sieve-activate"), ANNA " main");
	/* Already so: no step; and once more of the same step does nothing. */
	assert_true(planned(world, mailbox_change_filter("mail1", ANNA, "main")));
	assert_int_equal(world->plan.count, 0);
}

static void undo_of_what_others_changed(void **state)
{
	struct world *world = *state;
	struct value main_script = { "main", 4 };
	struct delta delta = { .attribute = "filter", .how = DELTA_ADD, .values = &main_script, .count = 1 };
	struct operation back = { .verb = OPERATION_MODIFY, .place = "mail1/" ANNA "/mailbox", .deltas = &delta, .delta_count = 1 };
	struct change *undo = change_new(VERB_UNDO, &kind_mailbox, "mail1/" ANNA);

	undo->operations = &back;
	undo->operation_count = 1;
	say(world, (struct fake_reply){ .command = "sieve-list", .output = LIST "main\t\nother\tACTIVE\n" });
	assert_false(planned(world, undo));
	assert_int_equal(world->error.kind, ERROR_CONFLICT);
	assert_non_null(strstr(world->error.text, "other"));
}

/* Whom a helpdesk may change is looked up by the name of the change; the steps come out of a file of its own. */
static void undo_stays_in_its_mailbox(void **state)
{
	static const char *const fields[] = { "filter", "flush" };
	struct world *world = *state;
	struct value yes = { .bytes = "yes", .length = 3 };

	say(world, (struct fake_reply){ .command = "sieve-list", .output = LIST "main\tACTIVE\n" });
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct delta delta = { .attribute = fields[i], .how = DELTA_ADD, .values = &yes, .count = 1 };
		struct operation back = { .verb = OPERATION_MODIFY, .place = "mail1/boss@example.com/mailbox", .deltas = &delta, .delta_count = 1 };
		struct change *undo = change_new(VERB_UNDO, &kind_mailbox, "mail1/" ANNA);

		undo->operations = &back;
		undo->operation_count = 1;
		assert_false(planned(world, undo));
		assert_int_equal(world->error.kind, ERROR_REFUSED);
		assert_non_null(strstr(world->error.text, "another mailbox (mail1/boss@example.com/mailbox)"));
	}
}

static void not_seen_is_not_done(void **state)
{
	struct world *world = *state;

	say(world, (struct fake_reply){ .command = "sieve-list", .output = LIST "main\tACTIVE\n" });
	say(world, (struct fake_reply){ .command = "sieve-deactivate", .output = "" });
	assert_true(planned(world, mailbox_change_filter("mail1", ANNA, NULL)));
	assert_int_equal(apply(world, 0), OUTCOME_NOT_APPLIED);
	assert_non_null(strstr(world->error.text, "looked at again it is not so"));
	say(world, (struct fake_reply){ .command = "sieve-deactivate", .failure = ERROR_TIMEOUT, .failure_text = "no answer" });
	assert_int_equal(apply(world, 0), OUTCOME_UNKNOWN);
	say(world, (struct fake_reply){ .command = "sieve-list", .output = "", .status = 67, .complaint = "Error: User doesn't exist" });
	assert_false(planned(world, mailbox_change_filter("mail1", ANNA, NULL)));
	assert_int_equal(world->error.kind, ERROR_NOT_FOUND);
}

/* --- absence -------------------------------------------------------------------------------------------- */

static const char *script(struct world *world, const struct mailbox_absence *absence, const char *filter, bool rests)
{
	struct absence_script of = { mailbox_absence_value(world->arena, absence), filter, rests };

	return arena_format(world->arena, "sieve script\n%s\n", absence_script_make(world->arena, &of));
}

static void absence_over_a_filter(void **state)
{
	static const struct mailbox_absence absence = { .from = "2026-12-01", .until = "2026-12-24", .subject = "Away", .text = "Say \"hi\"\nto \\ Bert" };
	struct world *world = *state;
	struct consequence *list;
	const char *made = script(world, &absence, "main", false);

	say(world, (struct fake_reply){ .command = "sieve-list", .output = LIST "main\tACTIVE\n" });
	say(world, (struct fake_reply){ .command = "sieve-list", .output = LIST "main\t\npostroom-absence\tACTIVE\n", .once = "sieve-activate" });
	say(world, (struct fake_reply){ .command = "sieve-get", .holes = ANNA " main", .output = "sieve script\nkeep; # vacation\n" });
	say(world, (struct fake_reply){ .command = "sieve-get", .holes = ANNA " postroom-absence", .output = made });
	say(world, (struct fake_reply){ .command = "absence-put", .output = "" });
	say(world, (struct fake_reply){ .command = "sieve-activate", .output = "" });
	assert_true(planned(world, mailbox_change_absence("mail1", ANNA, &absence)));
	assert_int_equal(world->plan.count, 1);
	assert_string_equal(record_text(world->plan.after, "filter"), "main");
	assert_true(consequences_of(world->arena, world->change, world->plan.after, &world->facts, &list) >= 2);
	assert_int_equal(apply(world, 0), OUTCOME_APPLIED);
	assert_string_equal(arena_format(world->arena, "sieve script\n%s\n", input(world, "absence-put")), made);
	assert_non_null(strstr(input(world, "absence-put"), "vacation :days 1 :subject \"Away\" \"Say \\\"hi\\\"\nto \\\\ Bert\";"));
	assert_non_null(strstr(input(world, "absence-put"), "include :personal :optional \"main\";"));
	assert_string_equal(fake_hosts_holes(world->store->apart.hosts, "sieve-activate"), ANNA " postroom-absence");
	/* And its end: the filter is active by itself again. */
	say(world, (struct fake_reply){ .command = "absence-delete", .output = "" });
	say(world, (struct fake_reply){ .command = "sieve-list", .output = LIST "main\tACTIVE\n", .once = "absence-delete" });
	assert_true(planned(world, mailbox_change_absence("mail1", ANNA, NULL)));
	assert_int_equal(apply(world, 0), OUTCOME_APPLIED);
	assert_string_equal(fake_hosts_holes(world->store->apart.hosts, "sieve-activate"), ANNA " main");
	assert_string_equal(world->inverse.deltas[0].attribute, "absence");
	assert_int_equal(world->inverse.deltas[0].how, DELTA_ADD);
}

static void a_filter_that_answers_rests(void **state)
{
	static const struct mailbox_absence absence = { .text = "away" };
	struct world *world = *state;
	struct consequence *list;
	size_t count;
	bool told = false;

	say(world, (struct fake_reply){ .command = "sieve-list", .output = LIST "main\tACTIVE\n" });
	say(world, (struct fake_reply){ .command = "sieve-get", .output = "sieve script\nrequire [\"vacation\"];\nvacation \"own\";\n" });
	say(world, (struct fake_reply){ .command = "absence-put", .output = "" });
	assert_true(planned(world, mailbox_change_absence("mail1", ANNA, &absence)));
	count = consequences_of(world->arena, world->change, world->plan.after, &world->facts, &list);
	for (size_t i = 0; i < count; i++) {
		told = told || (list[i].severity == SEVERITY_WARNING && strstr(list[i].sentence, "answers mail by itself"));
		assert_null(strstr(list[i].sentence, "goes on filtering"));
	}
	assert_true(told);
	apply(world, 0);
	assert_null(strstr(input(world, "absence-put"), "include"));
}

static void compile_error(void **state)
{
	static const struct mailbox_absence absence = { .text = "away" };
	struct world *world = *state;

	say(world, (struct fake_reply){ .command = "sieve-list", .output = "" });
	say(world, (struct fake_reply){ .command = "absence-put", .output = "", .status = 65,
		.complaint = "doveadm(" ANNA "): Error: sieve: postroom-absence: line 4: unknown Sieve capability `vacation'\ndoveadm(" ANNA "): Error: x\n" });
	assert_true(planned(world, mailbox_change_absence("mail1", ANNA, &absence)));
	assert_int_equal(apply(world, 0), OUTCOME_NOT_APPLIED);
	assert_int_equal(world->error.kind, ERROR_INVALID);
	assert_non_null(strstr(world->error.text, "line 4: unknown Sieve capability"));
	assert_int_equal(runs(world, "sieve-activate"), 0);
}

/* --- access ---------------------------------------------------------------------------------------------- */

static void access_given_and_taken(void **state)
{
	struct world *world = *state;

	say(world, (struct fake_reply){ .command = "acl-get", .output = "ID\tGlobal\tRights\nowner\t\tlookup read\nuser=bert@example.com\t\tlookup\n" });
	say(world, (struct fake_reply){ .command = "acl-get", .output = "ID\tGlobal\tRights\nuser=bert@example.com\t\twrite-seen lookup read write\n",
		.once = "acl-set" });
	say(world, (struct fake_reply){ .command = "acl-set", .output = "" });
	assert_true(planned(world, mailbox_change_access("mail1", ANNA, "INBOX", "bert@example.com", "read")));
	assert_int_equal(world->plan.count, 1);
	assert_int_equal(record_get(world->facts.now, "access")->count, 1);
	assert_string_equal(record_text(world->facts.now, "access"), "folder=INBOX who=bert@example.com rights=lookup");
	assert_string_equal(record_text(world->plan.after, "access"), "folder=INBOX who=bert@example.com rights=read");
	assert_int_equal(apply(world, 0), OUTCOME_APPLIED);
	assert_string_equal(fake_hosts_holes(world->store->apart.hosts, "acl-set"), ANNA " INBOX user=bert@example.com lookup read write write-seen");
	assert_string_equal(world->inverse.deltas[1].values[0].bytes, "folder=INBOX who=bert@example.com rights=lookup");
	say(world, (struct fake_reply){ .command = "acl-delete", .output = "" });
	say(world, (struct fake_reply){ .command = "acl-get", .output = "ID\tGlobal\tRights\n", .once = "acl-delete" });
	assert_true(planned(world, mailbox_change_access("mail1", ANNA, "INBOX", "bert@example.com", "none")));
	assert_int_equal(record_get(world->plan.after, "access")->count, 0);
	assert_int_equal(apply(world, 0), OUTCOME_APPLIED);
	assert_string_equal(fake_hosts_holes(world->store->apart.hosts, "acl-delete"), ANNA " INBOX user=bert@example.com");
	assert_true(planned(world, mailbox_change_access("mail1", ANNA, "INBOX", "bert@example.com", "none")));
	assert_int_equal(world->plan.count, 0);
}

static void access_without_the_plugin(void **state)
{
	struct world *world = *state;

	say(world, (struct fake_reply){ .command = "acl-get", .output = "", .status = 64,
		.complaint = "Error: Unknown command 'acl', but plugin acl exists. Try to set mail_plugins=acl\n" });
	assert_false(planned(world, mailbox_change_access("mail1", ANNA, "INBOX", "bert@example.com", "read")));
	assert_int_equal(world->error.kind, ERROR_UNSUPPORTED);
	assert_non_null(strstr(world->error.text, "load the plugin"));
}

/* --- repairs ---------------------------------------------------------------------------------------------- */

/* A flush ends with 0 whatever happened. */
static void flush_told_right(void **state)
{
	static const struct { const char *output, *complaint; int status; enum host_form form; enum outcome outcome; enum error_kind kind; } cases[] = {
		{ "2 cache entries flushed\n", "", 0, FORM_OUTPUT, OUTCOME_APPLIED, ERROR_NONE },
		{ "0 cache entries flushed\n", "", 0, FORM_OUTPUT, OUTCOME_APPLIED, ERROR_NONE },
		{ "[{\"entries\":\"2\"}]", "", 0, FORM_JSON, OUTCOME_APPLIED, ERROR_NONE },
		{ "0 cache entries flushed\n", "doveadm: Error: auth: connect(/run/dovecot/auth-master) failed: Connection refused\n", 0, FORM_OUTPUT, OUTCOME_NOT_APPLIED,
		  ERROR_UNREACHABLE },
		{ "", "doveadm: Error: auth: connect(/run/dovecot/auth-master) failed: No such file or directory\n", 0, FORM_OUTPUT, OUTCOME_NOT_APPLIED,
		  ERROR_UNREACHABLE },
		{ "", "", 0, FORM_OUTPUT, OUTCOME_NOT_APPLIED, ERROR_UNREACHABLE },
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		say(world, (struct fake_reply){ .command = "cache-flush", .form = cases[i].form, .output = cases[i].output, .complaint = cases[i].complaint,
			.status = cases[i].status });
		assert_true(planned(world, mailbox_change_do("mail1", ANNA, "flush")));
		if (apply(world, 0) != cases[i].outcome || world->error.kind != cases[i].kind)
			fail_msg("case %zu: %s", i, world->error.text);
	}
}

/* Wrong and unreachable have the same status; the words decide. */
static void login_tried(void **state)
{
	static const struct { const char *output, *complaint; int status; enum outcome outcome; enum error_kind kind; } cases[] = {
		{ "passdb: " ANNA " auth succeeded\nextra fields:\n  user=" ANNA "\n", "", 0, OUTCOME_APPLIED, ERROR_NONE },
		{ "passdb: " ANNA " auth failed\nextra fields:\n", "", 77, OUTCOME_NOT_APPLIED, ERROR_REFUSED },
		{ "", "doveadm(" ANNA "): Fatal: Couldn't connect to auth socket: connect(/run/auth-client) failed: No such file or directory", 77,
		  OUTCOME_NOT_APPLIED, ERROR_UNREACHABLE },
		{ "", "doveadm: Fatal: connect(/run/auth-client) failed: Connection refused", 77, OUTCOME_NOT_APPLIED, ERROR_UNREACHABLE },
		{ "", "doveadm: Error: connect(/run/auth-client) failed: Permission denied", 77, OUTCOME_NOT_APPLIED, ERROR_REFUSED },
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		say(world, (struct fake_reply){ .command = "auth-test", .output = cases[i].output, .complaint = cases[i].complaint, .status = cases[i].status });
		assert_true(planned(world, mailbox_change_try("mail1", ANNA, "canary 7 secret")));
		assert_true(world->plan.operations[0].deltas[0].secret);
		assert_null(strstr(world->plan.operations[0].words, "canary"));
		if (apply(world, 0) != cases[i].outcome || world->error.kind != cases[i].kind)
			fail_msg("case %zu: %s", i, world->error.text);
		assert_null(strstr(world->error.text, "canary"));
		assert_string_equal(input(world, "auth-test"), "canary 7 secret\n");
		assert_string_equal(fake_hosts_holes(world->store->apart.hosts, "auth-test"), ANNA);
	}
	assert_true(strstr(world->error.text, "wrong, locked") == NULL);
}

static void counted_again(void **state)
{
	struct world *world = *state;

	say(world, (struct fake_reply){ .command = "quota-recalc", .output = "" });
	assert_true(planned(world, mailbox_change_do("mail1", ANNA, "recalculate")));
	assert_int_equal(apply(world, 0), OUTCOME_APPLIED);
	say(world, (struct fake_reply){ .command = "quota-recalc", .output = "", .status = 67, .complaint = "Error: User doesn't exist" });
	assert_int_equal(apply(world, 0), OUTCOME_NOT_APPLIED);
	assert_int_equal(world->error.kind, ERROR_NOT_FOUND);
}

static void smtp_ended(void **state)
{
	static const char *const logins[] = { "anna", ANNA, NULL };
	struct world *world = *state;
	struct consequence *list;
	size_t count;
	bool told = false;

	say(world, (struct fake_reply){ .command = "smtp-sessions", .output = "{\"place\":\"/var/log/mail.log\",\"from\":\"Nov 20 06:00:01\",\"sessions\":["
		"{\"pid\":71,\"login\":\"anna\",\"client\":\"192.0.2.7\",\"since\":\"Nov 20 12:00:00\",\"mails\":3}],\"silent\":2,\"ended\":0}" });
	say(world, (struct fake_reply){ .command = "smtp-end", .output = "{\"place\":\"/var/log/mail.log\",\"from\":\"\",\"sessions\":[],\"silent\":2,\"ended\":1}" });
	assert_true(planned(world, mailbox_change_smtp("mail1", ANNA, logins)));
	count = consequences_of(world->arena, world->change, world->plan.after, &world->facts, &list);
	for (size_t i = 0; i < count; i++)
		told = told || strstr(list[i].sentence, "1 SMTP session is open: from 192.0.2.7 since Nov 20 12:00:00, as /var/log/mail.log tells from Nov 20");
	assert_true(told);
	assert_int_equal(apply(world, 0), OUTCOME_APPLIED);
	assert_int_equal(world->inverse.did, 1);
	assert_non_null(strstr(world->inverse.told, "2 other connections have sent nothing yet"));
	assert_string_equal(fake_hosts_holes(world->store->apart.hosts, "smtp-end"), "anna " ANNA);
	say(world, (struct fake_reply){ .command = "smtp-sessions", .status = 69, .output = "{\"error\":\"no log of Postfix can be read\"}" });
	assert_false(planned(world, mailbox_change_smtp("mail1", ANNA, logins)));
	assert_string_equal(world->error.text, "mail1: no log of Postfix can be read");
	say(world, (struct fake_reply){ .command = "smtp-sessions", .status = 64, .output = "", .complaint = "postroom: there is no command" });
	assert_false(planned(world, mailbox_change_smtp("mail1", ANNA, logins)));
}

static void names_that_are_none(void **state)
{
	struct world *world = *state;
	struct change *change = change_new(VERB_EDIT, &kind_mailbox, "mail1");

	change_edit_text(change, kind_field(&kind_mailbox, "flush"), EDIT_SET, "yes");
	assert_false(planned(world, change));
	assert_non_null(strstr(world->error.text, "SERVER/USER"));
	assert_false(planned(world, mailbox_change_do("mail7", ANNA, "flush")));
	assert_int_equal(world->error.kind, ERROR_NOT_FOUND);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(filter_off_and_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(undo_of_what_others_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(undo_stays_in_its_mailbox, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_seen_is_not_done, set_up, tear_down),
		cmocka_unit_test_setup_teardown(absence_over_a_filter, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_filter_that_answers_rests, set_up, tear_down),
		cmocka_unit_test_setup_teardown(compile_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(access_given_and_taken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(access_without_the_plugin, set_up, tear_down),
		cmocka_unit_test_setup_teardown(flush_told_right, set_up, tear_down),
		cmocka_unit_test_setup_teardown(login_tried, set_up, tear_down),
		cmocka_unit_test_setup_teardown(counted_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(smtp_ended, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_that_are_none, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("live_store_mailbox", tests, NULL, NULL);
}
