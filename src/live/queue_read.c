/*
 * queue_read: a reader of JSON lines that is fed bytes and holds one mail.
 *
 * A machine over single bytes with a small stack for what is nested; only the
 * fields of postqueue(1) are kept, others are read over, so a newer Postfix
 * may add some.  A raw line end is never part of JSON as postqueue writes it:
 * wherever one comes the line is over, which is how the reader finds its feet
 * again.  It is more lenient than JSON where nothing hangs on it (bytes that
 * are no UTF-8, odd numbers in unknown fields).  One thread at a time.
 */
#include "live/queue_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum {
	TEXT_SIZE = 1024,        /* of an address, a reason: RFC 5321 allows 254 and 512 */
	STORE_SIZE = 128 * 1024, /* texts of the recipients of a part */
	PART_MOST = 512,         /* recipients of a part */
	DEPTH_MOST = 12          /* postqueue nests three deep */
};

enum state { LINE_START, KEY_OR_END, KEY, COLON, VALUE_OR_END, VALUE, STRING, ESCAPE, HEX, NUMBER, WORD, AFTER, LINE_END, SKIP };
enum name { OTHER, QUEUE_NAME, QUEUE_ID, ARRIVAL_TIME, MESSAGE_SIZE, FORCED_EXPIRE, SENDER, RECIPIENTS, ADDRESS, DELAY_REASON };

static const struct { const char *word; enum name name; unsigned depth; } names[] = {
	{ "queue_name", QUEUE_NAME, 1 }, { "queue_id", QUEUE_ID, 1 }, { "arrival_time", ARRIVAL_TIME, 1 },
	{ "message_size", MESSAGE_SIZE, 1 }, { "forced_expire", FORCED_EXPIRE, 1 }, { "sender", SENDER, 1 },
	{ "recipients", RECIPIENTS, 1 }, { "address", ADDRESS, 3 }, { "delay_reason", DELAY_REASON, 3 },
};

struct slot { char bytes[TEXT_SIZE]; size_t length; bool set; };

struct queue_reader {
	queue_take *take;
	void *context;
	uint64_t malformed;

	enum state state;
	unsigned depth;
	bool array[DEPTH_MOST];            /* what is open at depth 1.. is an array */
	enum name at[DEPTH_MOST];          /* key whose value is being read, per depth */
	bool in_key;
	struct slot key, word;
	struct slot *text;                 /* where the string goes; NULL: nowhere */
	uint32_t code, high;               /* of \uXXXX; first half of a pair */
	unsigned digits;

	struct slot queue, id, sender, address, reason;
	struct queue_mail mail;
	bool has_arrival;
	struct queue_recipient recipients[PART_MOST];
	char store[STORE_SIZE];
	size_t used;
};

static const char *const words[QUEUES] = { "maildrop", "active", "incoming", "deferred", "hold" };

const char *queue_name_word(enum queue_name queue)
{
	return words[queue];
}

bool queue_name_find(const char *word, enum queue_name *queue)
{
	for (unsigned i = 0; i < QUEUES; i++)
		if (!strcmp(words[i], word)) {
			*queue = (enum queue_name)i;
			return true;
		}
	return false;
}

void queue_domain(const char *address, char *out, size_t size)
{
	const char *at = strrchr(address, '@'), *from = at && at[1] ? at + 1 : address;
	size_t length = 0;

	/* "x@" stays what it is: an empty name would say less. */
	if (*from == '.' && from[1])
		from++;
	for (; *from && length + 1 < size; from++)
		if (*from != '.' || from[1] != '.')
			out[length++] = text_lower_letter(*from);
	if (length > 1 && out[length - 1] == '.')
		length--;
	out[length] = '\0';
}

struct queue_reader *queue_reader_new(queue_take *take, void *context)
{
	struct queue_reader *reader = memory_new(sizeof(*reader));

	reader->take = take;
	reader->context = context;
	return reader;
}

