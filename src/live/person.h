/*
 * person: what the files about one person on one server share: a job that asks
 * one command after the other.
 *
 * Loop thread.
 */
#ifndef POSTROOM_LIVE_PERSON_H
#define POSTROOM_LIVE_PERSON_H

#include "live/job.h"
#include "live/person_read.h"
#include "live/tables.h"
#include "model/live_kinds.h"

struct person_job;
typedef void person_next(struct person_job *job, const struct host_answer *answer);
struct person_job {
	struct live_job job;
	struct live *live;
	struct hosts *hosts;
	size_t host;
	const struct host_settings *server;
	struct arena *arena;               /* of everything that is kept between two questions */
	const char *user;
	struct rows *rows;
	const char *note;                  /* NULL: nothing; of the arena */
	void *own;                         /* of the table, in the arena */
	void (*forget)(void *own);         /* what of it is on the heap; NULL: nothing */
	struct host_call *call;
	const char *command;
	person_next *next;
	bool silent;
	void (*done)(void *context, struct rows *takes, const char *note, const struct error *error);
	void *context;
};
/* Asks and goes on with `next`, which gets the answer, good or bad; takes over whatever is left of the request (most, deadline, piece). */
void person_ask(struct person_job *job, const char *command, const char *const *holes, size_t hole_count, person_next *next);
void person_request(struct person_job *job, const struct host_request *request, person_next *next);
/* Is the answer good? Else the job has failed with its sentence, and is over. */
bool person_good(struct person_job *job, const struct host_answer *answer);
/* The last step: the rows, at most so many (0: all), and the note go out; the job is over. */
void person_finish(struct person_job *job, size_t most);
void person_fail(struct person_job *job, const struct error *error);
/* One more sentence of the note. */
void person_say(struct person_job *job, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* How each table begins. */
void person_filters(struct person_job *job);
void person_absence(struct person_job *job);
void person_script(struct person_job *job);
void person_access(struct person_job *job);
void person_folders(struct person_job *job);
void person_log(struct person_job *job);
void person_smtp(struct person_job *job);
void person_sent(struct person_job *job);

#endif
