/*
 * hostile_peer_words: just enough of LDAP (RFC 4511) to be taken for a server.
 *
 * Written by hand, since a library would refuse to say the wrong things.  What
 * does not fit into WORDS_ROOM is our own mistake (assert).
 */
#include "tests/fakes/hostile_peer_private.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define START_TLS "1.3.6.1.4.1.1466.20037"
#define WHO_AM_I "1.3.6.1.4.1.4203.1.11.3"

/* --- reading ------------------------------------------------------------------- */

struct slice { const unsigned char *at, *end; };

/* Takes one element off; false where it does not fit. */
static bool take(struct slice *from, unsigned char *tag, struct slice *inside)
{
	size_t length, bytes, i;

	if (from->end - from->at < 2)
		return false;
	*tag = *from->at++;
	length = *from->at++;
	if (length >= 0x80) {
		bytes = length & 0x7f;
		if (bytes > 4 || (size_t)(from->end - from->at) < bytes)
			return false;
		for (length = 0, i = 0; i < bytes; i++)
			length = length << 8 | *from->at++;
	}
	if ((size_t)(from->end - from->at) < length)
		return false;
	*inside = (struct slice){ from->at, from->at + length };
	from->at += length;
	return true;
}

static bool slice_is(const struct slice *slice, const char *words)
{
	size_t length = (size_t)(slice->end - slice->at);

	return length == strlen(words) && memcmp(slice->at, words, length) == 0;
}

static enum ask what_is_asked(struct request *request, struct slice operation)
{
	struct slice part;
	unsigned char tag;

	switch (request->operation) {
	case 0x42:
		return ASK_UNBIND;
	case 0x60:
		/* Version, name, then the password (tag 0x80) or SASL. */
		if (take(&operation, &tag, &part) && take(&operation, &tag, &part) && take(&operation, &tag, &part))
			request->password = tag == 0x80 && part.end > part.at;
		return ASK_BIND;
	case 0x63:
		if (!take(&operation, &tag, &part))
			return ASK_OTHER;
		request->schema = slice_is(&part, "cn=Subschema");
		return part.end == part.at ? ASK_ROOT : request->schema ? ASK_OTHER : ASK_SEARCH;
	case 0x77:
		if (!take(&operation, &tag, &part))
			return ASK_OTHER;
		return slice_is(&part, START_TLS) ? ASK_START_TLS : slice_is(&part, WHO_AM_I) ? ASK_WHO : ASK_OTHER;
	default:
		return ASK_OTHER;
	}
}

bool words_read(struct wire *wire, struct request *request)
{
	unsigned char bytes[65536], head[2], tag;
	size_t length, i;
	struct slice message, part;

	*request = (struct request){ .ask = ASK_OTHER };
	if (!wire_read(wire, head, 2) || head[0] != 0x30)
		return false;
	length = head[1];
	if (length >= 0x80) {
		size_t count = length & 0x7f;

		if (count > 4 || !wire_read(wire, bytes, count))
			return false;
		for (length = 0, i = 0; i < count; i++)
			length = length << 8 | bytes[i];
	}
	if (length > sizeof(bytes) || !wire_read(wire, bytes, length))
		return false;
	message = (struct slice){ bytes, bytes + length };
	if (!take(&message, &tag, &part) || tag != 0x02)
		return false;
	for (; part.at < part.end; part.at++)
		request->id = request->id << 8 | *part.at;
	if (!take(&message, &request->operation, &part))
		return false;
	request->ask = what_is_asked(request, part);
	return true;
}

/* --- answering: elements are built from the inside to the outside ------------------ */

struct piece { unsigned char bytes[WORDS_ROOM]; size_t length; };

static void add(struct piece *piece, unsigned char tag, const void *bytes, size_t length)
{
	unsigned char *at = piece->bytes + piece->length;

	assert(piece->length + length + 4 <= sizeof(piece->bytes) && length < 65536);
	*at++ = tag;
	if (length >= 0x80) {
		*at++ = 0x82;
		*at++ = (unsigned char)(length >> 8);
	}
	*at++ = (unsigned char)length;
	memcpy(at, bytes, length);
	piece->length = (size_t)(at - piece->bytes) + length;
}

static void add_words(struct piece *piece, unsigned char tag, const char *words)
{
	add(piece, tag, words, strlen(words));
}

static void add_attribute(struct piece *list, const char *name, const char *const *values)
{
	struct piece set = { .length = 0 }, attribute = { .length = 0 };

	for (; *values; values++)
		add_words(&set, 0x04, *values);
	add_words(&attribute, 0x04, name);
	add(&attribute, 0x31, set.bytes, set.length);
	add(list, 0x30, attribute.bytes, attribute.length);
}

