/*
 * editor: changing one field of one object.
 *
 * Stages a change and opens its review; what was typed stays here until the
 * review was applied.  A set is changed by adding and removing single values,
 * so that what somebody else adds meanwhile is kept.  Failures are sentences
 * beside the field.  Loop thread.
 */
#include "ui/editor.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/check.h"
#include "ui/move.h"
#include "ui/parts.h"
#include "ui/picker.h"
#include "ui/review.h"

/* A group may have fifty thousand members; nobody walks through them. */
enum { ITEMS_MOST = 200 };

static struct editor *self_of(struct view *view)
{
	return (struct editor *)view;
}

void editor_say(struct editor *self, bool wrong, const char *words)
{
	self->said = arena_text(self->arena, words);
	self->said_wrong = wrong;
	session_changed(self->view.session);
}

bool editor_in_line(const struct editor *self)
{
	return !self->input.choosing && !self->parts && (!self->set || self->at >= self->item_count);
}

bool editor_changed(const struct editor *self)
{
	for (size_t i = 0; i < self->item_count; i++) {
		if (self->items[i].had == self->items[i].gone)
			return true;
	}
	return input_changed(&self->input);
}

/* --- staging --------------------------------------------------------------------------------- */

/* Only a secret part differs: adding the new one replaces the old one. */
static bool is_replaced(const struct editor *self, const struct value *old)
{
	for (size_t i = 0; i < self->item_count; i++) {
		struct value value = { self->items[i].bytes, self->items[i].length };

		if (!self->items[i].had && change_same_value(self->field, &value, old))
			return true;
	}
	return false;
}

static void stage_set(const struct editor *self, struct change *change)
{
	for (size_t i = 0; i < self->item_count; i++) {
		const struct editor_item *item = &self->items[i];
		struct value value = { item->bytes, item->length };

		if (item->had && item->gone && !is_replaced(self, &value))
			change_edit(change, self->field, EDIT_REMOVE, &value, 1);
	}
	for (size_t i = 0; i < self->item_count; i++) {
		const struct editor_item *item = &self->items[i];
		struct value value = { item->bytes, item->length };

		if (!item->had)
			change_edit(change, self->field, EDIT_ADD, &value, 1);
	}
}

/* The change as it is now; NULL where a value is not legal (error) or nothing is different (no error). */
static struct change *stage(const struct editor *self, struct error *error)
{
	struct change *change = change_new(VERB_EDIT, self->record->kind, self->record->name);
	char *value;

	change->id = arena_text(change->arena, self->record->id);
	change_saw(change, self->record);
	error_clear(error);
	if (self->set) {
		stage_set(self, change);
	} else if (input_changed(&self->input)) {
		value = input_value(&self->input, change->arena, error);
		if (error->kind == ERROR_NONE)
			change_edit_text(change, self->field, EDIT_SET, value);
	}
	if (error->kind == ERROR_NONE && change->edit_count > 0)
		return change;
	change_free(change);
	return NULL;
}

/* Of two values with one name (parts) the later one counts. */
static bool is_outdone(const struct editor *self, size_t index)
{
	struct value value = { self->items[index].bytes, self->items[index].length };

	for (size_t i = index + 1; i < self->item_count; i++) {
		struct value later = { self->items[i].bytes, self->items[i].length };

		if (!self->items[i].gone && change_same_value(self->field, &value, &later))
			return true;
	}
	return false;
}

/* Everything that is to be, to whoever opened this. */
static void hand_over(struct editor *self)
{
	void (*taken)(void *context, const char *const *values, size_t count) = self->taken;
	void *context = self->context;
	const char **values = arena_alloc(self->arena, (self->item_count + 1) * sizeof(*values));
	size_t count = 0;

	for (size_t i = 0; i < self->item_count; i++) {
		if (!self->items[i].gone && !is_outdone(self, i))
			values[count++] = self->items[i].bytes;
	}
	taken(context, values, count);
	session_pop_to(self->view.session, &self->view);
}

