/*
 * page: the view of one object.
 *
 * Reads its record by entryUUID, so that a renaming does not lose it; reads
 * again when a change was applied.  A failure is shown in place of the record,
 * or in the notice line where an older one is shown.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ui/card.h"
#include "ui/frame.h"
#include "ui/live_list.h"
#include "ui/move.h"
#include "ui/page_private.h"
#include "ui/policy.h"
#include "ui/repair.h"
#include "ui/session.h"

/* --- cursor ------------------------------------------------------------------------------------- */

/* The line under the cursor is the one it stays on. */
static void stay_here(struct page_view *page, const struct page_item *items, size_t count)
{
	free(page->here);
	page->here = page->cursor < count && items[page->cursor].key != NULL ? memory_text(items[page->cursor].key) : NULL;
}

/* Lines came or went above it. */
static void find_here(struct page_view *page, const struct page_item *items, size_t count)
{
	for (size_t i = 0; page->here != NULL && i < count; i++) {
		if (items[i].key != NULL && strcmp(items[i].key, page->here) == 0) {
			page->cursor = i;
			return;
		}
	}
}

static void settle(struct page_view *page)
{
	struct arena *arena = arena_new();
	struct page_item *items;
	size_t count = page_items(page, arena, &items);
	int fitting = page_rows(frame_area(session_canvas(page->view.session), true));
	size_t rows = fitting > 0 ? (size_t)fitting : 1;

	find_here(page, items, count);
	if (page->cursor >= count)
		page->cursor = count > 0 ? count - 1 : 0;
	if (page->cursor < page->top)
		page->top = page->cursor;
	if (page->cursor >= page->top + rows)
		page->top = page->cursor - rows + 1;
	if (page->top + rows > count)
		page->top = count > rows ? count - rows : 0;
	stay_here(page, items, count);
	arena_free(arena);
}

static bool move_cursor(struct page_view *page, enum move move)
{
	struct arena *arena = arena_new();
	struct page_item *items;
	size_t count = page_items(page, arena, &items);
	int rows = page_rows(frame_area(session_canvas(page->view.session), true));
	bool moved;
	size_t at = move_row(move, page->cursor, count, rows > 1 ? (size_t)rows - 1 : 1, &moved);

	page->moved = true;
	if (moved) {
		page->cursor = at;
		stay_here(page, items, count);
	}
	arena_free(arena);
	if (!moved)
		return false;
	settle(page);
	return true;
}

/*
 * What matters most when a page opens, until somebody moves: the first thing that is wrong, else the first that may be edited;
 * for the helpdesk the first line, so that nothing of it is out of sight, and for an admin too where the field stands below.
 */
static void first_focus(struct page_view *page)
{
	struct arena *arena = arena_new();
	struct page_item *items;
	size_t count = page_items(page, arena, &items);
	bool top = session_role(page->view.session) != ROLE_ADMIN && page->live.session != NULL;
	int rows = page_rows(frame_area(session_canvas(page->view.session), true));

	for (size_t i = 0; i < count; i++) {
		if (items[i].what == ITEM_WRONG || top || (items[i].what == ITEM_FIELD && items[i].locked == NULL)) {
			page->cursor = rows > 0 && i < (size_t)rows ? i : 0;
			break;
		}
	}
	arena_free(arena);
}

/* --- reading ------------------------------------------------------------------------------------ */

static void settle_and_paint(struct page_view *page)
{
	if (!page->moved && page->record != NULL) {
		free(page->here);
		page->here = NULL;
		page->top = 0;
		first_focus(page);
	}
	settle(page);
	session_changed(page->view.session);
}

static void show_script(struct page_view *page);

static void live_changed(void *context)
{
	struct page_view *page = context;

	settle_and_paint(page);
	if (page->wants_script && session_top(page->view.session) == &page->view && !person_part_busy(&page->live.parts, PART_SCRIPT))
		show_script(page);
}

