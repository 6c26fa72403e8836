/*
 * suggest: reading a kind in the background and filtering it by what is typed.
 * Loop thread; a directory that cannot answer leaves its sentence in the last
 * row.
 */
#include "ui/suggest.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "ui/move.h"

/* More than a person scrolls through; beyond it the server is asked with the words. */
enum { MOST_ROWS = 5000 };

/* A domain of other letters is also found by those letters. */
static bool matches_unicode(const struct suggest *suggest, const struct row *row)
{
	struct arena *arena;
	const char *name;
	bool found;

	if (strstr(row->name, "xn--") == NULL)
		return false;
	arena = arena_new();
	name = text_domain_unicode(arena, row->name);
	found = strstr(text_fold(arena, name, strlen(name)), suggest->folded) != NULL;
	arena_free(arena);
	return found;
}

static bool matches(const struct suggest *suggest, const struct row *row)
{
	return suggest->folded == NULL || suggest->folded[0] == '\0' || row_matches(row, suggest->folded) || matches_unicode(suggest, row);
}

static int by_name(const void *a, const void *b)
{
	const struct suggest_match *x = a, *y = b;

	return text_compare(x->row->name, y->row->name);
}

/* Names that begin with the words come first: that is what somebody who types them means. */
static void prefer_beginnings(struct suggest *suggest)
{
	size_t length = suggest->words == NULL ? 0 : strlen(suggest->words), to = 0;

	for (size_t i = 0; length > 0 && i < suggest->match_count; i++) {
		struct suggest_match match = suggest->matches[i];

		if (strncasecmp(match.row->name, suggest->words, length) != 0)
			continue;
		memmove(&suggest->matches[to + 1], &suggest->matches[to], (i - to) * sizeof(match));
		suggest->matches[to++] = match;
	}
}

static void filter(struct suggest *suggest)
{
	suggest->match_count = 0;
	suggest->total = 0;
	for (const struct rows *batch = suggest->batches; batch != NULL; batch = batch->next) {
		suggest->total += batch->count;
		for (size_t i = 0; i < batch->count; i++) {
			if (!matches(suggest, &batch->rows[i]))
				continue;
			suggest->matches = memory_grow(suggest->matches, &suggest->match_capacity, suggest->match_count + 1,
					sizeof(*suggest->matches));
			suggest->matches[suggest->match_count++] = (struct suggest_match){ &batch->rows[i], batch };
		}
	}
	if (suggest->match_count > 1)
		qsort(suggest->matches, suggest->match_count, sizeof(*suggest->matches), by_name);
	prefer_beginnings(suggest);
	if (suggest->at >= suggest->match_count)
		suggest->at = 0;
	session_changed(suggest->session);
}

static void drop_rows(struct suggest *suggest)
{
	while (suggest->batches != NULL) {
		struct rows *next = suggest->batches->next;

		rows_free(suggest->batches);
		suggest->batches = next;
	}
	suggest->match_count = 0;
}

static void rows_came(void *context, struct rows *takes)
{
	struct suggest *suggest = context;

	takes->next = suggest->batches;
	suggest->batches = takes;
	filter(suggest);
}

static void ended(void *context, const struct list_end *end)
{
	struct suggest *suggest = context;

	suggest->query = NULL;
	suggest->over = true;
	suggest->complete = end->complete && end->error.kind == ERROR_NONE;
	free(suggest->reason);
	suggest->reason = NULL;
	if (end->error.kind != ERROR_NONE)
		suggest->reason = memory_text(end->error.text);
	else if (!end->complete)
		suggest->reason = memory_text(end->reason == NULL ? "list cut" : end->reason);
	session_changed(suggest->session);
}