static void open_review(struct editor *self)
{
	struct error error;
	struct change *change = self->taken != NULL ? NULL : stage(self, &error);
	struct view *review;

	if (self->taken != NULL) {
		hand_over(self);
		return;
	}
	if (change == NULL) {
		if (error.kind != ERROR_NONE)
			editor_say(self, true, error.text);
		else
			editor_say(self, false, "Nothing is different yet. Esc goes back.");
		return;
	}
	review = review_view_new(self->view.session, change);
	review_belongs(review, &self->view, &self->reason);
	session_push(self->view.session, review);
}

/* --- offers ------------------------------------------------------------------------------------ */

static void refresh_offer(struct editor *self)
{
	const char *words = input_offer_words(&self->input);

	if (words != NULL && self->suggest.kind == NULL)
		suggest_start(&self->suggest, self->view.session, input_offers(&self->input));
	if (self->suggest.kind != NULL)
		suggest_look(&self->suggest, words == NULL ? "" : words);
}

static void picked(void *context, const char *name)
{
	struct editor *self = context;

	if (name != NULL)
		input_take(&self->input, name);
	refresh_offer(self);
	session_changed(self->view.session);
}

static void pick(struct editor *self)
{
	const struct kind *kind = input_offers(&self->input);
	struct view *picker;

	if (kind == NULL) {
		editor_say(self, false, "There is no list to choose from for this field.");
		return;
	}
	picker = picker_view_new(self->view.session, kind,
			arena_format(self->arena, "%s - choose a %s", self->field->label, kind->noun), picked, self);
	/* A name that stands there already would only hide the others. */
	if (input_changed(&self->input))
		picker_look_for(picker, input_offer_words(&self->input));
	session_push(self->view.session, picker);
}

/* --- keys ---------------------------------------------------------------------------------------- */

static void parts_taken(void *context, const char *value)
{
	struct editor *self = context;

	editor_put_item(self, value);
	session_changed(self->view.session);
}

static void edit_row(struct editor *self)
{
	const struct editor_item *item = self->at < self->item_count ? &self->items[self->at] : NULL;

	if (item != NULL && item->gone) {
		editor_say(self, false, "This one is to be removed; take that back first.");
		return;
	}
	self->replaces = item == NULL ? SIZE_MAX : self->at;
	if (self->parts) {
		session_push(self->view.session, parts_view_new(self->view.session, self->field, item == NULL ? NULL : item->bytes,
				parts_taken, self));
		return;
	}
	if (item != NULL)
		input_set(&self->input, check_editable(self->arena, &self->one, item->bytes));
	self->at = self->item_count;
}

/* Enter in the line of a set: takes the value; with nothing in it the list is done. */
static void take_line(struct editor *self)
{
	struct error error;
	char *value = input_value(&self->input, self->arena, &error);

	if (error.kind != ERROR_NONE) {
		editor_say(self, true, error.text);
		return;
	}
	if (value == NULL) {
		open_review(self);
		return;
	}
	self->said = NULL;
	editor_put_item(self, value);
	if (self->said == NULL || !self->said_wrong) {
		input_set(&self->input, "");
		suggest_look(&self->suggest, "");
	}
}

static void accept(struct editor *self)
{
	const char *name = suggest_chosen(&self->suggest);

	self->said = NULL;
	if (name != NULL) {
		input_take(&self->input, name);
		self->suggest.active = false;
		refresh_offer(self);
	} else if (!self->set) {
		open_review(self);
	} else if (self->at < self->item_count) {
		edit_row(self);
	} else if (self->parts) {
		if (editor_changed(self))
			open_review(self);
		else
			edit_row(self);
	} else {
		take_line(self);
	}
}

static bool drop_row(struct editor *self)
{
	if (!self->set || self->at >= self->item_count)
		return false;
	editor_remove_item(self, self->at);
	self->replaces = SIZE_MAX;
	self->said = NULL;
	return true;
}

