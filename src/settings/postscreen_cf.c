/*
 * postscreen_cf: who stands at port 25 in master.cf, smtpd or postscreen, and
 * putting the one in place of the other.
 *
 * postscreen(8): it takes the line of port 25 with one process; smtpd gets a
 * line of type pass with the limit and the options that stood there, and needs
 * dnsblog and tlsproxy beside it.  Back again the line of type pass goes, and
 * what it had returns.  Anything else at port 25, or lines that would have to be
 * joined, is refused with a sentence.  Pure; any thread.
 */
#include <string.h>

#include "base/text.h"
#include "settings/main_cf.h"

enum { FIELDS = 8, CHROOT = 4, LIMIT = 6, COMMAND = 7 };

/* A service with its continuation lines. */
struct entry {
	size_t begin, end;                 /* in the file */
	struct { size_t at, length; } fields[FIELDS];
	size_t count;                      /* of fields on its first line */
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static size_t line_end(const char *bytes, size_t length, size_t at)
{
	const char *newline = memchr(bytes + at, '\n', length - at);

	return newline ? (size_t)(newline - bytes) + 1 : length;
}

static bool is_remark(const char *bytes, size_t at, size_t end)
{
	while (at < end && (blank(bytes[at]) || bytes[at] == '\n'))
		at++;
	return at == end || bytes[at] == '#';
}

static void split(const char *bytes, struct entry *entry, size_t end)
{
	size_t at = entry->begin;

	for (entry->count = 0; entry->count < FIELDS; entry->count++) {
		while (at < end && blank(bytes[at]))
			at++;
		entry->fields[entry->count].at = at;
		while (at < end && !blank(bytes[at]) && bytes[at] != '\n')
			at++;
		entry->fields[entry->count].length = at - entry->fields[entry->count].at;
		if (entry->fields[entry->count].length == 0)
			return;
	}
}

/* The next service from *at on; false: there is none. */
static bool next_entry(const char *bytes, size_t length, size_t *at, struct entry *entry)
{
	size_t end;

	while (*at < length && (is_remark(bytes, *at, line_end(bytes, length, *at)) || blank(bytes[*at])))
		*at = line_end(bytes, length, *at);
	if (*at >= length)
		return false;
	entry->begin = *at;
	entry->end = *at = line_end(bytes, length, *at);
	split(bytes, entry, entry->end);
	for (; *at < length; *at = end) {
		end = line_end(bytes, length, *at);
		if (is_remark(bytes, *at, end))
			continue;
		if (!blank(bytes[*at]))
			break;
		entry->end = end;
	}
	*at = entry->end;
	return true;
}

static bool field_is(const char *bytes, const struct entry *entry, size_t which, const char *word)
{
	return which < entry->count && entry->fields[which].length == strlen(word) && !memcmp(bytes + entry->fields[which].at, word, strlen(word));
}

/* "smtp", "25", "192.0.2.1:smtp", "[::1]:25" of type inet. */
static bool at_port_25(const char *bytes, const struct entry *entry)
{
	const char *name = bytes + entry->fields[0].at;
	size_t length = entry->count > 0 ? entry->fields[0].length : 0, start = length;

	while (start > 0 && name[start - 1] != ':')
		start--;
	return field_is(bytes, entry, 1, "inet") && ((length - start == 4 && !memcmp(name + start, "smtp", 4)) || (length - start == 2 && !memcmp(name + start, "25", 2)));
}

struct found {
	struct entry front, pass;          /* of port 25; "smtpd pass" */
	unsigned fronts, passes;
	bool dnsblog, tlsproxy;
};

static struct found find(const char *bytes, size_t length)
{
	struct found found = { 0 };
	struct entry entry;
	size_t at = 0;

