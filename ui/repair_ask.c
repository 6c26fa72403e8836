/*
 * repair_ask: the form of what a job asks, a menu of jobs, and which action
 * means which job.
 *
 * A form keeps what was typed until the job was applied; a secret is wiped with
 * it.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/check.h"
#include "ui/inputs.h"
#include "ui/move.h"
#include "ui/repair.h"
#include "ui/session.h"

struct repair_ask {
	struct view view;
	const struct desk_job *job;
	struct arena *arena;
	struct record *person;
	struct inputs inputs;
	bool warned;
};

static struct repair_ask *self_of(struct view *view)
{
	return (struct repair_ask *)view;
}

/* --- beginning a run --------------------------------------------------------------------------------------- */

struct begin { const struct desk_job *job; const struct record *person, *wish; };

static struct desk_run *begin_run(struct desk *desk, void *what, void (*changed)(void *context), void *context)
{
	const struct begin *begin = what;

	return desk_begin(desk, begin->job, begin->person, begin->wish, changed, context);
}

/* --- the wish ------------------------------------------------------------------------------------------------ */

static void take_set(struct record *wish, const struct input *input)
{
	struct field one = *input->field;
	char *rest = arena_text(wish->arena, input_typed(input)), *word;

	one.flags &= ~(unsigned)FIELD_MANY;
	while ((word = input_next(input->field, &rest)) != NULL) {
		struct error error;
		char *value = check_parse(wish->arena, &one, word, &error);

		if (value != NULL)
			record_add_text(wish, input->field->name, value);
	}
}

static struct record *wish_of(const struct repair_ask *self)
{
	struct record *wish = record_new(self->job->wish);

	wish->name = arena_text(wish->arena, self->person->name);
	record_set_text(wish, "login", self->person->name);
	for (size_t i = 0; i < self->inputs.count; i++) {
		const struct input *input = &self->inputs.items[i];
		struct error error;
		char *value;

		if (input->field->flags & FIELD_MANY) {
			take_set(wish, input);
			continue;
		}
		value = input_value(input, wish->arena, &error);
		if (value != NULL)
			record_set_text(wish, input->field->name, value);
	}
	return wish;
}

static void wipe(struct record *wish)
{
	for (const struct field *field = wish->kind->fields; field->name != NULL; field++) {
		const struct field_values *values = record_get(wish, field->name);

		for (size_t i = 0; field->type == FIELD_SECRET && i < values->count; i++)
			memory_wipe((char *)(uintptr_t)values->values[i].bytes, values->values[i].length);
	}
	record_free(wish);
}

static void open_run(struct repair_ask *self)
{
	struct record *wish;
	struct begin begin = { self->job, self->person, NULL };

	if (!inputs_check(&self->inputs)) {
		self->inputs.said = NULL;
		session_changed(self->view.session);
		return;
	}
	wish = wish_of(self);
	begin.wish = wish;
	session_push(self->view.session, repair_run_view_new(self->view.session, &self->view, begin_run, &begin));
	wipe(wish);
}

/* --- the form --------------------------------------------------------------------------------------------------- */

/* What was typed is dropped only by a second Esc. */
static void leave(struct repair_ask *self)
{
	if (inputs_changed(&self->inputs) && !self->warned) {
		self->warned = true;
		self->inputs.said = "Not reviewed and not done: Esc again drops what was typed.";
		session_changed(self->view.session);
		return;
	}
	session_pop_to(self->view.session, &self->view);
}

static bool ask_act(struct view *view, const struct action *action)
{
	struct repair_ask *self = self_of(view);
	enum move move = move_of(action);

	if (move == MOVE_BACK || (move == MOVE_ACCEPT && self->inputs.at == self->inputs.count + 1)) {
		leave(self);
		return true;
	}
	self->warned = false;
	if (move == MOVE_APPLY || (move == MOVE_ACCEPT && self->inputs.at == self->inputs.count))
		open_run(self);
	else if (!inputs_act(&self->inputs, action))
		return false;
	session_changed(view->session);
	return true;
}

static bool ask_key(struct view *view, const struct key *key)
{
	self_of(view)->warned = false;
	if (!inputs_key(&self_of(view)->inputs, key))
		return false;
	session_changed(view->session);
	return true;
}

static void ask_paste(struct view *view, const char *bytes, size_t length)
{
	inputs_paste(&self_of(view)->inputs, bytes, length);
	session_changed(view->session);
}

static bool ask_typing(const struct view *view)
{
	return inputs_typing(&((const struct repair_ask *)view)->inputs);
}

