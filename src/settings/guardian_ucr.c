/*
 * guardian_ucr: variables of the Univention configuration registry, set and put
 * back by ucr itself, since only that makes the services' files again.
 *
 * What a variable is now is read from base.conf, which tells unset from empty.
 * ucr ends with 2 where a type does not fit and has then written the others of
 * the call, so what failed is put back like what succeeded.  Guardian's process;
 * source: ucs-variables 1.
 */
#include "settings/guardian_private.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "settings/layers.h"

enum { MOST_BYTES = 8 << 20 };

/* The normal layer; NULL with an error where it cannot be read. */
static struct layers *normal_layer(struct guardian *guardian, struct error *error)
{
	const char *directory = guardian->change.ucr_directory ? guardian->change.ucr_directory : "/etc/univention";
	struct layers *layers = layers_new(guardian->arena);
	size_t length;
	char *bytes = file_read(guardian->arena, arena_format(guardian->arena, "%s/%s", directory, layer_files[LAYER_NORMAL]), MOST_BYTES, &length, error);

	for (char *at = bytes; at && at < bytes + length;) {
		char *newline = memchr(at, '\n', (size_t)(bytes + length - at)), *end = newline ? newline : bytes + length;

		layers_line(layers, LAYER_NORMAL, 0, at, (size_t)(end - at));
		at = newline ? newline + 1 : end;
	}
	return bytes ? layers : NULL;
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

bool guardian_ucr_read(struct guardian *guardian, struct error *error)
{
	struct layers *layers = guardian->change.variable_count > 0 ? normal_layer(guardian, error) : NULL;

	if (guardian->change.variable_count == 0)
		return true;
	for (size_t i = 0; layers && i < guardian->change.variable_count; i++) {
		const struct guarded_variable *variable = &guardian->change.variables[i];
		const char *now = layers_get(layers, LAYER_NORMAL, variable->name).value;

		if (!same(now, variable->seen))
			return error_set(error, ERROR_CONFLICT, "%s was changed by somebody meanwhile: it is %s now; look again", variable->name, now ? now : "not set");
	}
	return layers != NULL;
}

bool guardian_make(struct guardian *guardian, const char *const *argv, struct error *error)
{
	/* What they make is read by services that are not root. */
	mode_t mask = umask(022);
	struct guardian_ran ran = guardian_run(guardian, argv);

	umask(mask);
	if (ran.ended && ran.status == 0)
		return true;
	return error_set(error, ran.ended ? ERROR_REFUSED : ran.error.kind, "%s fails%s%.300s", strrchr(argv[0], '/') + 1, ran.ended && *ran.complaint ? ": " : "",
		ran.ended ? ran.complaint : ran.error.text);
}

/* One call for all that are set and one for all that are unset, so that each file is made once. */
static bool write_all(struct guardian *guardian, const struct layers *now, bool back, struct error *error)
{
	const struct guarded_change *change = &guardian->change;
	const char *ucr = change->ucr ? change->ucr : "/usr/sbin/ucr";
	const char **set = arena_alloc(guardian->arena, (change->variable_count + 3) * sizeof(*set));
	const char **unset = arena_alloc(guardian->arena, (change->variable_count + 3) * sizeof(*unset));
	size_t set_count = 2, unset_count = 2;

	set[0] = unset[0] = ucr;
	set[1] = "set";
	unset[1] = "unset";
	for (size_t i = 0; i < change->variable_count; i++) {
		const struct guarded_variable *variable = &change->variables[i];
		const char *value = back ? variable->seen : variable->value;

		if (now && same(layers_get(now, LAYER_NORMAL, variable->name).value, value))
			continue;
		if (value)
			set[set_count++] = arena_format(guardian->arena, "%s=%s", variable->name, value);
		else
			unset[unset_count++] = variable->name;
	}
	return (set_count == 2 || guardian_make(guardian, set, error)) && (unset_count == 2 || guardian_make(guardian, unset, error));
}

static bool commit(struct guardian *guardian, struct error *error)
{
	const char *ucr = guardian->change.ucr ? guardian->change.ucr : "/usr/sbin/ucr";

	for (size_t i = 0; guardian->change.commits && guardian->change.commits[i]; i++)
		if (!guardian_make(guardian, (const char *const[]){ ucr, "commit", guardian->change.commits[i], NULL }, error))
			return false;
	return true;
}

/* The files that ucr made, asked by the service's own parser before anybody reloads. */
static bool check_made(struct guardian *guardian, struct error *error)
{
	return guardian->service->check(guardian, guardian_config(guardian), "/nowhere", error);
}

bool guardian_ucr_install(struct guardian *guardian, struct error *error)
{
	if (guardian->change.variable_count == 0 && !guardian->change.commits)
		return guardian_maps_make(guardian, error);
	if (!write_all(guardian, NULL, false, error) || !commit(guardian, error) || !guardian_maps_make(guardian, error))
		return false;
	guardian_point("variables");
	return check_made(guardian, error);
}

bool guardian_ucr_restore(struct guardian *guardian, struct error *error)
{
	struct layers *now = guardian->change.variable_count > 0 ? normal_layer(guardian, NULL) : NULL;
	struct error tables = { 0 };

	if ((guardian->change.variable_count > 0 || guardian->change.commits) && (!write_all(guardian, now, true, error) || !commit(guardian, error)))
		return false;
	/* What the old values need was made before; a table that cannot be made again keeps nothing from running. */
	if (!guardian_maps_make(guardian, &tables))
		guardian_say(guardian, "%s", tables.text);
	return true;
}

/* --- where no service has to do anything ------------------------------------------------------------- */

static bool nobody_checks(struct guardian *guardian, const char *config, const char *root, struct error *error)
{
	(void)guardian;
	(void)config;
	(void)root;
	(void)error;
	return true;
}

static bool nobody_runs(struct guardian *guardian)
{
	(void)guardian;
	return true;
}

static bool nobody_reloads(struct guardian *guardian, struct error *error)
{
	(void)guardian;
	(void)error;
	return true;
}

static void nobody_notes(struct guardian *guardian)
{
	guardian->before = arena_alloc(guardian->arena, sizeof(*guardian->before));
}

static bool nobody_looks(struct guardian *guardian, const char *const *pairs, bool fresh, struct error *error)
{
	(void)guardian;
	(void)pairs;
	(void)fresh;
	(void)error;
	return true;
}

const struct guardian_service guardian_nobody = {
	.name = "none", .title = "nothing", .config = "/", .check = nobody_checks, .running = nobody_runs, .reload = nobody_reloads,
	.start = nobody_reloads, .note = nobody_notes, .look = nobody_looks,
};
