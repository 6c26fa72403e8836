/*
 * limits_page: a plan of limits as rows of text: what it takes, what Dovecot
 * says to it, what it causes.
 *
 * The same for the walk and for the other servers.  Draws only, never fails;
 * loop thread.
 */
#include <string.h>

#include "base/text.h"
#include "ui/limits_private.h"
#include "ui/moment.h"
#include "ui/session.h"

enum { VALUE_COLUMNS = 66, OLD_S = 300 };
#define UCR_PREFIX "mail/dovecot/"

void limits_page_asked(struct wrapped *page, const struct view *view, const struct limits_world *world, const struct error *error)
{
	int64_t now = session_now(view->session), age = now - world->asked;
	const char *at = moment_words(page->arena, world->asked, now), *key = keymap_key(session_keymap(view->session), "limits", "refresh", page->arena);
	const char *words = age < 60 ? arena_format(page->arena, "Asked just now, at %s", at) : arena_format(page->arena, "Asked at %s, %s ago", at,
		moment_age(page->arena, age));

	if (error->kind != ERROR_NONE)
		limits_page_say(page, STYLE_BAD, "!", arena_format(page->arena, "Asked again in vain, so everything here is of %s: %s", at, error->text));
	else if (world->connections == LIMITS_UNKNOWN || age >= OLD_S)
		limits_page_say(page, STYLE_WARNING, "!", arena_format(page->arena, "%s; %s asks again%s%s", words, key ? key : "refresh",
			world->connections == LIMITS_UNKNOWN ? ". Who is connected was not told" : ".", world->untold ? arena_format(page->arena, ": %s", world->untold) : ""));
	else
		limits_page_say(page, STYLE_DIM, "", arena_format(page->arena, "%s; %s asks again.", words, key ? key : "refresh"));
}

void limits_page_say(struct wrapped *page, enum style style, const char *sign, const char *words)
{
	wrapped_add(page, 1, style, sign, 3, style, words);
}

void limits_page_verdict(struct wrapped *page, const struct limits_verdict *verdict)
{
	size_t warnings = 0;

	for (size_t i = 0; i < verdict->error_count; i++)
		limits_page_say(page, STYLE_BAD, "!!", arena_format(page->arena, "Dovecot refuses this: %s", verdict->errors[i]));
	for (size_t i = 0; i < verdict->warning_count; i++)
		limits_page_say(page, STYLE_WARNING, "!", arena_format(page->arena, "Dovecot warns: %s", verdict->warnings[i].text));
	for (size_t i = 0; i < verdict->finding_count; i++)
		warnings += verdict->findings[i].severity == LIMITS_WARNING;
	/* Where postroom warns, that Dovecot does not is no comfort but part of the warning. */
	if (verdict->error_count + verdict->warning_count + verdict->finding_count == 0)
		limits_page_say(page, STYLE_OK, "-", "Dovecot has nothing against it, and neither has postroom.");
	else if (verdict->error_count + verdict->warning_count == 0)
		limits_page_say(page, STYLE_PLAIN, "-", warnings > 0 ? "Dovecot itself does not warn; postroom does:" : "Dovecot has nothing against it. postroom notes:");
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct limits_finding *finding = &verdict->findings[i];
		bool warns = finding->severity == LIMITS_WARNING;

		limits_page_say(page, warns ? STYLE_WARNING : STYLE_PLAIN, warns ? "!" : "-", limits_finding_words(page->arena, finding));
	}
}

/* --- the values -------------------------------------------------------------------------------------- */

/* Counts have their thousands apart, sizes and times their unit. */
static const char *number_words(struct arena *arena, const struct limits_value *value, uint64_t number)
{
	bool count = strncmp(value->setting, "auth_cache_", 11) != 0 && (number > 0 || strcmp(value->setting, "restart_request_count") != 0);

	return number == LIMITS_UNKNOWN ? "?" : count ? text_from_count(arena, (int64_t)number) : limits_number_words(arena, value->setting, number);
}

