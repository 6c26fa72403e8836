/*
 * archive: all journals read together.
 *
 * What a record does not say is left empty; a record that names an unknown set
 * is passed over, since another person's file may have been taken away.  Only
 * damage in our own journals stops writing.  Gate's thread.
 */
#include "gate/archive.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "gate/codec.h"
#include "gate/journal.h"
#include "model/guarded.h"
#include "model/traffic.h"

enum { JOB_STEPS_MOST = 100000 };

/* What is known about the file that is being read. */
struct file {
	struct archive *archive;
	bool intents;                      /* first pass */
	bool ours, live;
	unsigned owner;
	const char *session, *who, *host;  /* archive's arena */
	struct lookup *sessions;           /* sessions already seen, in both directories */
	bool skip;                         /* a copy of what was read already */
};

static const char *kept(struct file *file, const struct json *record, const char *key)
{
	const struct json *value = json_get(record, key);
	size_t length;

	return value ? json_bytes(file->archive->arena, value, &length) : NULL;
}

/* The owner of the file is what the system vouches for; what the record says about it is not. */
static const char *owner_name(struct arena *arena, unsigned uid)
{
	struct passwd user, *found = NULL;
	char buffer[4096];

	if (!getpwuid_r(uid, &user, buffer, sizeof(buffer), &found) && found)
		return arena_text(arena, found->pw_name);
	return arena_format(arena, "uid %u", uid);
}

static void take_session(struct file *file, const struct json *record)
{
	file->session = kept(file, record, "session");
	file->who = owner_name(file->archive->arena, file->owner);
	file->host = kept(file, record, "host");
	if (!file->session)
		file->session = "";
	if (!file->intents)
		return;
	if (!file->ours && lookup_get(file->sessions, file->session))
		file->skip = true;
	else
		lookup_put(file->sessions, file->session, file->archive);
	if (!file->ours && !file->skip && file->owner != getuid())
		file->archive->others = true;
}

/* --- what was meant ----------------------------------------------------------- */

static struct set *set_of(struct archive *archive, const char *id)
{
	struct set *set = lookup_get(archive->by_id, id);

	if (set)
		return set;
	set = arena_alloc(archive->arena, sizeof(*set));
	set->id = arena_text(archive->arena, id);
	archive->sets = arena_grow(archive->arena, archive->sets, &archive->capacity, archive->count + 1, sizeof(*archive->sets));
	archive->sets[archive->count++] = set;
	lookup_put(archive->by_id, set->id, set);
	return set;
}

static void take_steps(struct file *file, const struct json *record, struct set *set)
{
	const struct json *steps = json_get(record, "steps");
	size_t i;

	set->count = json_count(steps);
	set->steps = arena_alloc(file->archive->arena, set->count * sizeof(*set->steps));
	for (i = 0; i < set->count; i++)
		if (!operation_from_json(file->archive->arena, json_item(steps, i), &set->steps[i].operation))
			set->count = i;
}

static void take_fields(struct file *file, const struct json *record, struct set *set)
{
	const struct json *list = json_get(record, "fields");
	size_t count = json_count(list), length, i;
	const char **fields = arena_alloc(file->archive->arena, count * sizeof(*fields));

	set->field_count = 0;
	for (i = 0; i < count; i++) {
		fields[set->field_count] = json_bytes(file->archive->arena, json_item(list, i), &length);
		if (fields[set->field_count])
			set->field_count++;
	}
	set->fields = fields;
}

/* A number of steps that can be; the file may be anybody's. */
static size_t job_steps(const struct json *record, const char *key)
{
	int64_t steps = json_get_number(record, key, 0);

	return steps > 0 && steps <= JOB_STEPS_MOST ? (size_t)steps : 0;
}

static void take_job_end(struct file *file, const struct json *record)
{
	struct archive *archive = file->archive;
	const struct json *open = json_get(record, "open");
	struct gate_job_end end = {
		.job = kept(file, record, "job"), .run = kept(file, record, "run"), .rest = json_get_flag(record, "rest"),
		.steps = job_steps(record, "steps"), .time = json_get_number(record, "time", 0),
	};
	size_t count = json_count(open);
	struct gate_job_open *items = arena_alloc(archive->arena, (count + 1) * sizeof(*items));

	if (!end.job || !end.run || count > end.steps)
		return;
	for (size_t i = 0; i < count; i++)
		items[i] = (struct gate_job_open){ kept(file, json_item(open, i), "set"), json_get_flag(json_item(open, i), "kept") };
	end.open = items;
	end.open_count = count;
	archive->ends = arena_grow(archive->arena, archive->ends, &archive->end_capacity, archive->end_count + 1, sizeof(*archive->ends));
	archive->ends[archive->end_count++] = end;
}

