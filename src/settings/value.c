/*
 * value: what a setting may be: parsing, checking and showing one value by its
 * row.
 *
 * postconf and ucr take nearly anything, so what is wrong is found here.  Pure,
 * any thread.
 */
#include "settings/catalog.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "settings/map_file.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
#define DIGITS "0123456789"

const char *setting_type_word(enum setting_type type)
{
	static const char *const words[] = {
		[SETTING_FLAG] = "yes or no", [SETTING_NUMBER] = "a number", [SETTING_BYTES] = "a size", [SETTING_MEMORY] = "a size as in 256M",
		[SETTING_TIME] = "a time as in 5d, 2h or 90s", [SETTING_CHOICE] = "a word", [SETTING_WORDS] = "words", [SETTING_TEXT] = "a text in one line",
		[SETTING_ADDRESS] = "an address as in archive@example.com", [SETTING_HOST] = "a name, [name] or [name]:port",
		[SETTING_PATH] = "an absolute path", [SETTING_NETWORKS] = "addresses or networks as in 192.0.2.0/24",
	};

	return words[type];
}

static char *joined(struct arena *arena, const char *const *choices)
{
	struct text words = { 0 };
	char *copy;

	for (size_t i = 0; choices[i]; i++)
		text_addf(&words, "%s%s", i ? ", " : "", choices[i]);
	copy = arena_text(arena, text_get(&words));
	text_free(&words);
	return copy;
}

char *setting_range(struct arena *arena, const struct setting *setting)
{
	const char *unit = setting->unit ? setting->unit : "";

	if (setting->choices)
		return arena_format(arena, "%s: %s", setting->type == SETTING_WORDS ? "words of" : "one of", joined(arena, setting->choices));
	if ((setting->type == SETTING_NUMBER || setting->type == SETTING_BYTES) && (setting->least || setting->most))
		return arena_format(arena, "%lld to %lld%s%s", (long long)setting->least, (long long)setting->most, *unit ? " " : "", unit);
	if (setting->type == SETTING_TIME && *unit)
		return arena_format(arena, "%s; a bare number means %s", setting_type_word(setting->type), unit);
	return arena_text(arena, setting_type_word(setting->type));
}

/* --- numbers --------------------------------------------------------------------------------------- */

static bool whole(const char *value, int64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoll(value, &end, 10);
	return !errno && end != value && !*end && value[strspn(value, "-" DIGITS)] == '\0';
}

static int64_t unit_bytes(const struct setting *setting)
{
	if (!setting->unit || !strcmp(setting->unit, "bytes"))
		return 1;
	return !strcmp(setting->unit, "KiB") ? 1024 : 1048576;
}

/* Seconds of a unit as Postfix and Dovecot write it: s, secs, m, mins, h, hours, d, days, w, weeks; 0: none of these. */
static int64_t unit_seconds(const char *unit)
{
	static const struct { const char *word; int64_t seconds; } units[] = {
		{ "seconds", 1 }, { "secs", 1 }, { "minutes", 60 }, { "mins", 60 }, { "hours", 3600 }, { "days", 86400 }, { "weeks", 604800 },
	};
	size_t length = strlen(unit), i;

	for (i = 0; length > 0 && i < sizeof(units) / sizeof(units[0]); i++)
		if (!strncmp(units[i].word, unit, length))
			return units[i].seconds;
	return 0;
}

static bool seconds_of(const struct setting *setting, const char *value, int64_t *seconds)
{
	size_t digits = strspn(value, DIGITS);
	const char *unit = value + digits;
	int64_t one;

	while (*unit == ' ')
		unit++;
	one = unit_seconds(*unit ? unit : setting->unit ? setting->unit : "s");
	*seconds = digits > 0 && digits <= 9 ? strtoll(value, NULL, 10) : 0;
	*seconds *= one;
	return digits > 0 && digits <= 9 && one > 0;
}

