/*
 * person_read: answers of one mail server about one person, read into plain
 * data; for live_person and the store.
 *
 * Takes both forms, of the program and of the doveadm API.  Fails by false with
 * a sentence (without the server's name).  Everything in the arena.  Any thread.
 */
#ifndef POSTROOM_LIVE_PERSON_READ_H
#define POSTROOM_LIVE_PERSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "hosts/hosts.h"

/* sieve-list */
struct person_script { const char *name; bool active; };
struct person_scripts { const struct person_script *rows; size_t count; const char *active; /* NULL: none */ };
bool person_scripts_read(struct arena *arena, const struct host_answer *answer, struct person_scripts *scripts, struct error *error);
/* sieve-get: the script itself; NULL where the answer holds none. */
char *person_script_read(struct arena *arena, const struct host_answer *answer);

/* acl-get: who as in the field access ("user=" left out), rights in one word. The owner's own are left out. */
struct person_right { const char *who, *rights; };
struct person_rights { const struct person_right *rows; size_t count; };
bool person_rights_read(struct arena *arena, const struct host_answer *answer, struct person_rights *rights, struct error *error);

/* folder-list and folder-sizes (messages and size 0 in the first). */
struct person_folder { const char *name; uint64_t messages, bytes; };
struct person_folders { const struct person_folder *rows; size_t count; };
bool person_folders_read(struct arena *arena, const struct host_answer *answer, bool sizes, struct person_folders *folders, struct error *error);

/* smtp-sessions and smtp-end. */
struct person_session { uint64_t pid, mails; const char *login, *client, *since; };
struct person_sent { const char *id; int64_t when; };           /* epoch; 0: not told */
struct person_sessions {
	const struct person_session *rows; /* open now (of smtp-end: still open) */
	size_t count;
	const char *place, *from;          /* which log was read, and from when on; "" not known */
	size_t silent;                     /* connections that have sent nothing yet, so that nobody knows whose they are */
	size_t ended;                      /* smtp-end: how many were ended */
	size_t killed;                     /* of these by ending their process, after which the service may pause */
	/* What these logins sent, also under the ids that a filter of the server gave it; NULL: a postroom there that does not tell. */
	const struct person_sent *sent;
	size_t sent_count;
};
bool person_sessions_read(struct arena *arena, const struct host_answer *answer, struct person_sessions *sessions, struct error *error);
/* "2 open: from 192.0.2.7 since ...": for people. Arena. */
char *person_sessions_words(struct arena *arena, const struct person_sessions *sessions);

#endif
