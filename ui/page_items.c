/*
 * page_items: what stands on a page, line by line, from the record.
 *
 * First what is wrong, then the fields in their groups, then what the directory
 * tells of the entry.  Pure but for asking role and directory; never fails;
 * loop thread.
 */
#include "ui/page_private.h"

#include <string.h>

#include "base/text.h"
#include "model/check.h"
#include "model/wrong.h"
#include "ui/history.h"
#include "ui/session.h"

/* More rights than GRID_MOST stand in one line, and in full behind Enter. */
enum { FACTS_MOST = 4, GRID_MOST = 60 };

const char *page_verb_blocked(const struct page_view *page, enum verb verb, unsigned can)
{
	if (verb == VERB_RENAME && !(page->kind->verbs & can) && page->kind->stays != NULL)
		return page->kind->stays;
	if (!(page->kind->verbs & can))
		return "this kind of object cannot do that";
	if (!role_may(session_role(page->view.session), page->kind, NULL, verb))
		return "your role may not do that; admin may";
	return directory_verb_reason(session_engine(page->view.session)->directory, page->kind, verb);
}

const char *page_locked(const struct page_view *page, struct arena *arena, const struct field *field)
{
	struct engine *engine = session_engine(page->view.session);
	const char *reason = NULL;

	if (field->flags & FIELD_DERIVED)
		return "computed, not stored here";
	if (field->flags & FIELD_READONLY)
		return "postroom shows it and never changes it";
	if (directory_supports(engine->directory, page->kind, field, &reason) != SUPPORT_YES)
		return reason == NULL ? "this directory does not keep it" : reason;
	/* What names an object is changed by renaming it, where that can be done. */
	if (field->flags & FIELD_FIXED)
		return page_verb_blocked(page, VERB_RENAME, KIND_CAN_RENAME);
	if (page->record != NULL && record_get(page->record, field->name)->presence == VALUE_UNREADABLE)
		return "this login may not read it";
	if (!role_may(session_role(page->view.session), page->kind, field, VERB_EDIT))
		return arena_format(arena, "the role %s may not change it", role_word(session_role(page->view.session)));
	return gate_write_reason(engine->gate);
}

static void wrong_items(const struct page_view *page, struct arena *arena, struct page_item *items, size_t *count)
{
	struct wrong *list;
	size_t wrongs = wrong_with(arena, page->record, &list);

	for (size_t i = 0; i < wrongs; i++) {
		struct page_item *item = &items[(*count)++];

		item->what = ITEM_WRONG;
		item->field = list[i].field == NULL ? NULL : kind_field(page->kind, list[i].field);
		item->words = list[i].sentence;
		item->severe = list[i].severe;
		item->locked = item->field == NULL ? NULL : page_locked(page, arena, item->field);
		item->group = i == 0 ? "Wrong" : NULL;
	}
}

static const char *note_for(struct arena *arena, const struct field_values *values)
{
	if (values->note != NULL && values->origin != NULL)
		return arena_format(arena, "%s; %s", values->note, values->origin);
	return values->note != NULL ? values->note : values->origin;
}

/* Nothing there, and nothing to be put there: not worth a line of its own. */
static bool is_empty(const struct field *field, const struct field_values *values)
{
	return (field->flags & (FIELD_READONLY | FIELD_DERIVED)) && values->presence == VALUE_ABSENT && values->count == 0
		&& values->note == NULL;
}

/* Times as in the history: by the clock of whoever reads them. */
static const char *field_words(struct arena *arena, const struct field *field, const struct field_values *values)
{
	const char *words = record_words(arena, field, values);
	int64_t time;

	return field->type == FIELD_TIME && text_to_time(words, &time) ? history_time(arena, time) : words;
}

/* Lines, and values that one part names, stand below each other, what they say beside them. */
static bool is_grid(const struct field *field, const struct field_values *values)
{
	bool lines = (field->flags & FIELD_LINES) || (field->type == FIELD_PARTS && parts_key(field) != NULL);

	return lines && values->count > 0 && values->count <= GRID_MOST;
}

