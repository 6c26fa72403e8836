/*
 * list: the view of many objects of one kind.
 *
 * What a person does with it; reading is in list_data.c, drawing in
 * list_draw.c.  The cursor stays on its object while rows come, go and change
 * their order.  Longer than 600 lines because a key means what the state of the
 * whole list makes of it.  Nothing here fails; loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "ui/list_memory.h"
#include "ui/list_private.h"
#include "ui/move.h"
#include "ui/policy.h"
#include "ui/repair.h"
#include "ui/session.h"

/* --- cursor ------------------------------------------------------------------------------------- */

enum { ENTER_MS = 300 };

const struct row *list_row(const struct list_view *list)
{
	return rowset_row(list->set, list->cursor);
}

static void choose(struct list_view *list, const struct row *row)
{
	free(list->chosen);
	list->chosen = row == NULL ? NULL : memory_text(row_identity(row));
}

static void scroll(struct list_view *list)
{
	struct list_layout layout = list_layout(list, list_area(list));
	size_t rows = layout.rows > 0 ? (size_t)layout.rows : 1, count = rowset_count(list->set);

	if (list->cursor < list->top)
		list->top = list->cursor;
	if (list->cursor >= list->top + rows)
		list->top = list->cursor - rows + 1;
	if (list->top + rows > count)
		list->top = count > rows ? count - rows : 0;
}

void list_settle(struct list_view *list)
{
	size_t count = rowset_count(list->set), at;
	const struct row *row = list_row(list);

	/* Mostly the row is where it was; looking for it among all is for the other times. */
	if (list->chosen != NULL && (row == NULL || strcmp(row_identity(row), list->chosen) != 0)
			&& rowset_find(list->set, list->chosen, &at))
		list->cursor = at;
	if (list->chosen == NULL)
		list->cursor = 0;
	if (list->cursor >= count)
		list->cursor = count > 0 ? count - 1 : 0;
	scroll(list);
	list_preview_follow(list);
}

static bool move_cursor(struct list_view *list, enum move move)
{
	struct list_layout layout = list_layout(list, list_area(list));
	bool moved;
	size_t at = move_row(move, list->cursor, rowset_count(list->set), layout.rows > 1 ? (size_t)layout.rows - 1 : 1, &moved);

	if (!moved)
		return false;
	list->cursor = at;
	choose(list, list_row(list));
	list_settle(list);
	return true;
}

/* --- filter ------------------------------------------------------------------------------------- */

static void filter_changed(struct list_view *list)
{
	const char *words = line_text(&list->filter);

	if (words[0] != '\0') {
		free(list->last_words);
		list->last_words = memory_text(words);
		/* Who types wants the first match, not the row from before. */
		choose(list, NULL);
	}
	rowset_filter(list->set, words);
	if (list->incoming != NULL)
		rowset_filter(list->incoming, words);
	list_ask_server(list);
	list_work_more(list);
	list_settle(list);
}

void list_use_filter(struct list_view *list, const char *words)
{
	line_set(&list->filter, words, strlen(words));
	list->typing = false;
	filter_changed(list);
}

static void clear_filter(struct list_view *list)
{
	choose(list, list_row(list));
	line_set(&list->filter, "", 0);
	list->typing = false;
	filter_changed(list);
}

void list_go_to(struct list_view *list, const struct row *row)
{
	struct arena *arena = arena_new();
	const char *words = line_text(&list->filter);

	if (!list->typing && !row_matches(row, text_fold(arena, words, strlen(words))))
		clear_filter(list);
	arena_free(arena);
	choose(list, row);
}

static void search(struct list_view *list, bool forward)
{
	size_t count = rowset_count(list->set), at = list->cursor;
	struct arena *arena = arena_new();
	const char *words = list->last_words == NULL ? "" : list->last_words;
	char *folded = text_fold(arena, words, strlen(words));

	for (size_t i = 0; i < count; i++) {
		at = (at + (forward ? 1 : count - 1)) % count;
		if (row_matches(rowset_row(list->set, at), folded)) {
			list->cursor = at;
			choose(list, list_row(list));
			break;
		}
	}
	arena_free(arena);
	list_settle(list);
}