static const char *ask_blocked(const struct view *view, const struct action *action)
{
	const struct inputs *inputs = &((const struct repair_ask *)view)->inputs;

	if (move_of(action) == MOVE_PICK && (inputs->at >= inputs->count || input_offers(&inputs->items[inputs->at]) == NULL))
		return "there is no list to choose from for this field";
	return move_of(action) == MOVE_UNDO ? "go back first" : NULL;
}

static void ask_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	inputs_draw(&((const struct repair_ask *)view)->inputs, canvas, area);
}

static const char *ask_title(const struct view *view, struct arena *arena)
{
	const struct repair_ask *self = (const struct repair_ask *)view;

	return arena_format(arena, "%s - %s  %s - nothing is written yet", self->job->title, record_text(self->person, "full_name"), self->person->name);
}

static const char *ask_label(const struct view *view, const struct action *action)
{
	const struct inputs *inputs = &((const struct repair_ask *)view)->inputs;

	if (move_of(action) != MOVE_ACCEPT)
		return NULL;
	return inputs->at < inputs->count ? "next" : inputs->at == inputs->count ? "review.." : "back";
}

static void ask_close(struct view *view)
{
	struct repair_ask *self = self_of(view);

	inputs_free(&self->inputs);
	arena_free(self->arena);
	free(self);
}

static void ask_click(struct view *view, int id)
{
	inputs_click(&self_of(view)->inputs, id);
}

static const struct view_class ask_class = {
	.place = "form", .close = ask_close, .draw = ask_draw, .act = ask_act, .key = ask_key, .paste = ask_paste, .typing = ask_typing,
	.blocked = ask_blocked, .title = ask_title, .label = ask_label, .click = ask_click,
};

static char *joined(struct arena *arena, const struct field *field, const struct field_values *values)
{
	char *words = arena_text(arena, "");

	for (size_t i = 0; i < values->count; i++)
		words = arena_format(arena, "%s%s%s", words, i > 0 ? (input_spaced(field) ? ", " : "; ") : "", values->values[i].bytes);
	return words;
}

static void add_fields(struct repair_ask *self)
{
	struct record *offered = desk_wish(self->arena, self->job, self->person);

	for (const struct field *field = self->job->wish->fields; field->name != NULL; field++) {
		const struct field_values *values = record_get(offered, field->name);
		bool many = (field->flags & FIELD_MANY) != 0;
		const char *value = many || values->count == 0 ? NULL : values->values[0].bytes;

		if (field->flags & FIELD_KEY)
			continue;
		/* A question is answered by one of its answers; "none" is not one of them. */
		inputs_add(&self->inputs, field, value, field->type == FIELD_FLAG || field->type == FIELD_CHOICE ? value : NULL, (field->flags & FIELD_REQUIRED) != 0);
		if (many && values->count > 0)
			input_set(&self->inputs.items[self->inputs.count - 1], joined(self->arena, field, values));
	}
}

struct view *repair_view_new(struct session *session, const struct desk_job *job, const struct record *person)
{
	struct repair_ask *self;
	struct begin begin = { job, person, NULL };

	if (job->wish == NULL)
		return repair_run_view_new(session, NULL, begin_run, &begin);
	self = memory_new(sizeof *self);
	self->view.class = &ask_class;
	self->view.session = session;
	self->job = job;
	self->arena = arena_new();
	self->person = record_copy(self->arena, person);
	inputs_start(&self->inputs, session, "Review", "Back");
	add_fields(self);
	return &self->view;
}

/* What a job wrote until a day, and the answer that ends it. */
static const struct { const char *job, *by, *field, *answer; } endings[] = {
	{ "forwarding", "forwarding", "forwards", "" }, { "leaver", "forwarding", "forwards", "" }, { "absence", "absence", "off", "yes" },
};

struct view *repair_end_view_new(struct session *session, const char *job, const struct record *person)
{
	size_t at = 0;
	struct repair_ask *self;

	while (at < sizeof(endings) / sizeof(endings[0]) && strcmp(endings[at].job, job) != 0)
		at++;
	if (at == sizeof(endings) / sizeof(endings[0]))
		return NULL;
	self = (struct repair_ask *)repair_view_new(session, desk_job_find(endings[at].by), person);
	for (size_t i = 0; i < self->inputs.count; i++)
		if (strcmp(self->inputs.items[i].field->name, endings[at].field) == 0)
			input_set(&self->inputs.items[i], endings[at].answer);
	return &self->view;
}
