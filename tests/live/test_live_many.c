/*
 * Login processes with many logins each (high performance), measured: who
 * holds room in them, in a Dovecot of this test's own.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/live/who_world.h"

static int set_up(void **state)
{
	(void)state;
	if (!*lab("LAB_DIR") || geteuid() != 0)
		return 0;
	world.arena = arena_new();
	world.loop = loop_new();
	return 0;
}

static void stop_many(void)
{
	shell(0, arena_format(world.arena, "cd %s && [ -d many ] || exit 0; doveadm -c many/dovecot.conf stop; rm -rf many", lab("LAB_DIR")));
}

static int tear_down(void **state)
{
	(void)state;
	if (!world.arena)
		return 0;
	stop_many();
	if (world.live)
		live_close(world.live);
	if (world.hosts)
		hosts_close(world.hosts);
	loop_free(world.loop);
	text_free(&world.output);
	arena_free(world.arena);
	return 0;
}

static int free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(descriptor, (struct sockaddr *)&address, &length), 0);
	close(descriptor);
	return ntohs(address.sin_port);
}

/* A Dovecot of its own whose login processes serve ten at once each. */
static const char *start_many(int plain, int tls)
{
	static const char words[] =
		"d=$LAB_DIR/many; rm -rf $d; mkdir -p -m 755 $d/run $d/state $d/mail; chown mail $d/mail\n"
		"cat >$d/dovecot.conf <<CONF\n"
		"base_dir = $d/run\nstate_dir = $d/state\nlog_path = $d/log\nlisten = 127.0.0.1\nprotocols = imap\n"
		"ssl = yes\nssl_cert = <$LAB_DIR/tls/server.pem\nssl_key = <$LAB_DIR/tls/server.key\ndisable_plaintext_auth = no\n"
		"mail_location = maildir:$d/mail/%n\nfirst_valid_uid = 1\nfirst_valid_gid = 1\n"
		"passdb {\n driver = static\n args = password=x\n}\nuserdb {\n driver = static\n args = uid=mail gid=mail home=$d/mail/%n\n}\n"
		"service imap-login {\n service_count = 0\n client_limit = 10\n process_limit = 4\n"
		" inet_listener imap {\n  port = $1\n }\n inet_listener imaps {\n  port = $2\n }\n}\n"
		"CONF\n"
		"dovecot -c $d/dovecot.conf >/dev/null 2>&1 </dev/null\n"
		"for i in $(seq 600); do [ -s $d/run/master.pid ] && break; sleep 0.1; done\n";
	const char *line = arena_format(world.arena, "LAB_DIR=%s; set -- %d %d\n%s", lab("LAB_DIR"), plain, tls, words);

	shell(0, line);
	return arena_format(world.arena, "%s/many/dovecot.conf", lab("LAB_DIR"));
}

static void many_logins_in_a_process(void **state)
{
	/* Those who try and those with TLS hold room in a login process, plain sessions are handed over. */
	static const struct { size_t tls, plain, trying, used, sessions; } cases[] = {
		{ 6, 0, 0, 6, 6 }, { 0, 5, 0, 6, 11 }, { 0, 0, 5, 11, 11 }, { 3, 0, 0, 14, 14 },
	};
	int plain = free_port(), tls = free_port();
	struct host_settings server = { .name = "many", .roles = HOST_MAILBOX, .exec = true };
	static struct live_settings settings;
	struct session held[40];
	size_t count = 0;

	(void)state;
	if (!world.arena)
		skip();
	server.dovecot_config = start_many(plain, tls);
	world.hosts = hosts_open(world.loop, &server, 1);
	world.live = live_open(world.loop, world.hosts, &settings);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t used = 0, sessions = 0;

		for (size_t j = 0; j < cases[i].tls + cases[i].plain + cases[i].trying; j++, count++)
			assert_true(session_open(&held[count], j < cases[i].tls + cases[i].plain ? SESSION_IMAP : SESSION_TRYING, j < cases[i].tls, "127.0.0.1",
				j < cases[i].tls ? tls : plain, NULL, arena_format(world.arena, "u%zu", count % 7), "x"));
		for (unsigned tries = 0; used != cases[i].used || sessions != cases[i].sessions; tries++) {
			struct services *services = ask(&source_services, 0);
			struct configuration *configuration = ask(&source_configuration, 0);
			struct processes *processes = ask(&source_processes, 0);
			struct capacity *list;
			size_t all = capacities_of(world.arena, services, configuration, processes, NULL, &list);

			if (tries > 0)
				usleep(50000);
			if (tries == 500)
				fail_msg("step %zu: %u logins, %u sessions", i, (unsigned)used, (unsigned)sessions);
			used = capacity_of(list, all, "imap-login")->used;
			sessions = capacity_of(list, all, "imap")->used;
			assert_int_equal(capacity_of(list, all, "imap-login")->possible, 40);
			assert_string_equal(capacity_of(list, all, "imap-login")->mode, "many logins per process");
			source_services.free(services);
			source_configuration.free(configuration);
			source_processes.free(processes);
		}
	}
	for (size_t i = 0; i < count; i++)
		session_close(&held[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(many_logins_in_a_process) };

	return cmocka_run_group_tests_name("live_many", tests, set_up, tear_down);
}
