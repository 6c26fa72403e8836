/*
 * servers: mail servers of a test's own configuration for tests of the whole
 * program: the lab's, by each way to them, or anything that a test puts there.
 */
#ifndef POSTROOM_TESTS_LIVE_SERVERS_H
#define POSTROOM_TESTS_LIVE_SERVERS_H

#include <stdarg.h>

#include "base/text.h"
#include "hosts/hosts.h"

/*
 * The lab's configuration of a role (NULL: admin) without its servers and what stands behind them, with a history of its
 * own in the test's folder and `more` at its end. The path; heap.
 */
char *servers_configure(const char *name, const char *role, const char *more);
/* A section of server 1 or 2 of the lab, by this way only; `more` (NULL: none) are lines of it. */
void servers_add_lab(struct text *out, const char *name, int number, enum host_way way, const char *more);
/* A section that bears only these lines. */
void servers_add(struct text *out, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* An executable script in the test's folder with these lines; its path; heap. */
char *servers_script(const char *name, const char *lines);
/* Output of a line of shell, trailing line ends included; heap. Fails the test where it fails. */
char *servers_shell(const char *line);
/* The program with --config and these words (NULL ends them): *status its exit status (NULL: must be 0), what it printed; heap. */
char *servers_run(const char *config, int *status, ...);
/* What the last one complained about; heap. */
char *servers_complaints(void);

#endif
