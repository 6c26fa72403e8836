/*
 * The files that settings are kept in: layers of UCR, main.cf and master.cf, our
 * file in Dovecot's conf.d, Dovecot's own. Main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "settings/dropin.h"
#include "settings/layers.h"
#include "settings/main_cf.h"

static int set_up(void **state)
{
	*state = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

/* --- UCR -------------------------------------------------------------------------------------------- */

static void feed(struct layers *layers, enum layer layer, const char *text)
{
	unsigned number = 0;

	while (*text) {
		size_t length = strcspn(text, "\n");

		layers_line(layers, layer, ++number, text, length);
		text += length + (text[length] == '\n');
	}
}

static void the_highest_layer_counts(void **state)
{
	struct layers *layers = layers_new(*state);
	enum layer layer;

	feed(layers, LAYER_DEFAULT, "# univention_ base.conf\n\nmail/a: one\nmail/ref: <@%@mail/b@%@>\nmail/loop: @%@mail/loop@%@");
	feed(layers, LAYER_NORMAL, "# univention_ base.conf\n\nmail/a:  two \nmail/b: x: y\nmail/empty: \nnonsense\nmail/#c: no");
	feed(layers, LAYER_FORCED, "# head\n\nmail/a: three");
	assert_string_equal(layers_effective(layers, "mail/a", &layer), "three");
	assert_int_equal(layer, LAYER_FORCED);
	assert_string_equal(layers_get(layers, LAYER_NORMAL, "mail/a").value, "two");
	assert_int_equal(layers_get(layers, LAYER_NORMAL, "mail/a").line, 3);
	assert_null(layers_get(layers, LAYER_POLICY, "mail/a").value);
	assert_string_equal(layers_effective(layers, "mail/b", &layer), "x: y");
	assert_string_equal(layers_effective(layers, "mail/empty", &layer), "");
	assert_string_equal(layers_effective(layers, "mail/ref", &layer), "<x: y>");
	assert_non_null(layers_effective(layers, "mail/loop", &layer));
	assert_null(layers_effective(layers, "nonsense", &layer));
	assert_null(layers_effective(layers, "mail/#c", &layer));
}

static void keys_of_a_family_are_sorted(void **state)
{
	struct layers *layers = layers_new(*state);
	const char *const *keys;

	feed(layers, LAYER_NORMAL, "q/80: a\nq/100: b\nr/1: c\nq/30: d");
	keys = layers_keys(*state, layers, "q/");
	assert_string_equal(keys[0], "q/100");
	assert_string_equal(keys[1], "q/30");
	assert_string_equal(keys[2], "q/80");
	assert_null(keys[3]);
}

static void names_and_truth_as_ucr_has_them(void **state)
{
	static const char *const bad[] = { "", "-x", "a=b", "a: b", "a\"b", "a$b", "a;b", "a\nb", "a`b", "a(b)" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(layers_key_valid(bad[i]));
	assert_true(layers_key_valid("mail/dovecot/mailboxes/special/Sent Messages"));
	assert_int_equal(layers_truth("Yes"), 1);
	assert_int_equal(layers_truth("disabled"), 0);
	assert_int_equal(layers_truth("maybe"), -1);
	assert_int_equal(layers_truth(NULL), -1);
}

/* --- Postfix ----------------------------------------------------------------------------------------- */

static const char main_text[] =
	"# a remark\n"
	"size = 1\n"
	"list = one,\n"
	"  # beside two\n"
	"  two\n"
	"\n"
	"size=2\n"
	"last = x";

static void edits_of_main_cf(void **state)
{
	static const struct { const char *name, *value, *becomes; } cases[] = {
		{ "size", "3", "# a remark\nsize = 1\nlist = one,\n  # beside two\n  two\n\nsize = 3\nlast = x" },
		{ "size", NULL, "# a remark\nlist = one,\n  # beside two\n  two\n\nlast = x" },
		{ "list", "three", "# a remark\nsize = 1\nlist = three\n  # beside two\n\nsize=2\nlast = x" },
		{ "last", "y", "# a remark\nsize = 1\nlist = one,\n  # beside two\n  two\n\nsize=2\nlast = y\n" },
		{ "new", "z", "# a remark\nsize = 1\nlist = one,\n  # beside two\n  two\n\nsize=2\nlast = x\nnew = z\n" },
		{ "gone", NULL, "# a remark\nsize = 1\nlist = one,\n  # beside two\n  two\n\nsize=2\nlast = x" },
		{ "siz", "5", "# a remark\nsize = 1\nlist = one,\n  # beside two\n  two\n\nsize=2\nlast = x\nsiz = 5\n" },
	};
	size_t length;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *text = main_cf_edit(*state, main_text, strlen(main_text), cases[i].name, cases[i].value, &length);

		assert_string_equal(text, cases[i].becomes);
		assert_int_equal(length, strlen(cases[i].becomes));
	}
	assert_string_equal(main_cf_edit(*state, "", 0, "a", "b", &length), "a = b\n");
}

