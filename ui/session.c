/*
 * session: stacks of views, events, notices, drafts, painting once per turn.
 *
 * Keys and actions are in dispatch.c.  Nothing fails; what goes wrong outside
 * (a draft that cannot be written) is told in the notice line or the log.
 * Longer than 600 lines because all of it is the one state of a session.  Loop
 * thread only.
 */
#include "ui/session.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "ui/draft.h"
#include "ui/frame.h"
#include "ui/list_memory.h"
#include "ui/lock.h"
#include "ui/overview.h"
#include "ui/session_private.h"

enum { COPY_MOST = 8192 };

/* --- what views ask for ----------------------------------------------------------------------- */

struct engine *session_engine(struct session *session)
{
	return session->engine;
}

const struct config *session_config(const struct session *session)
{
	return session->engine->config;
}

enum role session_role(const struct session *session)
{
	return session->engine->config->role;
}

enum visible_form session_form(const struct session *session)
{
	return session->form;
}

struct canvas *session_canvas(struct session *session)
{
	return session->canvas;
}

const struct keymap *session_keymap(const struct session *session)
{
	return session->keymap;
}

struct list_memory *session_list_memory(const struct session *session)
{
	return session->lists;
}

const struct section *session_section(const struct session *session)
{
	return session->section;
}

bool session_seconds(const struct session *session)
{
	return session_role(session) == ROLE_MONITOR || overview_on_wall(session->section == NULL ? NULL : session->tops[section_index(session->section)]);
}

const struct armed *session_armed(const struct session *session)
{
	return session->armed;
}

const struct lamps *session_lamps(const struct session *session)
{
	return &session->lamps;
}

int64_t session_now(const struct session *session)
{
	(void)session;
	return clock_now();
}

void session_changed(struct session *session)
{
	session->changed = true;
}

void session_hold_keys(struct session *session)
{
	if (session->replayed)
		return;
	if (session->outside.forget != NULL)
		session->outside.forget(session->outside.context);
	session->hold_until = clock_monotonic_ms() + 300;
}

/* --- the stack -------------------------------------------------------------------------------- */

static struct view **top_of(struct session *session)
{
	return &session->tops[section_index(session->section)];
}

struct view *session_top(struct session *session)
{
	return session->section == NULL ? NULL : *top_of(session);
}

void session_push(struct session *session, struct view *view)
{
	/* So it would on the page of somebody else. */
	if (session->notice.undo_id != NULL && strcmp(view->class->place, "page") == 0)
		session_clear(session, &session->notice);
	view->session = session;
	view->below = *top_of(session);
	*top_of(session) = view;
	session_changed(session);
}

/* The section whose stack holds this view; SECTIONS_MOST: none. */
static size_t stack_of(const struct session *session, const struct view *wanted)
{
	for (size_t i = 0; i < section_count(); i++) {
		for (const struct view *view = session->tops[i]; view != NULL; view = view->below) {
			if (view == wanted)
				return i;
		}
	}
	return SECTIONS_MOST;
}

/* What lay below or in another section may have put off its work until somebody sees it. */
static void tell_shown(struct session *session, struct view *view)
{
	struct event event = { .kind = EVENT_SHOWN };

	/* What only the view before looked at is asked no more; the one that is seen now says what it needs besides. */
	if (session->engine->live != NULL)
		live_want(session->engine->live, live_overview_sources());
	if (view != NULL && view->class->notice != NULL)
		view->class->notice(view, &event);
}

static void pop_from(struct session *session, struct view **top)
{
	struct view *view = *top;

	if (view == NULL || view->below == NULL)
		return;
	*top = view->below;
	view->class->close(view);
	if (session->section != NULL && top == top_of(session))
		tell_shown(session, *top);
	session_changed(session);
}

void session_pop(struct session *session)
{
	pop_from(session, top_of(session));
}

/* Also where the person has gone to another section meanwhile: an answer may come late. */
void session_pop_to(struct session *session, struct view *view)
{
	size_t stack = stack_of(session, view);

	if (stack == SECTIONS_MOST)
		return;
	while (session->tops[stack] != view && session->tops[stack]->below != NULL)
		pop_from(session, &session->tops[stack]);
	pop_from(session, &session->tops[stack]);
}

