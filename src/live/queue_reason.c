/*
 * queue_reason: what a delay reason of Postfix says, without whom it says it
 * of.
 *
 * Works on words parted by blanks.  What names one host, address, message or
 * connection becomes X; what counts or tells a time becomes N; reply codes
 * (450, 4.2.2, 421-4.7.28) stay, since they are what the other side means, as
 * do short codes of vendors (S3140, TSS04) and names of protocols (TLSv1.2).
 * Pure and never fails; any thread.
 */
#include "live/data.h"

#include <string.h>

#include "base/text.h"

/* A word without the punctuation around it. */
struct word { const char *at; size_t length; };
struct out { char *bytes; size_t size, length; bool was_number; };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_letter(char c)
{
	return is_upper(c) || (c >= 'a' && c <= 'z');
}

static bool is_hex(char c)
{
	return text_hex_digit(c) >= 0;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t run(struct word word, size_t from, bool (*of)(char c))
{
	size_t length = 0;

	while (from + length < word.length && of(word.at[from + length]))
		length++;
	return length;
}

static bool has(struct word word, const char *words)
{
	return memmem(word.at, word.length, words, strlen(words)) != NULL;
}

static bool is_one_of(struct word word, const char *list)
{
	size_t length;

	for (; *list; list += length + (list[length] == ' ')) {
		length = strcspn(list, " ");
		if (length == word.length && !memcmp(list, word.at, length))
			return true;
	}
	return false;
}

/* 4.2.2 after RFC 3463: class 2, 4 or 5, then twice at most three digits. Returns its length, 0: none. */
static size_t enhanced_code(struct word word, size_t from)
{
	size_t at = from + 1, digits;

	if (from >= word.length || !strchr("245", word.at[from]))
		return 0;
	for (int i = 0; i < 2; i++) {
		if (at >= word.length || word.at[at] != '.')
			return 0;
		digits = run(word, at + 1, is_digit);
		if (digits < 1 || digits > 3)
			return 0;
		at += 1 + digits;
	}
	return at == word.length ? at - from : 0;
}

/* 450, 421-4.7.28, 4.2.2; a bare number only where a reply begins. */
static bool is_code(struct word word, bool reply)
{
	if (enhanced_code(word, 0))
		return true;
	if (word.length < 3 || !strchr("245", word.at[0]) || run(word, 0, is_digit) != 3)
		return false;
	if (word.length == 3)
		return reply;
	return (word.at[3] == '-' || word.at[3] == '#') && (word.length == 4 || enhanced_code(word, 4));
}

/* mx1.example.net, example.org:25, 203.0.113.7, mx[203.0.113.7]:25: names with dots, or with a literal. */
static bool is_host(struct word word)
{
	bool dot = false, letters = false;
	size_t i, label = 0;

	for (i = 0; i < word.length && word.at[i] != ':'; i++) {
		char c = word.at[i];

		if (c == '.') {
			if (!label)
				return false;
			dot = true;
			label = 0;
			letters = true;
		} else if (is_letter(c) || is_digit(c) || c == '-' || c == '_' || (unsigned char)c >= 0x80) {
			label++;
			letters = letters && !is_digit(c);
		} else {
			return false;
		}
	}
	/* The last label is two letters or more, as all top-level domains are; "e.g" and "TLSv1.2" are no hosts. */
	return dot && letters && label >= 2 && (i == word.length || run(word, i + 1, is_digit) == word.length - i - 1);
}

static bool is_ipv6(struct word word)
{
	size_t colons = 0, i;

	for (i = 0; i < word.length; i++)
		if (word.at[i] == ':')
			colons++;
		else if (!is_hex(word.at[i]) && word.at[i] != '.')
			return false;
	return colons >= 2 && (has(word, "::") || colons >= 4);
}

static bool is_ipv4(struct word word)
{
	size_t at = 0, digits;

	for (int i = 0; i < 4; i++) {
		digits = run(word, at, is_digit);
		if (digits < 1 || digits > 3)
			return false;
		at += digits;
		if (i < 3 && (at >= word.length || word.at[at++] != '.'))
			return false;
	}
	return at == word.length || word.at[at] == ':' || word.at[at] == '/';
}

/* Digits with what stands between digits: 12, 12:30:01, 2026-11-20, 4,096, 98%; with a unit behind: 30s, 512MB. */
static bool is_number(struct word word, struct word *unit)
{
	size_t sign = word.length > 1 && strchr("+-#", word.at[0]), at = 0;

	while (at < word.length && (is_digit(word.at[at]) || strchr(":-/.,+%#T", word.at[at])))
		at++;
	unit->at = word.at + at;
	unit->length = word.length - at;
	return at > sign && is_digit(word.at[sign]) && (!unit->length || is_one_of(*unit, "s ms m min h d sec Z b B k kB KB MB GB KiB MiB GiB st nd rd th"));
}

/* Letters and digits mixed: an id, unless it reads like a name with a number (S3140, RFC5321, TLSv1.2, IPv4). */
static bool is_id(struct word word)
{
	size_t letters = run(word, 0, is_letter), digits = 0, i;

	for (i = 0; i < word.length; i++)
		digits += is_digit(word.at[i]);
	if (!digits || digits == word.length || word.length < 6)
		return false;
	if (letters && digits <= 5 && letters + digits + has(word, ".") == word.length && run(word, letters, is_digit))
		return word.length > 9;
	for (i = 0; i < word.length; i++)
		if (!is_letter(word.at[i]) && !is_digit(word.at[i]) && !strchr("-_.+/=$:", word.at[i]))
			return false;
	return true;
}

static bool is_name(struct word word)
{
	/* The file of somebody's mailbox. */
	if (word.length > 1 && word.at[0] == '/' && memchr(word.at + 1, '/', word.length - 1))
		return true;
	/* "connect to mail1[private/dovecot-lmtp]": a socket is named like a host. */
	return has(word, "@") || has(word, "://") || has(word, "[") || is_ipv4(word) || is_ipv6(word) || is_host(word);
}

static void put(struct out *out, const char *bytes, size_t length)
{
	if (length > out->size - 1 - out->length)
		length = out->size - 1 - out->length;
	memcpy(out->bytes + out->length, bytes, length);
	out->length += length;
}

/* A number in front of this word or before it was told already as N: "Fri, 20 Nov 2026" is one time. */
static bool is_of_date(struct word word)
{
	return is_one_of(word, "Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec UTC GMT CET CEST");
}

/* What the word becomes, without what stands around it. Sets number where that is N. */
static void put_word(struct out *out, struct word word, bool reply, bool *number)
{
	const char *equals = memchr(word.at, '=', word.length);
	struct word unit;

	*number = false;
	if (is_code(word, reply)) {
		put(out, word.at, word.length);
	} else if (equals && equals > word.at && is_letter(word.at[0]) && !has(word, "://") && !has(word, "@")) {
		size_t key = (size_t)(equals - word.at) + 1;
		struct word value = { word.at + key, word.length - key };

		put(out, word.at, key);
		if (value.length)
			put_word(out, value, false, number);
		*number = false;
	} else if (is_name(word)) {
		put(out, "X", 1);
	} else if (is_number(word, &unit)) {
		*number = true;
		put(out, "N", 1);
		if (unit.length && !is_one_of(unit, "st nd rd th Z"))
			put(out, unit.at, unit.length);
	} else if (is_id(word)) {
		put(out, "X", 1);
	} else {
		put(out, word.at, word.length);
	}
}

/* The next word behind *at, with what is around it; false: none is left. */
static bool next(const char **at, const char *end, struct word *whole, struct word *core)
{
	while (*at < end && is_blank(**at))
		++*at;
	whole->at = *at;
	while (*at < end && !is_blank(**at))
		++*at;
	whole->length = (size_t)(*at - whole->at);
	*core = *whole;
	while (core->length && strchr("<([{\"'", core->at[0]))
		core->at++, core->length--;
	/* The bracket of "mx[203.0.113.7]" belongs to the word. */
	while (core->length && strchr(">)]}\"',.;:!?", core->at[core->length - 1]) &&
			!(core->at[core->length - 1] == ']' && memchr(core->at, '[', core->length)))
		core->length--;
	return whole->length > 0;
}

static void around(struct out *out, const char *from, const char *to)
{
	for (; from < to; from++)
		if (!strchr("<>\"'", *from))
			put(out, from, 1);
}

/* One word with what is around it; several times and numbers in a row are one N. */
static void take(struct out *out, struct word whole, struct word core, bool reply)
{
	size_t before = out->length;
	const char *behind = core.at + core.length;
	bool number = false;

	if (out->was_number && is_of_date(core)) {
		return;
	}
	if (before)
		put(out, " ", 1);
	around(out, whole.at, core.at);
	if (core.length)
		put_word(out, core, reply, &number);
	if (number && out->was_number) {
		out->length = before;
		return;
	}
	around(out, behind, whole.at + whole.length);
	out->was_number = number && behind == whole.at + whole.length;
}

void queue_reason(const char *reason, size_t length, char *out, size_t size)
{
	static const char suspended[] = "delivery temporarily suspended: ";
	struct out to = { out, size, 0, false };
	const char *at = reason, *end = reason + strnlen(reason, length);
	struct word whole, core, after, behind;
	bool reply = true;
	uint32_t code;
	size_t i;

	while ((size_t)(end - at) >= sizeof(suspended) - 1 && !memcmp(at, suspended, sizeof(suspended) - 1))
		at += sizeof(suspended) - 1;
	while (next(&at, end, &whole, &core)) {
		const char *ahead = at;

		/* "450 4.2.0": the second makes the first a code wherever they stand. */
		take(&to, whole, core, reply || (next(&ahead, end, &after, &behind) && enhanced_code(behind, 0)));
		reply = is_one_of(whole, "said: me: status= error: output:");
	}
	/* A cut may have left the beginning of a character. */
	for (i = to.length; i > 0 && to.length - i < 4; i--)
		if ((unsigned char)out[i - 1] < 0x80 || (unsigned char)out[i - 1] >= 0xC0) {
			if ((unsigned char)out[i - 1] >= 0xC0 && to.length == size - 1 && !utf8_decode(out + i - 1, to.length - i + 1, &code))
				to.length = i - 1;
			break;
		}
	out[to.length] = '\0';
}