static bool move_focus(struct editor *self, const struct action *action)
{
	enum move move = move_of(action);
	bool moved;
	size_t at;

	if (editor_in_line(self) && suggest_act(&self->suggest, action))
		return true;
	if (self->input.choosing && (move == MOVE_LEFT || move == MOVE_UP || move == MOVE_PREVIOUS))
		return input_step(&self->input, -1);
	if (self->input.choosing && (move == MOVE_RIGHT || move == MOVE_DOWN || move == MOVE_NEXT))
		return input_step(&self->input, 1);
	if (!self->set)
		return move >= MOVE_UP && move <= MOVE_PREVIOUS;
	if (move == MOVE_NEXT)
		move = self->at >= self->item_count ? MOVE_FIRST : MOVE_DOWN;
	else if (move == MOVE_PREVIOUS)
		move = self->at == 0 ? MOVE_LAST : MOVE_UP;
	at = move_row(move, self->at, self->item_count + 1, 8, &moved);
	if (moved)
		self->at = at;
	return moved;
}

static void leave(struct editor *self)
{
	if (editor_changed(self) && !self->warned) {
		self->warned = true;
		editor_say(self, false, self->taken != NULL ? "Not taken into the form: Esc again drops it." : "Not reviewed and not applied: Esc again drops it.");
		return;
	}
	session_pop_to(self->view.session, &self->view);
}

static bool editor_act(struct view *view, const struct action *action)
{
	struct session *session = view->session;       /* the view may be gone below */
	struct editor *self = self_of(view);
	enum move move = move_of(action);

	if (move == MOVE_BACK) {
		leave(self);
		return true;
	}
	self->warned = false;
	switch (move) {
	case MOVE_ACCEPT:
		accept(self);
		break;
	case MOVE_APPLY:
		if (self->set && !self->parts && input_typed(&self->input)[0] != '\0')
			take_line(self);
		if (self->said == NULL || !self->said_wrong)
			open_review(self);
		break;
	case MOVE_PICK:
		pick(self);
		break;
	case MOVE_ADD:
		self->at = self->item_count;
		if (self->parts)
			edit_row(self);
		break;
	case MOVE_REMOVE:
		if (!drop_row(self))
			return false;
		break;
	default:
		if (!move_focus(self, action))
			return false;
		break;
	}
	session_changed(session);
	return true;
}

static bool editor_key(struct view *view, const struct key *key)
{
	struct editor *self = self_of(view);
	bool mine;

	self->warned = false;
	if (key->kind == KEY_KIND_NAMED && (key->code == NAMED_DELETE || key->code == NAMED_BACKSPACE) && drop_row(self))
		mine = true;
	else
		mine = (self->input.choosing || editor_in_line(self)) && input_key(&self->input, key);
	if (mine) {
		self->said = NULL;
		refresh_offer(self);
		session_changed(view->session);
	}
	return mine;
}

static void editor_paste(struct view *view, const char *bytes, size_t length)
{
	struct editor *self = self_of(view);
	const char *said = input_paste(&self->input, bytes, length);

	self->warned = false;
	if (said != NULL)
		editor_say(self, false, said);
	else
		self->said = NULL;
	refresh_offer(self);
	session_changed(view->session);
}

static bool editor_typing(const struct view *view)
{
	return editor_in_line((const struct editor *)view);
}

static const char *editor_blocked(const struct view *view, const struct action *action)
{
	const struct editor *self = (const struct editor *)view;

	switch (move_of(action)) {
	case MOVE_REMOVE:
		return self->set && self->at < self->item_count ? NULL : "no value is under the cursor";
	case MOVE_ADD:
		return self->set ? NULL : "this field holds one value";
	case MOVE_NEXT:
	case MOVE_PREVIOUS:
		return self->set || self->input.choosing ? NULL : "there is one field here";
	case MOVE_PICK:
		return input_offers(&self->input) != NULL ? NULL : "there is no list to choose from for this field";
	default:
		return NULL;
	}
}

static struct change *editor_staged(const struct view *view)
{
	struct error error;

	/* The form below stages it with the rest. */
	return ((const struct editor *)view)->taken != NULL ? NULL : stage((const struct editor *)view, &error);
}

