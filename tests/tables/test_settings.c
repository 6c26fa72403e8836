/*
 * The catalogue of settings against itself, against the manual, against the
 * variables that UCR has, and against what the real Postfix and Dovecot know.
 * Main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/child.h"
#include "base/lookup.h"
#include "base/memory.h"
#include "settings/catalog.h"
#include "settings/layers.h"

#define EACH(setting) for (size_t at_ = 0; (setting = setting_next(&at_)) != NULL;)

static void test_rows(void **state)
{
	struct lookup *names = lookup_new();
	const struct setting *setting;
	size_t count = 0;

	(void)state;
	EACH(setting) {
		const struct setting_group *group = setting_groups;
		size_t length = strlen(setting->name);

		count++;
		while (group->name && strcmp(group->name, setting->group))
			group++;
		if (!group->name)
			fail_msg("%s stands in the group %s, which does not exist", setting->name, setting->group);
		if (lookup_get(names, setting->name))
			fail_msg("there are two settings %s", setting->name);
		lookup_put(names, setting->name, (void *)setting);
		if (!setting->label || !setting->help || !setting->manual || strlen(setting->help) < 5 || setting->help[strlen(setting->help) - 1] != '.')
			fail_msg("%s lacks label, help (a sentence) or a pointer to a manual", setting->name);
		if (!setting->ucr && !setting->postconf && !setting->dovecot && !setting->map)
			fail_msg("%s is kept nowhere", setting->name);
		if (((setting->flags & SETTING_FAMILY) != 0) != (setting->name[length - 1] == '/') ||
		    ((setting->flags & SETTING_FAMILY) != 0) != ((setting->ucr && strstr(setting->ucr, "<>") != NULL) || setting->map))
			fail_msg("%s: a family ends in a slash and has <> in its variable or a table, and nothing else does", setting->name);
		if ((setting->map != NULL) != (setting->map_name != NULL) || ((setting->flags & SETTING_SECRET) && !(setting->map && setting->flags & SETTING_LOCKOUT)))
			fail_msg("%s: a table has a usual name, and a login stands in one and is changed under the timer", setting->name);
		if ((setting->type == SETTING_CHOICE && !setting->choices) || setting->least > setting->most)
			fail_msg("%s: choices or range are missing", setting->name);
		if (((setting->flags & SETTING_READONLY) != 0) != (setting->refused != NULL))
			fail_msg("%s: what is not changed here says why, and nothing else does", setting->name);
		if (!setting->ucr && !(setting->flags & SETTING_READONLY) && setting->follow == 0)
			fail_msg("%s: something must follow a change of a service's file", setting->name);
		for (const char *p = setting->name; *p; p++)
			if (!(*p >= 'a' && *p <= 'z') && !(*p >= '0' && *p <= '9') && *p != '-' && !(*p == '/' && !p[1]))
				fail_msg("%s: a name has small letters, digits and -", setting->name);
	}
	assert_true(count > 150);
	lookup_free(names);
}

/* No place is kept by two rows. */
static void test_places(void **state)
{
	struct lookup *places = lookup_new();
	const struct setting *setting;

	(void)state;
	EACH(setting) {
		char dovecot[200] = "";
		const char *const names[] = { setting->ucr, setting->postconf, setting->dovecot ? dovecot : NULL };

		/* One name is Postfix's and Dovecot's. */
		snprintf(dovecot, sizeof dovecot, "dovecot:%s", setting->dovecot ? setting->dovecot : "");
		for (size_t i = 0; i < 3; i++) {
			if (names[i] && lookup_get(places, names[i]))
				fail_msg("%s is kept by two settings, %s is one of them", names[i], setting->name);
			if (names[i])
				lookup_put(places, names[i], (void *)setting);
		}
	}
	lookup_free(places);
}

