/*
 * bench_memory: what a keystroke costs in a list of 100,000 people, side by
 * side with the plain way of libc, in one run.  Prints ratios (ours divided by
 * theirs; below 1 is faster) as medians of rounds that alternate.  Says nothing
 * about absolute times, which move with the machine. Main thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <locale.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/kind.h"
#include "model/rows.h"
#include "tests/bench/bench.h"

#define PEOPLE 100000
#define ROUNDS 9

static volatile size_t sink;

struct bench {
	const char *name, *ours, *theirs;
	void (*run_ours)(void *context), (*run_theirs)(void *context);
};

static void compare(const struct bench *bench, void *context)
{
	double ours[ROUNDS], theirs[ROUNDS], ratio[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		double start = seconds();

		bench->run_ours(context);
		ours[i] = seconds() - start;
		start = seconds();
		bench->run_theirs(context);
		theirs[i] = seconds() - start;
		ratio[i] = ours[i] / theirs[i];
	}
	qsort(ours, ROUNDS, sizeof *ours, by_value);
	qsort(theirs, ROUNDS, sizeof *theirs, by_value);
	qsort(ratio, ROUNDS, sizeof *ratio, by_value);
	printf("%-34s ratio %5.2f (%.2f to %.2f)   %s %.1f ms, %s %.1f ms\n", bench->name,
			ratio[ROUNDS / 2], ratio[0], ratio[ROUNDS - 1],
			bench->ours, ours[ROUNDS / 2] * 1e3, bench->theirs, theirs[ROUNDS / 2] * 1e3);
}

struct people { struct rows *rows; struct arena *arena; const char *query; const char *raw_query; char **raw; };

static const char *const given[] = { "Anna", "Bj\xc3\xb6rn", "C\xc3\xa9line", "Dragan", "Emil", "F\xc3\xa1tima", "Grzegorz", "Hiro" };
static const char *const family[] = { "Schmidt", "M\xc3\xbcller", "Kowalski", "Yamada", "Novak", "\xc3\x96zt\xc3\xbcrk", "Smith", "Garc\xc3\xad" "a" };

static void make_people(struct people *people)
{
	const struct kind *user = kind_find("user");
	const struct field *columns[2] = { kind_field(user, "full_name"), kind_field(user, "address") };

	people->rows = rows_new(user, columns, 2);
	people->arena = arena_new();
	people->raw = memory_new(PEOPLE * sizeof *people->raw);
	for (int i = 0; i < PEOPLE; i++) {
		struct row *row = rows_add(people->rows);
		char *raw = arena_format(people->arena, "%s %s\n%s.%d@example.com\nlogin%d\n+49 561 %d",
				given[i % 8], family[(i / 8) % 8], given[(i / 3) % 8], i, i, i * 7);

		people->raw[i] = raw;
		row->name = raw;
		row->folded = text_fold(people->rows->arena, raw, strlen(raw));
	}
}

static void filter_ours(void *context)
{
	struct people *people = context;
	size_t hits = 0;

	for (size_t i = 0; i < people->rows->count; i++)
		hits += row_matches(&people->rows->rows[i], people->query);
	sink += hits;
}

static void filter_libc(void *context)
{
	struct people *people = context;
	size_t hits = 0;

	for (int i = 0; i < PEOPLE; i++)
		hits += strcasestr(people->raw[i], people->raw_query) != NULL;
	sink += hits;
}

static void fold_ours(void *context)
{
	struct people *people = context;
	struct arena *arena = arena_new();

	for (int i = 0; i < PEOPLE; i++)
		sink += (size_t)text_fold(arena, people->raw[i], strlen(people->raw[i]))[0];
	arena_free(arena);
}

static void fold_libc(void *context)
{
	struct people *people = context;
	char out[300];

	for (int i = 0; i < PEOPLE; i++) {
		const char *at = people->raw[i];
		mbstate_t in = { 0 }, back = { 0 };
		size_t used = 0, length = strlen(at);
		wchar_t wide;

		while (length > 0) {
			size_t step = mbrtowc(&wide, at, length, &in);

			if (step == 0 || step > length)
				break;
			used += wcrtomb(out + used, (wchar_t)towlower((wint_t)wide), &back);
			at += step;
			length -= step;
		}
		sink += used;
	}
}

static void visible_ours(void *context)
{
	struct people *people = context;

	for (int i = 0; i < PEOPLE; i += 40) {
		struct arena *arena = arena_new();

		for (int j = i; j < i + 40; j++)
			sink += text_visible(arena, VISIBLE_UTF8, people->raw[j], 40).columns;
		arena_free(arena);
	}
}

static void visible_libc(void *context)
{
	struct people *people = context;

	for (int i = 0; i < PEOPLE; i++) {
		const char *at = people->raw[i];
		mbstate_t in = { 0 };
		size_t length = 40;
		wchar_t wide;

		while (length > 0) {
			size_t step = mbrtowc(&wide, at, length, &in);

			if (step == 0 || step > length)
				break;
			sink += (size_t)wcwidth(wide);
			at += step;
			length -= step;
		}
	}
}

int main(void)
{
	static const struct bench filter = { "filter 100,000 rows by \"smith\"", "row_matches", "strcasestr", filter_ours, filter_libc };
	static const struct bench fold = { "fold case and accents, 100,000", "text_fold", "mbrtowc+towlower", fold_ours, fold_libc };
	static const struct bench visible = { "make 40 bytes visible, 100,000", "text_visible", "mbrtowc+wcwidth", visible_ours, visible_libc };
	struct people people = { .query = "smith", .raw_query = "smith" };

	setlocale(LC_ALL, "C.UTF-8");
	make_people(&people);
	compare(&filter, &people);
	compare(&fold, &people);
	compare(&visible, &people);
	rows_free(people.rows);
	arena_free(people.arena);
	free(people.raw);
	return 0;
}
