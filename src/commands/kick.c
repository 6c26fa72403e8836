/*
 * kick: ends the connections of a person, or of all whose names match a mask.
 *
 * Who is connected is asked first and each person is named in the review, so a
 * mask never hits more than was shown; afterwards who is asked again
 * (live/store_sessions.c).  A server that does not answer is named and hides no
 * other.  Loop thread.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "commands/look.h"
#include "commands/output.h"
#include "commands/subcommands.h"
#include "commands/write.h"
#include "live/live.h"
#include "model/live_kinds.h"
#include "model/rows.h"
#include "model/traffic.h"

/* "*" any letters, "?" one, ASCII case does not matter. */
static bool fits_mask(const char *mask, const char *name)
{
	const char *star = NULL, *from = NULL;

	while (*name) {
		if (*mask == '*') {
			star = ++mask;
			from = name;
		} else if (*mask == '?' || text_lower_letter(*mask) == text_lower_letter(*name)) {
			mask++;
			name++;
		} else if (star) {
			mask = star;
			name = ++from;
		} else {
			return false;
		}
	}
	return mask[strspn(mask, "*")] == '\0';
}

/* "192.0.2.7", "192.0.2.0/24", "2001:db8::/32"; false where it is neither. */
struct network { int family; unsigned char bytes[16]; unsigned bits; };

static bool read_network(const char *words, struct network *network)
{
	char address[64] = "";
	const char *slash = strchr(words, '/');
	size_t length = slash ? (size_t)(slash - words) : strlen(words);
	unsigned long bits, most;
	char *end;

	if (length >= sizeof(address))
		return false;
	memcpy(address, words, length);
	network->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	most = network->family == AF_INET ? 32 : 128;
	if (inet_pton(network->family, address, network->bytes) != 1)
		return false;
	bits = slash ? strtoul(slash + 1, &end, 10) : most;
	network->bits = (unsigned)bits;
	return !slash || (slash[1] >= '0' && slash[1] <= '9' && !*end && bits <= most);
}

static bool in_network(const struct network *network, const char *address)
{
	unsigned char bytes[16];
	unsigned whole = network->bits / 8, rest = network->bits % 8;

	if (inet_pton(network->family, address, bytes) != 1 || memcmp(bytes, network->bytes, whole) != 0)
		return false;
	return rest == 0 || (bytes[whole] ^ network->bytes[whole]) >> (8 - rest) == 0;
}

/* Rows of everybody that the mask and the network fit; arena of the command. */
static const struct row **pick(struct look *look, const struct rows *rows, const char *mask, const struct network *network, size_t *count)
{
	const struct row **picked = arena_alloc(look->headless.arena, (rows->count + 1) * sizeof(*picked));

	*count = 0;
	for (size_t i = 0; i < rows->count; i++)
		if (fits_mask(mask, rows->rows[i].values[CONNECTION_USER].bytes) &&
		    (!network || in_network(network, rows->rows[i].values[CONNECTION_ADDRESS].bytes)))
			picked[(*count)++] = &rows->rows[i];
	return picked;
}

static void kick(struct look *look, const char *mask, const char *words, const struct network *network)
{
	const struct live_question question = { .table = "connections", .host = look->host };
	struct rows *rows = live_rows(look->live, &question);
	size_t count;
	const struct row **picked = pick(look, rows, mask, network, &count);
	struct change *change = traffic_of_sessions(picked, count, network != NULL);
	struct error error = { 0 };

	/* What is missing is said before the question, and decides the exit status only where the rest went well. */
	look_tell_missing(look);
	if (change) {
		int missing = look->headless.status;

		look->headless.status = 0;
		write_change(&look->headless, change);
		if (look->headless.status == 0)
			look->headless.status = missing;
	} else if (look->headless.status == 0) {
		error_set(&error, ERROR_NOT_FOUND, "%s is not connected%s%s", mask, words ? " from " : "", words ? words : "");
		headless_fail(&look->headless, &error);
	}
	change_free(change);
	rows_free(rows);
}

int run_kick(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct look look = { .host = LIVE_ALL };
	struct network network = { 0 };
	const char *wrong = NULL;

	if (!strcmp(arguments->printer->name, "ldif"))
		wrong = "LDIF is for entries of the directory; use another form";
	else if (argc > 1 && !read_network(argv[1], &network))
		wrong = "connections are picked by an address or a network, 192.0.2.7 or 192.0.2.0/24";
	if (wrong) {
		headless_note("postroom: %s (postroom --help)", wrong);
		config_free(takes);
		return error_exit_status(ERROR_USAGE);
	}
	if (look_open(&look, takes, arguments, 1u << LIVE_WHO))
		kick(&look, argv[0], argc > 1 ? argv[1] : NULL, argc > 1 ? &network : NULL);
	return headless_close(&look.headless);
}
