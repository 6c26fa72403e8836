/*
 * text: growing strings, strict UTF-8, and the one function that makes foreign
 * bytes visible.
 *
 * Everything shown is hostile until it went through text_visible: the true
 * bytes stay in records and in the journal, and are made visible at the last
 * moment (facts: terminal-and-safety 1).  The width and visibility table is our
 * own, generated from Debian's unicode-data at build time into
 * text_widths.h; it never depends on the locale.  No function fails; all are
 * pure, any thread.
 */
#ifndef POSTROOM_BASE_TEXT_H
#define POSTROOM_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdarg.h>

#include "base/memory.h"

/* --- growing strings; zero-initialise, free with text_free ------------- */
struct text {
	char *bytes;           /* zero-terminated once anything was added; may be NULL before */
	size_t length;
	size_t capacity;
};
void text_add(struct text *text, const char *words);
void text_add_bytes(struct text *text, const void *bytes, size_t length);
void text_add_char(struct text *text, char c);
void text_addf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_clear(struct text *text);               /* keeps the memory */
void text_free(struct text *text);
const char *text_get(const struct text *text);    /* never NULL */
char *text_take(struct text *text);               /* hands the heap string over, free(); never NULL */

/* "Login: is too long" behind the label Login: "is too long"; other words as they are. Points into words. */
const char *text_after_label(const char *words, const char *label);
/* Is this one of the words of a list that blanks, tabs, line ends or commas part? */
bool text_lists(const char *list, const char *word);

/* --- UTF-8 --------------------------------------------------------------- */
/*
 * Decodes one character strictly (no overlong forms, surrogates, nothing above
 * U+10FFFF). Returns its length in bytes 1..4 and sets *code; returns 0 where
 * the byte at hand begins no valid character (the caller takes one byte).
 * length must be at least 1.
 */
size_t utf8_decode(const char *bytes, size_t length, uint32_t *code);
/* Encodes into out (room for 4) and returns the length; code must be a scalar value. */
size_t utf8_encode(uint32_t code, char *out);
bool utf8_valid(const char *bytes, size_t length);

/* --- classes of characters, from the generated table --------------------- */
enum char_class { CHAR_PLAIN, CHAR_WIDE, CHAR_MARK, CHAR_HIDDEN };
/* HIDDEN: controls, all Cf, variation selectors, private use, unassigned, noncharacters, U+2028/9, surrogates. */
enum char_class char_classify(uint32_t code);

/* --- making foreign bytes visible --------------------------------------- */
/* One cell column of text ready for the screen. Wide characters have width 2. */
struct cell {
	uint32_t base;         /* a visible character, never a control */
	uint32_t marks[2];     /* combining marks, 0: none */
	uint8_t width;         /* 1 or 2 */
	bool escaped;          /* part of an escape: shown reversed or dim */
};
/* Only text_visible makes these, so a canvas that takes them takes no raw text. */
struct visible {
	const struct cell *cells;
	size_t count;          /* cells, not columns */
	size_t columns;        /* sum of widths */
};
enum visible_form {
	VISIBLE_UTF8,          /* the screen can show Unicode */
	VISIBLE_ASCII          /* everything above ASCII becomes <U+XXXX> */
};
/*
 * Bytes of any origin to cells. Control characters become \n \t \e or \xHH,
 * bytes that are no UTF-8 become \xHH each (the next good character is kept),
 * hidden characters become <U+202E>, at most 2 marks stay on a base, further
 * ones are escaped, a leading mark gets U+25CC (an escape in ASCII form).  A
 * real backslash stays as it is (cells of escapes carry .escaped, which tells
 * them apart); the exact form doubles it.  The result lives in the arena.
 */
struct visible text_visible(struct arena *arena, enum visible_form form, const char *bytes, size_t length);
/* As a zero-terminated UTF-8 (or ASCII) string: for stderr, logs, tables on a tty. */
char *text_visible_string(struct arena *arena, enum visible_form form, const char *bytes, size_t length);
/* Pure-ASCII escaped form, for the second printing of addresses and DNs in reviews; exact: text_unescape gives the bytes back. */
char *text_ascii_exact(struct arena *arena, const char *bytes, size_t length);
/* The value of a hex digit of either case; -1 for any other character. */
int text_hex_digit(char c);
/* Inverse of the exact form. Returns arena bytes, sets *length; NULL where it is no exact form. */
char *text_unescape(struct arena *arena, const char *escaped, size_t *length);
/* True where the bytes hold anything outside printable ASCII. */
bool text_has_foreign(const char *bytes, size_t length);
/* Columns that the visible form takes. */
size_t text_columns(enum visible_form form, const char *bytes, size_t length);
/*
 * True where one label of an address or domain (split at '.', '@', '-') mixes Latin with
 * Cyrillic or Greek letters (terminal-and-safety 1: warn, do not block).
 */
bool text_mixed_scripts(const char *bytes, size_t length);

/* --- searching and comparing for people ---------------------------------- */
/*
 * Folded copy for finding: case folded and accents dropped (a table of ours for
 * Latin, Greek, Cyrillic; sharp s becomes ss), other characters kept. Arena.
 */
char *text_fold(struct arena *arena, const char *bytes, size_t length);
/*
 * True where no other character folds to this one or to several with it among them, so that a folded copy has it
 * only where the text itself has it (a capital is taken for its small letter). Few letters are like that.
 */
bool text_folds_alone(char c);
/* Orders folded, then by bytes: negative, 0, positive. */
int text_compare(const char *a, const char *b);
bool text_same_ascii_case(const char *a, const char *b);   /* ASCII case-insensitive equality */
/* A to Z as a to z, all other bytes as they are: for addresses, host names, attribute names. */
char text_lower_letter(char c);
char *text_lower_ascii(struct arena *arena, const char *bytes, size_t length);   /* arena copy, zero-terminated */
/* True where every word of `folded` (folded already, parted by blanks) stands somewhere in `words`. */
bool text_has_words(struct arena *arena, const char *words, const char *folded);

/* --- sizes, durations, times --------------------------------------------- */
/*
 * "2 GB", "2GB", "2.5 GB", "500 MB", "1048576", "0", "none" (as 0), "2 GiB" to bytes; binary
 * units (1 MB = 1048576 bytes, as Dovecot counts).  A bare number is in `unit` bytes each
 * (1048576 for fields in MB). False for anything else, negatives and overflow.
 */
bool text_to_size(const char *words, int64_t unit, int64_t *bytes);
/* Bytes to "2 GB", "1.5 GB", "512 MB", "0 B": shortest exact form, else one decimal. Arena. */
char *text_from_size(struct arena *arena, int64_t bytes);
/* Seconds to "3 s", "12 m", "2 h", "5 d". Arena. */
char *text_from_age(struct arena *arena, int64_t seconds);
/* Thousands grouped with commas: 1,166. Arena. */
char *text_from_count(struct arena *arena, int64_t count);
/* Epoch seconds to ISO 8601 with zone, UTC: 2026-11-20T14:02:31Z. Arena. */
char *text_from_time(struct arena *arena, int64_t epoch);
/* LDAP generalized time (20261120140231Z, fractions tolerated) to epoch seconds. */
bool text_to_time(const char *generalized, int64_t *epoch);
/* The way back of text_from_time. */
bool text_to_time_iso(const char *iso, int64_t *epoch);

/* --- domain names --------------------------------------------------------- */
/* A-label to U-label form and back (libidn2 in its own file idn.c); copy of the input where it cannot. Arena. */
char *text_domain_unicode(struct arena *arena, const char *domain);
char *text_domain_ascii(struct arena *arena, const char *domain);

#endif