static void take_intent(struct file *file, const struct json *record, const char *id)
{
	struct set *set = set_of(file->archive, id);

	/* Nobody else's file may speak for a set of this session. */
	if (set->session && strcmp(set->session, file->session))
		return;
	set->session = file->session;
	set->time = json_get_number(record, "time", 0);
	set->who = file->who;
	set->host = file->host;
	set->ours = file->ours;
	set->live = file->live;
	set->verb = kept(file, record, "verb");
	set->kind = kept(file, record, "kind");
	set->name = kept(file, record, "name");
	set->new_name = kept(file, record, "new_name");
	set->target = kept(file, record, "target");
	set->sentence = kept(file, record, "sentence");
	set->reason = kept(file, record, "reason");
	set->undo_of = kept(file, record, "undo_of");
	set->rest_of = kept(file, record, "rest_of");
	set->job = kept(file, record, "job");
	set->job_words = kept(file, record, "job_words");
	set->job_steps = job_steps(record, "job_steps");
	take_fields(file, record, set);
	take_steps(file, record, set);
}

/* --- what became of it ------------------------------------------------------------ */

static const struct { const char *word; enum step_state state; } step_words[] = {
	{ "done", STEP_DONE }, { "already", STEP_ALREADY }, { "failed", STEP_FAILED }, { "unknown", STEP_UNKNOWN },
};

static void take_step(struct file *file, const struct json *record, struct set *set)
{
	int64_t number = json_get_number(record, "step", -1);
	const char *state = json_get_text(record, "state");
	const struct json *inverse = json_get(record, "inverse");
	struct set_step *step;
	size_t i;

	if (!state || number < 0 || (size_t)number >= set->count)
		return;
	step = &set->steps[number];
	if (step->state == STEP_DONE || step->state == STEP_ALREADY)
		return;
	for (i = 0; i < sizeof(step_words) / sizeof(step_words[0]); i++)
		if (!strcmp(step_words[i].word, state))
			step->state = step_words[i].state;
	step->has_inverse = inverse && operation_from_json(file->archive->arena, inverse, &step->inverse);
}

/* A definite end stands, in whatever order two files of the same second are read. */
static void take_end(struct file *file, const struct json *record, struct set *set, enum set_end end)
{
	if (end == SET_UNKNOWN && set->end != SET_OPEN)
		return;
	set->end = end;
	set->ended = json_get_number(record, "time", 0);
	set->problem = kept(file, record, "problem");
	set->none = end == SET_DONE && json_get_number(record, "did", 1) == 0;
}

static void take_outcome(struct file *file, const struct json *record, const char *word, const char *id)
{
	struct set *set = lookup_get(file->archive->by_id, id);

	/* Only the user himself tells what became of his sets. */
	if (!set || strcmp(set->who ? set->who : "", file->who ? file->who : ""))
		return;
	if (!strcmp(word, "step"))
		take_step(file, record, set);
	else if (!strcmp(word, "done"))
		take_end(file, record, set, SET_DONE);
	else if (!strcmp(word, "failed"))
		take_end(file, record, set, SET_FAILED);
	else if (!strcmp(word, "unknown"))
		take_end(file, record, set, SET_UNKNOWN);
}

static void take_record(const struct json *record, void *context)
{
	struct file *file = context;
	const char *word = json_get_text(record, "record"), *id = json_get_text(record, "set");

	if (word && !strcmp(word, "session"))
		take_session(file, record);
	if (!word || file->skip || !file->session)
		return;
	if (file->intents && !strcmp(word, "job"))
		take_job_end(file, record);
	if (!id)
		return;
	if (file->intents && !strcmp(word, "intent"))
		take_intent(file, record, id);
	else if (!file->intents && strcmp(word, "intent"))
		take_outcome(file, record, word, id);
}

/* --- files -------------------------------------------------------------------------- */

static void note_fault(struct archive *archive, bool ours, const struct error *error)
{
	if (archive->any_fault.kind == ERROR_NONE)
		archive->any_fault = *error;
	if (ours && archive->own_fault.kind == ERROR_NONE)
		archive->own_fault = *error;
}

/* A running session writes on; of a dead one the torn end is cut off. */
static void look_at_end(struct file *file, const char *path, const struct journal_reading *reading, bool repair)
{
	struct error error = { 0 };

	if (reading->state == JOURNAL_DAMAGED && !file->live)
		note_fault(file->archive, file->ours, &reading->error);
	else if (reading->state == JOURNAL_TORN && repair && file->ours && !file->live && !journal_cut(path, reading->good, &error))
		note_fault(file->archive, true, &error);
}

static void read_one(struct file *file, const char *path, const char *session, bool repair)
{
	struct journal_reading reading;
	struct error error = { 0 };

	file->skip = false;
	file->session = NULL;
	file->live = journal_is_live(path) && !(session && strstr(path, session));
	if (!journal_read_file(path, take_record, file, &reading, &file->owner, &error)) {
		note_fault(file->archive, file->ours, &error);
		return;
	}
	if (!file->intents)
		return;
	if (!file->skip)
		file->archive->records += reading.records;
	look_at_end(file, path, &reading, repair);
}

