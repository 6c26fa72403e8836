/*
 * absence_script: see absence_script.h.
 *
 * Whatever a person writes is in a quoted string, where only the quote and the
 * backslash mean something (RFC 5228 2.4.2), or in a comment as a value of
 * parts, which has no end of line.  "variables" is not required, so ${x} is
 * text.  Never fails.  Pure; any thread.
 */
#include "live/absence_script.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "model/mailbox.h"

#define MARK "# postroom-absence: "
#define FILTER "# postroom-filter: "
#define RESTS "# postroom-filter-rests: yes"

/* --- making ------------------------------------------------------------------------------------------ */

static void add_quoted(struct text *out, const char *value)
{
	text_add_char(out, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			text_add_char(out, '\\');
		text_add_char(out, *value);
	}
	text_add_char(out, '"');
}

static void add_day(struct text *out, const char *how, const char *day)
{
	text_addf(out, "currentdate :value \"%s\" \"date\" ", how);
	add_quoted(out, day);
}

static bool bounded(const struct mailbox_absence *absence)
{
	return *absence->from || *absence->until;
}

/* A filter that rests goes on only where the answer has an end. */
static bool includes(const struct absence_script *script, const struct mailbox_absence *absence)
{
	return script->filter && (!script->rests || bounded(absence));
}

static void add_when(struct text *out, const struct mailbox_absence *absence)
{
	bool both = *absence->from && *absence->until;

	text_add(out, both ? "if allof (" : "if ");
	if (*absence->from)
		add_day(out, "ge", absence->from);
	if (both)
		text_add(out, ", ");
	if (*absence->until)
		add_day(out, "le", absence->until);
	text_add(out, both ? ") {\n" : " {\n");
}

static void add_vacation(struct text *out, const struct mailbox_absence *absence)
{
	text_add(out, "vacation :days 1");
	for (size_t i = 0; absence->addresses[i]; i++) {
		text_add(out, i ? ", " : " :addresses [");
		add_quoted(out, absence->addresses[i]);
	}
	if (absence->addresses[0])
		text_add(out, "]");
	if (*absence->subject) {
		text_add(out, " :subject ");
		add_quoted(out, absence->subject);
	}
	text_add(out, " ");
	add_quoted(out, absence->text);
	text_add(out, ";\n");
}

static void add_include(struct text *out, const char *filter)
{
	/* Optional: one that the person deletes meanwhile must not end the answer. */
	text_add(out, "include :personal :optional ");
	add_quoted(out, filter);
	text_add(out, ";\n");
}

static void add_header(struct text *out, const struct absence_script *script, const struct mailbox_absence *absence)
{
	text_addf(out, "# An answer that postroom wrote; set and end it there.\n" MARK "%s\n", script->absence);
	if (script->filter)
		text_addf(out, FILTER "%s\n%s", script->filter, script->rests ? RESTS "\n" : "");
	text_addf(out, "require [\"vacation\"%s%s];\n", bounded(absence) ? ", \"date\", \"relational\"" : "",
		includes(script, absence) ? ", \"include\"" : "");
}

char *absence_script_make(struct arena *arena, const struct absence_script *script)
{
	struct mailbox_absence absence;
	struct text out = { 0 };
	char *made;

	mailbox_absence_read(arena, script->absence, &absence);
	add_header(&out, script, &absence);
	if (bounded(&absence))
		add_when(&out, &absence);
	/* Before the filter, which may stop. */
	add_vacation(&out, &absence);
	if (bounded(&absence))
		text_add(&out, script->filter && script->rests ? "} else {\n" : "}\n");
	if (includes(script, &absence))
		add_include(&out, script->filter);
	if (script->filter && script->rests && bounded(&absence))
		text_add(&out, "}\n");
	made = arena_text(arena, text_get(&out));
	text_free(&out);
	return made;
}

/* --- reading ------------------------------------------------------------------------------------------ */

