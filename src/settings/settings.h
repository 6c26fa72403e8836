/*
 * settings: what changes the files of a server so that a mistake takes itself
 * back, as a place that the gate can write.
 *
 * Whoever plans (limits, the settings catalogue) says which file is to have
 * which bytes and which values must run afterwards; settings_change makes a
 * change of it that goes through the gate like any other: review, journal,
 * history, undo.  The store hands it to the guardian on the server
 * (settings/guardian.h), here or over ssh, and returns when the guardian waits
 * for a confirmation or has refused.  Gate's thread, except where a function
 * says otherwise.
 */
#ifndef POSTROOM_SETTINGS_H
#define POSTROOM_SETTINGS_H

#include "hosts/hosts.h"
#include "model/change.h"
#include "model/guarded.h"
#include "model/store.h"
#include "settings/catalog.h"
#include "settings/guardian.h"

/* Where the armed state lies unless --directory says otherwise. Root's, mode 0700. */
#define GUARDIAN_DIRECTORY "/var/lib/postroom/guardian"

/* What a person reads in the review and in the history: one value that becomes another. */
struct settings_shown {
	const char *name;                  /* "imap-login process_limit" */
	const char *before, *after;        /* in words; NULL: (none) */
	/* The same as a value that must run (guarded_change.wanted) before and after; NULL: nothing is looked at, or it is not known. */
	const char *wanted, *runs_before, *runs_after;    /* "imap-login/process_limit", "20", "60" */
};
/*
 * The change that does this on this server; kind is kind_limits or kind_setting (model/guarded.h). id, who and wanted of `what`
 * are made by us and may be NULL; seen of each file is what it was planned from. Any thread; the caller frees it.
 */
struct change *settings_change(const struct kind *kind, const char *server, const struct guarded_change *what,
		const struct settings_shown *shown, size_t shown_count);
/*
 * Of what kind the change is that a guardian reports of; one that does not say it (an older postroom) is of kind_setting. Pure.
 */
const struct kind *settings_kind(const struct guardian_report *report);
/*
 * An order to the guardian of a server as a change: "confirm", "rollback", "more" (with seconds), and "settle", which takes
 * how it ended without us (rolled back by itself) into the history. id: of its report. NULL for another word. Any thread; the caller
 * frees it.
 */
struct change *settings_order(const struct kind *kind, const char *server, const char *word, const char *id, unsigned seconds);

/*
 * A service that is ended and started again on this server, where systemd runs it; refused with what to type where it does not, and where
 * Postfix or Dovecot would not start again since their files are wrong. Cannot be undone. row: of setting_follows, with a service. Any
 * thread; the caller frees it.
 */
struct change *settings_restart(const char *server, const struct setting_follow_row *row);
/*
 * A test line of each level in Dovecot's logs of this server; how it ended tells in which files they arrived. Cannot be undone. Any thread;
 * the caller frees it.
 */
struct change *settings_log_test(const char *server);

struct settings_store;
/* hosts must outlive it; only its settings are used, carriers are opened on the gate's thread. Loop thread. */
struct settings_store *settings_store_new(const struct hosts *hosts);
struct store *settings_store_of(struct settings_store *self);
/* After the gate is closed. NULL is allowed. Loop thread. */
void settings_store_free(struct settings_store *self);

/*
 * What the guardian of a server says now, as the host commands "guardian-look" and "guardian-status" answer it (its output). Pure; arena. False with a sentence
 * where it is no report.
 */
bool settings_report(struct arena *arena, const struct host_answer *answer, struct guardian_report *report, struct error *error);

#endif
