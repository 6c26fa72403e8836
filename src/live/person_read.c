/*
 * person_read: see person_read.h.
 */
#include "live/person_read.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "live/table_reader.h"
#include "model/mailbox.h"

/* More than a person has; a hostile answer must not fill the memory. */
enum { ROWS_MOST = 5000 };

struct making {
	struct arena *arena;
	void *rows;
	size_t count, room;
};

static bool read_table(const struct table_column *columns, size_t count, table_reader_row *row, struct making *making,
		const struct host_answer *answer, struct error *error)
{
	struct table_reader *reader = table_reader_new(columns, count, row, making);
	bool fine;

	table_reader_take(reader, answer->form, answer->output, answer->length);
	fine = table_reader_end(reader, error);
	table_reader_free(reader);
	return fine;
}

static char *cell_text(struct making *making, const struct table_cell *cell)
{
	return cell->text ? arena_bytes(making->arena, cell->text, cell->length) : arena_text(making->arena, "");
}

/* --- scripts ------------------------------------------------------------------------------------------ */

static bool take_script(void *context, const struct table_cell *cells)
{
	struct making *making = context;
	struct person_script *rows;

	if (making->count == ROWS_MOST || !cells[0].length)
		return false;
	making->rows = rows = arena_grow(making->arena, making->rows, &making->room, making->count + 1, sizeof(*rows));
	rows[making->count].name = cell_text(making, &cells[0]);
	rows[making->count++].active = cells[1].text && strcmp(cells[1].text, "ACTIVE") == 0;
	return true;
}

bool person_scripts_read(struct arena *arena, const struct host_answer *answer, struct person_scripts *scripts, struct error *error)
{
	static const struct table_column columns[] = { { "script", NULL, false, false }, { "active", NULL, true, false } };
	struct making making = { .arena = arena };

	*scripts = (struct person_scripts){ 0 };
	/* Without a script there is not even a line of titles. */
	if (answer->form == FORM_OUTPUT && answer->length == 0)
		return true;
	if (!read_table(columns, 2, take_script, &making, answer, error))
		return false;
	scripts->rows = making.rows;
	scripts->count = making.count;
	for (size_t i = 0; i < scripts->count; i++)
		if (scripts->rows[i].active)
			scripts->active = scripts->rows[i].name;
	return true;
}

char *person_script_read(struct arena *arena, const struct host_answer *answer)
{
	const char *end;
	struct json *json;
	char *text = NULL;
	size_t length;

	if (answer->form == FORM_OUTPUT) {
		end = memchr(answer->output, '\n', answer->length);
		return end ? arena_bytes(arena, end + 1, answer->length - (size_t)(end + 1 - answer->output)) : NULL;
	}
	json = json_parse(answer->output, answer->length, NULL);
	if (json_count(json) > 0)
		text = json_bytes(arena, json_get(json_item(json, 0), "sieve script"), &length);
	json_free(json);
	return text;
}

/* --- rights ----------------------------------------------------------------------------------------------- */

static bool take_right(void *context, const struct table_cell *cells)
{
	struct making *making = context;
	struct person_right *rows;
	const char *who = cell_text(making, &cells[0]);

	if (making->count == ROWS_MOST || !*who)
		return false;
	if (strcmp(who, "owner") == 0)
		return true;
	making->rows = rows = arena_grow(making->arena, making->rows, &making->room, making->count + 1, sizeof(*rows));
	rows[making->count].who = strncmp(who, "user=", 5) == 0 && who[5] ? who + 5 : who;
	rows[making->count++].rights = mailbox_rights_word(making->arena, cell_text(making, &cells[1]));
	return true;
}

bool person_rights_read(struct arena *arena, const struct host_answer *answer, struct person_rights *rights, struct error *error)
{
	static const struct table_column columns[] = { { "ID", "id", false, false }, { "Rights", "rights", false, false } };
	struct making making = { .arena = arena };

	*rights = (struct person_rights){ 0 };
	if (!read_table(columns, 2, take_right, &making, answer, error))
		return false;
	rights->rows = making.rows;
	rights->count = making.count;
	return true;
}

/* --- folders ------------------------------------------------------------------------------------------------ */

static bool take_folder(void *context, const struct table_cell *cells)
{
	struct making *making = context;
	struct person_folder *rows, row = { .messages = 0 };

	if (making->count == ROWS_MOST || !cells[0].length)
		return false;
	if (cells[1].text && (!table_reader_number(&cells[1], UINT64_MAX, &row.messages) || !table_reader_number(&cells[2], INT64_MAX, &row.bytes)))
		return false;
	row.name = cell_text(making, &cells[0]);
	making->rows = rows = arena_grow(making->arena, making->rows, &making->room, making->count + 1, sizeof(*rows));
	rows[making->count++] = row;
	return true;
}

