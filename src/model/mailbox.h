/*
 * mailbox: the noun of one person's mailbox on one server, as far as it can be
 * changed there.
 *
 * Nothing of it is in the directory; it exists so that switching a filter off,
 * an out-of-office text, a colleague's access and the small repairs go through
 * the gate like any other change.  An object is named "SERVER/USER": a server
 * of postroom.conf, and the person as Dovecot knows them (with addresses: the
 * primary one in small letters).  filter, absence and access are what is there
 * and can be taken back; recalculate, flush, smtp and try are verbs.  Sources:
 * dovecot 5.3.  Constant data and pure functions; any thread.
 */
#ifndef POSTROOM_MODEL_MAILBOX_H
#define POSTROOM_MODEL_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"
#include "model/change.h"
#include "model/kind.h"

extern const struct kind kind_mailbox;

/* The script that an absence is written as; nobody's filter may have this name. */
#define MAILBOX_ABSENCE_SCRIPT "postroom-absence"

/* "mail1/anna@example.com". Arena. */
char *mailbox_name(struct arena *arena, const char *server, const char *user);
/* Parts it at the first slash; false: it is no such name. Texts of the arena. */
bool mailbox_name_read(struct arena *arena, const char *name, const char **server, const char **user);

/* --- absence --------------------------------------------------------------------------------------- */

struct mailbox_absence {
	const char *from, *until;          /* "2026-12-01", first and last day in the time of the server; NULL or "": open on that side */
	const char *subject;               /* NULL or "": the server's own */
	const char *text;                  /* what the sender reads; lines end with \n */
	const char *const *addresses;      /* further addresses of this person whose mail is answered too, NULL-terminated; NULL: none */
};
/* As a value of the field absence, and back. False: it is none. Texts of the arena. */
char *mailbox_absence_value(struct arena *arena, const struct mailbox_absence *absence);
bool mailbox_absence_read(struct arena *arena, const char *value, struct mailbox_absence *absence);

/* --- access ----------------------------------------------------------------------------------------- */

/*
 * Rights in one word, each holding those before it, as for shared folders: "read", "post", "append", "write", "all"; "none"
 * takes them away. What fits no word is the rights of Dovecot in order, with commas: "lookup,read".
 */
extern const char *const mailbox_rights[];                   /* the words, NULL-terminated, "none" first */
/* The rights of Dovecot behind a word or such a list, NULL-terminated (none: no right at all); NULL: it is neither. Arena. */
const char *const *mailbox_rights_of(struct arena *arena, const char *word);
/* The word for rights of Dovecot, in any order, parted by blanks or commas. Arena. */
char *mailbox_rights_word(struct arena *arena, const char *rights);

/*
 * who: a user's name as Dovecot knows it (bare), "group=NAME", "anyone" or "authenticated". As a value of the field access,
 * and back. Arena.
 */
struct mailbox_access { const char *folder, *who, *rights; };
char *mailbox_access_value(struct arena *arena, const char *folder, const char *who, const char *rights);
bool mailbox_access_read(struct arena *arena, const char *value, struct mailbox_access *access);

/* --- changes; change_free by the caller -------------------------------------------------------------- */

/* Which sieve script filters (NULL: none; the one that did stays and is only switched off). */
struct change *mailbox_change_filter(const char *server, const char *user, const char *script);
/* NULL: the absence ends, what filtered before goes on. */
struct change *mailbox_change_absence(const char *server, const char *user, const struct mailbox_absence *absence);
/* rights "none": taken away. */
struct change *mailbox_change_access(const char *server, const char *user, const char *folder, const char *who, const char *rights);
/* field: "recalculate" or "flush"; NULL where it is neither. */
struct change *mailbox_change_do(const char *server, const char *user, const char *field);
/* Ends the open SMTP sessions of these logins (NULL-terminated), as Postfix logs them; user is whose they are. */
struct change *mailbox_change_smtp(const char *server, const char *user, const char *const *logins);
/* Tries the login; the secret is copied into the change and nowhere else but to the server. */
struct change *mailbox_change_try(const char *server, const char *user, const char *secret);

#endif
