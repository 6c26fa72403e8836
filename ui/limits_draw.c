/*
 * limits_draw: the limits walk on a canvas.
 *
 * The inputs stand still on top; the parts scroll below them.  Figures say where
 * they come from and how old they are, and an estimate is called one.  Draws only, never
 * fails; loop thread.
 */
#include "ui/limits_private.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "ui/frame.h"
#include "ui/moment.h"
#include "ui/session.h"
#include "ui/wrapped.h"

enum { LABEL_COLUMNS = 25, FIELD_COLUMNS = 9, FEWER_INPUTS = 7, MOST_PAGE = 14 };

static const char *number(struct arena *arena, uint64_t value)
{
	return value == LIMITS_UNKNOWN ? "?" : text_from_count(arena, (int64_t)value);
}

/* --- the inputs ---------------------------------------------------------------------------------------- */

/* Rows of inputs that are shown: all of them, or where room is short those around the one that has the focus. */
struct inputs { int first, count; };

static struct inputs inputs_in(const struct limits_view *self, int rows)
{
	int count = rows >= LIMITS_INPUTS + MOST_PAGE ? LIMITS_INPUTS : rows >= FEWER_INPUTS + 8 ? FEWER_INPUTS : rows > 3 ? rows / 2 : 1;
	int first = (int)self->focus - count / 2;

	if (first + count > LIMITS_INPUTS)
		first = LIMITS_INPUTS - count;
	return (struct inputs){ first < 0 ? 0 : first, count };
}

static const char *keep_words(const struct limits_view *self)
{
	bool keep = self->world != NULL && limits_keep_of(self->world, &self->said);

	if (self->world == NULL)
		return "as the server runs";
	if (self->world->keeps_sessions)
		return keep ? "stay: shutdown_clients is no there" : "stay, but need not";
	return keep ? "end this once, are kept from then on" : "end 6 seconds after the reload";
}

static const char *default_words(const struct limits_view *self)
{
	bool ucs = self->world != NULL && self->world->ucs, by_default = self->world != NULL && limits_default_of(self->world, &self->said);

	if (ucs)
		return by_default ? "the defaults of all services, which UCR knows" : "the services concerned, partly in local.conf";
	return by_default ? "default_process_limit, for all services" : "the services concerned only";
}

static const char *choice_words(const struct limits_view *self, enum limits_input input)
{
	switch (input) {
	case LIMITS_IN_MODE:
		return self->said.goal.mode == LIMITS_SECURITY ? "high security: a process for each login" : "high performance: many logins share a process";
	case LIMITS_IN_DEFAULT:
		return default_words(self);
	default:
		return keep_words(self);
	}
}

static const char *cache_hint(const struct limits_view *self, struct arena *arena, enum limits_input input)
{
	const struct limits_facts *facts = self->world != NULL ? self->world->facts : NULL;
	uint64_t size = facts != NULL ? facts->cache_size : LIMITS_UNKNOWN, ttl = facts != NULL ? facts->cache_ttl : LIMITS_UNKNOWN;

	if (input == LIMITS_IN_TTL)
		return arena_format(arena, "minutes; now %s%s", ttl == LIMITS_UNKNOWN ? "not known" : ttl % 60 ? limits_number_words(arena, "auth_cache_ttl", ttl) :
			number(arena, ttl / 60), size == 0 ? ", but no cache" : "");
	return arena_format(arena, "MB, 4,000 people each; now %s", size == LIMITS_UNKNOWN ? "not known" : size == 0 ? "no cache" :
		limits_number_words(arena, "auth_cache_size", size));
}

/* What stands beside a number. */
static const char *hint_of(const struct limits_view *self, struct arena *arena, enum limits_input input)
{
	uint64_t people = limits_number(&self->people), person = limits_number(&self->person);

	switch (input) {
	case LIMITS_IN_CONNECTIONS:
		return people > 0 && person > 0 ? "the people below say it" : "of each protocol, IMAP and POP3";
	case LIMITS_IN_PEOPLE:
		return people == 0 ? "in place of the number above" : person == 0 ? "each with how many? say it below" :
			arena_format(arena, "x %s = %s connections", text_from_count(arena, (int64_t)person), text_from_count(arena, (int64_t)self->said.goal.connections));
	case LIMITS_IN_PERSON:
		return "devices, webmail too; empty: as it is";
	case LIMITS_IN_CACHE:
	case LIMITS_IN_TTL:
		return cache_hint(self, arena, input);
	default:
		return session_engine(self->view.session)->hosts != NULL && self->world != NULL &&
			host_at(session_engine(self->view.session)->hosts, self->host)->exec ? "seconds; empty: 120" : "seconds; empty: 300 over ssh";
	}
}

