/*
 * facts_helo: who would be turned away by a list of rules for HELO, from what
 * the mail log tells.
 *
 * Postfix writes a greeting down only where it refuses or warns (helo=<NAME>),
 * and with verbose logging; so most logs tell few, which is said.  Names are
 * judged as Postfix judges them; what asks the DNS or a table is not judged
 * here.  Pure; any thread.  Sources: Postfix' valid_hostname and smtpd_check as
 * documented in postconf(5), and its log lines.
 */
#include "settings/backend_private.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/lookup.h"
#include "base/text.h"

enum { HELOS_MOST = 5000, SHOWN_MOST = 12, NAME_MOST = 255, LABEL_MOST = 63 };

/* --- reading a log ------------------------------------------------------------------------------------- */

struct log_reader {
	struct arena *arena;
	struct lookup *helos, *logins;     /* "name address" to its place + 1; address to itself */
	struct fact_helo *list;
	size_t count, capacity;
	const char **login_list;
	size_t login_count, login_capacity;
	uint64_t connections, lines;
};

/* "HOST[ADDRESS]" at this place; what follows it, or NULL. */
static const char *client_at(struct arena *arena, const char *at, const char *end, const char **client, const char **address)
{
	const char *open = memchr(at, '[', (size_t)(end - at)), *close = open ? memchr(open, ']', (size_t)(end - open)) : NULL;

	if (!close || open == at || open - at > 255 || close - open > 64 || memchr(at, ' ', (size_t)(open - at)))
		return NULL;
	*client = arena_bytes(arena, at, (size_t)(open - at));
	*address = arena_bytes(arena, open + 1, (size_t)(close - open - 1));
	return close + 1;
}

static void take_helo(struct log_reader *reader, const char *name, size_t length, const char *client, const char *address, bool turned_away)
{
	char *word = arena_bytes(reader->arena, name, length), *key = arena_format(reader->arena, "%s %s", word, address);
	size_t place = (size_t)lookup_get(reader->helos, key);

	if (place == 0) {
		if (reader->count == HELOS_MOST || length == 0)
			return;
		reader->list = arena_grow(reader->arena, reader->list, &reader->capacity, reader->count + 1, sizeof(*reader->list));
		reader->list[reader->count++] = (struct fact_helo){ .name = word, .address = address, .client = client };
		place = reader->count;
		lookup_put(reader->helos, key, (void *)place);
	}
	reader->list[place - 1].times++;
	reader->list[place - 1].turned_away = reader->list[place - 1].turned_away || turned_away;
}

static const char *find(const char *at, const char *end, const char *words)
{
	return memmem(at, (size_t)(end - at), words, strlen(words));
}

static void take_login(struct log_reader *reader, const char *address)
{
	if (lookup_get(reader->logins, address))
		return;
	lookup_put(reader->logins, address, (void *)address);
	reader->login_list = arena_grow(reader->arena, reader->login_list, &reader->login_capacity, reader->login_count + 2, sizeof(*reader->login_list));
	reader->login_list[reader->login_count++] = address;
	reader->login_list[reader->login_count] = NULL;
}

/* "reject: RCPT from HOST[ADDRESS]: 504 ...; from=<> to=<> proto=ESMTP helo=<NAME>", "< HOST[ADDRESS]: EHLO NAME" */
static void take_line(struct log_reader *reader, const char *line, const char *end)
{
	const char *at, *name, *stop, *client, *address;

	reader->lines++;
	if (!find(line, end, "/smtpd[") && !find(line, end, "/postscreen["))
		return;
	if ((at = find(line, end, "]: connect from "))) {
		reader->connections += client_at(reader->arena, at + 16, end, &client, &address) != NULL;
		return;
	}
	if ((at = find(line, end, ": client=")) && find(line, end, "sasl_username=")) {
		if (client_at(reader->arena, at + 9, end, &client, &address))
			take_login(reader, address);
		return;
	}
	if ((at = find(line, end, "]: < ")) && (at = client_at(reader->arena, at + 5, end, &client, &address)) && end - at > 7 &&
	    (!strncasecmp(at, ": EHLO ", 7) || !strncasecmp(at, ": HELO ", 7))) {
		take_helo(reader, at + 7, strcspn(at + 7, " \r\n"), client, address, false);
		return;
	}
	at = find(line, end, " from ");
	name = find(line, end, " helo=<");
	stop = name ? memchr(name, '>', (size_t)(end - name)) : NULL;
	if (at && stop && at < name && client_at(reader->arena, at + 6, end, &client, &address))
		take_helo(reader, name + 7, (size_t)(stop - name - 7), client, address, find(line, name, ": reject: ") && find(line, name, "Helo command rejected"));
}

