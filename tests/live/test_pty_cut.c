/*
 * test_pty_cut: the doveadm API of the lab's Dovecot behind a link that breaks in
 * mid-change: the question arrived and its answer did not, or not even the
 * question did.  How it ended is told as unknown, and kept so while nobody can
 * look; then it is looked at, and told as it is.
 *
 * Needs the lab.
 */
#include "tests/live/console.h"
#include "tests/live/proxy.h"
#include "tests/live/servers.h"

#define PERSON "anna.schmid@example.com"
enum { UNKNOWN_STATUS = 75 };

static struct { struct proxy *proxy; char *config; } world;

static int set_up(void **state)
{
	struct text servers = { 0 };

	(void)state;
	world.proxy = proxy_start(atoi(console_env("LAB_DOVEADM_HTTP1")), PROXY_PASSES, NULL);
	servers_add(&servers, "mail1", "\trole = mailbox\n\taddress = \"127.0.0.1\"\n\thttp = \"http://127.0.0.1:%d\"\n\thttp_plain = yes\n\thttp_key_file = \"%s\"\n",
		proxy_port(world.proxy), console_env("LAB_DOVEADM_KEY_FILE"));
	world.config = servers_configure("cut", NULL, text_get(&servers));
	text_free(&servers);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	proxy_stop(world.proxy);
	free(world.config);
	lab_sweep();
	return 0;
}

/* By Dovecot itself. */
static bool is_away(void)
{
	char line[400], *list;
	bool away;

	snprintf(line, sizeof(line), "doveadm -c '%s' sieve list -u '%s'", console_env("LAB_DOVECOT1_CONF"), PERSON);
	list = servers_shell(line);
	away = strstr(list, "postroom-absence ACTIVE") != NULL;
	free(list);
	return away;
}

static void expect_in(const char *words, const char *in)
{
	if (!strstr(in, words))
		fail_msg("\"%s\" is not in\n%s", words, in);
}

/* What the history calls it, and how it ended. */
static void history_says(const char *sentence, const char *state)
{
	char *history = servers_run(world.config, NULL, "history", "--format", "tsv", NULL);

	expect_in(sentence, history);
	expect_in(state, history);
	free(history);
}

/* An order to the person's mailbox; what it said, heap. */
static char *absence(const char *field, int wanted)
{
	int status;
	char *words = servers_run(world.config, &status, "reset", PERSON, "--absence", field, "--yes", NULL);

	if (status != wanted)
		fail_msg("status %d, wanted %d: %s", status, wanted, words);
	return words;
}

/* Sets the absence, with a link that breaks at this question, and looks when it is mended. */
static void broken_at(enum proxy_way way, const char *question, bool arrives, const char *sentence, const char *state)
{
	char *words;

	assert_false(is_away());
	proxy_become(world.proxy, way, question);
	words = absence("text=Cut off", UNKNOWN_STATUS);
	expect_in("nobody knows", words);
	expect_in("cannot be changed", words);
	free(words);
	assert_int_equal(is_away(), arrives);
	/* Nobody can look yet, also who asks for it; and nobody may write over it. */
	history_says("Out of office of " PERSON " set on mail1", "outcome not known yet");
	free(servers_run(world.config, &(int){ 0 }, "doctor", NULL));
	history_says("Out of office of " PERSON " set on mail1", "outcome not known yet");
	proxy_become(world.proxy, PROXY_PASSES, NULL);
	free(servers_run(world.config, &(int){ 0 }, "doctor", NULL));
	assert_int_equal(is_away(), arrives);
	history_says(sentence, state);
}

static void the_answer_is_lost(void **state)
{
	(void)state;
	broken_at(PROXY_CUTS, "sieveActivate", true, "set on mail1 (seen afterwards)", "\tdone\t");
	free(absence("off=yes", 0));
}

static void the_question_is_lost(void **state)
{
	(void)state;
	broken_at(PROXY_LOSES, "sievePut", false, "set on mail1", "failed");
	/* And it can be changed again. */
	free(absence("text=Not cut off", 0));
	assert_true(is_away());
	free(absence("off=yes", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_answer_is_lost), cmocka_unit_test(the_question_is_lost) };

	if (!console_ready("pty_cut"))
		return 0;
	return cmocka_run_group_tests_name("pty_cut", tests, set_up, tear_down);
}
