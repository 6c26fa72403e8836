/*
 * keys: decodes raw terminal bytes.
 *
 * One state per place inside a sequence; every byte moves it once.  What is
 * not understood is swallowed to its end by the grammar of ECMA-48.  Never fails.  Loop thread.
 */
#include "ui/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/keys_private.h"

#define ESCAPE_MS 50
#define ESCAPE_LEAST_MS 10
#define ESCAPE_MOST_MS 500
#define LATE_REST_MS 500       /* a `[` or `O` this soon after a lone Esc is the rest of a sequence */
#define SEQUENCE_MS 1000       /* a sequence whose next byte takes longer is given up */
#define PASTE_MS 5000          /* so is the end of a paste */
#define PASTE_MOST 65536

enum state {
	GROUND,
	ESCAPE,                /* after ESC */
	CSI, SS3,              /* after ESC [ and ESC O */
	CSI_LINUX,             /* after ESC [ [ : F1..F5 of the Linux console */
	MOUSE,                 /* after ESC [ M : three bytes follow */
	STRING,                /* OSC, DCS, APC, PM, SOS: until ST */
	STRING_ESCAPE,         /* ESC inside such a string */
	CHARACTER,             /* inside a UTF-8 character */
	PASTE                  /* between ESC [ 200 ~ and ESC [ 201 ~ */
};

struct keys {
	struct key_queue queue;
	enum state state;
	int64_t due;                   /* when the state ends for want of bytes; -1: never */
	int64_t late_until;            /* a late rest is swallowed before this */
	unsigned escape_ms;
	bool swallow;                  /* CSI, SS3: the rest of an Esc that was delivered */
	bool alt;                      /* an ESC stands before the ESC or the character */
	bool eight_bit;                /* STRING: begun by a C1 byte, so the C1 byte ends it */
	bool bell;                     /* STRING: an OSC, which BEL ends too */
	unsigned left;                 /* MOUSE: bytes still to come */
	unsigned parameter[SEQUENCE_PARAMETERS], parameters;
	bool mouse;                    /* reports of the mouse were asked for */
	bool report;                   /* CSI: begun as such a report */
	bool odd;                      /* CSI: private or intermediate bytes: no key of ours */
	bool dollar;                   /* CSI: the last byte was `$`, which rxvt ends a sequence with */
	char character[4];
	size_t character_length;
	struct text paste;
	size_t paste_matched;          /* bytes of the end mark seen */
	bool paste_cut;
};

static const char paste_end[] = "\033[201~";

/* --- delivering ------------------------------------------------------------------ */

static void press(struct keys *keys, enum key_kind kind, uint32_t code, unsigned modifiers, int64_t now)
{
	struct key key = { .kind = kind, .code = code, .modifiers = modifiers };

	keys->late_until = -1;
	key_queue_add(&keys->queue, &key, NULL, now);
}

static void press_escape(struct keys *keys, int64_t now)
{
	press(keys, KEY_KIND_NAMED, NAMED_ESC, 0, now);
}

static void enter(struct keys *keys, enum state state, int64_t due)
{
	keys->state = state;
	keys->due = due;
}

static void ground(struct keys *keys)
{
	enter(keys, GROUND, -1);
	keys->alt = false;
	keys->swallow = false;
}

/* --- finished sequences ---------------------------------------------------------------- */

static void begin_paste(struct keys *keys, int64_t now)
{
	text_clear(&keys->paste);
	keys->paste_matched = 0;
	keys->paste_cut = false;
	keys->alt = false;
	enter(keys, PASTE, now + PASTE_MS);
}

/* Left button down and the wheel; moving, dragging, releasing and the other buttons mean nothing here. */
static void finish_report(struct keys *keys, unsigned char final, int64_t now)
{
	struct key key = { .kind = KEY_KIND_MOUSE };

	if (keys->swallow || keys->odd || final != 'M' || keys->parameters != 3 || !keys->parameter[1] || !keys->parameter[2]
			|| !mouse_deed(keys->parameter[0], &key.code)) {
		ground(keys);
		return;
	}
	key.column = (int)keys->parameter[1] - 1;
	key.row = (int)keys->parameter[2] - 1;
	keys->late_until = -1;
	key_queue_add(&keys->queue, &key, NULL, now);
	ground(keys);
}

static void finish_csi(struct keys *keys, unsigned char final, int64_t now)
{
	struct key key;

	if (keys->report) {
		finish_report(keys, final, now);
		return;
	}
	if (keys->swallow || keys->odd) {
		ground(keys);
		return;
	}
	if (final == '~' && keys->parameters == 1 && keys->parameter[0] == 200) {
		begin_paste(keys, now);
		return;
	}
	if (!key_of_csi(final, keys->parameter, keys->parameters, &key)) {
		ground(keys);
		return;
	}
	press(keys, key.kind, key.code, key.modifiers | (keys->alt ? WITH_ALT : 0), now);
	ground(keys);
}