/* --- columns ------------------------------------------------------------------------------------ */

static void sort_by_next(struct list_view *list)
{
	struct list_column columns[LIST_COLUMNS_MOST];
	int count = list_columns(list, list_layout(list, list_area(list)).columns, columns), next = 0;

	for (int i = 0; i < count; i++) {
		if (columns[i].field == list->sort)
			next = (i + 1) % count;
	}
	list->sort = count > 0 ? columns[next].field : list->sort;
	list->reverse = false;
}

static void sort_rows(struct list_view *list)
{
	choose(list, list_row(list));
	rowset_sort(list->set, list->sort, list->reverse);
	if (list->incoming != NULL)
		rowset_sort(list->incoming, list->sort, list->reverse);
	list_work_more(list);
	session_notice(list->view.session, NULL, "Sorted by %s%s", list->sort->label, list->reverse ? ", from the end" : "");
}

static void turn_columns(struct list_view *list, bool right)
{
	int most = 0;

	for (const struct field *field = list->kind->fields; field->name != NULL; field++)
		most += field_in_lists(field);
	if (right && list->first_column < most - 2)
		list->first_column++;
	else if (!right && list->first_column > 0)
		list->first_column--;
}

/* --- what is done with a row -------------------------------------------------------------------- */

static void open_page(struct list_view *list)
{
	struct arena *arena = arena_new();

	session_push(list->view.session, page_view_new(list->view.session, list->kind, list_read_name(arena, list_row(list))));
	arena_free(arena);
}

/* Only the whole record tells whether a policy says anything. */
static void apply_policy(struct list_view *list)
{
	struct session *session = list->view.session;
	const char *nothing = policy_nothing(list->record);

	if (nothing != NULL)
		session_notice(session, NULL, "%s: %s.", list->record->name, nothing);
	else
		session_push(session, review_view_new(session, policy_change(list->record)));
}

static void open_row(struct list_view *list)
{
	if (list->feed == NULL)
		open_page(list);
	else if (list->feed->act != NULL)
		list->feed->act(list, action_find("open"));
}

static void do_with_record(struct list_view *list, const char *name)
{
	struct session *session = list->view.session;
	struct record *record = list->record;

	if (repair_is_action(action_find(name))) {
		repair_act(session, action_find(name), record);
	} else if (strcmp(name, "quota") == 0) {
		session_push(session, editor_view_new(session, record, kind_field(list->kind, "quota")));
	} else if (strcmp(name, "apply-policy") == 0) {
		apply_policy(list);
	} else if (strcmp(name, "rename") == 0) {
		session_push(session, rename_view_new(session, record));
	} else if (strcmp(name, "copy-as-new") == 0) {
		session_push(session, form_view_new(session, list->kind, record));
	} else if (strcmp(name, "delete") == 0) {
		struct change *change = change_new(VERB_DELETE, list->kind, record->name);

		change->id = arena_text(change->arena, record->id);
		change_saw(change, record);
		session_push(session, review_view_new(session, change));
	}
}

/* The record is here (or could not be read), and somebody waits for it. */
void list_do_waiting(struct list_view *list)
{
	const struct action *action = list->waiting;
	struct session *session = list->view.session;

	list->waiting = NULL;
	if (action == NULL || session_top(session) != &list->view)
		return;
	if (list->record == NULL)
		session_complain(session, &list->preview_error);
	else if (session_blocked(session, &list->view, action) == NULL)
		do_with_record(list, action->name);
}

static void with_record(struct list_view *list, const struct action *action)
{
	const struct row *row = list_row(list);

	list->waiting = action;
	if (list->record != NULL && list->preview_of != NULL && strcmp(list->preview_of, row_identity(row)) == 0)
		list_do_waiting(list);
	else
		list_preview_now(list);
}

/* --- actions ------------------------------------------------------------------------------------ */

static bool act_on_marks(struct list_view *list, const char *name)
{
	if (strcmp(name, "mark") == 0) {
		rowset_mark(list->set, list_row(list), !rowset_marked(list->set, list_row(list)));
		move_cursor(list, MOVE_DOWN);
	} else if (strcmp(name, "mark-all") == 0) {
		rowset_mark_shown(list->set);
	} else if (strcmp(name, "unmark") == 0) {
		rowset_unmark(list->set);
	} else {
		return false;
	}
	return true;
}