static int more_often(const void *a, const void *b)
{
	const struct fact_helo *one = a, *other = b;

	return one->times != other->times ? (one->times < other->times ? 1 : -1) : strcmp(one->name, other->name);
}

void facts_take_mail_log(struct arena *arena, struct setting_facts *facts, const char *log, size_t length)
{
	struct log_reader reader = { .arena = arena, .helos = lookup_new(), .logins = lookup_new() };
	const char *at = log, *end = log + length;

	facts->log_begins = length > 20 ? arena_bytes(arena, log, log[0] >= '0' && log[0] <= '9' ? strcspn(log, " \n") : strnlen(log, 15)) : NULL;
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		take_line(&reader, at, newline ? newline : end);
		at = newline ? newline + 1 : end;
	}
	if (reader.count > 0)
		qsort(reader.list, reader.count, sizeof(*reader.list), more_often);
	facts->helos = reader.list;
	facts->helo_count = reader.count;
	facts->logins = reader.login_list;
	facts->connections = reader.connections;
	facts->lines = reader.lines;
	facts->known |= FACT(FACT_HELO);
	lookup_free(reader.helos);
	lookup_free(reader.logins);
}

/* --- judging a name -------------------------------------------------------------------------------------- */

/* As Postfix' valid_hostname: letters, digits, - and _ in labels of 1 to 63, not all of it digits and dots. */
static bool is_hostname(const char *name)
{
	size_t length = strlen(name), label = 0;
	bool letters = false;

	if (length == 0 || length > NAME_MOST)
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c == '.') {
			if (label == 0 || i + 1 == length)
				return false;
			label = 0;
			continue;
		}
		if (!isascii(c) || (!isalnum(c) && c != '_' && c != '-') || ++label > LABEL_MOST)
			return false;
		if (c == '-' && (label == 1 || i + 1 == length || name[i + 1] == '.'))
			return false;
		letters = letters || !isdigit(c);
	}
	return letters;
}

static bool is_address(const char *name)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
}

/* [192.0.2.1] and [IPv6:2001:db8::1] */
static bool is_literal(struct arena *arena, const char *name)
{
	size_t length = strlen(name);
	const char *inner = length > 2 && name[length - 1] == ']' ? arena_bytes(arena, name + 1, length - 2) : "";

	return is_address(!strncasecmp(inner, "IPv6:", 5) ? inner + 5 : inner);
}

/* A dot at the end is taken, two are not. */
static const char *without_dot(struct arena *arena, const char *name)
{
	size_t length = strlen(name);

	return length > 1 && name[length - 1] == '.' && name[length - 2] != '.' ? arena_bytes(arena, name, length - 1) : name;
}

static bool is_invalid(struct arena *arena, const char *name)
{
	if (*name == '[')
		return !is_literal(arena, name);
	name = without_dot(arena, name);
	return !is_hostname(name) && !is_address(name);
}

static bool is_not_whole(struct arena *arena, const char *name)
{
	if (*name == '[')
		return !is_literal(arena, name);
	name = without_dot(arena, name);
	return !is_hostname(name) || !strchr(name, '.');
}