static const struct line *line_of(const struct limits_view *self, enum limits_input input)
{
	return limits_line((struct limits_view *)self, input);
}

static void draw_inputs(const struct limits_view *self, struct canvas *canvas, struct area area)
{
	static const char *const labels[LIMITS_INPUTS] = { "Connections at once", "or so many people", "Connections of one person", "Login mode", "Raise",
		"Auth cache", "Cache counts for", "Sessions of now", "Confirm within" };
	struct inputs inputs = inputs_in(self, area.rows);

	for (int i = 0; i < inputs.count; i++) {
		enum limits_input input = (enum limits_input)(inputs.first + i);
		const struct line *line = line_of(self, input);
		bool here = self->focus == input;
		int row = area.top + i;

		canvas_words(canvas, row, 1, LABEL_COLUMNS, STYLE_LABEL, labels[input]);
		/* More of them above or below. */
		if ((i == 0 && inputs.first > 0) || (i == inputs.count - 1 && inputs.first + inputs.count < LIMITS_INPUTS))
			canvas_words(canvas, row, 0, 1, STYLE_DIM, i == 0 && inputs.first > 0 ? "^" : "v");
		if (line != NULL)
			canvas_words(canvas, row, LABEL_COLUMNS + FIELD_COLUMNS + 4, -1, STYLE_DIM, hint_of(self, canvas->arena, input));
		else
			canvas_words(canvas, row, LABEL_COLUMNS + 2, -1, here ? STYLE_FIELD_HERE : STYLE_VALUE, choice_words(self, input));
		/* The one that has the focus puts the cursor on the edit point, so no other may come behind it. */
		if (line != NULL && !here)
			line_draw(line, canvas, row, LABEL_COLUMNS + 2, FIELD_COLUMNS, false);
	}
	if (line_of(self, self->focus) != NULL)
		line_draw(line_of(self, self->focus), canvas, area.top + (int)self->focus - inputs.first, LABEL_COLUMNS + 2, FIELD_COLUMNS, true);
	else
		canvas_cursor(canvas, area.top + (int)self->focus - inputs.first, LABEL_COLUMNS + 2, false);
}

/* --- where it is now ------------------------------------------------------------------------------------ */

/* "imap: 37 sessions, at most 100 with TLS (imap-login takes 100 x 1, imap 1,024)" */
static void add_service(struct wrapped *page, const struct limits_facts *facts, const struct limits_service *login, const struct limits_service *mail)
{
	uint64_t let_in = limits_capacity(facts, login), taken = limits_capacity(facts, mail), most = let_in < taken ? let_in : taken;
	bool known = mail->peak != LIMITS_UNKNOWN, nearly = known && mail->peak >= most / 5 * 4;
	const char *now = known ? arena_format(page->arena, "%s %s, ", number(page->arena, mail->peak), mail->peak == 1 ? "session" : "sessions") : "";

	limits_page_say(page, nearly ? STYLE_WARNING : STYLE_PLAIN, nearly ? "!" : "-", arena_format(page->arena,
		"%s: %sat most %s with TLS (%s takes %s x %s, %s %s)", mail->name, now, number(page->arena, most), login->name, number(page->arena, limits_processes(facts, login)),
		number(page->arena, limits_at_once(facts, login)), mail->name, number(page->arena, taken)));
}

static void add_services(struct wrapped *page, const struct limits_facts *facts)
{
	for (size_t i = 0; i < facts->service_count; i++) {
		const struct limits_service *login = &facts->services[i], *mail = limits_behind(facts, login);

		if (limits_is_login(login) && limits_looked_at(facts, login) && mail != NULL && strstr(login->name, "urlauth") == NULL)
			add_service(page, facts, login, mail);
	}
}

/* --- what the console watches ------------------------------------------------------------------------- */

static const char *turned_words(struct arena *arena, const struct live_wall *wall, int64_t now)
{
	const char *last = wall->last_drop > 0 ? arena_format(arena, ", the last one at %s", moment_words(arena, wall->last_drop, now)) : "";

	if (wall->turned_away > 0)
		return arena_format(arena, "turned away: at least %s%s", number(arena, wall->turned_away), last);
	return *last ? arena_format(arena, "somebody was turned away%s", last + strcspn(last, "a")) : "nobody was turned away since its last start or reload";
}