static bool act_on_view(struct list_view *list, const char *name)
{
	if (strcmp(name, "sort") == 0 || strcmp(name, "sort-reverse") == 0) {
		if (strcmp(name, "sort") == 0)
			sort_by_next(list);
		else
			list->reverse = !list->reverse;
		sort_rows(list);
	} else if (strcmp(name, "preview") == 0) {
		list->preview = !list->preview;
		list_settle(list);
	} else if (strcmp(name, "left") == 0 || strcmp(name, "right") == 0) {
		turn_columns(list, strcmp(name, "right") == 0);
	} else if (strcmp(name, "refresh") == 0) {
		list_preview_forget(list);
		list_load(list);
		list_settle(list);
	} else if (strcmp(name, "search-next") == 0 || strcmp(name, "search-previous") == 0) {
		search(list, strcmp(name, "search-next") == 0);
	} else if (strcmp(name, "filter") == 0) {
		list->typing = true;
		list_settle(list);
	} else if (strcmp(name, "clear-filter") == 0) {
		clear_filter(list);
	} else {
		return false;
	}
	return true;
}

/* Views that lie over the list and change how it looks. */
static bool open_choices(struct list_view *list, const char *name)
{
	struct view *view = NULL;

	if (strcmp(name, "columns") == 0)
		view = list_choose_view_new(list);
	else if (strcmp(name, "filters") == 0)
		view = list_filters_view_new(list);
	else if (strcmp(name, "save-filter") == 0)
		view = list_save_filter_view_new(list);
	if (view != NULL)
		session_push(list->view.session, view);
	return view != NULL;
}

static bool act_on_row(struct list_view *list, const struct action *action)
{
	static const char *const with[] = { "quota", "apply-policy", "rename", "copy-as-new", "delete", "stolen-account", "repairs" };

	if (strcmp(action->name, "open") == 0) {
		open_page(list);
		return true;
	}
	if (strcmp(action->name, "new") == 0) {
		session_push(list->view.session, form_view_new(list->view.session, list->kind, NULL));
		return true;
	}
	for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
		if (strcmp(action->name, with[i]) == 0) {
			with_record(list, action);
			return true;
		}
	}
	return false;
}

/*
 * The filter works in slices, so what stands under the cursor may be from before the last letters: Enter typed ahead
 * must never open somebody else. False: it takes longer than a person should wait for.
 */
static bool filter_is_through(struct list_view *list)
{
	return rowset_settled(list->set) || !rowset_work(list->set, ENTER_MS);
}

/* While somebody types, Enter opens what was found and Esc leaves the field; back clears what was typed. */
static bool act_in_field(struct list_view *list, const char *name)
{
	bool leaves = strcmp(name, "cancel") == 0 || strcmp(name, "back") == 0 || strcmp(name, "quit") == 0;

	if (!leaves && strcmp(name, "accept") != 0)
		return false;
	if (!leaves && !filter_is_through(list)) {
		session_notice(list->view.session, NULL, "Still searching among %zu; press Enter again", rowset_total(list->set));
		return true;
	}
	list->typing = false;
	list_settle(list);
	if (strcmp(name, "accept") == 0 && list_row(list) != NULL)
		open_row(list);
	return true;
}

bool list_act(struct view *view, const struct action *action)
{
	struct list_view *list = (struct list_view *)view;

	list->waiting = NULL;
	if (list->typing && act_in_field(list, action->name))
		return true;
	if (move_cursor(list, move_of(action)))
		return true;
	if (strcmp(action->name, "back") == 0 && !line_empty(&list->filter)) {
		clear_filter(list);
		return true;
	}
	if (act_on_marks(list, action->name) || act_on_view(list, action->name) || open_choices(list, action->name))
		return true;
	if (list->feed != NULL)
		return list->feed->act != NULL && list->feed->act(list, action);
	return act_on_row(list, action);
}

