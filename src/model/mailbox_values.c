/*
 * mailbox_values: names, absences and rights as values, and what is legal in
 * them.  Sources: dovecot 5.3, RFC 5228, 5230 and 5260 (sieve, vacation,
 * dates).  Pure; fails with a sentence; any thread.
 */
#include "model/mailbox_values.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/check.h"
#include "model/mailbox.h"

/* A page of text is enough; every sender gets it. */
enum { TEXT_MOST = 20000, SUBJECT_MOST = 200, NAME_MOST = 250 };

/* --- the name ------------------------------------------------------------------------------------------ */

char *mailbox_name(struct arena *arena, const char *server, const char *user)
{
	return arena_format(arena, "%s/%s", server, user);
}

bool mailbox_name_read(struct arena *arena, const char *name, const char **server, const char **user)
{
	const char *slash = strchr(name, '/');

	if (!slash || slash == name || !slash[1])
		return false;
	*server = arena_bytes(arena, name, (size_t)(slash - name));
	*user = arena_text(arena, slash + 1);
	return true;
}

/* --- absence --------------------------------------------------------------------------------------------- */

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static char *joined(struct arena *arena, const char *const *list)
{
	char *words = arena_text(arena, "");

	for (; list && *list; list++)
		words = arena_format(arena, "%s%s%s", words, *words ? "," : "", *list);
	return words;
}

static const char *const *parted(struct arena *arena, const char *text, const char *separators)
{
	size_t room = 2, count = 0;
	const char **list;

	for (const char *at = text; *at; at++)
		room += strchr(separators, *at) != NULL;
	list = arena_alloc(arena, room * sizeof(*list));
	while (*text) {
		size_t length = strcspn(text, separators);

		if (length > 0)
			list[count++] = arena_bytes(arena, text, length);
		text += length;
		text += *text != '\0';
	}
	return list;
}

char *mailbox_absence_value(struct arena *arena, const struct mailbox_absence *absence)
{
	const char *pairs[] = {
		"from", or_empty(absence->from), "until", or_empty(absence->until), "subject", or_empty(absence->subject),
		"addresses", joined(arena, absence->addresses), "text", or_empty(absence->text), NULL
	};

	return parts_build(arena, kind_field(&kind_mailbox, "absence")->parts, pairs);
}

bool mailbox_absence_read(struct arena *arena, const char *value, struct mailbox_absence *absence)
{
	absence->from = or_empty(parts_get(arena, value, "from"));
	absence->until = or_empty(parts_get(arena, value, "until"));
	absence->subject = or_empty(parts_get(arena, value, "subject"));
	absence->text = or_empty(parts_get(arena, value, "text"));
	absence->addresses = parted(arena, or_empty(parts_get(arena, value, "addresses")), ",");
	return *absence->text != '\0';
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : days[month - 1];
}

/* 2026-12-01; sieve compares these as text, so the form must be exact. */
static bool is_day(const char *text)
{
	int year, month, day;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || strspn(text, "0123456789-") != 10 ||
	    memchr(text, '-', 4) || memchr(text + 5, '-', 2) || memchr(text + 8, '-', 2))
		return false;
	year = atoi(text);
	month = atoi(text + 5);
	day = atoi(text + 8);
	return year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= month_days(year, month);
}

static bool has_control(const char *text, const char *allowed)
{
	for (; *text; text++)
		if (((unsigned char)*text < ' ' || *text == 127) && !strchr(allowed, *text))
			return true;
	return false;
}

static bool absence_days(const struct field *field, const struct mailbox_absence *absence, struct error *error)
{
	if (*absence->from && !is_day(absence->from))
		return error_set(error, ERROR_INVALID, "%s: from is \"%.40s\"; write a day as 2026-12-01", field->label, absence->from);
	if (*absence->until && !is_day(absence->until))
		return error_set(error, ERROR_INVALID, "%s: until is \"%.40s\"; write a day as 2026-12-24", field->label, absence->until);
	if (*absence->from && *absence->until && strcmp(absence->from, absence->until) > 0)
		return error_set(error, ERROR_INVALID, "%s: it would end on %s, before it begins on %s", field->label, absence->until, absence->from);
	return true;
}

