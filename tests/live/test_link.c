/*
 * The link to the real slapd: lost and found again by itself, several URIs, a
 * login that is refused, certificates that do not fit; and what is read beside
 * the entry itself (policies, memberships, storage modes).
 */
#include <signal.h>

#include "directory/directory_private.h"
#include "walk.h"

static pid_t server_pid(void)
{
	char path[300];
	long pid = 0;
	FILE *file;

	snprintf(path, sizeof path, "%s/pids/slapd", live_env("LAB_DIR"));
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%ld", &pid), 1);
	fclose(file);
	assert_true(pid > 1);
	return (pid_t)pid;
}

static void kill_server(void)
{
	kill(server_pid(), SIGKILL);
}

static void open_up(struct live *live, const char *who)
{
	live_prepare(live, who);
	live_open(live);
	assert_true(live_wait(live, DIRECTORY_UP, 5000));
}

/* A wall screen asks nothing, and its lamp must not go on saying that all is well. */
static void test_a_dead_server_is_seen_without_asking(void **state)
{
	struct live live;

	(void)state;
	if (live_missing())
		skip();
	open_up(&live, "MONITOR");
	kill_server();
	assert_true(live_wait(&live, DIRECTORY_DOWN, 6000));
	assert_int_equal(lab_run((const char *const[]){ "start-slapd", "--name", live_env("LAB_NAME"), NULL }), 0);
	assert_true(live_wait(&live, DIRECTORY_UP, 20000));
	live_close(&live);
}

/* A server that only gives no answer closes nothing; a write that waited in vain has the link asked about at once. */
static void test_a_write_without_an_answer_has_the_link_asked(void **state)
{
	struct live live;
	pid_t slapd;

	(void)state;
	if (live_missing())
		skip();
	open_up(&live, "ADMIN");
	slapd = server_pid();
	kill(slapd, SIGSTOP);
	/* What the store does where it waits in vain; see the test of a second URI. */
	atomic_fetch_add(&live.directory->provider_losses, 1);
	live_wait(&live, DIRECTORY_DOWN, 6000);
	kill(slapd, SIGCONT);
	assert_int_equal(directory_status(live.directory)->link, DIRECTORY_DOWN);
	assert_true(live_wait(&live, DIRECTORY_UP, 20000));
	live_close(&live);
}

static void test_a_killed_server_is_found_again(void **state)
{
	struct live live;

	(void)state;
	if (live_missing())
		skip();
	open_up(&live, "ADMIN");
	kill_server();
	/* The next request finds out; it says so and does not hang. */
	assert_null(live_read(&live, "user", "nobody"));
	assert_int_equal(live.error.kind, ERROR_UNREACHABLE);
	assert_int_equal(directory_status(live.directory)->link, DIRECTORY_DOWN);
	assert_false(directory_status(live.directory)->can_write);
	assert_non_null(directory_status(live.directory)->write_reason);
	assert_non_null(strstr(directory_status(live.directory)->error.text, live_env("LAB_URI")));
	assert_int_equal(lab_run((const char *const[]){ "start-slapd", "--name", live_env("LAB_NAME"), NULL }), 0);
	assert_true(live_wait(&live, DIRECTORY_UP, 20000));
	assert_true(directory_status(live.directory)->can_write);
	assert_null(live_read(&live, "user", "nobody-of-this-name"));
	assert_int_equal(live.error.kind, ERROR_NOT_FOUND);
	live_close(&live);
}

static void test_a_restart_between_two_reads_is_not_noticed(void **state)
{
	struct live live;

	(void)state;
	if (live_missing())
		skip();
	live_prepare(&live, "ADMIN");
	live_open(&live);
	assert_non_null(live_read(&live, "domain", "example.com"));
	live_list(&live, "domain", NULL, 0);
	assert_true(live.list_end.complete);
	assert_int_equal(lab_run((const char *const[]){ "restart-slapd", "--name", live_env("LAB_NAME"), NULL }), 0);
	if (live_read(&live, "domain", "example.com") == NULL)
		fail_msg("%s", live.error.text);
	live_list(&live, "domain", NULL, 0);
	if (!live.list_end.complete)
		fail_msg("%s %s", live.reason, live.list_end.error.text);
	live_close(&live);
}

