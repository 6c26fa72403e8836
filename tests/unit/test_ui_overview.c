/*
 * test_ui_overview: the wall turns and holds its pages, alarms lead to where
 * they are seen, whoever is on duty says so, and what nobody sees is not made.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tests/fakes/assertions.h"
#include "ui/lamps.h"
#include "ui/live_list.h"

static struct stage *open_as(enum role role, const char *section, int minutes)
{
	struct fake_settings settings = { .role = role, .servers = 3 };
	struct stage *stage = stage_new(&settings, section, 24, 80, VISIBLE_ASCII);

	if (minutes > 0)
		stage_watch(stage, minutes);
	return stage;
}

static void seconds_go_by(struct stage *stage, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		clock_leap(1000);
		session_tick(stage->session);
	}
}

/* --- wall --------------------------------------------------------------------------------------------- */

static void the_wall_turns_its_pages(void **state)
{
	struct stage *stage = open_as(ROLE_ADMIN, "overview", 3);

	(void)state;
	hides(stage, "page 1");
	stage_keys(stage, "w");
	shows(stage, "page 1 of 4, next in 15 s");
	seconds_go_by(stage, 5);
	shows(stage, "page 1 of 4, next in 10 s");
	/* The clock has seconds for admin too. */
	shows(stage, "14:05:36");
	seconds_go_by(stage, 10);
	shows(stage, "page 2 of 4");
	shows(stage, "of possible");
	seconds_go_by(stage, 15);
	shows(stage, "mostly because");
	seconds_go_by(stage, 15);
	shows(stage, "began  what");
	/* What needs a person is on every page. */
	shows(stage, "!! mail3 does not answer");
	seconds_go_by(stage, 15);
	shows(stage, "page 1 of 4");
	stage_keys(stage, "w");
	hides(stage, "page 1");
	stage_free(stage);
}

static void a_key_holds_the_page(void **state)
{
	struct stage *stage = open_as(ROLE_MONITOR, "overview", 3);

	(void)state;
	stage_keys(stage, "w Space");
	seconds_go_by(stage, 100);
	shows(stage, "page 1 of 4, held");
	stage_keys(stage, "Right Right");
	shows(stage, "page 3 of 4, held");
	stage_keys(stage, "Left");
	shows(stage, "page 2 of 4, held");
	stage_keys(stage, "Space");
	seconds_go_by(stage, 15);
	shows(stage, "page 3 of 4");
	stage_free(stage);
}

/* Before a wall only: whoever sits there has a right to the names. */
static void names_are_hidden_on_the_wall(void **state)
{
	struct stage *stage = open_as(ROLE_MONITOR, "overview", 0);
	struct error error;

	(void)state;
	assert_true(live_note(stage->engine->live, NULL, "t.kern", "j.smith@example.com rang up", &error));
	stage_keys(stage, "w Left");
	shows(stage, "j***@example.com rang up");
	hides(stage, "j.smith@example.com");
	stage->engine->config->live.mask_addresses = false;
	stage_keys(stage, "Right Left");
	shows(stage, "j.smith@example.com rang up");
	stage_free(stage);
}

/* --- alarms -------------------------------------------------------------------------------------------- */

static void an_alarm_leads_to_its_table(void **state)
{
	struct stage *stage = open_as(ROLE_ADMIN, "overview", 3);

	(void)state;
	stage_keys(stage, "Down Down Down Enter");
	shows(stage, "Sources on mail3");
	stage_keys(stage, "Esc Down Enter");
	shows(stage, "Services on mail1");
	/* The row it is about has the cursor. */
	assert_string_equal(list_row((struct list_view *)session_top(stage->session))->name, "imap-login");
	stage_keys(stage, "Esc Down Enter");
	shows(stage, "Queue by domain");
	assert_string_equal(list_row((struct list_view *)session_top(stage->session))->name, "example.com");
	stage_keys(stage, "Esc");
	shows(stage, "Needs a person");
	stage_free(stage);
}