static void places_in_main_cf(void **state)
{
	struct main_cf_place place = main_cf_find(*state, main_text, strlen(main_text), "size");

	assert_int_equal(place.line, 7);
	assert_int_equal(place.before, 2);
	assert_string_equal(place.value, "2");
	assert_string_equal(main_cf_find(*state, main_text, strlen(main_text), "list").value, "one, two");
	assert_null(main_cf_find(*state, main_text, strlen(main_text), "siz").value);
}

static const char master_text[] =
	"smtp inet n - y - - smtpd\n"
	"#submission inet n - y - - smtpd\n"
	"submission inet n - y - - smtpd\n"
	"  -o smtpd_tls_security_level=encrypt\n"
	"  -o smtpd_sasl_auth_enable=yes -o { name = a b }\n"
	"pickup unix n - y 60 1 pickup\n";

static void options_of_master_cf(void **state)
{
	size_t length;
	bool there;
	char *text;

	assert_string_equal(master_cf_find(*state, master_text, strlen(master_text), "submission", "inet", "smtpd_tls_security_level", &there), "encrypt");
	assert_string_equal(master_cf_find(*state, master_text, strlen(master_text), "submission", "inet", "name", &there), "a b");
	assert_null(master_cf_find(*state, master_text, strlen(master_text), "smtp", "inet", "smtpd_sasl_auth_enable", &there));
	assert_true(there);
	assert_null(master_cf_find(*state, master_text, strlen(master_text), "smtps", "inet", "x", &there));
	assert_false(there);

	text = master_cf_edit(*state, master_text, strlen(master_text), "submission", "inet", "smtpd_tls_security_level", "may", &length);
	assert_non_null(strstr(text, "\n  -o smtpd_tls_security_level=may\n  -o smtpd_sasl"));
	text = master_cf_edit(*state, text, length, "submission", "inet", "smtpd_tls_security_level", NULL, &length);
	assert_null(strstr(text, "security_level"));
	assert_non_null(strstr(text, "smtpd\n  -o smtpd_sasl_auth_enable=yes"));
	text = master_cf_edit(*state, text, length, "smtp", "inet", "smtpd_sasl_auth_enable", "yes", &length);
	assert_non_null(strstr(text, "smtp inet n - y - - smtpd\n -o smtpd_sasl_auth_enable=yes\n#submission"));
	text = master_cf_edit(*state, text, length, "submission", "inet", "name", "c d", &length);
	assert_non_null(strstr(text, "=yes -o { name = c d }\n"));
	assert_null(master_cf_edit(*state, text, length, "smtps", "inet", "x", "y", &length));
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* In front and away again is the same file, but for the two helpers, which harm nobody. */
static void postscreen_at_port_25(void **state)
{
	static const struct { const char *before, *on, *off; } cases[] = {
		{ "smtp inet n - y - - smtpd\npickup unix n - y 60 1 pickup\n",
		  "smtp inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd\ndnsblog unix - - y - 0 dnsblog\ntlsproxy unix - - y - 0 tlsproxy\npickup unix n - y 60 1 pickup\n",
		  "smtp inet n - y - - smtpd\ndnsblog unix - - y - 0 dnsblog\ntlsproxy unix - - y - 0 tlsproxy\npickup unix n - y 60 1 pickup\n" },
		{ "# 25\n192.0.2.1:25\tinet\tn\t-\tn\t-\t50\tsmtpd -v\n  -o a=b\n# between\n  -o c=d\ndnsblog unix - - n - 0 dnsblog\ntlsproxy unix - - n - 0 tlsproxy",
		  "# 25\n192.0.2.1:25\tinet\tn\t-\tn\t-\t1 postscreen\nsmtpd pass - - n - 50 smtpd -v\n  -o a=b\n# between\n  -o c=d\ndnsblog unix - - n - 0 dnsblog\ntlsproxy unix - - n - 0 tlsproxy",
		  "# 25\n192.0.2.1:25\tinet\tn\t-\tn\t-\t50 smtpd -v\n  -o a=b\n# between\n  -o c=d\ndnsblog unix - - n - 0 dnsblog\ntlsproxy unix - - n - 0 tlsproxy" },
	};
	static const struct { const char *text; bool on; const char *why; } refused[] = {
		{ "submission inet n - y - - smtpd\n", true, "no service at port 25" },
		{ "smtp inet n - y - - smtpd\n[::1]:smtp inet n - y - - smtpd\n", true, "more than one service" },
		{ "smtp inet n - y - - other\n", true, "neither smtpd nor postscreen" },
		{ "smtp inet n -\n y - - smtpd\n", true, "not all its fields" },
		{ "smtp inet n - y - - smtpd\nsmtpd pass - - y - - smtpd\n", true, "type pass already" },
		{ "smtp inet n - y - 1 postscreen\n", false, "not one plain service" },
		{ "smtp inet n - y - 1 postscreen -o x=y\nsmtpd pass - - y - - smtpd\n", false, "options of its own" },
	};
	const char *why;
	size_t length;
	char *text;

	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_string_equal(postscreen_find(cases[i].before, strlen(cases[i].before), &why), "no");
		text = postscreen_edit(*state, cases[i].before, strlen(cases[i].before), true, &length, &why);
		assert_string_equal(text, cases[i].on);
		assert_string_equal(postscreen_find(text, length, &why), "yes");
		assert_string_equal(postscreen_edit(*state, text, length, true, &length, &why), cases[i].on);
		text = postscreen_edit(*state, text, length, false, &length, &why);
		assert_string_equal(text, cases[i].off);
		assert_int_equal(length, strlen(cases[i].off));
	}
	for (size_t i = 0; i < COUNT(refused); i++) {
		assert_null(postscreen_edit(*state, refused[i].text, strlen(refused[i].text), refused[i].on, &length, &why));
		if (!strstr(why, refused[i].why))
			fail_msg("%s: %s", refused[i].text, why);
	}
	/* Whatever stands there, reading ends. */
	for (size_t i = 0; i <= strlen(cases[1].on); i++)
		postscreen_edit(*state, arena_bytes(*state, cases[1].on, i), i, false, &length, &why);
}

