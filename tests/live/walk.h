/*
 * walk: the stages of the gate in small, for tests of the store alone: gather,
 * plan, apply each step, look where the outcome is unknown, after; a conflict
 * walks again.  And a second hand on the directory: a plain connection of the
 * lab's root for what others do meanwhile.
 */
#ifndef POSTROOM_TESTS_WALK_H
#define POSTROOM_TESTS_WALK_H

#include <ldap.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live.h"
#include "model/change.h"
#include "model/store.h"

enum { WALK_STEPS = 64 };
struct walk {
	struct arena *arena;
	struct facts facts;
	struct plan plan;
	struct operation inverses[WALK_STEPS];     /* of the steps done, last one first: an undo in order */
	size_t inverse_count;
	struct error error;
	unsigned conflicts, looks;
	const char *version_after;
};

static inline void walk_begin(struct walk *walk)
{
	memset(walk, 0, sizeof *walk);
	walk->arena = arena_new();
}

static inline void walk_end(struct walk *walk)
{
	arena_free(walk->arena);
}

static inline enum outcome walk_step(struct walk *walk, struct store *store, const struct operation *operation)
{
	struct operation inverse = { .place = NULL };
	enum outcome outcome = store->apply(store->self, operation, walk->arena, &inverse, &walk->version_after, &walk->error);

	if (outcome == OUTCOME_UNKNOWN) {
		walk->looks++;
		outcome = store->look(store->self, operation, walk->arena, &inverse, &walk->error);
	}
	if (outcome == OUTCOME_APPLIED && inverse.place != NULL && walk->inverse_count < WALK_STEPS) {
		memmove(walk->inverses + 1, walk->inverses, walk->inverse_count * sizeof *walk->inverses);
		walk->inverses[0] = inverse;
		walk->inverse_count++;
	}
	return outcome;
}

/* Between gather and apply the test may let somebody else act. */
static inline enum outcome walk_once(struct walk *walk, struct store *store, const struct change *change, void (*meanwhile)(void *context), void *context)
{
	enum outcome outcome = OUTCOME_ALREADY;
	size_t i;

	error_clear(&walk->error);
	walk->inverse_count = 0;
	if (!store->gather(store->self, change, walk->arena, &walk->facts, &walk->error) ||
	    !store->plan(store->self, change, &walk->facts, walk->arena, &walk->plan, &walk->error))
		return walk->error.kind == ERROR_CONFLICT ? OUTCOME_CONFLICT : OUTCOME_NOT_APPLIED;
	if (meanwhile != NULL)
		meanwhile(context);
	for (i = 0; i < walk->plan.count; i++) {
		enum outcome step = walk_step(walk, store, &walk->plan.operations[i]);

		if (step != OUTCOME_APPLIED && step != OUTCOME_ALREADY)
			return step;
		if (step == OUTCOME_APPLIED)
			outcome = OUTCOME_APPLIED;
		/* As the gate does it: later steps on the same entry assert the version that this one left. */
		for (size_t later = i + 1; walk->version_after != NULL && later < walk->plan.count; later++) {
			struct operation *next = &walk->plan.operations[later];

			if (next->version != NULL && next->id != NULL && walk->plan.operations[i].id != NULL && strcmp(next->id, walk->plan.operations[i].id) == 0)
				next->version = walk->version_after;
		}
	}
	return outcome;
}

static inline enum outcome walk_change(struct walk *walk, struct store *store, const struct change *change)
{
	enum outcome outcome = walk_once(walk, store, change, NULL, NULL);
	unsigned tries;

	for (tries = 0; tries < 5 && outcome == OUTCOME_CONFLICT && change->verb != VERB_UNDO; tries++) {
		walk->conflicts++;
		outcome = walk_once(walk, store, change, NULL, NULL);
	}
	return outcome;
}

/* The change that takes a finished walk back. */
static inline struct change *walk_undo(const struct walk *walk, const struct kind *kind, const char *name)
{
	struct change *change = change_new(VERB_UNDO, kind, name);

	change->operations = walk->inverses;
	change->operation_count = walk->inverse_count;
	return change;
}

/* --- the lab ------------------------------------------------------------------------------------ */

