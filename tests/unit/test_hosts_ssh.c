/*
 * test_hosts_ssh: what is given to ssh, how a word is quoted, and what ssh's
 * complaints become.
 *
 * The program is a script that shows its arguments, or complains as the real
 * one does; quoted words are given to a real sh.
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

#include "base/child.h"
#include "base/text.h"
#include "hosts/hosts.h"
#include "hosts/hosts_private.h"

static char directory[64], program[128];
static struct loop *loop;

struct heard {
	bool done;
	struct error error;
	int status;
	char output[4096];
};

static void write_program(const char *lines)
{
	FILE *file = fopen(program, "w");

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", lines);
	fclose(file);
	assert_int_equal(chmod(program, 0755), 0);
}

static void on_done(void *context, const struct host_answer *answer)
{
	struct heard *heard = context;

	heard->done = true;
	heard->error = answer->error;
	heard->status = answer->status;
	snprintf(heard->output, sizeof(heard->output), "%s", answer->output);
}

static struct heard ask(struct host_settings settings, struct host_request request)
{
	struct heard heard = { 0 };
	struct hosts *hosts;

	settings.name = "mail1";
	settings.ssh_target = settings.ssh_target ? settings.ssh_target : "root@mail1.example.com";
	settings.ssh_program = program;
	hosts = hosts_open(loop, &settings, 1);
	request.done = on_done;
	request.context = &heard;
	request.deadline = request.deadline ? request.deadline : 20000;
	host_run(hosts, 0, &request);
	loop_run_until(loop, &heard.done);
	hosts_close(hosts);
	return heard;
}

static void gives_ssh_what_it_needs(void **state)
{
	static const char *const wanted[] = {
		"|BatchMode=yes|", "|ConnectTimeout=8|", "|ControlMaster=auto|", "|ControlPersist=120|", "|ForwardAgent=no|", "|ForwardX11=no|",
		"|RequestTTY=no|", "|-i|/etc/postroom/key|", "|IdentitiesOnly=yes|", "|UserKnownHostsFile=\"/etc/postroom/known hosts\"|",
		"|StrictHostKeyChecking=yes|", "|-p|2222|", "-F|/etc/postroom/ssh_config|",
		"|--|root@mail1.example.com|exec /usr/bin/env LC_ALL=C.UTF-8 /usr/bin/timeout -k 2 21 /usr/bin/sudo -n -- /usr/bin/doveadm -f tab who -1|",
	};
	struct host_settings settings = {
		.ssh_key = "/etc/postroom/key", .ssh_known_hosts = "/etc/postroom/known hosts", .ssh_port = 2222,
		.ssh_config = "/etc/postroom/ssh_config", .sudo = true,
	};
	struct heard heard;
	size_t i;

	(void)state;
	write_program("printf '%s|' \"$@\"; env | grep -c -E '^(SSH_AUTH_SOCK|DISPLAY)='");
	setenv("SSH_AUTH_SOCK", "/tmp/agent", 1);
	heard = ask(settings, (struct host_request){ .command = "who" });
	unsetenv("SSH_AUTH_SOCK");
	assert_int_equal(heard.error.kind, ERROR_NONE);
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strstr(heard.output, wanted[i]))
			fail_msg("%s is not in %s", wanted[i], heard.output);
	assert_non_null(strstr(heard.output, "/%C|"));
	assert_string_equal(heard.output + strlen(heard.output) - 2, "0\n");
}

static void input_goes_along(void **state)
{
	struct host_request request = { .command = "queue-hold", .input = "A1B2C3D4E5\n", .input_length = 11 };

	(void)state;
	write_program("for last; do :; done; case $last in exec*) cat;; esac");
	assert_string_equal(ask((struct host_settings){ 0 }, request).output, "A1B2C3D4E5\n");
}

static void on_shell(const struct child_result *result, void *context)
{
	struct heard *heard = context;

	heard->done = true;
	snprintf(heard->output, sizeof(heard->output), "%s", result->output);
}

/* A real shell takes apart what was quoted. */
static void words_survive_a_shell(void **state)
{
	static const char *const words[] = {
		"plain", "", "a b", "o'hara@example.com", "''", "$(touch /tmp/no)", "`id`", "a;b|c&d>e<f", "\\", "a\\'b", "*", "~root", "-n",
		"\"x\"", "!x", "#x", "t\tab", "\xc3\xa4\xff", "{a,b}", "a=b", "=ls", "%%1",
	};
	struct text line = { 0 };
	struct heard heard = { 0 };
	struct text expected = { 0 };
	const char *argv[] = { "/bin/sh", "-c", NULL, NULL };
	struct child_request request = { .argv = argv, .deadline = 20000 };
	size_t i;

	(void)state;
	text_add(&line, "printf '<%s>'");
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		text_add_char(&line, ' ');
		ssh_quote(&line, words[i]);
		text_addf(&expected, "<%s>", words[i]);
	}
	argv[2] = text_get(&line);
	child_run(loop, &request, on_shell, &heard);
	loop_run_until(loop, &heard.done);
	assert_string_equal(heard.output, text_get(&expected));
	text_free(&line);
	text_free(&expected);
}