static bool absence_words(const struct field *field, const struct mailbox_absence *absence, struct error *error)
{
	if (strlen(absence->text) > TEXT_MOST)
		return error_set(error, ERROR_INVALID, "%s: the text has %zu bytes; at most %d are allowed", field->label, strlen(absence->text), TEXT_MOST);
	if (absence->text[strspn(absence->text, " \t\n")] == '\0')
		return error_set(error, ERROR_INVALID, "%s: the text is empty; write what whoever writes is to read", field->label);
	if (has_control(absence->text, "\n\t"))
		return error_set(error, ERROR_INVALID, "%s: the text has a control character in it", field->label);
	if (strlen(absence->subject) > SUBJECT_MOST || has_control(absence->subject, ""))
		return error_set(error, ERROR_INVALID, "%s: the subject is one line of at most %d bytes", field->label, SUBJECT_MOST);
	return true;
}

bool mailbox_check_absence(const struct field *field, const char *value, struct error *error)
{
	struct arena *arena = arena_new();
	struct mailbox_absence absence;
	bool fine;

	mailbox_absence_read(arena, value, &absence);
	fine = absence_days(field, &absence, error) && absence_words(field, &absence, error);
	for (size_t i = 0; fine && absence.addresses[i]; i++)
		if (!strchr(absence.addresses[i], '@') || has_control(absence.addresses[i], "") || strpbrk(absence.addresses[i], " \t") ||
		    strlen(absence.addresses[i]) > NAME_MOST)
			fine = error_set(error, ERROR_INVALID, "%s: \"%.100s\" is no address", field->label, absence.addresses[i]);
	arena_free(arena);
	return fine;
}

/* --- rights ----------------------------------------------------------------------------------------------- */

/* As a mail server of UCS gives them for shared folders (ucs-directory 12), so that a word means the same everywhere. */
static const struct level { const char *word; const char *rights[12]; } levels[] = {
	{ "none", { NULL } },
	{ "read", { "lookup", "read", "write", "write-seen" } },
	{ "post", { "lookup", "read", "write", "write-seen", "post" } },
	{ "append", { "lookup", "read", "write", "write-seen", "insert", "post" } },
	{ "write", { "lookup", "read", "write", "write-seen", "write-deleted", "insert", "post", "expunge" } },
	{ "all", { "lookup", "read", "write", "write-seen", "write-deleted", "insert", "post", "expunge", "create", "delete", "admin" } },
};
enum { LEVELS = sizeof(levels) / sizeof(levels[0]), RIGHTS = 11 };

const char *const mailbox_rights[] = { "none", "read", "post", "append", "write", "all", NULL };

/* Its place among all of Dovecot's; -1: there is no such right. */
static int right_number(const char *right)
{
	for (int i = 0; i < RIGHTS; i++)
		if (strcmp(levels[LEVELS - 1].rights[i], right) == 0)
			return i;
	return -1;
}

const char *const *mailbox_rights_of(struct arena *arena, const char *word)
{
	const char *const *list;

	for (size_t i = 0; i < LEVELS; i++)
		if (strcmp(levels[i].word, word) == 0)
			return levels[i].rights;
	list = parted(arena, word, ",");
	for (size_t i = 0; list[i]; i++)
		if (right_number(list[i]) < 0)
			return NULL;
	return *list ? list : NULL;
}

static unsigned rights_bits(const char *const *rights)
{
	unsigned bits = 0;

	for (; *rights; rights++)
		bits |= right_number(*rights) < 0 ? 0 : 1u << right_number(*rights);
	return bits;
}

