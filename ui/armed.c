/*
 * armed: what waits to be confirmed, on every screen; see armed.h.
 *
 * Confirming and rolling back have their review; more time has none, since it
 * changes nothing that a person would have to read and every second counts.
 * Loop thread.
 */
#include "ui/armed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/guarded.h"
#include "settings/watch.h"
#include "ui/session.h"

enum { MORE_S = 300, HURRY_S = 30, QUIET_TRIES = 3 };

struct armed {
	struct session *session;
	struct settings_watch *watch;
	char *ordered;                     /* id of the change that was ordered about from here; NULL: none */
	bool told;                         /* that order was applied, and the review has told so */
	char *back;                        /* how a rollback from here ended before its review has told of the order; NULL */
	bool telling;                      /* what we tell the views is no news for us */
	struct quiet *quiet;               /* orders without a review that are under way */
};

/* --- orders without a review ---------------------------------------------------------------------- */

/* The session may be gone before the gate answers. */
struct quiet {
	struct armed *armed;               /* NULL: nobody is there any more */
	struct quiet *next;
	struct gate *gate;
	struct review *review;
	char *server, *reason;
	unsigned tries;
	bool mends;                        /* what nobody looked after goes back by it */
	bool tells;                        /* its success is news */
};

static void quiet_end(struct quiet *quiet)
{
	struct quiet **link = quiet->armed != NULL ? &quiet->armed->quiet : NULL;

	while (link != NULL && *link != quiet)
		link = &(*link)->next;
	if (link != NULL)
		*link = quiet->next;
	if (quiet->review != NULL)
		review_free(quiet->review);
	free(quiet->server);
	free(quiet->reason);
	free(quiet);
}

/* Views show the server and the history anew. */
static void tell_views(struct armed *self, const char *server)
{
	static const struct kind *const both[] = { &kind_limits, &kind_setting };

	self->telling = true;
	for (size_t i = 0; i < 2; i++) {
		struct event event = { .kind = EVENT_RECORD_CHANGED, .noun = both[i], .name = server };

		session_tell(self->session, &event);
	}
	self->telling = false;
}

static void quiet_done(void *context, const struct gate_result *result);

/* A role that must give a reason has given it by the key: nothing but the order itself is to be said. */
static void quiet_submit(struct quiet *quiet)
{
	const char *reason = quiet->reason == NULL && quiet->review->reason_required ? quiet->review->sentence : quiet->reason;

	quiet->tries++;
	gate_submit(quiet->gate, quiet->review, NULL, reason, quiet_done, quiet);
}

/* An order shows nothing that could be another at the second look, so a review that comes back means to try again. */
static bool quiet_again(struct quiet *quiet, struct review *again)
{
	if (quiet->armed == NULL || again == NULL || !again->allowed || again->conflict != NULL || quiet->tries >= QUIET_TRIES)
		return false;
	review_free(quiet->review);
	quiet->review = again;
	quiet_submit(quiet);
	return true;
}

static void quiet_done(void *context, const struct gate_result *result)
{
	struct quiet *quiet = context;
	struct armed *self = quiet->armed;

	if (quiet_again(quiet, result->again))
		return;
	if (result->again != NULL)
		review_free(result->again);
	if (self != NULL && result->outcome != OUTCOME_APPLIED && result->error.kind != ERROR_NONE)
		session_complain(self->session, &result->error);
	else if (self != NULL && quiet->tells)
		session_notice(self->session, NULL, "%s: at least %d s from now to confirm", quiet->server, MORE_S);
	else if (self != NULL && quiet->mends)
		session_notice(self->session, NULL, "%s: what nobody looked after was put back, the old values run again", quiet->server);
	if (self != NULL && result->outcome == OUTCOME_APPLIED)
		tell_views(self, quiet->server);
	if (self != NULL)
		settings_watch_look(self->watch, quiet->server);
	quiet_end(quiet);
}

static void quiet_seen(void *context, struct review *takes)
{
	struct quiet *quiet = context;

	quiet->review = takes;
	if (quiet->armed != NULL && takes->allowed) {
		quiet_submit(quiet);
		return;
	}
	if (quiet->armed != NULL)
		session_complain(quiet->armed->session, &takes->refusal);
	quiet_end(quiet);
}

/* reason: for the history; NULL: none. */
static struct quiet *give_quietly(struct armed *self, const struct settings_wait *wait, const char *word, const char *reason, bool tells)
{
	struct change *change = settings_order(settings_kind(wait->report), wait->server, word, wait->report->id, MORE_S);
	struct quiet *quiet = memory_new(sizeof *quiet);

	*quiet = (struct quiet){ .armed = self, .next = self->quiet, .gate = session_engine(self->session)->gate,
		.server = memory_text(wait->server), .reason = memory_text(reason), .tells = tells };
	self->quiet = quiet;
	gate_preview(quiet->gate, change, quiet_seen, quiet);
	change_free(change);
	return quiet;
}

/* --- how it ended ------------------------------------------------------------------------------------- */