/* How full it is and who was turned away, with its own age: it is asked by itself and more often than the rest. */
static void add_wall(const struct limits_view *self, struct wrapped *page, const struct live_wall *wall, const struct live_state *state)
{
	int64_t now = session_now(self->view.session), seconds = now - state->taken_at / 1000;
	bool away = wall->turned_away > 0 || wall->last_drop > 0, nearly = wall->possible > 0 && wall->used >= wall->possible / 5 * 4;
	const char *when = state->old ? arena_format(page->arena, "%s ago, and no answer since", text_from_age(page->arena, seconds)) :
		seconds < 60 ? "now" : arena_format(page->arena, "%s ago", moment_age(page->arena, seconds));
	const char *full = wall->used == 0 ? "nothing is in use" : arena_format(page->arena, "the fullest is %s: %s of %s %s in use, %s free", wall->service,
		number(page->arena, wall->used), number(page->arena, wall->possible), wall->unit, number(page->arena, wall->possible > wall->used ?
		wall->possible - wall->used : 0));

	limits_page_say(page, state->old || away || nearly ? STYLE_WARNING : STYLE_PLAIN, state->old || away || nearly ? "!" : "-",
		arena_format(page->arena, "Watched, %s: %s; %s", when, full, turned_words(page->arena, wall, now)));
}

/* The most at once, and of how long that is: nobody watched before this console did. */
static void add_most(const struct limits_view *self, struct wrapped *page, const struct live *live)
{
	enum { POINTS = 72, POINT_S = 300 };
	double points[POINTS], most = -1;
	size_t count = live_series(live, self->host, MEASURE_CONNECTIONS, SPAN_HOURS, points, POINTS), first = count;

	for (size_t i = count; i-- > 0;) {
		if (isnan(points[i]))
			continue;
		first = i;
		most = points[i] > most ? points[i] : most;
	}
	if (most >= 0)
		limits_page_say(page, STYLE_PLAIN, "-", arena_format(page->arena, "The most at once that this console saw%s: %s %s",
			count - first > 2 ? arena_format(page->arena, ", in about %s", text_from_age(page->arena, (int64_t)(count - first - 1) * POINT_S)) : " so far", number(page->arena, (uint64_t)most), most == 1 ? "connection" : "connections"));
}

static void add_seen(const struct limits_view *self, struct wrapped *page)
{
	struct live *live = session_engine(self->view.session)->live;
	struct live_overview *overview = live != NULL ? live_overview(live) : NULL;

	for (size_t i = 0; overview != NULL && i < overview->count; i++) {
		const struct live_state *state = live_state(live, self->host, LIVE_SERVICES);

		if (overview->servers[i].host == self->host && overview->servers[i].wall.possible > 0 && state->known)
			add_wall(self, page, &overview->servers[i].wall, state);
	}
	if (live != NULL)
		add_most(self, page, live);
	if (overview != NULL)
		live_overview_free(overview);
}

static void add_where(const struct limits_view *self, struct wrapped *page)
{
	const struct limits_world *world = self->world;

	wrapped_heading(page, "Where it is now");
	limits_page_asked(page, &self->view, world, &self->error);
	limits_page_say(page, STYLE_PLAIN, "-", arena_format(page->arena, "%s%s; open files of dovecot: %s", world->connections == LIMITS_UNKNOWN ?
		"Connections: not known" : arena_format(page->arena, "%s %s of %s ", number(page->arena, world->connections),
		world->connections == 1 ? "connection" : "connections", number(page->arena, world->people)),
		world->connections == LIMITS_UNKNOWN ? "" : world->people == 1 ? "person" : "people",
		world->facts->open_files == LIMITS_UNKNOWN ? "not known" : number(page->arena, world->facts->open_files)));
	add_services(page, world->facts);
	add_seen(self, page);
	if (world->refused != NULL)
		limits_page_say(page, STYLE_BAD, "!!", arena_format(page->arena, "Dovecot refuses its configuration as it is: %s", world->refused));
	if (world->unread)
		return;
	wrapped_heading(page, "The verdict on it now");
	limits_page_verdict(page, &self->now);
}

/* The plan is of one server; the same can be made for the others. */
static void add_others(const struct limits_view *self, struct wrapped *page)
{
	struct hosts *hosts = session_engine(self->view.session)->hosts;
	const char *key = keymap_key(session_keymap(self->view.session), "limits", "other-server", page->arena);
	struct text names = { 0 };

	for (size_t i = 0; i < hosts_count(hosts); i++) {
		if (i != self->host && (host_at(hosts, i)->roles & HOST_MAILBOX))
			text_addf(&names, "%s%s", names.length > 0 ? ", " : "", host_at(hosts, i)->name);
	}
	if (names.length > 0)
		limits_page_say(page, STYLE_PLAIN, "-", arena_format(page->arena, "This changes %s only. Esc, then %s: the plan for the others (%s).", self->world->server,
			key != NULL ? key : "other-server", text_get(&names)));
	text_free(&names);
}

