/* What servers know of a person before a review, over fake servers: who is counted, which settings count, and what does not answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "live/store.h"
#include "live/store_private.h"
#include "tests/fakes/fake_hosts.h"

#define WHO "username\tproto\tpid\tip\n"
#define QUOTA "Quota name\tType\tValue\tLimit\t%\nUser quota\tSTORAGE\t1024\t-\t0\nUser quota\tMESSAGE\t12\t-\t0\n"
#define FORMS "/etc/univention/base"
#define HOSTNAME FORMS ".conf:hostname: mail1\n"
#define RENAME "mail/dovecot/mailbox/rename: "
#define DELETE "mail/dovecot/mailbox/delete: "

struct world {
	struct loop *loop;
	struct hosts *hosts;
	struct live_store *store;
	struct record *before, *after;
	struct facts facts;
};

static void reply(struct world *world, const char *host, const char *command, const char *output)
{
	struct fake_reply reply = { .host = host, .command = command, .output = output };

	fake_hosts_reply(world->store->apart.hosts, &reply);
}

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	world->loop = loop_new();
	world->hosts = fake_hosts_new(world->loop, 2);
	fake_hosts_flavour(world->hosts, 0, FLAVOUR_UCS);
	world->store = live_store_new(world->hosts);
	hosts_apart_open(&world->store->apart);
	world->before = record_new(&kind_user);
	world->before->name = "anna";
	record_set_text(world->before, "login", "anna");
	record_set_text(world->before, "address", "Anna@example.com");
	record_set_text(world->before, "alternates", "a.smith@example.com");
	record_set_text(world->before, "home_server", "mail1.example.com");
	world->facts.now = world->before;
	reply(world, "mail1", "who", WHO "anna@example.com\timap\t11\t192.0.2.7\nANNA\timap\t12\t192.0.2.7\nbert@example.com\timap\t13\t192.0.2.7\n");
	reply(world, "mail2", "who", WHO "joanna@example.com\timap\t11\t192.0.2.7\n");
	reply(world, "mail1", "queue",
		"{\"queue_name\":\"deferred\",\"queue_id\":\"AAAAAA1\",\"arrival_time\":1,\"message_size\":1,\"sender\":\"x@y.example\",\"recipients\":[{\"address\":\"b@c.example\"},{\"address\":\"ANNA@example.com\"},{\"address\":\"a.smith@example.com\"}]}\n"
		"{\"queue_name\":\"deferred\",\"queue_id\":\"AAAAAA2\",\"arrival_time\":1,\"message_size\":1,\"sender\":\"anna@example.com\",\"recipients\":[{\"address\":\"b@c.example\"}]}\n"
		"{\"queue_name\":\"active\",\"queue_id\":\"AAAAAA1\",\"arrival_time\":1,\"message_size\":1,\"sender\":\"x@y.example\",\"recipients\":[{\"address\":\"anna@example.com\"}]}\n");
	reply(world, "mail2", "queue", "");
	reply(world, "mail1", "quota-get", QUOTA);
	reply(world, "mail1", "mailbox-settings", FORMS ".conf:" RENAME "true\n");
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	live_store_free(world->store);
	hosts_close(world->hosts);
	loop_free(world->loop);
	record_free(world->before);
	record_free(world->after);
	free(world);
	return 0;
}

static const struct witness *ask(struct world *world)
{
	struct store *store = live_store_of(world->store);

	store->witness(store->self, world->after, world->before->arena, &world->facts);
	return world->facts.witness;
}

static bool says(const struct witness *witness, const char *words)
{
	for (size_t i = 0; witness->unknown && witness->unknown[i]; i++)
		if (strstr(witness->unknown[i], words))
			return true;
	return false;
}

static void test_all_told(void **state)
{
	const struct witness *witness = ask(*state);

	assert_non_null(witness);
	assert_int_equal(witness->count, 2);
	assert_true(witness->sessions_whole && witness->queues_whole);
	for (size_t i = 0; i < witness->count; i++) {
		assert_string_equal(witness->counts[i].server, "mail1");
		assert_true(witness->counts[i].sessions == 2 || (witness->counts[i].to == 1 && witness->counts[i].from == 1));
	}
	assert_string_equal(witness->mailbox_server, "mail1");
	assert_int_equal(witness->mailbox_bytes, 1024 * 1024);
	assert_int_equal(witness->mailbox_messages, 12);
	assert_int_equal(witness->rename, KNOWN_YES);
	assert_int_equal(witness->delete, KNOWN_NO);
	assert_string_equal(witness->settings_server, "mail1");
	assert_true(!witness->unknown || !witness->unknown[0]);
}

/* Nothing of the mailbox changes by another login, so only sessions are asked for. */
static void test_login_only(void **state)
{
	struct world *world = *state;
	const struct witness *witness;

	world->after = record_new(&kind_user);
	record_set_text(world->after, "login", "ann");
	world->after->name = "ann";
	record_set_text(world->after, "address", "anna@example.com");
	record_set_text(world->after, "home_server", "mail1.example.com");
	witness = ask(world);
	assert_true(witness->sessions_asked && !witness->queues_asked);
	assert_null(witness->mailbox_server);
	assert_int_equal(fake_hosts_runs(world->store->apart.hosts, "queue"), 0);
	assert_int_equal(fake_hosts_runs(world->store->apart.hosts, "quota-get"), 0);
}