/* Is the address in one of these networks? Tables are not asked. */
static bool in_networks(const char *networks, const char *address)
{
	unsigned char wanted[16];
	int family = strchr(address, ':') ? AF_INET6 : AF_INET;

	if (!networks || inet_pton(family, address, wanted) != 1)
		return false;
	for (const char *at = networks; *(at += strspn(at, ", \t")); at += strcspn(at, ", \t")) {
		char word[80] = "";
		size_t length = strcspn(at, ", \t"), bits = family == AF_INET ? 32 : 128;
		unsigned char net[16];
		char *slash, *start = word;

		if (length >= sizeof(word))
			continue;
		memcpy(word, at, length);
		if ((slash = strrchr(word, '/'))) {
			bits = strtoul(slash + 1, NULL, 10) < bits ? strtoul(slash + 1, NULL, 10) : bits;
			*slash = '\0';
		}
		if (*start == '[' && start[strlen(start) - 1] == ']') {
			start[strlen(start) - 1] = '\0';
			start++;
		}
		if (inet_pton(family, start, net) == 1 && !memcmp(net, wanted, bits / 8) &&
		    (bits % 8 == 0 || (net[bits / 8] ^ wanted[bits / 8]) >> (8 - bits % 8) == 0))
			return true;
	}
	return false;
}

static bool is_word(const char *word, const char *const *names)
{
	for (; *names; names++)
		if (!strcasecmp(word, *names))
			return true;
	return false;
}

static const char *const invalid_words[] = { "reject_invalid_helo_hostname", "reject_invalid_hostname", NULL };
static const char *const whole_words[] = { "reject_non_fqdn_helo_hostname", "reject_non_fqdn_hostname", NULL };
static const char *const dns_words[] = { "reject_unknown_helo_hostname", "reject_unknown_hostname", NULL };
static const char *const refusing_words[] = { "reject", "defer", "defer_if_reject", "defer_if_permit", NULL };
/* With a table or a list behind them. */
static const char *const asking_words[] = { "check_helo_access", "check_client_access", "check_policy_service", "check_helo_ns_access", "check_helo_mx_access",
	"check_helo_a_access", "check_reverse_client_hostname_access", "check_sasl_access", "check_ccert_access", "reject_rhsbl_helo", "reject_rbl_client", NULL };

/* One word against one greeting; HELO_TAKEN: it says nothing of it. *ends: it was let in. */
static enum helo_verdict one_word(struct arena *arena, const char *word, const char *networks, const struct fact_helo *helo, bool login, bool *ends)
{
	*ends = (!strcasecmp(word, "permit_mynetworks") && in_networks(networks, helo->address)) || (!strcasecmp(word, "permit_sasl_authenticated") && login) ||
		!strcasecmp(word, "permit");
	if (*ends)
		return HELO_TAKEN;
	if (is_word(word, invalid_words))
		return is_invalid(arena, helo->name) ? HELO_REFUSED : HELO_TAKEN;
	if (is_word(word, whole_words))
		return is_not_whole(arena, helo->name) ? HELO_REFUSED : HELO_TAKEN;
	if (is_word(word, dns_words))
		return *helo->name == '[' ? (is_literal(arena, helo->name) ? HELO_TAKEN : HELO_REFUSED) : is_invalid(arena, helo->name) ? HELO_REFUSED : HELO_ASKS_DNS;
	if (is_word(word, refusing_words))
		return HELO_REFUSED;
	return is_word(word, asking_words) ? HELO_NOT_JUDGED : HELO_TAKEN;
}

enum helo_verdict helo_judge(struct arena *arena, const char *rules, const char *networks, const struct fact_helo *helo, bool login, const char **rule)
{
	enum helo_verdict open = HELO_TAKEN;
	bool warns = false, skips = false;

	*rule = NULL;
	for (const char *at = rules; *(at += strspn(at, ", \t\n")); at += strcspn(at, ", \t\n")) {
		const char *word = arena_bytes(arena, at, strcspn(at, ", \t\n"));
		enum helo_verdict verdict;
		bool ends;

		if (skips) {
			skips = false;
			continue;
		}
		if (!strcasecmp(word, "warn_if_reject")) {
			warns = true;
			continue;
		}
		verdict = one_word(arena, word, networks, helo, login, &ends);
		skips = is_word(word, asking_words);
		if (ends)
			return open;
		if (verdict != HELO_TAKEN && !*rule)
			*rule = word;
		if (verdict == HELO_REFUSED && !warns) {
			*rule = word;
			return HELO_REFUSED;
		}
		if (verdict != HELO_TAKEN && open == HELO_TAKEN)
			open = warns ? HELO_WARNED : verdict;
		warns = false;
	}
	return open;
}