bool list_key(struct view *view, const struct key *key)
{
	struct list_view *list = (struct list_view *)view;

	if (!list->typing)
		return false;
	/* The key that opens the search, pressed by whoever does not see that it is open already; nothing begins with it. */
	if (key_is_text(key) && key->code == '/' && line_empty(&list->filter))
		return true;
	if (!line_key(&list->filter, key))
		return false;
	filter_changed(list);
	return true;
}

void list_paste(struct view *view, const char *bytes, size_t length)
{
	struct list_view *list = (struct list_view *)view;
	const char *complaint = line_paste(&list->filter, bytes, length);

	if (complaint != NULL)
		session_notice(view->session, NULL, "%s", complaint);
	filter_changed(list);
}

/* --- what cannot be done ------------------------------------------------------------------------ */

static const char *verb_blocked(const struct list_view *list, enum verb verb, unsigned can)
{
	const struct engine *engine = session_engine(list->view.session);

	if (verb == VERB_RENAME && !(list->kind->verbs & can) && list->kind->stays != NULL)
		return list->kind->stays;
	if (!(list->kind->verbs & can))
		return "this kind of object cannot do that";
	if (!role_may(session_role(list->view.session), list->kind, NULL, verb))
		return "your role may not do that; admin may";
	return directory_verb_reason(engine->directory, list->kind, verb);
}

static const char *quota_blocked(const struct list_view *list, const struct field *field, const char *none)
{
	const char *reason = NULL;

	if (field == NULL)
		return none;
	if (!role_may(session_role(list->view.session), list->kind, field, VERB_EDIT))
		return "your role may not change the quota";
	if (directory_supports(session_engine(list->view.session)->directory, list->kind, field, &reason) != SUPPORT_YES)
		return reason == NULL ? "this directory does not keep it" : reason;
	return NULL;
}

const char *list_blocked(const struct view *view, const struct action *action)
{
	const struct list_view *list = (const struct list_view *)view;
	const struct row *row = list_row(list);

	if (list->feed == NULL && strcmp(action->name, "new") == 0)
		return verb_blocked(list, VERB_ADD, KIND_CAN_ADD);
	if ((strcmp(action->name, "clear-filter") == 0 || strcmp(action->name, "save-filter") == 0) && line_empty(&list->filter))
		return "no filter is set";
	if (strcmp(action->name, "filters") == 0 && list_memory_filters(session_list_memory(view->session), list->kind) == 0)
		return "no filter of this list was saved yet";
	if (strncmp(action->name, "search-", 7) == 0 && list->last_words == NULL)
		return "nothing was searched for yet";
	if (strcmp(action->name, "unmark") == 0 && rowset_marks(list->set) == 0)
		return "nothing is marked";
	if (!action_applies(action, view->class->place))
		return NULL;
	if ((action->flags & ACTION_ROW) && row == NULL)
		return "there is no row under the cursor";
	if (list->feed != NULL)
		return list->feed->blocked == NULL ? NULL : list->feed->blocked(list, action);
	if (!(action->flags & ACTION_ROW))
		return NULL;
	if ((action->flags & ACTION_WRITES) && gate_locked(session_engine(view->session)->gate, list->kind->name, row->name))
		return "nobody has seen yet whether an earlier write to it happened; see History";
	if (repair_is_action(action))
		return list->kind != &kind_user ? "only people have that" : repair_action_blocked(view->session, action);
	if (strcmp(action->name, "quota") == 0)
		return quota_blocked(list, kind_field(list->kind, "quota"), "there is no quota here");
	if (strcmp(action->name, "apply-policy") == 0)
		return quota_blocked(list, policy_field(list->kind), "no quota policy is about this kind of object");
	if (strcmp(action->name, "copy-as-new") == 0)
		return verb_blocked(list, VERB_ADD, KIND_CAN_ADD);
	if (strcmp(action->name, "rename") == 0)
		return verb_blocked(list, VERB_RENAME, KIND_CAN_RENAME);
	if (strcmp(action->name, "delete") == 0)
		return verb_blocked(list, VERB_DELETE, KIND_CAN_DELETE);
	return NULL;
}

/* --- events and life ---------------------------------------------------------------------------- */