/* Only what goes counts: the alternative address stays. */
static void test_what_stays(void **state)
{
	struct world *world = *state;
	const struct witness *witness;

	world->after = record_new(&kind_user);
	record_set_text(world->after, "login", "anna");
	world->after->name = "anna";
	record_set_text(world->after, "address", "new@example.com");
	record_set_text(world->after, "alternates", "a.smith@example.com");
	record_set_text(world->after, "home_server", "mail1.example.com");
	reply(world, "mail1", "queue", "{\"queue_name\":\"deferred\",\"queue_id\":\"AAAAAA1\",\"arrival_time\":1,\"message_size\":1,\"sender\":\"x@y.example\",\"recipients\":[{\"address\":\"a.smith@example.com\"}]}\n");
	witness = ask(world);
	for (size_t i = 0; i < witness->count; i++)
		assert_int_equal(witness->counts[i].to, 0);
	assert_true(witness->queues_whole);
}

static void test_settings(void **state)
{
	static const struct { const char *output; int status; enum known rename, delete; } answers[] = {
		{ HOSTNAME FORMS ".conf:" RENAME "yes\n" FORMS ".conf:" DELETE "yes\n", 0, KNOWN_YES, KNOWN_YES },
		{ HOSTNAME FORMS ".conf:" RENAME "yes\n" FORMS "-ldap.conf:" RENAME "no\n", 0, KNOWN_NO, KNOWN_NO },
		{ HOSTNAME FORMS "-forced.conf:" DELETE "TRUE\n" FORMS ".conf:" DELETE "false\n", 2, KNOWN_NO, KNOWN_YES },
		{ HOSTNAME FORMS "-defaults.conf:" DELETE "true\n", 0, KNOWN_NO, KNOWN_YES },
		{ HOSTNAME FORMS ".conf:" DELETE "truely\n", 0, KNOWN_NO, KNOWN_NO },
		{ HOSTNAME FORMS ".conf:" DELETE "\n" FORMS ".conf:" RENAME "1", 0, KNOWN_YES, KNOWN_NO },
		{ HOSTNAME, 2, KNOWN_NO, KNOWN_NO },          /* not every layer has a file; unset means no */
		{ "", 2, KNOWN_NOT, KNOWN_NOT },              /* base.conf was not read */
		{ FORMS "-ldap.conf:" RENAME "yes\n", 2, KNOWN_NOT, KNOWN_NOT },
		{ HOSTNAME "garbage\n:::\n", 0, KNOWN_NO, KNOWN_NO },
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct fake_reply answer = { .host = "mail1", .command = "mailbox-settings", .output = answers[i].output, .status = answers[i].status };
		const struct witness *witness;

		fake_hosts_reply(world->store->apart.hosts, &answer);
		witness = ask(world);
		if (witness->rename != answers[i].rename || witness->delete != answers[i].delete)
			fail_msg("answer %zu: rename %d delete %d", i, (int)witness->rename, (int)witness->delete);
		assert_int_equal(says(witness, "settings of the mailbox on mail1"), answers[i].rename == KNOWN_NOT);
	}
}

/* What hangs costs three seconds and is named; the rest is told. */
static void test_hangs(void **state)
{
	struct world *world = *state;
	struct fake_reply queue = { .host = "mail2", .command = "queue", .hangs = true }, settings = { .host = "mail1", .command = "mailbox-settings", .hangs = true };
	struct fake_reply who = { .host = "mail2", .command = "who", .failure = ERROR_UNREACHABLE, .failure_text = "no route" };
	const struct witness *witness;

	loop_leaping(world->store->apart.loop, 1);
	fake_hosts_reply(world->store->apart.hosts, &queue);
	fake_hosts_reply(world->store->apart.hosts, &settings);
	fake_hosts_reply(world->store->apart.hosts, &who);
	witness = ask(world);
	loop_leaping(world->store->apart.loop, 0);
	assert_false(witness->queues_whole || witness->sessions_whole);
	assert_true(says(witness, "queued mail on mail2: no answer within 3 s"));
	assert_true(says(witness, "settings of the mailbox on mail1: no answer within 3 s"));
	assert_true(says(witness, "open sessions on mail2: no route"));
	assert_int_equal(witness->delete, KNOWN_NOT);
	assert_string_equal(witness->mailbox_server, "mail1");
	assert_int_equal(witness->count, 2);
}

static void test_home(void **state)
{
	struct world *world = *state;

	record_set_text(world->before, "home_server", "elsewhere.example.com");
	assert_true(says(ask(world), "elsewhere.example.com is not among the servers"));
	assert_null(world->facts.witness->mailbox_server);
	record_set_text(world->before, "home_server", NULL);
	assert_true(says(ask(world), "no home server is named"));
	/* All are responsible then, and only one of them was of UCS. */
	assert_int_equal(world->facts.witness->rename, KNOWN_YES);
	world->facts.plain = true;
	assert_int_equal(ask(world)->rename, KNOWN_NOT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_login_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_settings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hangs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_home, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
