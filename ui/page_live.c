/*
 * page_live: who the person is for the mail servers, their connections, the
 * home server, and words that join record and servers.
 */
#include "ui/page_live.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/live_kinds.h"
#include "ui/history.h"
#include "ui/moment.h"
#include "ui/person_full.h"
#include "ui/session.h"

enum { NAMES = 4, PLACES_MOST = 6, DAY = 86400, TRIAL_SECONDS = 10 };

static struct live *live_of(const struct page_live *page)
{
	return session_engine(page->session)->live;
}

static size_t host_count(const struct page_live *page)
{
	return hosts_count(live_hosts(live_of(page)));
}

/* --- who it is ------------------------------------------------------------------------------------------- */

static void add_name(struct page_live *page, const char *name)
{
	for (size_t i = 0; i < NAMES && name[0] != '\0'; i++) {
		if (page->names[i] != NULL && strcmp(page->names[i], name) == 0)
			return;
		if (page->names[i] == NULL) {
			page->names[i] = memory_text(name);
			return;
		}
	}
}

static void forget_names(struct page_live *page)
{
	for (size_t i = 0; i < NAMES; i++) {
		free(page->names[i]);
		page->names[i] = NULL;
	}
}

/* As written, and in small letters as Dovecot makes them. */
static void learn_names(struct page_live *page, const struct record *record)
{
	const char *fields[] = { "address", "login" };
	struct arena *arena = arena_new();

	for (size_t i = 0; i < 2; i++) {
		const char *name = kind_field(record->kind, fields[i]) == NULL ? "" : record_text(record, fields[i]);

		add_name(page, text_lower_ascii(arena, name, strlen(name)));
		add_name(page, name);
	}
	arena_free(arena);
}

/* --- connections -------------------------------------------------------------------------------------------- */

static int64_t time_of_who(const struct page_live *page)
{
	int64_t sum = 0;

	for (size_t i = 0; i < host_count(page); i++)
		sum += live_state(live_of(page), i, LIVE_WHO)->taken_at;
	return sum;
}

const char *page_live_of(const struct page_live *page, struct arena *arena)
{
	return page->connections == NULL || page->connections->count == 0 ? NULL :
		arena_format(arena, "user:%s", page->connections->rows[0].values[CONNECTION_USER].bytes);
}

/* True: it is another picture than before. */
static bool look_whether_dead(struct page_live *page)
{
	int64_t before = page->dead_since;
	size_t count;
	const struct live_alarm *alarms = live_alarms(live_of(page), &count);

	page->dead_since = 0;
	for (size_t i = 0; i < count; i++)
		if (alarms[i].host == page->home && page->home != PERSON_ANYWHERE && strcmp(alarms[i].rule, "dead") == 0)
			page->dead_since = alarms[i].since / 1000;
	return page->dead_since != before;
}

bool page_live_look(struct page_live *page)
{
	int64_t seen;
	struct arena *arena;
	bool dead;

	if (page->session == NULL || page->names[0] == NULL)
		return false;
	dead = look_whether_dead(page);
	if ((seen = time_of_who(page)) == page->seen)
		return dead;
	page->seen = seen;
	arena = arena_new();
	rows_free(page->connections);
	page->connections = NULL;
	for (size_t i = 0; i < NAMES && page->names[i] != NULL && (page->connections == NULL || page->connections->count == 0); i++) {
		struct live_question question = { .table = "connections", .host = LIVE_ALL, .of = arena_format(arena, "user:%s", page->names[i]) };

		rows_free(page->connections);
		page->connections = live_rows(live_of(page), &question);
	}
	arena_free(arena);
	return true;
}

