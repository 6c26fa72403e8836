/*
 * write: one change to the directory server and its answer (request_write).
 *
 * Tells exactly what is known afterwards: answered, certainly not sent, or lost
 * after sending.  Controls are critical: a server that does not know the
 * assertion must refuse and not ignore it.  Runs on the connection's thread.
 */
#include <lber.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "directory/connection_private.h"
#include "directory/convert.h"
#include "directory/dn.h"
#include "directory/entry_private.h"
#include "directory/profile.h"
#include "directory/request.h"
#include "directory/trouble.h"

static char *writable(const char *words)
{
	union { const char *in; char *out; } cast = { .in = words };

	return cast.out;
}

/* --- building ----------------------------------------------------------------------- */

static struct berval **values_of(struct arena *arena, const struct delta *delta)
{
	struct berval **list, *values;
	size_t i;

	if (delta->count == 0)
		return NULL;
	list = arena_alloc(arena, (delta->count + 1) * sizeof *list);
	values = arena_alloc(arena, delta->count * sizeof *values);
	for (i = 0; i < delta->count; i++) {
		values[i] = (struct berval){ .bv_val = writable(delta->values[i].bytes), .bv_len = delta->values[i].length };
		list[i] = &values[i];
	}
	return list;
}

static LDAPMod **mods_of(struct arena *arena, const struct operation *operation)
{
	static const int ops[] = { [DELTA_ADD] = LDAP_MOD_ADD, [DELTA_DELETE] = LDAP_MOD_DELETE, [DELTA_REPLACE] = LDAP_MOD_REPLACE };
	LDAPMod **list = arena_alloc(arena, (operation->delta_count + 1) * sizeof *list);
	size_t i;

	for (i = 0; i < operation->delta_count; i++) {
		LDAPMod *mod = arena_alloc(arena, sizeof *mod);

		mod->mod_op = ops[operation->deltas[i].how] | LDAP_MOD_BVALUES;
		mod->mod_type = writable(operation->deltas[i].attribute);
		mod->mod_bvalues = values_of(arena, &operation->deltas[i]);
		list[i] = mod;
	}
	return list;
}

static LDAPControl *post_read(const char *const *attributes)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	struct berval value = { .bv_val = NULL, .bv_len = 0 };
	LDAPControl *control = NULL;

	if (ber != NULL && ber_printf(ber, "{v}", attributes) != -1 && ber_flatten2(ber, &value, 0) == 0)
		ldap_control_create(LDAP_CONTROL_POST_READ, 1, &value, 1, &control);
	ber_free(ber, 1);
	return control;
}

/* --- sending ------------------------------------------------------------------------- */

