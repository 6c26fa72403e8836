/*
 * limits_draw: the limits walk on a canvas.
 *
 * The inputs stand still on top; the five parts scroll below them.  Figures say
 * where they come from, and an estimate is called one.  Draws only, never
 * fails; loop thread.
 */
#include "ui/limits_private.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "ui/frame.h"
#include "ui/session.h"
#include "ui/wrapped.h"

enum { LABEL_COLUMNS = 29, FIELD_COLUMNS = 9 };

static const char *number(struct arena *arena, uint64_t value)
{
	return value == LIMITS_UNKNOWN ? "?" : text_from_count(arena, (int64_t)value);
}

/* --- the inputs ---------------------------------------------------------------------------------------- */

static void draw_choice(struct canvas *canvas, int row, const char *label, bool here, const char *words)
{
	canvas_words(canvas, row, 1, LABEL_COLUMNS, STYLE_LABEL, label);
	canvas_format(canvas, row, LABEL_COLUMNS + 2, -1, here ? STYLE_FIELD_HERE : STYLE_VALUE, "%s", words);
	if (here)
		canvas_cursor(canvas, row, LABEL_COLUMNS + 2, false);
}

static void draw_line(struct canvas *canvas, int row, const char *label, const struct line *line, bool here, const char *hint)
{
	canvas_words(canvas, row, 1, LABEL_COLUMNS, STYLE_LABEL, label);
	canvas_words(canvas, row, LABEL_COLUMNS + FIELD_COLUMNS + 4, -1, STYLE_DIM, hint);
	/* Last, since it puts the cursor on the edit point. */
	line_draw(line, canvas, row, LABEL_COLUMNS + 2, FIELD_COLUMNS, here);
}

static void draw_inputs(const struct limits_view *self, struct canvas *canvas, int row)
{
	enum limits_input focus = self->focus;

	draw_choice(canvas, row + 2, "Login mode", focus == LIMITS_IN_MODE, self->mode == LIMITS_SECURITY ?
		"high security: a process for each login" : "high performance: many logins share a process");
	draw_choice(canvas, row + 3, "Raise", focus == LIMITS_IN_DEFAULT, self->by_default ? "default_process_limit, for all services" :
		"the services concerned only");
	draw_choice(canvas, row + 4, "Sessions of now", focus == LIMITS_IN_KEEP, self->keep ? "stay over the reload" :
		"end 6 seconds after the reload");
	draw_line(canvas, row + 1, "Of one person and address", &self->person, focus == LIMITS_IN_PERSON, "webmail among them; empty: as it is");
	draw_line(canvas, row, "Connections at once", &self->connections, focus == LIMITS_IN_CONNECTIONS, "of each protocol, IMAP and POP3");
	if (focus == LIMITS_IN_PERSON)
		line_draw(&self->person, canvas, row + 1, LABEL_COLUMNS + 2, FIELD_COLUMNS, true);
}

/* --- the five parts -------------------------------------------------------------------------------------- */

static void add(struct wrapped *page, enum style style, const char *sign, const char *words)
{
	wrapped_add(page, 1, style, sign, 3, style, words);
}

static void add_verdict(struct wrapped *page, const struct limits_verdict *verdict)
{
	for (size_t i = 0; i < verdict->error_count; i++)
		add(page, STYLE_BAD, "!!", arena_format(page->arena, "Dovecot refuses this: %s", verdict->errors[i]));
	for (size_t i = 0; i < verdict->warning_count; i++)
		add(page, STYLE_WARNING, "!", arena_format(page->arena, "Dovecot warns: %s", verdict->warnings[i].text));
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct limits_finding *finding = &verdict->findings[i];

		add(page, finding->severity == LIMITS_WARNING ? STYLE_WARNING : STYLE_PLAIN, finding->severity == LIMITS_WARNING ? "!" : "-", finding->text);
	}
	if (verdict->error_count + verdict->warning_count + verdict->finding_count == 0)
		add(page, STYLE_OK, "-", "Dovecot has nothing against it, and neither has postroom.");
}

static void add_services(struct wrapped *page, const struct limits_facts *facts)
{
	for (size_t i = 0; i < facts->service_count; i++) {
		const struct limits_service *service = &facts->services[i];

		if (!limits_is_login(service) || !limits_looked_at(facts, service) || limits_behind(facts, service) == NULL ||
				strstr(service->name, "urlauth") != NULL)
			continue;
		add(page, STYLE_PLAIN, "-", arena_format(page->arena, "%s takes %s connections (%s processes of %s at once), %s behind it %s",
			service->name, number(page->arena, limits_capacity(facts, service)), number(page->arena, limits_processes(facts, service)),
			number(page->arena, limits_at_once(facts, service)), limits_behind(facts, service)->name,
			number(page->arena, limits_capacity(facts, limits_behind(facts, service)))));
	}
}

static void add_where(const struct limits_view *self, struct wrapped *page)
{
	const struct limits_world *world = self->world;

	wrapped_heading(page, "Where it is now");
	if (world->connections != LIMITS_UNKNOWN)
		add(page, STYLE_PLAIN, "-", arena_format(page->arena, "%s connections are there now; open files of dovecot: %s", number(page->arena, world->connections),
			number(page->arena, world->facts->open_files)));
	add_services(page, world->facts);
	if (world->refused != NULL)
		add(page, STYLE_BAD, "!!", world->refused);
	add_verdict(page, &self->now);
}

