/*
 * test_hosts_answer: what a program meant that ran and failed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "hosts/hosts.h"

static void each_fault_has_its_words(void **state)
{
	static const struct { int status; const char *complaint; enum error_kind kind; const char *sentence; } cases[] = {
		{ 0, "doveconf: Warning: words", ERROR_NONE, NULL },
		{ 1, "sudo: a password is required\n", ERROR_REFUSED, "sudo asks for a password" },
		{ 75, "doveadm: Error: net_connect_unix(/run/dovecot/stats-writer) failed: Permission denied\n"
			"doveadm: Fatal: net_connect_unix(/run/dovecot/anvil) failed: Permission denied\n", ERROR_REFUSED, "/run/dovecot/anvil" },
		{ 75, "doveadm: Fatal: net_connect_unix(/run/dovecot/anvil) failed: Connection refused\n", ERROR_UNREACHABLE, "does not run" },
		{ 75, "doveadm: Fatal: net_connect_unix(/run/dovecot/anvil) failed: No such file or directory\n", ERROR_UNREACHABLE, "not run" },
		{ 67, "doveadm(x): Error: User doesn't exist\n", ERROR_NOT_FOUND, "does not know this user" },
		{ 67, "exitCode", ERROR_NOT_FOUND, "does not know this user" },
		{ 68, "", ERROR_NOT_FOUND, "nothing was found" },
		{ 69, "postqueue: fatal: Queue report unavailable - mail system is down\n", ERROR_UNREACHABLE, "Postfix does not run" },
		{ 69, "postqueue: fatal: User nobody(65534) is not allowed to view the mail queue\n", ERROR_REFUSED, "authorized_mailq_users" },
		{ 1, "postsuper: fatal: use of this command is reserved for the superuser\n", ERROR_REFUSED, "it needs root" },
		{ 127, "", ERROR_UNSUPPORTED, "not installed" },
		{ 3, "words at the end\ndoveconf: Warning: other\n", ERROR_UNREACHABLE, "failed: words at the end [3]" },
		{ 3, "", ERROR_UNREACHABLE, "it does not say why [3]" },
	};
	const struct host_settings settings = { .name = "mail1" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct host_answer answer = { .status = cases[i].status, .complaint = cases[i].complaint, .output = "" };
		struct error error = { 0 };

		assert_true(host_answer_good(&settings, "who", &answer, &error) == (cases[i].kind == ERROR_NONE));
		if (error.kind != cases[i].kind || (cases[i].sentence && (!strstr(error.text, cases[i].sentence) || strncmp(error.text, "mail1: who", 10))))
			fail_msg("case %zu: %s", i, error.text);
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