bool session_goto(struct session *session, const struct section *section)
{
	struct view **top;

	if (section == NULL || !section_visible(section, session_role(session)))
		return false;
	session->section = section;
	top = top_of(session);
	if (*top == NULL) {
		struct view *view = section_view_new(session, section);

		view->session = session;
		view->below = NULL;
		*top = view;
	}
	tell_shown(session, *top);
	session_changed(session);
	return true;
}

/* --- events ----------------------------------------------------------------------------------- */

void session_tell(struct session *session, const struct event *event)
{
	if (session->armed != NULL)
		armed_event(session->armed, event);
	for (size_t i = 0; i < section_count(); i++) {
		struct view *below;

		/* A view may close itself and what lies above it, never what lies below. */
		for (struct view *view = session->tops[i]; view != NULL; view = below) {
			below = view->below;
			if (view->class->notice != NULL)
				view->class->notice(view, event);
		}
	}
	session_changed(session);
}

static void outcomes_seen(void *context, size_t left, const struct error *error)
{
	struct session *session = context;

	if (error != NULL && error->kind != ERROR_NONE)
		session_complain(session, error);
	else if (left > 0)
		session_notice(session, NULL, "Of %zu earlier %s nobody has seen the outcome yet: see History; what they touch cannot be edited",
			left, left == 1 ? "write" : "writes");
}

/* The notice line must not go on saying that nothing answers. */
static void tell_that_it_is_back(struct session *session)
{
	char digits[16];

	if (!session->notice.of_link)
		return;
	clock_digits(session_now(session), 0, digits);
	session_notice(session, NULL, "The directory answers again since %s", digits);
}

static void status_changed(void *context)
{
	struct session *session = context;
	struct event event = { .kind = EVENT_DIRECTORY };
	enum directory_link link = directory_status(session->engine->directory)->link;

	if (link == DIRECTORY_UP && session->away)
		tell_that_it_is_back(session);
	session->away = link == DIRECTORY_DOWN;

	/* Writes of a session that was cut off are looked up as soon as there is a directory to ask. */
	if (!session->resolved && link == DIRECTORY_UP) {
		session->resolved = true;
		if (gate_write_reason(session->engine->gate) == NULL)
			gate_resolve(session->engine->gate, outcomes_seen, session);
	}
	session_tell(session, &event);
}

static void read_lamps(struct session *session)
{
	lamps_read(&session->lamps, session->engine->live);
	armed_light(session->armed, &session->lamps);
}

void session_look_again(struct session *session)
{
	struct event event = { .kind = EVENT_LIVE };

	read_lamps(session);
	session_tell(session, &event);
}

static void live_came(void *context)
{
	session_look_again(context);
}

void session_tick(struct session *session)
{
	struct event event = { .kind = EVENT_TICK };
	char digits[16];

	clock_digits(session_now(session), session_seconds(session), digits);
	if (strcmp(digits, session->clock_shown) != 0) {
		memcpy(session->clock_shown, digits, sizeof digits);
		session_changed(session);
	}
	if (session->armed != NULL && armed_tick(session->armed)) {
		armed_light(session->armed, &session->lamps);
		session_changed(session);
	}
	/* Not session_tell: a tick alone is no reason to paint; a view that shows an age says so itself. */
	for (size_t i = 0; i < section_count(); i++) {
		struct view *below;

		for (struct view *view = session->tops[i]; view != NULL; view = below) {
			below = view->below;
			if (view->class->notice != NULL)
				view->class->notice(view, &event);
		}
	}
}

void session_resize(struct session *session, int rows, int columns)
{
	struct event event = { .kind = EVENT_RESIZED };

	/* Serial lines that do not know their size report 0x0. */
	if (rows <= 0 || columns <= 0) {
		rows = 24;
		columns = 80;
	}
	canvas_resize(session->canvas, rows, columns);
	session_tell(session, &event);
}

static void uncover(struct session *session)
{
	lock_free(session->lock);
	session->lock = NULL;
	session->covered = false;
	session_changed(session);
}

void session_cover(struct session *session)
{
	if (session->covered)
		return;
	session->covered = true;
	if (session_config(session)->lock.unlock_dn != NULL)
		session->lock = lock_new(session, session_config(session)->lock.unlock_dn, uncover);
	session_changed(session);
}

const struct lock *session_lock(const struct session *session)
{
	return session->lock;
}

bool session_covered(const struct session *session)
{
	return session->covered;
}

bool session_compose(struct session *session)
{
	if (!session->changed)
		return false;
	session->changed = false;
	canvas_clear(session->canvas);
	frame_draw(session, session->canvas);
	return true;
}