static void complaints_become_sentences(void **state)
{
	static const struct { const char *complaint; enum error_kind kind; const char *sentence; } cases[] = {
		{ "root@mail1.example.com: Permission denied (publickey,password).", ERROR_REFUSED, "asks for a password, which the console never gives" },
		{ "@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.", ERROR_REFUSED, "another than the known one" },
		{ "No ED25519 host key is known for [127.0.0.1]:2222 and you have requested strict checking.\nHost key verification failed.",
		  ERROR_REFUSED, "its host key is not known yet" },
		{ "Host key verification failed.", ERROR_REFUSED, "not known or has changed" },
		{ "ssh: Could not resolve hostname mail1.example.com: Name or service not known", ERROR_UNREACHABLE, "the name is not known" },
		{ "ssh: connect to host 192.0.2.1 port 22: No route to host", ERROR_UNREACHABLE, "no way to it" },
		{ "ssh: connect to host 192.0.2.1 port 22: Network is unreachable", ERROR_UNREACHABLE, "no way to it" },
		{ "ssh: connect to host 127.0.0.1 port 22: Connection refused", ERROR_UNREACHABLE, "nobody listens on its ssh port" },
		{ "ssh: connect to host 192.0.2.1 port 22: Connection timed out", ERROR_TIMEOUT, "no answer" },
		{ "kex_exchange_identification: Connection closed by remote host\nConnection closed by 127.0.0.1 port 22", ERROR_UNREACHABLE,
		  "ended the connection at once" },
		{ "Load key: WARNING: UNPROTECTED PRIVATE KEY FILE!\nroot@x: Permission denied (publickey).", ERROR_CONFIG, "chmod 600" },
		{ "/etc/postroom/ssh_config: line 1: Bad configuration option: foo", ERROR_CONFIG, "has a mistake" },
		{ "something else\n", ERROR_UNREACHABLE, "something else" },
		{ "", ERROR_UNREACHABLE, "it does not say why" },
	};
	char lines[700];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard heard;

		snprintf(lines, sizeof(lines), "printf '%%s' '%s' >&2; exit 255", cases[i].complaint);
		write_program(lines);
		heard = ask((struct host_settings){ 0 }, (struct host_request){ .command = "who" });
		if (heard.error.kind != cases[i].kind || !strstr(heard.error.text, cases[i].sentence) ||
		    strncmp(heard.error.text, "mail1: ssh to root@mail1.example.com", 36))
			fail_msg("%s: %s", cases[i].complaint, heard.error.text);
	}
}