void list_notice(struct view *view, const struct event *event)
{
	struct list_view *list = (struct list_view *)view;
	const struct directory_status *status = directory_status(session_engine(view->session)->directory);

	if (list->feed != NULL) {
		if (list->feed->notice != NULL)
			list->feed->notice(list, event);
		if (event->kind != EVENT_TICK)
			list_settle(list);
		return;
	}
	/* A preview that failed is asked for again too; settling below does it. */
	if (event->kind == EVENT_DIRECTORY && status->link == DIRECTORY_UP && list->preview_error.kind != ERROR_NONE && list->preview_query == NULL)
		list_preview_forget(list);
	if (event->kind == EVENT_RECORD_CHANGED)
		list_record_changed(list, event);
	else if (event->kind == EVENT_DIRECTORY && status->link == DIRECTORY_UP && list->error.kind != ERROR_NONE)
		list_load(list);
	if (event->kind == EVENT_TICK)
		list_keep_fresh(list);
	else
		list_settle(list);
}

void list_click(struct view *view, int id)
{
	struct list_view *list = (struct list_view *)view;

	if ((size_t)id >= rowset_count(list->set))
		return;
	list->cursor = (size_t)id;
	choose(list, list_row(list));
	list_settle(list);
}

bool list_typing(const struct view *view)
{
	return ((const struct list_view *)view)->typing;
}

const char *list_label(const struct view *view, const struct action *action)
{
	if (strcmp(action->name, "down") == 0 && ((const struct list_view *)view)->typing)
		return "choose";
	if (strcmp(action->name, "accept") == 0)
		return "open";
	if (strcmp(action->name, "cancel") == 0)
		return "leave the field";
	if (strcmp(action->name, "back") == 0 && !line_empty(&((const struct list_view *)view)->filter))
		return "show all";
	return NULL;
}

bool list_busy(const struct view *view)
{
	const struct list_view *list = (const struct list_view *)view;

	return list->query != NULL || list->asked != NULL || list->asking != NULL || list->work != NULL || list->reads != NULL
		|| list->preview_timer != NULL || list->preview_query != NULL;
}

void list_close(struct view *view)
{
	struct list_view *list = (struct list_view *)view;

	if (list->feed != NULL && list->feed->close != NULL)
		list->feed->close(list);
	list_unload(list);
	list_preview_forget(list);
	rowset_free(list->set);
	rowset_free(list->incoming);
	line_free(&list->filter);
	free(list->reason);
	free(list->chosen);
	free(list->last_words);
	free(list);
}

static const struct view_class list_class = {
	.place = "list",
	LIST_VIEW_PARTS,
	.busy = list_busy,
};

static void choose_order(struct list_view *list, const struct kind *kind)
{
	const char *sort = kind->title_field != NULL ? kind->title_field : kind->name_field;

	list->kind = kind;
	list->sort = kind_field(kind, sort);
	list->picked_count = list_memory_columns(session_list_memory(list->view.session), kind, list->picked);
	rowset_sort(list->set, list->sort, list->reverse);
}

void list_init(struct list_view *list, const struct view_class *class, struct session *session, const struct kind *kind,
		const struct list_feed *feed)
{
	list->view.class = class;
	list->view.session = session;
	list->feed = feed;
	list->set = rowset_new();
	list->preview = feed == NULL;
	line_init(&list->filter, NULL, 0, false);
	choose_order(list, kind);
}

void list_show_kind(struct list_view *list, const struct kind *kind)
{
	list_unload(list);
	rowset_free(list->set);
	rowset_free(list->incoming);
	list->set = rowset_new();
	list->incoming = NULL;
	list->loaded = false;
	list->first_column = 0;
	list->reverse = false;
	memset(list->natural, 0, sizeof list->natural);
	choose_order(list, kind);
	clear_filter(list);
	choose(list, NULL);
	list_load(list);
	list_settle(list);
}

struct view *list_view_new(struct session *session, const struct kind *kind)
{
	struct list_view *list = memory_new(sizeof *list);

	list_init(list, &list_class, session, kind, NULL);
	list_load(list);
	return &list->view;
}
