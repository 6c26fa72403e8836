/*
 * password: the one secret that postroom itself needs, read when it is needed
 * and wiped afterwards.  Any thread.
 */
#ifndef POSTROOM_DIRECTORY_PASSWORD_H
#define POSTROOM_DIRECTORY_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "directory/connection.h"

/* A heap copy to be given back with password_put; false with why there is none. */
bool password_get(struct password *password, char **bytes, size_t *length, struct error *error);
/* Wipes and frees the copy; NULL is allowed. */
void password_put(char *bytes, size_t length);

#endif