static void test_a_second_uri_serves_for_reading_only(void **state)
{
	struct live live;

	(void)state;
	if (live_missing())
		skip();
	live_prepare(&live, "ADMIN");
	live.uris[0] = "ldap://127.0.0.1:1";
	live.uris[1] = live_env("LAB_URI");
	live_open(&live);
	assert_true(live_wait(&live, DIRECTORY_UP, 5000));
	assert_string_equal(directory_status(live.directory)->uri, live_env("LAB_URI"));
	assert_non_null(live_read(&live, "domain", "example.com"));
	assert_false(directory_status(live.directory)->can_write);
	assert_non_null(strstr(directory_status(live.directory)->write_reason, "ldap://127.0.0.1:1"));
	{
		struct change *change = change_new(VERB_ADD, kind_find("domain"), "never.example");
		struct store *store = directory_store(live.directory);
		struct walk walk;

		walk_begin(&walk);
		assert_int_equal(walk_once(&walk, store, change, NULL, NULL), OUTCOME_NOT_APPLIED);
		assert_int_equal(walk.error.kind, ERROR_UNREACHABLE);
		assert_int_equal(atomic_load(&live.directory->provider_losses), 1);
		walk_end(&walk);
		change_free(change);
	}
	live_close(&live);
}

static void test_other_ways_in(void **state)
{
	struct live live;

	(void)state;
	if (live_missing())
		skip();
	live_prepare(&live, "ADMIN");
	live.uris[0] = live_env("LAB_URI_LDAPS");
	live.settings.tls = DIRECTORY_TLS_LDAPS;
	live_open(&live);
	assert_true(live_wait(&live, DIRECTORY_UP, 5000));
	live_close(&live);
	live_prepare(&live, "ADMIN");
	live.uris[0] = live_env("LAB_URI_LDAPI");
	live.settings.tls = DIRECTORY_TLS_NONE;
	live.settings.bind = DIRECTORY_BIND_EXTERNAL;
	live.settings.bind_dn = live.settings.password_file = NULL;
	live_open(&live);
	assert_true(live_wait(&live, DIRECTORY_UP, 5000));
	assert_string_equal(directory_status(live.directory)->identity, live_env("LAB_ADMIN_DN"));
	live_close(&live);
	/* A certificate is an identity too; the key must be nobody else's, and without one EXTERNAL is local only. */
	live_prepare(&live, "ADMIN");
	live.settings.bind = DIRECTORY_BIND_EXTERNAL;
	live.settings.bind_dn = live.settings.password_file = NULL;
	assert_null(directory_open(live.loop, &live.settings, &live.error));
	assert_non_null(strstr(live.error.text, "cert_file"));
	live.settings.cert_file = live_env("LAB_CLIENT_CERT");
	assert_null(directory_open(live.loop, &live.settings, &live.error));
	assert_non_null(strstr(live.error.text, "belong together"));
	live.settings.key_file = live_env("LAB_CLIENT_CERT");
	assert_null(directory_open(live.loop, &live.settings, &live.error));
	assert_non_null(strstr(live.error.text, "others may read"));
	live.settings.key_file = live_env("LAB_CLIENT_KEY");
	live_open(&live);
	assert_true(live_wait(&live, DIRECTORY_UP, 5000));
	assert_string_equal(directory_status(live.directory)->identity, live_env("LAB_HELPDESK_DN"));
	live_close(&live);
}

static char *wrong_password(void *context)
{
	(void)context;
	return strdup("certainly not this one");
}

