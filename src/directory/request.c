/*
 * request: one question to the directory server and its answer.
 *
 * Every request is sent and awaited under a guard; a late or broken one closes
 * the connection, because an answer that comes afterwards would belong to
 * nothing.  Runs on the connection's thread.
 */
#include "directory/request.h"

#include <lber.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "base/text.h"
#include "directory/connection_private.h"
#include "directory/convert.h"
#include "directory/entry_private.h"
#include "directory/profile.h"
#include "directory/trouble.h"

enum { ANSWER_MOST = 2 * INCOMING_MOST };

/* libldap wants writable arrays that it only reads. */
static char **writable(const char *const *list)
{
	union { const char *const *in; char **out; } cast = { .in = list };

	return cast.out;
}

/* --- entries ------------------------------------------------------------------------ */

static void put_values(struct entry *entry, const struct part *masked, const char *name, struct berval *values)
{
	size_t count = 0, i;
	struct value *copies;

	while (values != NULL && values[count].bv_val != NULL)
		count++;
	copies = arena_alloc(entry->arena, count * sizeof *copies);
	for (i = 0; i < count; i++) {
		if (masked != NULL) {
			struct value stored = { .bytes = values[i].bv_val, .length = values[i].bv_len };

			copies[i] = fetchmail_mask(entry->arena, masked, &stored);
			memory_wipe(values[i].bv_val, values[i].bv_len);
		} else {
			copies[i].length = values[i].bv_len;
			copies[i].bytes = arena_bytes(entry->arena, values[i].bv_val, values[i].bv_len);
		}
	}
	entry_append(entry, name, copies, count);
}

/* Names longer than the cache, or too many of them, are asked for each time. */
static struct known_attribute known(struct connection *connection, const char *name)
{
	struct known_attribute fresh = { .secret = false };
	size_t i;

	if (connection->profile == NULL)
		return fresh;
	for (i = 0; i < connection->known_count; i++)
		if (strcmp(connection->known[i].name, name) == 0)
			return connection->known[i];
	fresh.secret = profile_secret(connection->profile, name);
	fresh.masked = convert_masked_parts(connection->profile, name);
	if (connection->known_count < KNOWN_MOST && strlen(name) < sizeof fresh.name) {
		memcpy(fresh.name, name, strlen(name) + 1);
		connection->known[connection->known_count++] = fresh;
	}
	return fresh;
}

/* In one pass over the message; libldap's ldap_get_values_len looks for each attribute from the beginning. */
struct entry *entry_from(struct arena *arena, struct connection *connection, LDAPMessage *message, bool raw)
{
	struct berval dn = { .bv_val = NULL }, name, *values = NULL;
	BerElement *cursor = NULL;
	struct entry *entry;
	bool fine = ldap_get_dn_ber(connection->handle, message, &cursor, &dn) == LDAP_SUCCESS;

	entry = entry_new(arena, fine && dn.bv_val != NULL ? arena_bytes(arena, dn.bv_val, dn.bv_len) : "");
	while (fine && ldap_get_attribute_ber(connection->handle, message, cursor, &name, &values) == LDAP_SUCCESS && name.bv_val != NULL) {
		const char *word = arena_bytes(arena, name.bv_val, name.bv_len);
		const struct known_attribute of = known(connection, word);

		if (!of.secret)
			put_values(entry, raw ? NULL : of.masked, word, values);
		/* The array only: the values are in the message. */
		ber_memfree(values);
		values = NULL;
	}
	ber_free(cursor, 0);
	return entry;
}

/* --- searching ------------------------------------------------------------------------ */

static bool limit_reached(int code)
{
	return code == LDAP_SIZELIMIT_EXCEEDED || code == LDAP_TIMELIMIT_EXCEEDED || code == LDAP_ADMINLIMIT_EXCEEDED;
}

bool found_whole(const struct found *found)
{
	return !found->cut && found->elsewhere == NULL;
}

/* A part of the tree that another server holds. It is not followed: our password is for this server only. */
static void take_reference(struct connection *connection, struct arena *arena, LDAPMessage *message, struct found *found)
{
	char **urls = NULL, words[200];

	if (found->elsewhere != NULL || ldap_parse_reference(connection->handle, message, &urls, NULL, 0) != LDAP_SUCCESS)
		return;
	trouble_elsewhere(words, sizeof words, urls);
	found->elsewhere = arena_text(arena, words);
	ldap_memvfree((void **)urls);
}

/* The end of an answer: its code, and what the server had to say. */
static bool take_end(struct connection *connection, LDAPMessage *message, struct found *found, struct error *error)
{
	char *words = NULL, **urls = NULL, elsewhere[200];
	int code = LDAP_DECODING_ERROR;
	bool fine = true;

	ldap_parse_result(connection->handle, message, &code, NULL, &words, &urls, NULL, 0);
	trouble_elsewhere(elsewhere, sizeof elsewhere, urls);
	found->cut = limit_reached(code);
	found->code = code;
	if (code != LDAP_SUCCESS && !found->cut)
		fine = connection_failed(connection, code, elsewhere[0] != '\0' ? elsewhere : words, "searching", error);
	ldap_memfree(words);
	ldap_memvfree((void **)urls);
	return fine;
}