/* "imap 198.51.100.7 x2, pop3 198.51.100.8" */
static const char *places_of(const struct rows *rows, struct arena *arena)
{
	const char *words = "";
	size_t places = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct value *values = rows->rows[i].values;
		const char *service = values[CONNECTION_SERVICE].bytes, *address = values[CONNECTION_ADDRESS].bytes;
		size_t same = 0, before = 0;

		for (size_t j = 0; j < rows->count; j++)
			if (strcmp(rows->rows[j].values[CONNECTION_SERVICE].bytes, service) == 0 && strcmp(rows->rows[j].values[CONNECTION_ADDRESS].bytes, address) == 0) {
				same++;
				before += j < i;
			}
		if (before > 0 || places++ >= PLACES_MOST)
			continue;
		words = arena_format(arena, "%s%s%s %s", words, words[0] == '\0' ? "" : ", ", service, address[0] == '\0' ? "from nowhere" : address);
		if (same > 1)
			words = arena_format(arena, "%s x%zu", words, same);
	}
	return places <= PLACES_MOST ? words : arena_format(arena, "%s and %zu more", words, places - PLACES_MOST);
}

/* The first server that tells nothing of now; what it has is not counted, or is of then. */
static const char *trouble_of(const struct page_live *page, struct arena *arena)
{
	for (size_t i = 0; i < host_count(page); i++) {
		const struct live_state *state = live_state(live_of(page), i, LIVE_WHO);
		char digits[16];

		if (!state->applies || (state->known && !state->old))
			continue;
		if (!state->known)
			return state->error.kind == ERROR_NONE ? "asking .." : arena_format(arena, "%s: no answer", host_at(live_hosts(live_of(page)), i)->name);
		clock_digits(state->taken_at / 1000, 0, digits);
		return arena_format(arena, "OLD: %s is as of %s", host_at(live_hosts(live_of(page)), i)->name, digits);
	}
	return NULL;
}

/* Of the oldest snapshot that is counted; 0: there is none. */
static int64_t oldest_who(const struct page_live *page)
{
	int64_t oldest = 0;

	for (size_t i = 0; i < host_count(page); i++) {
		const struct live_state *state = live_state(live_of(page), i, LIVE_WHO);

		if (state->known && (oldest == 0 || state->taken_at / 1000 < oldest))
			oldest = state->taken_at / 1000;
	}
	return oldest;
}

/* Would a connection be seen at all? Where her server is known, others that do not answer are no reason to know nothing. */
static bool not_told(const struct page_live *page)
{
	for (size_t i = 0; i < host_count(page); i++) {
		const struct live_state *state = live_state(live_of(page), i, LIVE_WHO);

		if ((page->home == PERSON_ANYWHERE || page->home == i) && state->applies && (!state->known || state->old || state->error.kind != ERROR_NONE))
			return true;
	}
	return false;
}

const char *page_live_connections(const struct page_live *page, struct arena *arena, const char **note, const char **trouble)
{
	const struct rows *rows = page->connections;
	int64_t time;

	if (page->session == NULL || page->names[0] == NULL)
		return NULL;
	*trouble = trouble_of(page, arena);
	time = oldest_who(page);
	*note = time == 0 ? *trouble : *trouble == NULL ? person_time(arena, time) : arena_format(arena, "%s  %s", person_time(arena, time), *trouble);
	if (rows == NULL)
		return "not known yet";
	if (rows->count == 0)
		return not_told(page) ? "not known" : "none";
	return arena_format(arena, "%zu: %s", rows->count, places_of(rows, arena));
}

/* --- record and servers together ------------------------------------------------------------------------------- */

static int64_t size_of(const struct row *row, size_t column)
{
	return row == NULL || row->values[column].bytes == NULL ? 0 : strtoll(row->values[column].bytes, NULL, 10);
}

const char *page_live_limit(const struct page_live *page, const struct record *record, struct arena *arena, const char **note)
{
	const struct row *row = person_quota(&page->parts);
	const struct field_values *stored = record_get(record, "quota");
	int64_t own = stored->count > 0 ? strtoll(stored->values[0].bytes, NULL, 10) : 0, told = size_of(row, MAILBOXES_LIMIT), apart = told - own;
	const char *server = row == NULL ? "" : row->values[MAILBOXES_SERVER].bytes;

	*note = NULL;
	if (stored->presence == VALUE_UNREADABLE)
		return "this login may not read it";
	/* Dovecot counts in kB. */
	if (own > 0 && row != NULL && (apart >= 1024 || apart <= -1024))
		return arena_format(arena, "stored %s, but %s uses %s", text_from_size(arena, own), server, told > 0 ? text_from_size(arena, told) : "no limit");
	if (own > 0)
		return stored->note == NULL ? arena_format(arena, "%s, set for this person alone", text_from_size(arena, own)) :
			arena_format(arena, "own %s; %s", text_from_size(arena, own), stored->note);
	*note = stored->note;
	if (row == NULL)
		return "none set for this person; the server's own counts";
	return told > 0 ? arena_format(arena, "%s, the default of %s", text_from_size(arena, told), server) : "no limit: none is set, and the server has no default";
}

