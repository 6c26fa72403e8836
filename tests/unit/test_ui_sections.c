/*
 * test_ui_sections: every row of the table of sections, also rows that come
 * later: found, reached by a key in every keymap, drawn for every role and at
 * every size, with its list's own choices.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/kind.h"
#include "tests/fakes/assertions.h"
#include "tests/fakes/stage.h"
#include "ui/live_list.h"
#include "ui/overview.h"

static const enum role roles[] = { ROLE_ADMIN, ROLE_HELPDESK, ROLE_MONITOR };

static void every_section_is_found_and_has_a_key(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_true(section_count() <= SECTIONS_MOST);
	for (const struct section *section = sections; section->name != NULL; section++) {
		assert_ptr_equal(section_find(section->name), section);
		assert_ptr_equal(section_find(section->title), section);
		assert_non_null(action_find(section->action));
		if (section->kind != NULL) {
			assert_non_null(kind_find(section->kind));
			assert_ptr_equal(section_find(section->kind), section);
		}
		for (const char *const *name = keymap_names(); *name != NULL; name++) {
			struct keymap *keymap = keymap_load(*name, NULL);

			assert_non_null(keymap_key(keymap, "global", section->action, arena));
			assert_non_null(keymap_key(keymap, section->kind != NULL ? "list" : section->live != NULL ? "live" : section->name, section->action, arena));
			keymap_free(keymap);
		}
	}
	arena_free(arena);
}

static void every_section_is_drawn(void **state)
{
	static const struct { int rows, columns; } sizes[] = { { 24, 80 }, { 40, 120 }, { 10, 40 }, { 60, 200 } };

	(void)state;
	for (const struct section *section = sections; section->name != NULL; section++) {
		for (size_t role = 0; role < 3; role++) {
			for (size_t size = 0; size < 4 && section_visible(section, roles[role]); size++) {
				struct fake_settings settings = { .role = roles[role] };
				struct stage *stage = stage_new(&settings, section->name, sizes[size].rows, sizes[size].columns,
					size % 2 ? VISIBLE_ASCII : VISIBLE_UTF8);

				assert_ptr_equal(session_section(stage->session), section);
				assert_false(session_busy(stage->session));
				assert_sound_screen(stage_canvas(stage));
				shows(stage, section->kind != NULL ? kind_find(section->kind)->title : section->live != NULL ? "No configured server" : section->title);
				assert_int_equal(fake_writes(stage->engine), 0);
				stage_free(stage);
			}
		}
	}
}

/* Gone to by its key from any other, and left again. */
static void every_section_is_reached(void **state)
{
	struct fake_settings settings = { .role = ROLE_ADMIN };
	struct stage *stage = stage_new(&settings, NULL, 24, 80, VISIBLE_UTF8);
	struct arena *arena = arena_new();

	(void)state;
	for (const struct section *from = sections; from->name != NULL; from++) {
		for (const struct section *to = sections; to->name != NULL; to++) {
			stage_keys(stage, keymap_key(stage->keymap, "global", from->action, arena));
			stage_keys(stage, keymap_key(stage->keymap, "global", to->action, arena));
			assert_ptr_equal(session_section(stage->session), to);
			assert_sound_screen(stage_canvas(stage));
		}
	}
	arena_free(arena);
	stage_free(stage);
}

/* Columns and filters of every list. */
static const struct live_place *place_of(const char *table)
{
	for (const struct live_place *place = live_places; place->table != NULL; place++) {
		if (strcmp(place->table, table) == 0)
			return place;
	}
	return NULL;
}

/* Every place is a table of the collector with the fields that it names, and every alarm leads to such a place or to none. */
static void every_live_place_is_there(void **state)
{
	const char *rule, *help;
	size_t leading = 0;

	(void)state;
	for (const struct live_place *place = live_places; place->table != NULL; place++) {
		const struct live_table *table = live_table_find(place->table);

		if (table == NULL)
			fail_msg("there is no table %s", place->table);
		if (kind_field(table->kind, place->sort) == NULL || (place->of != NULL && kind_field(table->kind, place->of) == NULL))
			fail_msg("%s has no field %s or %s", place->table, place->sort, place->of);
		if (place->leads_to != NULL && place_of(place->leads_to) == NULL)
			fail_msg("%s leads to %s", place->table, place->leads_to);
	}
	for (size_t i = 0; (rule = live_alarm_rule(i, &help)) != NULL; i++) {
		const char *table = overview_table(rule);

		leading += table != NULL;
		if (table != NULL && place_of(table) == NULL)
			fail_msg("an alarm %s leads to %s", rule, table);
	}
	assert_true(leading > 15);
}

static void every_list_has_its_choices(void **state)
{
	(void)state;
	for (const struct section *section = sections; section->name != NULL; section++) {
		struct fake_settings settings = { .role = ROLE_ADMIN };
		struct stage *stage;

		if (section->kind == NULL)
			continue;
		stage = stage_new(&settings, section->name, 24, 80, VISIBLE_UTF8);
		stage_keys(stage, "v");
		assert_string_equal(place(stage), "chooser");
		stage_keys(stage, "Enter");
		assert_string_equal(place(stage), "list");
		stage_keys(stage, "/");
		stage_type(stage, "exam");
		stage_keys(stage, "Esc F Enter f Enter");
		shows(stage, "Find: exam");
		assert_sound_screen(stage_canvas(stage));
		stage_free(stage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_section_is_found_and_has_a_key),
		cmocka_unit_test(every_section_is_drawn),
		cmocka_unit_test(every_section_is_reached),
		cmocka_unit_test(every_live_place_is_there),
		cmocka_unit_test(every_list_has_its_choices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
