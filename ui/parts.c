/*
 * parts: one line for each part of a value.  A secret part is never shown and
 * never read back: left empty it stays as it is.  Loop thread.
 */
#include "ui/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/check.h"
#include "ui/inputs.h"
#include "ui/move.h"
#include "ui/picker.h"

struct parts_view {
	struct view view;
	struct arena *arena;
	const struct field *field;
	struct inputs inputs;
	bool warned;
	bool fresh;                        /* a new value */
	void (*taken)(void *context, const char *value);
	void *context;
};

static struct parts_view *self_of(struct view *view)
{
	return (struct parts_view *)view;
}

/* A part looks like a field to the inputs. */
static const struct field *as_field(struct arena *arena, const struct part *part)
{
	struct field *field = arena_alloc(arena, sizeof(*field));

	field->name = part->name;
	field->label = part->label;
	field->type = part->type;
	field->choices = part->choices;
	field->help = part->help;
	return field;
}

/* The whole value, wiped by the caller; NULL with the focus on what is wrong. */
static char *build(struct parts_view *self, struct arena *arena)
{
	const char **pairs = arena_alloc(arena, sizeof(*pairs) * (self->inputs.count * 2 + 1));
	struct error error;
	size_t count = 0;
	char *value;

	if (!inputs_check(&self->inputs))
		return NULL;
	for (size_t i = 0; i < self->inputs.count; i++) {
		char *part = input_value(&self->inputs.items[i], arena, &error);

		if (part == NULL)
			continue;
		pairs[count++] = self->field->parts[i].name;
		pairs[count++] = part;
	}
	pairs[count] = NULL;
	value = parts_build(arena, self->field->parts, pairs);
	if (value != NULL && check_value(self->field, value, &error))
		return value;
	self->inputs.said = arena_text(self->arena, value == NULL ? "These parts do not make a value." : error.text);
	return NULL;
}

static void take(struct parts_view *self)
{
	void (*taken)(void *context, const char *value) = self->taken;
	void *context = self->context;
	struct arena *arena = arena_new();
	char *value = build(self, arena);
	char *copy;

	if (value == NULL) {
		arena_free(arena);
		session_changed(self->view.session);
		return;
	}
	copy = memory_text(value);
	memory_wipe(value, strlen(value));
	arena_free(arena);
	session_pop_to(self->view.session, &self->view);
	taken(context, copy);
	memory_wipe(copy, strlen(copy));
	free(copy);
}

static void leave(struct parts_view *self)
{
	if (inputs_changed(&self->inputs) && !self->warned) {
		self->warned = true;
		self->inputs.said = "Not taken yet: Esc again drops what was typed here.";
		session_changed(self->view.session);
		return;
	}
	session_pop_to(self->view.session, &self->view);
}

static void picked(void *context, const char *name)
{
	struct parts_view *self = context;
	struct input *here = inputs_here(&self->inputs);

	if (name != NULL && here != NULL)
		input_set(here, name);
	session_changed(self->view.session);
}

/* Kinds that are offered for the part with the focus; NULL: none. */
static const char *const *offers_here(const struct parts_view *self)
{
	return self->inputs.at < self->inputs.count ? self->field->parts[self->inputs.at].offers : NULL;
}

static void pick(struct parts_view *self)
{
	const char *const *offers = offers_here(self);
	const struct part *part = &self->field->parts[self->inputs.at];
	struct view *picker = picker_view_new(self->view.session, kind_find(offers[0]), part->label, picked, self);

	picker_offers(picker, offers);
	session_push(self->view.session, picker);
}

static bool parts_act(struct view *view, const struct action *action)
{
	struct parts_view *self = self_of(view);
	enum move move = move_of(action);

	if (move == MOVE_BACK || (move == MOVE_ACCEPT && self->inputs.at == self->inputs.count + 1)) {
		leave(self);
		return true;
	}
	self->warned = false;
	if (move == MOVE_APPLY || (move == MOVE_ACCEPT && self->inputs.at == self->inputs.count)) {
		take(self);
		return true;
	}
	if (move == MOVE_PICK && offers_here(self) != NULL) {
		pick(self);
		return true;
	}
	if (!inputs_act(&self->inputs, action))
		return false;
	session_changed(view->session);
	return true;
}

static bool parts_press(struct view *view, const struct key *key)
{
	struct parts_view *self = self_of(view);

	self->warned = false;
	if (!inputs_key(&self->inputs, key))
		return false;
	session_changed(view->session);
	return true;
}

static void parts_paste(struct view *view, const char *bytes, size_t length)
{
	inputs_paste(&self_of(view)->inputs, bytes, length);
	session_changed(view->session);
}

static bool parts_typing(const struct view *view)
{
	return inputs_typing(&((const struct parts_view *)view)->inputs);
}

static void parts_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	inputs_draw(&((const struct parts_view *)view)->inputs, canvas, area);
}

static const char *parts_label(const struct view *view, const struct action *action)
{
	const struct inputs *inputs = &((const struct parts_view *)view)->inputs;

	if (move_of(action) == MOVE_APPLY)
		return "take";
	if (move_of(action) != MOVE_ACCEPT)
		return NULL;
	return inputs->at < inputs->count ? "next" : inputs->at == inputs->count ? "take" : "back";
}

static const char *parts_blocked(const struct view *view, const struct action *action)
{
	return move_of(action) == MOVE_PICK && offers_here((const struct parts_view *)view) == NULL ? "there is no list to choose from for this field" : NULL;
}

static const char *parts_title(const struct view *view, struct arena *arena)
{
	const struct parts_view *self = (const struct parts_view *)view;

	return arena_format(arena, "%s - %s", self->field->label, self->fresh ? "a new one" : "change");
}

static void parts_close(struct view *view)
{
	struct parts_view *self = self_of(view);

	inputs_free(&self->inputs);
	arena_free(self->arena);
	free(self);
}

static void parts_click(struct view *view, int id)
{
	self_of(view)->warned = false;
	inputs_click(&self_of(view)->inputs, id);
}

static const struct view_class parts_class = {
	.place = "form", .close = parts_close, .draw = parts_draw, .act = parts_act, .key = parts_press,
	.paste = parts_paste, .typing = parts_typing, .blocked = parts_blocked, .title = parts_title,
	.label = parts_label, .click = parts_click,
};

struct view *parts_view_new(struct session *session, const struct field *field, const char *value,
		void (*taken)(void *context, const char *value), void *context)
{
	struct parts_view *self = memory_new(sizeof(*self));

	self->view.class = &parts_class;
	self->view.session = session;
	self->arena = arena_new();
	self->field = field;
	self->fresh = value == NULL;
	self->taken = taken;
	self->context = context;
	inputs_start(&self->inputs, session, "Take", "Back");
	for (const struct part *part = field->parts; part != NULL && part->name != NULL; part++)
		inputs_add(&self->inputs, as_field(self->arena, part), value == NULL ? NULL : parts_get(self->arena, value, part->name),
				part->fallback, part->fallback == NULL);
	return &self->view;
}