void queue_reader_free(struct queue_reader *reader)
{
	free(reader);
}

uint64_t queue_reader_malformed(const struct queue_reader *reader)
{
	return reader->malformed;
}

/* --- the mail at hand ------------------------------------------------------------------------ */

static void slot_clear(struct slot *slot)
{
	slot->length = 0;
	slot->bytes[0] = '\0';
	slot->set = false;
}

static void slot_add(struct slot *slot, const char *bytes, size_t length)
{
	if (length > TEXT_SIZE - 1 - slot->length)
		length = TEXT_SIZE - 1 - slot->length;
	memcpy(slot->bytes + slot->length, bytes, length);
	slot->length += length;
	slot->bytes[slot->length] = '\0';
}

static void begin_line(struct queue_reader *reader)
{
	reader->depth = 0;
	slot_clear(&reader->queue);
	slot_clear(&reader->id);
	slot_clear(&reader->sender);
	memset(&reader->mail, 0, sizeof(reader->mail));
	reader->mail.first = true;
	reader->has_arrival = false;
	reader->used = 0;
}

static void malformed(struct queue_reader *reader)
{
	reader->malformed++;
	reader->state = SKIP;
}

static bool is_id(const char *id)
{
	const char *at = id;

	for (; *at; at++)
		if (!((*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z')))
			return false;
	return at != id && at - id < 64;
}

/* Tells what is there of the mail; false where it is none. */
static bool tell(struct queue_reader *reader, bool last)
{
	struct queue_mail *mail = &reader->mail;

	if (!reader->has_arrival || !is_id(reader->id.bytes) || !queue_name_find(reader->queue.bytes, &mail->queue))
		return false;
	mail->id = reader->id.bytes;
	mail->sender = reader->sender.length ? reader->sender.bytes : "MAILER-DAEMON";
	mail->recipients = reader->recipients;
	mail->last = last;
	reader->take(reader->context, mail);
	mail->first = false;
	mail->count = 0;
	reader->used = 0;
	return true;
}

static const char *stored(struct queue_reader *reader, const struct slot *slot)
{
	char *at = reader->store + reader->used;

	memcpy(at, slot->bytes, slot->length + 1);
	reader->used += slot->length + 1;
	return at;
}

/* The object of a recipient is closed; false where the mail must be told but cannot. */
static bool recipient_ends(struct queue_reader *reader)
{
	struct queue_recipient *recipient;

	if (!reader->address.set)
		return false;
	if ((reader->mail.count == PART_MOST || reader->used + 2 * TEXT_SIZE > STORE_SIZE) && !tell(reader, false))
		return false;
	recipient = &reader->recipients[reader->mail.count++];
	recipient->address = stored(reader, &reader->address);
	recipient->reason = reader->reason.length ? stored(reader, &reader->reason) : NULL;
	return true;
}

/* --- values ------------------------------------------------------------------------------------ */

/* Recipients are objects in the array of that name, at depth 3. */
static bool in_recipient(const struct queue_reader *reader)
{
	return reader->depth == 3 && reader->at[1] == RECIPIENTS && reader->array[2];
}

static void key_ends(struct queue_reader *reader)
{
	enum name name = OTHER;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].depth == reader->depth && !strcmp(names[i].word, reader->key.bytes))
			name = names[i].name;
	if (reader->depth == 3 && !in_recipient(reader))
		name = OTHER;
	reader->at[reader->depth] = name;
	reader->state = COLON;
}

static struct slot *slot_for(struct queue_reader *reader)
{
	if (reader->array[reader->depth])
		return NULL;
	switch (reader->at[reader->depth]) {
	case QUEUE_NAME: return &reader->queue;
	case QUEUE_ID: return &reader->id;
	case SENDER: return &reader->sender;
	case ADDRESS: return &reader->address;
	case DELAY_REASON: return &reader->reason;
	default: return NULL;
	}
}

static void string_begins(struct queue_reader *reader, bool key)
{
	reader->in_key = key;
	reader->text = key ? &reader->key : slot_for(reader);
	reader->high = 0;
	reader->state = STRING;
	if (reader->text) {
		slot_clear(reader->text);
		reader->text->set = true;
	}
}

/* A number or a word is over; false where a field of ours has a value that it cannot have. */
static bool scalar_ends(struct queue_reader *reader)
{
	enum name name = reader->array[reader->depth] ? OTHER : reader->at[reader->depth];
	const char *word = reader->word.bytes;
	uint64_t number = 0;

	if (reader->state == WORD) {
		if (name == FORCED_EXPIRE)
			reader->mail.expired = !strcmp(word, "true");
		return !strcmp(word, "true") || !strcmp(word, "false") || !strcmp(word, "null");
	}
	if (name != ARRIVAL_TIME && name != MESSAGE_SIZE)
		return true;
	/* Eighteen digits are less than 2^63. */
	if (reader->word.length > 18 || strspn(word, "0123456789") != reader->word.length)
		return false;
	for (; *word; word++)
		number = number * 10 + (uint64_t)(*word - '0');
	if (name == MESSAGE_SIZE) {
		reader->mail.size = number;
	} else {
		reader->mail.arrival = (int64_t)number;
		reader->has_arrival = true;
	}
	return true;
}

static bool opens(struct queue_reader *reader, bool array)
{
	if (reader->depth + 1 >= DEPTH_MOST)
		return false;
	reader->depth++;
	reader->array[reader->depth] = array;
	reader->at[reader->depth] = OTHER;
	if (in_recipient(reader) && !array) {
		slot_clear(&reader->address);
		slot_clear(&reader->reason);
	}
	reader->state = array ? VALUE_OR_END : KEY_OR_END;
	return true;
}

static bool closes(struct queue_reader *reader, bool array)
{
	if (reader->array[reader->depth] != array || (!array && in_recipient(reader) && !recipient_ends(reader)))
		return false;
	reader->depth--;
	reader->state = reader->depth ? AFTER : LINE_END;
	return reader->depth || tell(reader, true);
}

static bool value_begins(struct queue_reader *reader, char c)
{
	if (c == '{' || c == '[')
		return opens(reader, c == '[');
	if (c == '"') {
		string_begins(reader, false);
		return true;
	}
	slot_clear(&reader->word);
	slot_add(&reader->word, &c, 1);
	reader->state = c == '-' || (c >= '0' && c <= '9') ? NUMBER : WORD;
	return reader->state == NUMBER || (c >= 'a' && c <= 'z');
}

/* --- strings ------------------------------------------------------------------------------------- */

static void put_code(struct queue_reader *reader, uint32_t code)
{
	char bytes[4];

	/* Texts end at a zero, so that one becomes the sign for what cannot be shown, as do halves of pairs. */
	if (reader->text)
		slot_add(reader->text, bytes, utf8_encode(code && (code < 0xD800 || code > 0xDFFF) ? code : 0xFFFD, bytes));
}

/* A first half that is not followed by its second. */
static void flush_half(struct queue_reader *reader)
{
	if (reader->high)
		put_code(reader, 0xFFFD);
	reader->high = 0;
}

static bool escape(struct queue_reader *reader, char c)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = strchr(from, c);

	if (c == 'u') {
		reader->code = reader->digits = 0;
		reader->state = HEX;
		return true;
	}
	if (!c || !at)
		return false;
	flush_half(reader);
	put_code(reader, (unsigned char)to[at - from]);
	reader->state = STRING;
	return true;
}

