/*
 * setting_others: the value of one server planned for all others that have
 * another one.
 *
 * All are asked at the same time; what a server refuses keeps none of the
 * others from theirs.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "engine_facts.h"
#include "ui/session.h"
#include "ui/settings_private.h"

struct setting_other {
	struct setting_others *all;
	struct engine_proposal *proposal;  /* NULL: answered, or not asked */
	struct change *change;             /* NULL: none is needed, or refused */
};
struct setting_others {
	struct setting_other *servers;
	size_t count, open;
	struct error error;                /* the first */
	void (*done)(void *context, struct change *const *takes, size_t count, const struct error *error);
	void *context;
};

static void finish(struct setting_others *self)
{
	struct change **changes = memory_new((self->count + 1) * sizeof *changes);
	size_t count = 0;

	for (size_t i = 0; i < self->count; i++) {
		if (self->servers[i].change != NULL)
			changes[count++] = self->servers[i].change;
	}
	self->done(self->context, changes, count, &self->error);
	free(changes);
	free(self->servers);
	free(self);
}

static void on_one(void *context, struct change *takes, const struct error *error)
{
	struct setting_other *one = context;

	one->proposal = NULL;
	one->change = takes;
	if (takes == NULL && error->kind != ERROR_NONE && one->all->error.kind == ERROR_NONE)
		one->all->error = *error;
	if (--one->all->open == 0)
		finish(one->all);
}

struct setting_others *setting_others_ask(struct settings_view *list, const struct setting *setting, const char *key, size_t from,
		void (*done)(void *context, struct change *const *takes, size_t count, const struct error *error), void *context)
{
	struct setting_others *self = memory_new(sizeof *self);
	struct session *session = list->list.view.session;
	struct arena *arena = arena_new();
	struct setting_value here = { .known = false }, there;

	*self = (struct setting_others){ .count = list->count, .done = done, .context = context };
	self->servers = memory_new((list->count + 1) * sizeof *self->servers);
	if (list->hosts[from].state != NULL)
		here = settings_value(arena, list->hosts[from].state, setting, key);
	for (size_t i = 0; here.known && i < list->count; i++) {
		const char *value = here.set ? here.value : NULL;

		self->servers[i].all = self;
		if (i == from || list->hosts[i].state == NULL)
			continue;
		there = settings_value(arena, list->hosts[i].state, setting, key);
		if (!there.known || (value != NULL ? there.set && setting_same(setting, value, there.value) : !there.set))
			continue;
		self->open++;
		self->servers[i].proposal = engine_propose(session_engine(session), i, setting, key, value, on_one, &self->servers[i]);
	}
	arena_free(arena);
	if (self->open > 0)
		return self;
	setting_others_cancel(self);
	return NULL;
}

void setting_others_cancel(struct setting_others *self)
{
	if (self == NULL)
		return;
	for (size_t i = 0; i < self->count; i++) {
		engine_propose_cancel(self->servers[i].proposal);
		if (self->servers[i].change != NULL)
			change_free(self->servers[i].change);
	}
	free(self->servers);
	free(self);
}
