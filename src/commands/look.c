/*
 * look: mail servers looked at once, for the commands.
 *
 * What answers is printed and what does not is named: a server that is down
 * hides no other.  Loop thread.
 */
#include "commands/look.h"

#include <string.h>

#include "base/lookup.h"
#include "base/text.h"
#include "commands/ending.h"

static void on_told(void *context)
{
	struct look *look = context;

	if (live_settled(look->live))
		look->headless.done = true;
}

void look_settle(struct look *look)
{
	if (live_settled(look->live))
		return;
	live_listen(look->live, on_told, look);
	ending_wait_look(&look->headless);
	live_listen(look->live, NULL, NULL);
}

static bool no_such_host(struct look *look, const char *name)
{
	struct hosts *hosts = live_hosts(look->live);
	struct text names = { 0 };
	struct error error = { 0 };
	size_t i;

	for (i = 0; i < hosts_count(hosts); i++)
		text_addf(&names, "%s%s", i ? ", " : "", host_at(hosts, i)->name);
	error_set(&error, ERROR_USAGE, "There is no mail server %s; there are %s", name, text_get(&names));
	text_free(&names);
	return headless_fail(&look->headless, &error);
}

bool look_begin(struct look *look, struct config *takes, const struct arguments *arguments, unsigned sources)
{
	struct error error = { 0 };

	look->host = LIVE_ALL;
	look->sources = sources;
	if (!headless_open(&look->headless, takes, arguments, false))
		return false;
	look->live = look->headless.engine->live;
	if (hosts_count(live_hosts(look->live)) == 0) {
		error_set(&error, ERROR_UNSUPPORTED, "There is no mail server: none is configured (section server), and none was found on this machine");
		return headless_fail(&look->headless, &error);
	}
	if (arguments->host && !host_named(live_hosts(look->live), arguments->host, &look->host))
		return no_such_host(look, arguments->host);
	live_only(look->live, look->host);
	return true;
}

bool look_open(struct look *look, struct config *takes, const struct arguments *arguments, unsigned sources)
{
	if (!look_begin(look, takes, arguments, sources))
		return false;
	live_once(look->live);
	live_want(look->live, sources);
	look_settle(look);
	return !look->headless.ended_by;
}

/* --- what is missing -------------------------------------------------------------------------- */

struct gaps {
	struct look *look;
	struct lookup *said;               /* a dead server gives the same sentence for each source */
	struct error first;
	size_t known, failed, nowhere;
};

static void say(struct gaps *gaps, const char *sentence)
{
	if (lookup_get(gaps->said, sentence))
		return;
	lookup_put(gaps->said, sentence, gaps);
	headless_note("postroom: %s", sentence);
}

static void look_at(struct gaps *gaps, size_t host, enum live_source source)
{
	const struct live_state *state = live_state(gaps->look->live, host, source);

	if (!state->applies) {
		gaps->nowhere += state->reason != NULL;
		return;
	}
	gaps->known += state->known;
	if (state->error.kind == ERROR_NONE)
		return;
	if (gaps->failed++ == 0)
		gaps->first = state->error;
	say(gaps, state->error.text);
}

static void say_nowhere(struct gaps *gaps, size_t host)
{
	unsigned source;

	for (source = 0; source < LIVE_SOURCES; source++) {
		const struct live_state *state = live_state(gaps->look->live, host, (enum live_source)source);

		if (gaps->look->sources & (1u << source) && !state->applies && state->reason)
			say(gaps, state->reason);
	}
}

void look_tell_missing(struct look *look)
{
	struct gaps gaps = { .look = look, .said = lookup_new() };
	size_t count = hosts_count(live_hosts(look->live)), host;
	unsigned source;

	for (host = 0; host < count; host++)
		for (source = 0; source < LIVE_SOURCES; source++)
			if (look->sources & (1u << source) && (look->host == LIVE_ALL || look->host == host))
				look_at(&gaps, host, (enum live_source)source);
	/* Where there is no way to anything, the reasons are the answer. */
	if (!gaps.known && !gaps.failed && gaps.nowhere)
		for (host = 0; host < count; host++)
			if (look->host == LIVE_ALL || look->host == host)
				say_nowhere(&gaps, host);
	if (gaps.failed && !gaps.known)
		look->headless.status = error_exit_status(gaps.first.kind);
	else if (gaps.failed || (!gaps.known && gaps.nowhere))
		look->headless.status = error_exit_status(ERROR_UNREACHABLE);
	lookup_free(gaps.said);
}

void look_tell_notes(const struct look *look)
{
	size_t host;
	unsigned source;

	for (host = 0; host < hosts_count(live_hosts(look->live)); host++)
		for (source = 0; source < LIVE_SOURCES; source++) {
			const char *note = NULL;

			if (look->sources & (1u << source) && (look->host == LIVE_ALL || look->host == host))
				note = live_source_note(look->headless.arena, look->live, host, (enum live_source)source);
			if (note)
				headless_note("%s: %s", host_at(live_hosts(look->live), host)->name, note);
		}
}