	while (next_entry(bytes, length, &at, &entry)) {
		if (at_port_25(bytes, &entry) && found.fronts++ == 0)
			found.front = entry;
		if (field_is(bytes, &entry, 0, "smtpd") && field_is(bytes, &entry, 1, "pass") && found.passes++ == 0)
			found.pass = entry;
		found.dnsblog = found.dnsblog || field_is(bytes, &entry, 0, "dnsblog");
		found.tlsproxy = found.tlsproxy || field_is(bytes, &entry, 0, "tlsproxy");
	}
	return found;
}

const char *postscreen_find(const char *bytes, size_t length, const char **why)
{
	struct found found = find(bytes, length);

	*why = found.fronts == 0 ? "master.cf has no service at port 25 (smtp inet)" :
		found.fronts > 1 ? "master.cf has more than one service at port 25; change each of them by hand" :
		found.front.count < FIELDS ? "the line of port 25 in master.cf has not all its fields on one line" :
		field_is(bytes, &found.front, COMMAND, "postscreen") || field_is(bytes, &found.front, COMMAND, "smtpd") ? NULL :
		"at port 25 of master.cf stands neither smtpd nor postscreen";
	return *why ? NULL : field_is(bytes, &found.front, COMMAND, "postscreen") ? "yes" : "no";
}

/* Up to the limit of processes, as it stands there. */
static void add_front(struct text *text, const char *bytes, const struct entry *entry)
{
	text_add_bytes(text, bytes + entry->begin, entry->fields[LIMIT].at - entry->begin);
}

static void add_field(struct text *text, const char *bytes, const struct entry *entry, size_t which)
{
	text_add_bytes(text, bytes + entry->fields[which].at, entry->fields[which].length);
}

/* Options and continuation lines, to the end of the line. */
static void add_options(struct text *text, const char *bytes, const struct entry *entry)
{
	size_t from = entry->fields[COMMAND].at + entry->fields[COMMAND].length;

	text_add_bytes(text, bytes + from, entry->end - from);
	if (bytes[entry->end - 1] != '\n')
		text_add_char(text, '\n');
}

static void put_in_front(struct text *text, const char *bytes, const struct found *found)
{
	const struct entry *front = &found->front;

	add_front(text, bytes, front);
	text_add(text, "1 postscreen\nsmtpd pass - - ");
	add_field(text, bytes, front, CHROOT);
	text_add(text, " - ");
	add_field(text, bytes, front, LIMIT);
	text_add(text, " smtpd");
	add_options(text, bytes, front);
	for (size_t i = 0; i < 2; i++) {
		if (i == 0 ? found->dnsblog : found->tlsproxy)
			continue;
		text_add(text, i == 0 ? "dnsblog unix - - " : "tlsproxy unix - - ");
		add_field(text, bytes, front, CHROOT);
		text_add(text, i == 0 ? " - 0 dnsblog\n" : " - 0 tlsproxy\n");
	}
}

static void put_away(struct text *text, const char *bytes, const struct found *found)
{
	add_front(text, bytes, &found->front);
	add_field(text, bytes, &found->pass, LIMIT);
	text_add(text, " smtpd");
	add_options(text, bytes, &found->pass);
}

/* Options would be lost, or there is nothing to take them from. */
static const char *obstacle(const char *bytes, const struct found *found, bool on)
{
	size_t after = found->front.fields[COMMAND].at + found->front.fields[COMMAND].length;

	if (on && found->passes > 0)
		return "master.cf has a service smtpd of type pass already; put postscreen into the line of port 25 by hand";
	if (!on && (found->passes != 1 || found->pass.count < FIELDS || !field_is(bytes, &found->pass, COMMAND, "smtpd")))
		return "master.cf has not one plain service smtpd of type pass; put smtpd into the line of port 25 by hand";
	if (!on && !is_remark(bytes, after, found->front.end))
		return "postscreen has options of its own in the line of port 25; take them out by hand first";
	return NULL;
}

char *postscreen_edit(struct arena *arena, const char *bytes, size_t length, bool on, size_t *new_length, const char **why)
{
	const char *now = postscreen_find(bytes, length, why);
	struct found found = find(bytes, length);
	struct text text = { 0 };
	char *copy;
	size_t at = 0;

	if (!now)
		return NULL;
	if (on == (now[0] == 'y')) {
		*new_length = length;
		return arena_bytes(arena, bytes, length);
	}
	*why = obstacle(bytes, &found, on);
	if (*why)
		return NULL;
	/* Two places at most, in the order in which they stand. */
	for (unsigned i = 0; i < 2; i++) {
		bool front = on || (found.front.begin < found.pass.begin) == (i == 0);
		const struct entry *entry = front ? &found.front : &found.pass;

		if (on && i == 1)
			break;
		text_add_bytes(&text, bytes + at, entry->begin - at);
		if (front && on)
			put_in_front(&text, bytes, &found);
		else if (front)
			put_away(&text, bytes, &found);
		at = entry->end;
	}
	text_add_bytes(&text, bytes + at, length - at);
	*new_length = text.length;
	copy = arena_bytes(arena, text_get(&text), text.length);
	text_free(&text);
	return copy;
}