static void add_values(const struct limits_view *self, struct wrapped *page)
{
	size_t written = 0;

	wrapped_heading(page, "What it takes");
	for (size_t i = 0; i < self->set.value_count; i++) {
		const struct limits_value *value = &self->set.values[i];
		struct wrapped_span spans[] = {
			{ 3, STYLE_VALUE, limits_value_name(page->arena, value) },
			{ 45, STYLE_OLD, number(page->arena, value->now) },
			{ 56, STYLE_NEW, arena_format(page->arena, "-> %s", number(page->arena, value->then)) },
		};

		wrapped_pieces(page, spans, 3);
		wrapped_add(page, 5, STYLE_DIM, "", 5, STYLE_DIM, value->why);
		written += limits_value_written(value);
	}
	if (self->set.value_count == 0)
		add(page, STYLE_OK, "-", "Nothing: the limits of now take it.");
	else if (written == 0)
		add(page, STYLE_PLAIN, "-", "Nothing of that stands in Dovecot's files.");
}

static void add_causes(const struct limits_view *self, struct wrapped *page)
{
	const struct limits_world *world = self->world;
	struct arena *arena = page->arena;

	wrapped_heading(page, "What it causes");
	add(page, STYLE_PLAIN, "-", arena_format(arena, "Memory when all of it is in use: about %s (an estimate), %s today; the machine has %s",
		text_from_size(arena, (int64_t)self->set.memory), text_from_size(arena, (int64_t)limits_memory(world->facts)),
		world->facts->memory == LIMITS_UNKNOWN ? "?" : text_from_size(arena, (int64_t)world->facts->memory)));
	add(page, self->keep ? STYLE_PLAIN : STYLE_WARNING, self->keep ? "-" : "!", self->keep ?
		"Dovecot reloads and the sessions of now stay (shutdown_clients = no)." :
		"Dovecot reloads; all sessions of now end 6 seconds later and mail programs connect again.");
	for (size_t i = 0; i < self->set.value_count; i++) {
		if (!limits_value_written(&self->set.values[i]))
			add(page, STYLE_WARNING, "!", "The open-files limit belongs to the service manager: LimitNOFILE in a drop-in of dovecot.service, then a restart "
				"of Dovecot, which ends all sessions. postroom does not do that by itself.");
	}
	add(page, STYLE_PLAIN, "-", arena_format(arena, "It is written to %s, checked there by Dovecot's own reader before anything is touched, and taken back by itself "
		"unless you confirm it in time.", world->place));
	if (world->locked != NULL)
		add(page, STYLE_BAD, "!", world->locked);
}

static void add_plan(const struct limits_view *self, struct wrapped *page)
{
	const char *key = keymap_key(session_keymap(self->view.session), "limits", "apply", page->arena);

	if (!self->planned) {
		add(page, STYLE_DIM, "", "Type above how many connections at once the server is to take; what it takes for that follows here.");
		return;
	}
	if (self->set.refused != NULL) {
		wrapped_heading(page, "What it takes");
		add(page, STYLE_BAD, "!", self->set.refused);
		return;
	}
	add_values(self, page);
	wrapped_heading(page, "What Dovecot says then");
	add_verdict(page, &self->set.verdict);
	add_causes(self, page);
	wrapped_heading(page, "Apply");
	add(page, STYLE_PLAIN, "-", arena_format(page->arena, "%s opens the review. Nothing is written before you agree there.", key != NULL ? key : "The action apply"));
}

static struct wrapped page_of(const struct limits_view *self, struct arena *arena, enum visible_form form, int columns)
{
	struct wrapped page;

	wrapped_start(&page, arena, form, columns - 2);
	if (self->world != NULL) {
		add_plan(self, &page);
		add_where(self, &page);
	} else if (self->asking != NULL) {
		add(&page, STYLE_DIM, "", "asking Dovecot ..");
	} else if (self->error.kind != ERROR_NONE) {
		add(&page, STYLE_BAD, "!", self->error.text);
	} else {
		add(&page, STYLE_DIM, "", "No configured server keeps mailboxes; see postroom.conf(5), section server.");
	}
	return page;
}

static struct area below_inputs(struct area area)
{
	int inputs = LIMITS_INPUTS + 1;

	return area.rows > inputs + 2 ? (struct area){ area.top + inputs, area.rows - inputs, area.columns } : (struct area){ area.top + area.rows, 0, area.columns };
}

size_t limits_scroll_most(const struct limits_view *self)
{
	struct canvas *canvas = session_canvas(self->view.session);
	struct area area = below_inputs(frame_area(canvas, true));
	struct arena *arena = arena_new();
	struct wrapped page = page_of(self, arena, canvas->form, area.columns);
	size_t most = wrapped_most(&page, area.rows);

	arena_free(arena);
	return most;
}

void limits_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct limits_view *self = (const struct limits_view *)view;
	struct area below = below_inputs(area);
	struct wrapped page = page_of(self, canvas->arena, canvas->form, area.columns);

	wrapped_draw(&page, canvas, below.top, 1, below.rows, self->scroll);
	draw_inputs(self, canvas, area.top);
}

const char *limits_title(const struct view *view, struct arena *arena)
{
	const struct limits_view *self = (const struct limits_view *)view;
	struct hosts *hosts = session_engine(view->session)->hosts;

	if (self->host >= hosts_count(hosts))
		return "Limits";
	return arena_format(arena, "Limits - %s - more connections%s", host_at(hosts, self->host)->name,
		self->asking != NULL && self->world != NULL ? " - asking again" : "");
}
