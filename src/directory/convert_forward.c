/*
 * convert_forward: forwards and "keep a copy" in the two ways UCS stores them.
 *
 * Mode A keeps the own primary address among the forward addresses; mode B has
 * a flag of its own, and where the flag is missing Postfix keeps a copy.  Both
 * fields and the address hang together, so they are written by one function
 * after all others.  Pure; any thread.  Rules: ucs-directory 8.3.
 */
#include <string.h>

#include "base/text.h"
#include "directory/convert_private.h"

struct forwarding {
	const char *own;                   /* primary address; NULL */
	const struct attribute *stored;    /* forward addresses as stored; NULL */
	const char *flag;                  /* "0", "1" or NULL */
	bool holds_own;
	bool own_mode;                     /* read and written as mode A */
	bool certain;                      /* false: nothing tells which mode */
};

static struct forwarding look(const struct convert *with, const struct entry *entry)
{
	const struct profile *profile = with->profile;
	struct forwarding found = {
		.own = profile->primary == NULL ? NULL : entry_first(entry, profile->primary),
		.stored = profile->forward == NULL ? NULL : entry_get(entry, profile->forward),
		.flag = profile->forward_flag == NULL ? NULL : entry_first(entry, profile->forward_flag),
	};

	found.holds_own = found.own != NULL && found.stored != NULL && entry_holds(entry, profile->forward, found.own);
	found.own_mode = with->flag_mode == KNOWN_NO || (with->flag_mode == KNOWN_NOT && found.holds_own && found.flag == NULL);
	found.certain = with->flag_mode != KNOWN_NOT || found.flag != NULL || found.holds_own;
	return found;
}

void read_forwards(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	struct forwarding found = look(with, entry);
	struct value *values;
	size_t i;

	if (found.stored == NULL)
		return;
	values = arena_alloc(with->arena, found.stored->count * sizeof *values);
	for (i = 0; i < found.stored->count; i++)
		if (!found.own_mode || found.own == NULL || !text_same_ascii_case(found.stored->values[i].bytes, found.own))
			values[out->count++] = found.stored->values[i];
	out->values = values;
	out->presence = out->count > 0 ? VALUE_OWN : VALUE_ABSENT;
}

void read_keep_copy(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	struct forwarding found = look(with, entry);

	if (found.own_mode) {
		if (found.stored != NULL)
			convert_give(with, out, found.holds_own ? "yes" : "no");
		return;
	}
	if (found.flag != NULL) {
		convert_give(with, out, strcmp(found.flag, "0") == 0 ? "no" : "yes");
	} else if (found.stored != NULL && found.certain) {
		convert_give(with, out, "yes");
		out->note = "the flag is missing: Postfix keeps a copy, UDM shows no";
	} else if (found.stored != NULL) {
		out->note = "nothing in the directory tells which way of storing it is in use";
	}
}

bool write_forwards(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	(void)with;
	(void)wanted;
	(void)draft;
	(void)error;
	return true;
}

/* Field of this kind that a converter serves; NULL: none. */
static const struct field *served(const struct profile_kind *kind, const char *converter)
{
	size_t count = kind_field_count(kind->kind), i;

	for (i = 0; i < count; i++)
		if (kind->mappings[i].converter != NULL && strcmp(kind->mappings[i].converter->name, converter) == 0)
			return kind->mappings[i].field;
	return NULL;
}

static const struct field *primary_field(const struct convert *with, const struct profile_kind *kind)
{
	size_t count = kind_field_count(kind->kind), i;

	for (i = 0; i < count; i++)
		if (kind->mappings[i].converter != NULL && with->profile->primary != NULL &&
		    text_same_ascii_case(kind->mappings[i].attributes[0], with->profile->primary))
			return kind->mappings[i].field;
	return NULL;
}

enum forwarding_mode convert_forwarding_mode(const struct convert *with, const struct entry *entry)
{
	struct forwarding found = look(with, entry);

	if (with->profile->forward == NULL || with->profile->primary == NULL)
		return FORWARDING_NONE;
	if (found.own_mode || with->profile->forward_flag == NULL)
		return FORWARDING_OWN;
	return found.certain ? FORWARDING_FLAG : FORWARDING_UNCERTAIN;
}

/* The own address as it is spelled among the stored values, so that nothing is rewritten for its case only. */
static const char *spelled(const struct convert *with, const struct entry *draft, const char *own)
{
	const struct attribute *stored = entry_get(draft, with->profile->forward);
	size_t i;

	for (i = 0; stored != NULL && i < stored->count; i++)
		if (text_same_ascii_case(stored->values[i].bytes, own))
			return stored->values[i].bytes;
	return own;
}

static void settle_own(const struct convert *with, const struct field_values *targets, const char *keep, struct entry *draft)
{
	const char *own = entry_first(draft, with->profile->primary);

	if (own != NULL)
		own = spelled(with, draft, own);
	entry_put(draft, with->profile->forward, targets->values, targets->count);
	/* A copy for nobody but oneself is no forwarding: without a target the address stands alone. */
	if (targets->count > 0 && own != NULL && strcmp(keep, "yes") == 0)
		entry_add_text(draft, with->profile->forward, own);
}

static void settle_flag(const struct convert *with, const struct field_values *targets, const char *keep, bool asked, struct entry *draft)
{
	const char *flag = entry_first(draft, with->profile->forward_flag);
	bool fresh = targets->count > 0 && entry_get(draft, with->profile->forward) == NULL;

	entry_put(draft, with->profile->forward, targets->values, targets->count);
	if (targets->count == 0 && !(asked && (flag != NULL || strcmp(keep, "yes") == 0)))
		return;
	/* First targets without a word about a copy: what is missing means "kept", and saying it keeps UDM from showing no. */
	if (asked || (fresh && flag == NULL))
		entry_put_text(draft, with->profile->forward_flag, strcmp(keep, "no") == 0 ? "0" : "1");
}

bool convert_settle_forwarding(const struct convert *with, const struct profile_kind *kind, enum forwarding_mode mode,
		const struct record *after, const struct change *change, struct entry *draft, struct error *error)
{
	const struct field *forwards = served(kind, "forwards"), *keep_copy = served(kind, "keep_copy"), *address = primary_field(with, kind);
	const struct field_values *targets;
	bool asked, moved, retargeted;

	if (forwards == NULL || keep_copy == NULL || mode == FORWARDING_NONE)
		return true;
	asked = change_touches(change, keep_copy->name);
	retargeted = change_touches(change, forwards->name);
	moved = address != NULL && change_touches(change, address->name);
	targets = record_get(after, forwards->name);
	if (mode == FORWARDING_OWN && (asked || retargeted || moved)) {
		settle_own(with, targets, record_text(after, keep_copy->name), draft);
		return true;
	}
	if (!asked && !retargeted)
		return true;
	if (mode == FORWARDING_UNCERTAIN && targets->count > 0)
		return error_set(error, ERROR_UNSUPPORTED, "%s: nothing in the directory tells whether a kept copy is stored as a flag or as the own "
			"address among the forwards; set forward_mode in postroom.conf to flag or own-address", forwards->label);
	settle_flag(with, targets, record_text(after, keep_copy->name), asked, draft);
	return true;
}