static bool made_by_us(const struct armed *self, const struct guardian_report *report)
{
	const char *person = session_engine(self->session)->person;
	size_t length = person == NULL ? 0 : strlen(person);

	return length > 0 && report->who != NULL && strncmp(report->who, person, length) == 0 && report->who[length] == '@';
}

/* What was told already, or ended as it was told to, needs no line of its own. */
static bool ended_by_itself(const struct settings_wait *wait)
{
	return wait->report->state == GUARDIAN_ROLLED_BACK && wait->report->kind != ERROR_NONE;
}

static void tell_end(struct armed *self, const struct settings_wait *wait)
{
	const struct guardian_report *report = wait->report;
	const char *sentence = report->sentence == NULL ? "the change" : report->sentence;
	struct error error = { 0 };

	if (report->state == GUARDIAN_STUCK)
		error_set(&error, ERROR_FILE, "%s: %s could be neither kept nor taken back: %s", wait->server, sentence, report->why == NULL ? "?" : report->why);
	else if (ended_by_itself(wait))
		error_set(&error, ERROR_REFUSED, "%s: \"%s\" was taken back, the old values run again: %s", wait->server, sentence,
			report->why == NULL ? "nobody confirmed it" : report->why);
	if (error.kind != ERROR_NONE)
		session_complain(self->session, &error);
	else
		session_notice(self->session, NULL, "%s: \"%s\" %s", wait->server, sentence, report->state == GUARDIAN_CONFIRMED ?
			"was confirmed and stays" : "was rolled back, the old values run again");
}

/* The guardian's line about a service that was not there to be looked at; NULL: the old values were seen to run. */
static const char *not_running(const struct guardian_report *report)
{
	for (size_t i = 0; report->lines != NULL && report->lines[i] != NULL; i++) {
		if (strstr(report->lines[i], "it will start with the old files") != NULL)
			return report->lines[i];
	}
	return NULL;
}

/* The review tells of the order only; whoever gave it wants to know that the old values are there. */
static void tell_back(struct armed *self, const struct settings_wait *wait)
{
	struct arena *arena = arena_new();
	const char *noun = settings_kind(wait->report)->noun, *idle = not_running(wait->report);
	const char *back = idle != NULL ? arena_format(arena, "%s: the old %s are back; %s", wait->server, noun, idle) :
		arena_format(arena, "%s: the old %s are back, and were seen to run", wait->server, noun);

	free(self->back);
	self->back = self->told ? NULL : memory_text(back);
	session_notice(self->session, NULL, "%s", back);
	arena_free(arena);
}

/* A change of an earlier session that ended when nobody was there; in the history it may be already. */
struct late { struct quiet *note; char *id, *noun, *why; };

static void history_came(void *context, struct history *takes, const struct error *error)
{
	struct late *late = context;
	struct armed *self = late->note->armed;
	bool known = error != NULL && error->kind != ERROR_NONE;

	for (size_t i = 0; takes != NULL && i < takes->count && !known; i++)
		known = takes->entries[i].lines != NULL && strstr(takes->entries[i].lines, late->id) != NULL && strstr(takes->entries[i].lines, "settle") != NULL;
	if (self != NULL && !known) {
		struct guardian_report report = { .id = late->id, .noun = late->noun };
		struct settings_wait wait = { .server = late->note->server, .report = &report };

		give_quietly(self, &wait, "settle", late->why, false);
	}
	if (takes != NULL)
		history_free(takes);
	quiet_end(late->note);
	free(late->id);
	free(late->noun);
	free(late->why);
	free(late);
}

static void settle_late(struct armed *self, const struct settings_wait *wait)
{
	struct late *late = memory_new(sizeof *late);

	late->id = memory_text(wait->report->id);
	late->noun = memory_text(wait->report->noun);
	late->why = memory_text(wait->report->why);
	late->note = memory_new(sizeof *late->note);
	*late->note = (struct quiet){ .armed = self, .next = self->quiet, .server = memory_text(wait->server) };
	self->quiet = late->note;
	gate_history(session_engine(self->session)->gate, history_came, late);
}

static void on_end(void *context, const struct settings_wait *wait)
{
	struct armed *self = context;
	const struct guardian_report *report = wait->report;
	bool ordered = self->ordered != NULL && report->id != NULL && strcmp(self->ordered, report->id) == 0, ours = ordered && self->told;
	bool may = report->id != NULL && role_may(session_role(self->session), settings_kind(report), NULL, VERB_EDIT) &&
		gate_write_reason(session_engine(self->session)->gate) == NULL && !session_replayed(self->session);
	bool writes = may && made_by_us(self, report);

	if (wait->waited && ordered && report->state == GUARDIAN_ROLLED_BACK && report->kind == ERROR_NONE)
		tell_back(self, wait);
	else if (wait->waited && (!ours || report->state == GUARDIAN_STUCK))
		tell_end(self, wait);
	else if (!wait->waited && report->state == GUARDIAN_STUCK)
		tell_end(self, wait);
	if (wait->waited)
		tell_views(self, wait->server);
	if (ended_by_itself(wait) && writes && wait->waited)
		give_quietly(self, wait, "settle", report->why, false);
	else if (ended_by_itself(wait) && writes)
		settle_late(self, wait);
	/* Its guardian has died, or could not put it back: who may write anything puts it right, whoever made it. */
	else if (report->state == GUARDIAN_STUCK && may)
		give_quietly(self, wait, "settle", report->why, false)->mends = true;
}

