/*
 * odd: random values for fields, good, at the limit and spoiled, from one seed.
 *
 * Each type has a maker that mostly keeps its rules; then some are spoiled with
 * what terminals, LDAP, JSON, DNs and shells take for something else.  Values
 * are bytes and may hold any but zero.  Never fails.
 */
#ifndef POSTROOM_TESTS_ODD_H
#define POSTROOM_TESTS_ODD_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/kind.h"

struct odd {
	uint64_t state;
	const char *const *names;          /* what a reference may name; NULL-terminated */
};

static inline uint32_t odd_next(struct odd *odd)
{
	odd->state ^= odd->state << 13;
	odd->state ^= odd->state >> 7;
	odd->state ^= odd->state << 17;
	return (uint32_t)(odd->state >> 24);
}

static inline uint32_t odd_below(struct odd *odd, uint32_t most)
{
	return odd_next(odd) % most;
}

static inline bool odd_chance(struct odd *odd, uint32_t percent)
{
	return odd_below(odd, 100) < percent;
}

#define ODD_ONE(odd, list) ((list)[odd_below((odd), (uint32_t)(sizeof(list) / sizeof *(list)))])

static inline void odd_chars(struct odd *odd, struct text *out, const char *pool, size_t count)
{
	size_t size = strlen(pool);

	while (count-- > 0)
		text_add_char(out, pool[odd_below(odd, (uint32_t)size)]);
}

/* Lengths around nothing, a usual word and the limit. */
static inline size_t odd_length(struct odd *odd, size_t limit)
{
	switch (odd_below(odd, 8)) {
	case 0:  return 1;
	case 1:  return limit;
	case 2:  return limit + 1;
	case 3:  return limit - 1;
	default: return 1 + odd_below(odd, limit < 12 ? (uint32_t)limit : 12);
	}
}