bool person_folders_read(struct arena *arena, const struct host_answer *answer, bool sizes, struct person_folders *folders, struct error *error)
{
	const struct table_column columns[] = { { "mailbox", NULL, false, false }, { "messages", NULL, !sizes, false }, { "vsize", NULL, !sizes, false } };
	struct making making = { .arena = arena };

	*folders = (struct person_folders){ 0 };
	if (!read_table(columns, 3, take_folder, &making, answer, error))
		return false;
	folders->rows = making.rows;
	folders->count = making.count;
	return true;
}

/* --- SMTP sessions --------------------------------------------------------------------------------------------- */

static const char *text_of(struct arena *arena, const struct json *object, const char *key)
{
	size_t length;
	const char *text = json_bytes(arena, json_get(object, key), &length);

	return text ? text : "";
}

static uint64_t number_of(const struct json *object, const char *key)
{
	int64_t number = json_get_number(object, key, 0);

	return number > 0 ? (uint64_t)number : 0;
}

/* As many as a queue is listed of. */
static const struct person_sent *sent_of(struct arena *arena, const struct json *json, size_t *count)
{
	enum { SENT_MOST = 10000 };
	const struct json *list = json_get(json, "sent");
	size_t there = json_count(list) < SENT_MOST ? json_count(list) : SENT_MOST;
	struct person_sent *sent = arena_alloc(arena, (there + 1) * sizeof(*sent));

	*count = 0;
	for (size_t i = 0; i < there; i++) {
		const char *id = text_of(arena, json_item(list, i), "id");

		if (*id)
			sent[(*count)++] = (struct person_sent){ id, json_get_number(json_item(list, i), "time", 0) };
	}
	return json_sort(list) == JSON_LIST ? sent : NULL;
}

static void fill_sessions(struct arena *arena, const struct json *json, struct person_sessions *sessions)
{
	const struct json *list = json_get(json, "sessions");
	size_t count = json_count(list) < ROWS_MOST ? json_count(list) : ROWS_MOST;
	struct person_session *rows = arena_alloc(arena, (count + 1) * sizeof(*rows));

	for (size_t i = 0; i < count; i++) {
		const struct json *item = json_item(list, i);

		rows[i] = (struct person_session){ .pid = number_of(item, "pid"), .mails = number_of(item, "mails"), .login = text_of(arena, item, "login"),
			.client = text_of(arena, item, "client"), .since = text_of(arena, item, "since") };
	}
	*sessions = (struct person_sessions){ .rows = rows, .count = count, .place = text_of(arena, json, "place"), .from = text_of(arena, json, "from"),
		.silent = number_of(json, "silent"), .ended = number_of(json, "ended"), .killed = number_of(json, "killed") };
	sessions->sent = sent_of(arena, json, &sessions->sent_count);
}

bool person_sessions_read(struct arena *arena, const struct host_answer *answer, struct person_sessions *sessions, struct error *error)
{
	struct json *json = json_parse(answer->output, answer->length, NULL);
	const char *why = json ? json_get_text(json, "error") : NULL;
	bool fine = json_sort(json_get(json, "sessions")) == JSON_LIST;

	*sessions = (struct person_sessions){ .place = "", .from = "" };
	if (fine)
		fill_sessions(arena, json, sessions);
	if (why)
		fine = error_set(error, ERROR_UNSUPPORTED, "%.400s", why);
	else if (!fine)
		error_set(error, ERROR_UNSUPPORTED, "there is no postroom of this version that could look at SMTP sessions: %.200s (exit status %d)",
			answer->complaint && *answer->complaint ? answer->complaint : "it said nothing", answer->status);
	json_free(json);
	return fine;
}

char *person_sessions_words(struct arena *arena, const struct person_sessions *sessions)
{
	char *words = sessions->count == 0 ? arena_text(arena, "No SMTP session of this login is open") :
		arena_format(arena, "%zu SMTP session%s open:", sessions->count, sessions->count == 1 ? " is" : "s are");

	for (size_t i = 0; i < sessions->count && i < 5; i++)
		words = arena_format(arena, "%s%s from %.100s since %.40s", words, i ? "," : "", sessions->rows[i].client, sessions->rows[i].since);
	if (sessions->count > 5)
		words = arena_format(arena, "%s and %zu more", words, sessions->count - 5);
	words = arena_format(arena, "%s, as %.200s tells%s%.40s; what it no longer shows is not known", words, sessions->place,
		*sessions->from ? " from " : "", sessions->from);
	return sessions->silent == 0 ? words : arena_format(arena,
		"%s. %zu connection%s sent nothing yet: whose cannot be told", words, sessions->silent, sessions->silent == 1 ? " has" : "s have");
}
