/*
 * test_pty_idle: a screen on which nothing changes sends nothing, however often
 * its figures are asked for anew; one that changes sends what changed.
 *
 * Servers are scripts that always give the same answer, until a file says
 * otherwise.  Three consoles wait at once.  Needs the lab for its directory.
 */
#include <time.h>

#include "tests/live/console.h"
#include "tests/live/servers.h"

enum { IDLE_MS = 22000, HIGH = 40, WIDE = 140, MOVE_BYTES = 30, CELL_BYTES = 12 };

static char *config;

static int set_up(void **state)
{
	struct text servers = { 0 };
	char lines[1500], *program, *queue;

	(void)state;
	snprintf(lines, sizeof(lines),
		"printf x >>%s/asked\n"
		"case \"$*\" in\n"
		"*who*) printf 'username\\tservice\\tpid\\tip\\nanna@example.com\\timap\\t7\\t127.0.0.1\\n'\n"
		"\t[ -e %s/more ] && printf 'anna@example.com\\timap\\t8\\t127.0.0.1\\n'; : ;;\n"
		"*'service status'*) printf 'name\\tprocess_count\\tprocess_avail\\tprocess_limit\\tclient_limit\\tthrottle_secs\\texit_failure_last\\texit_failures_in_sec\\tlast_drop_warning\\tlisten_pending\\tlistening\\tdoveadm_stop\\tprocess_total\\nimap\\t1\\t0\\t1024\\t1\\t0\\t0\\t0\\t0\\t0\\ty\\tn\\t9\\n' ;;\n"
		"*'process status'*) printf 'name\\tpid\\tavailable_count\\ttotal_count\\tidle_start\\tlast_status_update\\tlast_kill_sent\\nimap\\t7\\t0\\t1\\t0\\t0\\t0\\n' ;;\n"
		"esac\n", console_folder(), console_folder());
	program = servers_script("doveadm", lines);
	snprintf(lines, sizeof(lines),
		"printf x >>%s/asked-queue\n"
		"printf '%%s\\n' '{\"queue_name\": \"deferred\", \"queue_id\": \"4C3B2A1\", \"arrival_time\": %ld, \"message_size\": 300, \"sender\": \"a@example.com\","
		" \"recipients\": [{\"address\": \"b@example.net\", \"delay_reason\": \"connect to example.net[192.0.2.1]:25: Connection refused\"}]}'\n",
		console_folder(), (long)time(NULL) - 3 * 3600 - 1700);
	queue = servers_script("postqueue", lines);
	free(servers_script("postconf", "exec /usr/sbin/postconf \"$@\"\n"));
	for (int i = 1; i <= 2; i++) {
		char name[16];

		snprintf(name, sizeof(name), "m%d", i);
		servers_add(&servers, name, "\trole = both\n\taddress = \"127.0.0.1\"\n\tports = { \"imap %s\" }\n\tports_ca_file = \"%s\"\n\texec = yes\n"
			"\tdoveadm = \"%s\"\n\tpostfix_bin = \"%s\"\n\tpostfix_config = \"%s\"\n\tdovecot_config = \"%s\"\n", console_env("LAB_IMAP1"), console_env("LAB_CA"),
			program, console_folder(), console_env("LAB_POSTFIX_CONF"), console_env("LAB_DOVECOT1_CONF"));
	}
	config = servers_configure("idle", NULL, text_get(&servers));
	text_free(&servers);
	free(program);
	free(queue);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(config);
	lab_sweep();
	return 0;
}

/* --- what changed ------------------------------------------------------------------------------ */

struct watched {
	const char *name;
	struct pty_session *session;
	char *before;
	size_t from;                       /* of the stream */
	size_t changed;                    /* cells */
};

static void begin(struct watched *one)
{
	free(one->before);
	one->before = screen_text(&one->session->screen);
	one->from = one->session->stream.length;
	one->changed = 0;
}

/* Takes in what came, counts cells that are others now; a row is compared byte by byte, which counts a wide one more than once. */
static void look(struct watched *one)
{
	char *now, *a = one->before, *b;

	pty_settle(one->session, 20);
	now = screen_text(&one->session->screen);
	for (b = now; *a && *b;) {
		size_t left = strcspn(a, "\n"), right = strcspn(b, "\n"), most = left > right ? left : right, i;

		for (i = 0; i < most; i++)
			one->changed += i >= left || i >= right || a[i] != b[i];
		a += left + (a[left] != '\0');
		b += right + (b[right] != '\0');
	}
	free(one->before);
	one->before = now;
}