/* More than was asked for, or than memory should hold: no honest server sends that. */
static bool too_much(struct connection *connection, struct error *error)
{
	connection_close(connection);
	return error_set(error, ERROR_UNSUPPORTED, "%s: the server sends more than it was asked for, so the connection was closed",
		connection->settings->uris[connection->uri]);
}

/* Message by message: a whole answer could be of any size. */
static bool take_results(struct connection *connection, struct arena *arena, const struct search *search, int id, struct timeval patience,
		struct found *found, struct error *error)
{
	size_t capacity = 0, most = arena_size(arena) + ANSWER_MOST;

	for (;;) {
		LDAPMessage *message = NULL;
		int got = ldap_result(connection->handle, id, LDAP_MSG_ONE, &patience, &message);
		bool fine;

		if (got <= 0)
			return connection_failed(connection, got == 0 ? LDAP_TIMEOUT : LDAP_SERVER_DOWN, NULL, "searching", error);
		if (got == LDAP_RES_SEARCH_RESULT) {
			fine = take_end(connection, message, found, error);
			ldap_msgfree(message);
			return fine;
		}
		fine = true;
		if (got == LDAP_RES_SEARCH_REFERENCE)
			take_reference(connection, arena, message, found);
		if (got == LDAP_RES_SEARCH_ENTRY) {
			fine = (search->limit == 0 || found->count < search->limit) && arena_size(arena) < most;
			if (fine) {
				found->entries = arena_grow(arena, found->entries, &capacity, found->count + 1, sizeof *found->entries);
				found->entries[found->count++] = entry_from(arena, connection, message, search->raw);
			}
		}
		ldap_msgfree(message);
		if (!fine)
			return too_much(connection, error);
	}
}

/* "((uniqueMember=...)(memberUid=...))" as a critical control; NULL where it cannot be built. */
static LDAPControl *matched_values(struct arena *arena, const struct filter *any)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	struct berval value = { .bv_val = NULL, .bv_len = 0 };
	LDAPControl *control = NULL;
	struct text words = { 0 };
	size_t i;

	text_add_char(&words, '(');
	for (i = 0; i < any->inside_count; i++)
		text_add(&words, filter_text(arena, any->inside[i]));
	text_add_char(&words, ')');
	if (ber != NULL && ldap_put_vrFilter(ber, text_get(&words)) != -1 && ber_flatten2(ber, &value, 0) == 0)
		ldap_control_create(LDAP_CONTROL_VALUESRETURNFILTER, 1, &value, 1, &control);
	ber_free(ber, 1);
	text_free(&words);
	return control;
}

bool request_search(struct connection *connection, struct arena *arena, const struct search *search, struct found *found, struct error *error)
{
	static const int scopes[] = { [SCOPE_BASE] = LDAP_SCOPE_BASE, [SCOPE_ONE] = LDAP_SCOPE_ONELEVEL, [SCOPE_BELOW] = LDAP_SCOPE_SUBTREE };
	static const char *const none[] = { LDAP_NO_ATTRS, NULL };
	unsigned seconds = search->seconds > 0 ? search->seconds : search->scope == SCOPE_BASE ? connection->settings->read_seconds : connection->settings->search_seconds;
	struct timeval patience = { .tv_sec = seconds };
	const char *filter = search->filter == NULL ? "(objectClass=*)" : filter_text(arena, search->filter);
	LDAPControl *controls[] = { search->values == NULL ? NULL : matched_values(arena, search->values), NULL };
	int id = -1, code;
	bool fine;

	*found = (struct found){ .entries = NULL };
	/* A request before this one may have lost the connection, and its caller may go on without its answer. */
	if (connection->handle == NULL) {
		ldap_control_free(controls[0]);
		return error_set(error, ERROR_UNREACHABLE, "%s: the connection was lost", connection_uri(connection));
	}
	guard_arm(connection->guard, (int64_t)seconds * 1000 + REQUEST_GRACE_MS);
	code = ldap_search_ext(connection->handle, search->base, scopes[search->scope], filter,
		writable(search->attributes == NULL ? none : search->attributes), 0, controls, NULL, &patience, (int)search->limit, &id);
	ldap_control_free(controls[0]);
	fine = code == LDAP_SUCCESS ? take_results(connection, arena, search, id, patience, found, error) :
		connection_failed(connection, code, NULL, "searching", error);
	guard_disarm(connection->guard);
	return fine;
}

struct entry *request_entry(struct connection *connection, struct arena *arena, const char *dn, const char *const *attributes, struct error *error)
{
	struct search search = { .base = dn, .scope = SCOPE_BASE, .attributes = attributes };
	struct found found;

	if (!request_search(connection, arena, &search, &found, error))
		return NULL;
	if (found.count == 0) {
		error_set(error, ERROR_NOT_FOUND, "%s is not there, or this login may not see it", dn);
		return NULL;
	}
	return found.entries[0];
}

bool request_ping(struct connection *connection, int *latency, struct error *error)
{
	struct arena *arena = arena_new();
	struct search search = { .base = "", .scope = SCOPE_BASE };
	struct timespec begun, ended;
	struct found found;
	bool fine;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	fine = request_search(connection, arena, &search, &found, error);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	*latency = (int)((ended.tv_sec - begun.tv_sec) * 1000 + (ended.tv_nsec - begun.tv_nsec) / 1000000);
	arena_free(arena);
	return fine;
}
