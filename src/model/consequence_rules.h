/*
 * consequence_rules: the rows behind consequences_of, private to model.
 *
 * A row is a stable word, a severity, when it is asked, and a function that
 * looks at the scene and tells nothing, one or several sentences.  What is
 * asked is always the difference between before and after, never the verb, so
 * an undo is told like the change it amounts to.
 */
#ifndef POSTROOM_MODEL_CONSEQUENCE_RULES_H
#define POSTROOM_MODEL_CONSEQUENCE_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "model/consequence.h"

/* Of whatever ends sessions. */
#define CONSEQUENCE_COMES_AGAIN "A program that knows the password comes again; a login that is to end for good needs a lock or a new password first"

enum moment { CREATED = 1, CHANGED = 2, DELETED = 4 };

struct scene {
	struct arena *arena;
	const struct change *change;
	const struct record *before;       /* NULL: created */
	const struct record *after;        /* NULL: deleted */
	const struct facts *facts;
	struct consequence *list;
	size_t count, capacity;
};

struct consequence_rule {
	const char *rule;                  /* NULL ends the table */
	enum severity severity;            /* of tell(); a row whose severity depends says so with tell_as() */
	unsigned moments;
	void (*look)(struct scene *scene, const struct consequence_rule *rule);
};

extern const struct consequence_rule consequence_rules_any[];       /* every kind */
extern const struct consequence_rule consequence_rules_mailbox[];   /* user: what happens to stored mail */
extern const struct consequence_rule consequence_rules_address[];   /* user: addresses and who else has them */
extern const struct consequence_rule consequence_rules_alias[];     /* alias: entries of their own */
extern const struct consequence_rule consequence_rules_user[];      /* user: the rest */
extern const struct consequence_rule consequence_rules_witness[];   /* user: what mail servers know of them now */
extern const struct consequence_rule consequence_rules_offer[];     /* what could be done beside it (offer.c) */
extern const struct consequence_rule consequence_rules_reference[]; /* user, group, mailinglist: who names it */
extern const struct consequence_rule consequence_rules_members[];   /* group, mailinglist: members, senders, address */
extern const struct consequence_rule consequence_rules_folder[];
extern const struct consequence_rule consequence_rules_policy[];
extern const struct consequence_rule consequence_rules_domain[];
extern const struct consequence_rule consequence_rules_traffic[];   /* queue, sessions */
extern const struct consequence_rule consequence_rules_mailbox_live[];      /* mailbox */
extern const struct consequence_rule consequence_rules_guarded[];   /* limits, setting */

void tell(struct scene *scene, const struct consequence_rule *rule, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void tell_as(struct scene *scene, const struct consequence_rule *rule, enum severity severity, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* First value before and after; "" where there is none or no record. */
const char *text_before(const struct scene *scene, const char *field);
const char *text_after(const struct scene *scene, const char *field);
/* Did the values of this field change (created and deleted count where there were values)? */
bool field_changed(const struct scene *scene, const char *field);
size_t count_after(const struct scene *scene, const char *field);
/* Values that one side has and the other has not; NULL-terminated, never NULL. */
const char *const *values_new(struct scene *scene, const char *field);
const char *const *values_gone(struct scene *scene, const char *field);
/* Is the domain of an address registered, as far as one can read? */
bool domain_listed(const struct facts *facts, const char *address);
bool name_listed(const char *const *names, const char *name);
/* Everybody else who has an address that the user loses: "the user bert and the group sales"; "": nobody. */
const char *others_with(struct scene *scene, const char *address);
/* Up to five names, then how many more: "a, b and 3 more". */
const char *names_words(struct scene *scene, const char *const *names);
/* The references that are wanted, with their meaning: "mailinglist staff (list member) and folder ...". */
const char *references_words(struct scene *scene, bool (*wanted)(const struct reference *reference), size_t *count);

#endif