static void grid_items(struct arena *arena, const struct field *field, const struct field_values *values, struct page_item *items, size_t *count)
{
	const struct part *key = field->type == FIELD_PARTS ? parts_key(field) : NULL;
	struct page_item first = items[*count - 1];

	for (size_t i = 0; i < values->count; i++) {
		struct page_item *item = &items[*count - 1];
		const char *rest = "";

		if (i > 0) {
			item = &items[(*count)++];
			*item = first;
			item->group = NULL;
			item->note = NULL;
			item->more = true;
		}
		if (key == NULL) {
			item->words = values->values[i].bytes;
			continue;
		}
		for (const struct part *part = field->parts; part->name != NULL; part++) {
			const char *text = part == key ? NULL : parts_get(arena, values->values[i].bytes, part->name);

			if (text != NULL)
				rest = arena_format(arena, "%s%s%s", rest, rest[0] == '\0' ? "" : " ", text);
		}
		item->words = parts_get(arena, values->values[i].bytes, key->name);
		item->aside = rest;
	}
}

static void field_items(const struct page_view *page, struct arena *arena, struct page_item *items, size_t *count)
{
	const char *group = NULL;

	for (const struct field *field = page->kind->fields; field->name != NULL; field++) {
		const struct field_values *values = record_get(page->record, field->name);
		struct page_item *item = &items[*count];

		if (is_empty(field, values))
			continue;
		(*count)++;
		item->what = ITEM_FIELD;
		item->field = field;
		item->label = field->label;
		item->words = field_words(arena, field, values);
		item->note = note_for(arena, values);
		item->absent = values->count == 0 && values->presence != VALUE_HIDDEN;
		item->locked = page_locked(page, arena, field);
		if (field->group != NULL && (group == NULL || strcmp(group, field->group) != 0))
			item->group = field->group;
		group = field->group;
		if (is_grid(field, values))
			grid_items(arena, field, values, items, count);
	}
}

static const char *empty_labels(const struct page_view *page, struct arena *arena)
{
	const char *labels = NULL;

	for (const struct field *field = page->kind->fields; field->name != NULL; field++) {
		if (is_empty(field, record_get(page->record, field->name)))
			labels = labels == NULL ? field->label : arena_format(arena, "%s, %s", labels, field->label);
	}
	return labels;
}

static void fact(struct page_item *items, size_t *count, const char *group, const char *label, const char *words)
{
	struct page_item *item;

	if (words == NULL || words[0] == '\0')
		return;
	item = &items[(*count)++];
	item->what = ITEM_FACT;
	item->group = group;
	item->label = label;
	item->words = words;
	item->locked = "the directory keeps it itself";
}

/* Of the mail servers, not of the directory. */
static void live_items(const struct page_view *page, struct arena *arena, struct page_item *items, size_t *count)
{
	const char *note = NULL, *words = page_live_connections(&page->live, arena, &note);

	if (words == NULL)
		return;
	items[(*count)++] = (struct page_item){ .what = page->live.connections != NULL && page->live.connections->count > 0 ? ITEM_CONNECTIONS : ITEM_FACT,
		.group = "Now", .label = "Connections", .words = words, .note = note, .locked = "the mail servers tell it" };
	words = page_live_quota(&page->live, arena, &note);
	if (words != NULL)
		items[(*count)++] = (struct page_item){ .what = ITEM_FACT, .label = "Mailbox", .words = words, .note = note,
			.locked = "the mail servers tell it" };
}

size_t page_items(const struct page_view *page, struct arena *arena, struct page_item **items)
{
	const struct record *record = page->record;
	size_t most = kind_field_count(page->kind) + FACTS_MOST + 2 * GRID_MOST + 8 + (record == NULL ? 0 : record->finding_count), count = 0;

	*items = arena_alloc(arena, most * sizeof **items);
	if (record == NULL)
		return 0;
	wrong_items(page, arena, *items, &count);
	field_items(page, arena, *items, &count);
	live_items(page, arena, *items, &count);
	fact(*items, &count, "Entry", "Without a value", empty_labels(page, arena));
	fact(*items, &count, count > 0 && strcmp((*items)[count - 1].label == NULL ? "" : (*items)[count - 1].label, "Without a value") == 0 ? NULL : "Entry",
		"Place", record->place);
	if (record->changed_at > 0)
		fact(*items, &count, NULL, "Changed", history_time(arena, record->changed_at));
	fact(*items, &count, NULL, "Changed by", record->changed_by);
	return count;
}

bool page_item_here(const struct page_view *page, struct arena *arena, struct page_item *item)
{
	struct page_item *items;
	size_t count = page_items(page, arena, &items);

	if (page->cursor >= count)
		return false;
	*item = items[page->cursor];
	return true;
}
