/* The drop-in of limits: what postroom wrote it reads back; what somebody else wrote it leaves alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/limits_file.h"

static void test_there_and_back(void **state)
{
	struct arena *arena = arena_new();
	struct limits_file file = { 0 }, again;
	struct error error = { 0 };
	char *bytes, *second;

	(void)state;
	limits_file_put(arena, &file, "service imap-login", "process_limit", "60");
	limits_file_put(arena, &file, "", "default_process_limit", "400");
	limits_file_put(arena, &file, "protocol imap", "mail_max_userip_connections", "50");
	limits_file_put(arena, &file, "service imap-login", "client_limit", "1");
	limits_file_put(arena, &file, "service imap-login", "process_limit", "61");
	limits_file_put(arena, &file, "service auth", "client_limit", "2000");
	limits_file_put(arena, &file, "service auth", "client_limit", NULL);
	bytes = limits_file_write(arena, &file);
	assert_non_null(strstr(bytes, "\ndefault_process_limit = 400\nservice imap-login {\n\tprocess_limit = 61\n\tclient_limit = 1\n}\n"
		"protocol imap {\n\tmail_max_userip_connections = 50\n}\n"));
	assert_true(limits_file_read(arena, bytes, strlen(bytes), &again, &error));
	second = limits_file_write(arena, &again);
	assert_string_equal(bytes, second);
	assert_string_equal(limits_file_get(&again, "service imap-login", "process_limit"), "61");
	assert_null(limits_file_get(&again, "service auth", "client_limit"));
	arena_free(arena);
}

static void test_not_ours(void **state)
{
	static const struct { const char *bytes; bool good; const char *names; } cases[] = {
		{ "", true, NULL },
		{ "# nothing\n\n", true, NULL },
		{ "default_client_limit=1000\n", true, NULL },
		{ "!include other.conf\n", false, "line 1" },
		{ "service imap {\n\tprocess_limit = 5\n", false, "ends inside" },
		{ "service imap { process_limit = 5 }\n", false, "line 1" },
		{ "service imap {\n\tunix_listener x {\n", false, "line 2" },
		{ "}\n", false, "line 1" },
		{ "a = $b\n", false, "line 1" },
		{ "a =\n", false, "line 1" },
		{ "plugin {\n}\n", false, "line 1" },
		{ "service ../x {\n}\n", false, "line 1" },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct limits_file file;
		struct error error = { 0 };

		if (limits_file_read(arena, cases[i].bytes, strlen(cases[i].bytes), &file, &error) != cases[i].good)
			fail_msg("case %zu: %s", i, cases[i].bytes);
		if (!cases[i].good && !strstr(error.text, cases[i].names))
			fail_msg("case %zu says: %s", i, error.text);
	}
	assert_false(limits_file_read(arena, "a\0b = 1", 7, &(struct limits_file){ 0 }, NULL));
	arena_free(arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_not_ours) };

	return cmocka_run_group_tests_name("limits_file", tests, NULL, NULL);
}
