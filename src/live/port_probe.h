/*
 * port_probe: tries one port of a mail server: connects, waits for the
 * greeting, asks what it can, begins TLS, looks at the certificate, and leaves
 * politely.
 *
 * One way for all protocols, over our own connection (base/talk.h): libcurl
 * shows no greeting, and no certificate once it finds fault with it, and
 * openssl s_client cannot tell a greeting from its own words and costs a
 * process a port; both would need a second connection, which a server logs
 * twice.  Nothing but greetings is said, nobody logs in.  Loop thread.
 */
#ifndef POSTROOM_LIVE_PORT_PROBE_H
#define POSTROOM_LIVE_PORT_PROBE_H

#include "base/loop.h"
#include "live/data.h"
#include "live/live.h"

/* What a protocol is called in postroom.conf, its usual port, and who has it. */
struct port_protocol {
	const char *name;                  /* NULL ends the table */
	int port;
	unsigned role;                     /* enum host_role: the servers that have it; 0: only where configured */
	bool always;                       /* such a server has it: missing is a fault; else only where it was ever seen */
	enum port_family { FAMILY_SMTP, FAMILY_IMAP, FAMILY_POP3, FAMILY_SIEVE } family;
	bool implicit;                     /* TLS comes first */
	bool for_people;                   /* programs of people come here: TLS belongs to it, with a certificate they accept */
	const char *ask;                   /* what it can: "EHLO ..." is put together from the name of this machine */
};
extern const struct port_protocol port_protocols[];
const struct port_protocol *port_protocol_find(const char *name);

struct port_probe;
struct port_question {
	const char *protocol;              /* of port_protocols */
	const char *address;
	int port;
	const char *name;                  /* of the server, where the address is digits; may be short; NULL: none */
	bool name_unchecked;
	const char *ca_file;
	uint64_t deadline;                 /* milliseconds; 0: 10,000 */
};
/* What was seen, beside the row itself. Texts live in the arena that was given. */
struct port_seen {
	struct port_row row;
	bool refused;                      /* the machine said that nobody listens there */
	char fingerprint[65];              /* of the certificate; "" none */
};
/* done comes exactly once, never from inside; seen is borrowed, its texts are in the arena. */
struct port_probe *port_probe(struct loop *loop, struct arena *arena, const struct port_question *question,
		void (*done)(void *context, const struct port_seen *seen), void *context);
void port_probe_cancel(struct port_probe *probe);            /* done does not come; NULL is allowed */

#endif