static bool hex(struct queue_reader *reader, char c)
{
	int digit = text_hex_digit(c);
	uint32_t code;

	if (digit < 0)
		return false;
	reader->code = reader->code << 4 | (unsigned)digit;
	if (++reader->digits < 4)
		return true;
	reader->state = STRING;
	code = reader->code;
	if (reader->high && code >= 0xDC00 && code <= 0xDFFF) {
		put_code(reader, 0x10000 + ((reader->high - 0xD800) << 10) + (code - 0xDC00));
		reader->high = 0;
		return true;
	}
	flush_half(reader);
	if (code >= 0xD800 && code <= 0xDBFF)
		reader->high = code;
	else
		put_code(reader, code);
	return true;
}

/* Takes the plain run of a string at once; returns how many bytes it took. */
static size_t string_run(struct queue_reader *reader, const char *bytes, size_t length)
{
	size_t run = 0;

	while (run < length && bytes[run] != '"' && bytes[run] != '\\' && (unsigned char)bytes[run] >= 0x20)
		run++;
	if (run) {
		flush_half(reader);
		if (reader->text)
			slot_add(reader->text, bytes, run);
	}
	return run;
}

static bool string_special(struct queue_reader *reader, char c)
{
	if (c == '\\') {
		reader->state = ESCAPE;
		return true;
	}
	if (c != '"')
		return false;
	flush_half(reader);
	if (reader->in_key)
		key_ends(reader);
	else
		reader->state = AFTER;
	return true;
}

