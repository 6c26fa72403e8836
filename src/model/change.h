/*
 * change: what is to become different, before anybody plans how.
 *
 * Made by a front end, carried through the gate.  Lives in its arena. Pure.
 */
#ifndef POSTROOM_MODEL_CHANGE_H
#define POSTROOM_MODEL_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/kind.h"
#include "model/record.h"

enum verb { VERB_ADD, VERB_EDIT, VERB_RENAME, VERB_DELETE, VERB_UNDO };
enum edit_how { EDIT_SET, EDIT_ADD, EDIT_REMOVE };

struct edit {
	const struct field *field;
	enum edit_how how;                 /* SET replaces all values (count 0: none any more) */
	const struct value *values;        /* canonical */
	size_t count;
};
struct operation;
struct change {
	struct arena *arena;               /* owns everything below; change_free frees it */
	enum verb verb;
	const struct kind *kind;
	const char *name;                  /* key of the target; for add: the new key ("" until edits give it) */
	const char *id;                    /* entryUUID of the target where known: the target is found by it */
	const char *new_name;              /* RENAME: new value of the key field */
	struct edit *edits;
	size_t edit_count, edit_capacity;
	/* What the person saw when editing began; NULL: none. For three-way merging; borrowed into the arena (a copy). */
	const struct record *seen;
	/* What names the target and is usually left, since it belongs to others, goes with it: forwards to somebody who goes. */
	bool follows;
	const char *reason;                /* the line for the ticket; NULL or "": none */
	/* It is a step of this job of the desk (its number and its words, the same for all steps); NULL: it stands alone. */
	/* Their words begin with the title of the job; these are the ones that somebody who finds an account locked must know of. */
#define JOB_STOLEN "Stolen account"
#define JOB_LEAVER "Leaver"
#define JOB_UNLOCK "Unlock"
	const char *job, *job_words;
	size_t job_steps;                  /* how many steps that job has as it was confirmed; 0: not known */
	/* UNDO: journal id and the stored inverse, in the order to apply. */
	const char *undo_of;
	/* UNDO: the operations are the rest of this set, which stopped in the middle, and undo_of is NULL. NULL: they take back. */
	const char *rest_of;
	const struct operation *operations;
	size_t operation_count;
};

struct change *change_new(enum verb verb, const struct kind *kind, const char *name);
void change_free(struct change *change);                                   /* NULL is allowed */
struct change *change_copy(const struct change *change);
/*
 * What holds a secret is wiped when it is freed, with its copies and what is laid over records.
 * Values are copied and doubles dropped. A field has either one SET, or one ADD and one REMOVE without common
 * values: a later SET replaces all, a later ADD or REMOVE is worked into what is there, so order never matters.
 */
void change_edit(struct change *change, const struct field *field, enum edit_how how, const struct value *values, size_t count);
void change_edit_text(struct change *change, const struct field *field, enum edit_how how, const char *text); /* NULL: no value */
/* Takes the edits of a field back. */
void change_forget(struct change *change, const struct field *field);
/* Keeps a copy of the record as the base for merging. */
void change_saw(struct change *change, const struct record *seen);
bool change_touches(const struct change *change, const char *field);
/*
 * The record as it becomes when the edits are laid over `now` (NULL for ADD); NULL for DELETE. In the arena; the
 * kind's derivations that depend on other fields are not recomputed, except that a new user without a full
 * name gets given name and family name. Edits that change nothing change nothing. An UNDO gives `now` (only its
 * store knows better). Addresses, logins, domains and references are found without regard to ASCII case; a
 * value of parts is found without its secret parts, so adding one with a secret replaces the one without.
 */
struct record *change_result(struct arena *arena, const struct change *change, const struct record *now);
/*
 * Three-way merge, byte-exact per field: a field edited here that differs between `seen` and `now` is a
 * conflict unless both became the same, except that adding and removing single values of a many-valued
 * field merges.  Returns NULL or the first conflicting field.  Without seen nothing conflicts.
 */
const struct field *change_conflict(const struct change *change, const struct record *now);

/* A shown line; derived fields have none: old and new of one field, in words. */
struct diff_line {
	const struct field *field;
	const char *old_words;             /* "(none)" where there was none */
	const char *new_words;
};
/* Is this text among the values of the field, compared as change_same_value does? values may be NULL. */
bool change_holds(const struct field *field, const struct field_values *values, const char *text);
/* Do these two name the same value of this field, as the directory compares them (see change_result)? */
bool change_same_value(const struct field *field, const struct value *a, const struct value *b);

/* Differences between two records (either may be NULL: created, deleted); returns the count, lines in the arena. */
size_t record_diff(struct arena *arena, const struct record *before, const struct record *after, struct diff_line **lines);
/* One sentence: "Quota of anna.smith@example.com: 2 GB to 4 GB". Raw bytes inside. Arena. */
char *change_sentence(struct arena *arena, const struct change *change, const struct diff_line *lines, size_t count);
/* The same before it is done: "Create user anna"; what change_sentence tells without a tense is told as there. */
char *change_ahead(struct arena *arena, const struct change *change, const struct diff_line *lines, size_t count);
const char *verb_word(enum verb verb);                                      /* "add", "edit", ... */

#endif