static void record_came(void *context, struct record *takes, const struct error *error)
{
	struct page_view *page = context;

	page->query = NULL;
	if (takes != NULL) {
		record_free(page->record);
		page->record = takes;
		error_clear(&page->error);
		if (takes->id != NULL) {
			struct arena *arena = arena_new();

			free(page->asked);
			page->asked = memory_text(arena_format(arena, "uuid:%s", takes->id));
			arena_free(arena);
		}
		page_live_start(&page->live, page->view.session, page->record, live_changed, page);
	} else {
		page->error = *error;
		page->gone = page->gone || (error->kind == ERROR_NOT_FOUND && page->record != NULL);
		if (page->record != NULL)
			session_complain(page->view.session, error);
	}
	settle_and_paint(page);
}

static void read_record(struct page_view *page)
{
	if (page->query != NULL)
		directory_query_cancel(page->query);
	page->query = directory_read(session_engine(page->view.session)->directory, page->kind, page->asked, record_came, page);
	session_changed(page->view.session);
}

/* --- what is done with it ----------------------------------------------------------------------- */

static void add_visible(struct text *text, struct session *session, const char *bytes, size_t length)
{
	struct arena *arena = arena_new();

	text_add(text, text_visible_string(arena, session_form(session), bytes, length));
	arena_free(arena);
}

/* The true bytes of a value; several stand below each other. NULL: there is nothing that may leave. */
static char *bytes_of(const struct page_view *page, const struct page_item *item, size_t *length)
{
	const struct field_values *values = item->what == ITEM_FIELD ? record_get(page->record, item->field->name) : NULL;
	struct text text = { 0 };

	if (values != NULL && (values->presence == VALUE_HIDDEN || values->count == 0))
		return NULL;
	for (size_t i = 0; values != NULL && i < values->count; i++) {
		if (i > 0)
			text_add(&text, "\n");
		text_add_bytes(&text, values->values[i].bytes, values->values[i].length);
	}
	if (values == NULL)
		text_add(&text, item->words);
	*length = text.length;
	return text_take(&text);
}

static void read_in_full(struct page_view *page, const struct page_item *item)
{
	struct session *session = page->view.session;
	struct text text = { 0 };
	struct view *view;
	size_t length;
	char *bytes;

	if (item->what == ITEM_FIELD) {
		const struct field_values *values = record_get(page->record, item->field->name);

		for (size_t i = 0; i < values->count && values->presence != VALUE_HIDDEN; i++) {
			struct field_values one = *values;
			struct arena *arena = arena_new();
			char *words;

			one.values = &values->values[i];
			one.count = 1;
			words = record_words(arena, item->field, &one);
			/* Only a text keeps zero bytes; everything else is shorter in words. */
			if (item->field->type == FIELD_TEXT)
				add_visible(&text, session, one.values->bytes, one.values->length);
			else
				add_visible(&text, session, words, strlen(words));
			text_add(&text, "\n");
			arena_free(arena);
		}
	}
	if (text.length == 0) {
		add_visible(&text, session, item->words, strlen(item->words));
		text_add(&text, "\n");
	}
	if (item->note != NULL) {
		text_add(&text, "\n");
		add_visible(&text, session, item->note, strlen(item->note));
		text_add(&text, "\n");
	}
	if (item->field != NULL)
		text_addf(&text, "\n%s\n", item->field->help);
	view = text_view_new(session, item->label == NULL ? "What is wrong" : item->label, text_get(&text), text.length);
	bytes = bytes_of(page, item, &length);
	if (bytes != NULL)
		text_view_means(view, bytes, length);
	session_push(session, view);
	free(bytes);
	text_free(&text);
}

static void copy_value(struct page_view *page)
{
	struct arena *arena = arena_new();
	struct page_item item;
	size_t length;
	char *bytes = page_item_here(page, arena, &item) ? bytes_of(page, &item, &length) : NULL;

	if (bytes != NULL)
		session_copy(page->view.session, item.label == NULL ? "what is wrong" : item.label, bytes, length);
	free(bytes);
	arena_free(arena);
}

static const char *copy_blocked(const struct page_view *page)
{
	struct arena *arena = arena_new();
	struct page_item item;
	size_t length;
	char *bytes = page->record != NULL && page_item_here(page, arena, &item) ? bytes_of(page, &item, &length) : NULL;
	bool none = bytes == NULL;

	free(bytes);
	arena_free(arena);
	return none ? "there is no value under the cursor" : NULL;
}