/* --- the machine ------------------------------------------------------------------------------------ */

static bool after(struct queue_reader *reader, char c)
{
	if (c == ',') {
		reader->state = reader->array[reader->depth] ? VALUE : KEY;
		return true;
	}
	return (c == '}' || c == ']') && closes(reader, c == ']');
}

static bool key(struct queue_reader *reader, char c)
{
	if (c == '}' && reader->state == KEY_OR_END)
		return closes(reader, false);
	if (c != '"')
		return false;
	string_begins(reader, true);
	return true;
}

static bool scalar(struct queue_reader *reader, char c)
{
	const char *more = reader->state == WORD ? "aeflnrstu" : "0123456789+-.eE";

	if (c && strchr(more, c)) {
		slot_add(&reader->word, &c, 1);
		return true;
	}
	if (!scalar_ends(reader))
		return false;
	reader->state = AFTER;
	return c == ' ' || c == '\t' || c == '\r' || after(reader, c);
}

/* One byte that is no line end; false: the line is malformed. */
static bool step(struct queue_reader *reader, char c)
{
	bool blank = c == ' ' || c == '\t' || c == '\r';

	switch (reader->state) {
	case STRING: return string_special(reader, c);
	case ESCAPE: return escape(reader, c);
	case HEX: return hex(reader, c);
	case NUMBER: case WORD: return scalar(reader, c);
	case SKIP: return true;
	default: break;
	}
	if (blank)
		return true;
	switch (reader->state) {
	case LINE_START:
		begin_line(reader);
		return c == '{' && opens(reader, false);
	case KEY_OR_END: case KEY: return key(reader, c);
	case COLON:
		reader->state = VALUE;
		return c == ':';
	case VALUE_OR_END:
		if (c == ']')
			return closes(reader, true);
		return value_begins(reader, c);
	case VALUE: return value_begins(reader, c);
	case AFTER: return after(reader, c);
	default: return false;
	}
}

static void line_ends(struct queue_reader *reader)
{
	if (reader->state != LINE_START && reader->state != LINE_END && reader->state != SKIP)
		reader->malformed++;
	reader->state = LINE_START;
}

void queue_reader_feed(struct queue_reader *reader, const char *bytes, size_t length)
{
	const char *end = bytes + length, *line;

	while (bytes < end) {
		if (reader->state == SKIP) {
			line = memchr(bytes, '\n', (size_t)(end - bytes));
			bytes = line ? line : end;
		} else if (reader->state == STRING) {
			bytes += string_run(reader, bytes, (size_t)(end - bytes));
		}
		if (bytes == end)
			return;
		if (*bytes == '\n')
			line_ends(reader);
		else if (!step(reader, *bytes))
			malformed(reader);
		bytes++;
	}
}

void queue_reader_end(struct queue_reader *reader)
{
	line_ends(reader);
}
