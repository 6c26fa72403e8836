/*
 * request_password: a new password by the server's own operation for it, and
 * what its password policy said.
 *
 * The password goes over TLS or the local socket or not at all.  libldap and
 * the TLS library keep copies of their own while they send, which nobody can
 * reach; ours is the caller's to wipe.  An answer that was lost leaves it open
 * whether the password was set.  Runs on the connection's thread.
 */
#include <string.h>

#include "directory/connection_private.h"
#include "directory/request.h"

bool request_is_private(const struct connection *connection)
{
	const char *uri = connection_uri(connection);

	return strncmp(uri, "ldapi://", 8) == 0 || (connection->handle != NULL && ldap_tls_inplace(connection->handle));
}

static enum verdict verdict_of(struct connection *connection, LDAPControl **controls)
{
	LDAPControl *control = ldap_control_find(LDAP_CONTROL_PASSWORDPOLICYRESPONSE, controls, NULL);
	LDAPPasswordPolicyError said = PP_noError;

	if (control == NULL || ldap_parse_passwordpolicy_control(connection->handle, control, NULL, NULL, &said) != LDAP_SUCCESS ||
	    said < PP_passwordExpired || said > PP_passwordInHistory + 1)
		return VERDICT_NONE;
	return (enum verdict)said;
}

static void take_answer(struct connection *connection, struct arena *arena, int id, struct answer *answer, enum verdict *verdict)
{
	LDAPControl **controls;

	if (request_answer(connection, arena, id, "waiting for the answer to a new password", answer, &controls))
		*verdict = verdict_of(connection, controls);
	ldap_controls_free(controls);
}

static bool can_send(struct connection *connection, struct error *error)
{
	if (connection->handle == NULL)
		return error_set(error, ERROR_UNREACHABLE, "%s: the connection was lost before anything was sent", connection_uri(connection));
	return request_is_private(connection) || error_set(error, ERROR_REFUSED, "%s: not sent, since the connection is not encrypted and everybody "
		"on the way could read the password: use tls = starttls, ldaps:// or ldapi:// in postroom.conf", connection_uri(connection));
}

void request_password(struct connection *connection, struct arena *arena, const char *dn, const struct value *password,
		struct answer *answer, enum verdict *verdict)
{
	struct berval user = { .bv_len = strlen(dn) }, fresh = { .bv_len = password->length };
	union { const char *in; char *out; } name = { .in = dn }, bytes = { .in = password->bytes };
	LDAPControl *policy = NULL, *controls[2] = { NULL };
	int id = -1, code;

	*answer = (struct answer){ .how = ANSWER_UNSENT, .words = "" };
	*verdict = VERDICT_NONE;
	if (!can_send(connection, &answer->error))
		return;
	user.bv_val = name.out;
	fresh.bv_val = bytes.out;
	/* Not critical: a server without policies sets the password all the same. */
	if (ldap_create_passwordpolicy_control(connection->handle, &policy) == LDAP_SUCCESS)
		controls[0] = policy;
	guard_arm(connection->guard, (int64_t)connection->settings->write_seconds * 1000 + REQUEST_GRACE_MS);
	code = ldap_passwd(connection->handle, &user, NULL, &fresh, controls, NULL, &id);
	if (code == LDAP_SUCCESS) {
		take_answer(connection, arena, id, answer, verdict);
	} else {
		answer->how = code == LDAP_SERVER_DOWN || code == LDAP_TIMEOUT || code == LDAP_CONNECT_ERROR ? ANSWER_LOST : ANSWER_UNSENT;
		connection_failed(connection, code, NULL, "sending a new password", &answer->error);
	}
	guard_disarm(connection->guard);
	ldap_control_free(policy);
}