/* --- Dovecot ------------------------------------------------------------------------------------------- */

static void our_file_is_written_and_read(void **state)
{
	const char *const first[] = { "auth_cache_size", "10M", "service/imap-login/client_limit", "100", "plugin/quota_grace", "10%%",
		"service/imap-login/inet_listener/imaps/port", "993", "service/imap-login/process_limit", "5", "login_greeting", " hi \"x\" #1", NULL };
	const char *const second[] = { "service/imap-login/client_limit", NULL, "auth_cache_size", "20M", NULL };
	const char *const none[] = { "auth_cache_size", NULL, "service/imap-login/process_limit", NULL, "plugin/quota_grace", NULL,
		"service/imap-login/inet_listener/imaps/port", NULL, "login_greeting", NULL, NULL };
	size_t length, again;
	char *text = dropin_edit(*state, NULL, 0, first, &length), *copy;

	for (size_t i = 0; first[i]; i += 2)
		assert_string_equal(dropin_get(*state, text, length, first[i]), first[i + 1]);
	assert_non_null(strstr(text, "service imap-login {\n  client_limit = 100\n  process_limit = 5\n}\n"));
	assert_non_null(strstr(text, "service imap-login {\n  inet_listener imaps {\n    port = 993\n  }\n}\n"));
	assert_non_null(strstr(text, "plugin {\n  quota_grace = 10%%\n}\n"));
	copy = dropin_edit(*state, text, length, &first[12], &again);
	assert_string_equal(copy, text);
	text = dropin_edit(*state, text, length, second, &length);
	assert_null(dropin_get(*state, text, length, "service/imap-login/client_limit"));
	assert_string_equal(dropin_get(*state, text, length, "auth_cache_size"), "20M");
	assert_null(dropin_edit(*state, text, length, none, &length));
	assert_int_equal(length, 0);
	assert_string_equal(dropin_path(*state, "/etc/dovecot/dovecot.conf"), "/etc/dovecot/conf.d/99-postroom.conf");
}