static bool is_yes(const struct record *record, const char *field)
{
	return kind_field(record->kind, field) != NULL && strcmp(record_text(record, field), "yes") == 0;
}

/* Does this line of a log say that one of these names logged in to the mail server? */
static bool is_login(const struct page_live *page, const char *line)
{
	static const char *const words[] = { "Login: user=<", "Logged in: user=<" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		const char *at = strstr(line, words[i]), *name = at == NULL ? NULL : at + strlen(words[i]);

		for (size_t j = 0; name != NULL && j < NAMES && page->names[j] != NULL; j++)
			if (strncasecmp(name, page->names[j], strlen(page->names[j])) == 0 && name[strlen(page->names[j])] == '>')
				return true;
	}
	return false;
}

/* The newest login among the lines of the logs; 0: none of them tells one. */
static int64_t login_in_logs(const struct page_live *page, struct arena *arena)
{
	int64_t newest = 0;

	for (size_t host = 0; page->parts.live != NULL && host < page->parts.host_count; host++) {
		const struct rows *rows = person_slot_at(&page->parts, PART_LOG, host)->rows;

		for (size_t i = 0; rows != NULL && i < rows->count; i++) {
			int64_t time = is_login(page, rows->rows[i].values[LL_TEXT].bytes) ? person_log_time(&rows->rows[i], arena) : 0;

			newest = time > newest ? time : newest;
		}
	}
	return newest;
}

/* The directory may lag behind, and many have none: whichever saw one later counts. */
const char *page_live_login(const struct page_live *page, const struct record *record, struct arena *arena)
{
	int64_t told = record_time(record, "last_login"), seen = login_in_logs(page, arena), set = record_time(record, "password_changed");
	/* A new password is tried at once, and to the directory that is a login. */
	bool trial = set != 0 && told >= set && told - set <= TRIAL_SECONDS;

	if (told == 0 && seen == 0)
		return page->connections != NULL && page->connections->count > 0 ? "logged in now" : "not told";
	return arena_format(arena, "%s%s", history_time(arena, seen > told ? seen : told), seen > told ? " (log)" : trial ? " (trial?)" : "");
}

const char *page_live_password(const struct record *record, struct arena *arena)
{
	const struct field_values *password = record_get(record, "password");
	int64_t set = record_time(record, "password_changed"), ends = record_time(record, "password_ends"), left = ends - clock_now();
	const char *words = set == 0 ? "" : arena_format(arena, "set %.10s", history_time(arena, set)), *end = "";

	/* Times of one that is gone may have come back with the entry. */
	if (password->presence == VALUE_ABSENT && password->note != NULL)
		return "NONE: there is no password in the directory";
	if (ends != 0)
		end = left <= 0 ? arena_format(arena, "EXPIRED since %.10s", history_time(arena, ends)) : left < DAY ? "expires within a day" :
			arena_format(arena, "expires in %lld day%s", (long long)(left / DAY), left < 2 * DAY ? "" : "s");
	words = arena_format(arena, "%s%s%s", words, words[0] == '\0' || end[0] == '\0' ? "" : ", ", end);
	if (is_yes(record, "must_change"))
		words = arena_format(arena, "%s%smust be changed", words, words[0] == '\0' ? "" : ", ");
	return words;
}

const char *page_live_account(const struct record *record, struct arena *arena)
{
	const struct field_values *state = record_get(record, "state");

	if (is_yes(record, "locked") || is_yes(record, "failed_lock"))
		return !is_yes(record, "failed_lock") ? "locked by an admin" : is_yes(record, "locked") ? "locked by an admin, and by wrong passwords" :
			"locked by wrong passwords";
	return state->count == 0 ? "state not known" : arena_format(arena, "%s%s%s", state->values[0].bytes, state->note == NULL ? "" : " ",
		state->note == NULL ? "" : state->note);
}