/* Appends a whole message to out. */
static size_t put_message(long id, unsigned char tag, const struct piece *inside, unsigned char *out)
{
	const unsigned char number[4] = { (unsigned char)(id >> 24), (unsigned char)(id >> 16), (unsigned char)(id >> 8), (unsigned char)id };
	struct piece message = { .length = 0 }, whole = { .length = 0 };

	add(&message, 0x02, number, sizeof(number));
	add(&message, tag, inside->bytes, inside->length);
	add(&whole, 0x30, message.bytes, message.length);
	memcpy(out, whole.bytes, whole.length);
	return whole.length;
}

static size_t put_entry(long id, const char *dn, const struct piece *attributes, unsigned char *out)
{
	struct piece entry = { .length = 0 };

	add_words(&entry, 0x04, dn);
	add(&entry, 0x30, attributes->bytes, attributes->length);
	return put_message(id, 0x64, &entry, out);
}

static size_t put_root(long id, unsigned char *out)
{
	static const char *const contexts[] = { "dc=example,dc=com", NULL }, *const version[] = { "3", NULL };
	static const char *const schema[] = { "cn=Subschema", NULL }, *const extensions[] = { START_TLS, WHO_AM_I, NULL };
	/* Paged results, assertion, pre-read and post-read. */
	static const char *const controls[] = { "1.2.840.113556.1.4.319", "1.3.6.1.1.12", "1.3.6.1.1.13.1", "1.3.6.1.1.13.2", NULL };
	struct piece list = { .length = 0 };

	add_attribute(&list, "namingContexts", contexts);
	add_attribute(&list, "supportedLDAPVersion", version);
	add_attribute(&list, "subschemaSubentry", schema);
	add_attribute(&list, "supportedControl", controls);
	add_attribute(&list, "supportedExtension", extensions);
	return put_entry(id, "", &list, out);
}

static size_t put_schema(long id, unsigned char *out)
{
	static const char *const classes[] = { "( 1.1.1 NAME 'univentionMail' AUXILIARY MAY mailPrimaryAddress )",
		"( 1.1.2 NAME 'univentionObject' AUXILIARY MAY univentionObjectType )",
		"( 1.1.3 NAME 'univentionMailDomainname' STRUCTURAL MUST cn )", NULL };
	static const char *const types[] = { "( 1.2.1 NAME 'mailPrimaryAddress' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )",
		"( 1.2.2 NAME 'univentionObjectType' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )",
		"( 2.5.4.3 NAME 'cn' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )", NULL };
	struct piece list = { .length = 0 };

	add_attribute(&list, "objectClasses", classes);
	add_attribute(&list, "attributeTypes", types);
	return put_entry(id, "cn=Subschema", &list, out);
}

size_t words_entry(long id, unsigned number, unsigned char *out)
{
	char dn[80], login[20], address[60];
	const char *const logins[] = { login, NULL }, *const addresses[] = { address, NULL };
	const char *const classes[] = { "inetOrgPerson", "univentionMail", NULL };
	struct piece list = { .length = 0 };

	snprintf(login, sizeof(login), "u%u", number);
	snprintf(dn, sizeof(dn), "uid=%s,cn=users,dc=example,dc=com", login);
	snprintf(address, sizeof(address), "%s@example.com", login);
	add_attribute(&list, "objectClass", classes);
	add_attribute(&list, "uid", logins);
	add_attribute(&list, "mailPrimaryAddress", addresses);
	return put_entry(id, dn, &list, out);
}

size_t words_answer(const struct request *request, int code, unsigned char *out)
{
	const unsigned char number = (unsigned char)code;
	struct piece result = { .length = 0 };
	unsigned char tag;
	size_t length = 0;

	add(&result, 0x0a, &number, 1);
	add_words(&result, 0x04, "");
	add_words(&result, 0x04, code ? "not today" : "");
	switch (request->operation) {
	case 0x42: case 0x50:
		return 0;
	case 0x63:
		if (code == 0 && request->ask == ASK_ROOT)
			length = put_root(request->id, out);
		else if (code == 0 && request->schema)
			length = put_schema(request->id, out);
		tag = 0x65;
		break;
	case 0x4a:
		tag = 0x6b;
		break;
	case 0x77:
		if (request->ask == ASK_WHO && code == 0)
			add_words(&result, 0x8b, "dn:cn=tester,dc=example,dc=com");
		tag = 0x78;
		break;
	default:
		tag = (unsigned char)(request->operation + 1);
		break;
	}
	return length + put_message(request->id, tag, &result, out + length);
}