bool setting_number(const struct setting *setting, const char *value, int64_t *number)
{
	if (!value || !*value)
		return false;
	switch (setting->type) {
	case SETTING_NUMBER: return whole(value, number);
	case SETTING_BYTES:
		if (!whole(value, number) || *number > INT64_MAX / unit_bytes(setting))
			return false;
		*number *= unit_bytes(setting);
		return true;
	case SETTING_MEMORY: return text_to_size(value, 1, number);
	case SETTING_TIME: return seconds_of(setting, value, number);
	default: return false;
	}
}

/* --- checking --------------------------------------------------------------------------------------- */

/* What is being checked. */
struct checking {
	struct arena *arena;
	const struct setting *setting;
	const char *value;
	const char *name;                  /* with its key */
	struct error *error;
};

static bool wrong(const struct checking *checking, const char *allowed)
{
	return error_set(checking->error, ERROR_INVALID, "%s: \"%.200s\" is not possible; it must be %s", checking->name, checking->value, allowed);
}

static bool check_flag(const struct checking *checking, const char **canonical)
{
	static const char *const yes[] = { "yes", "true", "on", "1", "enable", "enabled", NULL };
	static const char *const no[] = { "no", "false", "off", "0", "disable", "disabled", NULL };
	size_t i;

	for (i = 0; yes[i]; i++)
		if (text_same_ascii_case(yes[i], checking->value) || text_same_ascii_case(no[i], checking->value)) {
			*canonical = text_same_ascii_case(yes[i], checking->value) ? "yes" : "no";
			return true;
		}
	return wrong(checking, "yes or no");
}

static bool in_range(const struct checking *checking, int64_t number)
{
	const struct setting *setting = checking->setting;

	if ((!setting->least && !setting->most) || (number >= setting->least && number <= setting->most))
		return true;
	return wrong(checking, setting_range(checking->arena, setting));
}

static bool check_number(const struct checking *checking, const char **canonical)
{
	int64_t number;

	if (!whole(checking->value, &number))
		return wrong(checking, setting_range(checking->arena, checking->setting));
	*canonical = arena_format(checking->arena, "%lld", (long long)number);
	return in_range(checking, number);
}

/* "50 MB" counts as bytes, a bare number as the row's unit. */
static bool check_bytes(const struct checking *checking, const char **canonical)
{
	int64_t unit = unit_bytes(checking->setting), bytes;

	if (!text_to_size(checking->value, unit, &bytes))
		return wrong(checking, arena_format(checking->arena, "a size as in 50 MB, or a number of %s", checking->setting->unit));
	if (bytes % unit)
		return wrong(checking, arena_format(checking->arena, "a whole number of %s", checking->setting->unit));
	*canonical = arena_format(checking->arena, "%lld", (long long)(bytes / unit));
	return in_range(checking, bytes / unit);
}

/* Dovecot's own form: digits, and a unit without a blank. */
static bool check_memory(const struct checking *checking, const char **canonical)
{
	size_t digits = strspn(checking->value, DIGITS);
	const char *unit = checking->value + digits;
	int64_t bytes;

	while (*unit == ' ')
		unit++;
	if (!digits || digits > 12 || strspn(unit, "kKmMgGbB") != strlen(unit) || strlen(unit) > 2 || !text_to_size(checking->value, 1, &bytes))
		return wrong(checking, "a size as in 256M, 512k or 0");
	*canonical = arena_format(checking->arena, "%.*s%.*s", (int)digits, checking->value, *unit == 'b' || *unit == 'B' ? 0 : 1, unit);
	return true;
}

/* One letter for the unit, which Postfix and Dovecot both understand. */
static bool check_time(const struct checking *checking, const char **canonical)
{
	const struct setting *setting = checking->setting;
	size_t digits = strspn(checking->value, DIGITS);
	const char *unit = checking->value + digits;
	int64_t seconds;

	while (*unit == ' ')
		unit++;
	if (!seconds_of(setting, checking->value, &seconds))
		return wrong(checking, setting_range(checking->arena, setting));
	*canonical = arena_format(checking->arena, "%.*s%c", (int)digits, checking->value, *unit ? *unit : setting->unit ? *setting->unit : 's');
	return true;
}