const char *page_live_forward(const struct record *record, struct arena *arena)
{
	const struct field_values *forwards = record_get(record, "forwards"), *copy = record_get(record, "keep_copy");
	bool gone = copy->presence == VALUE_UNSUPPORTED || strcmp(record_text(record, "keep_copy"), "no") == 0;

	if (forwards->presence == VALUE_UNREADABLE)
		return "this login may not read it";
	if (forwards->count == 0)
		return "none";
	return arena_format(arena, "%s a copy, to %s", gone ? "without" : "with", record_words(arena, kind_field(record->kind, "forwards"), forwards));
}

/* One that was deferred; told is the reason of the first, or of the first that is not told by itself as one that did not fit. */
static void add_deferred(struct arena *arena, const struct value *values, int64_t enlarged, struct wrong_now *now)
{
	const char *reason = values[LM_REASON].bytes;
	int64_t arrival;
	bool unfit = person_says_full(reason) && text_to_time_iso(values[LM_ARRIVAL].bytes, &arrival) && arrival > enlarged;

	now->waiting++;
	now->unfit += unfit;
	if (values[LM_REASON].length > 0 && (now->waiting_why == NULL || (!unfit && now->waiting - 1 == now->unfit)))
		now->waiting_why = arena_text(arena, reason);
}

/* Mails in the queue deferred, and what was refused: a limit that was changed since has mended that. */
static void add_waiting(const struct page_live *page, struct arena *arena, struct wrong_now *now)
{
	int64_t enlarged = person_before_changed(&page->before, "quota"), refused = person_full_at(&page->parts, arena);

	for (size_t host = 0; host < page->parts.host_count; host++) {
		const struct person_slot *slot = person_slot_at(&page->parts, PART_TO, host);
		const struct rows *rows = slot->rows;

		now->waiting_more = now->waiting_more || (rows != NULL && slot->matching > rows->count);
		for (size_t i = 0; rows != NULL && i < rows->count; i++)
			if (strcmp(rows->rows[i].values[LM_QUEUE].bytes, "deferred") == 0)
				add_deferred(arena, rows->rows[i].values, enlarged, now);
	}
	if (refused > enlarged)
		now->unfit_at = moment_words(arena, refused, clock_now());
}

bool page_live_filter(const struct page_live *page)
{
	for (size_t host = 0; host < page->parts.host_count; host++) {
		const struct rows *rows = person_slot_at(&page->parts, PART_FILTERS, host)->rows;

		for (size_t i = 0; rows != NULL && i < rows->count; i++)
			if (strcmp(rows->rows[i].values[LF_ACTIVE].bytes, "yes") == 0)
				return true;
	}
	return false;
}

static void add_script(const struct page_live *page, struct arena *arena, struct wrong_now *now)
{
	for (size_t host = 0; host < page->parts.host_count; host++) {
		const struct rows *rows = person_slot_at(&page->parts, PART_FILTERS, host)->rows;

		for (size_t i = 0; rows != NULL && i < rows->count; i++) {
			const struct value *values = rows->rows[i].values;

			if (values[LF_SENDS_TO].length == 0)
				continue;
			now->script = arena_text(arena, values[LF_SCRIPT].bytes);
			now->script_to = arena_text(arena, values[LF_SENDS_TO].bytes);
		}
	}
}

/* "a, b" with c, unless it is among them. */
static const char *with(struct arena *arena, const char *list, const char *one)
{
	for (const char *at = list; at != NULL && *at != '\0'; at += strcspn(at, ","), at += strspn(at, ", "))
		if (strcspn(at, ",") == strlen(one) && strncmp(at, one, strlen(one)) == 0)
			return list;
	return list == NULL ? arena_text(arena, one) : arena_format(arena, "%s, %s", list, one);
}

/* The logins, each once, and the servers, each once. */
static void add_refused(const struct page_live *page, struct arena *arena, struct wrong_now *now)
{
	for (size_t host = 0; host < page->parts.host_count; host++) {
		const struct rows *rows = person_slot_at(&page->parts, PART_REFUSED, host)->rows;

		for (size_t i = 0; rows != NULL && i < rows->count; i++) {
			const char *login = rows->rows[i].values[LRL_LOGIN].bytes, *server = rows->rows[i].values[LRL_SERVER].bytes;

			now->refused = with(arena, now->refused, login);
			if (i == 0)
				now->refused_by = with(arena, now->refused_by, server);
		}
	}
}