static void ask(struct suggest *suggest, const char *words)
{
	struct list_request request = { .kind = suggest->kind, .words = words, .limit = MOST_ROWS };

	if (suggest->query != NULL)
		directory_query_cancel(suggest->query);
	drop_rows(suggest);
	free(suggest->asked);
	suggest->asked = memory_text(words);
	suggest->complete = false;
	free(suggest->reason);
	suggest->reason = NULL;
	suggest->over = false;
	suggest->query = directory_list(session_engine(suggest->session)->directory, &request, rows_came, ended, suggest);
	/* A directory that has the answer at hand may have called back already. */
	if (suggest->over)
		suggest->query = NULL;
}

void suggest_start(struct suggest *suggest, struct session *session, const struct kind *kind)
{
	if (suggest->kind == kind)
		return;
	suggest_stop(suggest);
	suggest->session = session;
	suggest->kind = kind;
	if (kind != NULL)
		ask(suggest, NULL);
}

void suggest_stop(struct suggest *suggest)
{
	if (suggest->query != NULL)
		directory_query_cancel(suggest->query);
	drop_rows(suggest);
	free(suggest->words);
	free(suggest->folded);
	free(suggest->asked);
	free(suggest->reason);
	free(suggest->matches);
	memset(suggest, 0, sizeof(*suggest));
}

/* Words too short to be sent would make the server scan (ldap-scale 3). */
static bool worth_asking(const struct suggest *suggest)
{
	if (suggest->complete && suggest->asked == NULL)
		return false;
	if (suggest->query != NULL && suggest->asked == NULL)
		return false;
	if (strlen(suggest->words) < 4)
		return suggest->asked != NULL;
	return suggest->asked == NULL || strcmp(suggest->asked, suggest->words) != 0;
}

void suggest_look(struct suggest *suggest, const char *words)
{
	struct arena *arena;

	if (suggest->kind == NULL)
		return;
	if (words == NULL)
		words = "";
	if (suggest->words != NULL && strcmp(suggest->words, words) == 0)
		return;
	arena = arena_new();
	free(suggest->words);
	free(suggest->folded);
	suggest->words = memory_text(words);
	suggest->folded = memory_text(text_fold(arena, words, strlen(words)));
	arena_free(arena);
	suggest->at = 0;
	suggest->active = false;
	if (worth_asking(suggest))
		ask(suggest, strlen(words) >= 4 ? suggest->words : NULL);
	filter(suggest);
}

bool suggest_act(struct suggest *suggest, const struct action *action)
{
	enum move move = move_of(action);
	bool moved;
	size_t at;

	if (suggest->kind == NULL || suggest->match_count == 0)
		return false;
	if (!suggest->active) {
		if (move != MOVE_DOWN && move != MOVE_PAGE_DOWN)
			return false;
		suggest->active = true;
		return true;
	}
	if (move == MOVE_UP && suggest->at == 0) {
		suggest->active = false;
		return true;
	}
	at = move_row(move, suggest->at, suggest->match_count, 8, &moved);
	if (moved)
		suggest->at = at;
	return moved;
}

const char *suggest_chosen(const struct suggest *suggest)
{
	if (!suggest->active || suggest->at >= suggest->match_count)
		return NULL;
	return suggest->matches[suggest->at].row->name;
}

/* The name as people read it, and the address. */
static bool is_first(const struct field *field)
{
	return (field->flags & FIELD_COLUMN) && (field->flags & FIELD_SEARCH) != 0;
}

/* Does this column help to choose? Not the key, which stands in front, no figures, and nothing that the name says already. */
static bool tells_apart(const struct suggest_match *match, size_t index)
{
	const struct field *field = match->batch->columns[index];
	const struct value *value = &match->row->values[index];
	const char *title = match->batch->kind->title_field;

	if (value->length == 0 || (field->flags & FIELD_KEY) || !(field->flags & (FIELD_COLUMN | FIELD_SEARCH)) ||
	    field->type == FIELD_SIZE || field->type == FIELD_NUMBER || field->type == FIELD_CHOICE)
		return false;
	for (size_t i = 0; title != NULL && i < match->batch->column_count; i++) {
		const struct field *other = match->batch->columns[i];

		if (i != index && strcmp(other->name, title) == 0 && strstr(match->row->values[i].bytes, value->bytes) != NULL)
			return false;
	}
	return true;
}