static bool is_choice(const char *const *choices, const char *word, size_t length)
{
	for (size_t i = 0; choices && choices[i]; i++)
		if (strlen(choices[i]) == length && !strncmp(choices[i], word, length))
			return true;
	return false;
}

static bool check_choice(const struct checking *checking, const char **canonical)
{
	*canonical = checking->value;
	return is_choice(checking->setting->choices, checking->value, strlen(checking->value)) ||
		wrong(checking, setting_range(checking->arena, checking->setting));
}

static bool check_words(const struct checking *checking, const char **canonical)
{
	const char *at = checking->value;

	*canonical = checking->value;
	while (*(at += strspn(at, ", "))) {
		size_t length = strcspn(at, ", ");

		if (checking->setting->choices && !is_choice(checking->setting->choices, at, length))
			return wrong(checking, setting_range(checking->arena, checking->setting));
		at += length;
	}
	return true;
}

static bool made_of(const char *value, const char *more)
{
	for (; *value; value++)
		if (!strchr(letters, *value) && !strchr(DIGITS, *value) && !strchr(more, *value))
			return false;
	return true;
}

static bool is_port(const char *words)
{
	int64_t port;

	return strlen(words) <= 5 && words[strspn(words, DIGITS)] == '\0' && whole(words, &port) && port >= 1 && port <= 65535;
}

/* name, [name], name:port, [name]:port; the port may be a service. */
static bool check_host(const struct checking *checking, const char **canonical)
{
	char *name = arena_text(checking->arena, checking->value), *port = NULL;
	size_t length;

	*canonical = checking->value;
	if (!*name)
		return true;
	if (name[0] == '[') {
		port = strchr(name, ']');
		if (!port || (port[1] && port[1] != ':'))
			return wrong(checking, "a name, [name], name:port or [name]:port");
		*port = '\0';
		port = port[1] ? port + 2 : NULL;
		name++;
	} else if ((port = strrchr(name, ':'))) {
		*port++ = '\0';
	}
	length = strlen(name);
	if (!length || length > 255 || !made_of(name, ".-_:") || name[0] == '-' || name[0] == '.' || name[length - 1] == '.' || strstr(name, "..") ||
	    (port && !is_port(port) && !(*port && strchr(letters, *port) && made_of(port, "-"))))
		return wrong(checking, "a name, [name], name:port or [name]:port");
	return true;
}

static bool check_mailbox(const struct checking *checking, const char **canonical)
{
	const char *at = strrchr(checking->value, '@');

	*canonical = checking->value;
	if (!*checking->value)
		return true;
	if (!at || at == checking->value || strpbrk(checking->value, " ,<>\"'()") || !strchr(at, '.') || !made_of(at + 1, ".-") || at[1] == '.')
		return wrong(checking, setting_type_word(SETTING_ADDRESS));
	return true;
}

static bool is_network(const char *word, size_t length)
{
	char address[64];
	unsigned char bytes[16];
	const char *slash = memchr(word, '/', length), *end = word + length;
	size_t front = slash ? (size_t)(slash - word) : length;
	int64_t bits = 0, most = 32;

	if (*word == '[' && front > 2 && word[front - 1] == ']') {
		word++;
		front -= 2;
	}
	if (front >= sizeof(address))
		return false;
	memcpy(address, word, front);
	address[front] = '\0';
	if (inet_pton(AF_INET, address, bytes) != 1) {
		most = 128;
		if (inet_pton(AF_INET6, address, bytes) != 1)
			return false;
	}
	if (!slash)
		return true;
	for (slash++; slash < end && *slash >= '0' && *slash <= '9' && bits <= most; slash++)
		bits = bits * 10 + *slash - '0';
	return slash == end && end[-1] != '/' && bits <= most;
}

/* type:name with a type that is no hexadecimal number, $name, or a file: Postfix looks there. */
static bool is_table(const char *word)
{
	size_t type = strspn(word, letters);

	return *word == '$' || *word == '/' || (type > 2 && word[type] == ':' && strspn(word, "abcdefABCDEF") < type);
}