/* Splits the new name into what ldap_rename wants. */
static int send_rename(struct connection *connection, struct arena *arena, const struct operation *operation, LDAPControl **controls, int *id)
{
	LDAPDN parsed = NULL;
	char *rdn = NULL, *parent = NULL;
	int code = LDAP_INVALID_DN_SYNTAX;

	if (ldap_str2dn(operation->new_place, &parsed, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS && parsed != NULL &&
	    ldap_rdn2str(parsed[0], &rdn, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS &&
	    ldap_dn2str(&parsed[1], &parent, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS)
		/* Naming the same parent again would ask for rights on it that a plain rename does not need. */
		code = ldap_rename(connection->handle, operation->place, rdn, dn_same(parent, dn_parent(arena, operation->place)) ? NULL : parent,
			1, controls, NULL, id);
	ldap_memfree(rdn);
	ldap_memfree(parent);
	ldap_dnfree(parsed);
	return code;
}

static int send_one(struct connection *connection, struct arena *arena, const struct operation *operation, LDAPControl **controls, int *id)
{
	switch (operation->verb) {
	case OPERATION_ADD:
		return ldap_add_ext(connection->handle, operation->place, mods_of(arena, operation), controls, NULL, id);
	case OPERATION_MODIFY:
		return ldap_modify_ext(connection->handle, operation->place, mods_of(arena, operation), controls, NULL, id);
	case OPERATION_DELETE:
		return ldap_delete_ext(connection->handle, operation->place, controls, NULL, id);
	case OPERATION_RENAME:
		return send_rename(connection, arena, operation, controls, id);
	case OPERATION_PASSWORD:       /* request_password */
		break;
	}
	return LDAP_PARAM_ERROR;
}

/* --- the answer ------------------------------------------------------------------------ */

static struct entry *seen_after(struct connection *connection, struct arena *arena, LDAPControl **controls)
{
	LDAPControl *control = ldap_control_find(LDAP_CONTROL_POST_READ, controls, NULL);
	BerElement *ber = control == NULL ? NULL : ber_init(&control->ldctl_value);
	struct berval dn, name;
	struct entry *entry = NULL;

	if (ber == NULL)
		return NULL;
	if (ber_scanf(ber, "{m{", &dn) != LBER_ERROR) {
		BerVarray values = NULL;

		entry = entry_new(arena, arena_bytes(arena, dn.bv_val, dn.bv_len));
		while (ber_scanf(ber, "{m[W]}", &name, &values) != LBER_ERROR) {
			const char *called = arena_bytes(arena, name.bv_val, name.bv_len);
			const struct part *masked = connection->profile == NULL ? NULL : convert_masked_parts(connection->profile, called);
			size_t count = 0, i;
			struct value *copies;

			while (values != NULL && values[count].bv_val != NULL)
				count++;
			copies = arena_alloc(arena, count * sizeof *copies);
			for (i = 0; i < count; i++) {
				copies[i] = (struct value){ .bytes = arena_bytes(arena, values[i].bv_val, values[i].bv_len), .length = values[i].bv_len };
				if (masked != NULL)
					copies[i] = fetchmail_mask(arena, masked, &copies[i]);
			}
			entry_put(entry, called, copies, count);
			ber_bvarray_free(values);
			values = NULL;
		}
	}
	ber_free(ber, 1);
	return entry;
}

bool request_answer(struct connection *connection, struct arena *arena, int id, const char *waiting, struct answer *answer, LDAPControl ***controls)
{
	struct timeval patience = { .tv_sec = connection->settings->write_seconds };
	LDAPMessage *message = NULL;
	char *words = NULL, **urls = NULL, elsewhere[200];
	int got = ldap_result(connection->handle, id, LDAP_MSG_ALL, &patience, &message);

	*controls = NULL;
	answer->how = got > 0 && ldap_parse_result(connection->handle, message, &answer->code, NULL, &words, &urls, controls, 0) == LDAP_SUCCESS ?
		ANSWER_GIVEN : ANSWER_LOST;
	if (answer->how == ANSWER_LOST) {
		guard_disarm(connection->guard);
		connection_failed(connection, got == 0 ? LDAP_TIMEOUT : LDAP_SERVER_DOWN, NULL, waiting, &answer->error);
	} else {
		trouble_elsewhere(elsewhere, sizeof elsewhere, urls);
		answer->words = elsewhere[0] != '\0' ? arena_format(arena, "%s: name that server first in uri", elsewhere) :
			arena_text(arena, words == NULL ? "" : words);
	}
	ldap_memfree(words);
	ldap_memvfree((void **)urls);
	ldap_msgfree(message);
	return answer->how == ANSWER_GIVEN;
}

static void take_answer(struct connection *connection, struct arena *arena, int id, struct answer *answer)
{
	LDAPControl **controls;

	if (request_answer(connection, arena, id, "waiting for the answer to a change", answer, &controls))
		answer->after = answer->code == LDAP_SUCCESS ? seen_after(connection, arena, controls) : NULL;
	ldap_controls_free(controls);
}

void request_write(struct connection *connection, struct arena *arena, const struct operation *operation,
		const struct filter *assertion, const char *const *after, struct answer *answer)
{
	LDAPControl *assert = NULL, *read = NULL, *controls[3] = { NULL };
	size_t count = 0;
	int id = -1, code = LDAP_SUCCESS;

	*answer = (struct answer){ .how = ANSWER_UNSENT, .words = "" };
	if (connection->handle == NULL) {
		error_set(&answer->error, ERROR_UNREACHABLE, "%s: the connection was lost before anything was sent", connection_uri(connection));
		return;
	}
	if (assertion != NULL)
		code = ldap_create_assertion_control(connection->handle, filter_text(arena, assertion), 1, &assert);
	if (assert != NULL)
		controls[count++] = assert;
	if (after != NULL && operation->verb != OPERATION_DELETE && (read = post_read(after)) != NULL)
		controls[count++] = read;
	if (code != LDAP_SUCCESS) {
		trouble(&answer->error, code, connection_uri(connection), NULL);
		return;
	}
	guard_arm(connection->guard, (int64_t)connection->settings->write_seconds * 1000 + REQUEST_GRACE_MS);
	code = send_one(connection, arena, operation, controls, &id);
	if (code == LDAP_SUCCESS) {
		take_answer(connection, arena, id, answer);
	} else {
		/* Even a failed send may have put all bytes on the wire; only what libldap refused to encode never left. */
		answer->how = code == LDAP_SERVER_DOWN || code == LDAP_TIMEOUT || code == LDAP_CONNECT_ERROR ? ANSWER_LOST : ANSWER_UNSENT;
		connection_failed(connection, code, NULL, "sending a change", &answer->error);
	}
	guard_disarm(connection->guard);
	ldap_control_free(assert);
	ldap_control_free(read);
}
