/*
 * test_live_configuration: doveconf's output as a source, recorded, cut at every
 * byte, with bits turned over and in the words of 2.4; what the follow-up
 * questions add, and that nothing but known settings is kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "live/configuration.h"
#include "live/data.h"
#include "tests/unit/live_asking.h"

static struct arena *arena;
static const char *recorded;
static size_t recorded_length;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	recorded = trial_fixture(arena, "doveconf-S.out", &recorded_length);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct configuration *read_pieces(const char *bytes, size_t length, size_t piece)
{
	struct configuration_reader *reader = configuration_reader_new();
	struct configuration *made;

	for (size_t at = 0; at < length; at += piece)
		configuration_reader_take(reader, bytes + at, length - at < piece ? length - at : piece);
	made = configuration_reader_end(reader);
	configuration_reader_free(reader);
	return made;
}

static const struct service_setting *service(const struct configuration *made, const char *name)
{
	for (size_t i = 0; i < made->service_count; i++)
		if (strcmp(made->services[i].name, name) == 0)
			return &made->services[i];
	return NULL;
}

static void services_with_defaults_put_in(void **state)
{
	static const struct service_setting expected[] = {
		{ "managesieve-login", "sieve", "login", 100, 600, 1, 0, 256 << 20 },
		{ "stats", "", "", 1, 600, 0, 0, 256 << 20 },
		{ "imap", "imap", "", 1024, 1, 1, 0, 256 << 20 },
		{ "imap-login", "imap", "login", 100, 600, 1, 0, 256 << 20 },
		{ "lmtp", "lmtp", "", 100, 1, 0, 0, 256 << 20 },
		{ "anvil", "", "anvil", 1, 600, 0, 1, 256 << 20 },
	};
	static const size_t pieces[] = { 1, 13, 4096, 1 << 20 };

	(void)state;
	for (size_t p = 0; p < sizeof(pieces) / sizeof(pieces[0]); p++) {
		struct configuration *made = read_pieces(recorded, recorded_length, pieces[p]);

		assert_non_null(made);
		/* submission is not in protocols, so its two services do not run. */
		assert_null(service(made, "submission-login"));
		assert_int_equal(made->userip, 100);
		assert_int_equal(made->userip_pop3, 100);
		assert_int_equal(made->login_port_count, 5);
		for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
			const struct service_setting *one = service(made, expected[i].name);

			assert_non_null(one);
			assert_string_equal(one->protocol, expected[i].protocol);
			assert_string_equal(one->type, expected[i].type);
			assert_int_equal(one->process_limit, expected[i].process_limit);
			assert_int_equal(one->client_limit, expected[i].client_limit);
			assert_int_equal(one->service_count, expected[i].service_count);
			assert_int_equal(one->process_min_avail, expected[i].process_min_avail);
			assert_int_equal(one->vsz_limit, expected[i].vsz_limit);
		}
		arena_free(made->arena);
	}
}

