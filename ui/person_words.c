/*
 * person_words: what the mail servers told of one person, in words for the page
 * and in full.
 *
 * Draws nothing and asks nothing; never fails.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/memory.h"
#include "model/live_kinds.h"
#include "ui/moment.h"
#include "ui/person_parts.h"

enum { BAR = 10, MESSAGES_SHOWN = 5, FOLDERS_SHOWN = 3, SCRIPTS_SHOWN = 6, RIGHTS_SHOWN = 3, AGE_S = 20 * 3600 };

static const char *cell(const struct row *row, size_t column)
{
	return row->values[column].bytes == NULL ? "" : row->values[column].bytes;
}

static const char *joined(struct arena *arena, const char *list, const char *between, const char *one)
{
	return list[0] == '\0' ? one : arena_format(arena, "%s%s%s", list, between, one);
}

const char *person_time(struct arena *arena, int64_t epoch)
{
	char digits[16];

	if (clock_now() - epoch > AGE_S)
		return moment_words(arena, epoch, clock_now());
	clock_digits(epoch, 1, digits);
	return arena_text(arena, digits);
}

/* --- all rows of a part, server by server ---------------------------------------------------------------------- */

struct walk { const struct person_parts *parts; enum person_part part; size_t host, row; };

static const struct row *next_row(struct walk *walk)
{
	for (; walk->host < walk->parts->host_count; walk->host++, walk->row = 0) {
		const struct rows *rows = person_slot_at(walk->parts, walk->part, walk->host)->rows;

		if (rows != NULL && walk->row < rows->count)
			return &rows->rows[walk->row++];
	}
	return NULL;
}

static size_t row_count(const struct person_parts *parts, enum person_part part)
{
	struct walk walk = { parts, part, 0, 0 };
	size_t count = 0;

	while (next_row(&walk) != NULL)
		count++;
	return count;
}

const struct row *person_quota(const struct person_parts *parts)
{
	struct walk walk = { parts, PART_QUOTA, 0, 0 };
	const struct row *row, *fullest = NULL;

	if (parts->live == NULL)
		return NULL;
	while ((row = next_row(&walk)) != NULL)
		if (fullest == NULL || strtol(cell(row, MAILBOXES_PERCENT), NULL, 10) > strtol(cell(fullest, MAILBOXES_PERCENT), NULL, 10))
			fullest = row;
	return fullest;
}

/* --- words for each part ------------------------------------------------------------------------------------------ */

static void say_quota(const struct person_parts *parts, struct arena *arena, struct person_said *said)
{
	const struct row *row = person_quota(parts);
	const char *used, *mails, *limit, *most, *noun;
	char bar[BAR + 1];
	long percent;

	said->words = "no quota there, so no count either";
	if (row == NULL)
		return;
	used = text_from_size(arena, strtoll(cell(row, MAILBOXES_USED), NULL, 10));
	mails = text_from_count(arena, strtoll(cell(row, MAILBOXES_MESSAGES), NULL, 10));
	noun = strcmp(mails, "1") == 0 ? "mail" : "mails";
	limit = cell(row, MAILBOXES_LIMIT);
	most = cell(row, MAILBOXES_MESSAGE_LIMIT);
	percent = strtol(cell(row, MAILBOXES_PERCENT), NULL, 10);
	if (strtoll(limit, NULL, 10) <= 0 && strtoll(most, NULL, 10) <= 0) {
		said->words = arena_format(arena, "%s, %s %s, no limit", used, mails, noun);
		return;
	}
	for (int i = 0; i < BAR; i++)
		bar[i] = percent > i * 100 / BAR || (i == 0 && percent > 0) ? '#' : '.';
	bar[BAR] = '\0';
	if (strtoll(limit, NULL, 10) > 0)
		used = arena_format(arena, "%s of %s", used, text_from_size(arena, strtoll(limit, NULL, 10)));
	if (strtoll(most, NULL, 10) > 0)
		mails = arena_format(arena, "%s of %s", mails, text_from_count(arena, strtoll(most, NULL, 10)));
	said->words = arena_format(arena, "%s %ld %%, %s, %s %s", bar, percent, used, mails, noun);
}

/* A server without a table refuses nobody; that stands in full behind Enter. */
static void say_refused(const struct person_parts *parts, struct arena *arena, struct person_said *said)
{
	struct walk walk = { parts, PART_REFUSED, 0, 0 };
	const struct row *row;
	const char *words = "";

	while ((row = next_row(&walk)) != NULL)
		words = joined(arena, words, "; ", arena_format(arena, "REFUSED by %s for %s: %s", cell(row, LRL_SERVER), cell(row, LRL_LOGIN), cell(row, LRL_ANSWER)));
	said->words = words[0] != '\0' ? words : "not refused by Postfix";
}

