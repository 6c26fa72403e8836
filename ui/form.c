/*
 * form: a new object, or a copy of one as a new one.
 *
 * Shows every field that this directory can hold and this role may write, in
 * the groups of the page.  A copy leaves out what names one person or one
 * mailbox: the key, logins, addresses of our own domains, secrets.  Opens the
 * review of adding it; what was typed stays here until that was applied.  Loop
 * thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "directory/directory.h"
#include "model/check.h"
#include "model/role.h"
#include "ui/inputs.h"
#include "ui/move.h"
#include "ui/review.h"

struct form_view {
	struct view view;
	const struct kind *kind;
	char *copy_of;                     /* name; NULL: none */
	struct inputs inputs;
	struct line reason;
	bool warned;
};

static struct form_view *self_of(struct view *view)
{
	return (struct form_view *)view;
}

static bool has_place(struct session *session, const struct kind *kind, const struct field *field)
{
	const char *reason;

	if (field->flags & (FIELD_READONLY | FIELD_DERIVED | FIELD_ELSEWHERE | FIELD_STATE) || field->type == FIELD_TIME)
		return false;
	if (directory_supports(session_engine(session)->directory, kind, field, &reason) != SUPPORT_YES)
		return false;
	return role_may(session_config(session)->role, kind, field, VERB_ADD);
}

/* What belongs to one person or one mailbox is not copied; of an address the domain is. */
static char *copied(struct arena *arena, const struct record *record, const struct field *field)
{
	const struct field_values *values = record_get(record, field->name);
	const char *at;
	char *words;

	if (values->presence != VALUE_OWN || values->count == 0 || field->flags & FIELD_KEY || field->type == FIELD_LOGIN
			|| field->type == FIELD_SECRET || field->type == FIELD_PARTS)
		return NULL;
	if (field->type == FIELD_ADDRESS && field->reference != NULL) {
		at = strrchr(values->values[0].bytes, '@');
		return field->flags & FIELD_MANY || at == NULL ? NULL : arena_text(arena, at);
	}
	if (!(field->flags & FIELD_MANY))
		return arena_bytes(arena, values->values[0].bytes, values->values[0].length);
	words = arena_text(arena, values->values[0].bytes);
	for (size_t i = 1; i < values->count; i++)
		words = arena_format(arena, "%s%s %s", words, input_spaced(field) ? "," : ";", values->values[i].bytes);
	return words;
}

/* Who may do what is worth taking along; accounts with a password belong to one person. */
static void copy_values(struct input *input, const struct record *record)
{
	const struct field_values *values = record_get(record, input->field->name);
	const char **texts;
	struct arena *arena;

	for (const struct part *part = input->field->parts; part->name != NULL; part++) {
		if (part->type == FIELD_SECRET)
			return;
	}
	arena = arena_new();
	texts = arena_alloc(arena, (values->count + 1) * sizeof(*texts));
	for (size_t i = 0; i < values->count; i++)
		texts[i] = values->values[i].bytes;
	input_put_values(input, texts, values->presence == VALUE_OWN ? values->count : 0);
	arena_free(arena);
}

/* An alias that is no entry of its own is nothing without an owner. */
static bool is_needed(const struct form_view *self, const struct field *field)
{
	return field->flags & FIELD_REQUIRED || (self->kind->through_owner && field->type == FIELD_REFERENCE &&
			!has_place(self->view.session, self->kind, kind_field(self->kind, "leads_to")));
}

static void add_fields(struct form_view *self, const struct record *copy_of)
{
	struct arena *arena = arena_new();

	for (const struct field *field = self->kind->fields; field->name != NULL; field++) {
		char *value;

		if (!has_place(self->view.session, self->kind, field))
			continue;
		value = copy_of == NULL ? NULL : copied(arena, copy_of, field);
		inputs_add(&self->inputs, field, NULL, NULL, is_needed(self, field));
		if (value != NULL && (field->flags & FIELD_MANY || value[0] == '@'))
			input_set(&self->inputs.items[self->inputs.count - 1], value);
		else if (value != NULL)
			input_set(&self->inputs.items[self->inputs.count - 1],
					self->inputs.items[self->inputs.count - 1].choosing ? value : check_editable(arena, field, value));
		if (copy_of != NULL && field->type == FIELD_PARTS)
			copy_values(&self->inputs.items[self->inputs.count - 1], copy_of);
		line_home(&self->inputs.items[self->inputs.count - 1].line);
	}
	arena_free(arena);
}

static void stage_set(struct change *change, const struct input *input)
{
	struct field one = *input->field;
	char *rest = arena_text(change->arena, input_typed(input)), *word;

	one.flags &= ~(unsigned)FIELD_MANY;
	while ((word = input_next(input->field, &rest)) != NULL) {
		struct error error;
		char *value = check_parse(change->arena, &one, word, &error);

		if (value != NULL)
			change_edit_text(change, input->field, EDIT_ADD, value);
	}
}

/* All that is legal; what is not was told by inputs_check before. */
static struct change *stage(const struct form_view *self)
{
	struct change *change = change_new(VERB_ADD, self->kind, "");
	const struct field *key = kind_key(self->kind);