static void test_defaults(void **state)
{
	struct arena *arena = arena_new();
	const struct setting *setting;

	(void)state;
	EACH(setting) {
		const char *const values[] = { setting->ucs, setting->plain };
		const char *key = setting->key == KEY_FOLDER ? "Sent" : setting->key == KEY_WORD ? "1" : setting->key == KEY_PORT ? "12340" : "80";

		for (size_t i = 0; i < 2; i++) {
			struct error error = { 0 };
			const char *canonical;

			/* Unset is possible where the range begins above nothing. */
			if (values[i] && *values[i] && !setting_check(arena, setting, setting->flags & SETTING_FAMILY ? key : NULL, values[i], &canonical, &error))
				fail_msg("the default \"%s\" of %s is not possible: %s", values[i], setting->name, error.text);
		}
	}
	arena_free(arena);
}

static void test_found_by_every_name(void **state)
{
	const struct setting *setting;
	const char *key;

	(void)state;
	EACH(setting) {
		if (setting->flags & SETTING_FAMILY)
			continue;
		assert_ptr_equal(setting_find(setting->name, &key), setting);
		if (setting->ucr)
			assert_ptr_equal(setting_find(setting->ucr, &key), setting);
		if (setting->postconf)
			assert_ptr_equal(setting_find(setting->postconf, &key), setting);
		if (setting->dovecot && strcmp(setting->dovecot, "default_process_limit"))
			assert_ptr_equal(setting_find(setting->dovecot, &key), setting);
	}
	assert_string_equal(setting_find("mail/dovecot/quota/warning/text/80", &key)->name, "quota-warning/");
	assert_string_equal(key, "80");
	assert_null(setting_find("quota-warning/", &key));
}

static void test_variables(void **state)
{
	FILE *file = fopen("tests/fixtures/ucr/variables.txt", "r");
	struct lookup *known = lookup_new();
	const struct setting *setting;
	char line[300];

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		line[strcspn(line, "\n")] = '\0';
		lookup_put(known, line, known);
	}
	fclose(file);
	EACH(setting)
		if (setting->ucr && !lookup_get(known, setting->ucr))
			fail_msg("%s: UCR has no variable %s", setting->name, setting->ucr);
	lookup_free(known);
}

static void test_manual(void **state)
{
	FILE *file = fopen("docs/postroom-settings.7", "r");
	struct lookup *described = lookup_new();
	const struct setting *setting;
	char line[3000];

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, ".It Va ", 7))
			continue;
		lookup_put(described, line + 7, described);
	}
	fclose(file);
	EACH(setting)
		if (!lookup_get(described, setting->name))
			fail_msg("docs/postroom-settings.7 does not describe %s", setting->name);
	size_t count = 0;
	EACH(setting)
		count++;
	assert_int_equal(lookup_count(described), count);
	lookup_free(described);
}

static void test_nearest(void **state)
{
	static const struct { const char *typed, *meant; } cases[] = {
		{ "mesage-size", "message-size" }, { "message_size_limt", "message-size" }, { "mail/mesagesizelimit", "message-size" },
		{ "softbounce", "soft-bounce" }, { "auth_cache_siez", "login-cache-size" }, { "relayhots", "relay-host" },
	};
	const struct setting *found[4];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t count = setting_nearest(cases[i].typed, found, 4);

		if (count == 0 || strcmp(found[0]->name, cases[i].meant))
			fail_msg("%s: nearest is %s and not %s", cases[i].typed, count ? found[0]->name : "nothing", cases[i].meant);
	}
	assert_int_equal(setting_nearest("qqqqqqqqqqqqqqqqqqqqqqqq", found, 4), 0);
	assert_int_equal(setting_distance("abcd", "abdc", 3), 1);
	assert_int_equal(setting_distance("", "abc", 3), 3);
	assert_int_equal(setting_distance("abc", "xyzxyz", 2), 3);
}

/* --- what the services know ----------------------------------------------------------------------------- */

struct ran { bool done; struct lookup *pairs; struct arena *arena; };