static bool check_networks(const struct checking *checking, const char **canonical)
{
	const char *at = checking->value;

	*canonical = checking->value;
	while (*(at += strspn(at, ", "))) {
		size_t length = strcspn(at, ", ");
		const char *body = *at == '!' ? at + 1 : at;

		if (!is_table(body) && !is_network(body, length - (size_t)(body - at)))
			return wrong(checking, setting_type_word(SETTING_NETWORKS));
		at += length;
	}
	return true;
}

static bool check_path(const struct checking *checking, const char **canonical)
{
	*canonical = checking->value;
	/* Postfix understands another parameter of its own in place of a path. */
	if (checking->setting->postconf && checking->value[0] == '$')
		return true;
	return !*checking->value || (checking->value[0] == '/' && !strstr(checking->value, "/../") && !strpbrk(checking->value, " \"'{}")) ||
		wrong(checking, setting_type_word(SETTING_PATH));
}

/* Only what refuses: OK would let somebody pass all later rules. */
static bool refuses(const char *value)
{
	size_t length = strcspn(value, " ");

	if ((length == 6 && !strncmp(value, "REJECT", 6)) || (length == 5 && !strncmp(value, "DEFER", 5)))
		return true;
	return length == 3 && (value[0] == '4' || value[0] == '5') && strspn(value, DIGITS) == 3 && value[3] == ' ';
}

static bool is_level(const char *value)
{
	static const char *const levels[] = { "none", "may", "encrypt", "dane", "dane-only", "fingerprint", "verify", "secure", NULL };

	return is_choice(levels, value, strcspn(value, " "));
}

/* UCR writes values into Dovecot's files as they are, so what has a meaning there may not stand in them. */
static bool check_text(const struct checking *checking, const char **canonical)
{
	const struct setting *setting = checking->setting;
	int64_t length = (int64_t)strlen(checking->value);

	*canonical = checking->value;
	if (setting->most && (length < setting->least || length > setting->most))
		return wrong(checking, arena_format(checking->arena, "%lld to %lld bytes long", (long long)setting->least, (long long)setting->most));
	if (setting->ucr && !strncmp(setting->ucr, "mail/dovecot/", 13) && !strstr(setting->ucr, "/quota/warning/") && strpbrk(checking->value, "\"{}"))
		return wrong(checking, "without \", { and }, which have a meaning in Dovecot's files");
	if (setting->flags & SETTING_SECRET && (strpbrk(checking->value, ": \t") || checking->value[0] == '#'))
		return wrong(checking, "a login without blanks and colons; the password is asked for on its own");
	if (setting->map && !strcmp(setting->map, "check_sasl_access") && !refuses(checking->value))
		return wrong(checking, "REJECT, REJECT and a text, or a number 4xx or 5xx and a text");
	if (setting->map && !strcmp(setting->map, "smtp_tls_policy_maps") && !is_level(checking->value))
		return wrong(checking, "a level (none, may, encrypt, dane, dane-only, fingerprint, verify, secure) and what belongs to it");
	return true;
}

static bool check_type(const struct checking *checking, const char **canonical)
{
	switch (checking->setting->type) {
	case SETTING_FLAG: return check_flag(checking, canonical);
	case SETTING_NUMBER: return check_number(checking, canonical);
	case SETTING_BYTES: return check_bytes(checking, canonical);
	case SETTING_MEMORY: return check_memory(checking, canonical);
	case SETTING_TIME: return check_time(checking, canonical);
	case SETTING_CHOICE: return check_choice(checking, canonical);
	case SETTING_WORDS: return check_words(checking, canonical);
	case SETTING_TEXT: return check_text(checking, canonical);
	case SETTING_ADDRESS: return check_mailbox(checking, canonical);
	case SETTING_HOST: return check_host(checking, canonical);
	case SETTING_PATH: return check_path(checking, canonical);
	case SETTING_NETWORKS: return check_networks(checking, canonical);
	}
	return false;
}