static void say_smtp(const struct person_parts *parts, struct arena *arena, struct person_said *said)
{
	struct walk walk = { parts, PART_SMTP, 0, 0 };
	const struct row *row;
	size_t count = row_count(parts, PART_SMTP);
	const char *words = "";

	while ((row = next_row(&walk)) != NULL)
		words = joined(arena, words, ", ", arena_format(arena, "%s (%s mail%s)", cell(row, LT_SMTP_CLIENT), cell(row, LT_SMTP_MAILS),
			strcmp(cell(row, LT_SMTP_MAILS), "1") == 0 ? "" : "s"));
	said->words = count == 0 ? "none open" : arena_format(arena, "%zu: %s", count, words);
}

static void say_absence(const struct person_parts *parts, struct arena *arena, struct person_said *said)
{
	struct walk walk = { parts, PART_ABSENCE, 0, 0 };
	const struct row *row = next_row(&walk);
	const char *from, *until;

	said->words = "off";
	if (row == NULL)
		return;
	from = cell(row, LB_FROM);
	until = cell(row, LB_UNTIL);
	said->words = from[0] != '\0' ? arena_format(arena, "on from %s", from) : "on";
	if (until[0] != '\0')
		said->words = arena_format(arena, "%s until %s", said->words, until);
	if (cell(row, LB_SUBJECT)[0] != '\0')
		said->words = arena_format(arena, "%s: %s", said->words, cell(row, LB_SUBJECT));
	if (cell(row, LB_NOTE)[0] != '\0')
		said->words = arena_format(arena, "%s (%s)", said->words, cell(row, LB_NOTE));
}

static void say_filters(const struct person_parts *parts, struct arena *arena, struct person_said *said)
{
	struct walk walk = { parts, PART_FILTERS, 0, 0 };
	const struct row *row;
	size_t count = 0;
	const char *words = "";

	while ((row = next_row(&walk)) != NULL) {
		bool active = strcmp(cell(row, LF_ACTIVE), "yes") == 0;

		if (count++ < SCRIPTS_SHOWN || active)
			words = joined(arena, words, ", ", active ? arena_format(arena, "%s (active)", cell(row, LF_SCRIPT)) : cell(row, LF_SCRIPT));
	}
	said->words = count == 0 ? "none" : words;
}

/* Each word holds those before it, and who only hears the last one does not think of reading. */
static const char *rights_in_words(const char *rights)
{
	static const char *const words[][2] = { { "post", "read, post" }, { "append", "read, append" }, { "write", "read, append, delete" } };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(rights, words[i][0]) == 0)
			return words[i][1];
	return rights;
}

static void say_access(const struct person_parts *parts, struct arena *arena, struct person_said *said)
{
	struct walk walk = { parts, PART_ACCESS, 0, 0 };
	const struct row *row;
	size_t count = 0;
	const char *words = "";

	while ((row = next_row(&walk)) != NULL)
		if (count++ < RIGHTS_SHOWN)
			words = joined(arena, words, ", ", arena_format(arena, "%s %s (%s)", cell(row, LC_FOLDER), cell(row, LC_WHO), rights_in_words(cell(row, LC_RIGHTS))));
	said->words = count == 0 ? "nobody else" : count > RIGHTS_SHOWN ? arena_format(arena, "%s and %zu more", words, count - RIGHTS_SHOWN) : words;
}

static void say_queue(const struct person_parts *parts, enum person_part part, struct arena *arena, struct person_said *said)
{
	struct walk walk = { parts, part, 0, 0 };
	const struct row *row;
	uint64_t all = 0;

	for (size_t host = 0; host < parts->host_count; host++)
		all += person_slot_at(parts, part, host)->rows == NULL ? 0 : person_slot_at(parts, part, host)->matching;
	said->words = all == 0 ? "nothing" : arena_format(arena, "%llu mail%s", (unsigned long long)all, all == 1 ? "" : "s");
	while (said->line_count < MESSAGES_SHOWN && (row = next_row(&walk)) != NULL) {
		const char *reason = cell(row, LM_REASON);
		int64_t arrival;

		said->lines[said->line_count++] = arena_format(arena, "%s %s %s %s%s%s",
			text_to_time_iso(cell(row, LM_ARRIVAL), &arrival) ? moment_words(arena, arrival, clock_now()) : "-", cell(row, LM_QUEUE),
			part == PART_TO ? "from" : "to", cell(row, part == PART_TO ? LM_SENDER : LM_RECIPIENTS), reason[0] == '\0' ? "" : ": ", reason);
	}
}