static void read_all(struct file *file, const char *directory, const char *session, bool repair)
{
	struct arena *arena = arena_new();
	size_t count, i;
	char **paths = journal_list(arena, directory, &count);

	for (i = 0; i < count; i++)
		read_one(file, paths[i], session, repair);
	arena_free(arena);
}

static void read_pass(struct archive *archive, bool intents, const char *directory, const char *shared,
		const char *session, bool repair)
{
	struct file file = { .archive = archive, .intents = intents, .ours = true, .sessions = lookup_new() };

	read_all(&file, directory, session, repair && intents);
	file.ours = false;
	if (shared)
		read_all(&file, shared, session, false);
	lookup_free(file.sessions);
}

/* --- the whole ------------------------------------------------------------------------ */

static int by_time(const void *a, const void *b)
{
	const struct set *first = *(struct set *const *)a, *second = *(struct set *const *)b;

	if (first->time != second->time)
		return first->time < second->time ? -1 : 1;
	/* Numbers grow within a session and have no leading zeros: the longer id is the later one. */
	if (strlen(first->id) != strlen(second->id))
		return strlen(first->id) < strlen(second->id) ? -1 : 1;
	return strcmp(first->id, second->id);
}

static int by_end(const void *a, const void *b)
{
	const struct gate_job_end *first = a, *second = b;

	return (first->time > second->time) - (first->time < second->time);
}

/* --- what was taken back --------------------------------------------------------------------------------- */

/* Newest first: whoever took a set back counts only where he was not taken back himself. */
static void link_undone(struct archive *archive)
{
	size_t i;

	for (i = archive->count; i-- > 0;) {
		struct set *set = archive->sets[i], *of;

		if (!(set->undo_of || set->rest_of) || set->undone_by)
			continue;
		of = lookup_get(archive->by_id, set->undo_of ? set->undo_of : set->rest_of);
		if (!of || of == set)
			continue;
		if (set->undo_of && (set->end == SET_DONE || (set->finished_by && set->finished_by->end == SET_DONE)) && !of->undone_by)
			of->undone_by = set;
		/* Where it stopped too, what is left is its own rest. */
		if (set->rest_of && (set->end == SET_DONE || set_undoable(set) > 0) && !of->finished_by)
			of->finished_by = set;
	}
}

struct archive *archive_load(const char *directory, const char *shared, const char *session, bool repair)
{
	struct archive *archive = memory_new(sizeof(*archive));

	archive->arena = arena_new();
	archive->by_id = lookup_new();
	read_pass(archive, true, directory, shared, session, repair);
	read_pass(archive, false, directory, shared, session, false);
	if (archive->count > 0)
		qsort(archive->sets, archive->count, sizeof(*archive->sets), by_time);
	if (archive->end_count > 0)
		qsort(archive->ends, archive->end_count, sizeof(*archive->ends), by_end);
	archive_link_trials(archive);
	link_undone(archive);
	return archive;
}

void archive_free(struct archive *archive)
{
	if (!archive)
		return;
	lookup_free(archive->by_id);
	arena_free(archive->arena);
	free(archive);
}

const struct set *archive_find(const struct archive *archive, const char *id)
{
	const struct set *found = lookup_get(archive->by_id, id);
	size_t i;

	if (found || !*id)
		return found;
	for (i = 0; i < archive->count; i++) {
		if (strncmp(archive->sets[i]->id, id, strlen(id)))
			continue;
		if (found)
			return NULL;
		found = archive->sets[i];
	}
	return found;
}

size_t set_undoable(const struct set *set)
{
	size_t i, count = 0;

	for (i = 0; set_deleted_through(set) == NULL && i < set->count; i++)
		if (set->steps[i].state == STEP_DONE && set->steps[i].has_inverse)
			count++;
	return count;
}

static bool is_done(const struct set_step *step)
{
	return step->state == STEP_DONE || step->state == STEP_ALREADY;
}

size_t set_rest(const struct set *set)
{
	const struct kind *kind = set->kind ? kind_written(set->kind) : NULL;
	size_t rest = 0, done = 0;

	/* What is no entry of the directory is looked at anew instead. */
	if (!kind || kind->result || kind_guarded(kind) || set->end != SET_FAILED || set->undone_by || set->finished_by)
		return 0;
	for (size_t i = 0; i < set->count; i++) {
		done += set->steps[i].state == STEP_DONE;
		rest += !is_done(&set->steps[i]);
		/* The journal holds no secrets. */
		if (!is_done(&set->steps[i]) && operation_has_secret(&set->steps[i].operation))
			return 0;
	}
	return done > 0 ? rest : 0;
}

const struct operation *set_deleted_through(const struct set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (set->steps[i].state == STEP_DONE && set->steps[i].operation.through && set->steps[i].operation.verb == OPERATION_DELETE)
			return &set->steps[i].operation;
	return NULL;
}

bool set_is_unknown(const struct set *set)
{
	return set->ours && !set->live && (set->end == SET_OPEN || set->end == SET_UNKNOWN);
}
