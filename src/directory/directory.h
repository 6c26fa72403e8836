/*
 * directory: where records live.  Reading is asynchronous on the loop thread:
 * each LDAP connection has a thread of its own, rows appear while more come,
 * and a cut result always says so.  Writing is a struct store for the gate.
 *
 * In use: directory_open, directory_list / directory_read with callbacks,
 * directory_close.  ldap.h appears in the .c files of this folder only.
 * Facts: ldap-scale, terminal-and-safety 4, ucs-directory.
 */
#ifndef POSTROOM_DIRECTORY_H
#define POSTROOM_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "model/facts.h"
#include "model/kind.h"
#include "model/record.h"
#include "model/rows.h"
#include "model/store.h"

enum directory_tls { DIRECTORY_TLS_START, DIRECTORY_TLS_LDAPS, DIRECTORY_TLS_NONE };
enum directory_bind { DIRECTORY_BIND_SIMPLE, DIRECTORY_BIND_EXTERNAL, DIRECTORY_BIND_ANONYMOUS };

/* The REST interface of UDM; what the profile gives to it is written there (ucs-directory 20). */
struct directory_udm {
	const char *url;                   /* "https://primary.example.com/univention/udm"; NULL: there is none */
	const char *user;
	const char *password_file;         /* mode 0600, first line */
	const char *ca_file;               /* PEM; NULL: the system's */
	bool plain;                        /* http:// is allowed, to this machine */
	unsigned seconds;                  /* for one request; 0: 20 */
};
/* From postroom.conf and options; texts are copied by directory_open. */
struct directory_settings {
	const char *const *uris;           /* NULL-terminated; the first is the writing provider, all serve for reading */
	enum directory_tls tls;            /* NONE is accepted for ldapi:// and for 127.0.0.0/8 with allow_plain only */
	bool allow_plain;
	const char *ca_file;               /* PEM; NULL: the system's */
	const char *cert_file, *key_file;  /* PEM; our own certificate for EXTERNAL over TLS; NULL: none */
	const char *base;                  /* NULL: from the root DSE */
	enum directory_bind bind;
	const char *bind_dn;
	const char *password_file;         /* mode 0600, first line; NULL with SIMPLE: ask */
	/* Called on the loop thread at most once before the first bind where no file is given; heap text, wiped and freed; NULL: cancelled. */
	char *(*ask_password)(void *context);
	void *ask_context;
	const char *profile;               /* name or path of a profile; NULL: recognised from the schema */
	const char *profile_directory;     /* a site's own profiles; NULL: none */
	bool direct;                       /* users may be created, renamed, deleted directly (the lab) */
	struct directory_udm udm;
	enum known mailbox_rename, mailbox_delete, alternates_unique, listfilter;
	const char *forward_mode;          /* "flag", "own-address" or NULL: looked up in the data */
	size_t page;                       /* entries a page; 0: one stream, and pages only where the server cuts that */
	unsigned connect_seconds, bind_seconds, read_seconds, write_seconds, search_seconds;   /* 0: 5, 10, 15, 15, 30 */
};

struct directory;
/* Starts threads and begins to connect; false only for bad settings (profile not readable, TLS refused by rule). */
struct directory *directory_open(struct loop *loop, const struct directory_settings *settings, struct error *error);
/* Ends all connections within half a second; false where a thread still hangs (leave by _exit then). */
bool directory_close(struct directory *directory);

enum directory_link { DIRECTORY_CONNECTING, DIRECTORY_UP, DIRECTORY_DOWN };
struct directory_status {
	enum directory_link link;
	const char *uri;                   /* at which server reading happens now; "" before */
	const char *base;                  /* "" before the first connection */
	const char *identity;              /* DN we are bound as ("anonymous"); "" before */
	const char *profile;               /* name of the profile in use; "" before */
	int64_t since;                     /* epoch seconds of this state */
	int latency_ms;                    /* of the last small request; -1: none yet */
	bool can_write;                    /* assertion or value-level deletes available, provider reachable */
	const char *write_reason;          /* why not, in words; NULL */
	struct error error;                /* DOWN: why; the next try comes by itself (1, 2, 4, 8 .. 60 s) */
};
const struct directory_status *directory_status(const struct directory *directory);
/* One listener; called on the loop thread after each change of state. NULL removes. */
void directory_on_status(struct directory *directory, void (*call)(void *context), void *context);
/* Tries to connect now instead of at the next back-off; also the way out of DOWN on request. */
void directory_retry(struct directory *directory);

/* --- is it still the same person? --------------------------------------------------------------- */
enum directory_rebound {
	REBOUND_SAME,                      /* the server took the password */
	REBOUND_WRONG,                     /* it did not, or the account is locked */
	REBOUND_UNKNOWN                    /* nobody could tell: error says why */
};
/*
 * Logs in once as this DN with this password (wiped here), on a connection of its own and with the deadlines of a login;
 * done comes once, on the loop thread. False: nothing was asked, since the password is empty or another try is under way.
 */
bool directory_rebind(struct directory *directory, const char *dn, char *wiped,
		void (*done)(void *context, enum directory_rebound how, const struct error *error), void *context);
/* done does not come any more. */
void directory_rebind_forget(struct directory *directory);

/* --- what this directory can hold; valid while UP, else everything counts as supported ---------- */
enum directory_support { SUPPORT_YES, SUPPORT_READONLY, SUPPORT_NO };
/* reason: why not, in words (static or owned by the directory); NULL with YES. */
enum directory_support directory_supports(const struct directory *directory, const struct kind *kind,
		const struct field *field, const char **reason);
