/*
 * facts: what a store found out about the world around a change, so that checks
 * and consequences can stay pure.  Filled by a store's gather in the arena of
 * the review; plain data.
 */
#ifndef POSTROOM_MODEL_FACTS_H
#define POSTROOM_MODEL_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/record.h"

enum known { KNOWN_NO, KNOWN_YES, KNOWN_NOT };           /* KNOWN_NOT: nobody could tell */

/* Somebody who already holds an address. */
struct holder {
	const char *address;       /* as asked, lower case */
	const char *kind;          /* "user", "group", "mailinglist", "folder", or the object class */
	const char *name;          /* of the holder */
	const char *place;         /* DN */
	const char *id;            /* entryUUID; may be NULL */
	const char *field;         /* "address" (primary), "alternates" or "forwards" */
};
/* An object that names the target: group membership, allowed sender, list member, right. */
struct reference {
	const char *kind;          /* "group", ... */
	const char *name;
	const char *place;
	const char *attribute;     /* raw attribute name */
	const char *value;         /* the value that names the target */
	const char *meaning;       /* "member", "allowed sender", "list member", "right on folder", "forward target" */
	bool followed;             /* kept in step by steps of the same change */
	bool wishable;             /* it is where that is wished (struct change, follows) */
};
/* A former address of somebody else, kept from others for a while. */
struct blocked {
	const char *address;       /* lower case */
	const char *place;         /* DN of the entry that keeps it */
	const char *until;         /* ISO 8601 as far as it was understood; NULL: not told. May be over: the entry counts */
};
/* A name in a field of references that nothing here bears. */
struct missing {
	const struct field *field;
	const char *value;         /* as it was given */
	const char *written;       /* somebody bears it, but is known by this spelling only; NULL: nobody bears it */
};
/* What one server told: connections of the person; mails in its queue to them and from them. */
struct witness_count {
	const char *server;
	uint64_t sessions, to, from;
};
/*
 * What the mail servers told of a person right before the review, within the few seconds that it waits for them.  What did
 * not come has its reason; it is never taken for none.
 */
struct witness {
	int64_t at;                             /* epoch s */
	const struct witness_count *counts;     /* of servers where there are any */
	size_t count;
	bool sessions_asked, sessions_whole;    /* asked for at all; and told by every server that may have some */
	bool queues_asked, queues_whole;
	const char *mailbox_server;             /* NULL: how large the mailbox is was not told */
	uint64_t mailbox_bytes, mailbox_messages;
	enum known rename, delete;              /* the settings of the server that has the mailbox; KNOWN_NOT: not told */
	const char *settings_server;            /* who told them; NULL: nobody */
	const char *const *unknown;             /* "sessions on mail2: no answer within 3 s"; NULL-terminated */
};
struct facts {
	struct record *now;                     /* the target as it is; NULL for ADD */
	bool name_taken;                        /* ADD, RENAME: an object of this name is there */
	const char *taken_by;                   /* what it is, "group Sales"; NULL: one of the same kind */
	const char *const *domains;             /* registered mail domains, lower case; NULL-terminated */
	const char *const *servers;             /* hosts with the IMAP service; NULL-terminated */
	bool domains_complete, servers_complete;/* false: cut or unreadable, so absence proves nothing */
	/* Of every address that the change introduces, and of every one that it takes away; without the target itself. */
	const struct holder *holders;
	size_t holder_count;
	bool holders_unread;                    /* not everything could be looked at: that nobody is told proves nothing */
	const char *elsewhere;                  /* a part of the directory is another server's: "it names ldap://..."; NULL */
	const struct blocked *blocked;          /* of every primary address the change would introduce; without the target's own */
	size_t blocked_count;
	bool blocked_unread;                    /* there is a block list, and it could not be read */
	const struct reference *references;     /* for RENAME and DELETE, and where the primary address changes or goes */
	size_t reference_count;
	bool references_complete;
	/* A user who gets another home server: shared folders elsewhere with a right of theirs, up to 20, NULL-terminated; NULL: not asked. */
	const char *const *folders_left;
	size_t folders_left_count;
	size_t users_in_domain, groups_in_domain, lists_in_domain, folders_in_domain;   /* kind domain */
	const char *const *in_domain;           /* up to 20 names of what lives in it; NULL-terminated */
	enum known mailbox_rename;              /* UCR mail/dovecot/mailbox/rename: unset means KNOWN_NO */
	enum known mailbox_delete;              /* UCR mail/dovecot/mailbox/delete */
	enum known alternates_unique;           /* UCR directory/manager/mail-address/uniqueness */
	enum known forward_flag_mode;           /* storage mode B (flag attribute) in use */
	const struct finding *findings;         /* what the change makes wrong, as other entries tell; not what was wrong before */
	size_t finding_count;
	const char *management;                 /* reason why this belongs to UDM, and the udm command; NULL: direct writing is fine */
	const char *through;                    /* the management system that the change itself goes through, "UDM"; NULL: none */
	bool plain;                             /* no management system: mail servers read the directory, nothing moves mailboxes */
	const struct missing *missing;          /* names that the change gives to fields of references and that nobody bears */
	size_t missing_count;
	const char *kept;                       /* DELETE: why it cannot go, as a sentence; NULL: nothing is known against it */
	enum known listfilter;                  /* UCR mail/postfix/policy/listfilter: allowed senders are obeyed */
	/* Why a lock, or "must be changed", that the change makes may keep nobody out, as a sentence without its dot; NULL: it does. */
	const char *lock_doubt, *must_change_doubt;
	const struct witness *witness;          /* NULL: no mail server was asked */
	const char *lookalike;                  /* an existing address that looks like a new one; NULL: none */
};

#endif
