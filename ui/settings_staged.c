/*
 * settings_staged: new values that wait for one review of all of their server.
 *
 * They belong to the list, so moving on the screen loses none; what was applied
 * (or counts for another reason) is found when its server was read again.  What
 * cannot be planned stays and is told.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine_facts.h"
#include "model/guarded.h"
#include "ui/session.h"
#include "ui/settings_private.h"

/* Postfix and Dovecot reload by themselves, so what waits for both becomes two changes. */
enum { REVIEWS = 2 };

struct settings_review {
	struct settings_view *list;
	struct view *over;                 /* what was on top */
	struct engine_proposal *proposals[REVIEWS];
	struct change *changes[REVIEWS];
	struct error error;                /* the first */
	size_t host, open;
};

/* --- what waits ------------------------------------------------------------------------------------------ */

static bool same_word(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool is_of(const struct setting_staged *staged, size_t host, const struct setting *setting, const char *key)
{
	return staged->host == host && staged->setting == setting && same_word(staged->key, key);
}

static void staged_free(struct setting_staged *staged)
{
	free(staged->key);
	free(staged->value);
	free(staged);
}

/* Takes out those that `goes` says; all where it is NULL. */
static void take_out(struct settings_view *self, size_t host, bool (*goes)(const struct settings_view *self, const struct setting_staged *staged))
{
	for (struct setting_staged **at = &self->staged; *at != NULL; ) {
		struct setting_staged *staged = *at;

		if ((host == SETTINGS_ANY || staged->host == host) && (goes == NULL || goes(self, staged))) {
			*at = staged->next;
			staged_free(staged);
		} else {
			at = &staged->next;
		}
	}
}

/* It counts there already. */
static bool counts(const struct settings_view *self, const struct setting_staged *staged)
{
	const struct settings_state *state = self->hosts[staged->host].state;
	struct arena *arena = arena_new();
	struct setting_value value = { .known = false };
	bool does;

	if (state != NULL)
		value = settings_value(arena, state, staged->setting, staged->key);
	if (value.known && value.value == NULL)
		value.value = value.fallback;
	does = value.known && (staged->value == NULL ? !value.set : value.value != NULL && setting_same(staged->setting, value.value, staged->value));
	arena_free(arena);
	return does;
}

void settings_stage(struct settings_view *self, size_t host, const struct setting *setting, const char *key, const char *value)
{
	struct setting_staged **at = &self->staged, *staged = memory_new(sizeof *staged);

	*staged = (struct setting_staged){ .setting = setting, .key = key != NULL ? memory_text(key) : NULL,
		.value = value != NULL ? memory_text(value) : NULL, .host = host };
	while (*at != NULL && !is_of(*at, host, setting, key))
		at = &(*at)->next;
	if (*at != NULL) {
		staged->next = (*at)->next;
		staged_free(*at);
	}
	*at = staged;
	settings_staged_settle(self, host);
	settings_again(self);
}

const struct setting_staged *settings_staged_find(const struct settings_view *self, size_t host, const struct setting *setting, const char *key)
{
	const struct setting_staged *staged = self->staged;

	while (staged != NULL && !is_of(staged, host, setting, key))
		staged = staged->next;
	return staged;
}

size_t settings_staged_count(const struct settings_view *self, size_t host)
{
	size_t count = 0;

	for (const struct setting_staged *staged = self->staged; staged != NULL; staged = staged->next)
		count += host == SETTINGS_ANY || staged->host == host;
	return count;
}

size_t settings_staged_last(const struct settings_view *self)
{
	size_t host = 0;

	for (const struct setting_staged *staged = self->staged; staged != NULL; staged = staged->next)
		host = staged->host;
	return host;
}

/* "50 MB (52,428,800 bytes)" without what stands in brackets, unless there is nothing else. */
static const char *brief(struct arena *arena, const char *words)
{
	const char *more = strstr(words, " (");

	return more != NULL && more > words ? arena_bytes(arena, words, (size_t)(more - words)) : words;
}

const char *settings_staged_words(struct arena *arena, const struct settings_view *self, const struct setting_staged *staged)
{
	const char *now = brief(arena, settings_shown(arena, &self->hosts[staged->host], staged->setting, staged->key));
	const char *then = staged->value != NULL ? brief(arena, setting_words(arena, staged->setting, staged->value)) : "the default";

	/* Two that are the same in short are told in full. */
	if (strcmp(now, then) == 0 && staged->value != NULL) {
		now = settings_shown(arena, &self->hosts[staged->host], staged->setting, staged->key);
		then = setting_words(arena, staged->setting, staged->value);
	}
	return arena_format(arena, "%s -> %s", now, then);
}

void settings_staged_settle(struct settings_view *self, size_t host)
{
	take_out(self, host, counts);
}

void settings_staged_drop(struct settings_view *self, size_t host)
{
	take_out(self, host, NULL);
	settings_again(self);
}

/* --- what is kept where a session ends ---------------------------------------------------------------------- */

static void add_value(struct change *change, const struct setting *setting, const char *key, const char *words)
{
	char *line = arena_format(change->arena, "%s%s%s", settings_name(change->arena, setting, key), words != NULL ? "=" : "", words != NULL ? words : "");
	struct value value = { .bytes = line, .length = strlen(line) };

	change_edit(change, kind_field(&kind_setting, "value"), EDIT_ADD, &value, 1);
}

struct change *settings_staged_one(const struct settings_view *self, size_t host, const struct setting *setting, const char *key, const char *value)
{
	struct change *change = change_new(VERB_EDIT, &kind_setting, settings_server(self, host));

	add_value(change, setting, key, value);
	return change;
}

struct change *settings_staged_change(const struct settings_view *self)
{
	size_t host = settings_staged_last(self);
	struct change *change;

	if (self->staged == NULL)
		return NULL;
	change = change_new(VERB_EDIT, &kind_setting, settings_server(self, host));
	for (const struct setting_staged *staged = self->staged; staged != NULL; staged = staged->next) {
		if (staged->host == host)
			add_value(change, staged->setting, staged->key, staged->value);
	}
	return change;
}

/* --- to the review ------------------------------------------------------------------------------------------ */

static void review_end(struct settings_review *review)
{
	review->list->review = NULL;
	for (size_t i = 0; i < REVIEWS; i++) {
		engine_propose_cancel(review->proposals[i]);
		change_free(review->changes[i]);
	}
	free(review);
}

/* All have answered: the first one comes on top. */
static void show(struct settings_review *review)
{
	struct session *session = review->list->list.view.session;
	bool here = session_top(session) == review->over;
	size_t shown = 0;

	for (size_t i = REVIEWS; i-- > 0 && here && review->error.kind == ERROR_NONE; ) {
		if (review->changes[i] == NULL)
			continue;
		session_push(session, review_view_new(session, review->changes[i]));
		review->changes[i] = NULL;
		shown++;
	}
	if (review->error.kind != ERROR_NONE)
		session_complain(session, &review->error);
	else if (shown == REVIEWS)
		session_notice(session, NULL, "Two reviews, since Postfix and Dovecot change one after the other: this one is confirmed before the next one is applied");
	else if (shown == 0 && here)
		session_notice(session, NULL, "It is so already; nothing is to be changed");
	session_changed(session);
	review_end(review);
}

static void on_change(struct settings_review *review, size_t which, struct change *takes, const struct error *error)
{
	review->proposals[which] = NULL;
	review->changes[which] = takes;
	if (takes == NULL && error->kind != ERROR_NONE && review->error.kind == ERROR_NONE)
		review->error = *error;
	if (--review->open == 0)
		show(review);
}

static void on_first(void *context, struct change *takes, const struct error *error)
{
	on_change(context, 0, takes, error);
}

static void on_second(void *context, struct change *takes, const struct error *error)
{
	on_change(context, 1, takes, error);
}

static bool is_second(const struct settings_view *self, const struct setting_staged *staged)
{
	const struct settings_state *state = self->hosts[staged->host].state;
	const char *service = state != NULL ? settings_plan_service(state, staged->setting) : NULL;

	return service != NULL && strcmp(service, "dovecot") == 0;
}

void settings_staged_review(struct settings_view *self, size_t host)
{
	static void (*const done[REVIEWS])(void *, struct change *, const struct error *) = { on_first, on_second };
	struct session *session = self->list.view.session;
	struct settings_review *review;
	struct setting_edit *edits;
	size_t count;

	if (self->review != NULL || settings_staged_count(self, host) == 0)
		return;
	review = self->review = memory_new(sizeof *review);
	*review = (struct settings_review){ .list = self, .over = session_top(session), .host = host };
	edits = memory_new(settings_staged_count(self, host) * sizeof *edits);
	for (size_t which = 0; which < REVIEWS; which++) {
		count = 0;
		for (const struct setting_staged *staged = self->staged; staged != NULL; staged = staged->next) {
			if (staged->host == host && is_second(self, staged) == (which == 1))
				edits[count++] = (struct setting_edit){ .setting = staged->setting, .key = staged->key, .value = staged->value };
		}
		if (count == 0)
			continue;
		review->open++;
		review->proposals[which] = engine_propose_edits(session_engine(session), host, edits, count, done[which], review);
	}
	free(edits);
	session_changed(session);
}

void settings_staged_end(struct settings_view *self)
{
	if (self->review != NULL)
		review_end(self->review);
	take_out(self, SETTINGS_ANY, NULL);
}
