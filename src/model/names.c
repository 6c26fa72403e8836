/*
 * names: what addresses, domains, logins and other words may look like.
 *
 * Pure checks that fail with a sentence naming the field, the value and what is
 * allowed.  Any thread.  Rules: ucs-directory 5 and 16.
 */
#include "model/check.h"

#include <string.h>

#include "base/text.h"

#define DOMAIN_MOST 253
#define LABEL_MOST  63
#define LOCAL_MOST  64
#define LOGIN_MOST  255

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool wrong(const struct field *field, const char *value, struct error *error, const char *what)
{
	return error_set(error, ERROR_INVALID, "%s: \"%.100s\" %s", field->label, value, what);
}

/* One label between dots; the length is in bytes. NULL: fine, else what is wrong. */
static const char *label_fault(const char *label, size_t length)
{
	if (length == 0)
		return "has an empty label; between two dots stands at least one character";
	if (length > LABEL_MOST)
		return "has a label of more than 63 characters; at most 63 are allowed between two dots";
	if (label[0] == '-' || label[length - 1] == '-')
		return "has a label that begins or ends with a hyphen; labels begin and end with a letter or digit";
	for (size_t i = 0; i < length; i++)
		if (!is_lower(label[i]) && !is_upper(label[i]) && !is_digit(label[i]) && label[i] != '-')
			return "is no domain name; allowed are letters, digits, hyphens and dots";
	return NULL;
}

static const char *domain_fault(const char *domain)
{
	const char *label = domain;
	bool digits_only = true;

	if (!*domain)
		return "has no domain; write it like example.com";
	if (strlen(domain) > DOMAIN_MOST)
		return "is too long; a domain has at most 253 characters";
	for (;;) {
		size_t length = strcspn(label, ".");
		const char *fault = label_fault(label, length);

		if (fault)
			return fault;
		digits_only = true;
		for (size_t i = 0; i < length; i++)
			digits_only = digits_only && is_digit(label[i]);
		if (!label[length])
			break;
		label += length + 1;
	}
	return digits_only ? "ends in digits like a network address; a domain name is needed" : NULL;
}

/* An xn-- label that no name stands behind would be refused by every mail system later. */
static bool hollow_idn(const char *domain)
{
	struct arena *arena;
	bool hollow;

	if (strncmp(domain, "xn--", 4) != 0 && !strstr(domain, ".xn--"))
		return false;
	arena = arena_new();
	hollow = strcmp(text_domain_unicode(arena, domain), domain) == 0;
	arena_free(arena);
	return hollow;
}

bool check_domain_name(const struct field *field, const char *value, struct error *error)
{
	const char *fault = domain_fault(value);

	if (fault)
		return wrong(field, value, error, fault);
	for (const char *c = value; *c; c++)
		if (is_upper(*c))
			return wrong(field, value, error, "has capital letters; domains are stored in lower case");
	if (hollow_idn(value))
		return wrong(field, value, error, "has an xn-- label that stands for no name; type the name as it is read");
	return true;
}

/* What RFC 5321 calls atext, and the dot. */
static bool is_local(char c)
{
	return is_lower(c) || is_upper(c) || is_digit(c) || (c && strchr("!#$%&'*+/=?^_`{|}~-.", c));
}

static const char *local_fault(const char *local, size_t length)
{
	if (length == 0)
		return "has nothing before the @; write it as name@example.com";
	if (length > LOCAL_MOST)
		return "has more than 64 characters before the @; at most 64 are allowed";
	if (local[0] == '"')
		return "has a quoted part; quotes are not allowed in addresses";
	if (local[0] == '.' || local[length - 1] == '.' || memmem(local, length, "..", 2))
		return "has a dot at the beginning, at the end or beside another one before the @; dots stand between other characters";
	for (size_t i = 0; i < length; i++)
		if (!is_local(local[i]))
			return "has a character that is not allowed before the @; allowed are plain letters, digits and . _ - + ' / ! % and the like";
	return NULL;
}