/* Verbs of a kind that cannot be done here (UCS: users belong to UDM) with the reason; NULL: can be done. */
const char *directory_verb_reason(const struct directory *directory, const struct kind *kind, enum verb verb);

/* --- lists ------------------------------------------------------------------------------------- */
struct list_request {
	const struct kind *kind;
	const struct field *const *columns;  /* NULL: all fields of the kind that are stored (no derived ones) */
	size_t column_count;
	const char *words;                   /* the server looks for this fragment in name, login, addresses; NULL: all.
	                                        Words of fewer than 4 bytes are not sent to the server (they scan), see ldap-scale 3 */
	const char *filter;                  /* only rows that match these words as row_matches does, any accents, in any searched
	                                        field; the server leaves out what it safely can. NULL: all */
	size_t limit;                        /* 0: no limit of ours */
	bool attributes;                     /* rows carry all attributes of their entry too; not for kinds that are read through their owner */
};
struct list_end {
	bool complete;                       /* false: cut, see reason */
	size_t count;
	const char *reason;                  /* "500 of more (the server's size limit) [LDAP 4]"; NULL when complete */
	struct error error;                  /* kind ERROR_NONE where the list came to a regular end */
};
struct directory_query;
/*
 * Rows come in batches the receiver owns (rows_free); then end once. A lost connection is tried again once
 * before any row has come. Deadline per page: search_seconds.
 */
struct directory_query *directory_list(struct directory *directory, const struct list_request *request,
		void (*rows)(void *context, struct rows *takes),
		void (*end)(void *context, const struct list_end *end), void *context);
/* No callback comes after this. */
void directory_query_cancel(struct directory_query *query);

/* A user's derived groups have this note, and the name behind it, where one of them is the primary group. */
#define DIRECTORY_PRIMARY_GROUP "primary group: "

/* --- one object -------------------------------------------------------------------------------- */
/*
 * name: the key, for users also the primary address, or a DN, or an entryUUID as "uuid:...". Derived fields are
 * computed. done gets the record (owned by the receiver, record_free) or NULL with an error
 * (ERROR_NOT_FOUND, ERROR_CONFLICT where the name fits several objects, ...).
 */
struct directory_query *directory_read(struct directory *directory, const struct kind *kind, const char *name,
		void (*done)(void *context, struct record *takes, const struct error *error), void *context);

/* --- the look of the doctor ---------------------------------------------------------------------- */
struct directory_finding {
	enum { FINDING_OK, FINDING_NOTE, FINDING_WARNING, FINDING_ERROR } severity;
	const char *subject;               /* "unique overlay" */
	const char *sentence;              /* what was found and what to do */
};
/* Controls, indexes, unique without serialize, limits, access, clock. Findings live in an arena that the callback borrows. */
struct directory_query *directory_examine(struct directory *directory,
		void (*done)(void *context, const struct directory_finding *findings, size_t count, const struct error *error), void *context);

/* --- changes by others (cn=accesslog), where readable -------------------------------------------- */
struct directory_event {
	int64_t time;
	const char *who;                   /* DN */
	const char *what;                  /* "modify", "add", ... */
	const char *place;                 /* DN of the target */
	const char *words;                 /* attribute lines, secrets left out */
};
/* Newest first, at most `most`, of one entry (place) or of all (NULL). available false: no accesslog here or not readable. */
struct directory_query *directory_events(struct directory *directory, const char *place, size_t most,
		void (*done)(void *context, const struct directory_event *events, size_t count, bool available, const struct error *error),
		void *context);

/* --- the pulse of each server ----------------------------------------------------------------------- */
struct directory_beat {
	const char *uri;                   /* as configured */
	long latency_ms;                   /* of a small request; -1: error */
	/*
	 * Seconds that it is behind the first configured server, by contextCSN, and for no longer than that was seen; 0: it
	 * has what the first one has; -1: not to be known (there is one server only, or one does not tell).
	 */
	long lag_s;
	struct error error;                /* kind NONE: it answered */
};
/*
 * Asks every configured server once, each on a thread and a connection of its own, so that one that hangs delays no
 * other; who is still being asked is left out. beat comes once for each, until directory_close; a refused login is not repeated. Returns how many
 * servers there are (8 at most).
 */
size_t directory_pulse(struct directory *directory, void (*beat)(void *context, const struct directory_beat *beat), void *context);
/* beat does not come any more, until somebody asks again. */
void directory_pulse_forget(struct directory *directory);
/* How many servers directory_pulse asks. */
size_t directory_servers(const struct directory *directory);

/* --- for the gate ---------------------------------------------------------------------------------- */
/*
 * The store with a write connection of its own, used on the gate's thread. NULL: cannot be (no provider).
 * Belongs to the directory; freed by directory_close, which must come after gate_close.
 */
struct store *directory_store(struct directory *directory);

/*
 * Proposals for a first start without configuration: heap-free, arena texts. uri, source and words are never NULL;
 * base, ca_file and bind_dn are NULL where nothing is known (ldapi: bind EXTERNAL).
 */
struct directory_proposal { const char *source; const char *uri; const char *base; const char *ca_file; const char *bind_dn; const char *words; };
/* Looks at ldap.conf, UCR's base.conf and local ldapi sockets (files only, no network). Returns the count. */
size_t directory_propose(struct arena *arena, struct directory_proposal **proposals);

/* Version of the OpenLDAP library; static text. */
const char *directory_library(void);

#endif