/* The set wants more descriptors than the running Dovecot has. */
static bool more_files(const struct limits_view *self)
{
	for (size_t i = 0; i < self->set.value_count; i++) {
		if (!limits_value_written(&self->set.values[i]))
			return self->world->facts->open_files != LIMITS_UNKNOWN;
	}
	return false;
}

/* What is typed goes there only where one of these lines has the focus; elsewhere digits are sections or another number. */
static const char *asks_for_goal(const struct limits_view *self, struct arena *arena)
{
	const char *key = keymap_key(session_keymap(self->view.session), "limits", "previous-field", arena);

	if (self->focus <= LIMITS_IN_PERSON)
		return "Type above how many connections at once the server is to take; what it takes for that follows here.";
	return arena_format(arena, "%s leads up to the line for how many connections at once the server is to take; what it takes for that follows here.",
			key != NULL ? key : "The action previous-field");
}

static void add_plan(const struct limits_view *self, struct wrapped *page)
{
	const char *key = keymap_key(session_keymap(self->view.session), "limits", "apply", page->arena);
	const char *files = keymap_key(session_keymap(self->view.session), "limits", "open-files", page->arena);

	if (self->world->unread) {
		limits_page_say(page, STYLE_BAD, "!", "Nothing can be planned until Dovecot can read its configuration again.");
		return;
	}
	if (!self->planned) {
		limits_page_say(page, STYLE_DIM, "", asks_for_goal(self, page->arena));
		return;
	}
	if (self->set.refused != NULL) {
		wrapped_heading(page, "What it takes");
		limits_page_say(page, STYLE_BAD, "!", self->set.refused);
		return;
	}
	limits_page_values(page, self->world, &self->set);
	wrapped_heading(page, "The verdict then");
	limits_page_verdict(page, &self->set.verdict);
	limits_page_causes(page, self->world, &self->set, limits_keep_of(self->world, &self->said));
	wrapped_heading(page, "Apply");
	if (more_files(self))
		limits_page_say(page, STYLE_PLAIN, "-", arena_format(page->arena, "Esc, then %s: more open files for the Dovecot that runs, in a change of its own.",
			files != NULL ? files : "open-files"));
	if (limits_writes(&self->set))
		limits_page_say(page, STYLE_PLAIN, "-", arena_format(page->arena, "%s opens the review. Nothing is written before you agree there.", key != NULL ? key : "The action apply"));
	add_others(self, page);
}

static struct wrapped page_of(const struct limits_view *self, struct arena *arena, enum visible_form form, int columns)
{
	struct wrapped page;

	wrapped_start(&page, arena, form, columns - 2);
	if (self->world != NULL) {
		/* Before the plan, which is made of what was told then. */
		if (self->planned && (self->error.kind != ERROR_NONE || self->world->connections == LIMITS_UNKNOWN))
			limits_page_asked(&page, &self->view, self->world, &self->error);
		add_plan(self, &page);
		add_where(self, &page);
	} else if (self->asking != NULL) {
		limits_page_say(&page, STYLE_DIM, "", "asking Dovecot ..");
	} else if (self->error.kind != ERROR_NONE) {
		limits_page_say(&page, STYLE_BAD, "!", self->error.text);
	} else {
		limits_page_say(&page, STYLE_DIM, "", "No configured server keeps mailboxes; see postroom.conf(5), section server.");
	}
	return page;
}

static struct area below_inputs(const struct limits_view *self, struct area area)
{
	int inputs = inputs_in(self, area.rows).count + (area.rows >= FEWER_INPUTS + 8);

	return area.rows > inputs ? (struct area){ area.top + inputs, area.rows - inputs, area.columns } : (struct area){ area.top + area.rows, 0, area.columns };
}

size_t limits_scroll_most(const struct limits_view *self)
{
	struct canvas *canvas = session_canvas(self->view.session);
	struct area area = below_inputs(self, frame_area(canvas, true));
	struct arena *arena = arena_new();
	struct wrapped page = page_of(self, arena, canvas->form, area.columns);
	size_t most = wrapped_most(&page, area.rows);

	arena_free(arena);
	return most;
}

void limits_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct limits_view *self = (const struct limits_view *)view;
	struct area below = below_inputs(self, area);
	struct wrapped page = page_of(self, canvas->arena, canvas->form, area.columns);

	wrapped_draw(&page, canvas, below.top, 1, below.rows, self->scroll);
	draw_inputs(self, canvas, area);
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
