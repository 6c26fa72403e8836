/*
 * test_live_machine: the source of disks, load and memory over fake servers:
 * paths of the flavour, of Postfix and Dovecot, and of the site; what is
 * missing stays unknown; a server that does not answer is asked once.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live/data.h"
#include "tests/unit/live_asking.h"

#define DF "Filesystem 1-blocks Used Available Capacity Mounted on\n"
static const char three[] = DF "/dev/a 100 40 60 40% /\n/dev/b 200 10 190 5% /srv/mail\n/dev/a 100 40 60 40% /\n";
static const char memory[] = "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 600 kB\n";

static struct asking_trial trial;
static struct live_host_settings watched[2];

static int set_up(void **state)
{
	(void)state;
	memset(watched, 0, sizeof(watched));
	memset(&trial, 0, sizeof(trial));
	trial.settings.hosts = watched;
	trial.loop = loop_new();
	trial.hosts = fake_hosts_new(trial.loop, 2);
	trial.live = live_open(trial.loop, trial.hosts, &trial.settings);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	trial_close(&trial);
	return 0;
}

static void reply(const char *command, const char *output, int status)
{
	fake_hosts_reply(trial.hosts, &(struct fake_reply){ .command = command, .output = output, .status = status });
}

static void reply_all(void)
{
	reply("postconf", "/srv/queue\n", 0);
	reply("mail-location", "maildir:/srv/mail/%d/%n\n", 0);
	reply("disks", three, 0);
	reply("inodes", "", 0);
	reply("load", "1.50 0.50 0.25 1/200 1\n", 0);
	reply("cores", "4\n", 0);
	reply("memory", memory, 0);
}

static void everything(void **state)
{
	const struct machine *machine;

	(void)state;
	reply_all();
	machine = trial_ask(&trial, &source_machine);
	assert_non_null(machine);
	assert_string_equal(fake_hosts_holes(trial.hosts, "disks"), "/srv/queue /srv/mail /var/log");
	assert_int_equal(machine->disk_count, 2);
	assert_string_equal(machine->disks[0].what, "queue, log");
	assert_string_equal(machine->disks[1].what, "mail store");
	assert_true(machine->load[0] == 1.5 && machine->load[2] == 0.25);
	assert_int_equal(machine->cores, 4);
	assert_int_equal(machine->memory, 1024000);
	assert_int_equal(machine->memory_free, 614400);
	assert_int_equal(machine->disks[0].sample_count, 1);
}

static void paths_of_the_site(void **state)
{
	static const char *const paths[] = { "/srv/queue", "/home/vmail", "/srv/log", "/srv/backup", NULL };
	static const char four[] = DF "/dev/a 100 40 60 40% /a\n/dev/b 100 40 60 40% /b\n/dev/c 100 40 60 40% /c\n/dev/d 100 40 60 40% /d\n";
	static const char *const what[] = { "queue", "mail store", "log", "/srv/backup" };
	const struct machine *machine;
	size_t i;

	(void)state;
	reply_all();
	reply("mail-location", "maildir:~/Maildir\n", 0);
	reply("disks", four, 0);
	watched[0].paths = paths;
	machine = trial_ask(&trial, &source_machine);
	assert_int_equal(machine->disk_count, 4);
	for (i = 0; i < 4; i++)
		assert_string_equal(machine->disks[i].what, what[i]);
}

/* postconf and doveconf are not there, df misses a path, the rest says nothing of use. */
static void little_is_known(void **state)
{
	const struct machine *machine;

	(void)state;
	reply("postconf", "", 1);
	reply("mail-location", "", 89);
	reply("disks", DF "/dev/a 100 40 60 40% /\n", 1);
	reply("inodes", "", 1);
	reply("load", "", 0);
	reply("cores", "many", 0);
	reply("memory", "", 1);
	machine = trial_ask(&trial, &source_machine);
	assert_non_null(machine);
	assert_string_equal(fake_hosts_holes(trial.hosts, "disks"), "/var/spool/postfix /var/mail /var/log");
	assert_int_equal(machine->disk_count, 1);
	assert_string_equal(machine->disks[0].what, "queue, mail store, log");
	assert_true(isnan(machine->load[0]));
	assert_int_equal(machine->cores, 0);
	assert_int_equal(machine->memory, 0);
}

static void nobody_answers(void **state)
{
	(void)state;
	fake_hosts_reply(trial.hosts, &(struct fake_reply){ .command = "postconf", .failure = ERROR_UNREACHABLE, .failure_text = "no route" });
	assert_null(trial_ask(&trial, &source_machine));
	assert_string_equal(trial.error.text, "mail1: no route");
	assert_int_equal(fake_hosts_runs(trial.hosts, NULL), 1);
}

static void taken_back(void **state)
{
	struct asking *asking;

	(void)state;
	reply_all();
	fake_hosts_reply(trial.hosts, &(struct fake_reply){ .command = "disks", .hangs = true });
	asking = source_machine.ask(trial.live, 0, trial_asked, &trial);
	while (!fake_hosts_runs(trial.hosts, "disks")) {
		struct loop_timer *timer = loop_after(trial.loop, 5, 0, (void (*)(void *))loop_stop, trial.loop);

		loop_run(trial.loop);
		loop_timer_stop(timer);
	}
	source_machine.cancel(asking);
	loop_run(trial.loop);
	assert_int_equal(trial.answers, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(everything, set_up, tear_down), cmocka_unit_test_setup_teardown(paths_of_the_site, set_up, tear_down),
		cmocka_unit_test_setup_teardown(little_is_known, set_up, tear_down), cmocka_unit_test_setup_teardown(nobody_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(taken_back, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("live_machine", tests, NULL, NULL);
}