static void on_done(const struct child_result *result, void *context)
{
	struct ran *ran = context;
	char *rest = NULL, *copy = arena_bytes(ran->arena, result->output, result->output_length);

	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *equals = strchr(line, '='), *end = equals;

		if (!equals)
			continue;
		while (end > line && end[-1] == ' ')
			end--;
		*end = '\0';
		equals++;
		while (*equals == ' ')
			equals++;
		lookup_put(ran->pairs, line, equals);
	}
	ran->done = true;
}

static struct ran run(const char *const *argv)
{
	struct ran ran = { .pairs = lookup_new(), .arena = arena_new() };
	struct loop *loop = loop_new();
	struct child_request request = { .argv = argv, .deadline = 60000 };

	child_run(loop, &request, on_done, &ran);
	loop_run_until(loop, &ran.done);
	loop_free(loop);
	return ran;
}

static void end(struct ran *ran)
{
	lookup_free(ran->pairs);
	arena_free(ran->arena);
}

static const char *plain_word(const struct setting *setting, const char *value)
{
	if (!(setting->flags & SETTING_OPPOSITE))
		return value;
	return strcmp(value, "yes") ? "yes" : "no";
}

static void compare(const struct setting *setting, const char *who, const char *value)
{
	int64_t mine, theirs;

	if (!setting->plain)
		return;
	value = plain_word(setting, value);
	if (setting_number(setting, setting->plain, &mine) && setting_number(setting, value, &theirs) && mine == theirs)
		return;
	if (strcmp(setting->plain, value))
		fail_msg("%s: the built-in value of %s is \"%s\" and not \"%s\"", setting->name, who, value, setting->plain);
}

static void test_postfix_knows(void **state)
{
	char directory[] = "/tmp/postroom-settings-XXXXXX", path[100];
	const struct setting *setting;
	struct ran ran;
	FILE *file;

	(void)state;
	if (access("/usr/sbin/postconf", X_OK) != 0)
		skip();
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/main.cf", directory);
	file = fopen(path, "w");
	fputs("compatibility_level = 3.6\n", file);
	fclose(file);
	ran = run((const char *const[]){ "/usr/sbin/postconf", "-c", directory, "-d", NULL });
	unlink(path);
	rmdir(directory);
	assert_true(lookup_count(ran.pairs) > 500);
	EACH(setting) {
		const char *name = setting->postconf ? strrchr(setting->postconf, '/') : NULL, *value;

		/* Who takes port 25 is no parameter (settings/postscreen_cf.c). */
		if (!setting->postconf || setting->flags & SETTING_READONLY || !strcmp(setting->postconf, "smtp/inet/postscreen"))
			continue;
		value = lookup_get(ran.pairs, name ? name + 1 : setting->postconf);
		if (!value)
			fail_msg("%s: Postfix knows no %s", setting->name, setting->postconf);
		if (!name)
			compare(setting, setting->postconf, value);
	}
	end(&ran);
}

static void test_dovecot_knows(void **state)
{
	const struct setting *setting;
	struct ran ran;

	(void)state;
	if (access("/usr/bin/doveconf", X_OK) != 0)
		skip();
	ran = run((const char *const[]){ "/usr/bin/doveconf", "-d", "-S", NULL });
	assert_true(lookup_count(ran.pairs) > 300);
	EACH(setting) {
		const char *value;

		/* What plugins have is known once they are set. */
		if (!setting->dovecot || !strncmp(setting->dovecot, "plugin/", 7))
			continue;
		value = lookup_get(ran.pairs, setting->dovecot);
		if (!value)
			fail_msg("%s: Dovecot knows no %s", setting->name, setting->dovecot);
		compare(setting, setting->dovecot, value);
	}
	end(&ran);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows), cmocka_unit_test(test_places), cmocka_unit_test(test_defaults), cmocka_unit_test(test_found_by_every_name),
		cmocka_unit_test(test_variables), cmocka_unit_test(test_manual), cmocka_unit_test(test_nearest), cmocka_unit_test(test_postfix_knows),
		cmocka_unit_test(test_dovecot_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