static void show_raw(struct page_view *page)
{
	struct session *session = page->view.session;
	struct text text = { 0 };
	struct arena *arena = arena_new();

	text_add(&text, "dn: ");
	add_visible(&text, session, page->record->place == NULL ? "" : page->record->place,
		page->record->place == NULL ? 0 : strlen(page->record->place));
	text_add(&text, "\n");
	for (size_t i = 0; i < page->record->attribute_count; i++) {
		const struct attribute *attribute = &page->record->attributes[i];

		for (size_t j = 0; j < attribute->count; j++) {
			text_addf(&text, "%s: ", attribute->name);
			add_visible(&text, session, attribute->values[j].bytes, attribute->values[j].length);
			text_add(&text, "\n");
		}
	}
	if (page->record->version != NULL)
		text_addf(&text, "entryCSN: %s\n", page->record->version);
	if (page->record->id != NULL)
		text_addf(&text, "entryUUID: %s\n", page->record->id);
	session_push(session, text_view_new(session, arena_format(arena, "Attributes of %s", page->record->name), text_get(&text), text.length));
	arena_free(arena);
	text_free(&text);
}

static void delete_it(struct page_view *page)
{
	struct change *change = change_new(VERB_DELETE, page->kind, page->record->name);

	change->id = arena_text(change->arena, page->record->id);
	change_saw(change, page->record);
	session_push(page->view.session, review_view_new(page->view.session, change));
}

/* The field that e means: the one under the cursor, or the one that mends what is wrong. */
static const struct field *field_here(const struct page_view *page)
{
	struct arena *arena = arena_new();
	struct page_item item;
	const struct field *field = page_item_here(page, arena, &item) ? item.field : NULL;

	arena_free(arena);
	return field;
}

static bool act_on_record(struct page_view *page, const char *name)
{
	struct session *session = page->view.session;

	if (strcmp(name, "edit") == 0 && (field_here(page)->flags & FIELD_FIXED))
		session_push(session, rename_view_new(session, page->record));
	else if (strcmp(name, "edit") == 0)
		session_push(session, editor_view_new(session, page->record, field_here(page)));
	else if (strcmp(name, "quota") == 0 && page->kind == &kind_user)
		session_push(session, repair_view_new(session, desk_job_find("quota"), page->record));
	else if (strcmp(name, "quota") == 0)
		session_push(session, editor_view_new(session, page->record, kind_field(page->kind, "quota")));
	else if (strcmp(name, "apply-policy") == 0)
		session_push(session, review_view_new(session, policy_change(page->record)));
	else if (strcmp(name, "rename") == 0)
		session_push(session, rename_view_new(session, page->record));
	else if (strcmp(name, "copy-as-new") == 0)
		session_push(session, form_view_new(session, page->kind, page->record));
	else if (strcmp(name, "delete") == 0)
		delete_it(page);
	else if (strcmp(name, "raw") == 0)
		show_raw(page);
	else if (strcmp(name, "copy-value") == 0)
		copy_value(page);
	else if (strcmp(name, "card") == 0)
		session_push(session, card_view_new(session, page->record, page->live.session == NULL || page->live.home == PERSON_ANYWHERE ? LIVE_ALL : page->live.home));
	else
		return false;
	return true;
}

static void show_part(struct page_view *page, const struct page_item *item)
{
	struct session *session = page->view.session;
	struct text text = { 0 };

	if (item->what == ITEM_BEFORE)
		person_before_text(&page->live.before, session_form(session), &text);
	else
		person_part_text(&page->live.parts, item->part, session_form(session), &text);
	if (text.length == 0)
		text_add(&text, "Nothing has come yet.\n");
	session_push(session, text_view_new(session, item->label == NULL ? "What is wrong" : item->label, text_get(&text), text.length));
	text_free(&text);
}

/* The list, and what stands in the active one. */
static void show_script(struct page_view *page)
{
	struct session *session = page->view.session;
	struct text text = { 0 };

	page->wants_script = false;
	person_part_text(&page->live.parts, PART_FILTERS, session_form(session), &text);
	text_add(&text, "\nThe active filter\n");
	person_part_text(&page->live.parts, PART_SCRIPT, session_form(session), &text);
	session_push(session, text_view_new(session, "Filters", text_get(&text), text.length));
	text_free(&text);
}