/* Letters of other scripts, marks, hidden ones, wide ones, and bytes that are no text. */
static inline const char *odd_foreign(struct odd *odd)
{
	static const char *const good[] = { "\xc3\xa4", "\xc3\x9f", "\xc3\x89", "\xce\xa9", "\xd0\xb6", "\xe6\xbc\xa2", "\xc4\xb1", "\xe2\x80\x99",
		"\xef\xbc\xa1", "\xf0\x9f\x93\xac", "e\xcc\x81", "\xcc\x81", "\xe2\x82\xac", "\xc2\xb5", "\xe1\xbb\x87" };
	static const char *const hidden[] = { "\xe2\x80\xae", "\xe2\x80\x8b", "\xc2\xad", "\xef\xbb\xbf", "\xe2\x80\xa8", "\xee\x80\x80", "\xc2\x85", "\xef\xbf\xbe", "\xc2\xa0" };
	static const char *const wrong[] = { "\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "\xe2\x82" };

	switch (odd_below(odd, 4)) {
	case 0:  return ODD_ONE(odd, hidden);
	case 1:  return ODD_ONE(odd, wrong);
	default: return ODD_ONE(odd, good);
	}
}

static inline const char *odd_piece(struct odd *odd)
{
	static const char *const meta[] = { ",", "+", "\"", "\\", "<", ">", ";", "=", "#", "*", "(", ")", "&", "|", "!", "/", "%", "%00", "%20", "%zz", "$", "'", "`",
		"{", "}", "[", "]", ":", "@", "@@", "..", ".", "-", "--", " ", "  ", "\t", "\n", "\r", "\x1b[2J", "\x07", "\x01", "\x7f", "null", "\\00", "\\2a", "~", "^", "?", "_" };

	return odd_chance(odd, 30) ? odd_foreign(odd) : ODD_ONE(odd, meta);
}

/* Puts one to three odd pieces somewhere into what is there, the ends more often. */
static inline void odd_spoil(struct odd *odd, struct text *text)
{
	uint32_t times = 1 + odd_below(odd, 3);

	while (times-- > 0) {
		size_t at = odd_chance(odd, 20) ? 0 : odd_chance(odd, 25) ? text->length : odd_below(odd, (uint32_t)text->length + 1);
		struct text whole = { 0 };

		text_add_bytes(&whole, text_get(text), at);
		text_add(&whole, odd_piece(odd));
		text_add(&whole, text_get(text) + at);
		text_free(text);
		*text = whole;
	}
}

#define ODD_LOWER "abcdefghijklmnopqrstuvwxyz0123456789"
#define ODD_MIXED "abcXYZ0189"

static inline void odd_text(struct odd *odd, struct text *out)
{
	static const size_t lengths[] = { 1, 2, 7, 12, 20, 30, 63, 64, 65, 240, 255, 256, 1000, 3000 };
	size_t length = ODD_ONE(odd, lengths);

	while (out->length < length)
		if (odd_chance(odd, 6) && out->length > 0 && out->length + 1 < length)
			text_add_char(out, ' ');
		else
			odd_chars(odd, out, ODD_MIXED ".,-'&()", 1);
	/* Names begin and end with a letter or digit. */
	if (odd_chance(odd, 75)) {
		out->bytes[0] = 'a';
		out->bytes[out->length - 1] = 'z';
	}
	if (odd_chance(odd, 20))
		text_add(out, odd_foreign(odd));
}

static inline void odd_login(struct odd *odd, struct text *out)
{
	size_t length = odd_length(odd, 255);

	odd_chars(odd, out, ODD_LOWER "_", 1);
	if (length > 2)
		odd_chars(odd, out, ODD_MIXED "._-", length - 2);
	if (length > 1)
		odd_chars(odd, out, ODD_LOWER "_", 1);
	if (odd_chance(odd, 10))
		text_add(out, odd_foreign(odd));
}

static inline void odd_domain(struct odd *odd, struct text *out)
{
	static const char *const idn[] = { "b\xc3\xbc" "cher", "xn--bcher-kva", "xn--", "xn--zzzzzz", "\xe4\xbe\x8b\xe3\x81\x88", "stra\xc3\x9f" "e", "B\xc3\x9c" "CHER", "\xce\xbb\xcf\x8c\xce\xb3\xce\xbf\xcf\x82" };
	uint32_t labels = 1 + odd_below(odd, 4);

	if (odd_chance(odd, 12)) {                 /* at the limit of 253 */
		uint32_t more = odd_below(odd, 4);

		while (out->length < 250 - 63) {
			odd_chars(odd, out, ODD_LOWER, 61);
			text_add_char(out, '.');
		}
		odd_chars(odd, out, "abc", 251 + more - out->length);
		return;
	}
	while (labels-- > 0) {
		if (odd_chance(odd, 15))
			text_add(out, ODD_ONE(odd, idn));
		else
			odd_chars(odd, out, odd_chance(odd, 10) ? ODD_MIXED "-" : odd_chance(odd, 10) ? "0123456789" : ODD_LOWER, odd_length(odd, 63));
		if (labels > 0 || odd_chance(odd, 5))
			text_add_char(out, '.');
	}
}

static inline void odd_address(struct odd *odd, struct text *out, bool registered)
{
	size_t length = odd_length(odd, 64);

	odd_chars(odd, out, odd_chance(odd, 70) ? ODD_LOWER : ODD_MIXED, 1);
	if (length > 2)
		odd_chars(odd, out, odd_chance(odd, 60) ? ODD_LOWER : ODD_MIXED "!#$%&'*+/=?^_`{|}~-.", length - 2);
	if (length > 1)
		odd_chars(odd, out, ODD_LOWER, 1);
	if (odd_chance(odd, 97))
		text_add_char(out, '@');
	if (odd_chance(odd, registered ? 80 : 40))
		text_add(out, odd_chance(odd, 85) ? "example.com" : "EXAMPLE.com");
	else if (odd_chance(odd, 5))
		text_add(out, "[192.0.2.1]");
	else
		odd_domain(odd, out);
}

static inline void odd_size(struct odd *odd, struct text *out)
{
	static const char *const numbers[] = { "0", "1", "00", "007", "1.5", "0.1", "0.0000001", "1023.999", "1024", "1048576", "1073741823", "1073741824",
		"1125899906842624", "9223372036854775807", "9223372036854775808", "18446744073709551616", "-1", "+1", "1e9", "0x10", "", "none", "unlimited", "1,5", "." };
	static const char *const units[] = { "", "", "", " ", "MB", " MB", "M", " GB", " gib", "TB", " PB", "KB", "B", " b", "EB", "MBB", " M B", "%" };

	if (odd_chance(odd, 50))
		text_addf(out, "%u", odd_below(odd, 1u << (1 + odd_below(odd, 21))));
	else
		text_add(out, ODD_ONE(odd, numbers));
	text_add(out, ODD_ONE(odd, units));
}

static inline void odd_number(struct odd *odd, const struct field *field, struct text *out)
{
	static const char *const wrong[] = { "-1", "+1", "1.5", "1e2", "0x10", "ten", "9223372036854775807", "9223372036854775808", "1 0", "10%", "." };
	uint32_t most = field->most > 0 && field->most < 1000000 ? (uint32_t)field->most : 1000000;

	switch (odd_below(odd, 6)) {
	case 0:  text_add(out, ODD_ONE(odd, wrong)); break;
	case 1:  text_addf(out, "%u", most + odd_below(odd, 3)); break;
	case 2:  text_addf(out, "%s%u", odd_chance(odd, 50) ? "0" : "", odd_below(odd, 3)); break;
	default: text_addf(out, "%u", 1 + odd_below(odd, most)); break;
	}
}

/* Names of the schema: of classes and attributes. */
static inline void odd_descriptor(struct odd *odd, struct text *out)
{
	static const char *const known[] = { "person", "univentionMail", "posixAccount", "univentionMailQuotaMB", "univentionMailQuotaWarning", "top", "sambaSamAccount" };

	if (odd_chance(odd, 30)) {
		text_add(out, ODD_ONE(odd, known));
		return;
	}
	odd_chars(odd, out, odd_chance(odd, 85) ? "abcXYZ" : "019-;", 1);
	odd_chars(odd, out, ODD_MIXED "-", odd_length(odd, 250) - 1);
}

/* Search filters, now and then with a bracket too many or few. */
static inline void odd_filter(struct odd *odd, struct text *out, unsigned depth)
{
	static const char *const leaves[] = { "(uid=*)", "(uid=vals-*)", "(cn=a*b*c)", "(sn:=x)", "(mail:caseExactMatch:=A)", "(uidNumber>=1000)", "(uidNumber<=20)",
		"(cn~=peter)", "(cn=\\2a\\28\\29)", "(cn=\\c3\\a4)", "(objectClass=person)", "(cn=)", "(=a)", "(cn)", "(cn=\\zz)", "(c n=a)", "((cn=a))", "()" };
	static const char signs[] = "&|!";
	char sign = signs[odd_below(odd, 3)];
	uint32_t inside = sign == '!' ? 1 : 1 + odd_below(odd, 3);

	if (depth == 0 || odd_chance(odd, 50)) {
		/* Mostly the good ones, which stand first. */
		text_add(out, odd_chance(odd, 92) ? leaves[odd_below(odd, 11)] : ODD_ONE(odd, leaves));
		return;
	}
	text_addf(out, "(%c", sign);
	while (inside-- > 0)
		odd_filter(odd, out, depth - 1);
	if (odd_chance(odd, 97))
		text_add_char(out, ')');
}

static inline void odd_flag(struct odd *odd, struct text *out)
{
	static const char *const words[] = { "yes", "no", "YES", "No", "y", "n", "true", "FALSE", "on", "off", "1", "0", "2", "maybe", "yes no", "ja", "-" };

	text_add(out, ODD_ONE(odd, words));
}

static inline void odd_reference(struct odd *odd, struct text *out)
{
	size_t count = 0;

	while (odd->names != NULL && odd->names[count] != NULL)
		count++;
	if (count > 0 && odd_chance(odd, 75))
		text_add(out, odd->names[odd_below(odd, (uint32_t)count)]);
	else
		odd_login(odd, out);
	if (odd_chance(odd, 10))
		for (size_t i = 0; i < out->length; i++)
			if (out->bytes[i] >= 'a' && out->bytes[i] <= 'z' && odd_chance(odd, 50))
				out->bytes[i] = (char)(out->bytes[i] - 'a' + 'A');
}

/* The value of one part, blanks and the like written as they must be, mostly. */
static inline void odd_part(struct odd *odd, const struct part *part, struct text *out)
{
	struct text plain = { 0 };
	size_t choices = 0;

	if (part->type == FIELD_FLAG) {
		odd_flag(odd, &plain);
	} else if (part->type == FIELD_CHOICE) {
		while (part->choices[choices] != NULL)
			choices++;
		text_add(&plain, odd_chance(odd, 95) ? part->choices[odd_below(odd, (uint32_t)choices)] : "other");
	} else if (strcmp(part->name, "server") == 0 || strcmp(part->name, "local_domains") == 0) {
		if (odd_chance(odd, 75))
			text_add(&plain, "imap.elsewhere.example");
		else
			odd_domain(odd, &plain);
	} else if (part->offers != NULL) {
		odd_reference(odd, &plain);
	} else if (part->type == FIELD_TEXT && part->fallback != NULL && odd_chance(odd, 70)) {
		return;
	} else {
		odd_chars(odd, &plain, ODD_MIXED " .,-&()\"\\%;=", 1 + odd_below(odd, 30));
		if (odd_chance(odd, 10))
			odd_spoil(odd, &plain);
	}
	for (size_t i = 0; i < plain.length; i++) {
		unsigned char c = (unsigned char)plain.bytes[i];

		if ((c <= ' ' || c == '%' || c == 0x7f) && odd_chance(odd, 98))
			text_addf(out, odd_chance(odd, 50) ? "%%%02X" : "%%%02x", c);
		else
			text_add_char(out, (char)c);
	}
	text_free(&plain);
}

static inline void odd_parts(struct odd *odd, const struct part *parts, struct text *out)
{
	for (; parts->name != NULL; parts++) {
		if (parts->type != FIELD_SECRET && odd_chance(odd, parts->fallback == NULL ? 2 : 20))
			continue;
		text_addf(out, "%s%s=", out->length == 0 ? "" : " ", odd_chance(odd, 99) ? parts->name : "colour");
		odd_part(odd, parts, out);
	}
}

/* A value of this field as somebody might type it. Heap, free(). */
static inline char *odd_value(struct odd *odd, const struct field *field)
{
	struct text out = { 0 };

	switch (field->type) {
	case FIELD_ADDRESS:   odd_address(odd, &out, field->reference != NULL); break;
	case FIELD_DOMAIN:    odd_domain(odd, &out); break;
	case FIELD_LOGIN:     odd_login(odd, &out); break;
	case FIELD_SIZE:      odd_size(odd, &out); break;
	case FIELD_FLAG:      odd_flag(odd, &out); break;
	case FIELD_REFERENCE: odd_reference(odd, &out); break;
	case FIELD_PARTS:     odd_parts(odd, field->parts, &out); break;
	case FIELD_NUMBER:    odd_number(odd, field, &out); break;
	case FIELD_TEXT: case FIELD_CHOICE: case FIELD_TIME: case FIELD_SECRET:
		if (strcmp(field->label, "Filter") == 0)
			odd_filter(odd, &out, 3);
		else if (strstr(field->label, "classes") != NULL || strstr(field->label, "attributes") != NULL)
			odd_descriptor(odd, &out);
		else
			odd_text(odd, &out);
		break;
	}
	if (odd_chance(odd, 30))
		odd_spoil(odd, &out);
	return text_take(&out);
}

#endif