static void test_why_nobody_was_reached(void **state)
{
	static const struct { const char *uri, *words; } cases[] = {
		{ "ldap://127.0.0.1:1", "(connection refused)" }, { "ldaps://127.0.0.1:1", "(connection refused)" },
		{ "ldap://nowhere.invalid", "(host name not found" }, { "ldaps://nowhere.invalid", "(host name not found" },
		{ "ldapi://%2Fnowhere%2Fldapi", "there is no such socket" },
	};
	struct live live;
	size_t i;

	(void)state;
	if (live_missing())
		skip();
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		live_prepare(&live, "ADMIN");
		live.uris[0] = cases[i].uri;
		live_open(&live);
		assert_true(live_wait(&live, DIRECTORY_DOWN, 15000));
		assert_int_equal(directory_status(live.directory)->error.kind, ERROR_UNREACHABLE);
		assert_non_null(strstr(directory_status(live.directory)->error.text, cases[i].words));
		live_close(&live);
	}
}

static void test_what_is_refused_is_said(void **state)
{
	static const struct { const char *uri, *ca; enum directory_tls tls; bool plain; const char *words; } never[] = {
		{ "ldap://192.0.2.1", NULL, DIRECTORY_TLS_NONE, true, "unencrypted" },
		{ "ldap://127.0.0.1:389", NULL, DIRECTORY_TLS_NONE, false, "unencrypted" },
		{ "ldap://127.0.0.1.evil.example", NULL, DIRECTORY_TLS_NONE, true, "unencrypted" },
		{ "http://127.0.0.1", NULL, DIRECTORY_TLS_START, false, "begins with" },
		{ "ldap://127.0.0.1", NULL, DIRECTORY_TLS_LDAPS, false, "ldaps://" },
	};
	struct live live;
	size_t i;

	(void)state;
	if (live_missing())
		skip();
	for (i = 0; i < sizeof never / sizeof *never; i++) {
		live_prepare(&live, "ADMIN");
		live.uris[0] = never[i].uri;
		live.settings.tls = never[i].tls;
		live.settings.allow_plain = never[i].plain;
		assert_null(directory_open(live.loop, &live.settings, &live.error));
		assert_int_equal(live.error.kind, ERROR_CONFIG);
		assert_non_null(strstr(live.error.text, never[i].words));
		loop_free(live.loop);
	}
	live_prepare(&live, "ADMIN");
	live.settings.password_file = NULL;
	live.settings.ask_password = wrong_password;
	live_open(&live);
	assert_true(live_wait(&live, DIRECTORY_DOWN, 5000));
	assert_int_equal(directory_status(live.directory)->error.kind, ERROR_REFUSED);
	assert_non_null(strstr(directory_status(live.directory)->error.text, "[LDAP 49]"));
	assert_null(strstr(directory_status(live.directory)->error.text, "certainly"));
	live_close(&live);
	/* The system's authorities did not sign the lab's certificate. */
	live_prepare(&live, "ADMIN");
	live.settings.ca_file = NULL;
	live_open(&live);
	assert_true(live_wait(&live, DIRECTORY_DOWN, 8000));
	assert_int_equal(directory_status(live.directory)->error.kind, ERROR_REFUSED);
	assert_non_null(strstr(directory_status(live.directory)->error.text, "not signed by"));
	live_close(&live);
}

/* What access rules hide is not "none": the helpdesk sees by the object class that there is something. */
static void test_what_is_hidden_is_said(void **state)
{
	static const struct { const char *who, *login; enum presence presence; } cases[] = {
		{ "HELPDESK", "fetch1", VALUE_UNREADABLE }, { "MONITOR", "fetch1", VALUE_UNREADABLE }, { "ADMIN", "fetch1", VALUE_OWN },
		{ "HELPDESK", "aschmid1", VALUE_ABSENT }, { "ADMIN", "aschmid1", VALUE_ABSENT },
	};
	size_t i;

	(void)state;
	if (live_missing())
		skip();
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct live live;
		struct record *record;

		live_prepare(&live, cases[i].who);
		live_open(&live);
		record = live_read(&live, "user", cases[i].login);
		assert_non_null(record);
		assert_int_equal(record_get(record, "fetchmail")->presence, cases[i].presence);
		live_close(&live);
	}
}