static size_t sent(const struct watched *one)
{
	return one->session->stream.length - one->from;
}

/* A cell that changed may be reached and coloured; where none did, there is not a byte. */
static void only_changes(const struct watched *one)
{
	struct text shown = { 0 };

	if (sent(one) <= one->changed * (CELL_BYTES + MOVE_BYTES))
		return;
	for (size_t i = one->from; i < one->session->stream.length; i++) {
		char c = one->session->stream.bytes[i];

		text_add_bytes(&shown, c == 27 ? "\n^" : &c, c == 27 ? 2 : 1);
	}
	fail_msg("%s: %zu bytes for %zu cells:%s", one->name, sent(one), one->changed, text_get(&shown));
}

static size_t asked(const char *name)
{
	char path[300], *text;
	size_t length = 0;

	snprintf(path, sizeof(path), "%s/%s", console_folder(), name);
	text = console_slurp(path, &length);
	free(text);
	return length;
}

static struct pty_session *open_at(const char *section, const char *words, const char *key, const char *then)
{
	const char *arguments[] = { "--config", config, NULL };
	struct pty_session *session = console_start(arguments, NULL, HIGH, WIDE, NULL);

	console_wait(session, "2/2 up");
	console_step(session, section, words);
	console_step(session, key, then);
	return session;
}

static void nothing_changes_nothing_is_sent(void **state)
{
	struct watched all[] = { { .name = "overview" }, { .name = "connections" }, { .name = "queue" } };
	size_t before, before_queue, i;
	int64_t until, last;
	char path[300];

	(void)state;
	all[0].session = open_at("1", "Overview - 2 of 2", "\033[B", "Overview - 2 of 2");
	all[1].session = open_at("9", "Services", "u", "Connections by user - 1 - live");
	all[2].session = open_at("0", "example.net", "\033[B", "example.net");
	for (i = 0; i < 3; i++)
		begin(&all[i]);
	/* Until every source was asked: then nothing changes any more but the clock. */
	for (until = console_now() + 4000, last = console_now() + 60000; console_now() < until && console_now() < last;)
		for (i = 0; i < 3; i++) {
			size_t changed = all[i].changed;

			look(&all[i]);
			if (all[i].changed > changed + 2)
				until = console_now() + 4000;
		}
	for (i = 0; i < 3; i++)
		begin(&all[i]);
	before = asked("asked");
	before_queue = asked("asked-queue");
	for (until = console_now() + IDLE_MS; console_now() < until; console_pause(100))
		for (i = 0; i < 3; i++)
			look(&all[i]);
	printf("# figure %zu questions to Dovecot, %zu to Postfix meanwhile; bytes: overview %zu for %zu cells, connections %zu for %zu, queue %zu for %zu\n",
		asked("asked") - before, asked("asked-queue") - before_queue, sent(&all[0]), all[0].changed, sent(&all[1]), all[1].changed, sent(&all[2]), all[2].changed);
	assert_true(asked("asked") - before >= 6);
	/* The clock, and another point on a line of the last minutes. */
	for (i = 0; i < 3; i++) {
		only_changes(&all[i]);
		assert_true(all[i].changed < 20);
	}

	/* One person more than before: a figure or two. */
	begin(&all[1]);
	snprintf(path, sizeof(path), "%s/more", console_folder());
	console_write(path, "");
	for (until = console_now() + 30000; console_now() < until && !all[1].changed; console_pause(100))
		for (i = 0; i < 3; i++)
			look(&all[i]);
	console_pause(500);
	look(&all[1]);
	printf("# figure a refresh sent %zu bytes for %zu cells\n", sent(&all[1]), all[1].changed);
	assert_true(all[1].changed > 0 && all[1].changed < 40);
	only_changes(&all[1]);
	for (i = 0; i < 3; i++) {
		pty_type(all[i].session, "\x18");
		console_end(all[i].session, 0, all[i].name);
		free(all[i].before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(nothing_changes_nothing_is_sent) };

	if (!console_ready("pty_idle"))
		return 0;
	return cmocka_run_group_tests_name("pty_idle", tests, set_up, tear_down);
}
