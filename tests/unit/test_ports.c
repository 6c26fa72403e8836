/*
 * test_ports: the source of ports over real sockets: what is listed, what is
 * usual, one that hangs beside others, a newer certificate in a file, an answer
 * that nobody waits for any more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live/data.h"
#include "tests/fakes/hostile_mail.h"
#include "tests/unit/live_asking.h"

static const struct mail_script good_smtp = { { "S220 mail1\r\n", "H", "S250 mail1\r\n", "H", "S221 bye\r\n" }, PEER_GOOD };
static const struct mail_script good_imaps = { { "T", "S* OK ready\r\n", "H", "S* BYE\r\n" }, PEER_GOOD };
static const struct mail_script silent = { { "W" }, PEER_GOOD };

struct world {
	struct asking_trial trial;
	struct hostile_mail *servers[3];
	struct live_port ports[3];
	struct live_host_settings watched[2];
	struct live_settings settings;
};

static void open_world(struct world *world, const struct mail_script *const *scripts, const char *const *protocols, size_t count)
{
	size_t i;

	memset(world, 0, sizeof(*world));
	for (i = 0; i < count; i++) {
		world->servers[i] = hostile_mail_new(scripts[i]);
		world->ports[i] = (struct live_port){ .protocol = protocols[i], .port = hostile_mail_port(world->servers[i]) };
	}
	world->watched[0] = (struct live_host_settings){ .ports = world->ports, .port_count = count, .ports_ca_file = peer_ca_file() };
	world->settings.hosts = world->watched;
	world->trial.loop = loop_new();
	world->trial.hosts = fake_hosts_new(world->trial.loop, 2);
	world->trial.live = live_open(world->trial.loop, world->trial.hosts, &world->settings);
}

static void close_world(struct world *world)
{
	size_t i;

	trial_close(&world->trial);
	for (i = 0; i < 3; i++)
		hostile_mail_free(world->servers[i]);
}

static const struct ports *ask_all(struct world *world)
{
	trial_forget(&world->trial);
	world->trial.source = &source_ports;
	source_ports.ask(world->trial.live, 0, trial_asked, &world->trial);
	assert_int_equal(world->trial.answers, 0);
	while (!world->trial.answers) {
		struct loop_timer *timer = loop_after(world->trial.loop, 20, 0, (void (*)(void *))loop_stop, world->trial.loop);

		loop_run(world->trial.loop);
		loop_timer_stop(timer);
	}
	assert_non_null(world->trial.snapshot);
	return world->trial.snapshot;
}

static const struct port_row *row_of(const struct ports *ports, int port)
{
	size_t i;

	for (i = 0; i < ports->count; i++)
		if (ports->rows[i].port == port)
			return &ports->rows[i];
	return NULL;
}

static void what_is_listed(void **state)
{
	static const struct mail_script *const scripts[] = { &good_smtp, &good_imaps };
	static const char *const protocols[] = { "smtp", "imaps" };
	struct world world;
	const struct ports *ports;

	(void)state;
	open_world(&world, scripts, protocols, 2);
	ports = ask_all(&world);
	assert_int_equal(ports->count, 2);
	assert_true(ports->rows[0].port < ports->rows[1].port);
	assert_true(row_of(ports, world.ports[0].port)->ok);
	assert_true(row_of(ports, world.ports[1].port)->ok);
	/* One goes: it is listed, so it is missed. */
	hostile_mail_free(world.servers[0]);
	world.servers[0] = NULL;
	ports = ask_all(&world);
	assert_int_equal(ports->count, 2);
	assert_false(row_of(ports, world.ports[0].port)->open);
	assert_true(row_of(ports, world.ports[1].port)->ok);
	close_world(&world);
}

/* Without a list: what a role always has is missed, the rest only where it was seen. */
static void what_is_usual(void **state)
{
	struct world world;
	const struct ports *ports;
	size_t i;

	(void)state;
	open_world(&world, NULL, NULL, 0);
	ports = ask_all(&world);
	for (i = 0; i < ports->count; i++)
		assert_true(ports->rows[i].port == 25 || ports->rows[i].port == 587 || ports->rows[i].port == 143 || ports->rows[i].port == 993 ||
			ports->rows[i].open);
	assert_non_null(row_of(ports, 25));
	assert_non_null(row_of(ports, 993));
	close_world(&world);
}

static const char *file_with(struct arena *arena, const char *ends)
{
	return arena_format(arena, "notAfter=%s\nsha256 Fingerprint=AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:"
		"AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99\n", ends);
}

static void a_newer_certificate_in_a_file(void **state)
{
	static const struct mail_script *const scripts[] = { &good_imaps };
	static const char *const protocols[] = { "imaps" }, *const files[] = { "/etc/ssl/mail.pem", NULL };
	struct arena *arena = arena_new();
	struct world world;
	const struct ports *ports;

	(void)state;
	open_world(&world, scripts, protocols, 1);
	world.watched[0].certificate_files = files;
	fake_hosts_reply(world.trial.hosts, &(struct fake_reply){ .command = "certificate", .output = file_with(arena, "Nov 20 09:44:13 2090 GMT") });
	ports = ask_all(&world);
	assert_false(ports->rows[0].ok);
	assert_true(ports->rows[0].open);
	assert_non_null(strstr(ports->rows[0].trouble, "/etc/ssl/mail.pem holds a newer certificate"));
	assert_string_equal(fake_hosts_holes(world.trial.hosts, "certificate"), "/etc/ssl/mail.pem");
	/* An older one lies about: nothing is wrong. */
	fake_hosts_reply(world.trial.hosts, &(struct fake_reply){ .command = "certificate", .output = file_with(arena, "Nov 20 09:44:13 2020 GMT") });
	ports = ask_all(&world);
	assert_true(ports->rows[0].ok);
	/* Nor where the file cannot be read. */
	fake_hosts_reply(world.trial.hosts, &(struct fake_reply){ .command = "certificate", .output = "", .status = 1, .complaint = "Can't open" });
	ports = ask_all(&world);
	assert_true(ports->rows[0].ok);
	close_world(&world);
	arena_free(arena);
}

static void taken_back(void **state)
{
	static const struct mail_script *const scripts[] = { &silent, &good_imaps };
	static const char *const protocols[] = { "smtp", "imaps" }, *const files[] = { "/etc/ssl/mail.pem", NULL };
	unsigned after;

	(void)state;
	for (after = 0; after < 4; after++) {
		struct world world;
		struct asking *asking;
		struct loop_timer *timer;

		open_world(&world, scripts, protocols, 2);
		world.watched[0].certificate_files = files;
		fake_hosts_reply(world.trial.hosts, &(struct fake_reply){ .command = "certificate", .output = "", .hangs = after % 2 });
		asking = source_ports.ask(world.trial.live, 0, trial_asked, &world.trial);
		timer = loop_after(world.trial.loop, after * 20, 0, (void (*)(void *))loop_stop, world.trial.loop);
		loop_run(world.trial.loop);
		loop_timer_stop(timer);
		source_ports.cancel(asking);
		loop_run(world.trial.loop);
		assert_int_equal(world.trial.answers, 0);
		close_world(&world);
	}
}

static int set_up(void **state)
{
	(void)state;
	peer_ca_file();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	peer_forget_authority();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_listed), cmocka_unit_test(what_is_usual), cmocka_unit_test(a_newer_certificate_in_a_file), cmocka_unit_test(taken_back),
	};

	return cmocka_run_group_tests_name("ports", tests, set_up, tear_down);
}
