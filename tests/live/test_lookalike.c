/*
 * lookalike against the real directory: what people would confuse with an
 * existing address is found wherever that one stands, and nothing else is.
 * Reads only.  Needs the private mail system (LAB_*).
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "directory/connection.h"
#include "directory/lookalike.h"
#include "directory/read.h"
#include "directory/watchdog.h"
#include "directory/world.h"

#define CYRILLIC_A "\320\260"

struct bench {
	const char *uris[2];
	struct connection_settings settings;
	struct watchdog *watchdog;
	struct password *password;
	struct connection *connection;
	struct world *world;
};

static const char *const domains[] = { "example.com", "example.org", "kassel.example", "xn--mller-kva.example", NULL };

static int open_bench(void **state)
{
	struct bench *bench = memory_new(sizeof(*bench));
	struct world_settings world = { .base = getenv("LAB_BASE") };
	struct error error = { 0 };

	*state = bench;
	bench->uris[0] = getenv("LAB_URI");
	if (bench->uris[0] == NULL)
		return 0;
	bench->password = password_new(getenv("LAB_ADMIN_SECRET"), NULL);
	bench->settings = (struct connection_settings) {
		.uris = bench->uris, .tls = DIRECTORY_TLS_START, .ca_file = getenv("LAB_CA"),
		.bind = DIRECTORY_BIND_SIMPLE, .bind_dn = getenv("LAB_ADMIN_DN"), .password = bench->password,
		.connect_seconds = 5, .bind_seconds = 10, .read_seconds = 15, .write_seconds = 15, .search_seconds = 30,
	};
	bench->watchdog = watchdog_new();
	bench->connection = connection_new(bench->watchdog, &bench->settings, false);
	if (connection_ready(bench->connection, &error))
		bench->world = world_load(bench->connection, &world, &error);
	if (bench->world == NULL)
		fprintf(stderr, "# %s\n", error.text);
	return bench->world == NULL ? -1 : 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	if (bench->connection != NULL) {
		world_free(bench->world);
		connection_free(bench->connection);
		watchdog_free(bench->watchdog);
		password_free(bench->password);
	}
	free(bench);
	return 0;
}

static struct record *read_user(struct bench *bench, struct arena *arena, const char *name)
{
	struct error error = { 0 };
	struct entry *entry = read_entry(bench->world, bench->connection, arena, &kind_user, name, &error);

	if (entry == NULL)
		fail_msg("%s", error.text);
	return read_record(bench->world, arena, &kind_user, entry, KNOWN_YES);
}

static const struct {
	const char *user;          /* who gets it; NULL: a new one */
	const char *field;
	const char *address;
	const char *found;         /* NULL: nothing is like it */
} cases[] = {
	{ NULL, "address", "f1ora.plain@example.com", "flora.plain@example.com" },
	{ NULL, "address", "una.rnarked@example.com", "una.marked@example.com" },
	{ NULL, "address", "inf0@example.com", "info@example.com" },                 /* a shared folder */
	{ NULL, "address", "sa1es@example.com", "sales@example.com" },               /* a group */
	{ NULL, "address", "news1etter@example.com", "newsletter@example.com" },     /* a list */
	{ NULL, "address", "pr0jekt@kassel.example", "Projekt@kassel.example" },     /* stored with a capital */
	{ NULL, "alternates", "0ffice@example.com", "office@example.com" },          /* an alternative address */
	{ NULL, "alternates", CYRILLIC_A "nna.schmid@example.com", "anna.schmid@example.com" },
	{ "flora.plain@example.com", "alternates", "inf0@example.com", "info@example.com" },
	{ NULL, "forwards", "anna.schmid@xn--exmple-4nf.com", "anna.schmid@example.com" },   /* Cyrillic a in the domain */
	{ NULL, "forwards", "f1ora.plain@example.com", NULL },                       /* plain, and nobody gets the name */
	{ "flora.plain@example.com", "alternates", "f1ora.plain@example.com", NULL },        /* her own */
	{ NULL, "address", "flora.plain@example.com", NULL },                        /* the same, which is another rule */
	{ NULL, "address", "flora.plain@example.org", NULL },
	{ NULL, "address", "nobody.like.this@example.com", NULL },
	{ NULL, "address", "*)(objectClass=*@example.com", NULL },
	{ NULL, "address", "lllllllllllllllllllllllllll@example.com", NULL },
};

