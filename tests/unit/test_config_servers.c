/*
 * test_config_servers: sections server, limit, advice and watch; who may say
 * which programs are started; the mail system of this machine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config_servers.h"

static const struct conf_option root_options[] = {
	{ .name = "server", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = config_server_options, .help = "x" },
	{ .name = "limit", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = config_limit_options, .help = "x" },
	{ .name = "advice", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = config_advice_options, .help = "x" },
	{ .name = "watch", .type = CONF_SECTION, .inside = config_watch_options, .help = "x" },
	{ .name = NULL },
};
static struct arena *arena;

static struct conf *parse(const char *name, const char *words)
{
	struct error error = { 0 };
	struct conf *conf = words ? conf_read_text(name, words, root_options, &error) : NULL;

	if (words && !conf)
		fail_msg("%s", error.text);
	return conf;
}

static bool load(const char *own, const char *machine, bool only_machine, struct config_servers *servers, struct error *error)
{
	struct conf *own_conf = parse("own.conf", own), *machine_conf = parse("machine.conf", machine);
	bool fine;

	memset(servers, 0, sizeof(*servers));
	memset(error, 0, sizeof(*error));
	fine = config_servers_load(arena, own_conf ? conf_root(own_conf) : NULL, machine_conf ? conf_root(machine_conf) : NULL, only_machine,
		servers, error);
	conf_free(own_conf);
	conf_free(machine_conf);
	return fine;
}

static void everything_arrives(void **state)
{
	struct config_servers servers;
	struct error error;
	const struct host_settings *host;

	(void)state;
	assert_true(load("server mail1 { exec = yes\nsudo = yes\ndoveadm = /opt/doveadm\ndovecot_config = /opt/d.conf\npostfix_config = /opt/pf\n"
		"role = mailbox\nflavour = ucs }\n"
		"server mail2 { ssh = \"root@mail2.example.com\"\nssh_port = 2222\nssh_key = /k\nssh_known_hosts = /h\nssh_config = /c\n"
		"http = \"https://mail2.example.com:8443\"\nhttp_key_file = /key\nhttp_ca_file = /ca\ndovecot_by = ssh\naddress = \"192.0.2.2\"\n"
		"ports = { \"imaps 993\", smtp, \"lmtp 24 any-name\" }\npaths = { \"/var\", \"/home\" }\nclamd = \"127.0.0.1:3310\"\namavis = \"/run/a\" }\n"
		"server mail3 { http = \"http://127.0.0.1:8080/\"\nhttp_plain = yes\nhttp_password_file = /pw\nrole = transport }\n"
		"limit disk { warn = 70 }\nlimit certificate { warn = 30\ncritical = 10.5 }\n"
		"advice dead { say = \"Call 4711\" }\n"
		"watch { own_domains = { \"Example.COM\" }\nmask_addresses = no\ntestmail_from = \"a@x\"\ntestmail_to = \"b@x\"\ntestmail_host = mail2 }\n",
		NULL, false, &servers, &error));
	assert_int_equal(servers.host_count, 3);
	host = &servers.hosts[0];
	assert_string_equal(host->name, "mail1");
	assert_true(host->exec && host->sudo && host->roles == HOST_MAILBOX && host->flavour == FLAVOUR_UCS);
	assert_string_equal(host->doveadm, "/opt/doveadm");
	assert_string_equal(host->dovecot_config, "/opt/d.conf");
	assert_string_equal(host->postfix_config, "/opt/pf");
	host = &servers.hosts[1];
	assert_string_equal(host->ssh_target, "root@mail2.example.com");
	assert_int_equal(host->ssh_port, 2222);
	assert_string_equal(host->http_key_file, "/key");
	assert_string_equal(host->address, "192.0.2.2");
	assert_int_equal(host->roles, HOST_MAILBOX | HOST_TRANSPORT);
	assert_int_equal(host->by[GROUP_DOVEADM], WAY_SSH);
	assert_int_equal(host->by[GROUP_POSTFIX], WAY_NONE);
	assert_int_equal(servers.live.hosts[1].port_count, 3);
	assert_string_equal(servers.live.hosts[1].ports[1].protocol, "smtp");
	assert_int_equal(servers.live.hosts[1].ports[1].port, 0);
	assert_true(servers.live.hosts[1].ports[2].tls_name_unchecked && !servers.live.hosts[1].ports[0].tls_name_unchecked);
	assert_string_equal(servers.live.hosts[1].paths[1], "/home");
	assert_null(servers.live.hosts[1].paths[2]);
	assert_string_equal(servers.live.hosts[1].clamd, "127.0.0.1:3310");
	assert_true(servers.hosts[2].http_plain && servers.hosts[2].roles == HOST_TRANSPORT);
	assert_true(servers.live.thresholds[LIMIT_DISK][0] == 70 && servers.live.thresholds[LIMIT_DISK][1] == 95);
	assert_true(servers.live.thresholds[LIMIT_CERTIFICATE][1] == 10.5);
	assert_string_equal(servers.live.advice[0], "dead");
	assert_string_equal(servers.live.advice[1], "Call 4711");
	assert_null(servers.live.advice[2]);
	assert_string_equal(servers.live.own_domains[0], "example.com");
	assert_false(servers.live.mask_addresses);
	assert_string_equal(servers.live.testmail_host, "mail2");
}

static void mistakes_have_file_and_line(void **state)
{
	static const struct { const char *words, *sentence; } cases[] = {
		{ "\nserver \"a b\" { }", "server \"a b\" is not possible" },
		{ "\nserver \"-a\" { }", "is not possible" },
		{ "\nserver a { role = imap }", "role = \"imap\"" },
		{ "\nserver a { flavour = suse }", "flavour = \"suse\"" },
		{ "\nserver a { ssh = \"-oProxyCommand=x\" }", "ssh = \"-oProxyCommand=x\"" },
		{ "\nserver a { ssh = \"a b\" }", "ssh = \"a b\"" },
		{ "\nserver a { ssh = \"a;id\" }", "ssh = " },
		{ "\nserver a { ssh_port = 65536 }", "ssh_port = 65536" },
		{ "\nserver a { ssh_key = key }", "an absolute path" },
		{ "\nserver a { doveadm = doveadm }", "an absolute path" },
		{ "\nserver a { postfix_sbin = \"../sbin\" }", "an absolute path" },
		{ "\nserver a { http = \"https://a\" }", "needs http_key_file or http_password_file" },
		{ "\nserver a { http = \"https://a\"\nhttp_key_file = /k\nhttp_password_file = /p }", "one of both" },
		{ "\nserver a { http = \"http://a\"\nhttp_key_file = /k\nhttp_plain = yes }", "only with http_plain = yes and to 127.0.0.0/8" },
		{ "\nserver a { http = \"http://127.0.0.1\"\nhttp_key_file = /k }", "only with http_plain" },
		{ "\nserver a { http = \"http://127.0.0.1.example.com\"\nhttp_key_file = /k\nhttp_plain = yes }", "only with http_plain" },
		{ "\nserver a { http = \"http://localhost:1\"\nhttp_key_file = /k\nhttp_plain = yes }", "only with http_plain" },
		{ "\nserver a { http = \"https://u:p@a\"\nhttp_key_file = /k }", "without a password" },
		{ "\nserver a { http = \"https://a/b\"\nhttp_key_file = /k }", "without a path" },
		{ "\nserver a { http = \"ftp://a\"\nhttp_key_file = /k }", "https://NAME:PORT" },
		{ "\nserver a { http = \"\"\nhttp_key_file = /k }", "https://NAME:PORT" },
		{ "\nserver a { dovecot_by = http }", "dovecot_by = http, but http is not set" },
		{ "\nserver a { postfix_by = http }", "allowed: auto, exec, ssh" },
		{ "\nserver a { exec = yes\nmachine_by = ssh }", "machine_by = ssh, but ssh is not set" },
		{ "\nserver a { ports = { nntp } }", "ports = \"nntp\"" },
		{ "\nserver a { ports = { \"imap 0\" } }", "ports = \"imap 0\"" },
		{ "\nserver a { ports = { \"imap 143 more\" } }", "ports = " },
		{ "\nserver a { ports = { \"\" } }", "ports = \"\"" },
		{ "\nserver a { paths = { var } }", "absolute paths" },
		{ "\nserver a { clamd = \"127.0.0.1\" }", "HOST:PORT" },
		{ "\nserver a { address = \"-x\" }", "a name or an address" },
		{ "\nlimit nonsense { warn = 1 }", "there is no limit nonsense" },
		{ "\nlimit disk { warn = much }", "warn = \"much\"" },
		{ "\nlimit disk { warn = 99 }", "warns at 99 and is critical at 95; more is worse here" },
		{ "\nlimit certificate { critical = 30 }", "less is worse here" },
		{ "\nwatch { own_domains = { \"a@b\" } }", "names of domains" },
		{ "\nwatch { testmail_to = \"a@b\" }", "needs testmail_from" },
		{ "\nwatch { testmail_to = \"a@b\"\ntestmail_from = \"a@b\"\ntestmail_host = x }", "testmail_host = \"x\"" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config_servers servers;
		struct error error;

		if (load(cases[i].words, NULL, false, &servers, &error))
			fail_msg("%s was taken", cases[i].words);
		assert_int_equal(error.kind, ERROR_CONFIG);
		if (!strstr(error.text, "own.conf: section at line 2: ") || !strstr(error.text, cases[i].sentence))
			fail_msg("%s: %s", cases[i].words, error.text);
	}
}

static void what_stands_where(void **state)
{
	static const struct { const char *own, *machine; bool only_machine; const char *name; } cases[] = {
		{ "server own { exec = yes }", "server machine { exec = yes }", false, "own" },
		{ "limit disk { warn = 60 }", "server machine { exec = yes }", false, "machine" },
		{ "server own { exec = yes\ndoveadm = /tmp/x }", "server machine { exec = yes }", true, "machine" },
		{ NULL, "server machine { exec = yes }", true, "machine" },
		{ "server own { exec = yes }", NULL, true, "own" },
		{ "server own { exec = yes }", "limit disk { warn = 60 }", true, NULL },
	};
	struct config_servers servers;
	struct error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(load(cases[i].own, cases[i].machine, cases[i].only_machine, &servers, &error));
		assert_int_equal(servers.host_count, cases[i].name ? 1 : 0);
		if (cases[i].name)
			assert_string_equal(servers.hosts[0].name, cases[i].name);
	}
	assert_true(load("", NULL, false, &servers, &error));
	assert_int_equal(servers.host_count, 0);
	assert_true(servers.live.mask_addresses);
	assert_true(servers.live.thresholds[LIMIT_DISK][0] == live_thresholds[LIMIT_DISK].warn);
}

/* --- this machine ------------------------------------------------------------------------------ */

