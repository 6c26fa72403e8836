/*
 * udm: UDM's REST interface, one request after the other.
 *
 * For stores and for the doctor: blocks, on the thread that owns it, over a
 * loop of its own; only udm_interrupt is for any thread.  Every object that is
 * to be changed is read first, and the change carries the ETag of that reading.
 * What was sent and not answered is lost, and only reading tells.  Fails with a
 * sentence, "[UDM 422]" at its end where UDM gave a status.  Rules:
 * ucs-directory 20, 22.
 */
#ifndef POSTROOM_DIRECTORY_UDM_H
#define POSTROOM_DIRECTORY_UDM_H

#include <stdbool.h>

#include "base/json.h"
#include "directory/directory.h"
#include "directory/password.h"
#include "directory/profile.h"
#include "directory/request.h"

struct udm;
/* Connects to nobody yet. Settings and password are borrowed. */
struct udm *udm_new(const struct directory_udm *settings, struct password *password);
void udm_free(struct udm *udm);                        /* NULL is allowed */
/* A new job: the time for all its requests together begins (50 s), and an interrupt from before is forgotten. */
void udm_begin(struct udm *udm);
/* Any thread: what runs ends soon, and so does everything up to the next udm_begin. */
void udm_interrupt(struct udm *udm);
/* Sleeps unless interrupted. */
bool udm_sleep(struct udm *udm, unsigned milliseconds);

/* An object as UDM shows it, or the template of a new one (then without etag, uuid and dn). */
struct udm_object {
	struct json *json;                 /* owns the properties */
	const struct json *properties;
	const char *etag, *uuid, *dn;      /* arena */
};
/* profile: for words. ERROR_NOT_FOUND where there is none, or one of another module. */
bool udm_read(struct udm *udm, struct arena *arena, const struct profile *profile, const char *module, const char *dn, struct udm_object *object,
		struct error *error);
bool udm_template(struct udm *udm, struct arena *arena, const struct profile *profile, const char *module, const char *position,
		struct udm_object *object, struct error *error);
void udm_object_free(struct udm_object *object);

/*
 * POST, PATCH or DELETE of one object; POST: dn is that of the new one. body is taken and wiped; NULL: none. GIVEN with
 * error.kind NONE: done. GIVEN with an error: UDM said no, and nothing was done. LOST: sent, and nobody knows.
 */
struct udm_answer {
	enum answer_how how;
	long status;
	struct error error;
	const char *uuid, *dn;             /* POST: of the new object, as far as UDM told; NULL */
};
void udm_write(struct udm *udm, struct arena *arena, const struct profile *profile, const char *method, const char *module, const char *dn,
		const char *etag, struct json *body, struct udm_answer *answer);

/* --- pure, for tests (udm_words.c) ----------------------------------------------------------------- */

/*
 * BASE/MODULE/DN: the DN percent-encoded piece by piece, since a slash must stay one for Apache, and two in a row are
 * written ",/=/,". NULL where a step up or on the spot (/./, /../) would stand in it: no server passes that on.
 */
char *udm_url(struct arena *arena, const char *base, const char *module, const char *dn);
/* Percent-encoded for a query. */
char *udm_query(struct arena *arena, const char *words);
/* The address that a Location means: a path of the same server, or a URL that begins like ours; NULL: elsewhere. */
char *udm_follow(struct arena *arena, const char *base, const char *location);
/* What a status from 400 on means; body: its JSON, NULL: none. retry: Retry-After, NULL: none. */
void udm_explain(struct error *error, const struct profile *profile, const char *module, const char *user, long status, const struct json *body,
		const char *retry);
/* What is done with the change after that status: certainly not applied (false), or not known (true)? */
bool udm_is_open(long status);

#endif