/* --- the word behind a family's slash ----------------------------------------------------------------- */

static bool fits_key(enum setting_key type, const char *key)
{
	size_t length = strlen(key);
	int64_t number = 0;

	switch (type) {
	case KEY_WORD: return length > 0 && length <= 100 && made_of(key, "-_.");
	case KEY_ORDER: return (length == 2 || length == 3) && key[strspn(key, DIGITS)] == '\0';
	case KEY_PERCENT: return length == 2 && key[strspn(key, DIGITS)] == '\0' && key[0] != '0';
	case KEY_FOLDER: return length > 0 && length <= 100 && !strpbrk(key, "/[]!\"#$%&'()+,;<=>?\\`{}:") && key[0] != ' ' && key[length - 1] != ' ';
	case KEY_PORT: return whole(key, &number) && is_port(key);
	case KEY_DESTINATION: return map_file_key(key) && made_of(key, ".-_:[]@*") && key[0] != '-';
	case KEY_LOGIN: return map_file_key(key) && !strpbrk(key, "\"=,") && utf8_valid(key, length);
	}
	return false;
}

static const char *key_words(enum setting_key type)
{
	static const char *const words[] = {
		[KEY_WORD] = "letters, digits, - and _", [KEY_ORDER] = "2 or 3 digits, since they are sorted as text", [KEY_PERCENT] = "10 to 99",
		[KEY_FOLDER] = "the name of a folder without a slash and without quotes", [KEY_PORT] = "a port",
		[KEY_DESTINATION] = "a name, [name], either with :port, or .domain", [KEY_LOGIN] = "a login without blanks",
	};

	return words[type];
}

static bool check_key(const struct setting *setting, const char *key, struct error *error)
{
	if (!(setting->flags & SETTING_FAMILY))
		return true;
	if (!key || !*key)
		return error_set(error, ERROR_INVALID, "%s: a word must stand behind the slash: %s", setting->name, key_words(setting->key));
	return fits_key(setting->key, key) ||
		error_set(error, ERROR_INVALID, "%s: \"%.100s\" behind the slash is not possible; it must be %s", setting->name, key, key_words(setting->key));
}

bool setting_check(struct arena *arena, const struct setting *setting, const char *key, const char *value, const char **canonical,
		struct error *error)
{
	const char *name = setting->flags & SETTING_FAMILY ? arena_format(arena, "%s%s", setting->name, key ? key : "") : setting->name;
	struct checking checking = { .arena = arena, .setting = setting, .name = name, .error = error };
	size_t length, i;

	value += strspn(value, " \t");
	length = strlen(value);
	while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t'))
		length--;
	checking.value = arena_bytes(arena, value, length);
	if (!check_key(setting, key, error))
		return false;
	for (i = 0; i < length; i++)
		if ((unsigned char)checking.value[i] < ' ' || checking.value[i] == 127)
			return wrong(&checking, "one line without control characters");
	if (!utf8_valid(checking.value, length) || length > 8000)
		return wrong(&checking, "UTF-8 of at most 8000 bytes");
	return check_type(&checking, canonical);
}

/* --- for people ------------------------------------------------------------------------------------- */

char *setting_words(struct arena *arena, const struct setting *setting, const char *value)
{
	int64_t number;

	if (!value)
		return arena_text(arena, "(unset)");
	if (!*value)
		return arena_text(arena, "(empty)");
	if (setting->type == SETTING_BYTES && setting_number(setting, value, &number)) {
		if (number == 0)
			return arena_text(arena, "0 (no limit)");
		return arena_format(arena, "%s (%s bytes)", text_from_size(arena, number), text_from_count(arena, number));
	}
	if (setting->type == SETTING_NUMBER && setting_number(setting, value, &number))
		return arena_format(arena, "%s%s%s", text_from_count(arena, number), setting->unit ? " " : "", setting->unit ? setting->unit : "");
	return arena_text(arena, value);
}