char *mailbox_rights_word(struct arena *arena, const char *rights)
{
	const char *const *list = parted(arena, rights, " ,\t");
	unsigned bits = rights_bits(list);
	char *words = arena_text(arena, "");
	bool known = true;

	for (size_t i = 0; list[i]; i++)
		known = known && right_number(list[i]) >= 0;
	for (size_t i = 0; known && i < LEVELS; i++)
		if (rights_bits(levels[i].rights) == bits)
			return arena_text(arena, levels[i].word);
	for (int i = 0; i < RIGHTS; i++)
		if (bits & 1u << i)
			words = arena_format(arena, "%s%s%s", words, *words ? "," : "", levels[LEVELS - 1].rights[i]);
	/* Rights of a newer Dovecot are kept, so that nobody takes them for fewer. */
	for (size_t i = 0; list[i]; i++)
		if (right_number(list[i]) < 0)
			words = arena_format(arena, "%s%s%s", words, *words ? "," : "", list[i]);
	return words;
}

char *mailbox_access_value(struct arena *arena, const char *folder, const char *who, const char *rights)
{
	const char *pairs[] = { "folder", folder, "who", who, "rights", rights, NULL };

	return parts_build(arena, kind_field(&kind_mailbox, "access")->parts, pairs);
}

bool mailbox_access_read(struct arena *arena, const char *value, struct mailbox_access *access)
{
	access->folder = or_empty(parts_get(arena, value, "folder"));
	access->who = or_empty(parts_get(arena, value, "who"));
	access->rights = or_empty(parts_get(arena, value, "rights"));
	return *access->folder && *access->who && *access->rights;
}

static bool access_who(const struct field *field, const char *who, struct error *error)
{
	const char *name = strncmp(who, "group=", 6) == 0 ? who + 6 : who;

	if (*name && strcmp(who, "owner") != 0 && *who != '-' && *who != '#' && !has_control(who, "") && !strpbrk(who, name == who ? " *?" : "*?") &&
	    strlen(who) <= NAME_MOST && (name != who || !strchr(who, '=')))
		return true;
	return error_set(error, ERROR_INVALID, "%s: \"%.100s\" can be given no rights; name a user, group=NAME, anyone or authenticated",
		field->label, who);
}

bool mailbox_check_access(const struct field *field, const char *value, struct error *error)
{
	struct arena *arena = arena_new();
	struct mailbox_access access;
	bool fine;

	mailbox_access_read(arena, value, &access);
	if (has_control(access.folder, "") || access.folder[0] == '-' || strpbrk(access.folder, "*%") || strlen(access.folder) > 4 * NAME_MOST)
		fine = error_set(error, ERROR_INVALID, "%s: \"%.100s\" is no name of one folder", field->label, access.folder);
	else if (!mailbox_rights_of(arena, access.rights))
		fine = error_set(error, ERROR_INVALID, "%s: \"%.60s\" are no rights; allowed are none, read, post, append, write, all", field->label,
			access.rights);
	else
		fine = access_who(field, access.who, error);
	arena_free(arena);
	return fine;
}

/* --- the rest ------------------------------------------------------------------------------------------------ */

/* Names of scripts are names of files where Dovecot keeps them. */
bool mailbox_check_script(const struct field *field, const char *value, struct error *error)
{
	if (strcmp(value, MAILBOX_ABSENCE_SCRIPT) == 0)
		return error_set(error, ERROR_INVALID, "%s: \"%s\" is what an absence is written as; end or set the absence instead", field->label, value);
	if (!has_control(value, "") && value[0] != '-' && value[0] != '.' && !strchr(value, '/'))
		return true;
	return error_set(error, ERROR_INVALID, "%s: \"%.100s\" is no name of a script", field->label, value);
}

bool mailbox_check_yes(const struct field *field, const char *value, struct error *error)
{
	return strcmp(value, "yes") == 0 || error_set(error, ERROR_INVALID, "%s: \"%.40s\" cannot be done; write yes", field->label, value);
}

bool mailbox_check_login(const struct field *field, const char *value, struct error *error)
{
	if (!has_control(value, "") && !strpbrk(value, " *?,") && value[0] != '-' && strlen(value) <= NAME_MOST)
		return true;
	return error_set(error, ERROR_INVALID, "%s: \"%.100s\" is no login", field->label, value);
}

/* It goes as one line. The sentence must not repeat it. */
bool mailbox_check_secret(const struct field *field, const char *value, struct error *error)
{
	return !strpbrk(value, "\r\n") || error_set(error, ERROR_INVALID, "%s: a password is one line", field->label);
}
