/*
 * setting_edit: a new value for one setting of one server.
 *
 * What is typed is checked by the catalogue with each key; Enter reads the
 * server anew, plans, and opens the review; Ctrl-G stages it in the list, to be
 * reviewed with others.  What was typed stays until the review was applied.  Failures are sentences below the field.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine_facts.h"
#include "ui/input.h"
#include "ui/move.h"
#include "ui/review.h"
#include "ui/session.h"
#include "ui/settings_private.h"

enum { LABELS = 8 };

struct setting_edit_view {
	struct view view;
	struct settings_view *list;
	const struct setting *setting;
	char *key;                         /* heap; "": a new word of the family is typed, WORD=VALUE */
	size_t host;
	struct field field;                /* what the input takes it for */
	struct input input;
	struct line password;              /* of a login; never shown */
	bool at_password;                  /* keys go there */
	struct line reason;                /* for the review, so that it is not lost */
	struct engine_proposal *proposal;
	struct engine_facts *asking;       /* what it is judged by is being asked; NULL: not */
	struct arena *arena;               /* of the facts; NULL: none yet */
	const struct setting_facts *facts;
	char *said;                        /* heap: why not; NULL */
	bool warned;                       /* Esc was pressed once with something typed */
};

static struct setting_edit_view *self_of(struct view *view)
{
	return (struct setting_edit_view *)view;
}

static void say(struct setting_edit_view *self, const char *words)
{
	free(self->said);
	self->said = words == NULL ? NULL : memory_text(words);
	session_changed(self->view.session);
}

static bool whole_family(const struct setting_edit_view *self)
{
	return self->key != NULL && self->key[0] == '\0';
}

static bool has_password(const struct setting_edit_view *self)
{
	return (self->setting->flags & SETTING_SECRET) != 0;
}

/* What was typed in its two parts; the key is that of the setting, or what stands in front of the equals sign. False: there is none. */
static bool typed(const struct setting_edit_view *self, struct arena *arena, const char **key, const char **value)
{
	const char *words = input_typed(&self->input), *equals = strchr(words, '=');

	*key = self->key;
	*value = words;
	if (!whole_family(self))
		return true;
	if (equals == NULL || equals == words)
		return false;
	*key = arena_bytes(arena, words, (size_t)(equals - words));
	*value = equals + 1;
	return true;
}

/* --- what it is judged by ------------------------------------------------------------------------------- */

static void facts_came(void *context, const struct setting_facts *facts)
{
	struct setting_edit_view *self = context;

	self->asking = NULL;
	self->arena = arena_new();
	self->facts = setting_facts_copy(self->arena, facts);
	session_changed(self->view.session);
}

/* Whether an address exists is asked for the review, since each letter typed makes another one. */
static void ask_facts(struct setting_edit_view *self)
{
	unsigned needs = self->setting->facts & ~FACT(FACT_ARCHIVE);

	if (needs != 0)
		self->asking = engine_facts_ask(session_engine(self->view.session), self->host, needs, NULL, facts_came, self);
}

/* What is typed would mean this; the rows used. */
static int draw_facts(const struct setting_edit_view *self, struct canvas *canvas, int row, int rows, int columns)
{
	const char *key, *value, *canonical;
	struct error error = { 0 };
	struct setting_lines lines;
	int used = 0;

	if (self->setting->facts & FACT(FACT_ARCHIVE) || whole_family(self) || !typed(self, canvas->arena, &key, &value) ||
	    !setting_check(canvas->arena, self->setting, key, value, &canonical, &error))
		return 0;
	lines = settings_lines(canvas->arena, self->list->hosts[self->host].state, self->setting, canonical, self->facts);
	for (size_t i = 0; i < lines.count && used < rows; i++)
		used += canvas_wrap(canvas, row + used, 1, columns, rows - used < 2 ? rows - used : 2,
			lines.lines[i].weight == SETTING_WARNING ? STYLE_WARNING : STYLE_PLAIN, lines.lines[i].text);
	return used + (used > 0);
}

/* --- to the review ------------------------------------------------------------------------------------- */

