/*
 * list_data: reading a list, refreshing it, and single rows after a change.
 *
 * A first reading shows rows as they come; a refresh is gathered beside what is
 * shown and takes its place when it is complete, so that cursor and marks stay.
 * A reading that failed is tried again by itself when the directory is up
 * again.  Loop thread.
 */
#include "ui/list_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ui/session.h"

enum { SLICE_MS = 3, PAINT_MS = 150, FRESH_SECONDS = 60, FRESH_MOST = 5000,
	ASK_REST_MS = 300, ASK_MOST = 500, ASK_LEAST = 4 };

/* --- work in slices ---------------------------------------------------------------------------- */

static struct rowset *receiving(struct list_view *list)
{
	return list->incoming != NULL ? list->incoming : list->set;
}

/* The refresh is complete and in order: it takes the place of what is shown. */
static void swap_in(struct list_view *list)
{
	rowset_inherit_marks(list->incoming, list->set);
	rowset_free(list->set);
	list->set = list->incoming;
	list->incoming = NULL;
	list_settle(list);
	list_preview_again(list);
}

static bool shown_soon(struct list_view *list, bool settled)
{
	int64_t now = clock_monotonic_ms();

	/* While rows stream in, a few pictures a second are enough. */
	if (!settled && now >= list->painted_at && now - list->painted_at < PAINT_MS)
		return false;
	list->painted_at = now;
	return true;
}

static void work(void *context)
{
	struct list_view *list = context;
	bool more = rowset_work(list->set, SLICE_MS);

	if (list->incoming != NULL)
		more = rowset_work(list->incoming, SLICE_MS) || more;
	if (list->incoming != NULL && list->query == NULL && rowset_settled(list->incoming))
		swap_in(list);
	if (more) {
		loop_timer_again(list->work, 0);
	} else {
		loop_timer_stop(list->work);
		list->work = NULL;
	}
	if (shown_soon(list, !more)) {
		/* Not after a filter: columns that jump while somebody types are a nuisance. */
		if (list->unmeasured && (!more || list->natural[0] == 0)) {
			list_measure(list);
			list->unmeasured = more;
		}
		list_settle(list);
		session_changed(list->view.session);
	}
}

void list_work_more(struct list_view *list)
{
	if (list->work == NULL)
		list->work = loop_after(session_engine(list->view.session)->loop, 0, 0, work, list);
}

/* --- the list ----------------------------------------------------------------------------------- */

static void rows_came(void *context, struct rows *takes)
{
	struct list_view *list = context;

	rowset_take(receiving(list), takes);
	list->unmeasured = true;
	list_work_more(list);
}

static void list_came_to_end(void *context, const struct list_end *end)
{
	struct list_view *list = context;

	list->query = NULL;
	list->quiet = false;
	list->error = end->error;
	if (end->error.kind != ERROR_NONE && list->incoming != NULL) {
		/* What was there before is better than half of something new, and is as complete and as old as it was. */
		rowset_free(list->incoming);
		list->incoming = NULL;
		session_complain(list->view.session, &end->error);
	} else {
		list->complete = end->complete && end->error.kind == ERROR_NONE;
		free(list->reason);
		list->reason = memory_text(end->reason);
		list->loaded_at = session_now(list->view.session);
		list->loaded = list->loaded || end->error.kind == ERROR_NONE;
	}
	list_work_more(list);
	session_changed(list->view.session);
}

/* Makes room for what will come: beside what is shown, or in its place where that is only half of a list. */
static void begin(struct list_view *list)
{
	if (list->loaded) {
		rowset_free(list->incoming);
		list->incoming = rowset_new();
		rowset_sort(list->incoming, list->sort, list->reverse);
		rowset_filter(list->incoming, line_text(&list->filter));
	} else if (rowset_total(list->set) > 0) {
		rowset_free(list->set);
		list->set = rowset_new();
		rowset_sort(list->set, list->sort, list->reverse);
		rowset_filter(list->set, line_text(&list->filter));
	}
	error_clear(&list->error);
}

