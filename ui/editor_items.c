/*
 * editor_items: the values of a set while they are edited.
 *
 * What the object has is only marked when it goes, so that it can be taken
 * back; what was added is dropped.  Never fails; loop thread.
 */
#include "ui/editor.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/change.h"

void editor_add_item(struct editor *self, const char *bytes, size_t length, bool had)
{
	struct editor_item *item;

	self->items = memory_grow(self->items, &self->item_capacity, self->item_count + 1, sizeof(*self->items));
	item = &self->items[self->item_count++];
	item->bytes = memory_new(length + 1);
	memcpy(item->bytes, bytes, length);
	item->length = length;
	item->had = had;
	item->gone = false;
}

void editor_free_item(struct editor_item *item)
{
	memory_wipe(item->bytes, item->length);
	free(item->bytes);
}

static size_t find_item(const struct editor *self, const char *canonical)
{
	for (size_t i = 0; i < self->item_count; i++) {
		struct value there = { self->items[i].bytes, self->items[i].length }, wanted = { canonical, strlen(canonical) };

		/* As the directory compares them; of parts also the secret ones count here. */
		if (self->parts ? value_same(&there, &wanted) : change_same_value(self->field, &there, &wanted))
			return i;
	}
	return self->item_count;
}

/* A value of the object is only marked, so that it can be taken back; one that was added is dropped. */
void editor_remove_item(struct editor *self, size_t index)
{
	struct editor_item *item = &self->items[index];

	if (item->had) {
		item->gone = !item->gone;
		return;
	}
	editor_free_item(item);
	memmove(item, item + 1, (self->item_count - index - 1) * sizeof(*item));
	self->item_count--;
	if (self->at > self->item_count)
		self->at = self->item_count;
}

/* A value of the object that stood behind the first ones; false: it is none. */
static bool bring_up(struct editor *self, const char *canonical)
{
	if (self->unshown == 0 || !change_holds(self->field, record_get(self->record, self->field->name), canonical))
		return false;
	editor_add_item(self, canonical, strlen(canonical), true);
	self->unshown--;
	self->at = self->item_count - 1;
	self->replaces = SIZE_MAX;
	editor_say(self, false, "That value is there already; it is under the cursor now and can be taken out.");
	return true;
}

/* Puts a value in, in place of the row that was being edited. */
void editor_put_item(struct editor *self, const char *canonical)
{
	size_t there = find_item(self, canonical), old = self->replaces;

	if (there == self->item_count && bring_up(self, canonical))
		return;
	self->replaces = SIZE_MAX;
	if (there < self->item_count && there != old && !self->items[there].gone) {
		editor_say(self, true, "That value is in the list already.");
		return;
	}
	if (there < self->item_count)
		self->items[there].gone = false;
	else
		editor_add_item(self, canonical, strlen(canonical), false);
	if (old < self->item_count && there != old) {
		if (!self->items[old].gone)
			editor_remove_item(self, old);
	}
	self->at = self->item_count;
}
