/*
 * test_ui_message_list: lists of messages while the queue is still being read:
 * views that close, sections that change, and the end of the session before
 * the answer comes; what the screen says meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fakes/stage.h"

static struct stage *open_queue(enum role role)
{
	const struct fake_settings settings = { .role = role, .servers = 2 };

	return stage_new(&settings, "queue", 24, 120, VISIBLE_ASCII);
}

/* Pressed one after the other, without a turn of the loop between them. */
static void press(struct stage *stage, const char *names)
{
	char *copy = strdup(names), *rest = copy, *name;

	while ((name = strtok_r(rest, " ", &rest)) != NULL) {
		struct key key;

		assert_true(key_from_name(name, &key));
		session_key(stage->session, &key);
	}
	free(copy);
}

static void shows(struct stage *stage, const char *words, bool does)
{
	char *screen = stage_print(stage);

	if ((strstr(screen, words) != NULL) != does)
		fail_msg("%s \"%s\":\n%s", does ? "not there:" : "there:", words, screen);
	free(screen);
}

static const char *place(const struct stage *stage)
{
	return session_top(stage->session)->class->place;
}

static void who_asked_may_be_gone(void **state)
{
	static const struct { const char *settled, *pressed, *place; } cases[] = {
		{ "", "Enter", "messages" },                    /* the list itself */
		{ "", "Enter Esc", "live" },                    /* closed before it came */
		{ "Enter", "Enter Esc", "live" },               /* a message on its way to a list that closes */
		{ "Enter", "Enter Down Enter", "text" },        /* another one is asked for instead */
		{ "Enter", "Enter 2", "list" },                 /* another section */
		{ "", "h", "review" },                          /* all that match */
		{ "", "h h h", "review" },
		{ "", "h 2", "list" },
		{ "", "h Enter", "messages" },
		{ "", "h Enter Esc", "review" },                 /* back where it was asked for */
		{ "Enter", "h Esc", "messages" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage *stage = open_queue(ROLE_ADMIN);

		stage_keys(stage, cases[i].settled);
		press(stage, cases[i].pressed);
		assert_true(stage_settle(stage));
		stage_watch(stage, 1);
		if (strcmp(place(stage), cases[i].place) != 0)
			fail_msg("case %zu: in %s", i, place(stage));
		assert_int_equal(fake_writes(stage->engine), 0);
		stage_free(stage);
	}
}

static void the_end_comes_first(void **state)
{
	static const struct { const char *settled, *pressed; } cases[] = {
		{ "", "Enter" }, { "Enter", "Enter" }, { "", "h" }, { "", "h Enter" }, { "Enter", "h" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage *stage = open_queue(ROLE_ADMIN);

		stage_keys(stage, cases[i].settled);
		press(stage, cases[i].pressed);
		stage_free(stage);
	}
}

static void what_is_read_is_said_while_it_lasts(void **state)
{
	struct stage *stage = open_queue(ROLE_ADMIN);

	(void)state;
	press(stage, "h");
	shows(stage, "reading the queue of mail1 ..", true);
	stage_settle(stage);
	assert_string_equal(place(stage), "review");
	shows(stage, "eading the queue", false);
	stage_keys(stage, "Esc");
	shows(stage, "eading the queue", false);
	stage_keys(stage, "Enter");
	press(stage, "Enter");
	shows(stage, "reading message ", true);
	stage_settle(stage);
	assert_string_equal(place(stage), "text");
	shows(stage, "eading message ", false);
	stage_free(stage);
}

static void who_only_looks_changes_nothing(void **state)
{
	static const enum role roles[] = { ROLE_MONITOR, ROLE_HELPDESK };

	(void)state;
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		struct stage *stage = open_queue(roles[i]);

		stage_keys(stage, "h D t");
		assert_string_equal(place(stage), "live");
		stage_keys(stage, "Enter h D t b");
		if (strcmp(place(stage), "review") == 0)
			fail_msg("role %d got a review", roles[i]);
		assert_int_equal(fake_previews(stage->engine), 0);
		stage_free(stage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_asked_may_be_gone),
		cmocka_unit_test(the_end_comes_first),
		cmocka_unit_test(what_is_read_is_said_while_it_lasts),
		cmocka_unit_test(who_only_looks_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
