/* queue_read: recorded listings, each also cut at every byte, in pieces of every size, and with every bit turned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "live/queue_read.h"

static const char *const fixtures[] = {
	"postqueue-j-active.jsonl", "postqueue-j-mixed.jsonl", "postqueue-j-hold.out", "stopped-postqueue-j.out",
};
enum { FIXTURES = sizeof(fixtures) / sizeof(*fixtures) };

static char *fixture(const char *name, size_t *length)
{
	char path[200], *bytes = malloc(65536);
	FILE *file;

	snprintf(path, sizeof(path), "tests/fixtures/postfix/%s", name);
	file = fopen(path, "r");
	assert_non_null(file);
	*length = fread(bytes, 1, 65535, file);
	assert_true(*length > 100 && *length < 65535);
	bytes[*length] = '\0';
	fclose(file);
	return bytes;
}

/* What was read, as words, so that two ways of reading compare. */
struct seen { struct text words; size_t mails, parts, recipients; };

static void take(void *context, const struct queue_mail *mail)
{
	struct seen *seen = context;

	seen->mails += mail->first;
	seen->parts++;
	seen->recipients += mail->count;
	text_addf(&seen->words, "%s %s %lld %llu %d %s", queue_name_word(mail->queue), mail->id, (long long)mail->arrival,
		(unsigned long long)mail->size, mail->expired, mail->sender);
	for (size_t i = 0; i < mail->count; i++)
		text_addf(&seen->words, " <%s|%s>", mail->recipients[i].address, mail->recipients[i].reason ? mail->recipients[i].reason : "-");
	text_add(&seen->words, "\n");
}

/* Reads in pieces of this size; returns the malformed lines. */
static uint64_t read_all(struct seen *seen, const char *bytes, size_t length, size_t piece)
{
	struct queue_reader *reader = queue_reader_new(take, seen);
	uint64_t malformed;

	for (size_t at = 0; at < length; at += piece)
		queue_reader_feed(reader, bytes + at, length - at < piece ? length - at : piece);
	queue_reader_end(reader);
	malformed = queue_reader_malformed(reader);
	queue_reader_free(reader);
	return malformed;
}

static uint64_t read_words(struct seen *seen, const char *words)
{
	return read_all(seen, words, strlen(words), strlen(words) + 1);
}

static void seen_clear(struct seen *seen)
{
	text_free(&seen->words);
	memset(seen, 0, sizeof(*seen));
}

static void recorded_listings(void **state)
{
	struct seen seen = { 0 };
	size_t length;
	char *bytes = fixture("postqueue-j-mixed.jsonl", &length);

	(void)state;
	assert_int_equal(read_all(&seen, bytes, length, length), 0);
	assert_int_equal(seen.mails, 15);
	assert_int_equal(seen.recipients, 19);
	assert_non_null(strstr(text_get(&seen.words), "active 58251A72932 1795146704 267 0 j\xc3\xbcrgen@ex\xc3\xa4mple.org <b\xc3\xbc" "cher@example.com|->\n"));
	assert_non_null(strstr(text_get(&seen.words), "<\"quo\\\"te and\\\\back\"@example.com|->\n"));
	assert_non_null(strstr(text_get(&seen.words), "active 3E623A72923 1795146687 252 0 MAILER-DAEMON <nullsender@example.com|->\n"));
	free(bytes);
	seen_clear(&seen);
	bytes = fixture("postqueue-j-hold.out", &length);
	assert_int_equal(read_all(&seen, bytes, length, length), 0);
	assert_non_null(strstr(text_get(&seen.words), "deferred 3CA12A728A4 1795146648 273 1 cli@example.org "
		"<d@example.com|connect to 127.0.0.1[127.0.0.1]:24999: Connection refused>\n"));
	free(bytes);
	seen_clear(&seen);
}

static void pieces_of_every_size(void **state)
{
	(void)state;
	for (size_t f = 0; f < FIXTURES; f++) {
		struct seen whole = { 0 }, parted = { 0 };
		size_t length;
		char *bytes = fixture(fixtures[f], &length);

		assert_int_equal(read_all(&whole, bytes, length, length), 0);
		for (size_t piece = 1; piece < 300; piece++) {
			assert_int_equal(read_all(&parted, bytes, length, piece), 0);
			assert_string_equal(text_get(&parted.words), text_get(&whole.words));
			seen_clear(&parted);
		}
		seen_clear(&whole);
		free(bytes);
	}
}