static bool editor_busy(const struct view *view)
{
	return ((const struct editor *)view)->suggest.query != NULL;
}

/* What Enter does here, for the footer. */
static const char *editor_label(const struct view *view, const struct action *action)
{
	const struct editor *self = (const struct editor *)view;
	const char *done = self->taken != NULL ? "take" : "review..";

	if (move_of(action) == MOVE_APPLY)
		return self->taken != NULL ? done : NULL;
	if (move_of(action) != MOVE_ACCEPT)
		return NULL;
	if (self->suggest.active)
		return "take";
	if (!self->set)
		return done;
	if (self->at < self->item_count)
		return "change";
	if (self->parts)
		return editor_changed(self) ? done : "add";
	return input_typed(&self->input)[0] != '\0' ? "add" : done;
}

static void editor_notice(struct view *view, const struct event *event)
{
	if (event->kind == EVENT_DIRECTORY)
		session_changed(view->session);
}

/* A value of the set, the line that adds to it, or what is offered. */
static void editor_click(struct view *view, int id)
{
	struct editor *self = self_of(view);

	self->warned = false;
	if (suggest_click(&self->suggest, id) || !self->set || (size_t)id > self->item_count)
		return;
	self->at = (size_t)id;
	self->suggest.active = false;
}

static void editor_close(struct view *view)
{
	struct editor *self = self_of(view);

	suggest_stop(&self->suggest);
	input_free(&self->input);
	line_free(&self->reason);
	for (size_t i = 0; i < self->item_count; i++)
		editor_free_item(&self->items[i]);
	free(self->items);
	arena_free(self->arena);
	free(self);
}

static const struct view_class editor_class = {
	.place = "editor", .close = editor_close, .draw = editor_draw, .act = editor_act, .key = editor_key,
	.paste = editor_paste, .typing = editor_typing, .notice = editor_notice, .blocked = editor_blocked,
	.title = editor_title, .staged = editor_staged, .label = editor_label, .busy = editor_busy,
	.click = editor_click,
};

struct view *editor_view_new(struct session *session, const struct record *record, const struct field *field)
{
	struct editor *self = memory_new(sizeof(*self));
	const struct field_values *values;
	const char *now = NULL;

	self->view.class = &editor_class;
	self->view.session = session;
	self->arena = arena_new();
	self->record = record_copy(self->arena, record);
	self->field = field;
	self->one = *field;
	self->one.flags &= ~(unsigned)FIELD_MANY;
	self->parts = field->type == FIELD_PARTS;
	self->set = self->parts || (field->flags & FIELD_MANY) != 0;
	self->replaces = SIZE_MAX;
	line_init(&self->reason, NULL, 0, false);
	values = record_get(self->record, field->name);
	if (self->set) {
		self->unshown = values->count > ITEMS_MOST ? values->count - ITEMS_MOST : 0;
		for (size_t i = 0; i < values->count - self->unshown; i++)
			editor_add_item(self, values->values[i].bytes, values->values[i].length, true);
		self->at = self->item_count;
	} else if (values->count > 0 && values->presence == VALUE_OWN) {
		now = values->values[0].bytes;
	}
	input_start(&self->input, &self->one, self->parts ? NULL : now, NULL, !self->set && (field->flags & FIELD_REQUIRED) != 0);
	if (self->parts)
		input_set(&self->input, "");
	if (input_offers(&self->input) != NULL)
		suggest_start(&self->suggest, session, input_offers(&self->input));
	suggest_look(&self->suggest, self->field->type == FIELD_REFERENCE ? "" : input_offer_words(&self->input));
	return &self->view;
}

struct view *editor_values_new(struct session *session, const struct kind *kind, const struct field *field, const char *const *values, size_t count,
		void (*taken)(void *context, const char *const *values, size_t count), void *context)
{
	struct record *record = record_new(kind);
	struct view *view;

	for (size_t i = 0; i < count; i++)
		record_add_text(record, field->name, values[i]);
	view = editor_view_new(session, record, field);
	self_of(view)->taken = taken;
	self_of(view)->context = context;
	record_free(record);
	return view;
}