/* tests/lab/lab with these words (NULL-terminated); its exit status. Quiet. */
static inline int lab_run(const char *const *words)
{
	const char *argv[16] = { "bash", "tests/lab/lab" };
	union { const char *const *in; char *const *out; } cast = { .in = argv };
	int status = -1, i;
	pid_t child;

	for (i = 0; words[i] != NULL && i < 13; i++)
		argv[i + 2] = words[i];
	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (freopen("/dev/null", "w", stdout) == NULL || freopen("/dev/null", "r", stdin) == NULL)
			_exit(126);
		execvp("bash", cast.out);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* --- a second hand ------------------------------------------------------------------------------ */

static inline LDAP *hand_open_as(const char *dn, const char *secret_file)
{
	LDAP *hand = NULL;
	int version = LDAP_VERSION3, demand = LDAP_OPT_X_TLS_DEMAND, client = 0;
	struct berval password;
	char secret[200] = "";
	FILE *file = fopen(secret_file, "r");

	assert_non_null(file);
	assert_non_null(fgets(secret, sizeof secret, file));
	fclose(file);
	secret[strcspn(secret, "\n")] = '\0';
	password = (struct berval){ .bv_val = secret, .bv_len = strlen(secret) };
	assert_int_equal(ldap_initialize(&hand, live_env("LAB_URI")), LDAP_SUCCESS);
	ldap_set_option(hand, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(hand, LDAP_OPT_X_TLS_CACERTFILE, live_env("LAB_CA"));
	ldap_set_option(hand, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
	ldap_set_option(hand, LDAP_OPT_X_TLS_NEWCTX, &client);
	if (ldap_start_tls_s(hand, NULL, NULL) != LDAP_SUCCESS || ldap_sasl_bind_s(hand, dn, LDAP_SASL_SIMPLE, &password, NULL, NULL, NULL) != LDAP_SUCCESS) {
		ldap_unbind_ext(hand, NULL, NULL);
		return NULL;
	}
	return hand;
}

static inline LDAP *hand_open(void)
{
	return hand_open_as(live_env("LAB_ROOT_DN"), live_env("LAB_ROOT_SECRET"));
}

static inline void hand_close(LDAP *hand)
{
	if (hand != NULL)
		ldap_unbind_ext(hand, NULL, NULL);
}

/* One value of one attribute: op LDAP_MOD_ADD, _DELETE or _REPLACE; value NULL: the whole attribute. */
static inline int hand_modify(LDAP *hand, const char *dn, int op, const char *attribute, const char *value)
{
	union { const char *in; char *out; } name = { .in = attribute }, text = { .in = value };
	char *values[] = { text.out, NULL };
	LDAPMod mod = { .mod_op = op, .mod_type = name.out, .mod_values = value == NULL ? NULL : values };
	LDAPMod *mods[] = { &mod, NULL };

	return ldap_modify_ext_s(hand, dn, mods, NULL, NULL);
}

/* How many entries match. */
static inline int hand_count(LDAP *hand, const char *filter)
{
	static char none[] = "1.1";
	LDAPMessage *found = NULL;
	int count = -1;

	if (ldap_search_ext_s(hand, live_env("LAB_BASE"), LDAP_SCOPE_SUBTREE, filter, (char *[]){ none, NULL }, 0, NULL, NULL, NULL, 0, &found) == LDAP_SUCCESS)
		count = ldap_count_entries(hand, found);
	ldap_msgfree(found);
	return count;
}

/* slapo-refint works in the background: waits up to twenty seconds until so many match. */
static inline bool hand_settles(LDAP *hand, const char *filter, int count)
{
	unsigned tries;

	for (tries = 0; tries < 400 && hand_count(hand, filter) != count; tries++)
		usleep(50000);
	return hand_count(hand, filter) == count;
}

/* First value of an attribute into out; "" where there is none. */
static inline const char *hand_value(LDAP *hand, const char *dn, const char *attribute, char *out, size_t size)
{
	union { const char *in; char *out; } name = { .in = attribute };
	LDAPMessage *found = NULL;
	struct berval **values = NULL;

	out[0] = '\0';
	if (ldap_search_ext_s(hand, dn, LDAP_SCOPE_BASE, "(objectClass=*)", (char *[]){ name.out, NULL }, 0, NULL, NULL, NULL, 0, &found) == LDAP_SUCCESS &&
	    ldap_first_entry(hand, found) != NULL)
		values = ldap_get_values_len(hand, ldap_first_entry(hand, found), attribute);
	if (values != NULL && values[0] != NULL)
		snprintf(out, size, "%.*s", (int)values[0]->bv_len, values[0]->bv_val);
	ldap_value_free_len(values);
	ldap_msgfree(found);
	return out;
}

static inline int hand_line_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All user attributes of an entry as sorted lines (operational ones and passwords left out); heap; NULL: not there. */
static inline char *hand_snapshot(LDAP *hand, const char *dn)
{
	LDAPMessage *found = NULL, *entry;
	BerElement *cursor = NULL;
	char *lines[400], *name, *whole;
	size_t count = 0, length = 1, i;
	int j;

	if (ldap_search_ext_s(hand, dn, LDAP_SCOPE_BASE, "(objectClass=*)", NULL, 0, NULL, NULL, NULL, 0, &found) != LDAP_SUCCESS) {
		ldap_msgfree(found);
		return NULL;
	}
	entry = ldap_first_entry(hand, found);
	for (name = entry == NULL ? NULL : ldap_first_attribute(hand, entry, &cursor); name != NULL; ldap_memfree(name), name = ldap_next_attribute(hand, entry, cursor)) {
		struct berval **values = ldap_get_values_len(hand, entry, name);

		for (j = 0; strcmp(name, "userPassword") != 0 && values != NULL && values[j] != NULL && count < 400; j++) {
			size_t room = strlen(name) + values[j]->bv_len + 4;

			lines[count] = malloc(room);
			snprintf(lines[count], room, "%s: %.*s\n", name, (int)values[j]->bv_len, values[j]->bv_val);
			length += strlen(lines[count++]);
		}
		ldap_value_free_len(values);
	}
	ber_free(cursor, 0);
	ldap_msgfree(found);
	qsort(lines, count, sizeof *lines, hand_line_order);
	whole = calloc(1, length);
	for (i = 0; i < count; i++) {
		memcpy(whole + strlen(whole), lines[i], strlen(lines[i]));
		free(lines[i]);
	}
	return whole;
}

#endif