static void proposed(void *context, struct change *takes, const struct error *error)
{
	struct setting_edit_view *self = context;
	struct session *session = self->view.session;
	struct view *review;

	self->proposal = NULL;
	session_changed(session);
	if (takes == NULL) {
		say(self, error->kind != ERROR_NONE ? error->text : "It is so already; nothing is to be changed.");
		return;
	}
	if (session_top(session) != &self->view) {
		change_free(takes);
		return;
	}
	review = review_view_new(session, takes);
	review_belongs(review, &self->view, &self->reason);
	session_push(session, review);
}

static void propose(struct setting_edit_view *self)
{
	struct arena *arena = arena_new();
	const char *key, *value, *canonical;
	struct error error = { 0 };

	if (!typed(self, arena, &key, &value))
		say(self, "A word for this one, an equals sign, and its value are needed.");
	else if (!setting_check(arena, self->setting, key, value, &canonical, &error))
		say(self, error.text);
	else if (self->proposal == NULL) {
		say(self, NULL);
		self->proposal = engine_propose(session_engine(self->view.session), self->host, self->setting, key, canonical, proposed, self);
		if (!line_empty(&self->password))
			engine_propose_password(self->proposal, line_text(&self->password));
	}
	arena_free(arena);
}

/* Beside what waits on this server already; a password waits nowhere. */
static void stage(struct setting_edit_view *self)
{
	struct arena *arena = arena_new();
	struct session *session = self->view.session;
	struct settings_view *list = self->list;
	const char *key, *value, *canonical;
	struct error error = { 0 };
	size_t host = self->host;

	if (has_password(self))
		say(self, "A password waits nowhere: Enter goes to the review of this one.");
	else if (!typed(self, arena, &key, &value))
		say(self, "A word for this one, an equals sign, and its value are needed.");
	else if (!setting_check(arena, self->setting, key, value, &canonical, &error))
		say(self, error.text);
	else {
		settings_stage(list, host, self->setting, key, canonical);
		session_pop_to(session, &self->view);
		session_notice(session, NULL, "Staged: %zu on %s; %s reviews them together, nothing is written before", settings_staged_count(list, host),
			settings_server(list, host), settings_key(list, arena, "apply"));
	}
	arena_free(arena);
}

/* --- keys --------------------------------------------------------------------------------------------------- */

static void leave(struct setting_edit_view *self)
{
	if ((input_changed(&self->input) || !line_empty(&self->password)) && !self->warned) {
		self->warned = true;
		say(self, "Not reviewed and not applied: Esc again drops it.");
		return;
	}
	session_pop_to(self->view.session, &self->view);
}

static bool edit_act(struct view *view, const struct action *action)
{
	struct setting_edit_view *self = self_of(view);
	enum move move = move_of(action);

	if (move == MOVE_BACK) {
		leave(self);
		return true;
	}
	self->warned = false;
	if (move == MOVE_APPLY) {
		stage(self);
		return true;
	}
	if (move == MOVE_ACCEPT)
		propose(self);
	else if (has_password(self) && (move == MOVE_NEXT || move == MOVE_PREVIOUS || move == MOVE_UP || move == MOVE_DOWN))
		self->at_password = !self->at_password;
	else if (self->input.choosing && (move == MOVE_LEFT || move == MOVE_UP || move == MOVE_PREVIOUS))
		input_step(&self->input, -1);
	else if (self->input.choosing && (move == MOVE_RIGHT || move == MOVE_DOWN || move == MOVE_NEXT))
		input_step(&self->input, 1);
	else
		return false;
	session_changed(view->session);
	return true;
}

static bool edit_key(struct view *view, const struct key *key)
{
	struct setting_edit_view *self = self_of(view);

	self->warned = false;
	if (!(self->at_password ? line_key(&self->password, key) : input_key(&self->input, key)))
		return false;
	say(self, NULL);
	return true;
}

static void edit_paste(struct view *view, const char *bytes, size_t length)
{
	struct setting_edit_view *self = self_of(view);

	say(self, self->at_password ? line_paste(&self->password, bytes, length) : input_paste(&self->input, bytes, length));
}

static bool edit_typing(const struct view *view)
{
	return !((const struct setting_edit_view *)view)->input.choosing;
}