static char root[64];

static void put(const char *path, const char *words)
{
	char command[300], full[200];
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *slash = strchr(full + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(command, sizeof(command), "%.*s", (int)(slash - full), full);
		mkdir(command, 0755);
	}
	unlink(full);
	if (!words)
		return;
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(words, file);
	fclose(file);
}

static void this_machine_is_found(void **state)
{
	struct host_settings settings;
	char id[20];

	(void)state;
	snprintf(id, sizeof(id), "%d\n", (int)getpid());
	assert_false(config_servers_local(arena, root, &settings));
	put("/usr/bin/doveadm", "");
	assert_false(config_servers_local(arena, root, &settings));
	put("/run/dovecot/master.pid", id);
	assert_true(config_servers_local(arena, root, &settings));
	assert_int_equal(settings.roles, HOST_MAILBOX);
	assert_true(settings.exec && settings.flavour == FLAVOUR_DEBIAN && settings.name[0] && !strchr(settings.name, '.'));
	put("/usr/sbin/postqueue", "");
	put("/var/spool/postfix/pid/master.pid", id);
	put("/etc/univention/base.conf", "");
	assert_true(config_servers_local(arena, root, &settings));
	assert_int_equal(settings.roles, HOST_MAILBOX | HOST_TRANSPORT);
	assert_int_equal(settings.flavour, FLAVOUR_UCS);
	/* What is written down runs no more, or is nonsense. */
	put("/run/dovecot/master.pid", "4194999\n");
	assert_true(config_servers_local(arena, root, &settings));
	assert_int_equal(settings.roles, HOST_TRANSPORT);
	put("/var/spool/postfix/pid/master.pid", "x");
	assert_false(config_servers_local(arena, root, &settings));
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	snprintf(root, sizeof(root), "/tmp/postroom-test-XXXXXX");
	config_servers_root = mkdtemp(root);
	return config_servers_root ? 0 : -1;
}

static int tear_down(void **state)
{
	static const char *const paths[] = {
		"/usr/bin/doveadm", "/run/dovecot/master.pid", "/usr/sbin/postqueue", "/var/spool/postfix/pid/master.pid", "/etc/univention/base.conf",
		"/usr/bin", "/usr/sbin", "/usr", "/run/dovecot", "/run", "/var/spool/postfix/pid", "/var/spool/postfix", "/var/spool", "/var",
		"/etc/univention", "/etc", "",
	};
	char full[200];
	size_t i;

	(void)state;
	arena_free(arena);
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		snprintf(full, sizeof(full), "%s%s", root, paths[i]);
		remove(full);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(everything_arrives, set_up, tear_down),
		cmocka_unit_test_setup_teardown(mistakes_have_file_and_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_stands_where, set_up, tear_down),
		cmocka_unit_test_setup_teardown(this_machine_is_found, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
