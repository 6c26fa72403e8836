/*
 * version: what --version prints.
 */
#ifndef POSTROOM_COMMANDS_VERSION_H
#define POSTROOM_COMMANDS_VERSION_H

/* Name, version, and the versions of the libraries that are loaded. */
void print_version(void);

#endif