static const char *edit_blocked(const struct view *view, const struct action *action)
{
	const struct setting_edit_view *self = (const struct setting_edit_view *)view;

	switch (move_of(action)) {
	case MOVE_PICK:
		return "there is no list to choose from for this field";
	case MOVE_ADD:
	case MOVE_REMOVE:
		return "this field holds one value";
	case MOVE_NEXT:
	case MOVE_PREVIOUS:
		return self->input.choosing || has_password(self) ? NULL : "there is one field here";
	default:
		return NULL;
	}
}

static const char *edit_label(const struct view *view, const struct action *action)
{
	(void)view;
	return move_of(action) == MOVE_ACCEPT ? "review.." : move_of(action) == MOVE_APPLY ? "stage" : NULL;
}

static struct change *edit_staged(const struct view *view)
{
	const struct setting_edit_view *self = (const struct setting_edit_view *)view;
	struct arena *arena = arena_new();
	const char *key, *value, *canonical;
	struct error error = { 0 };
	struct change *change = NULL;

	if (input_changed(&self->input) && typed(self, arena, &key, &value) && setting_check(arena, self->setting, key, value, &canonical, &error))
		change = settings_staged_one(self->list, self->host, self->setting, key, canonical);
	arena_free(arena);
	return change;
}

static bool edit_busy(const struct view *view)
{
	return ((const struct setting_edit_view *)view)->proposal != NULL || ((const struct setting_edit_view *)view)->asking != NULL;
}

/* --- how it looks --------------------------------------------------------------------------------------------- */

static const char *edit_title(const struct view *view, struct arena *arena)
{
	const struct setting_edit_view *self = (const struct setting_edit_view *)view;
	bool one = self->key != NULL && !whole_family(self);

	return arena_format(arena, "%s%s%s - %s - change%s", self->setting->label, one ? ": " : "", one ? self->key : "",
		settings_server(self->list, self->host), self->proposal != NULL ? " - asking the server .." : "");
}

/* How it is understood, or why it is not legal yet. */
static const char *understood(const struct setting_edit_view *self, struct arena *arena, enum style *style)
{
	const char *key, *value, *canonical;
	struct error error = { 0 };

	*style = STYLE_BAD;
	if (self->said != NULL)
		return self->said;
	*style = STYLE_DIM;
	if (!typed(self, arena, &key, &value))
		return has_password(self) ? "RELAY=LOGIN, the relay exactly as in relay-host; Tab goes to its password." :
			"WORD=VALUE; the word is the name of this one among its like.";
	if (setting_check(arena, self->setting, key, value, &canonical, &error))
		return has_password(self) ? line_empty(&self->password) ? "Tab goes to its password; empty, the one that is there stays." :
			"The password is new; it is shown nowhere." :
			arena_format(arena, "That is: %s", setting_words(arena, self->setting, canonical));
	*style = STYLE_BAD;
	return arena_text(arena, error.text);
}