/* --- lines ------------------------------------------------------------------------------------------------- */

static bool logs_in(const struct setting_facts *facts, const char *address)
{
	for (const char *const *at = facts->logins; at && *at; at++)
		if (!strcmp(*at, address))
			return true;
	return false;
}

static const char *parameter(const struct settings_state *state, const char *name)
{
	const char *value = state && state->postfix_set ? lookup_get(state->postfix_set, name) : NULL;

	return value || !state || !state->postfix_default ? value : lookup_get(state->postfix_default, name);
}

static const char *what_log(struct setting_lines *lines, const struct setting_facts *facts)
{
	return arena_format(lines->arena, "the last %s lines of the mail log%s%s", text_from_count(lines->arena, (int64_t)facts->lines),
		facts->log_begins ? ", since " : "", facts->log_begins ? facts->log_begins : "");
}

static void refused_line(struct setting_lines *lines, const struct fact_helo *helo, const char *rule)
{
	line_add(lines, SETTING_WARNING, "", "%6s x  %s  from %s%s%s%s  %s", text_from_count(lines->arena, (int64_t)helo->times), helo->name, helo->address,
		strcmp(helo->client, "unknown") ? " (" : "", strcmp(helo->client, "unknown") ? helo->client : "", strcmp(helo->client, "unknown") ? ")" : "", rule);
}

static void judge_all(struct setting_lines *lines, const struct settings_state *state, const char *rules, const struct setting_facts *facts)
{
	const char *networks = parameter(state, "mynetworks"), *rule;
	size_t refused = 0, dns = 0, open = 0, warned = 0, head = lines->count;

	/* The sum is known at the end only: its place is taken first. */
	line_add(lines, SETTING_NOTE, "turned away", "%s", "");
	for (size_t i = 0; i < facts->helo_count; i++) {
		enum helo_verdict verdict = helo_judge(lines->arena, rules, networks, &facts->helos[i], logs_in(facts, facts->helos[i].address), &rule);

		dns += verdict == HELO_ASKS_DNS;
		open += verdict == HELO_NOT_JUDGED;
		warned += verdict == HELO_WARNED;
		if (verdict == HELO_REFUSED && ++refused <= SHOWN_MOST)
			refused_line(lines, &facts->helos[i], rule);
	}
	lines->lines[head].weight = refused ? SETTING_WARNING : SETTING_NOTE;
	lines->lines[head].text = arena_format(lines->arena, "%zu of the %zu greetings that the log tells%s", refused, facts->helo_count,
		refused > SHOWN_MOST ? "; the most frequent:" : refused ? ":" : "");
	if (warned > 0)
		line_add(lines, SETTING_NOTE, "", "%zu would only be warned of (warn_if_reject)", warned);
	if (dns > 0)
		line_add(lines, SETTING_NOTE, "", "%zu more depend on what the DNS knows, which is not asked here", dns);
	if (open > 0)
		line_add(lines, SETTING_NOTE, "", "%zu more depend on a table, a list or a service, which is not asked here", open);
}

void lines_helo(struct setting_lines *lines, const struct settings_state *state, const char *value, const struct setting_facts *facts)
{
	const char *rules = value && strcmp(value, "yes") && strcmp(value, "no") ? value : parameter(state, "smtpd_helo_restrictions");

	if (!facts || !(facts->known & FACT(FACT_HELO))) {
		if (facts && facts->why[FACT_HELO])
			line_add(lines, SETTING_NOTE, "mail log", "not known who would be turned away: %s", facts->why[FACT_HELO]);
		return;
	}
	if (rules && *rules && facts->helo_count > 0)
		judge_all(lines, state, rules, facts);
	line_add(lines, SETTING_NOTE, "mail log", "%s connections in %s. Postfix writes a greeting down only where it refuses or warns: %zu are known.",
		text_from_count(lines->arena, (int64_t)facts->connections), what_log(lines, facts), facts->helo_count);
	if (facts->helo_count < facts->connections / 2 || facts->helo_count == 0)
		line_add(lines, SETTING_NOTE, "", "To see all whom a rule would turn away, put warn_if_reject in front of it for some days: it turns nobody away, and the log tells them.");
}