static void words_and_oddities(void **state)
{
	static const struct { const char *lines; uint64_t process_limit, client_limit, service_count, vsz_limit, userip; size_t ports; } cases[] = {
		{ "", 100, 1000, 0, 256 << 20, UINT64_MAX, 0 },
		{ "default_process_limit=400\ndefault_client_limit=401\ndefault_vsz_limit=1 G\n", 400, 401, 0, 1 << 30, UINT64_MAX, 0 },
		{ "service/x/process_limit=7\nservice/x/client_limit=8\nservice/x/service_count=9\nservice/x/vsz_limit=2 M\n", 7, 8, 9, 2 << 20, UINT64_MAX, 0 },
		{ "service/x/vsz_limit=18446744073709551615 B\n", 100, 1000, 0, 256 << 20, UINT64_MAX, 0 },
		{ "service/x/vsz_limit=0\n", 100, 1000, 0, 0, UINT64_MAX, 0 },
		{ "service/x/restart_request_count=unlimited\nmail_max_userip_connections=0\n", 100, 1000, 0, 256 << 20, 0, 0 },
		{ "service/x/process_limit=many\nservice/x/client_limit=-1\nmail_max_userip_connections=ten\n", 100, 1000, 0, 256 << 20, UINT64_MAX, 0 },
		{ "service/x/inet_listener/a/port=143\nservice/x/inet_listener/b/port=0\nservice/x/inet_listener/c/port=70000\n", 100, 1000, 0, 256 << 20, UINT64_MAX, 1 },
		{ "service//name=\nservice=x y\nservice/\n=\n\n", 100, 1000, 0, 256 << 20, UINT64_MAX, 0 },
		{ "protocols=imapx xpop3 imap\n", 100, 1000, 0, 256 << 20, UINT64_MAX, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *lines = arena_format(arena, "service/x/name=x\nservice/x/protocol=imap\nservice/x/type=login\n%s", cases[i].lines);
		struct configuration *made = read_pieces(lines, strlen(lines), 5);

		assert_non_null(made);
		assert_int_equal(made->service_count, 1);
		assert_int_equal(made->services[0].process_limit, cases[i].process_limit);
		assert_int_equal(made->services[0].client_limit, cases[i].client_limit);
		assert_int_equal(made->services[0].service_count, cases[i].service_count);
		assert_int_equal(made->services[0].vsz_limit, cases[i].vsz_limit);
		assert_true(made->userip == cases[i].userip);
		assert_int_equal(made->login_port_count, cases[i].ports);
		arena_free(made->arena);
	}
	assert_null(read_pieces("protocols=pop3\nservice/x/protocol=imap\n", 39, 39));
	assert_null(read_pieces("hello\n", 6, 6));
}

static void cut_and_turned_over(void **state)
{
	char *bytes = arena_bytes(arena, recorded, recorded_length);

	(void)state;
	for (size_t cut = 0; cut < recorded_length; cut += 19) {
		struct configuration *made = read_pieces(recorded, cut, 4096);

		assert_true(!made || made->service_count <= 31);
		if (made)
			arena_free(made->arena);
	}
	for (size_t bit = 0; bit < recorded_length * 8; bit += 91) {
		struct configuration *made;

		bytes[bit / 8] ^= (char)(1 << bit % 8);
		made = read_pieces(bytes, recorded_length, 4096);
		assert_non_null(made);
		assert_in_range(made->service_count, 27, 33);
		arena_free(made->arena);
		bytes[bit / 8] ^= (char)(1 << bit % 8);
	}
}

/* --- the source -------------------------------------------------------------------------------- */

static void each_question_adds_its_part(void **state)
{
	struct asking_trial trial;
	const struct configuration *made;

	(void)state;
	trial_open(&trial);
	trial_reply(&trial, "configuration", FORM_OUTPUT, recorded, recorded_length, 1000);
	made = trial_ask(&trial, &source_configuration);
	assert_non_null(made);
	assert_string_equal(made->version, "");
	assert_int_equal(made->userip, 100);
	trial_reply(&trial, "userip", FORM_OUTPUT, "10\n", 3, 0);
	trial_reply(&trial, "userip-pop3", FORM_OUTPUT, "3\n", 2, 0);
	trial_reply(&trial, "dovecot-version", FORM_OUTPUT, "2.3.19.1 (9b53102964)\n", 22, 0);
	made = trial_ask(&trial, &source_configuration);
	assert_non_null(made);
	assert_string_equal(made->version, "2.3.19.1");
	assert_int_equal(made->userip, 10);
	assert_int_equal(made->userip_pop3, 3);
	trial_reply(&trial, "configuration", FORM_OUTPUT, "", 0, 0);
	assert_null(trial_ask(&trial, &source_configuration));
	assert_non_null(strstr(trial.error.text, "mail1: doveconf named no service"));
	fake_hosts_reply(trial.hosts, &(struct fake_reply){ .command = "configuration", .status = 89, .output = "",
		.complaint = "doveconf: Fatal: Error in configuration file /etc/dovecot/dovecot.conf line 3: Unknown setting: x\n" });
	assert_null(trial_ask(&trial, &source_configuration));
	assert_non_null(strstr(trial.error.text, "has a mistake"));
	trial_close(&trial);
}

static void no_secret_is_kept(void **state)
{
	static const char lines[] = "doveadm_password=HuSh-HuSh\nservice/x/name=x\nservice/x/user=HuSh-HuSh\nauth_x=HuSh-HuSh\n";
	struct configuration *made = read_pieces(lines, strlen(lines), 9);

	(void)state;
	assert_non_null(made);
	assert_true(arena_size(made->arena) < 4000);
	assert_string_equal(made->services[0].name, "x");
	assert_string_equal(made->services[0].protocol, "");
	assert_string_equal(made->services[0].type, "");
	assert_string_equal(made->version, "");
	arena_free(made->arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(services_with_defaults_put_in, set_up, tear_down),
		cmocka_unit_test_setup_teardown(words_and_oddities, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cut_and_turned_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_question_adds_its_part, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_secret_is_kept, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("live_configuration", tests, NULL, NULL);
}