static void finish_ss3(struct keys *keys, unsigned char final, int64_t now)
{
	struct key key;

	if (keys->swallow || keys->odd || !key_of_ss3(final, keys->parameter, keys->parameters, &key)) {
		ground(keys);
		return;
	}
	press(keys, key.kind, key.code, key.modifiers | (keys->alt ? WITH_ALT : 0), now);
	ground(keys);
}

/* --- bytes, one state each ----------------------------------------------------------- */

static void begin_sequence(struct keys *keys, enum state state, int64_t now)
{
	memset(keys->parameter, 0, sizeof(keys->parameter));
	keys->parameters = 0;
	keys->odd = keys->dollar = keys->report = false;
	enter(keys, state, now + SEQUENCE_MS);
}

static void begin_string(struct keys *keys, bool eight_bit, bool bell, int64_t now)
{
	keys->eight_bit = eight_bit;
	keys->bell = bell;
	enter(keys, STRING, now + SEQUENCE_MS);
}

/* A control of the upper range: an introducer in one byte, or nothing we know. */
static void upper_control(struct keys *keys, uint32_t code, int64_t now)
{
	keys->alt = false;
	switch (code) {
	case 0x9b:
		begin_sequence(keys, CSI, now);
		break;
	case 0x8f:
		begin_sequence(keys, SS3, now);
		break;
	case 0x90: case 0x98: case 0x9d: case 0x9e: case 0x9f:
		begin_string(keys, true, code == 0x9d, now);
		break;
	default:
		ground(keys);
	}
}

static void control_key(struct keys *keys, unsigned char byte, int64_t now)
{
	unsigned modifiers = keys->alt ? WITH_ALT : 0;

	switch (byte) {
	case '\r': case '\n':
		press(keys, KEY_KIND_NAMED, NAMED_ENTER, modifiers, now);
		break;
	case '\t':
		press(keys, KEY_KIND_NAMED, NAMED_TAB, modifiers, now);
		break;
	case '\b': case 0x7f:
		press(keys, KEY_KIND_NAMED, NAMED_BACKSPACE, modifiers, now);
		break;
	case 0:
		press(keys, KEY_KIND_TEXT, ' ', modifiers | WITH_CTRL, now);
		break;
	default:
		press(keys, KEY_KIND_TEXT, byte + (byte < 27 ? 'a' - 1u : '@' + 0u), modifiers | WITH_CTRL, now);
	}
	ground(keys);
}

static void on_ground(struct keys *keys, unsigned char byte, int64_t now)
{
	if (byte == 033) {
		keys->alt = false;
		enter(keys, ESCAPE, now + keys->escape_ms);
	} else if ((byte == '[' || byte == 'O') && !keys->alt && now <= keys->late_until) {
		keys->late_until = -1;
		keys->swallow = true;
		begin_sequence(keys, byte == '[' ? CSI : SS3, now);
	} else if (byte < 32 || byte == 0x7f) {
		control_key(keys, byte, now);
	} else if (byte < 0x7f) {
		press(keys, KEY_KIND_TEXT, byte, keys->alt ? WITH_ALT : 0, now);
		ground(keys);
	} else if (byte < 0xa0) {
		upper_control(keys, byte, now);
	} else {
		keys->character[0] = (char)byte;
		keys->character_length = 1;
		enter(keys, CHARACTER, now + SEQUENCE_MS);
	}
}

static void on_escape(struct keys *keys, unsigned char byte, int64_t now)
{
	switch (byte) {
	case 033:
		/* Either Esc twice, or a terminal's way to say Alt with a sequence. */
		if (keys->alt)
			press_escape(keys, now);
		keys->alt = true;
		enter(keys, ESCAPE, now + keys->escape_ms);
		return;
	case '[':
		begin_sequence(keys, CSI, now);
		return;
	case 'O':
		begin_sequence(keys, SS3, now);
		return;
	case 'P': case 'X': case '^': case '_': case ']':
		keys->alt = false;
		begin_string(keys, false, byte == ']', now);
		return;
	}
	if (keys->alt)
		press_escape(keys, now);
	if (byte >= '0' && byte <= '9') {
		press(keys, KEY_KIND_NAMED, NAMED_F1 + (byte == '0' ? 9u : byte - 49u), 0, now);
		ground(keys);
		return;
	}
	keys->alt = true;
	enter(keys, GROUND, -1);
	on_ground(keys, byte, now);
}

