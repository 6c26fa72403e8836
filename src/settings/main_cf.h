/*
 * main_cf: the files of Postfix as text: where a parameter stands, and editing
 * that keeps comments and everything else as it is.
 *
 * Pure, any thread.  A parameter that stands twice: the later one counts.
 */
#ifndef POSTROOM_SETTINGS_MAIN_CF_H
#define POSTROOM_SETTINGS_MAIN_CF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

struct main_cf_place {
	unsigned line;                     /* 1..; 0: not there */
	const char *value;                 /* continuation lines joined; NULL: not there. Arena */
	unsigned before;                   /* line of an earlier one that this one overrides; 0: none */
};
struct main_cf_place main_cf_find(struct arena *arena, const char *bytes, size_t length, const char *name);
/*
 * New bytes with this parameter set to the value (the last place where it stands, else at the end), or gone (value NULL:
 * every place). Arena; *new_length.
 */
char *main_cf_edit(struct arena *arena, const char *bytes, size_t length, const char *name, const char *value, size_t *new_length);
/*
 * An option of a service in master.cf ("submission", "inet", "smtpd_sasl_auth_enable"): its value; NULL where the service has none.
 * *service says whether the service is there at all. Arena.
 */
const char *master_cf_find(struct arena *arena, const char *bytes, size_t length, const char *service, const char *type, const char *option,
		bool *there);
/* New bytes with that option set, or gone (value NULL). NULL: there is no such service. Arena. */
char *master_cf_edit(struct arena *arena, const char *bytes, size_t length, const char *service, const char *type, const char *option,
		const char *value, size_t *new_length);

/* --- postscreen_cf.c --- */
/* Stands postscreen at port 25 of master.cf: "yes" or "no"; NULL with a sentence where neither it nor smtpd does. Pure. */
const char *postscreen_find(const char *bytes, size_t length, const char **why);
/* New bytes with it put in front or away, with all lines that it needs; NULL with a sentence. Arena. Source: postscreen(8), postfix 6. */
char *postscreen_edit(struct arena *arena, const char *bytes, size_t length, bool on, size_t *new_length, const char **why);

#endif