static void the_helpdesk_is_not_led_where_it_has_no_business(void **state)
{
	struct stage *stage = open_as(ROLE_HELPDESK, "overview", 3);

	(void)state;
	stage_keys(stage, "Down Enter");
	shows(stage, "your role does not have this section");
	assert_string_equal(place(stage), "overview");
	stage_free(stage);
}

static void somebody_is_on_it(void **state)
{
	struct stage *stage = open_as(ROLE_MONITOR, "overview", 3);

	(void)state;
	shows(stage, "Needs a person: 6");
	stage_keys(stage, "Down Down Down a");
	stage_type(stage, "soon");
	stage_keys(stage, "Enter");
	shows(stage, "That is no time");
	stage_keys(stage, "Ctrl-U");
	stage_type(stage, "06:00");
	stage_keys(stage, "Enter");
	shows(stage, "Needs a person: 5, known: 1");
	shows(stage, "t.kern is on it until 06:00");
	/* The cursor stayed on the alarm, which is the last one now. */
	stage_keys(stage, "Enter");
	shows(stage, "Sources on mail3");
	assert_int_equal(fake_writes(stage->engine), 0);
	stage_free(stage);
}

static void maintenance_and_its_end(void **state)
{
	struct stage *stage = open_as(ROLE_MONITOR, "overview", 3);

	(void)state;
	stage_keys(stage, "m");
	shows(stage, "Maintenance of mail3");
	stage_type(stage, "2 h");
	stage_keys(stage, "Enter");
	hides(stage, "!! mail3 does not answer");
	shows(stage, "mail3: maintenance until 16:05");
	stage_keys(stage, "m Enter");
	shows(stage, "!! mail3 does not answer");
	stage_keys(stage, "m Enter");
	shows(stage, "There is no maintenance that could end");
	stage_free(stage);
}

static void a_typed_note_is_not_lost_by_one_key(void **state)
{
	struct stage *stage = open_as(ROLE_MONITOR, "overview", 3);

	(void)state;
	stage_keys(stage, "n Enter");
	shows(stage, "An empty note says nothing");
	stage_type(stage, "rack 4");
	stage_keys(stage, "Esc");
	shows(stage, "Not taken yet");
	stage_keys(stage, "Enter H");
	shows(stage, "note 14:05 t.kern: rack 4");
	stage_free(stage);
}

/* --- events --------------------------------------------------------------------------------------------- */

static void events_beside_changes(void **state)
{
	struct stage *stage = open_as(ROLE_ADMIN, "users", 3);

	(void)state;
	stage_keys(stage, "l");
	stage_type(stage, "4 GB");
	stage_keys(stage, "Enter Right Enter H");
	shows(stage, "History - 7 events and changes");
	shows(stage, "mail3 does not answer");
	shows(stage, "Quota of user014");
	stage_keys(stage, "e");
	shows(stage, "History - 6 events, newest first");
	stage_keys(stage, "e");
	shows(stage, "History - 6 events that last");
	stage_keys(stage, "e");
	shows(stage, "History - 1 change,");
	stage_keys(stage, "e /");
	stage_type(stage, "mail3");
	shows(stage, "History - 1 event or change found");
	stage_keys(stage, "Enter u");
	shows(stage, "an event of a server is no change");
	stage_keys(stage, "y");
	shows(stage, "Since 8 h");
	stage_keys(stage, "Ctrl-U Enter");
	shows(stage, "That is no time");
	stage_type(stage, "13:00");
	stage_keys(stage, "Enter");
	shows(stage, "Still open: 6");
	stage_keys(stage, "End");
	shows(stage, "Changed: 1");
	stage_free(stage);
}

/* --- lists ------------------------------------------------------------------------------------------------ */