struct wrong_now page_live_now(const struct page_live *page, const struct record *record, struct arena *arena)
{
	struct wrong_now now = { .percent = -1 };
	const struct row *row;

	if (page->session == NULL)
		return now;
	row = person_quota(&page->parts);
	if (row != NULL && size_of(row, MAILBOXES_LIMIT) > 0) {
		now.percent = (long)size_of(row, MAILBOXES_PERCENT);
		now.used = text_from_size(arena, size_of(row, MAILBOXES_USED));
		now.limit = text_from_size(arena, size_of(row, MAILBOXES_LIMIT));
	} else if (row != NULL && size_of(row, MAILBOXES_MESSAGE_LIMIT) > 0) {
		now.percent = (long)size_of(row, MAILBOXES_PERCENT);
		now.used = text_from_count(arena, size_of(row, MAILBOXES_MESSAGES));
		now.limit = arena_format(arena, "%s mails", text_from_count(arena, size_of(row, MAILBOXES_MESSAGE_LIMIT)));
	}
	if (page->parts.live != NULL) {
		add_waiting(page, arena, &now);
		add_script(page, arena, &now);
		add_refused(page, arena, &now);
	}
	if (page->dead_since > 0) {
		now.home_down = host_at(live_hosts(live_of(page)), page->home)->name;
		now.down_since = moment_words(arena, page->dead_since, clock_now());
	}
	if (page->stranger)
		now.home_unknown = arena_text(arena, record_text(record, "home_server"));
	return now;
}

/* --- life -------------------------------------------------------------------------------------------------------- */

/* By the home server of the record, whole or its first part. */
static void find_home(struct page_live *page, const struct record *record)
{
	const char *home = kind_field(record->kind, "home_server") == NULL ? "" : record_text(record, "home_server");

	page->home = PERSON_ANYWHERE;
	page->stranger = home[0] != '\0';
	for (size_t i = 0; i < host_count(page) && home[0] != '\0'; i++) {
		const char *name = host_at(live_hosts(live_of(page)), i)->name;

		if (!text_same_ascii_case(name, home) && (strlen(name) != strcspn(home, ".") || strncasecmp(name, home, strlen(name)) != 0))
			continue;
		page->home = i;
		page->stranger = false;
		return;
	}
}

void page_live_start(struct page_live *page, struct session *session, const struct record *record, void (*changed)(void *context), void *context)
{
	struct live *live = session_engine(session)->live;

	if (strcmp(record->kind->name, "user") != 0)
		return;
	page->read_at = clock_now();
	person_before_read(&page->before, session, record, changed, context);
	person_whom_ask(&page->whom, session, record, changed, context);
	if (live == NULL || hosts_count(live_hosts(live)) == 0)
		return;
	page->session = session;
	page->changed = changed;
	page->context = context;
	forget_names(page);
	/* Without an address there is no mailbox to be connected to. */
	if (record_text(record, "address")[0] != '\0')
		learn_names(page, record);
	page->seen = 0;
	find_home(page, record);
	page_live_look(page);
	if (page->names[0] == NULL)
		person_parts_end(&page->parts);
	else
		person_parts_start(&page->parts, live, session_engine(session)->loop, page->names[0], record_text(record, "login"),
			record_get(record, "alternates"), page->home, changed, context);
}

void page_live_refresh(struct page_live *page, const struct record *record)
{
	if (page->before.session != NULL && record != NULL)
		person_before_read(&page->before, page->before.session, record, page->before.changed, page->before.context);
	person_parts_refresh(&page->parts);
}

bool page_live_busy(const struct page_live *page)
{
	return person_parts_busy(&page->parts) || person_before_busy(&page->before);
}

void page_live_end(struct page_live *page)
{
	person_parts_end(&page->parts);
	person_before_end(&page->before);
	person_whom_end(&page->whom);
	forget_names(page);
	rows_free(page->connections);
}
