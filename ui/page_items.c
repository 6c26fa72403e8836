/*
 * page_items: what stands on a page, line by line, from the record.
 *
 * First what is wrong, then what goes on with a person, then the fields in
 * their groups, then log and history, then what the directory tells of the
 * entry.  Pure but for asking role and directory; never fails;
 * loop thread.
 */
#include "ui/page_private.h"

#include <string.h>

#include "base/text.h"
#include "model/check.h"
#include "ui/history.h"
#include "ui/moment.h"
#include "ui/session.h"

/* More rights than GRID_MOST stand in one line, and in full behind Enter. */
enum { FACTS_MOST = 4, GRID_MOST = 60, LIVE_MOST = 60 };

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

const char *page_outside(const struct page_view *page)
{
	return page->live.whom.words;
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
	if (page_outside(page) != NULL)
		return page_outside(page);
	return gate_write_reason(engine->gate);
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

	return field->type == FIELD_TIME && (text_to_time(words, &time) || text_to_time_iso(words, &time)) ? history_time(arena, time) : words;
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
			item->key = arena_format(arena, "%s %zu", field->name, i);
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
		item->key = field->name;
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
	item->key = label;
	item->group = group;
	item->label = label;
	item->words = words;
	item->locked = "the directory keeps it itself";
}

/* --- of the mail servers, not of the directory ---------------------------------------------------- */

#define TOLD "the mail servers tell it"

static struct page_item *add_line(struct page_item *items, size_t *count, const char *group, const char *label, const char *words)
{
	struct page_item *item = &items[(*count)++];

	*item = (struct page_item){ .what = ITEM_FACT, .key = label, .group = group, .label = label, .words = words, .locked = TOLD, .part = PERSON_PARTS, .live = true };
	return item;
}

static void part_items(const struct page_view *page, struct arena *arena, const char *group, enum person_part part, struct page_item *items, size_t *count)
{
	struct person_said said;
	struct page_item *item;

	if (!person_part_said(&page->live.parts, part, arena, &said))
		return;
	item = add_line(items, count, group, said.label, said.words);
	item->what = ITEM_PART;
	item->part = part;
	item->note = said.note;
	item->trouble = said.trouble;
	item->absent = !said.known;
	for (size_t i = 0; i < said.line_count; i++) {
		struct page_item *more = &items[(*count)++];

		*more = *item;
		more->group = more->note = NULL;
		more->trouble = NULL;
		more->words = said.lines[i];
		more->more = true;
		more->key = arena_format(arena, "%s %zu", said.label, i);
	}
}

static void now_items(const struct page_view *page, struct arena *arena, struct page_item *items, size_t *count)
{
	static const enum person_part parts[] = { PART_REFUSED, PART_SMTP, PART_ABSENCE, PART_FILTERS, PART_ACCESS, PART_TO, PART_FROM, PART_FOLDERS };
	const char *note = NULL, *told = NULL, *trouble = NULL, *words;
	struct page_item *item;

	if (page->live.session == NULL)
		return;
	item = add_line(items, count, "Now", "Account", arena_format(arena, "%s; last login %s", page_live_account(page->record, arena),
		page_live_login(&page->live, page->record, arena)));
	item->locked = "computed, not stored here";
	item->note = person_time(arena, page->live.read_at);
	words = page_live_password(page->record, arena);
	if (words[0] != '\0')
		add_line(items, count, NULL, "Password", words)->note = person_time(arena, page->live.read_at);
	words = page_live_connections(&page->live, arena, &told, &trouble);
	if (words == NULL)
		return;
	part_items(page, arena, NULL, PART_QUOTA, items, count);
	item = add_line(items, count, NULL, "Limit", NULL);
	item->words = page_live_limit(&page->live, page->record, arena, &note);
	item->note = note != NULL ? note : person_time(arena, page->live.read_at);
	item = add_line(items, count, NULL, "Connections", words);
	item->note = told;
	item->trouble = trouble;
	if (page->live.connections != NULL && page->live.connections->count > 0)
		item->what = ITEM_CONNECTIONS;
	item = add_line(items, count, NULL, "Forward", page_live_forward(page->record, arena));
	item->note = person_time(arena, page->live.read_at);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		part_items(page, arena, NULL, parts[i], items, count);
}

/* What is due later, and what was done before. */
static void before_items(const struct page_view *page, struct arena *arena, struct page_item *items, size_t *count)
{
	const struct person_before *before = &page->live.before;
	struct before_said said;
	struct page_item *item;

	if (before->session == NULL)
		return;
	person_before_said(before, arena, &said);
	item = add_line(items, count, "Before", "Changes", said.words);
	item->what = ITEM_BEFORE;
	item->locked = "the journals tell it";
	item->note = before->came_at == 0 ? NULL : person_time(arena, before->came_at);
	for (size_t i = 0; i < said.line_count; i++) {
		struct page_item *more = add_line(items, count, NULL, "Changes", said.lines[i]);

		more->what = ITEM_BEFORE;
		more->more = true;
		more->key = arena_format(arena, "Changes %zu", i);
		more->locked = item->locked;
	}
	for (size_t i = 0; i < before->due_count; i++) {
		if (before->dues[i].steps || before->dues[i].past)
			continue;
		item = add_line(items, count, NULL, "Due", before->dues[i].words);
		item->key = arena_format(arena, "due %s", before->dues[i].id);
	}
}

size_t page_items(const struct page_view *page, struct arena *arena, struct page_item **items)
{
	const struct record *record = page->record;
	size_t most = kind_field_count(page->kind) + FACTS_MOST + 2 * GRID_MOST + LIVE_MOST, count = 0;

	if (record == NULL)
		return 0;
	most += page_wrong_most(page) + page->live.before.due_count;
	*items = arena_alloc(arena, most * sizeof **items);
	page_wrong_items(page, arena, *items, &count);
	now_items(page, arena, *items, &count);
	field_items(page, arena, *items, &count);
	part_items(page, arena, "Log", PART_LOG, *items, &count);
	before_items(page, arena, *items, &count);
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