/* The rest of the line that begins with this mark; NULL: there is none. */
static char *marked(struct arena *arena, const char *text, const char *mark)
{
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t length = strcspn(line, "\r\n");

		/* Only in the comments at the top: below stands what somebody wrote. */
		if (*line != '#')
			return NULL;
		if (length >= strlen(mark) && strncmp(line, mark, strlen(mark)) == 0)
			return arena_bytes(arena, line + strlen(mark), length - strlen(mark));
	}
	return NULL;
}

/* Ends of lines may have become others on the way. */
static bool same_words(const char *one, const char *other)
{
	while (*one || *other) {
		one += strspn(one, "\r");
		other += strspn(other, "\r");
		if (*one != *other)
			break;
		one += *one != '\0';
		other += *other != '\0';
	}
	return one[strspn(one, "\r\n")] == '\0' && other[strspn(other, "\r\n")] == '\0';
}

bool absence_script_read(struct arena *arena, const char *text, struct absence_script *script, bool *edited)
{
	struct mailbox_absence absence;
	const char *value = marked(arena, text, MARK);

	if (!value || !mailbox_absence_read(arena, value, &absence))
		return false;
	script->absence = mailbox_absence_value(arena, &absence);
	script->filter = marked(arena, text, FILTER);
	script->rests = marked(arena, text, RESTS) != NULL;
	*edited = !same_words(text, absence_script_make(arena, script));
	return true;
}

/* Behind a comment or a text that begins here; the same place where none does. */
static const char *skipped(const char *at)
{
	const char *end;

	if (*at == '#')
		return at + strcspn(at, "\n");
	if (at[0] == '/' && at[1] == '*')
		return (end = strstr(at + 2, "*/")) ? end + 2 : at + strlen(at);
	if (*at != '"')
		return at;
	for (at++; *at && *at != '"'; at++)
		at += *at == '\\' && at[1];
	return *at ? at + 1 : at;
}

/* A text of several lines ends with a line that is one dot. */
static const char *behind_text(const char *at)
{
	const char *end = strstr(at, "\n.\n"), *other = strstr(at, "\n.\r\n");

	if (!end || (other && other < end))
		end = other;
	return end ? end + 3 : at + strlen(at);
}

/* The next word outside of comments and texts, and where it goes on behind it; NULL: there is none. */
static const char *next_word(const char *text, size_t *length)
{
	while (*text) {
		const char *next = skipped(text);

		*length = 0;
		if (next != text) {
			text = next;
			continue;
		}
		while (isalnum((unsigned char)text[*length]) || text[*length] == '_')
			(*length)++;
		if (*length == 4 && strncasecmp(text, "text:", 5) == 0)
			text = behind_text(text);
		else if (*length > 0)
			return text;
		else
			text++;
	}
	return NULL;
}

bool script_answers(const char *text)
{
	size_t length;

	for (text = next_word(text, &length); text; text = next_word(text + length, &length))
		if (length == 8 && strncasecmp(text, "vacation", 8) == 0)
			return true;
	return false;
}

/* The text that ends this command: tags and their own texts may stand before the address. */
static const char *last_text(struct arena *arena, const char *at)
{
	const char *address = NULL;

	while (*at && *at != ';') {
		const char *next = skipped(at);

		if (*at == '"')
			address = arena_bytes(arena, at + 1, (size_t)(next - at) - (next - at > 1 && next[-1] == '"' ? 2 : 1));
		at = next != at ? next : at + 1;
	}
	return address;
}

const char *script_sends_to(struct arena *arena, const char *text)
{
	const char *all = NULL;
	size_t length;

	for (text = next_word(text, &length); text; text = next_word(text + length, &length)) {
		const char *address;

		if (length != 8 || strncasecmp(text, "redirect", 8) != 0)
			continue;
		address = last_text(arena, text + length);
		if (!address || !*address)
			address = "somebody that the script names elsewhere";
		all = all ? arena_format(arena, "%s, %s", all, address) : address;
	}
	return all;
}