bool session_replayed(const struct session *session)
{
	return session->replayed;
}

bool session_busy(const struct session *session)
{
	const struct view *view = session->section == NULL ? NULL : session->tops[section_index(session->section)];

	for (; view != NULL; view = view->below) {
		if (view->class->busy != NULL && view->class->busy(view))
			return true;
	}
	return false;
}

/* --- notices ---------------------------------------------------------------------------------- */

void session_clear(struct session *session, struct notice_slot *slot)
{
	if (slot->words == NULL)
		return;
	free(slot->words);
	free(slot->undo_id);
	memset(slot, 0, sizeof *slot);
	session_changed(session);
}

static void fill_slot(struct session *session, struct notice_slot *slot, bool warning, const char *undo_id,
		const char *format, va_list arguments) __attribute__((format(printf, 5, 0)));
static void fill_slot(struct session *session, struct notice_slot *slot, bool warning, const char *undo_id,
		const char *format, va_list arguments)
{
	struct arena *arena = arena_new();
	char *words = memory_text(arena_vformat(arena, format, arguments));

	arena_free(arena);
	session_clear(session, slot);
	slot->words = words;
	slot->warning = warning;
	slot->undo_id = undo_id == NULL || undo_id[0] == '\0' ? NULL : memory_text(undo_id);
	slot->section = session->section;
	session_changed(session);
}

void session_notice(struct session *session, const char *undo_id, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fill_slot(session, &session->notice, false, undo_id, format, arguments);
	va_end(arguments);
	session_clear(session, &session->hint);
}

void session_hint(struct session *session, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fill_slot(session, &session->hint, true, NULL, format, arguments);
	va_end(arguments);
}

static void warn(struct session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void warn(struct session *session, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fill_slot(session, &session->notice, true, NULL, format, arguments);
	va_end(arguments);
	session_clear(session, &session->hint);
}

void session_complain(struct session *session, const struct error *error)
{
	if (error == NULL || error->kind == ERROR_NONE || error->kind == ERROR_CANCELLED)
		return;
	warn(session, "%s", error->text);
	session->notice.of_link = error->kind == ERROR_UNREACHABLE || error->kind == ERROR_TIMEOUT;
}

struct session_notice session_notice_shown(const struct session *session)
{
	const struct notice_slot *slot = session->hint.words != NULL ? &session->hint : &session->notice;
	struct session_notice shown = { slot->words == NULL ? "" : slot->words, slot->warning, slot->undo_id };

	/* A change can be taken back from where it was made; in another section the offer would be of something else. */
	if (slot->undo_id != NULL && slot->section != session->section)
		return (struct session_notice){ "", false, NULL };
	return shown;
}

/* What is pasted into a shell is run by it, so what cannot be seen is told. */
static bool has_controls(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)bytes[i] < ' ' || bytes[i] == 0x7f)
			return true;
	}
	return false;
}

bool session_copy(struct session *session, const char *label, const char *bytes, size_t length)
{
	if (length > COPY_MOST) {
		session_hint(session, "Not copied: %s has %zu bytes, and %d can be copied at most", label, length, COPY_MOST);
		return false;
	}
	session->outside.copy(session->outside.context, bytes, length);
	session_notice(session, NULL, "%s: %s, %zu %s", has_controls(bytes, length) ? "LOOK BEFORE YOU PASTE, it holds line breaks or controls"
		: "Handed to the terminal's clipboard", label, length, length == 1 ? "byte" : "bytes");
	return true;
}

/* --- drafts and the end ----------------------------------------------------------------------- */

static size_t staged_changes(struct session *session, struct change **list, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < section_count(); i++) {
		for (struct view *view = session->tops[i]; view != NULL && count < most; view = view->below) {
			struct change *change = view->class->staged == NULL ? NULL : view->class->staged(view);

			if (change != NULL)
				list[count++] = change;
		}
	}
	return count;
}

char *session_staged_words(struct session *session, bool *kept)
{
	struct change *list[DRAFTS_MOST];
	size_t count = staged_changes(session, list, DRAFTS_MOST);
	struct text words = { 0 };

	*kept = true;
	for (size_t i = 0; i < count; i++)
		*kept = *kept && draft_keeps(list[i]);
	if (count == 0)
		return NULL;
	text_addf(&words, "%s %s", list[0]->kind->noun, list[0]->name[0] != '\0' ? list[0]->name : "that is new");
	if (count > 1)
		text_addf(&words, " and %zu more", count - 1);
	for (size_t i = 0; i < count; i++)
		change_free(list[i]);
	return text_take(&words);
}