static void on_change(void *context)
{
	struct armed *self = context;

	session_look_again(self->session);
}

/* --- from outside --------------------------------------------------------------------------------------- */

struct armed *armed_new(struct session *session)
{
	struct armed *self = memory_new(sizeof *self);

	self->session = session;
	self->watch = settings_watch_new(session_engine(session)->hosts, on_change, on_end, self);
	return self;
}

void armed_free(struct armed *self)
{
	if (self == NULL)
		return;
	settings_watch_free(self->watch);
	for (struct quiet *quiet = self->quiet; quiet != NULL; quiet = quiet->next)
		quiet->armed = NULL;
	free(self->ordered);
	free(self->back);
	free(self);
}

bool armed_tick(struct armed *self)
{
	settings_watch_tick(self->watch);
	if (self->back != NULL && self->told) {
		session_notice(self->session, NULL, "%s", self->back);
		free(self->back);
		self->back = NULL;
	}
	return settings_watch_count(self->watch) > 0;
}

void armed_event(struct armed *self, const struct event *event)
{
	if (self->telling || event->kind != EVENT_RECORD_CHANGED || event->noun == NULL || !kind_guarded(event->noun) || event->name == NULL)
		return;
	self->told = self->ordered != NULL;
	settings_watch_look(self->watch, event->name);
}

static const char *left_words(struct arena *arena, int64_t seconds)
{
	if (seconds >= 3600)
		return arena_format(arena, "%" PRId64 ":%02d:%02d", seconds / 3600, (int)(seconds / 60 % 60), (int)(seconds % 60));
	return arena_format(arena, "%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
}

void armed_light(const struct armed *self, struct lamps *lamps)
{
	struct settings_wait wait;
	struct arena *arena;

	memset(&lamps->lamp[LAMP_CONFIRM], 0, sizeof lamps->lamp[LAMP_CONFIRM]);
	if (self == NULL || !settings_watch_first(self->watch, &wait))
		return;
	arena = arena_new();
	lamps->lamp[LAMP_CONFIRM].style = wait.left_s <= HURRY_S ? STYLE_BAD : STYLE_WARNING;
	snprintf(lamps->lamp[LAMP_CONFIRM].words, sizeof lamps->lamp[0].words, "%.24s %s%s", wait.server, wait.left_s > 0 ? "confirm " : "goes back",
		wait.left_s > 0 ? left_words(arena, wait.left_s) : "");
	snprintf(lamps->lamp[LAMP_CONFIRM].brief, sizeof lamps->lamp[0].brief, "%.10s %s%s", wait.server, wait.left_s > 0 ? "confirm " : "goes back",
		wait.left_s > 0 ? left_words(arena, wait.left_s) : "");
	arena_free(arena);
}

bool armed_knows(const struct armed *self, const char *server, const char *id, struct settings_wait *wait)
{
	return self != NULL && server != NULL && id != NULL && settings_watch_known(self->watch, server, id, wait);
}

static const char *const words[][2] = { { "confirm-change", "confirm" }, { "rollback-change", "rollback" }, { "more-time", "more" } };

static const char *order_of(const struct action *action)
{
	for (size_t i = 0; i < 3; i++) {
		if (strcmp(action->name, words[i][0]) == 0)
			return words[i][1];
	}
	return NULL;
}

bool armed_takes(const struct action *action)
{
	return order_of(action) != NULL;
}

const char *armed_blocked(const struct armed *self, const struct action *action)
{
	struct settings_wait wait;

	(void)action;
	if (!settings_watch_first(self->watch, &wait))
		return "no change of a server's files waits to be confirmed";
	if (!role_may(session_role(self->session), &kind_setting, NULL, VERB_EDIT))
		return "your role may not do that; admin may";
	if (wait.report->state != GUARDIAN_WAITING)
		return "it is on its way back already";
	return NULL;
}

void armed_act(struct armed *self, const struct action *action)
{
	const char *order = order_of(action);
	struct settings_wait wait;

	if (order == NULL || !settings_watch_first(self->watch, &wait))
		return;
	if (strcmp(order, "more") == 0) {
		give_quietly(self, &wait, order, NULL, true);
		return;
	}
	free(self->ordered);
	free(self->back);
	self->back = NULL;
	self->ordered = memory_text(wait.report->id);
	self->told = false;
	session_push(self->session, review_view_new(self->session, settings_order(settings_kind(wait.report), wait.server, order, wait.report->id, 0)));
}