static void cut_at_every_byte(void **state)
{
	(void)state;
	for (size_t f = 0; f < FIXTURES; f++) {
		struct seen whole = { 0 }, cut = { 0 };
		size_t length, lines = 0;
		char *bytes = fixture(fixtures[f], &length);

		read_all(&whole, bytes, length, length);
		for (size_t end = 0; end < length; end++) {
			bool between = end == 0 || bytes[end - 1] == '\n', closed = end > 0 && bytes[end] == '\n';
			uint64_t malformed = read_all(&cut, bytes, end, 4096);

			assert_int_equal(malformed, between || closed ? 0 : 1);
			assert_int_equal(cut.mails, lines + closed);
			assert_memory_equal(text_get(&cut.words), text_get(&whole.words), cut.words.length);
			lines += bytes[end] == '\n';
			seen_clear(&cut);
		}
		seen_clear(&whole);
		free(bytes);
	}
}

/* A turned bit may change what a mail says, or lose it, or break a line in two; it never touches another line. */
static void every_bit_turned(void **state)
{
	(void)state;
	for (size_t f = 0; f < FIXTURES; f++) {
		struct seen whole = { 0 }, turned = { 0 };
		size_t length;
		char *bytes = fixture(fixtures[f], &length);

		read_all(&whole, bytes, length, length);
		for (size_t bit = 0; bit < length * 8; bit++) {
			uint64_t malformed;

			bytes[bit / 8] ^= (char)(1 << bit % 8);
			malformed = read_all(&turned, bytes, length, 4096);
			assert_true(turned.mails + 2 >= whole.mails && turned.mails <= whole.mails);
			assert_true(malformed <= 2 && turned.mails + malformed + 1 >= whole.mails);
			bytes[bit / 8] ^= (char)(1 << bit % 8);
			seen_clear(&turned);
		}
		seen_clear(&whole);
		free(bytes);
	}
}

#define HEAD "{\"queue_name\": \"hold\", \"queue_id\": \"4F1A2B\", \"arrival_time\": 17, \"message_size\": 5, "
#define TAIL "\"sender\": \"a@b\", \"recipients\": [{\"address\": \"c@d\"}]}\n"

static const struct { const char *line; size_t mails; uint64_t malformed; const char *words; } lines[] = {
	{ "", 0, 0, "" },
	{ "\n\n \n", 0, 0, "" },
	{ HEAD TAIL, 1, 0, "hold 4F1A2B 17 5 0 a@b <c@d|->\n" },
	{ HEAD "\"new\": {\"a\": [1, 2.5e3, {\"address\": \"no\"}, null, true], \"b\": \"x\"}, " TAIL, 1, 0, "hold 4F1A2B 17 5 0 a@b <c@d|->\n" },
	{ HEAD "\"sender\": \"\", \"recipients\": []}\n", 1, 0, "hold 4F1A2B 17 5 0 MAILER-DAEMON\n" },
	{ HEAD "\"forced_expire\": true}", 1, 0, "hold 4F1A2B 17 5 1 MAILER-DAEMON\n" },
	{ HEAD "\"sender\": \"\\u00fc\\ud83d\\udceb\\u0000\\ud83dx\\u20ac\\/\\t\"}", 1, 0,
	  "hold 4F1A2B 17 5 0 \xc3\xbc\xf0\x9f\x93\xab\xef\xbf\xbd\xef\xbf\xbdx\xe2\x82\xac/\t\n" },
	{ HEAD "\"sender\": \"\xff\xfe\"}", 1, 0, "hold 4F1A2B 17 5 0 \xff\xfe\n" },
	{ HEAD "\"recipients\": [{\"delay_reason\": \"why\", \"address\": \"c@d\", \"more\": 1}]}", 1, 0, "hold 4F1A2B 17 5 0 MAILER-DAEMON <c@d|why>\n" },
	{ HEAD "\"recipients\": [{\"delay_reason\": \"why\"}]}", 0, 1, "" },
	{ HEAD "\"recipients\": [", 0, 1, "" },
	{ "{\"queue_name\": \"corrupt\", \"queue_id\": \"4F1A2B\", \"arrival_time\": 17}\n", 0, 1, "" },
	{ "{\"queue_name\": \"hold\", \"queue_id\": \"4F1/2B\", \"arrival_time\": 17}\n", 0, 1, "" },
	{ "{\"queue_name\": \"hold\", \"queue_id\": \"\", \"arrival_time\": 17}\n", 0, 1, "" },
	{ "{\"queue_name\": \"hold\", \"queue_id\": \"4F1A2B\"}\n", 0, 1, "" },
	{ "{\"queue_name\": \"hold\", \"queue_id\": \"4F1A2B\", \"arrival_time\": -1}\n", 0, 1, "" },
	{ "{\"queue_name\": \"hold\", \"queue_id\": \"4F1A2B\", \"arrival_time\": 1.5}\n", 0, 1, "" },
	{ "{\"queue_name\": \"hold\", \"queue_id\": \"4F1A2B\", \"arrival_time\": 1234567890123456789}\n", 0, 1, "" },
	{ "{}\n[]\n42\n\"x\"\n{\"a\"}\n{\"a\":1,}\n", 0, 6, "" },
	{ "postqueue: warning: nothing of ours\n" HEAD TAIL "Mail queue is empty\n", 1, 2, "hold 4F1A2B 17 5 0 a@b <c@d|->\n" },
	{ "{\"a\": [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}\n" HEAD TAIL, 1, 1, "hold 4F1A2B 17 5 0 a@b <c@d|->\n" },
	{ HEAD "\"recipients\": {\"address\": \"x\"}}\n", 1, 0, "hold 4F1A2B 17 5 0 MAILER-DAEMON\n" },
};

