/*
 * test_ui_chart: bars and sparklines as signs: something is never drawn as
 * nothing, not quite full never as full, gaps stay gaps.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/chart.h"

static char *line_of(struct canvas *canvas)
{
	char *text = canvas_print(canvas);

	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void bars(void **state)
{
	static const struct { double part; const char *bar; } cases[] = {
		{ 0, ".........." }, { 0.001, "#........." }, { 0.5, "#####....." }, { 0.97, "#########." }, { 0.999, "#########." },
		{ 1, "##########" }, { 3, "##########" }, { -1, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct canvas *canvas = canvas_new(1, 20, VISIBLE_ASCII);
		char *line;

		chart_bar(canvas, 0, 0, 10, STYLE_ROW, cases[i].part);
		line = line_of(canvas);
		assert_string_equal(line, cases[i].bar);
		free(line);
		canvas_free(canvas);
	}
}

static void sparks(void **state)
{
	static const struct { double points[8]; size_t count; double most; const char *line; double highest; } cases[] = {
		{ { 0, 1, 2, 4, 8 }, 5, 0, "   _:-+@", 8 },
		{ { 7, 7, 7 }, 3, 0, "     +++", 7 },
		{ { 4, 4 }, 2, 8, "      ++", 4 },
		{ { 1, NAN, 3 }, 3, 0, "     = @", 3 },
		{ { NAN, NAN }, 2, 0, "", NAN },
		{ { 0, 0 }, 2, 0, "      __", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct canvas *canvas = canvas_new(1, 20, VISIBLE_ASCII);
		double highest = chart_spark(canvas, 0, 0, 8, STYLE_ROW, cases[i].points, cases[i].count, cases[i].most);
		char *line = line_of(canvas);

		assert_string_equal(line, cases[i].line);
		if (isnan(cases[i].highest))
			assert_true(isnan(highest));
		else
			assert_true(highest == cases[i].highest);
		free(line);
		canvas_free(canvas);
	}
}

/* A peak survives, a gap is one only where nothing is known. */
static void squeezing(void **state)
{
	const double points[] = { 1, 9, NAN, 2, NAN, NAN };
	double out[3], wide[6];

	(void)state;
	chart_squeeze(points, 6, out, 3);
	assert_true(out[0] == 9 && out[1] == 2 && isnan(out[2]));
	chart_squeeze(points, 2, wide, 6);
	assert_true(wide[0] == 1 && wide[2] == 1 && wide[3] == 9 && wide[5] == 9);
	chart_squeeze(points, 0, wide, 6);
	for (size_t i = 0; i < 6; i++)
		assert_true(isnan(wide[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(bars), cmocka_unit_test(sparks), cmocka_unit_test(squeezing) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