static const char *name_words(struct arena *arena, const struct limits_world *world, const struct limits_value *value)
{
	const char *name;

	switch (limits_value_where(arena, world, value, &name)) {
	case LIMITS_IN_UCR: return strncmp(name, UCR_PREFIX, strlen(UCR_PREFIX)) == 0 ? name + strlen(UCR_PREFIX) : name;
	case LIMITS_BY_START: return world->ucs ? "open files, made by UCR itself" : "open files of dovecot (LimitNOFILE)";
	case LIMITS_IN_FILE: break;
	}
	return limits_value_name(arena, value);
}

static void add_value(struct wrapped *page, const struct limits_world *world, const struct limits_value *value)
{
	struct wrapped_span spans[] = {
		{ 3, STYLE_VALUE, name_words(page->arena, world, value) },
		{ 45, STYLE_OLD, number_words(page->arena, value, value->now) },
		{ 56, STYLE_NEW, arena_format(page->arena, "-> %s", number_words(page->arena, value, value->then)) },
	};

	if (page->width >= VALUE_COLUMNS)
		wrapped_pieces(page, spans, 3);
	else
		wrapped_add(page, 3, STYLE_NEW, "", 3, STYLE_NEW, arena_format(page->arena, "%s %s %s", spans[0].words, spans[1].words, spans[2].words));
	wrapped_add(page, 5, STYLE_DIM, "", 5, STYLE_DIM, value->why);
}

/* Those that go to the same place together; false: there are none. */
static bool add_those(struct wrapped *page, const struct limits_world *world, const struct limits_set *set, enum limits_where where, const char *head)
{
	bool any = false;
	const char *name;

	for (size_t i = 0; i < set->value_count; i++) {
		if (limits_value_where(page->arena, world, &set->values[i], &name) != where)
			continue;
		if (!any && world->ucs)
			limits_page_say(page, STYLE_LABEL, "", head);
		any = true;
		add_value(page, world, &set->values[i]);
	}
	return any;
}

void limits_page_values(struct wrapped *page, const struct limits_world *world, const struct limits_set *set)
{
	bool written;

	wrapped_heading(page, "What it takes");
	written = add_those(page, world, set, LIMITS_IN_UCR, UCR_PREFIX ".. (UCR)");
	written |= add_those(page, world, set, LIMITS_IN_FILE, arena_format(page->arena, "No UCR variable for these: %s", world->place));
	add_those(page, world, set, LIMITS_BY_START, "At Dovecot's start");
	if (set->value_count == 0 && world->facts->unread.service)
		limits_page_say(page, STYLE_WARNING, "!", arena_format(page->arena, "No value, but a reload of Dovecot: %s.", limits_unread_words(page->arena, world->facts)));
	else if (set->value_count == 0 && limits_anvil_lacks(world->facts))
		limits_page_say(page, STYLE_WARNING, "!", arena_format(page->arena, "No value, but a restart of Dovecot: %s.", limits_anvil_words(page->arena, world->facts)));
	else if (set->value_count == 0)
		limits_page_say(page, STYLE_OK, "-", "Nothing: the limits of now take it.");
	else if (!written)
		limits_page_say(page, STYLE_PLAIN, "-", "Nothing of that stands in Dovecot's files.");
}

bool limits_writes(const struct limits_set *set)
{
	for (size_t i = 0; i < set->value_count; i++) {
		if (limits_value_written(&set->values[i]))
			return true;
	}
	return false;
}

void limits_page_causes(struct wrapped *page, const struct limits_world *world, const struct limits_set *set, bool keep)
{
	struct limits_say *says;
	size_t count = limits_says(page->arena, world, set, keep ? LIMITS_KEEP : LIMITS_KEEP_NOT, &says);

	wrapped_heading(page, "What it causes");
	for (size_t i = 0; i < count; i++)
		limits_page_say(page, says[i].warns ? STYLE_WARNING : STYLE_PLAIN, says[i].warns ? "!" : "-", arena_format(page->arena, "%s.", says[i].text));
	if (limits_writes(set))
		limits_page_say(page, STYLE_PLAIN, "-", "It is taken back by itself unless you confirm it in time.");
	if (world->locked != NULL)
		limits_page_say(page, STYLE_BAD, "!", world->locked);
}