void list_take(struct list_view *list, struct rows *takes, bool complete)
{
	begin(list);
	rowset_take(receiving(list), takes);
	list->unmeasured = true;
	list->complete = complete;
	list->loaded_at = session_now(list->view.session);
	list->loaded = true;
	list_work_more(list);
	session_changed(list->view.session);
}

void list_load(struct list_view *list)
{
	struct list_request request = { .kind = list->kind };
	struct directory *directory = session_engine(list->view.session)->directory;

	if (list->query != NULL)
		return;
	if (list->feed != NULL) {
		list->feed->load(list);
		return;
	}
	begin(list);
	list->query = directory_list(directory, &request, rows_came, list_came_to_end, list);
	session_changed(list->view.session);
}

void list_keep_fresh(struct list_view *list)
{
	struct session *session = list->view.session;

	if (session_replayed(session) || session_top(session) != &list->view || list->query != NULL || !list->loaded)
		return;
	if (!list->complete || rowset_total(list->set) > FRESH_MOST || session_now(session) - list->loaded_at < FRESH_SECONDS)
		return;
	if (directory_status(session_engine(session)->directory)->link != DIRECTORY_UP)
		return;
	list_load(list);
	list->quiet = true;
}

/* --- asking the server, where the list is cut ----------------------------------------------------- */

/* Short words are not sent: they match nearly everything and make the server scan. */
static bool worth_asking(const char *words)
{
	while (*words != '\0') {
		size_t length = strcspn(words, " ");

		if (length >= ASK_LEAST)
			return true;
		words += length;
		words += strspn(words, " ");
	}
	return false;
}

/* A row that is here already is replaced by the fresh one. */
static void found_came(void *context, struct rows *takes)
{
	struct list_view *list = context;

	for (size_t i = 0; i < takes->count; i++)
		rowset_remove(list->set, row_identity(&takes->rows[i]));
	rowset_take(list->set, takes);
	list_work_more(list);
}

static void found_all(void *context, const struct list_end *end)
{
	struct list_view *list = context;

	list->asked = NULL;
	list->answered = end->complete && end->error.kind == ERROR_NONE;
	list_work_more(list);
	session_changed(list->view.session);
}

static void ask_now(void *context)
{
	struct list_view *list = context;
	struct list_request request = { .kind = list->kind, .words = line_text(&list->filter), .limit = ASK_MOST };

	loop_timer_stop(list->asking);
	list->asking = NULL;
	list->asked = directory_list(session_engine(list->view.session)->directory, &request, found_came, found_all, list);
	session_changed(list->view.session);
}

static void stop_asking(struct list_view *list)
{
	if (list->asked != NULL)
		directory_query_cancel(list->asked);
	list->asked = NULL;
	loop_timer_stop(list->asking);
	list->asking = NULL;
	list->answered = false;
}

void list_ask_server(struct list_view *list)
{
	struct session *session = list->view.session;

	stop_asking(list);
	if (list->feed == NULL && list->loaded && !list->complete && list->incoming == NULL && worth_asking(line_text(&list->filter)))
		list->asking = loop_after(session_engine(session)->loop, session_replayed(session) ? 0 : ASK_REST_MS, 0, ask_now, list);
}

/* --- one row after a change --------------------------------------------------------------------- */

struct list_read {
	struct list_view *list;
	struct directory_query *query;
	bool goes_there;                   /* the cursor: it is new, or has a name that a filter may not know */
	struct list_read *next;
};

static void forget_read(struct list_read *read)
{
	struct list_read **at = &read->list->reads;

	while (*at != read)
		at = &(*at)->next;
	*at = read->next;
	free(read);
}

static struct value joined(struct arena *arena, const struct field_values *values)
{
	struct text text = { 0 };
	struct value value;

