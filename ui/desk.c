/*
 * desk: the prompts for notes, for being on it and for maintenance.
 *
 * What cannot be kept on disk is told with the notice: it holds until the
 * program ends.  Loop thread.
 */
#include "ui/desk.h"

#include <stdlib.h>
#include <string.h>

#include "ui/moment.h"
#include "ui/prompt.h"
#include "ui/session.h"

struct subject { char *id; size_t host; };

static struct live *live_of(struct session *session)
{
	return session_engine(session)->live;
}

/* One piece, so that the prompt can free it. */
static struct subject *subject_of(const char *id, size_t host)
{
	size_t length = id == NULL ? 0 : strlen(id) + 1;
	struct subject *subject = memory_new(sizeof *subject + length);

	subject->host = host;
	if (id != NULL) {
		subject->id = (char *)(subject + 1);
		memcpy(subject->id, id, length);
	}
	return subject;
}

static void tell(struct session *session, bool done, const struct error *error, const char *words)
{
	const char *trouble = live_events_trouble(live_of(session));

	session_look_again(session);
	if (!done)
		session_complain(session, error);
	else if (trouble != NULL)
		session_notice(session, NULL, "%s, but only until postroom ends: %s", words, trouble);
	else
		session_notice(session, NULL, "%s", words);
}

static const char *wrong_time(struct session *session, const char *words)
{
	int64_t until;

	return moment_parse(words, session_now(session), false, &until) ? NULL : "That is no time: 06:00, 30 m, 2 h, 3 d, or nothing.";
}

/* --- notes ---------------------------------------------------------------------------------------- */

static const char *wrong_note(struct session *session, const char *words)
{
	(void)session;
	return words[strspn(words, " ")] == '\0' ? "An empty note says nothing; Esc leaves." : NULL;
}

static void noted(struct session *session, void *context, const char *words)
{
	const struct subject *subject = context;
	struct error error;
	bool done;

	error_clear(&error);
	done = live_note(live_of(session), subject->id, session_engine(session)->person, words, &error);
	tell(session, done, &error, "Noted");
}

void desk_note(struct session *session, const char *id, const char *about)
{
	struct prompt prompt = {
		.title = "Note", .about = about, .label = "Note", .wrong = wrong_note, .taken = noted, .context = subject_of(id, LIVE_ALL),
		.help = "Enter keeps it with the time and your login name, in History and in the hand-over. The mail system is not touched.",
	};

	session_push(session, prompt_view_new(session, &prompt));
}

/* --- somebody is on it ------------------------------------------------------------------------------ */

static void acknowledged(struct session *session, void *context, const char *words)
{
	const struct subject *subject = context;
	struct error error;
	int64_t until;
	bool done;

	error_clear(&error);
	moment_parse(words, session_now(session), false, &until);
	done = live_acknowledge(live_of(session), subject->id, session_engine(session)->person, until, &error);
	tell(session, done, &error, "You are on it; everybody who looks can see that");
}

void desk_acknowledge(struct session *session, const char *id, const char *about)
{
	struct prompt prompt = {
		.title = "Somebody is on it", .about = about, .label = "Until", .wrong = wrong_time, .taken = acknowledged,
		.context = subject_of(id, LIVE_ALL),
		.help = "06:00, 2 h, or nothing: until it ends. Enter puts it below, under what is known, with your login name. If it lasts longer it comes up again.",
	};

	session_push(session, prompt_view_new(session, &prompt));
}

/* --- maintenance -------------------------------------------------------------------------------------- */

static void silenced(struct session *session, void *context, const char *words)
{
	const struct subject *subject = context;
	struct error error;
	int64_t until;
	bool done;

	error_clear(&error);
	moment_parse(words, session_now(session), false, &until);
	if (until == 0 && live_silenced(live_of(session), subject->host) <= session_now(session)) {
		session_notice(session, NULL, "There is no maintenance that could end");
		return;
	}
	done = live_silence(live_of(session), subject->host, until, session_engine(session)->person, &error);
	tell(session, done, &error, until == 0 ? "Maintenance is over: alarms come again" : "Maintenance: no alarms of it until then");
}

void desk_silence(struct session *session, size_t host)
{
	struct live *live = live_of(session);
	bool one = host < hosts_count(live_hosts(live));
	bool silent = live_silenced(live, host) > session_now(session);
	struct arena *arena = arena_new();
	struct prompt prompt = {
		.title = arena_format(arena, "Maintenance of %s", one ? host_at(live_hosts(live), host)->name : "all servers"),
		.about = silent ? "There are no alarms of it now." : NULL, .label = "Until",
		.wrong = wrong_time, .taken = silenced, .context = subject_of(NULL, host),
		.help = "06:00, 30 m, 2 h; nothing ends it. Until then no alarm of it is shown and no event begins. What still lasts afterwards begins then.",
	};

	session_push(session, prompt_view_new(session, &prompt));
	arena_free(arena);
}

/* --- events and alarms ----------------------------------------------------------------------------------- */

/* The id of an event is that of its alarm, "@" and when it began. */
static bool is_of(const char *event, const char *alarm)
{
	size_t length = strlen(alarm);

	return strncmp(event, alarm, length) == 0 && event[length] == '@';
}

const char *desk_event_of(struct session *session, const char *alarm)
{
	size_t count;
	const struct live_event *events = live_events(live_of(session), &count);

	for (size_t i = 0; i < count; i++) {
		if (events[i].ended == 0 && is_of(events[i].id, alarm))
			return events[i].id;
	}
	return NULL;
}

const char *desk_alarm_of(struct session *session, struct arena *arena, const char *event)
{
	size_t count;
	const struct live_alarm *alarms = live_alarms(live_of(session), &count);

	for (size_t i = 0; i < count; i++) {
		if (is_of(event, alarms[i].id))
			return arena_text(arena, alarms[i].id);
	}
	return NULL;
}