/* Steps that an earlier run left open are tried again in a run of their own. */
static void try_again(struct page_view *page, const struct page_item *item)
{
	struct session *session = page->view.session;
	struct view *view = repair_open_view_new(session, item->due, page->record);

	if (view != NULL)
		session_push(session, view);
	else
		session_notice(session, NULL, "Somebody has done it meanwhile, or it is being done elsewhere.");
}

static void open_item(struct page_view *page)
{
	struct session *session = page->view.session;
	struct arena *arena = arena_new();
	struct page_item item;

	if (!page_item_here(page, arena, &item)) {
		arena_free(arena);
		return;
	}
	if (item.what == ITEM_CONNECTIONS) {
		session_push(session, live_list_new(session, "connections", LIVE_ALL, page_live_of(&page->live, arena), page->record->name));
	} else if (item.due != NULL && item.locked == NULL) {
		try_again(page, &item);
	} else if (item.what == ITEM_PART && item.part == PART_FILTERS && page_live_filter(&page->live)) {
		page->wants_script = true;
		person_parts_ask(&page->live.parts, PART_SCRIPT);
		session_changed(session);
	} else if (item.what == ITEM_PART && item.absent && person_part_on_request(item.part)) {
		person_parts_ask(&page->live.parts, item.part);
		session_changed(session);
	} else if (item.what == ITEM_PART || item.what == ITEM_BEFORE || (item.what == ITEM_WRONG && item.part < PERSON_PARTS)) {
		show_part(page, &item);
	} else {
		read_in_full(page, &item);
	}
	arena_free(arena);
}

static bool page_act(struct view *view, const struct action *action)
{
	struct page_view *page = (struct page_view *)view;

	page->wants_script = false;
	if (move_cursor(page, move_of(action)))
		return true;
	if (strcmp(action->name, "refresh") == 0) {
		read_record(page);
		page_live_refresh(&page->live, page->record);
		return true;
	}
	if (strcmp(action->name, "open") == 0) {
		open_item(page);
		return true;
	}
	if (page->record != NULL && repair_is_action(action))
		return repair_act(page->view.session, action, page->record);
	return page->record != NULL && act_on_record(page, action->name);
}

/* --- what cannot be done ------------------------------------------------------------------------ */

static const char *field_blocked(const struct page_view *page, const struct field *field)
{
	struct arena *scratch = session_canvas(page->view.session)->arena;

	if (field == NULL)
		return "nothing to edit stands under the cursor";
	return page_locked(page, scratch, field);
}

static const char *apply_blocked(const struct page_view *page)
{
	const struct field *field = policy_field(page->kind);

	if (field == NULL)
		return "no quota policy is about this kind of object";
	return policy_nothing(page->record) != NULL ? policy_nothing(page->record) : field_blocked(page, field);
}

static const char *write_blocked(const struct page_view *page, const char *name)
{
	if (page->gone)
		return "it was deleted meanwhile";
	if (gate_locked(session_engine(page->view.session)->gate, page->kind->name, page->record->name))
		return "nobody has seen yet whether an earlier write to it happened; see History";
	if (strcmp(name, "edit") == 0)
		return field_blocked(page, field_here(page));
	if (strcmp(name, "quota") == 0 && kind_field(page->kind, "quota") == NULL)
		return "there is no quota here";
	if (strcmp(name, "quota") == 0)
		return field_blocked(page, kind_field(page->kind, "quota"));
	if (strcmp(name, "apply-policy") == 0)
		return apply_blocked(page);
	if (strcmp(name, "copy-as-new") == 0)
		return page_verb_blocked(page, VERB_ADD, KIND_CAN_ADD);
	if (strcmp(name, "rename") == 0)
		return page_verb_blocked(page, VERB_RENAME, KIND_CAN_RENAME);
	if (strcmp(name, "delete") == 0)
		return page_verb_blocked(page, VERB_DELETE, KIND_CAN_DELETE);
	return NULL;
}