/* As wide as the names that are drawn, within what leaves room to tell them apart; all of it where it is narrow. */
static int name_columns(const struct suggest *suggest, const struct canvas *canvas, size_t first, size_t rows, int width)
{
	int widest = 12;

	for (size_t i = first; i < suggest->match_count && i - first < rows; i++) {
		const char *name = suggest->matches[i].row->name;
		int columns = (int)text_columns(canvas->form, name, strlen(name)) + 3;

		widest = columns > widest ? columns : widest;
	}
	return width <= 60 ? width : widest > 36 ? 36 : widest;
}

static void draw_match(const struct suggest *suggest, size_t index, struct canvas *canvas, int row, int column, int width, int names)
{
	const struct suggest_match *match = &suggest->matches[index];
	bool here = suggest->active && index == suggest->at;
	enum style style = here ? STYLE_ROW_HERE : STYLE_ROW;
	int at = column + 2;

	if (here) {
		canvas_fill(canvas, row, column, width, style);
		canvas_border(canvas, row, column, 1, BORDER_POINTER, style);
		canvas_cursor(canvas, row, column, false);
	}
	canvas_words(canvas, row, at, names - 2, style, match->row->name);
	at = column + names + 1;
	/* Both labels of a domain that is no ASCII one (terminal-and-safety 1). */
	if (width > 60 && strstr(match->row->name, "xn--") != NULL)
		at += canvas_words(canvas, row, at, column + width - at, here ? style : STYLE_DIM,
				text_domain_unicode(canvas->arena, match->row->name)) + 2;
	/* First what tells two of one name apart. */
	for (int further = 0; further < 2; further++) {
		for (size_t i = 0; i < match->batch->column_count && at < column + width - 8; i++) {
			const struct value *value = &match->row->values[i];

			if (tells_apart(match, i) && is_first(match->batch->columns[i]) == (further == 0))
				at += canvas_bytes(canvas, row, at, column + width - at, here ? style : STYLE_DIM, value->bytes, value->length) + 2;
		}
	}
}

static void draw_state(const struct suggest *suggest, struct canvas *canvas, int row, int column, int width)
{
	if (suggest->query != NULL)
		canvas_format(canvas, row, column, width, STYLE_DIM, "%zu of %zu, more are being read", suggest->match_count, suggest->total);
	else if (suggest->reason != NULL)
		canvas_format(canvas, row, column, width, STYLE_WARNING, "%zu of %zu, list cut: %s", suggest->match_count, suggest->total,
				suggest->reason);
	else if (suggest->match_count == 0)
		canvas_format(canvas, row, column, width, STYLE_WARNING, "none of %zu fits", suggest->total);
	else
		canvas_format(canvas, row, column, width, STYLE_DIM, "%zu of %zu, complete", suggest->match_count, suggest->total);
}

bool suggest_click(struct suggest *suggest, int id)
{
	if (id < SUGGEST_TARGETS)
		return false;
	if ((size_t)(id - SUGGEST_TARGETS) < suggest->match_count) {
		suggest->at = (size_t)(id - SUGGEST_TARGETS);
		suggest->active = true;
	}
	return true;
}

void suggest_draw(const struct suggest *suggest, struct canvas *canvas, int row, int column, int width, int rows)
{
	size_t room = rows > 1 ? (size_t)rows - 1 : 0, first = 0, drawn = 0;
	int names;

	if (suggest->kind == NULL || rows < 1 || width < 1)
		return;
	if (room > 0 && suggest->at >= room)
		first = suggest->at - room + 1;
	names = name_columns(suggest, canvas, first, room, width);
	for (size_t i = first; i < suggest->match_count && drawn < room; i++, drawn++) {
		draw_match(suggest, i, canvas, row + (int)drawn, column, width, names);
		canvas_target(canvas, row + (int)drawn, column, width, SUGGEST_TARGETS + (int)i);
	}
	draw_state(suggest, canvas, row + (int)drawn, column + 2, width - 2);
}