	for (size_t i = 0; i < values->count; i++) {
		if (i > 0)
			text_add(&text, ", ");
		text_add_bytes(&text, values->values[i].bytes, values->values[i].length);
	}
	value.length = text.length;
	value.bytes = arena_bytes(arena, text_get(&text), text.length);
	text_free(&text);
	return value;
}

static struct rows *rows_of(const struct rowset *set, const struct record *record)
{
	const struct rows *like = rowset_columns(set);
	struct rows *rows = rows_new(record->kind, like->columns, like->column_count);
	struct row *row = rows_add(rows);
	struct value *values = arena_alloc(rows->arena, like->column_count * sizeof *values);
	struct text folded = { 0 };

	row->name = arena_text(rows->arena, record->name);
	row->id = arena_text(rows->arena, record->id);
	row->place = arena_text(rows->arena, record->place);
	for (size_t i = 0; i < like->column_count; i++) {
		values[i] = joined(rows->arena, record_get(record, like->columns[i]->name));
		if (like->columns[i]->flags & (FIELD_SEARCH | FIELD_KEY)) {
			text_add(&folded, text_fold(rows->arena, values[i].bytes, values[i].length));
			text_add_char(&folded, '\n');
		}
	}
	row->values = values;
	row->folded = arena_text(rows->arena, text_get(&folded));
	text_free(&folded);
	return rows;
}

static void put_record(struct list_view *list, struct rowset *set, const struct record *record, bool go_there)
{
	struct rows *rows;

	if (set == NULL || rowset_columns(set) == NULL)
		return;
	rows = rows_of(set, record);
	rowset_remove(set, row_identity(&rows->rows[0]));
	if (go_there)
		list_go_to(list, &rows->rows[0]);
	rowset_take(set, rows);
}

static void record_came(void *context, struct record *takes, const struct error *error)
{
	struct list_read *read = context;
	struct list_view *list = read->list;
	bool goes_there = read->goes_there;

	(void)error;       /* the row stays as it was; the page and the next refresh tell */
	forget_read(read);
	if (takes == NULL)
		return;
	if (rowset_columns(list->set) == NULL)
		list_load(list);
	put_record(list, list->set, takes, goes_there);
	put_record(list, list->incoming, takes, false);
	record_free(takes);
	list->unmeasured = true;
	list_preview_forget(list);
	list_work_more(list);
}

static void remove_named(struct rowset *set, const char *name)
{
	const struct row *row = set == NULL ? NULL : rowset_named(set, name);

	if (row != NULL)
		rowset_remove(set, row_identity(row));
}

/* All of it, also where a reading is under way that may have passed the place. */
static void list_again(struct list_view *list)
{
	if (list->query != NULL)
		directory_query_cancel(list->query);
	list->query = NULL;
	list_preview_forget(list);
	list_load(list);
}

void list_record_changed(struct list_view *list, const struct event *event)
{
	const char *name = event->new_name != NULL ? event->new_name : event->name;
	struct list_read *read;

	/* Rows of it stand in other objects, so any change may be one of its own. */
	if (list->kind->through_owner) {
		list_again(list);
		return;
	}
	if (event->noun != list->kind)
		return;
	if (event->deleted || event->new_name != NULL) {
		remove_named(list->set, event->name);
		remove_named(list->incoming, event->name);
		list_preview_forget(list);
		list_work_more(list);
	}
	if (event->deleted)
		return;
	read = memory_new(sizeof *read);
	read->list = list;
	read->goes_there = event->created || event->new_name != NULL;
	read->next = list->reads;
	list->reads = read;
	read->query = directory_read(session_engine(list->view.session)->directory, list->kind, name, record_came, read);
}

void list_unload(struct list_view *list)
{
	if (list->query != NULL)
		directory_query_cancel(list->query);
	list->query = NULL;
	stop_asking(list);
	while (list->reads != NULL) {
		if (list->reads->query != NULL)
			directory_query_cancel(list->reads->query);
		forget_read(list->reads);
	}
	loop_timer_stop(list->work);
	list->work = NULL;
}