bool check_address(const struct field *field, const char *value, struct error *error)
{
	const char *at = strchr(value, '@');
	const char *fault;

	if (!at || at != strrchr(value, '@'))
		return wrong(field, value, error, "is no mail address; it has exactly one @, as in name@example.com");
	for (const char *c = value; *c; c++)
		if (*c == ' ' || *c == '\t' || *c == '\n')
			return wrong(field, value, error, "has a blank in it; addresses have none");
	fault = local_fault(value, (size_t)(at - value));
	if (fault)
		return wrong(field, value, error, fault);
	if (at[1] == '\0')
		return wrong(field, value, error, "has nothing behind the @; write it as name@example.com");
	if (at[1] == '[')
		return wrong(field, value, error, "has a network address behind the @; a domain name is needed");
	fault = domain_fault(at + 1);
	if (fault)
		return wrong(field, value, error, fault);
	if (field->flags & FIELD_LOWER)
		for (const char *c = value; *c; c++)
			if (is_upper(*c))
				return wrong(field, value, error, "has capital letters; this address is stored in lower case");
	return true;
}

/* Postfix refuses recipients that begin with a hyphen (allow_min_user), so such a forward would bounce. */
bool check_forward_target(const struct field *field, const char *value, struct error *error)
{
	if (value[0] == '-')
		return wrong(field, value, error, "begins with a hyphen, and Postfix refuses such addresses; give another target");
	return true;
}

/*
 * Letters of any script, digits and underscore: a word character, as UDM's rule says.  Beyond ASCII the
 * signs, blanks and arrows of Unicode are taken out by their blocks; the rest of the visible ones are letters
 * or so rare that refusing them would be wrong more often.
 */
static bool is_word(uint32_t code)
{
	static const struct { uint32_t first, last; } signs[] = {
		{ 0x80, 0xa9 }, { 0xab, 0xb4 }, { 0xb6, 0xb9 }, { 0xbb, 0xbf }, { 0xd7, 0xd7 }, { 0xf7, 0xf7 },
		{ 0x1680, 0x1680 }, { 0x2000, 0x206f }, { 0x2190, 0x2bff }, { 0x3000, 0x3004 }, { 0x1f000, 0x1faff },
	};

	if (code < 0x80)
		return is_lower((char)code) || is_upper((char)code) || is_digit((char)code) || code == '_';
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (code >= signs[i].first && code <= signs[i].last)
			return false;
	return char_classify(code) != CHAR_HIDDEN;
}

/* A word character at both ends, and inside also what `inside` says. */
static bool check_words(const struct field *field, const char *value, bool (*inside)(uint32_t code), const char *too_long,
		const char *allowed, struct error *error)
{
	size_t length = strlen(value);
	bool word = false;

	if (length > LOGIN_MOST)
		return wrong(field, value, error, too_long);
	for (size_t i = 0; i < length; ) {
		uint32_t code;
		size_t taken = utf8_decode(value + i, length - i, &code);

		if (!taken)
			return wrong(field, value, error, "is no valid UTF-8 text");
		word = is_word(code) && (i > 0 || char_classify(code) != CHAR_MARK);
		if (!word && (i == 0 || !inside(code)))
			return wrong(field, value, error, allowed);
		i += taken;
	}
	return word || wrong(field, value, error, allowed);
}

static bool inside_login(uint32_t code)
{
	return code == '.' || code == '-';
}

bool check_login(const struct field *field, const char *value, struct error *error)
{
	return check_words(field, value, inside_login, "is too long; a login has at most 255 bytes",
		"is not allowed; a login has letters, digits, dots, hyphens and underscores, "
		"and begins and ends with a letter, a digit or an underscore", error);
}

/*
 * Group and list names as UDM takes them (5): a word character at both ends, inside also blank to dot (so the
 * rule of UDM reads, by accident perhaps) and the curly apostrophe.
 */
static bool inside_group_name(uint32_t code)
{
	return (code >= ' ' && code <= '.') || code == 0x2019;
}

bool check_group_name(const struct field *field, const char *value, struct error *error)
{
	return check_words(field, value, inside_group_name, "is too long; a name has at most 255 bytes",
		"is not allowed; such a name has letters, digits and underscores, inside also blanks, dots, hyphens and "
		"signs like & and +, and begins and ends with a letter, a digit or an underscore", error);
}