static const char *page_blocked(const struct view *view, const struct action *action)
{
	const struct page_view *page = (const struct page_view *)view;

	if (strcmp(action->name, "copy-value") == 0)
		return copy_blocked(page);
	if (!action_applies(action, "page") || !(action->flags & ACTION_ROW))
		return NULL;
	if (page->record == NULL)
		return "it was not read";
	if (action->flags & ACTION_WRITES && page_outside(page) != NULL)
		return page_outside(page);
	if (strcmp(action->name, "card") == 0)
		return page->kind != &kind_user ? "only people have that" : NULL;
	if (repair_is_action(action))
		return page->kind != &kind_user ? "only people have that" : page->gone ? "it was deleted meanwhile" : repair_action_blocked(view->session, action);
	return action->flags & ACTION_WRITES ? write_blocked(page, action->name) : NULL;
}

/* --- events and life ---------------------------------------------------------------------------- */

static void page_notice(struct view *view, const struct event *event)
{
	struct page_view *page = (struct page_view *)view;
	const struct directory_status *status = directory_status(session_engine(view->session)->directory);

	if (event->kind == EVENT_RECORD_CHANGED && page->kind->through_owner) {
		/* What it shows stands in other objects, one of which is different now. */
		read_record(page);
	} else if (event->kind == EVENT_RECORD_CHANGED && page->record != NULL && event->noun == page->kind
			&& strcmp(event->name, page->record->name) == 0 && (event->deleted || !page->gone)) {
		page->gone = event->deleted;
		if (!event->deleted) {
			read_record(page);
			page_live_refresh(&page->live, page->record);
		}
	} else if (event->kind == EVENT_RECORD_CHANGED && page->gone && event->noun == page->kind) {
		/* What was deleted may just have been taken back. */
		page->gone = false;
		free(page->asked);
		page->asked = memory_text(page->record->name);
		read_record(page);
	} else if (event->kind == EVENT_DIRECTORY && status->link == DIRECTORY_UP && page->query == NULL && page->record == NULL) {
		read_record(page);
	} else if ((event->kind == EVENT_LIVE || event->kind == EVENT_SHOWN) && session_top(view->session) == view && page_live_look(&page->live)) {
		session_changed(view->session);
	}
	if (event->kind == EVENT_SHOWN && page->live.before.session != NULL)
		person_before_dues(&page->live.before);
	if (event->kind != EVENT_TICK)
		settle(page);
}

static void page_click(struct view *view, int id)
{
	struct page_view *page = (struct page_view *)view;

	page->cursor = (size_t)id;
	page->moved = true;
	free(page->here);
	page->here = NULL;
	settle(page);
}

static bool page_busy(const struct view *view)
{
	return ((const struct page_view *)view)->query != NULL || page_live_busy(&((const struct page_view *)view)->live);
}

/* What a policy could do here is worth a place in the footer, and only where it can. */
static const char *page_label(const struct view *view, const struct action *action)
{
	if (strcmp(action->name, "apply-policy") == 0)
		return kind_field(((const struct page_view *)view)->kind, "written") != NULL ? "write into all.." : "policy..";
	if (strcmp(action->name, "repair-lock") == 0 && repair_unlocks(((const struct page_view *)view)->record))
		return "unlock..";
	return strcmp(action->name, "open") == 0 ? "show" : NULL;
}

static void page_close(struct view *view)
{
	struct page_view *page = (struct page_view *)view;

	if (page->query != NULL)
		directory_query_cancel(page->query);
	page_live_end(&page->live);
	record_free(page->record);
	free(page->asked);
	free(page->here);
	free(page);
}

static const struct view_class page_class = {
	.place = "page",
	.close = page_close,
	.draw = page_draw,
	.act = page_act,
	.notice = page_notice,
	.click = page_click,
	.blocked = page_blocked,
	.title = page_title,
	.label = page_label,
	.busy = page_busy,
};

struct view *page_view_new(struct session *session, const struct kind *kind, const char *name)
{
	struct page_view *page = memory_new(sizeof *page);

	page->view.class = &page_class;
	page->view.session = session;
	page->kind = kind;
	page->asked = memory_text(name);
	read_record(page);
	return &page->view;
}