static void odd_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct seen seen = { 0 };

		assert_int_equal(read_words(&seen, lines[i].line), lines[i].malformed);
		assert_int_equal(seen.mails, lines[i].mails);
		assert_string_equal(text_get(&seen.words), lines[i].words);
		seen_clear(&seen);
	}
}

/* A mail to five thousand comes in parts, with none lost, and the reader holds no more than for one part. */
static void many_recipients(void **state)
{
	struct text line = { 0 };
	struct seen seen = { 0 };

	(void)state;
	text_add(&line, HEAD "\"recipients\": [");
	for (int i = 0; i < 5000; i++)
		text_addf(&line, "%s{\"address\": \"person%d@example.com\", \"delay_reason\": \"%0300d\"}", i ? ", " : "", i, i);
	text_add(&line, "]}\n" HEAD TAIL);
	assert_int_equal(read_all(&seen, line.bytes, line.length, 1000), 0);
	assert_int_equal(seen.mails, 2);
	assert_int_equal(seen.recipients, 5001);
	assert_true(seen.parts > 10 && seen.parts < 30);
	seen_clear(&seen);
	/* The line breaks far behind: its first parts were told, the mail is malformed, the next one is whole. */
	text_clear(&line);
	text_add(&line, HEAD "\"recipients\": [");
	for (int i = 0; i < 600; i++)
		text_addf(&line, "{\"address\": \"person%d@example.com\"}, ", i);
	text_add(&line, "\n" HEAD TAIL);
	assert_int_equal(read_all(&seen, line.bytes, line.length, 1000), 1);
	assert_int_equal(seen.mails, 2);
	assert_int_equal(seen.recipients, 513);
	seen_clear(&seen);
	/* Texts longer than any that is allowed are cut, and cost nothing. */
	text_clear(&line);
	text_addf(&line, HEAD "\"sender\": \"%05000d\", \"%05000d\": \"\", \"recipients\": [{\"address\": \"%05000d\"}]}\n", 1, 2, 3);
	assert_int_equal(read_all(&seen, line.bytes, line.length, 1000), 0);
	assert_int_equal(seen.recipients, 1);
	assert_int_equal(seen.words.length, strlen("hold 4F1A2B 17 5 0  <|->\n") + 2 * 1023);
	seen_clear(&seen);
	text_free(&line);
}

static const struct { const char *address, *domain; } domains[] = {
	{ "anna@Example.COM", "example.com" }, { "\"odd @ name\"@example.org", "example.org" }, { "MAILER-DAEMON", "mailer-daemon" },
	{ "root", "root" }, { "a@b.", "b" }, { "a@.b..c.", "b.c" }, { "a@", "a@" }, { "a@[203.0.113.7]", "[203.0.113.7]" },
	{ "", "" }, { "a@B\xc3\x9c" "CHER.example", "b\xc3\x9c" "cher.example" }, { "a@.", "." },
};

static void domains_as_qshape(void **state)
{
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(domains) / sizeof(*domains); i++) {
		queue_domain(domains[i].address, out, sizeof(out));
		assert_string_equal(out, domains[i].domain);
	}
	queue_domain("a@example.com", out, 5);
	assert_string_equal(out, "exam");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_listings),
		cmocka_unit_test(pieces_of_every_size),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(every_bit_turned),
		cmocka_unit_test(odd_lines),
		cmocka_unit_test(many_recipients),
		cmocka_unit_test(domains_as_qshape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