static void addresses(void **state)
{
	struct bench *bench = *state;

	if (bench->world == NULL)
		skip();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new();
		struct change *change = change_new(cases[i].user == NULL ? VERB_ADD : VERB_EDIT, &kind_user,
			cases[i].user == NULL ? "newcomer" : cases[i].user);
		struct facts facts = { .domains = domains, .domains_complete = true };
		struct error error = { 0 };

		if (cases[i].user != NULL)
			facts.now = read_user(bench, arena, cases[i].user);
		change_edit_text(change, kind_field(&kind_user, cases[i].field), EDIT_ADD, cases[i].address);
		if (!lookalike_gather(bench->world, bench->connection, change, arena, &facts, &error))
			fail_msg("%s", error.text);
		if ((facts.lookalike == NULL) != (cases[i].found == NULL)
		    || (cases[i].found != NULL && strcmp(facts.lookalike, cases[i].found) != 0))
			fail_msg("%s: found %s, expected %s", cases[i].address, facts.lookalike == NULL ? "nothing" : facts.lookalike,
				cases[i].found == NULL ? "nothing" : cases[i].found);
		change_free(change);
		arena_free(arena);
	}
}

static const struct {
	const char *old, *new;     /* old NULL: added */
	const char *found;
} names[] = {
	{ NULL, "examp1e.com", "example.com" },
	{ NULL, "xn--exmple-4nf.com", "example.com" },
	{ NULL, "example.net", NULL },
	{ NULL, "example.com", NULL },
	{ "example.com", "examp1e.com", NULL },
	{ "kassel.example", "examp1e.com", "example.com" },
};

static void domain_names(void **state)
{
	struct bench *bench = *state;

	if (bench->world == NULL)
		skip();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct arena *arena = arena_new();
		struct change *change = change_new(names[i].old == NULL ? VERB_ADD : VERB_RENAME, &kind_domain,
			names[i].old == NULL ? names[i].new : names[i].old);
		struct facts facts = { .domains = domains, .domains_complete = true };

		if (names[i].old != NULL) {
			facts.now = record_new_in(arena, &kind_domain);
			facts.now->name = names[i].old;
			record_set_text(facts.now, "name", names[i].old);
			change->new_name = names[i].new;
		} else {
			change_edit_text(change, kind_field(&kind_domain, "name"), EDIT_SET, names[i].new);
		}
		assert_true(lookalike_gather(bench->world, bench->connection, change, arena, &facts, NULL));
		if (names[i].found == NULL)
			assert_null(facts.lookalike);
		else
			assert_string_equal(facts.lookalike, names[i].found);
		change_free(change);
		arena_free(arena);
	}
}

/* A connection that is gone is an error, never "nothing like it". */
static void a_lost_connection_is_told(void **state)
{
	struct bench *bench = *state;
	struct arena *arena = arena_new();
	struct change *change = change_new(VERB_ADD, &kind_user, "newcomer");
	struct facts facts = { .domains = domains, .domains_complete = true };
	struct error error = { 0 };

	if (bench->world == NULL)
		skip();
	change_edit_text(change, kind_field(&kind_user, "address"), EDIT_SET, "inf0@example.com");
	connection_interrupt(bench->connection);
	assert_false(lookalike_gather(bench->world, bench->connection, change, arena, &facts, &error));
	assert_true(error.text[0] != '\0');
	assert_null(facts.lookalike);
	change_free(change);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(domain_names),
		cmocka_unit_test(a_lost_connection_is_told),
	};

	signal(SIGPIPE, SIG_IGN);          /* as the program does */
	return cmocka_run_group_tests(tests, open_bench, close_bench);
}
