/*
 * limits_ucr: limits as variables of the Univention configuration registry:
 * which value has one, which has none, and what UCR makes of them.
 *
 * The settings catalogue knows the variables; a value without one goes into a
 * file of Dovecot that no template writes.  Pure, any thread.  Source:
 * ucs-variables 2.1.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "settings/catalog.h"
#include "settings/limits_private.h"

#define PREFIX "mail/dovecot/limits/"
/* UCR never goes below it. */
enum { LEAST_DESCRIPTORS = 2000 };

/* As doveconf -S names it: "service/imap-login/process_limit"; 2.4's name of service_count as 2.3 has it, which the catalogue goes by. */
const char *limits_value_setting(struct arena *arena, const struct limits_value *value)
{
	bool userip = strcmp(value->setting, "mail_max_userip_connections") == 0;

	return value->service ? arena_format(arena, "%s/%s/%s", userip ? "protocol" : "service", value->service, value->setting) : value->setting;
}

/* NULL: it has none. */
static const char *variable_of(struct arena *arena, const struct limits_value *value)
{
	const char *name = limits_value_setting(arena, value);
	const struct setting *setting;
	size_t at = 0;

	while ((setting = setting_next(&at)))
		if (setting->ucr && ((setting->dovecot && strcmp(setting->dovecot, name) == 0) || (setting->dovecot24 && strcmp(setting->dovecot24, name) == 0)))
			return setting->ucr;
	return NULL;
}

enum limits_where limits_value_where(struct arena *arena, const struct limits_world *world, const struct limits_value *value, const char **name)
{
	const char *variable;

	*name = world->place;
	if (strcmp(value->setting, "fd_limit") == 0)
		return LIMITS_BY_START;
	variable = world->ucs ? variable_of(arena, value) : NULL;
	if (variable)
		*name = variable;
	return variable ? LIMITS_IN_UCR : LIMITS_IN_FILE;
}

const char *limits_value_hidden(struct arena *arena, const struct limits_world *world, const struct limits_value *value)
{
	enum layer layer = LAYER_NORMAL;
	const char *name;

	if (!world->ucr || limits_value_where(arena, world, value, &name) != LIMITS_IN_UCR || !layers_effective(world->ucr, name, &layer) || layer <= LAYER_NORMAL)
		return NULL;
	return arena_format(arena, "%s comes from the %s layer of UCR (%s), which hides what is written below it: change it there", name, layer_words[layer],
		layer_files[layer]);
}

/* --- what the template makes ----------------------------------------------------------------------- */

static bool is_set(const struct layers *ucr, const char *service, const char *setting)
{
	char name[200] = PREFIX;
	enum layer layer = LAYER_DEFAULT;

	if (strlen(service) + strlen(setting) + sizeof(PREFIX) + 1 > sizeof(name))
		return true;
	memcpy(name + strlen(name), service, strlen(service) + 1);
	name[strlen(name) + 1] = '\0';
	name[strlen(name)] = '/';
	memcpy(name + strlen(name), setting, strlen(setting) + 1);
	/* The default layer says what the template would do anyway. */
	return layers_effective(ucr, name, &layer) != NULL && layer > LAYER_DEFAULT;
}

void limits_ucr_follow(struct limits_facts *facts, const struct layers *ucr)
{
	static const char *const mails[] = { "imap", "pop3" }, *const logins[] = { "imap-login", "pop3-login" };

	for (size_t i = 0; i < 2; i++) {
		struct limits_service *mail = limits_service_named(facts, mails[i]), *login = limits_service_named(facts, logins[i]);

		if (mail && mail->process_limit == facts->default_process_limit && !is_set(ucr, mails[i], "process_limit"))
			mail->process_limit = 0;
		if (login && login->client_limit == facts->default_client_limit && !is_set(ucr, logins[i], "client_limit"))
			login->client_limit = 0;
	}
}

static bool ends_with(const char *name, const char *end)
{
	size_t length = strlen(name), size = strlen(end);

	return length >= size && strcmp(name + length - size, end) == 0;
}

static const char *after_of(struct arena *arena, const struct limits_world *world, const struct limits_set *set, const char *variable)
{
	const char *name;
	enum layer layer;

	for (size_t i = 0; i < set->value_count; i++)
		if (limits_value_where(arena, world, &set->values[i], &name) == LIMITS_IN_UCR && strcmp(name, variable) == 0)
			return limits_number_words(arena, set->values[i].setting, set->values[i].then);
	return layers_effective(world->ucr, variable, &layer);
}

uint64_t limits_ucr_descriptors(struct arena *arena, const struct limits_world *world, const struct limits_set *set)
{
	const struct setting *setting;
	uint64_t most = LEAST_DESCRIPTORS;
	size_t at = 0;

	if (!world->ucr)
		return LIMITS_UNKNOWN;
	while ((setting = setting_next(&at))) {
		const char *value;
		uint64_t number;

		if (!setting->ucr || strncmp(setting->ucr, PREFIX, strlen(PREFIX)) != 0 || (!ends_with(setting->ucr, "client_limit") && !ends_with(setting->ucr, "process_limit")))
			continue;
		value = after_of(arena, world, set, setting->ucr);
		number = value ? strtoull(value, NULL, 10) : 0;
		most = number > most ? number : most;
	}
	return most;
}