bool check_plain_text(const struct field *field, const char *value, struct error *error)
{
	size_t length = strlen(value);

	for (size_t i = 0; i < length; ) {
		uint32_t code;
		size_t taken = utf8_decode(value + i, length - i, &code);

		if (!taken)
			return wrong(field, value, error, "is no valid UTF-8 text");
		if (char_classify(code) == CHAR_HIDDEN)
			return error_set(error, ERROR_INVALID,
				"%s: \"%.100s\" has a control character or another invisible one (U+%04X); allowed is visible text",
				field->label, value, (unsigned)code);
		i += taken;
	}
	if (length && (value[0] == ' ' || value[length - 1] == ' '))
		return wrong(field, value, error, "has a blank at the beginning or the end; take it away");
	return true;
}

/* Names with blanks between them; NULL: none are given. */
static bool check_local_domains(const struct field *field, char *list, struct error *error)
{
	char *rest = list, *name;

	while ((name = strsep(&rest, " "))) {
		const char *fault = *name ? domain_fault(name) : NULL;

		if (fault)
			return error_set(error, ERROR_INVALID, "%s: local domain \"%.100s\" %s", field->label, name, fault);
	}
	return true;
}

/* The listener writes these values between single quotes and escapes nothing (facts 16). */
bool check_fetchmail(const struct field *field, const char *value, struct error *error)
{
	struct arena *arena = arena_new();
	const char *fault = NULL;
	char *server = parts_get(arena, value, "server");
	bool fine = true;

	for (const struct part *part = field->parts; fine && part->name; part++) {
		const char *text = parts_get(arena, value, part->name);

		for (; fine && text && *text; text++)
			if (*text == '\'' || (unsigned char)*text < ' ' || *text == 0x7f)
				fine = error_set(error, ERROR_INVALID,
					"%s: %s has an apostrophe or a control character; neither can be written to the fetchmail configuration",
					field->label, part->name);
	}
	if (fine && server)
		fault = domain_fault(server);
	if (fine)
		fine = check_local_domains(field, parts_get(arena, value, "local_domains"), error);
	/* A server may be given by its network address. */
	if (fault && strspn(server, "0123456789abcdefABCDEF.:") != strlen(server))
		fine = error_set(error, ERROR_INVALID, "%s: server \"%.100s\" %s", field->label, server, fault);
	arena_free(arena);
	return fine;
}

/*
 * A shared folder as name@domain: UDM refuses only the exclamation mark and blanks (5); a slash would make folders in
 * folders on disk, and * and % are wildcards in IMAP.
 */
bool check_folder_name(const struct field *field, const char *value, struct error *error)
{
	size_t local = strcspn(value, "@");

	if (strcspn(value, "!") < local)
		return wrong(field, value, error, "has an exclamation mark; UDM allows none in the name of a folder");
	if (strcspn(value, "/*%") < local)
		return wrong(field, value, error, "has one of / * % before the @; they mean something else in the names of folders");
	for (const char *c = value + local; *c; c++)
		if (is_upper(*c))
			return wrong(field, value, error, "has capital letters behind the @; domains are stored in lower case");
	return true;
}

bool right_for_all(const char *who)
{
	return strcmp(who, "anyone") == 0 || strcmp(who, "authenticated") == 0;
}

/*
 * Who may do something with a folder: an address, a group, or all. What UDM and the listener read otherwise than
 * it is meant is refused (12): text that begins with anyone, blanks in a row.
 */
bool check_right(const struct field *field, const char *value, struct error *error)
{
	struct arena *arena = arena_new();
	const char *who = parts_get(arena, value, "who");
	size_t length = who ? strlen(who) : 0;
	bool fine = true;

	if (!who || right_for_all(who))
		fine = true;
	else if (who[0] == ' ' || who[length - 1] == ' ' || strstr(who, "  "))
		fine = wrong(field, who, error, "has a blank at an end, or two in a row; the mail server would take them for one");
	else if (who[0] != '@' && strchr(who, '@'))
		fine = check_address(field, who, error);
	else if (strncmp(who, "anyone", 6) == 0)
		fine = wrong(field, who, error, "begins with anyone, and would be taken for all users; such a group cannot be given a right");
	else if (strchr(who, ','))
		fine = wrong(field, who, error, "has a comma; the mail server takes the names of groups apart there and never finds such a one");
	else
		fine = check_group_name(field, who, error);
	arena_free(arena);
	return fine;
}
