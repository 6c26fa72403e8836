/*
 * error: what went wrong, in a sentence for a person.
 *
 * The lowest layer that knows the object writes the sentence ("mail3: no
 * answer within 5 s"); higher layers may put words in front and never replace
 * it.  Result codes stand in brackets at the end.  The kind decides the exit
 * status, in one table.  Plain data, any thread.
 */
#ifndef POSTROOM_BASE_ERROR_H
#define POSTROOM_BASE_ERROR_H

#include <stdbool.h>

enum error_kind {
	ERROR_NONE,
	ERROR_USAGE,           /* the command line is wrong             exit 64 */
	ERROR_INVALID,         /* a value is wrong                      exit 65 */
	ERROR_NOT_FOUND,       /* the thing does not exist              exit 65 */
	ERROR_UNREACHABLE,     /* a server cannot be reached            exit 69 */
	ERROR_UNSUPPORTED,     /* this server or directory cannot       exit 69 */
	ERROR_INTERNAL,        /* our own bug                           exit 70 */
	ERROR_CREATE,          /* a file cannot be created              exit 73 */
	ERROR_FILE,            /* reading or writing a file failed      exit 74 */
	ERROR_TIMEOUT,         /* no answer in time                     exit 75 */
	ERROR_CONFLICT,        /* somebody else changed it meanwhile    exit 75 */
	ERROR_UNKNOWN_OUTCOME, /* nobody has seen whether it happened   exit 75 */
	ERROR_REFUSED,         /* role or server said no                exit 77 */
	ERROR_CONFIG,          /* configuration is wrong                exit 78 */
	ERROR_CANCELLED        /* the person took it back               exit 1  */
};

struct error {
	enum error_kind kind;
	int code;              /* result code of the layer below (LDAP, errno); 0: none */
	char text[600];        /* zero-terminated, raw bytes: make visible when showing */
};

/* Fills `error` (which may be NULL) and returns false, so that callers can `return error_set(...)`. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Puts words in front of the sentence: "words: sentence". Returns false. */
bool error_prefix(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Makes it "no error". */
void error_clear(struct error *error);
/* Exit status after sysexits(3) for a kind; ERROR_NONE gives 0. */
int error_exit_status(enum error_kind kind);
/* Stable word for a kind, used in JSON and the journal: "refused", "unknown_outcome", ... */
const char *error_word(enum error_kind kind);

#endif
