/*
 * skeleton: which spellings look alike, by ICU's tables; the only file that
 * includes ICU.
 *
 * ICU's checker is made once and only read afterwards, which ICU promises to be
 * safe on several threads.  Where it cannot be made (its data is missing),
 * folded text takes the place of skeletons: fewer warnings, no error.
 */
#include "base/skeleton.h"

#include <pthread.h>
#include <string.h>
#include <unicode/ucasemap.h>
#include <unicode/uspoof.h>

#include "base/text.h"

enum {
	LONGEST = 4096,            /* bytes; an address is far shorter, a hostile one is not worth the time */
	SPELLINGS = 64,            /* of one address at most: each is a comparison in a search */
	TOKEN = 8,                 /* bytes of the skeleton of one ASCII character */
};

/* An ASCII character as a way to spell its skeleton. */
struct token {
	char letter;
	char skeleton[TOKEN];
	size_t length;
};

static struct {
	USpoofChecker *checker;    /* NULL: no ICU */
	UCaseMap *cases;
	struct token tokens[128];
	size_t token_count;
} tables;
static pthread_once_t prepared = PTHREAD_ONCE_INIT;

/* NULL where ICU refuses. */
static char *skeleton_by_icu(struct arena *arena, const char *bytes, size_t length)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t size, folded_size;
	char *out, *folded;

	size = uspoof_getSkeletonUTF8(tables.checker, 0, bytes, (int32_t)length, NULL, 0, &status);
	if (status != U_BUFFER_OVERFLOW_ERROR && U_FAILURE(status))
		return NULL;
	out = arena_alloc(arena, (size_t)size + 1);
	status = U_ZERO_ERROR;
	uspoof_getSkeletonUTF8(tables.checker, 0, bytes, (int32_t)length, out, size + 1, &status);
	if (U_FAILURE(status))
		return NULL;
	status = U_ZERO_ERROR;
	folded_size = ucasemap_utf8FoldCase(tables.cases, NULL, 0, out, size, &status);
	if (status != U_BUFFER_OVERFLOW_ERROR && U_FAILURE(status))
		return NULL;
	folded = arena_alloc(arena, (size_t)folded_size + 1);
	status = U_ZERO_ERROR;
	ucasemap_utf8FoldCase(tables.cases, folded, folded_size + 1, out, size, &status);
	return U_FAILURE(status) ? NULL : folded;
}

/* May it stand in an address as people write it? Upper case spells the same address as lower case. */
static bool spells(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.@", c) != NULL);
}

static void prepare(void)
{
	UErrorCode status = U_ZERO_ERROR;
	struct arena *arena;

	tables.checker = uspoof_open(&status);
	tables.cases = ucasemap_open("", U_FOLD_CASE_DEFAULT, &status);
	if (U_FAILURE(status)) {
		tables.checker = NULL;
		return;
	}
	arena = arena_new();
	for (char c = '!'; c < 127; c++) {
		struct token *token = &tables.tokens[tables.token_count];
		const char *skeleton = spells(c) ? skeleton_by_icu(arena, &c, 1) : NULL;

		if (skeleton == NULL || skeleton[0] == '\0' || strlen(skeleton) >= TOKEN)
			continue;
		token->letter = c;
		token->length = strlen(skeleton);
		memcpy(token->skeleton, skeleton, token->length);
		tables.token_count++;
	}
	arena_free(arena);
}

char *text_skeleton(struct arena *arena, const char *bytes, size_t length)
{
	char *skeleton = NULL;

	pthread_once(&prepared, prepare);
	/* A zero byte would end the result before its time. */
	if (tables.checker != NULL && length <= LONGEST && utf8_valid(bytes, length) && memchr(bytes, '\0', length) == NULL)
		skeleton = skeleton_by_icu(arena, bytes, length);
	return skeleton != NULL ? skeleton : text_fold(arena, bytes, length);
}

/* The domain as people read it, also where there is nothing but a domain. */
static char *as_read(struct arena *arena, const char *address)
{
	const char *at = strrchr(address, '@');
	const char *domain = at != NULL ? at + 1 : address;

	return arena_format(arena, "%.*s%s", (int)(domain - address), address, text_domain_unicode(arena, domain));
}

char *text_skeleton_address(struct arena *arena, const char *address)
{
	const char *read = strlen(address) <= LONGEST ? as_read(arena, address) : address;

	return text_skeleton(arena, read, strlen(read));
}

bool text_looks_like(const char *address, const char *other)
{
	struct arena *arena = arena_new();
	bool alike = !text_same_ascii_case(address, other)
		&& !text_same_ascii_case(as_read(arena, address), as_read(arena, other))
		&& strcmp(text_skeleton_address(arena, address), text_skeleton_address(arena, other)) == 0;

	arena_free(arena);
	return alike;
}

/* --- the spellings of a skeleton ------------------------------------------------------------- */

/*
 * A skeleton is cut into tokens in every way that fits. The price of a way is
 * how many letters differ from the address at hand; ways are walked from cheap
 * to dear, so a cut list holds the likely ones.
 */
