/*
 * store_private: how a guarded change travels through the gate: as two deltas,
 * "value" for people and "change" for the guardian.
 */
#ifndef POSTROOM_SETTINGS_STORE_PRIVATE_H
#define POSTROOM_SETTINGS_STORE_PRIVATE_H

#include "settings/settings.h"

/* A value for people: "NAME\tBEFORE\tAFTER". */
struct shown_value { const char *name, *before, *after; };
bool shown_value_read(struct arena *arena, const struct value *value, struct shown_value *shown);
struct value shown_value_of(struct arena *arena, const char *name, const char *before, const char *after);

/* The order among the edits, or the deltas of an operation: "confirm", ... NULL: none. */
extern const char *const settings_orders[];
const struct delta *operation_delta(const struct operation *operation, const char *field);

/* What takes the change back, under an id of its own: files and values the other way round. JSON; arena. NULL where it is no change. */
char *guarded_inverse(struct arena *arena, const char *json, struct error *error);
/* A new id: 16 hex digits. Arena. */
char *guarded_id(struct arena *arena);

/* restart.c: a service of a server that is ended and started again. */
struct restarting {
	struct hosts *hosts;
	struct loop *loop;
	size_t host;
	const struct setting_follow_row *row;
	const volatile bool *give_up;
	struct arena *arena;
};
/* False with what to type there instead. */
bool restart_possible(const struct restarting *restarting, struct error *error);
enum outcome restart_now(const struct restarting *restarting, struct error *error);
/* What became of one that nobody saw end. Never OUTCOME_APPLIED, since that does not show; UNKNOWN only while the server may tell later. */
enum outcome restart_look(const struct restarting *restarting, struct error *error);

/* log_test.c: writes the lines, and finds them. */
enum outcome log_test_now(struct hosts *hosts, struct loop *loop, size_t host, const volatile bool *give_up, struct arena *arena, struct operation *inverse,
		struct error *error);

#endif
