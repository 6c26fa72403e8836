/*
 * entry_private: from a libldap message to an entry; for request.c, list.c and
 * write.c only.  On the connection's thread.
 */
#ifndef POSTROOM_DIRECTORY_ENTRY_PRIVATE_H
#define POSTROOM_DIRECTORY_ENTRY_PRIVATE_H

#include <ldap.h>

#include "directory/connection.h"
#include "directory/entry.h"

/* Secrets left out; masked unless raw. */
struct entry *entry_from(struct arena *arena, struct connection *connection, LDAPMessage *message, bool raw);

#endif
