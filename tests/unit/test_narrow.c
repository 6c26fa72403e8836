/*
 * test_narrow: what a server is told to leave out never loses a row that the
 * list's filter would have shown. A model of a server stands here: it compares
 * as RFC 4517 and 4518 say, composing characters or not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "directory/narrow.h"
#include "model/rows.h"

enum { ROUNDS = 20000 };

static const struct attribute_type ia5 = { .equality = true, .substring = true, .pieces = PIECES_ANY_CASE, .plain = true };
static const struct attribute_type words_type = { .equality = true, .substring = true, .pieces = PIECES_ANY_CASE };
static const struct attribute_type number = { .equality = true, .substring = true, .pieces = PIECES_NUMBER };
static const struct attribute_type exact = { .equality = true, .substring = true, .pieces = PIECES_OTHER };
static const struct attribute_type unknown = { .equality = true, .substring = true };

static const struct attribute_type *type_of(const void *context, const char *name)
{
	if (context != NULL)
		return &unknown;
	if (strncmp(name, "mail", 4) == 0)
		return &ia5;
	if (strcmp(name, "telephoneNumber") == 0)
		return &number;
	if (strcmp(name, "roomNumber") == 0)
		return &exact;
	return strcmp(name, "departmentNumber") == 0 ? NULL : &words_type;
}

static struct arena *kept;
static const struct profile_kind *users;

static int set_up(void **state)
{
	struct error error;
	const struct profile *profile;

	(void)state;
	kept = arena_new();
	profile = profile_find(kept, "ucs", NULL, &error);
	users = profile == NULL ? NULL : profile_kind(profile, &kind_user);
	return users == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(kept);
	return 0;
}

static char *asked(struct arena *arena, const char *words, const void *context)
{
	struct filter *filter = narrow_filter(arena, users, text_fold(arena, words, strlen(words)), type_of, context);

	return filter == NULL ? NULL : filter_text(arena, filter);
}

static void asks_for_what_folding_cannot_make(void **state)
{
	static const struct { const char *words, *has, *lacks; } cases[] = {
		{ "bench77", "(mailPrimaryAddress=*bench77*)", "(cn=*bench" },
		{ "bench77", "(cn=*7*7*)", "departmentNumber" },
		{ "anna@example.com", "(displayName=*@*.*)", "=*anna*" },
		{ "M\303\274ller-7", "(mailPrimaryAddress=*muller-7*)", "\\c3" },
		{ "M\303\274ller-7", "(uid=*-*7*)", "(telephoneNumber=*-" },
		{ "a(*)\\5", "(sn=*\\28*\\2a*\\29*\\5c*5*)", "(sn=*a" },
		{ "q1", "(telephoneNumber=*1*)", "(telephoneNumber=*q" },
		{ "5=5", "(givenName=*5*5*)", "(givenName=*5*=" },
		{ "1 muller 2", "(&(|", "muller" },
		{ "\320\226\303\2744", "(mailAlternativeAddress=*u4*)", "\\" },
		{ "room4", "(roomNumber=*)", "(roomNumber=*4" },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *text = asked(arena, cases[i].words, NULL);

		if (text == NULL || strstr(text, cases[i].has) == NULL || strstr(text, cases[i].lacks) != NULL)
			fail_msg("%s: %s", cases[i].words, text == NULL ? "nothing" : text);
	}
	arena_free(arena);
}

static void asks_for_nothing_where_it_cannot_tell(void **state)
{
	static const char *const cases[] = { "", " ", "muller", "M\303\234LLER", "a b c", "=", "\344", "\001\002" };
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_null(asked(arena, cases[i], NULL));
	/* A schema that cannot be read tells nothing about the rules. */
	assert_null(asked(arena, "anna@example.com", arena));
	arena_free(arena);
}

/* --- the model of a server -------------------------------------------------------------------- */

/* Lower case in ASCII, blanks squeezed; where it composes, a letter with the two dots after it becomes one character. */
static char *normal(struct arena *arena, const struct attribute_type *type, const char *value, bool composes)
{
	char *out = arena_alloc(arena, strlen(value) * 2 + 1), *to = out;

	for (const char *at = value; *at != '\0'; at++) {
		if (type == &number && (*at == ' ' || *at == '-'))
			continue;
		if (*at == ' ' && (to == out || to[-1] == ' '))
			continue;
		if (composes && strncmp(at + 1, "\314\210", 2) == 0 && strchr("auAU", *at) != NULL) {
			*to++ = '\303';
			*to++ = text_lower_letter(*at) == 'a' ? '\244' : '\274';
			at += 2;
		} else if (composes && strncmp(at + 1, "\314\270", 2) == 0 && *at == '=') {
			to += sprintf(to, "%s", "\342\211\240");
			at += 2;
		} else {
			*to++ = type == &words_type || type == &ia5 ? text_lower_letter(*at) : *at;
		}
	}
	return out;
}

struct person { const char *attribute[8], *value[8]; size_t count; };

static bool holds_pieces(struct arena *arena, const struct filter *filter, const char *value, bool composes)
{
	const struct attribute_type *type = type_of(NULL, filter->attribute);
	const char *at = normal(arena, type, value, composes);

	for (size_t i = 0; i < filter->middle_count; i++) {
		const char *piece = normal(arena, type, filter->middle[i].bytes, composes);

		at = strstr(at, piece);
		if (at == NULL)
			return false;
		at += strlen(piece);
	}
	return true;
}

