/*
 * dn: distinguished names built from parts, taken apart and compared as parsed.
 *
 * libldap's parser does the work (LDAPv3 form only); this file keeps its memory
 * apart from ours.  Letters outside ASCII compare exactly: the server folds
 * them, so two spellings of one Unicode name count as different here, which
 * errs on the side of asking the server.  Pure; any thread.
 */
#include "directory/dn.h"

#include <ldap.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* libldap wants writable texts in its structures though it only reads them. */
static char *writable(const char *words)
{
	union { const char *in; char *out; } cast = { .in = words };

	return cast.out;
}

char *dn_rdn(struct arena *arena, const char *attribute, const char *bytes, size_t length)
{
	LDAPAVA ava = {
		.la_attr = { .bv_val = writable(attribute), .bv_len = strlen(attribute) },
		.la_value = { .bv_val = writable(bytes), .bv_len = length },
		.la_flags = LDAP_AVA_STRING,
	};
	LDAPAVA *parts[] = { &ava, NULL };
	char *written = NULL, *result;

	if (length == 0)
		return arena_format(arena, "%s=", attribute);
	/* Bytes that are no UTF-8 must go as escapes too; LDAP_AVA_NONPRINTABLE makes the writer do that. */
	if (!utf8_valid(bytes, length))
		ava.la_flags |= LDAP_AVA_NONPRINTABLE;
	if (ldap_rdn2str(parts, &written, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
		return NULL;
	result = arena_text(arena, written);
	ldap_memfree(written);
	return result;
}

char *dn_child(struct arena *arena, const char *attribute, const char *bytes, size_t length, const char *parent)
{
	char *rdn = dn_rdn(arena, attribute, bytes, length);

	return rdn == NULL ? NULL : dn_join(arena, rdn, parent);
}

char *dn_join(struct arena *arena, const char *relative, const char *base)
{
	if (!dn_valid(relative) || !dn_valid(base))
		return NULL;
	if (relative[0] == '\0')
		return arena_text(arena, base);
	if (base[0] == '\0')
		return arena_text(arena, relative);
	return arena_format(arena, "%s,%s", relative, base);
}

bool dn_valid(const char *dn)
{
	LDAPDN parsed = NULL;
	bool valid = dn != NULL && ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS;

	ldap_dnfree(parsed);
	return valid;
}

char *dn_parent(struct arena *arena, const char *dn)
{
	LDAPDN parsed = NULL;
	char *written = NULL, *result = NULL;

	if (dn == NULL || ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
		return NULL;
	if (parsed != NULL && parsed[1] == NULL) {
		result = arena_text(arena, "");
	} else if (parsed != NULL && ldap_dn2str(&parsed[1], &written, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS) {
		result = arena_text(arena, written);
		ldap_memfree(written);
	}
	ldap_dnfree(parsed);
	return result;
}

bool dn_first(struct arena *arena, const char *dn, char **attribute, char **value, size_t *length)
{
	LDAPDN parsed = NULL;
	bool found = false;

	if (dn == NULL || ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
		return false;
	if (parsed != NULL && parsed[0] != NULL && parsed[0][0] != NULL) {
		const LDAPAVA *ava = parsed[0][0];

		*attribute = arena_bytes(arena, ava->la_attr.bv_val, ava->la_attr.bv_len);
		*value = arena_bytes(arena, ava->la_value.bv_val, ava->la_value.bv_len);
		*length = ava->la_value.bv_len;
		found = true;
	}
	ldap_dnfree(parsed);
	return found;
}

/* --- normal form ---------------------------------------------------------- */

/* One "type=value" with everything that could be syntax as \HH and blanks joined. */
static char *normal_part(struct arena *arena, const LDAPAVA *ava)
{
	struct text out = { 0 };
	const char *bytes = ava->la_value.bv_val;
	size_t i, length = ava->la_value.bv_len;
	char *result;

	for (i = 0; i < ava->la_attr.bv_len; i++)
		text_add_char(&out, text_lower_letter(ava->la_attr.bv_val[i]));
	text_add_char(&out, '=');
	while (length > 0 && bytes[length - 1] == ' ')
		length--;
	for (i = 0; i < length && bytes[i] == ' '; i++)
		;
	for (; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c == ' ' && bytes[i - 1] == ' ')
			continue;
		if (c < 0x20 || strchr(",+\"\\<>;=#", c) != NULL)
			text_addf(&out, "\\%02x", c);
		else
			text_add_char(&out, text_lower_letter((char)c));
	}
	result = arena_text(arena, text_get(&out));
	text_free(&out);
	return result;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_level(struct arena *arena, struct text *out, LDAPRDN level)
{
	size_t count = 0, i;
	char **parts;

	while (level[count] != NULL)
		count++;
	parts = arena_alloc(arena, count * sizeof *parts);
	for (i = 0; i < count; i++)
		parts[i] = normal_part(arena, level[i]);
	qsort(parts, count, sizeof *parts, by_text);
	for (i = 0; i < count; i++) {
		if (i > 0)
			text_add_char(out, '+');
		text_add(out, parts[i]);
	}
}

char *dn_normal(struct arena *arena, const char *dn)
{
	LDAPDN parsed = NULL;
	struct text out = { 0 };
	char *result;
	size_t i;

	if (dn == NULL || ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
		return NULL;
	for (i = 0; parsed != NULL && parsed[i] != NULL; i++) {
		if (i > 0)
			text_add_char(&out, ',');
		add_level(arena, &out, parsed[i]);
	}
	ldap_dnfree(parsed);
	result = arena_text(arena, text_get(&out));
	text_free(&out);
	return result;
}

bool dn_same(const char *a, const char *b)
{
	struct arena *arena;
	const char *one, *two;
	bool same;

	if (a == NULL || b == NULL)
		return false;
	if (strcmp(a, b) == 0)
		return true;
	arena = arena_new();
	one = dn_normal(arena, a);
	two = dn_normal(arena, b);
	same = one != NULL && two != NULL && strcmp(one, two) == 0;
	arena_free(arena);
	return same;
}

bool dn_within(const char *dn, const char *base)
{
	struct arena *arena = arena_new();
	const char *low = dn_normal(arena, dn), *high = dn_normal(arena, base);
	bool within = false;

	if (low != NULL && high != NULL) {
		size_t a = strlen(low), b = strlen(high);

		within = a >= b && strcmp(low + a - b, high) == 0 && (a == b || b == 0 || low[a - b - 1] == ',');
	}
	arena_free(arena);
	return within;
}
