/* test_ui_stops: where Tab and the arrows lead among lines and buttons, and what has to be given before Apply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "ui/stops.h"

enum { BACK, APPLY, MORE };

static struct stops_now now_of(const struct stops *stops, const char *name, bool needed)
{
	struct stops_now now = { .name = name, .reason = true, .reason_needed = needed };

	stops_add(&now, BACK, "Back", NULL);
	stops_add(&now, APPLY, "Apply", stops_blocked(stops, &now));
	stops_add(&now, MORE, "More", NULL);
	return now;
}

/* B, A and M are the buttons, n and r the lines. */
static char place(const struct stops *stops)
{
	return stops->focus == STOP_NAME ? 'n' : stops->focus == STOP_REASON ? 'r' : "BAM"[stops->button];
}

static const struct { const char *name; bool needed, by_rows; const char *way; } ways[] = {
	/* What Apply takes comes before it, whether it demands it or not. */
	{ NULL, false, false, "BrAMB" },
	{ NULL, true, false, "BrAMB" },
	{ "anna", false, false, "BnrAMB" },
	/* By what lies above what. */
	{ NULL, false, true, "BAMrB" },
	{ "anna", false, true, "BAMnrB" },
};

static void the_way_is_a_circle_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		size_t length = strlen(ways[i].way);
		struct stops stops;
		struct stops_now now;

		stops_start(&stops);
		now = now_of(&stops, ways[i].name, ways[i].needed);
		for (size_t j = 0; j < length; j++) {
			assert_int_equal(place(&stops), ways[i].way[j]);
			stops_move(&stops, &now, ways[i].by_rows, 1);
		}
		stops_move(&stops, &now, ways[i].by_rows, -1);
		for (size_t j = length; j-- > 0; ) {
			assert_int_equal(place(&stops), ways[i].way[j]);
			stops_move(&stops, &now, ways[i].by_rows, -1);
		}
		stops_free(&stops);
	}
}

/* Enter in a line leads on to what can be pressed, never to the button that goes back. */
static void enter_in_a_line_leads_on(void **state)
{
	static const struct { const char *name; enum stop_focus from; char to; } cases[] = {
		{ NULL, STOP_REASON, 'A' }, { "anna", STOP_NAME, 'r' }, { "anna", STOP_REASON, 'A' },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stops stops;
		struct stops_now now;

		stops_start(&stops);
		now = now_of(&stops, cases[i].name, false);
		stops.focus = cases[i].from;
		stops_move(&stops, &now, false, 1);
		assert_int_equal(place(&stops), cases[i].to);
		stops_free(&stops);
	}
}

static void type(struct stops *stops, const struct stops_now *now, const char *words)
{
	size_t left = strlen(words);

	while (left > 0) {
		struct key key = { .kind = KEY_KIND_TEXT };
		size_t length = utf8_decode(words, left, &key.code);

		assert_true(stops_key(stops, now, &key));
		words += length;
		left -= length;
	}
}

/* Pressing Apply leads to what lacks, the name first; whoever types on a button means the name; a paste does not count as typed. */
static void what_lacks_is_said_and_gone_to(void **state)
{
	struct stops stops;
	struct stops_now now;

	(void)state;
	stops_start(&stops);
	now = now_of(&stops, "J\xc3\xbcrgen", true);
	stops_move_button(&stops, &now, 1);
	assert_int_equal(stops_button(&stops, &now)->press, APPLY);
	assert_string_equal(stops_label(&stops, &now), "type the name");
	assert_true(stops_refuse(&stops, &now));
	assert_non_null(strstr(stops.said, "type the name above exactly"));
	assert_ptr_equal(stops_line(&stops, &now), &stops.name);
	assert_true(stops_paste(&stops, &now, "J\xc3\xbcrgen", 7));
	assert_string_equal(line_text(&stops.name), "");
	assert_non_null(strstr(stops.said, "not pasted"));
	stops_reset(&stops);
	type(&stops, &now, "J\xc3\xbcrgen");
	assert_int_equal(place(&stops), 'n');
	now = now_of(&stops, "J\xc3\xbcrgen", true);
	stops_reset(&stops);
	stops_move_button(&stops, &now, 1);
	assert_string_equal(stops_label(&stops, &now), "give a reason");
	assert_true(stops_refuse(&stops, &now));
	assert_int_equal(place(&stops), 'r');
	type(&stops, &now, "  ");
	assert_non_null(stops_blocked(&stops, &now));
	type(&stops, &now, "4711");
	now = now_of(&stops, "J\xc3\xbcrgen", true);
	assert_null(stops_blocked(&stops, &now));
	stops_reset(&stops);
	stops_move_button(&stops, &now, 1);
	assert_null(stops_label(&stops, &now));
	assert_false(stops_refuse(&stops, &now));
	stops_free(&stops);
}

/* The name in the form that every keyboard has is the name; another one is not, and nothing is none. */
static void the_ascii_form_is_the_name(void **state)
{
	const char *name = "J\xc3\xbcrgen";
	struct arena *arena = arena_new();
	const char *ascii = text_ascii_exact(arena, name, strlen(name));
	struct stops stops;

	(void)state;
	stops_start(&stops);
	line_set(&stops.name, ascii, strlen(ascii));
	assert_true(stops_typed(&stops, name));
	assert_false(stops_typed(&stops, "Jurgen"));
	assert_false(stops_typed(&stops, NULL));
	stops_free(&stops);
	arena_free(arena);
}

/* A click moves the focus, never onto what cannot be pressed, and what it does not know it leaves alone. */
static void a_click_moves_the_focus_only(void **state)
{
	struct canvas *canvas = canvas_new(6, 80, VISIBLE_ASCII);
	struct stops stops;
	struct stops_now now;
	char *screen;
	int id;

	(void)state;
	stops_start(&stops);
	now = now_of(&stops, NULL, true);
	stops_draw(&stops, &now, canvas, 0, 6);
	screen = canvas_print(canvas);
	assert_non_null(strstr(screen, "Ticket (needed)"));
	assert_non_null(strstr(screen, "[ Back ]  < Apply >  < More >"));
	free(screen);
	assert_true(canvas_target_at(canvas, 5, 12, &id));
	stops_click(&stops, &now, id);
	assert_int_equal(place(&stops), 'B');
	assert_true(canvas_target_at(canvas, 5, 22, &id));
	stops_click(&stops, &now, id);
	assert_int_equal(place(&stops), 'M');
	assert_true(canvas_target_at(canvas, 4, 3, &id));
	stops_click(&stops, &now, id);
	assert_int_equal(place(&stops), 'r');
	stops_click(&stops, &now, 99);
	assert_int_equal(place(&stops), 'r');
	stops_free(&stops);
	canvas_free(canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_is_a_circle_both_ways),
		cmocka_unit_test(enter_in_a_line_leads_on), cmocka_unit_test(what_lacks_is_said_and_gone_to),
		cmocka_unit_test(the_ascii_form_is_the_name), cmocka_unit_test(a_click_moves_the_focus_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