static bool finds(struct arena *arena, const struct filter *filter, const struct person *person, bool composes)
{
	size_t i, found = 0;

	if (filter->op == FILTER_AND || filter->op == FILTER_OR) {
		for (i = 0; i < filter->inside_count; i++)
			found += finds(arena, filter->inside[i], person, composes);
		return filter->op == FILTER_OR ? found > 0 : found == filter->inside_count;
	}
	for (i = 0; i < person->count; i++)
		if (strcmp(person->attribute[i], filter->attribute) == 0)
			found += filter->op == FILTER_PRESENT || holds_pieces(arena, filter, person->value[i], composes);
	return found > 0;
}

/* --- people and words by chance ------------------------------------------------------------------ */

static unsigned chance(unsigned most)
{
	return (unsigned)rand() % most;
}

static const char *const bits[] = {
	"a", "b", "M", "m", "u", "U", "\303\274", "\303\234", "u\314\210", "U\314\210", "l", "er", "\303\237", "ss", "\305\201", "\305\202", "7", "1", "0",
	"1\314\201", "=", "=\314\270", "-", ".", "@", "(", "*", "\\", " ", "  ", "q", "Q", "\344", "\377", "\342\204\252", "k", "\343\201\202", "xn--", "\001", "\304\261", "I",
};

static const char *words_by_chance(struct arena *arena, bool ascii)
{
	struct text text = { 0 };
	char *copy;

	for (unsigned i = chance(7) + 1; i > 0; i--) {
		const char *bit = bits[chance(sizeof bits / sizeof *bits)];

		if (!ascii || !text_has_foreign(bit, strlen(bit)))
			text_add(&text, bit);
	}
	copy = arena_text(arena, text_get(&text));
	text_free(&text);
	return copy;
}

static struct person person_by_chance(struct arena *arena, struct row *row)
{
	static const char *const names[] = { "cn", "uid", "sn", "mailPrimaryAddress", "mailAlternativeAddress", "telephoneNumber", "roomNumber", "employeeNumber" };
	struct person person = { .count = 0 };
	struct text text = { 0 };

	for (size_t i = 0; i < 8; i++) {
		const struct attribute_type *type = type_of(NULL, names[i]);

		if (chance(3) == 0)
			continue;
		person.attribute[person.count] = names[i];
		person.value[person.count] = words_by_chance(arena, type == &ia5 || type == &number);
		text_add(&text, person.value[person.count++]);
		text_add_char(&text, '\n');
	}
	row->folded = text_fold(arena, text_get(&text), text.length);
	text_free(&text);
	return person;
}

/* A piece of what the person has, so that many are found; sometimes something else. */
static const char *query_by_chance(struct arena *arena, const struct person *person)
{
	const char *from = person->count == 0 || chance(4) == 0 ? words_by_chance(arena, false) : person->value[chance((unsigned)person->count)];
	size_t length = strlen(from), begin = length == 0 ? 0 : chance((unsigned)length);

	return text_fold(arena, from + begin, length - begin);
}

static void loses_nobody(void **state)
{
	const char *seed = getenv("POSTROOM_SEED");
	size_t shown = 0, narrowed = 0, left_out = 0;

	(void)state;
	srand(seed == NULL ? 1 : (unsigned)strtoul(seed, NULL, 0));
	for (size_t i = 0; i < ROUNDS; i++) {
		struct arena *arena = arena_new();
		struct row row = { .folded = NULL };
		struct person person = person_by_chance(arena, &row);
		const char *query = query_by_chance(arena, &person);
		struct filter *filter = narrow_filter(arena, users, query, type_of, NULL);
		bool matches = row_matches(&row, query);

		for (int composes = 0; filter != NULL && composes < 2; composes++) {
			bool found = finds(arena, filter, &person, composes);

			if (matches && !found)
				fail_msg("lost: \"%s\" in \"%s\" by %s", query, row.folded, filter_text(arena, filter));
			left_out += !found;
		}
		shown += matches && filter != NULL;
		narrowed += filter != NULL;
		arena_free(arena);
	}
	/* Else the rounds proved nothing. */
	assert_true(shown > ROUNDS / 10);
	assert_true(narrowed > ROUNDS / 5);
	assert_true(left_out > ROUNDS / 50);
}

static void every_character_that_stands_alone_does(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (uint32_t code = 0x80; code < 0x20000; code++) {
		char bytes[5] = "";
		const char *folded;

		if (utf8_encode(code, bytes) == 0)
			continue;
		folded = text_fold(arena, bytes, strlen(bytes));
		for (; *folded != '\0'; folded++)
			if ((unsigned char)*folded < 0x80 && text_folds_alone(*folded))
				fail_msg("U+%04X folds to %c", code, *folded);
	}
	assert_true(text_folds_alone('7') && text_folds_alone('@') && text_folds_alone('.') && text_folds_alone('Q'));
	assert_false(text_folds_alone('u') || text_folds_alone('K') || text_folds_alone('\303'));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_for_what_folding_cannot_make),
		cmocka_unit_test(asks_for_nothing_where_it_cannot_tell),
		cmocka_unit_test(loses_nobody),
		cmocka_unit_test(every_character_that_stands_alone_does),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
