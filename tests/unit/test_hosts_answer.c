/*
 * test_hosts_answer: what a program meant that ran and failed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hosts/hosts.h"

static void each_fault_has_its_words(void **state)
{
	static const struct { const char *command; int status; const char *complaint; enum error_kind kind; const char *sentence; enum host_form form; } cases[] = {
		{ "who", 0, "doveconf: Warning: words", ERROR_NONE, NULL, FORM_OUTPUT },
		{ "who", 1, "sudo: a password is required\n", ERROR_REFUSED, "sudo asks for a password", FORM_OUTPUT },
		{ "queue", 1, "sudo: a terminal is required to read the password\n", ERROR_REFUSED, "sudo asks for a password", FORM_OUTPUT },
		{ "disks", 1, "wall is not in the sudoers file.\n", ERROR_REFUSED, "sudo does not know this login", FORM_OUTPUT },
		{ "queue-hold", 1, "Sorry, user wall is not allowed to execute '/usr/sbin/postsuper -h -' as root on mail1.\n", ERROR_REFUSED,
			"sudo does not allow it", FORM_OUTPUT },
		{ "who", 75, "doveadm: Error: net_connect_unix(/run/dovecot/stats-writer) failed: Permission denied\n"
			"doveadm: Fatal: net_connect_unix(/run/dovecot/anvil) failed: Permission denied\n", ERROR_REFUSED,
			"use the doveadm API, or open the socket (see postroom.conf(5)): net_connect_unix(/run/dovecot/anvil)", FORM_OUTPUT },
		{ "who", 75, "doveadm: Fatal: net_connect_unix(/run/dovecot/anvil) failed: Connection refused\n", ERROR_UNREACHABLE,
			"Dovecot is not running; start it there", FORM_OUTPUT },
		{ "who", 75, "doveadm: Fatal: net_connect_unix(/run/dovecot/anvil) failed: No such file or directory\n", ERROR_UNREACHABLE,
			"Dovecot is not running; start it there", FORM_OUTPUT },
		{ "who", 75, "doveadm: Fatal: read(/run/dovecot/anvil) failed: Connection reset by peer\n", ERROR_UNREACHABLE, "client_limit", FORM_OUTPUT },
		{ "who", 75, "", ERROR_UNREACHABLE, "could not do it for the moment", FORM_OUTPUT },
		{ "kick", 64, "", ERROR_UNSUPPORTED, "does not know the command like that", FORM_OUTPUT },
		{ "configuration", 89, "", ERROR_CONFIG, "Dovecot's configuration has a mistake", FORM_OUTPUT },
		{ "quota-get", 67, "doveadm(x): Error: User doesn't exist\n", ERROR_NOT_FOUND, "does not know this user; look at the address: User doesn't",
			FORM_OUTPUT },
		{ "quota-get", 67, "exitCode", ERROR_NOT_FOUND, "does not know this user", FORM_JSON },
		{ "kick", 68, "", ERROR_NOT_FOUND, "nothing was found", FORM_OUTPUT },
		{ "kick", 68, "exitCode", ERROR_NOT_FOUND, "nothing was found", FORM_JSON },
		{ "who", 0, "unAuthorized", ERROR_REFUSED, "add it to doveadm_allowed_commands there", FORM_JSON },
		{ "queue", 69, "postqueue: warning: words\npostqueue: fatal: Queue report unavailable - mail system is down\n", ERROR_UNREACHABLE,
			"Postfix is not running, and without it only root can read the queue; start it there (postfix start): Queue report", FORM_OUTPUT },
		{ "queue", 69, "postqueue: fatal: User nobody(65534) is not allowed to view the mail queue\n", ERROR_REFUSED, "authorized_mailq_users",
			FORM_OUTPUT },
		{ "queue-retry", 69, "postqueue: fatal: User nobody(65534) is not allowed to flush the mail queue\n", ERROR_REFUSED,
			"authorized_flush_users", FORM_OUTPUT },
		{ "queue-hold", 1, "postsuper: fatal: use of this command is reserved for the superuser\n", ERROR_REFUSED, "only root may do this", FORM_OUTPUT },
		{ "message", 1, "postcat: fatal: open queue file 4175FA728D6: No such file or directory\n", ERROR_NOT_FOUND, "no such message", FORM_OUTPUT },
		{ "age", 1, "/usr/bin/stat: cannot statx '/x': No such file or directory\n", ERROR_NOT_FOUND, "there is no such file", FORM_OUTPUT },
		{ "queue", 127, "timeout: failed to run command '/usr/sbin/postqueue': No such file or directory\n", ERROR_UNSUPPORTED,
			"the program is not there", FORM_OUTPUT },
		{ "who", 127, "", ERROR_UNSUPPORTED, "the program is not there", FORM_OUTPUT },
		{ "who", 1, "sudo: /usr/bin/doveadm: command not found\n", ERROR_UNSUPPORTED, "the program is not there", FORM_OUTPUT },
		{ "who", 126, "", ERROR_REFUSED, "may not be started", FORM_OUTPUT },
		{ "who", 3, "words at the end\ndoveconf: Warning: other\n", ERROR_UNREACHABLE, "it failed; try it there by hand: words at the end [3]", FORM_OUTPUT },
		{ "who", 3, "", ERROR_UNREACHABLE, "it failed; try it there by hand [3]", FORM_OUTPUT },
	};
	const struct host_settings settings = { .name = "mail1" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct host_answer answer = { .form = cases[i].form, .status = cases[i].status, .complaint = cases[i].complaint, .output = "" };
		struct error error = { 0 };
		char begin[60];

		snprintf(begin, sizeof(begin), "mail1: %s: ", cases[i].command);
		assert_true(host_answer_good(&settings, cases[i].command, &answer, &error) == (cases[i].kind == ERROR_NONE));
		if (error.kind != cases[i].kind || (cases[i].sentence && (!strstr(error.text, cases[i].sentence) || strncmp(error.text, begin, strlen(begin)))))
			fail_msg("case %zu: %s", i, error.text);
		assert_int_equal(error.code, cases[i].status);
	}
}

static void an_error_of_the_way_stays_as_it_is(void **state)
{
	const struct host_settings settings = { .name = "mail1" };
	struct host_answer answer = { .complaint = "", .output = "" };
	struct error error = { 0 };

	(void)state;
	error_set(&answer.error, ERROR_TIMEOUT, "mail1: who gave no answer");
	assert_false(host_answer_good(&settings, "who", &answer, &error));
	assert_int_equal(error.kind, ERROR_TIMEOUT);
	assert_string_equal(error.text, "mail1: who gave no answer");
	assert_false(host_answer_good(&settings, "who", &answer, NULL));
	error_clear(&answer.error);
	answer.cut = true;
	assert_false(host_answer_good(&settings, "who", &answer, &error));
	assert_string_equal(error.text, "mail1: who said more than is read and was ended");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_has_its_words),
		cmocka_unit_test(an_error_of_the_way_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