static void edit_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct setting_edit_view *self = (const struct setting_edit_view *)view;
	int row = area.top, last = area.top + area.rows - 1, width = area.columns - LABELS - 2, field, password = 0;
	enum style style;
	const char *words = understood(self, canvas->arena, &style);

	if (area.rows < 3)
		return;
	if (area.rows >= 10) {
		row += canvas_wrap(canvas, row, 1, area.columns - 2, area.rows / 3, STYLE_PLAIN, self->setting->help);
		row += canvas_wrap(canvas, row, 1, area.columns - 2, 2, STYLE_DIM, arena_format(canvas->arena, "Allowed: %s",
			setting_range(canvas->arena, self->setting))) + 1;
	}
	canvas_words(canvas, row, 1, LABELS - 1, STYLE_LABEL, "Now");
	canvas_words(canvas, row++, LABELS, width, STYLE_OLD, settings_shown(canvas->arena, &self->list->hosts[self->host], self->setting, self->key));
	canvas_words(canvas, row, 1, LABELS - 1, STYLE_KEY, "New");
	field = row++;
	if (has_password(self)) {
		canvas_words(canvas, row, 1, LABELS - 1, STYLE_KEY, "Secret");
		password = row++;
	}
	row += canvas_wrap(canvas, row, LABELS, width, area.rows >= 10 ? 3 : 1, style, words);
	if (area.rows >= 14 && row + 2 < last)
		row += draw_facts(self, canvas, row + 1, last - row - 2, area.columns - 2);
	/* The review says both again. */
	if (area.rows >= 14 && row + 5 < last && self->setting->consequence != NULL)
		row += canvas_wrap(canvas, row + 1, 1, area.columns - 2, 3, STYLE_PLAIN, self->setting->consequence) + 1;
	if (area.rows >= 14 && row + 3 < last && self->setting->flags & SETTING_LOCKOUT)
		canvas_wrap(canvas, row + 1, 1, area.columns - 2, 2, STYLE_WARNING,
			"Under a timer: it goes back by itself unless it is confirmed, since a mistake can lock people or mail out.");
	if (area.rows >= 6)
		canvas_words(canvas, last, 1, -1, STYLE_DIM, arena_format(canvas->arena,
			"Enter goes to the review, %s stages it for one of several, Esc back", settings_key(self->list, canvas->arena, "apply")));
	/* Last, since it puts the cursor on the edit point. */
	if (has_password(self) && !self->at_password)
		line_draw(&self->password, canvas, password, LABELS, width > 62 ? 62 : width, false);
	input_draw(&self->input, canvas, field, LABELS, width > 62 ? 62 : width, !self->at_password);
	if (self->at_password)
		line_draw(&self->password, canvas, password, LABELS, width > 62 ? 62 : width, true);
}

static void edit_close(struct view *view)
{
	struct setting_edit_view *self = self_of(view);

	engine_propose_cancel(self->proposal);
	engine_facts_cancel(self->asking);
	arena_free(self->arena);
	input_free(&self->input);
	line_free(&self->password);
	line_free(&self->reason);
	free(self->said);
	free(self->key);
	free(self);
}

static const struct view_class edit_class = {
	.place = "editor", .close = edit_close, .draw = edit_draw, .act = edit_act, .key = edit_key, .paste = edit_paste,
	.typing = edit_typing, .blocked = edit_blocked, .title = edit_title, .label = edit_label, .busy = edit_busy,
	.staged = edit_staged,
};

/* The canonical value that waits, or that counts now; NULL: none, or not known. */
static const char *value_now(const struct setting_edit_view *self, struct arena *arena)
{
	const struct settings_state *state = self->list->hosts[self->host].state;
	const struct setting_staged *staged = settings_staged_find(self->list, self->host, self->setting, self->key);
	struct setting_value value;

	if (staged != NULL && staged->value != NULL)
		return staged->value;
	if (state == NULL || whole_family(self))
		return NULL;
	value = settings_value(arena, state, self->setting, self->key);
	return !value.known ? NULL : value.value != NULL ? value.value : value.fallback;
}

struct view *setting_edit_new(struct settings_view *list, const struct setting *setting, const char *key, size_t host)
{
	struct setting_edit_view *self = memory_new(sizeof *self);
	struct arena *arena = arena_new();
	size_t choices = 0;

	self->view.class = &edit_class;
	self->view.session = list->list.view.session;
	self->list = list;
	self->setting = setting;
	self->key = key != NULL ? memory_text(key) : NULL;
	self->host = host;
	while (setting->choices != NULL && setting->choices[choices] != NULL)
		choices++;
	self->field = (struct field){ .name = setting->name, .label = setting->label, .type = FIELD_TEXT, .help = setting->help };
	if (setting->type == SETTING_FLAG && !whole_family(self))
		self->field.type = FIELD_FLAG;
	else if (setting->type == SETTING_CHOICE && choices <= INPUT_CHOICES && !whole_family(self))
		self->field = (struct field){ .name = setting->name, .label = setting->label, .type = FIELD_CHOICE, .choices = setting->choices, .help = setting->help };
	line_init(&self->reason, NULL, 0, false);
	line_init(&self->password, NULL, 0, true);
	input_start(&self->input, &self->field, value_now(self, arena), NULL, true);
	arena_free(arena);
	ask_facts(self);
	return &self->view;
}