/* Behind a login service are addresses, behind sessions the connections, behind the rest processes. */
static void services_lead_on(void **state)
{
	struct stage *stage = open_as(ROLE_ADMIN, "connections", 0);

	(void)state;
	stage_keys(stage, "Enter");
	shows(stage, "Processes of stats on mail2");
	stage_keys(stage, "Esc Down Down Enter");
	shows(stage, "Connections by address on mail1");
	stage_keys(stage, "Esc Down Enter");
	shows(stage, "Connections of imap on mail1");
	stage_keys(stage, "Esc b Enter");
	shows(stage, "Services on mail1");
	stage_keys(stage, "Esc n Enter");
	shows(stage, "Connections by address of 192.0.2.0/24");
	stage_free(stage);
}

static void what_nobody_sees_is_not_made(void **state)
{
	struct stage *stage = open_as(ROLE_ADMIN, "connections", 0);
	struct live_list *list = (struct live_list *)session_top(stage->session);
	int64_t seen = list->seen;

	(void)state;
	stage_keys(stage, "1");
	stage_watch(stage, 2);
	assert_int_equal(list->seen, seen);
	stage_keys(stage, "9");
	assert_int_not_equal(list->seen, seen);
	stage_free(stage);
}

/* Nothing arrived, so nothing is painted; without seconds also not each second. */
static void an_idle_screen_is_not_painted(void **state)
{
	struct stage *stage = open_as(ROLE_ADMIN, "overview", 3);

	(void)state;
	stage_canvas(stage);
	clock_leap(1000);
	session_tick(stage->session);
	assert_false(session_compose(stage->session));
	stage_free(stage);
}

static void lamps_by_room(void **state)
{
	struct lamps lamps = { .lamp = { { "2/3 UP", "2/3 UP", STYLE_BAD }, { "mail1 imap-login 97%", "mail1 97%", STYLE_WARNING },
		{ "q mail1 55", "q 55", STYLE_OK }, { "6 alarms", "6!", STYLE_BAD } } };
	static const struct { int room; const char *line; } cases[] = {
		{ 60, "2/3 UP  mail1 imap-login 97%  q mail1 55  6 alarms" }, { 40, "2/3 UP  mail1 97%  q 55  6!" }, { 26, "2/3 UP  mail1 97%  q 55" },
		{ 20, "2/3 UP  mail1 97%" }, { 10, "2/3 UP" }, { 3, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct canvas *canvas = canvas_new(1, 80, VISIBLE_ASCII);
		int first = lamps_draw(&lamps, canvas, 70 - cases[i].room, 70);
		char *text = canvas_print(canvas);

		text[strcspn(text, "\n")] = '\0';
		assert_string_equal(text + strspn(text, " "), cases[i].line);
		assert_true(first >= 70 - cases[i].room);
		free(text);
		canvas_free(canvas);
	}
}

static void a_person_now(void **state)
{
	struct stage *stage = open_as(ROLE_ADMIN, "users", 0);

	(void)state;
	stage_keys(stage, "/");
	stage_type(stage, "user001");
	stage_keys(stage, "Enter");
	shows(stage, "3: imap 198.51.100.7 x2, po");
	shows(stage, "#########. 89 %, 1.8 GB of 2 GB, 41,200 mails");
	stage_keys(stage, "Esc / Ctrl-U");
	stage_type(stage, "user004");
	stage_keys(stage, "Enter");
	shows(stage, "Connections       none");
	stage_free(stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_wall_turns_its_pages),
		cmocka_unit_test(a_key_holds_the_page),
		cmocka_unit_test(names_are_hidden_on_the_wall),
		cmocka_unit_test(an_alarm_leads_to_its_table),
		cmocka_unit_test(the_helpdesk_is_not_led_where_it_has_no_business),
		cmocka_unit_test(somebody_is_on_it),
		cmocka_unit_test(maintenance_and_its_end),
		cmocka_unit_test(a_typed_note_is_not_lost_by_one_key),
		cmocka_unit_test(events_beside_changes),
		cmocka_unit_test(services_lead_on),
		cmocka_unit_test(what_nobody_sees_is_not_made),
		cmocka_unit_test(an_idle_screen_is_not_painted),
		cmocka_unit_test(lamps_by_room),
		cmocka_unit_test(a_person_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
