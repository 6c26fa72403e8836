/*
 * hostile_people: people, domains and lists in the lab's directory whose values
 * are the hostile strings, for tests of what shows data.
 *
 * Everything lies below one entry of its own, which is removed at the end.
 * Every string is the name, the department and the room of somebody, and so on,
 * as far as the schema allows; those that are no UTF-8 are in attributes of
 * bytes.
 */
#ifndef POSTROOM_TESTS_LIVE_HOSTILE_PEOPLE_H
#define POSTROOM_TESTS_LIVE_HOSTILE_PEOPLE_H

#include <stddef.h>

/* The logins are this and a number of three digits from 000. */
#define HOSTILE_LOGIN "zzproof"

/* How many people were written; fails the test where the directory takes hardly any. */
size_t hostile_people_add(void);
void hostile_people_remove(void);

#endif