static void say_folders(const struct person_parts *parts, struct arena *arena, struct person_said *said)
{
	struct walk walk = { parts, PART_FOLDERS, 0, 0 };
	const struct row *row;
	size_t count = 0;
	const char *words = "";

	while ((row = next_row(&walk)) != NULL)
		if (count++ < FOLDERS_SHOWN)
			words = joined(arena, words, ", ", arena_format(arena, "%s %s", cell(row, LZ_FOLDER), text_from_size(arena, strtoll(cell(row, LZ_SIZE), NULL, 10))));
	said->words = count == 0 ? "none" : count > FOLDERS_SHOWN ? arena_format(arena, "%s; %zu more", words, count - FOLDERS_SHOWN) : words;
}

static void say_log(const struct person_parts *parts, struct arena *arena, struct person_said *said)
{
	const char *words = "";
	size_t servers = 0, count = row_count(parts, PART_LOG);

	for (size_t host = 0; host < parts->host_count; host++)
		servers += person_slot_at(parts, PART_LOG, host)->rows != NULL;
	for (size_t host = 0; host < parts->host_count; host++) {
		const struct person_slot *slot = person_slot_at(parts, PART_LOG, host);

		if (slot->rows != NULL && slot->note != NULL)
			words = joined(arena, words, "; ", servers < 2 ? slot->note : arena_format(arena, "%s %s", host_at(live_hosts(parts->live), host)->name, slot->note));
	}
	said->words = count == 0 ? arena_format(arena, "no line names them; %s", words) : arena_format(arena, "%zu line%s; %s", count, count == 1 ? "" : "s", words);
	/* Each server the same room, since their times are words. */
	for (size_t host = 0; host < parts->host_count; host++) {
		const struct rows *rows = person_slot_at(parts, PART_LOG, host)->rows;

		for (size_t i = 0; rows != NULL && i < rows->count && i < PERSON_LINES / servers && said->line_count < PERSON_LINES; i++)
			said->lines[said->line_count++] = arena_format(arena, "%s %s", cell(&rows->rows[i], LL_TIME), cell(&rows->rows[i], LL_TEXT));
	}
}

static const char *const labels[PERSON_PARTS] = {
	[PART_QUOTA] = "Used", [PART_REFUSED] = "Sending", [PART_SMTP] = "SMTP logins", [PART_ABSENCE] = "Absence", [PART_FILTERS] = "Filters", [PART_ACCESS] = "Access by others",
	[PART_TO] = "Queued to them", [PART_FROM] = "Queued from them", [PART_FOLDERS] = "Biggest folders", [PART_LOG] = "Last lines",
};

static void say(const struct person_parts *parts, enum person_part part, struct arena *arena, struct person_said *said)
{
	switch (part) {
	case PART_QUOTA: say_quota(parts, arena, said); break;
	case PART_REFUSED: say_refused(parts, arena, said); break;
	case PART_SMTP: say_smtp(parts, arena, said); break;
	case PART_ABSENCE: say_absence(parts, arena, said); break;
	case PART_FILTERS: say_filters(parts, arena, said); break;
	case PART_ACCESS: say_access(parts, arena, said); break;
	case PART_TO: case PART_FROM: say_queue(parts, part, arena, said); break;
	case PART_FOLDERS: say_folders(parts, arena, said); break;
	default: say_log(parts, arena, said); break;
	}
}

/* --- with what is missing --------------------------------------------------------------------------------------------- */

static bool silent(enum error_kind kind)
{
	return kind == ERROR_TIMEOUT || kind == ERROR_UNREACHABLE;
}

/* "mail3: no answer", or the sentence; what no way leads to would always stand there, so in few words. */
static const char *trouble_words(const struct person_slot *slot, struct arena *arena)
{
	if (person_slot_no_way(slot))
		return arena_format(arena, "%s: no way to it", host_at(live_hosts(slot->parts->live), slot->host)->name);
	return silent(slot->failed) ? arena_format(arena, "%s: no answer", host_at(live_hosts(slot->parts->live), slot->host)->name) : slot->trouble;
}