/* local.conf is another's: ours is a block in it, and every other byte stays. */
static void our_block_in_anothers_file(void **state)
{
	static const char before[] = "# by hand, do not lose\nauth_verbose = yes\n!include_try more.conf", behind[] = "service lmtp {\n  client_limit = 1\n}\n";
	const char *const some[] = { "service/stats/client_limit", "9000", NULL }, *const other[] = { "service/stats/client_limit", "9001", NULL };
	const char *const none[] = { "service/stats/client_limit", NULL, NULL }, *path = "/etc/dovecot/local.conf";
	struct dovecot_files *files = dovecot_files_new(*state);
	size_t length, whole;
	char *text = dropin_edit_in(*state, path, before, strlen(before), some, &length), *all, *again;

	assert_memory_equal(text, before, strlen(before));
	assert_string_equal(dropin_get_in(*state, path, text, length, some[0]), "9000");
	assert_null(dropin_get_in(*state, path, text, length, "auth_verbose"));
	all = arena_format(*state, "%s%s", text, behind);
	again = dropin_edit_in(*state, path, all, strlen(all), other, &whole);
	assert_string_equal(dropin_get_in(*state, path, again, whole, some[0]), "9001");
	assert_non_null(strstr(again, behind));
	again = dropin_edit_in(*state, path, again, whole, none, &whole);
	assert_string_equal(again, arena_format(*state, "%s\n%s", before, behind));
	/* A file that holds nothing but ours goes; conf.d's file is ours altogether. */
	text = dropin_edit_in(*state, path, NULL, 0, some, &length);
	assert_non_null(text);
	assert_string_equal(dropin_edit_in(*state, path, text, length, none, &length), "");
	assert_string_equal(dropin_edit_in(*state, "/etc/dovecot/conf.d/99-postroom.conf", NULL, 0, some, &length), dropin_edit(*state, NULL, 0, some, &whole));
	/* Which of the two: local.conf where UCS reads it. */
	dovecot_files_line(files, "/etc/dovecot/dovecot.conf", 1, "!include_try local.conf", 23);
	dovecot_files_walk(files, "/etc/dovecot/dovecot.conf");
	assert_string_equal(dropin_place(*state, "/etc/dovecot/dovecot.conf", true, files), path);
	assert_string_equal(dropin_place(*state, "/etc/dovecot/dovecot.conf", false, files), "/etc/dovecot/conf.d/99-postroom.conf");
	assert_string_equal(dropin_place(*state, "/etc/dovecot/dovecot.conf", true, NULL), "/etc/dovecot/conf.d/99-postroom.conf");
}

static void dovecot_files_are_walked(void **state)
{
	static const struct { const char *path; unsigned number; const char *line; } lines[] = {
		{ "/d/conf.d/20.conf", 1, "auth_cache_size = 2M" }, { "/d/dovecot.conf", 1, "# head" }, { "/d/dovecot.conf", 2, "auth_cache_size = 1M" },
		{ "/d/dovecot.conf", 3, "service imap-login {" }, { "/d/dovecot.conf", 4, "  client_limit=7" }, { "/d/dovecot.conf", 5, "}" },
		{ "/d/dovecot.conf", 6, "!include conf.d/*.conf" }, { "/d/dovecot.conf", 7, "verbose_proctitle = yes" },
		{ "/d/conf.d/10.conf", 3, "auth_cache_size = 3M" }, { "/d/conf.d/10.conf", 4, "verbose_proctitle = no" },
		{ "/d/other.conf", 1, "auth_verbose = yes" },
	};
	struct dovecot_files *files = dovecot_files_new(*state);
	struct dovecot_place place;

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		dovecot_files_line(files, lines[i].path, lines[i].number, lines[i].line, strlen(lines[i].line));
	dovecot_files_walk(files, "/d/dovecot.conf");
	assert_true(dovecot_files_find(files, "auth_cache_size", &place));
	assert_string_equal(place.path, "/d/conf.d/20.conf");
	assert_true(dovecot_files_find(files, "service/imap-login/client_limit", &place));
	assert_int_equal(place.line, 4);
	assert_string_equal(place.value, "7");
	assert_true(dovecot_files_find(files, "verbose_proctitle", &place));
	assert_int_equal(place.line, 7);
	assert_false(dovecot_files_find(files, "auth_verbose", &place));
	assert_true(dovecot_files_reads(files, "/d/conf.d/99-postroom.conf"));
	assert_false(dovecot_files_reads(files, "/d/local.conf"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_highest_layer_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keys_of_a_family_are_sorted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_and_truth_as_ucr_has_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(edits_of_main_cf, set_up, tear_down),
		cmocka_unit_test_setup_teardown(places_in_main_cf, set_up, tear_down),
		cmocka_unit_test_setup_teardown(options_of_master_cf, set_up, tear_down),
		cmocka_unit_test_setup_teardown(postscreen_at_port_25, set_up, tear_down),
		cmocka_unit_test_setup_teardown(our_file_is_written_and_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(our_block_in_anothers_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(dovecot_files_are_walked, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
