/*
 * engine: opens everything in order.
 *
 * Log, loop, directory, mail servers, gate, store; closing goes the other way round, the
 * gate before the directory, because its store belongs to the directory.  An
 * unreachable server is no failure here: the directory keeps trying.  Loop
 * thread.
 */
#include "engine.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "engine_pulse.h"

static const char *person(const struct config *config)
{
	const struct passwd *user = getpwuid(getuid());

	return user ? arena_text(config->arena, user->pw_name) : "unknown user";
}

/* "koch as cn=admin,..." */
static const char *identity(const struct config *config, const char *person)
{
	const char *dn = config->directory.bind_dn;

	return arena_format(config->arena, "%s as %s", person,
		config->directory.bind == DIRECTORY_BIND_EXTERNAL ? "SASL EXTERNAL" : dn && *dn ? dn : "anonymous");
}

static void open_gate(struct engine *engine)
{
	const struct config *config = engine->config;
	struct gate_settings settings = {
		.state_directory = config->state_directory, .shared_directory = config->shared_directory,
		.role = config->role, .read_only = config->read_only, .reason_required = config->reason_required,
		.scope = config->scope, .audit_socket = config->audit_socket, .audit_required = config->audit_required,
		.identity = identity(config, engine->person), .system = config->system,
	};

	engine->gate = gate_open(engine->loop, &settings);
	if (config->read_only)
		return;
	gate_register(engine->gate, directory_store(engine->directory));
	if (hosts_count(engine->hosts) == 0)
		return;
	gate_register(engine->gate, live_store(engine->live));
	engine->settings = settings_store_new(engine->hosts);
	gate_register(engine->gate, settings_store_of(engine->settings));
}

static void open_desk(struct engine *engine)
{
	const struct config *config = engine->config;

	engine->desk = desk_open(&(struct desk_settings){
		.loop = engine->loop, .directory = engine->directory, .gate = engine->gate, .live = engine->live,
		.state_directory = config->state_directory, .shared_directory = config->shared_directory, .person = engine->person,
		.role = config->role, .may_write = !config->read_only && config->role != ROLE_MONITOR,
	});
	desk_watch(engine->desk);
}

struct engine *engine_open(struct config *config, struct error *error)
{
	struct engine *engine = memory_new(sizeof(*engine));

	engine->config = config;
	engine->person = person(config);
	log_open(LOG_TO_SYSLOG, NULL, LOG_LEVEL_INFO, NULL);
	engine->loop = loop_new();
	engine->directory = directory_open(engine->loop, &config->directory, error);
	if (!engine->directory) {
		loop_free(engine->loop);
		config_free(config);
		free(engine);
		return NULL;
	}
	engine->hosts = hosts_open(engine->loop, config->hosts, config->host_count);
	hosts_only_look(engine->hosts);
	engine->live = live_open(engine->loop, engine->hosts, &config->live);
	engine->pulse = engine_pulse_open(engine->loop, engine->directory, engine->live);
	open_gate(engine);
	open_desk(engine);
	return engine;
}

bool engine_close(struct engine *engine)
{
	bool gate_gone, directory_gone;

	if (!engine)
		return true;
	engine_pulse_close(engine->pulse);
	/* Steps that the gate still answers belong to runs, which go with the last answer. */
	desk_leave(engine->desk);
	gate_gone = gate_close(engine->gate);
	desk_close(engine->desk);
	/* A thread that hangs may still use the store of live. */
	if (gate_gone) {
		settings_store_free(engine->settings);
		live_close(engine->live);
		hosts_close(engine->hosts);
	}
	directory_gone = directory_close(engine->directory);
	if (!gate_gone || !directory_gone)
		return false;
	loop_free(engine->loop);
	config_free(engine->config);
	log_close();
	free(engine);
	return true;
}
