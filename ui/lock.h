/*
 * lock: a screen that nobody touched for long, until somebody gives the
 * password again.
 *
 * What is below stays as it is, staged edits too, and is not drawn.  The
 * password is checked by a login at the directory server; whatever cannot be
 * checked opens nothing.  Loop thread.
 */
#ifndef POSTROOM_UI_LOCK_H
#define POSTROOM_UI_LOCK_H

#include "ui/canvas.h"
#include "ui/keys.h"

struct session;
struct lock;
/* For who logs in as `dn` (borrowed). opened: called once, when the password was right; the lock is freed by it. */
struct lock *lock_new(struct session *session, const char *dn, void (*opened)(struct session *session));
/* A login under way is forgotten. NULL is allowed. */
void lock_free(struct lock *lock);
void lock_key(struct lock *lock, const struct key *key);
void lock_draw(const struct lock *lock, struct canvas *canvas);

#endif