static void add_parameter(struct keys *keys, unsigned char byte)
{
	unsigned *last;

	if (keys->parameters == 0)
		keys->parameters = 1;
	if (byte == ';' && keys->parameters++ > SEQUENCE_PARAMETERS - 1)
		keys->odd = true;
	if (byte == ';' || keys->parameters > SEQUENCE_PARAMETERS)
		return;
	last = &keys->parameter[keys->parameters - 1];
	if (*last < 10000)
		*last = *last * 10 + (byte - '0');
}

/* True where the byte was dealt with: it ends or restarts any sequence. */
static bool breaks_off(struct keys *keys, unsigned char byte, int64_t now)
{
	if (byte == 033) {
		ground(keys);
		enter(keys, ESCAPE, now + keys->escape_ms);
		return true;
	}
	if (byte == 030 || byte == 032) {
		ground(keys);
		return true;
	}
	if (byte == 3) {
		/* Ctrl-C gets out of everything. */
		ground(keys);
		control_key(keys, byte, now);
		return true;
	}
	return false;
}

static void on_csi(struct keys *keys, unsigned char byte, int64_t now)
{
	if (breaks_off(keys, byte, now))
		return;
	keys->due = now + SEQUENCE_MS;
	keys->odd = keys->odd || keys->dollar;
	keys->dollar = false;
	if ((byte >= '0' && byte <= '9') || byte == ';') {
		add_parameter(keys, byte);
	} else if (byte == '$' && keys->parameters) {
		keys->dollar = true;
		keys->due = now + keys->escape_ms;
	} else if (byte == '<' && keys->mouse && !keys->parameters && !keys->odd && !keys->report) {
		keys->report = true;
	} else if (byte >= 0x20 && byte < 0x40) {
		keys->odd = true;
	} else if (byte == '[' && !keys->parameters && !keys->odd) {
		enter(keys, CSI_LINUX, now + SEQUENCE_MS);
	} else if (byte == 'M' && !keys->parameters && !keys->odd && !keys->report) {
		keys->left = 3;
		enter(keys, MOUSE, now + SEQUENCE_MS);
	} else if (byte >= 0x40 && byte < 0x7f) {
		finish_csi(keys, byte, now);
	} else if (byte >= 0x80) {
		ground(keys);
	}
}

static void on_csi_linux(struct keys *keys, unsigned char byte, int64_t now)
{
	if (breaks_off(keys, byte, now))
		return;
	if (byte >= 'A' && byte <= 'E' && !keys->swallow) {
		press(keys, KEY_KIND_NAMED, NAMED_F1 + byte - 'A', keys->alt ? WITH_ALT : 0, now);
		ground(keys);
	} else {
		ground(keys);
	}
}

static void on_ss3(struct keys *keys, unsigned char byte, int64_t now)
{
	if (breaks_off(keys, byte, now))
		return;
	keys->due = now + SEQUENCE_MS;
	if ((byte >= '0' && byte <= '9') || byte == ';')
		add_parameter(keys, byte);
	else if (byte >= 0x20)
		finish_ss3(keys, byte, now);
}

static void on_string(struct keys *keys, unsigned char byte, int64_t now)
{
	if (byte == 033) {
		enter(keys, STRING_ESCAPE, now + SEQUENCE_MS);
		return;
	}
	if (breaks_off(keys, byte, now))
		return;
	keys->due = now + SEQUENCE_MS;
	if ((byte == 7 && keys->bell) || (byte == 0x9c && keys->eight_bit))
		ground(keys);
}

static void on_string_escape(struct keys *keys, unsigned char byte, int64_t now)
{
	ground(keys);
	if (byte == '\\')
		return;
	/* The string broke off and something else begins. */
	enter(keys, ESCAPE, now + keys->escape_ms);
	on_escape(keys, byte, now);
}

static void on_character(struct keys *keys, unsigned char byte, int64_t now)
{
	unsigned char lead = (unsigned char)keys->character[0];
	size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
	bool alt = keys->alt;
	uint32_t code;

	if ((byte & 0xc0) != 0x80) {
		ground(keys);
		on_ground(keys, byte, now);
		return;
	}
	keys->character[keys->character_length++] = (char)byte;
	if (keys->character_length < wanted)
		return;
	if (utf8_decode(keys->character, wanted, &code) != wanted) {
		ground(keys);
		return;
	}
	ground(keys);
	if (code < 0xa0)
		upper_control(keys, code, now);
	else
		press(keys, KEY_KIND_TEXT, code, alt ? WITH_ALT : 0, now);
}

/* --- bracketed paste -------------------------------------------------------------------- */

static void paste_add(struct keys *keys, const char *bytes, size_t length)
{
	size_t room = keys->queue.paste_most - keys->paste.length;

	if (length > room) {
		keys->paste_cut = true;
		length = room;
	}
	if (length)
		text_add_bytes(&keys->paste, bytes, length);
}