void session_keep_drafts(struct session *session)
{
	struct change *list[DRAFTS_MOST];
	size_t count = staged_changes(session, list, DRAFTS_MOST);
	const char *directory = session_config(session)->state_directory;
	struct error error;

	error_clear(&error);
	if (count > 0 && directory != NULL && !draft_save(directory, list, count, &error))
		log_line(LOG_LEVEL_WARNING, "edits could not be kept as a draft: %s", error.text);
	for (size_t i = 0; i < count; i++)
		change_free(list[i]);
}

/* Edits of a session that was cut off are offered, never applied by themselves. */
static void offer_drafts(struct session *session)
{
	const char *directory = session_config(session)->state_directory;
	struct arena *arena;
	char *key;

	if (directory == NULL || session->replayed || session_role(session) == ROLE_MONITOR)
		return;
	session->draft_count = draft_load(directory, &session->drafts);
	if (session->draft_count == 0)
		return;
	arena = arena_new();
	key = keymap_key(session->keymap, "global", "draft", arena);
	session_notice(session, NULL, "Unfinished edits were kept (%s %s): %s reviews them", session->drafts[0]->kind->noun,
		session->drafts[0]->name[0] != '\0' ? session->drafts[0]->name : "that is new", key == NULL ? "\"go on\" under :" : key);
	arena_free(arena);
}

void session_quit(struct session *session, int status)
{
	if (session->ended)
		return;
	session->ended = true;
	if (session->outside.ended != NULL)
		session->outside.ended(session->outside.context, status);
}

void session_hang_up(struct session *session, int status)
{
	if (session->ended)
		return;
	session_keep_drafts(session);
	session_quit(session, status);
}

/* --- life ------------------------------------------------------------------------------------- */

static void choices_failed(void *context, const struct error *error)
{
	session_complain(context, error);
}

struct session *session_new(struct engine *engine, const struct keymap *keymap, enum visible_form form,
		const struct session_outside *outside, bool replayed)
{
	struct session *session = memory_new(sizeof *session);

	session->engine = engine;
	session->keymap = keymap;
	session->form = form;
	session->replayed = replayed;
	if (outside != NULL)
		session->outside = *outside;
	session->canvas = canvas_new(24, 80, form);
	session->lists = list_memory_open(engine->loop, engine->config->state_directory, choices_failed, session);
	directory_on_status(engine->directory, status_changed, session);
	if (engine->live != NULL) {
		live_listen(engine->live, live_came, session);
		live_want(engine->live, live_overview_sources());
		read_lamps(session);
	}
	return session;
}

void session_start(struct session *session, const struct section *section)
{
	enum role role = session_role(session);
	const char *wanted = session->engine->config->start;
	const struct section *first = section != NULL ? section : wanted != NULL ? section_find(wanted) : section_first(role);

	if (!session_goto(session, first))
		session_goto(session, section_first(role));
	if (section == NULL && wanted != NULL && session->section != first)
		session_notice(session, NULL, "There is no section \"%s\" to start with here", wanted);
	/* A helpdesk call begins with a name: the search field is open already. */
	if (role == ROLE_HELPDESK && section == NULL && session->section == section_find("users"))
		session_act(session, action_find("filter"));
	session->armed = armed_new(session);
	offer_drafts(session);
	status_changed(session);
}

void session_free(struct session *session)
{
	if (session == NULL)
		return;
	directory_on_status(session->engine->directory, NULL, NULL);
	lock_free(session->lock);
	session->lock = NULL;
	armed_free(session->armed);
	session->armed = NULL;
	if (session->engine->live != NULL) {
		live_listen(session->engine->live, NULL, NULL);
		live_want(session->engine->live, 0);
	}
	for (size_t i = 0; i < section_count(); i++) {
		while (session->tops[i] != NULL) {
			struct view *view = session->tops[i];

			session->tops[i] = view->below;
			view->class->close(view);
		}
	}
	list_memory_close(session->lists);
	session_clear(session, &session->notice);
	session_clear(session, &session->hint);
	for (size_t i = 0; i < session->draft_count; i++)
		change_free(session->drafts[i]);
	free(session->drafts);
	canvas_free(session->canvas);
	free(session);
}