/* Of something that changes it is not said that it did not happen, unless ssh says that it never got there. */
static void a_link_that_was_cut(void **state)
{
	static const struct { const char *complaint; enum error_kind kind; } cases[] = {
		{ "", ERROR_UNKNOWN_OUTCOME }, { "Connection to mail1 closed by remote host.", ERROR_UNKNOWN_OUTCOME },
		{ "Connection closed by 127.0.0.1 port 22", ERROR_UNKNOWN_OUTCOME }, { "client_loop: send disconnect: Broken pipe", ERROR_UNKNOWN_OUTCOME },
		{ "Timeout, server mail1 not responding.", ERROR_UNKNOWN_OUTCOME },
		{ "ssh: connect to host 127.0.0.1 port 22: Connection refused", ERROR_UNREACHABLE },
		{ "root@mail1: Permission denied (publickey,password).", ERROR_REFUSED },
		{ "Host key verification failed.", ERROR_REFUSED },
	};
	char lines[700];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct host_request request = { .command = "queue-hold", .input = "A1B2C3D4E5\n", .input_length = 11 };

		snprintf(lines, sizeof(lines), "cat >/dev/null; printf '%%s' '%s' >&2; exit 255", cases[i].complaint);
		write_program(lines);
		assert_int_equal(ask((struct host_settings){ 0 }, request).error.kind, cases[i].kind);
	}
}

static void a_remote_program_that_hangs_is_late(void **state)
{
	(void)state;
	write_program("exit 124");
	assert_int_equal(ask((struct host_settings){ 0 }, (struct host_request){ .command = "who" }).error.kind, ERROR_TIMEOUT);
	write_program("exit 137");
	assert_int_equal(ask((struct host_settings){ 0 }, (struct host_request){ .command = "who" }).error.kind, ERROR_TIMEOUT);
	write_program("exec sleep 60");
	assert_int_equal(ask((struct host_settings){ 0 }, (struct host_request){ .command = "who", .deadline = 150 }).error.kind, ERROR_TIMEOUT);
}

static void asks_for_nothing(void **state)
{
	(void)state;
	/* There is no terminal and no input that a password could come from. */
	write_program("if [ -t 0 ] || ( : </dev/tty ) 2>/dev/null || read -r line; then echo asked; exit 0; fi; "
		"echo 'anna@mail1: Permission denied (publickey,password).' >&2; exit 255");
	assert_int_equal(ask((struct host_settings){ 0 }, (struct host_request){ .command = "who" }).error.kind, ERROR_REFUSED);
}

/* A login at a time until the master connection stands, then several questions. */
static void one_login_first(void **state)
{
	struct host_settings settings = { .name = "mail1", .ssh_target = "mail1", .ssh_program = program };
	struct hosts *hosts = hosts_open(loop, &settings, 1);
	struct heard heard[6];
	size_t i;

	(void)state;
	memset(heard, 0, sizeof(heard));
	write_program("for last; do :; done; case $last in exec*) sleep 0.05; echo row;; esac");
	for (i = 0; i < 6; i++) {
		struct host_request request = { .command = "who", .done = on_done, .context = &heard[i], .deadline = 20000 };

		host_run(hosts, 0, &request);
	}
	assert_int_equal(hosts->list[0].running_count, 1);
	loop_run_until(loop, &heard[0].done);
	assert_int_equal(hosts->list[0].running_count, HOSTS_AT_ONCE);
	for (i = 0; i < 6; i++)
		loop_run_until(loop, &heard[i].done);
	assert_string_equal(heard[5].output, "row\n");
	hosts_close(hosts);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/postroom-test-XXXXXX");
	assert_non_null(mkdtemp(directory));
	snprintf(program, sizeof(program), "%s/ssh", directory);
	setenv("XDG_RUNTIME_DIR", directory, 1);
	loop = loop_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(program);
	loop_free(loop);
	/* Empty: the directory of the master connections is gone. */
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(gives_ssh_what_it_needs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(input_goes_along, set_up, tear_down),
		cmocka_unit_test_setup_teardown(words_survive_a_shell, set_up, tear_down),
		cmocka_unit_test_setup_teardown(complaints_become_sentences, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_link_that_was_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_remote_program_that_hangs_is_late, set_up, tear_down),
		cmocka_unit_test_setup_teardown(asks_for_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_login_first, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