/* Terminals send line ends as CR, files as LF or both. */
static size_t line_ends(char *bytes, size_t length)
{
	size_t from, to = 0;

	for (from = 0; from < length; from++) {
		if (bytes[from] == '\r') {
			bytes[to++] = '\n';
			if (from + 1 < length && bytes[from + 1] == '\n')
				from++;
		} else {
			bytes[to++] = bytes[from];
		}
	}
	bytes[to] = '\0';
	return to;
}

static void end_paste(struct keys *keys, bool cut, int64_t now)
{
	struct key key = { .kind = KEY_KIND_PASTE, .cut = cut || keys->paste_cut };
	size_t length = keys->paste.length;
	char *bytes = text_take(&keys->paste);

	key.pasted_length = line_ends(bytes, length);
	key_queue_add(&keys->queue, &key, bytes, now);
	keys->late_until = -1;
	ground(keys);
}

static void on_paste(struct keys *keys, unsigned char byte, int64_t now)
{
	char c = (char)byte;

	keys->due = now + PASTE_MS;
	if (c == paste_end[keys->paste_matched]) {
		if (++keys->paste_matched == sizeof(paste_end) - 1)
			end_paste(keys, false, now);
		return;
	}
	/* ESC stands only at the start of the mark, so a false start restarts simply. */
	paste_add(keys, paste_end, keys->paste_matched);
	keys->paste_matched = c == paste_end[0];
	if (!keys->paste_matched)
		paste_add(keys, &c, 1);
}

/* --- public -------------------------------------------------------------------------------- */

struct keys *keys_new(void (*pressed)(void *context, const struct key *key), void *context)
{
	struct keys *keys = memory_new(sizeof(*keys));

	keys->queue.pressed = pressed;
	keys->queue.context = context;
	keys->queue.due = -1;
	keys->queue.paste_most = PASTE_MOST;
	keys->escape_ms = ESCAPE_MS;
	keys->due = keys->late_until = -1;
	return keys;
}

void keys_free(struct keys *keys)
{
	if (!keys)
		return;
	key_queue_free(&keys->queue);
	text_free(&keys->paste);
	free(keys);
}

void keys_set_escape_time(struct keys *keys, unsigned milliseconds)
{
	if (milliseconds < ESCAPE_LEAST_MS)
		milliseconds = ESCAPE_LEAST_MS;
	keys->escape_ms = milliseconds > ESCAPE_MOST_MS ? ESCAPE_MOST_MS : milliseconds;
}

void keys_set_paste_most(struct keys *keys, size_t most)
{
	keys->queue.paste_most = most;
}

void keys_set_mouse(struct keys *keys, bool wanted)
{
	keys->mouse = wanted;
}

void keys_set_field(struct keys *keys, bool field)
{
	keys->queue.field = field;
}

/* The state's time is over. */
static void expire(struct keys *keys, int64_t now)
{
	switch (keys->state) {
	case ESCAPE:
		if (keys->alt)
			press_escape(keys, now);
		press_escape(keys, now);
		keys->late_until = now + LATE_REST_MS;
		ground(keys);
		break;
	case PASTE:
		end_paste(keys, true, now);
		break;
	case CSI:
		if (keys->dollar) {
			keys->dollar = false;
			finish_csi(keys, '$', now);
			break;
		}
		ground(keys);
		break;
	default:
		ground(keys);
	}
}

void keys_tick(struct keys *keys, int64_t now)
{
	if (keys->due >= 0 && now >= keys->due)
		expire(keys, now);
	key_queue_run(&keys->queue, now);
}

void keys_feed(struct keys *keys, const void *bytes, size_t length, int64_t now)
{
	static void (*const take[])(struct keys *keys, unsigned char byte, int64_t now) = {
		[GROUND] = on_ground, [ESCAPE] = on_escape, [CSI] = on_csi, [SS3] = on_ss3,
		[CSI_LINUX] = on_csi_linux, [STRING] = on_string, [STRING_ESCAPE] = on_string_escape,
		[CHARACTER] = on_character, [PASTE] = on_paste,
	};
	const unsigned char *at = bytes;
	size_t i;

	keys_tick(keys, now);
	for (i = 0; i < length; i++) {
		if (keys->state != MOUSE)
			take[keys->state](keys, at[i], now);
		else if (--keys->left == 0)
			ground(keys);
	}
	key_queue_run(&keys->queue, now);
}

int64_t keys_due(const struct keys *keys)
{
	int64_t held = key_queue_due(&keys->queue);

	if (keys->due < 0 || (held >= 0 && held < keys->due))
		return held;
	return keys->due;
}

void keys_forget(struct keys *keys)
{
	key_queue_forget(&keys->queue);
}