struct spelling {
	struct arena *arena;
	const char *address;
	const char *skeleton;
	size_t length;
	const char *natural;       /* by place in the skeleton: the letter of the address that begins there; 0: none */
	const unsigned *dearest;   /* by place: the highest price from there to the end, plus 1; 0: the end cannot be reached */
	char *out;
	const char **list;
	size_t count, most;
};

static bool fits(const struct spelling *spelling, size_t place, const struct token *token)
{
	return token->length <= spelling->length - place
		&& memcmp(spelling->skeleton + place, token->skeleton, token->length) == 0;
}

static unsigned price(const struct spelling *spelling, size_t place, const struct token *token)
{
	char natural = spelling->natural[place];

	if (natural == token->letter)
		return 0;
	/* Where the address has a foreign letter, the plain one is nearest. */
	if (natural == '\0' && token->length == 1 && token->skeleton[0] == token->letter)
		return 0;
	return (token->letter >= 'a' && token->letter <= 'z') || (token->letter >= '0' && token->letter <= '9') ? 1 : 2;
}

/* All ways from here to the end that cost exactly this much. */
static void walk(struct spelling *spelling, size_t place, size_t used, unsigned left)
{
	if (spelling->count == spelling->most)
		return;
	if (place == spelling->length) {
		spelling->out[used] = '\0';
		if (left == 0 && !text_same_ascii_case(spelling->out, spelling->address))
			spelling->list[spelling->count++] = arena_text(spelling->arena, spelling->out);
		return;
	}
	for (size_t i = 0; i < tables.token_count; i++) {
		const struct token *token = &tables.tokens[i];
		unsigned cost;

		if (!fits(spelling, place, token))
			continue;
		cost = price(spelling, place, token);
		if (cost > left || spelling->dearest[place + token->length] < left - cost + 1)
			continue;
		spelling->out[used] = token->letter;
		walk(spelling, place + token->length, used + 1, left - cost);
	}
}

static void find_dearest(struct spelling *spelling, unsigned *dearest)
{
	dearest[spelling->length] = 1;
	for (size_t place = spelling->length; place-- > 0;) {
		for (size_t i = 0; i < tables.token_count; i++) {
			const struct token *token = &tables.tokens[i];
			unsigned rest = fits(spelling, place, token) ? dearest[place + token->length] : 0;

			if (rest != 0 && rest + price(spelling, place, token) > dearest[place])
				dearest[place] = rest + price(spelling, place, token);
		}
	}
	spelling->dearest = dearest;
}

/* The address's own letter as a token at this place; 0 where it is none, as with I, which lower case turns into another. */
static char own_letter(const struct spelling *spelling, size_t place, char letter)
{
	char lower = text_lower_letter(letter);

	for (size_t i = 0; i < tables.token_count; i++) {
		if (tables.tokens[i].letter == lower && fits(spelling, place, &tables.tokens[i]))
			return lower;
	}
	return '\0';
}

/*
 * Which letter of the address begins where in its skeleton. Every place keeps a way that costs nothing, the own
 * letter or the plain one, so a walk never turns back far.
 */
static void find_natural(const struct spelling *spelling, const char *read, char *natural)
{
	size_t place = 0;

	for (size_t at = 0, size; read[at] != '\0' && place < spelling->length; at += size) {
		uint32_t code;

		size = utf8_decode(read + at, strlen(read + at), &code);
		if (size == 0)
			return;
		if (size == 1)
			natural[place] = own_letter(spelling, place, read[at]);
		place += strlen(text_skeleton(spelling->arena, read + at, size));
	}
}

size_t text_lookalikes(struct arena *arena, const char *address, const char ***list, size_t most)
{
	struct spelling spelling = { .arena = arena, .address = address, .most = most < SPELLINGS ? most : SPELLINGS };
	const char *read;
	unsigned *dearest;
	char *natural;

	*list = arena_alloc(arena, (spelling.most + 1) * sizeof(**list));
	spelling.list = *list;
	if (spelling.most == 0 || strlen(address) > 254)      /* RFC 5321: no longer address exists */
		return 0;
	read = as_read(arena, address);
	spelling.skeleton = text_skeleton(arena, read, strlen(read));
	spelling.length = strlen(spelling.skeleton);
	if (text_has_foreign(spelling.skeleton, spelling.length))
		return 0;
	natural = arena_alloc(arena, spelling.length + 1);
	find_natural(&spelling, read, natural);
	spelling.natural = natural;
	dearest = arena_alloc(arena, (spelling.length + 1) * sizeof(*dearest));
	find_dearest(&spelling, dearest);
	spelling.out = arena_alloc(arena, spelling.length + 1);
	for (unsigned cost = 0; dearest[0] != 0 && cost + 1 <= dearest[0] && spelling.count < spelling.most; cost++)
		walk(&spelling, 0, 0, cost);
	return spelling.count;
}
