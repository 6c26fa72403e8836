/*
 * hostile_mail: a mail server on a loopback port that says what a test wants,
 * in the clear or through TLS with a good or a bad certificate, to the end or
 * not.
 *
 * A script is steps, the same for every connection; a thread of its own plays
 * them, one connection after the other.  For tests only; ends the program where
 * the machine gives it no socket.
 */
#ifndef POSTROOM_TESTS_FAKES_HOSTILE_MAIL_H
#define POSTROOM_TESTS_FAKES_HOSTILE_MAIL_H

#include <stddef.h>

#include "tests/fakes/hostile_peer.h"

enum { MAIL_STEPS = 20 };
/*
 * "S..." says the rest; "H" hears a line; "T" begins TLS; "D..." says the rest a byte every 30 ms, over and over; "F" talks
 * without end; "W" waits until the other side goes; "R" resets. At the end of the steps the connection is closed.
 */
struct mail_script { const char *steps[MAIL_STEPS]; enum peer_certificate certificate; };
struct hostile_mail;
/* The script is borrowed. peer_ca_file() must have been called before. */
struct hostile_mail *hostile_mail_new(const struct mail_script *script);
int hostile_mail_port(const struct hostile_mail *server);
/* All lines heard so far, each followed by "|"; a copy, free(). */
char *hostile_mail_heard(struct hostile_mail *server);
/* Ends the thread; NULL is allowed. */
void hostile_mail_free(struct hostile_mail *server);

#endif
