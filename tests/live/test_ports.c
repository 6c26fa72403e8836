/*
 * The ports of the lab's real Dovecot and Postfix, with its authority and
 * without; a service that is stopped; machine, auth and LMTP sockets of a real
 * server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "live/data.h"
#include "live/source.h"

enum { PORTS = 8 };
static struct {
	struct loop *loop;
	struct hosts *hosts;
	struct live *live;
	struct live_port ports[PORTS];
	struct live_host_settings watched;
	struct live_settings settings;
	struct host_settings host;
	char auth[300], lmtp[300];
	const char *paths[3];
} lab;

static const struct { const char *protocol, *variable, *tls; } wanted[PORTS] = {
	{ "smtp", "LAB_SMTP", "STARTTLS" }, { "submission", "LAB_SUBMISSION", "STARTTLS" }, { "imap", "LAB_IMAP1", "STARTTLS" },
	{ "imaps", "LAB_IMAPS1", "implicit" }, { "pop3", "LAB_POP3_1", "STARTTLS" }, { "pop3s", "LAB_POP3S1", "implicit" },
	{ "sieve", "LAB_SIEVE1", "STARTTLS" }, { "lmtp", "LAB_LMTP1", "STARTTLS" },
};

static const char *live_env(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static bool missing(void)
{
	return !*live_env("LAB_IMAP1") || !*live_env("LAB_SMTP");
}

static void open_lab(const char *ca_file)
{
	size_t i;

	memset(&lab, 0, sizeof(lab));
	lab.host = (struct host_settings){ .name = "mail1", .address = "127.0.0.1", .roles = HOST_MAILBOX | HOST_TRANSPORT, .exec = true,
		.dovecot_config = live_env("LAB_DOVECOT1_CONF"), .postfix_config = live_env("LAB_POSTFIX_CONF") };
	for (i = 0; i < PORTS; i++)
		lab.ports[i] = (struct live_port){ .protocol = wanted[i].protocol, .port = atoi(live_env(wanted[i].variable)) };
	snprintf(lab.auth, sizeof(lab.auth), "%s/dovecot1/run/auth-client", live_env("LAB_DIR"));
	snprintf(lab.lmtp, sizeof(lab.lmtp), "%s/dovecot1/run/lmtp", live_env("LAB_DIR"));
	lab.paths[0] = live_env("LAB_MAIL");
	lab.paths[1] = live_env("LAB_DIR");
	lab.watched = (struct live_host_settings){ .ports = lab.ports, .port_count = PORTS, .ports_ca_file = ca_file, .auth_socket = lab.auth,
		.lmtp_socket = lab.lmtp, .paths = lab.paths };
	lab.settings.hosts = &lab.watched;
	lab.loop = loop_new();
	lab.hosts = hosts_open(lab.loop, &lab.host, 1);
	lab.live = live_open(lab.loop, lab.hosts, &lab.settings);
}

static void close_lab(void)
{
	live_close(lab.live);
	hosts_close(lab.hosts);
	loop_free(lab.loop);
}

static void on_told(void *context)
{
	bool *done = context;

	*done = live_settled(lab.live);
}

static const void *look(enum live_source source)
{
	bool done = false;

	live_listen(lab.live, on_told, &done);
	live_want(lab.live, 1u << source);
	while (!done)
		loop_run_until(lab.loop, &done);
	live_listen(lab.live, NULL, NULL);
	return live_snapshot(lab.live, 0, source);
}

static const struct port_row *row_of(const struct ports *ports, const char *protocol)
{
	size_t i;

	for (i = 0; i < ports->count; i++)
		if (!strcmp(ports->rows[i].protocol, protocol))
			return &ports->rows[i];
	return NULL;
}

static void every_real_port(void **state)
{
	const struct ports *ports;
	size_t i;

	(void)state;
	if (missing())
		skip();
	open_lab(live_env("LAB_CA"));
	ports = look(LIVE_PORTS);
	assert_non_null(ports);
	assert_int_equal(ports->count, PORTS);
	for (i = 0; i < PORTS; i++) {
		const struct port_row *row = row_of(ports, wanted[i].protocol);

		if (!row->ok)
			print_error("%s: %s\n", row->protocol, row->trouble);
		assert_true(row->open && row->ok && row->trusted && row->name_matches);
		assert_string_equal(row->tls, wanted[i].tls);
		assert_true(*row->greeting);
		assert_non_null(strstr(row->names, "127.0.0.1"));
		assert_true(row->valid_until > clock_now());
	}
	close_lab();
}

/* The system's list does not know the lab's authority: people's programs would complain, other servers would not. */
static void without_its_authority(void **state)
{
	const struct ports *ports;
	size_t i;

	(void)state;
	if (missing())
		skip();
	open_lab(NULL);
	ports = look(LIVE_PORTS);
	for (i = 0; i < ports->count; i++) {
		bool between_servers = !strcmp(ports->rows[i].protocol, "smtp") || !strcmp(ports->rows[i].protocol, "lmtp");

		assert_true(ports->rows[i].open);
		assert_false(ports->rows[i].trusted);
		assert_int_equal(ports->rows[i].ok, between_servers);
		if (!between_servers)
			assert_non_null(strstr(ports->rows[i].trouble, "no authority in the system's list"));
	}
	close_lab();
}

/* A port of the lab where nobody listens any more stands for a service that was stopped: the others are as before. */
static void a_stopped_service(void **state)
{
	const struct ports *ports;

	(void)state;
	if (missing())
		skip();
	open_lab(live_env("LAB_CA"));
	lab.ports[3].port = 1;
	ports = look(LIVE_PORTS);
	assert_false(row_of(ports, "imaps")->open);
	assert_non_null(strstr(row_of(ports, "imaps")->trouble, "nobody listens there"));
	assert_true(row_of(ports, "imap")->ok && row_of(ports, "smtp")->ok);
	close_lab();
}

static void machine_and_sockets(void **state)
{
	const struct machine *machine;
	const struct inner *inner;

	(void)state;
	if (missing())
		skip();
	open_lab(NULL);
	machine = look(LIVE_MACHINE);
	assert_non_null(machine);
	assert_int_equal(machine->disk_count, 1);
	assert_non_null(strstr(machine->disks[0].what, "mail store"));
	assert_true(machine->disks[0].bytes > machine->disks[0].bytes_free);
	assert_true(machine->cores > 0 && machine->memory > machine->memory_free && machine->load[0] >= 0);
	assert_non_null(machine->queue_path);
	inner = look(LIVE_INNER);
	assert_non_null(inner);
	assert_int_equal(inner->count, 2);
	if (!inner->rows[0].ok || !inner->rows[1].ok)
		print_error("auth: %s; lmtp: %s\n", inner->rows[0].words, inner->rows[1].words);
	assert_true(inner->rows[0].ok && inner->rows[1].ok);
	close_lab();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_real_port), cmocka_unit_test(without_its_authority), cmocka_unit_test(a_stopped_service),
		cmocka_unit_test(machine_and_sockets),
	};

	return cmocka_run_group_tests_name("ports", tests, NULL, NULL);
}