	for (size_t i = 0; i < self->inputs.count; i++) {
		const struct input *input = &self->inputs.items[i];
		struct error error;
		char *value;

		for (size_t j = 0; j < input->value_count; j++)
			change_edit_text(change, input->field, EDIT_ADD, input->values[j]);
		if (input->field->flags & FIELD_MANY) {
			stage_set(change, input);
			continue;
		}
		value = input_value(input, change->arena, &error);
		if (value == NULL)
			continue;
		change_edit_text(change, input->field, EDIT_SET, value);
		if (input->field == key)
			change->name = value;
	}
	return change;
}

static void open_review(struct form_view *self)
{
	struct view *review;

	if (!inputs_check(&self->inputs)) {
		self->inputs.said = NULL;
		return;
	}
	review = review_view_new(self->view.session, stage(self));
	review_belongs(review, &self->view, &self->reason);
	session_push(self->view.session, review);
}

static void leave(struct form_view *self)
{
	if (inputs_changed(&self->inputs) && !self->warned) {
		self->warned = true;
		self->inputs.said = "Not reviewed and not added: Esc again drops what was typed.";
		session_changed(self->view.session);
		return;
	}
	session_pop_to(self->view.session, &self->view);
}

static bool form_act(struct view *view, const struct action *action)
{
	struct form_view *self = self_of(view);
	enum move move = move_of(action);

	if (move == MOVE_BACK || (move == MOVE_ACCEPT && self->inputs.at == self->inputs.count + 1)) {
		leave(self);
		return true;
	}
	self->warned = false;
	if ((move == MOVE_ACCEPT || move == MOVE_PICK) && inputs_edit_values(&self->inputs, self->kind))
		return true;
	if (move == MOVE_APPLY || (move == MOVE_ACCEPT && self->inputs.at == self->inputs.count))
		open_review(self);
	else if (!inputs_act(&self->inputs, action))
		return false;
	session_changed(view->session);
	return true;
}

static bool form_key(struct view *view, const struct key *key)
{
	struct form_view *self = self_of(view);

	self->warned = false;
	if (!inputs_key(&self->inputs, key))
		return false;
	session_changed(view->session);
	return true;
}

static void form_paste(struct view *view, const char *bytes, size_t length)
{
	inputs_paste(&self_of(view)->inputs, bytes, length);
	session_changed(view->session);
}

static bool form_typing(const struct view *view)
{
	return inputs_typing(&((const struct form_view *)view)->inputs);
}

static const char *form_blocked(const struct view *view, const struct action *action)
{
	const struct form_view *self = (const struct form_view *)view;
	const struct inputs *inputs = &self->inputs;

	if (move_of(action) == MOVE_PICK && (inputs->at >= inputs->count || (input_offers(&inputs->items[inputs->at]) == NULL && !inputs->items[inputs->at].listing)))
		return "there is no list to choose from for this field";
	return NULL;
}

static void form_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	inputs_draw(&((const struct form_view *)view)->inputs, canvas, area);
}

static const char *form_title(const struct view *view, struct arena *arena)
{
	const struct form_view *self = (const struct form_view *)view;

	if (self->copy_of != NULL)
		return arena_format(arena, "New %s - copy of %s - nothing is written yet", self->kind->noun, self->copy_of);
	return arena_format(arena, "New %s - nothing is written yet", self->kind->noun);
}

static struct change *form_staged(const struct view *view)
{
	const struct form_view *self = (const struct form_view *)view;

	return inputs_changed(&self->inputs) ? stage(self) : NULL;
}

static const char *form_label(const struct view *view, const struct action *action)
{
	const struct inputs *inputs = &((const struct form_view *)view)->inputs;

	if (move_of(action) != MOVE_ACCEPT)
		return NULL;
	if (inputs->at < inputs->count && inputs->items[inputs->at].listing)
		return inputs->items[inputs->at].value_count == 0 ? "add.." : "change..";
	return inputs->at < inputs->count ? "next" : inputs->at == inputs->count ? "review.." : "back";
}

static void form_close(struct view *view)
{
	struct form_view *self = self_of(view);

	inputs_free(&self->inputs);
	line_free(&self->reason);
	free(self->copy_of);
	free(self);
}

static void form_click(struct view *view, int id)
{
	self_of(view)->warned = false;
	inputs_click(&self_of(view)->inputs, id);
}

static const struct view_class form_class = {
	.place = "form", .close = form_close, .draw = form_draw, .act = form_act, .key = form_key, .paste = form_paste,
	.typing = form_typing, .blocked = form_blocked, .title = form_title, .staged = form_staged,
	.label = form_label, .click = form_click,
};

void form_go_to(struct view *view, const struct field *field)
{
	if (view->class == &form_class)
		inputs_go_to(&self_of(view)->inputs, field);
}

struct view *form_view_new(struct session *session, const struct kind *kind, const struct record *copy_of)
{
	struct form_view *self = memory_new(sizeof(*self));

	self->view.class = &form_class;
	self->view.session = session;
	self->kind = kind;
	self->copy_of = copy_of == NULL ? NULL : memory_text(copy_of->name);
	inputs_start(&self->inputs, session, "Review", "Back");
	line_init(&self->reason, NULL, 0, false);
	add_fields(self, copy_of);
	return &self->view;
}