static void test_what_is_read_beside_the_entry(void **state)
{
	static const struct { const char *login, *field, *text, *note; } cases[] = {
		{ "lpolicy1", "quota", NULL, "policy says 1000 MB, not written here" },
		{ "lpolicy1", "state", "locked", NULL },
		{ "fdangle1", "forwards", NULL, "nobody here has nobody.there@example.org" },
		{ "oldhost1", "home_server", NULL, "unknown host" },
		{ "lexpired1", "state", "disabled", NULL },
		{ "lcrypt1", "state", "no lock seen", NULL },
		{ "lloop1", "keep_copy", "no", NULL },
		{ "lloop1", "forwards", "lars.loop@example.com", NULL },
		{ "fetch2", "fetchmail_multi", "server=pop.outside.test protocol=POP3 user=catchall local_domains=example.com%20example.org envelope_header=X-Original-To ssl=yes keep=yes", NULL },
		{ "fetch1", "fetchmail", "server=imap.outside.test protocol=IMAP user=fanny ssl=yes keep=no", NULL },
		{ "oldhost1", "home_server", "old.example.com", NULL },
	};
	struct live live;
	size_t i;

	(void)state;
	if (live_missing())
		skip();
	live_prepare(&live, "ADMIN");
	live_open(&live);
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct record *record = live_read(&live, "user", cases[i].login);
		const char *note;

		if (record == NULL)
			fail_msg("%s", live.error.text);
		assert_int_equal(record->finding_count, strcmp(cases[i].login, "lloop1") == 0 || strcmp(cases[i].login, "fdangle1") == 0
			|| strcmp(cases[i].login, "oldhost1") == 0);
		note = record_get(record, cases[i].field)->note;
		if (cases[i].text != NULL)
			assert_string_equal(record_text(record, cases[i].field), cases[i].text);
		if (cases[i].note != NULL && (note == NULL || strstr(note, cases[i].note) == NULL))
			fail_msg("%s of %s: %s", cases[i].field, cases[i].login, note == NULL ? "no note" : note);
	}
	assert_true(record_get(live_read(&live, "user", "lpolicy1"), "groups")->count > 0);
	/* Foreign without the marks; a name that several fit is not guessed at. */
	assert_non_null(live_read(&live, "domain", "xn--mller-kva.example"));
	assert_string_equal(record_text(live.record, "unicode"), "m\xc3\xbcller.example");
	assert_false(live.record->foreign);
	live_close(&live);
}

static bool list_over;

static void note_over(void *context, const struct list_end *end)
{
	(void)context;
	(void)end;
	list_over = true;
}

static void test_cancelled_queries_call_nobody(void **state)
{
	struct live live;
	struct list_request request = { .kind = kind_find("user") };
	unsigned i;

	(void)state;
	if (live_missing())
		skip();
	open_up(&live, "ADMIN");
	for (i = 0; i < 30; i++) {
		struct directory_query *query = directory_list(live.directory, &request, live_rows, note_over, &live);

		list_over = false;
		live_run(&live, i % 7);
		if (!list_over) {
			directory_query_cancel(query);
			live.rows = 0;
			live_run(&live, 5);
			assert_int_equal(live.rows, 0);
			assert_false(list_over);
		}
		query = directory_read(live.directory, kind_find("user"), "lpolicy1", live_read_done, &live);
		directory_query_cancel(query);
	}
	live.record = NULL;
	/* What was cancelled took nothing away from those who ask later. */
	live_list(&live, "user", NULL, 0);
	assert_true(live.list_end.complete);
	assert_non_null(live_read(&live, "user", "lpolicy1"));
	live_close(&live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_dead_server_is_seen_without_asking),
		cmocka_unit_test(test_a_killed_server_is_found_again),
		cmocka_unit_test(test_a_write_without_an_answer_has_the_link_asked),
		cmocka_unit_test(test_a_restart_between_two_reads_is_not_noticed),
		cmocka_unit_test(test_a_second_uri_serves_for_reading_only),
		cmocka_unit_test(test_other_ways_in),
		cmocka_unit_test(test_what_is_refused_is_said),
		cmocka_unit_test(test_what_is_hidden_is_said),
		cmocka_unit_test(test_why_nobody_was_reached),
		cmocka_unit_test(test_what_is_read_beside_the_entry),
		cmocka_unit_test(test_cancelled_queries_call_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
