/*
 * passphrase: a password that can be read out over the telephone.
 */
#include "base/passphrase.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789";
#define LETTERS (sizeof(alphabet) - 1)

static unsigned char random_byte(void)
{
	unsigned char byte;

	while (getrandom(&byte, 1, 0) != 1)
		if (errno != EINTR)
			abort();
	return byte;
}

/* Bytes above the last whole multiple are thrown away, so that no letter comes more often. */
static char random_letter(void)
{
	unsigned char byte;

	do
		byte = random_byte();
	while (byte >= 256 / LETTERS * LETTERS);
	return alphabet[byte % LETTERS];
}

/* Many policies want letters and digits; one in 120 would have no digit, and is thrown away as a whole. */
static bool is_mixed(const char *text)
{
	size_t digits = 0, letters = 0;

	for (; *text; text++) {
		digits += *text >= '0' && *text <= '9';
		letters += *text >= 'a' && *text <= 'z';
	}
	return digits > 0 && letters > 0;
}

char *passphrase_new(void)
{
	char *text = memory_new(PASSPHRASE_GROUPS * (PASSPHRASE_GROUP + 1));

	do
		for (size_t i = 0; i < PASSPHRASE_GROUPS * (PASSPHRASE_GROUP + 1) - 1; i++)
			text[i] = i % (PASSPHRASE_GROUP + 1) == PASSPHRASE_GROUP ? '-' : random_letter();
	while (!is_mixed(text));
	return text;
}

static const char *word_of(char letter)
{
	/* The alphabet of ICAO and ITU. */
	static const char *const letters[] = {
		"Alfa", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India", "Juliett", "Kilo", "Lima", "Mike", "November",
		"Oscar", "Papa", "Quebec", "Romeo", "Sierra", "Tango", "Uniform", "Victor", "Whiskey", "X-ray", "Yankee", "Zulu",
	};
	static const char *const digits[] = { "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine" };

	if (letter >= 'a' && letter <= 'z')
		return letters[letter - 'a'];
	if (letter >= 'A' && letter <= 'Z')
		return letters[letter - 'A'];
	return letter >= '0' && letter <= '9' ? digits[letter - '0'] : NULL;
}

char *passphrase_spelled(struct arena *arena, const char *text, unsigned group)
{
	char *words = arena_text(arena, "");

	arena_holds_secret(arena);
	for (; group > 0; group--) {
		text += strcspn(text, "-");
		if (*text == '\0')
			return words;
		text++;
	}
	for (; *text && *text != '-'; text++) {
		const char *word = word_of(*text), one[2] = { *text, '\0' };

		words = arena_format(arena, "%s%s%s%s", words, *words ? " " : "", *text >= 'A' && *text <= 'Z' ? "capital " : "", word ? word : one);
	}
	return words;
}