bool person_part_said(const struct person_parts *parts, enum person_part part, struct arena *arena, struct person_said *said)
{
	size_t applying = 0, waiting = 0, failed = 0, quiet = 0;
	int64_t oldest = 0;
	const char *troubles = "";

	*said = (struct person_said){ .label = labels[part] };
	for (size_t host = 0; parts->live != NULL && host < parts->host_count; host++) {
		const struct person_slot *slot = person_slot_at(parts, part, host);

		applying += slot->applies;
		waiting += person_slot_busy(slot);
		failed += slot->trouble != NULL;
		quiet += slot->trouble != NULL && silent(slot->failed);
		if (slot->rows != NULL && (oldest == 0 || slot->came_at < oldest))
			oldest = slot->came_at;
	}
	if (applying == 0)
		return false;
	said->known = oldest > 0;
	for (size_t host = 0; host < parts->host_count; host++) {
		const struct person_slot *slot = person_slot_at(parts, part, host);

		/* Where nobody knows where the mailbox is, one server that has it is enough. */
		if (slot->trouble != NULL && !(said->known && slot->failed == ERROR_NOT_FOUND && slot->rows == NULL))
			troubles = joined(arena, troubles, "; ", trouble_words(slot, arena));
	}
	if (said->known)
		say(parts, part, arena, said);
	else if (waiting > 0)
		said->words = "asking ..";
	else if (failed > 0)
		said->words = quiet == failed ? "no answer" : "not known";
	else
		said->words = "Enter asks";
	said->trouble = troubles[0] == '\0' ? NULL : troubles;
	if (said->known)
		said->note = troubles[0] == '\0' ? person_time(arena, oldest) : arena_format(arena, "%s  %s", person_time(arena, oldest), troubles);
	else
		said->note = troubles[0] == '\0' ? NULL : troubles;
	return true;
}

/* --- in full -------------------------------------------------------------------------------------------------------------- */

static void add(struct text *text, enum visible_form form, const char *bytes)
{
	struct arena *arena = arena_new();

	text_add(text, text_visible_string(arena, form, bytes, strlen(bytes)));
	arena_free(arena);
}

/* "mails 812": a figure alone is a riddle. What names the row, and lines of a log, speak for themselves. */
static void add_cell(const struct field *field, const struct value *value, bool labelled, enum visible_form form, struct text *text)
{
	struct arena *arena = arena_new();
	int64_t time;

	text_add(text, "  ");
	if (labelled)
		text_addf(text, "%s ", text_lower_ascii(arena, field->label, strlen(field->label)));
	if (field->type == FIELD_SIZE)
		add(text, form, text_from_size(arena, strtoll(value->bytes, NULL, 10)));
	else if (field->type == FIELD_TIME && text_to_time_iso(value->bytes, &time))
		add(text, form, person_time(arena, time));
	else
		add(text, form, value_words(arena, field, value));
	arena_free(arena);
}

/* Of a limit 0 means that there is none. */
static bool says_nothing(const struct field *field, const char *bytes)
{
	return bytes[0] == '\0' || strcmp(field->name, "server") == 0 || (strstr(field->name, "limit") != NULL && strcmp(bytes, "0") == 0);
}

static void add_row(enum person_part part, const struct rows *rows, const struct row *row, enum visible_form form, struct text *text)
{

	for (size_t i = 0; i < rows->column_count; i++) {
		const struct field *field = rows->columns[i];

		/* The heading names the server. */
		/* Of a script only its lines. */
		if (!says_nothing(field, cell(row, i)) && (part != PART_SCRIPT || i == LW_TEXT))
			add_cell(field, &row->values[i], part != PART_LOG && !(field->flags & FIELD_KEY), form, text);
	}
	text_add(text, "\n");
}

void person_part_text(const struct person_parts *parts, enum person_part part, enum visible_form form, struct text *text)
{
	for (size_t host = 0; parts->live != NULL && host < parts->host_count; host++) {
		const struct person_slot *slot = person_slot_at(parts, part, host);
		struct arena *arena = arena_new();

		if (slot->rows != NULL || slot->trouble != NULL)
			text_addf(text, "%s%s%s\n", host_at(live_hosts(parts->live), host)->name, slot->rows == NULL ? "" : ", as of ",
				slot->rows == NULL ? "" : person_time(arena, slot->came_at));
		if (slot->rows != NULL && slot->rows->count == 0)
			text_add(text, "  nothing\n");
		for (size_t i = 0; slot->rows != NULL && i < slot->rows->count; i++)
			add_row(part, slot->rows, &slot->rows->rows[i], form, text);
		if (slot->rows != NULL && slot->matching > slot->rows->count)
			text_addf(text, "  and %llu more\n", (unsigned long long)(slot->matching - slot->rows->count));
		if (slot->rows != NULL && slot->note != NULL) {
			text_add(text, "  ");
			add(text, form, slot->note);
			text_add(text, "\n");
		}
		if (slot->trouble != NULL) {
			text_add(text, "  ! ");
			add(text, form, slot->trouble);
			text_add(text, "\n");
		}
		arena_free(arena);
	}
}
