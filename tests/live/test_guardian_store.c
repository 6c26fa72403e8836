/*
 * test_guardian_store: guarded changes as the gate sends them: applied,
 * confirmed, undone and refused, here and over ssh, against a real Dovecot.
 *
 * Over ssh it needs the lab with its sshd (lab start-sshd); without it that half
 * skips.
 */
#include "tests/live/guardian_world.h"

#include "base/loop.h"
#include "settings/settings.h"

struct scene {
	struct world *world;
	struct loop *loop;
	struct hosts *hosts;
	struct settings_store *settings;
	struct store *store;
	/* Of the last step. */
	struct operation inverse;
	struct error error;
	struct plan plan;
};

static const char *lab(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static bool scene_open(struct scene *scene, struct world *world, bool over_ssh)
{
	struct host_settings settings = { .name = "here", .roles = HOST_MAILBOX, .exec = !over_ssh, .dovecot_config = world->config,
		.postroom = getenv("POSTROOM"), .guardian_directory = world->state };

	if (over_ssh && !lab("LAB_SSH_PORT")[0])
		return false;
	if (over_ssh) {
		settings.ssh_target = "root@127.0.0.1";
		settings.ssh_port = atoi(lab("LAB_SSH_PORT"));
		settings.ssh_key = arena_format(world->arena, "%s/sshd/user_key", lab("LAB_DIR"));
		settings.ssh_known_hosts = arena_format(world->arena, "%s/sshd/known_hosts", lab("LAB_DIR"));
		settings.ssh_config = arena_format(world->arena, "%s/sshd/ssh_config", lab("LAB_DIR"));
	}
	*scene = (struct scene){ .world = world, .loop = loop_new() };
	scene->hosts = hosts_open(scene->loop, &settings, 1);
	scene->settings = settings_store_new(scene->hosts);
	scene->store = settings_store_of(scene->settings);
	return true;
}

static void scene_close(struct scene *scene)
{
	settings_store_free(scene->settings);
	hosts_close(scene->hosts);
	loop_free(scene->loop);
}

static struct change *limits(struct scene *scene, unsigned n)
{
	struct guarded_change what = both(scene->world, n, 300);
	char *after = arena_format(scene->world->arena, "%u", n);
	struct settings_shown shown = { .name = "imap-login process_limit", .before = "100", .after = after,
		.wanted = "imap-login/process_limit", .runs_before = "100", .runs_after = after };

	what.id = what.who = NULL;
	what.wanted = NULL;
	return settings_change(&kind_limits, "here", &what, &shown, 1);
}

/* As the gate: gather, plan, apply; the change is freed. */
static enum outcome walk(struct scene *scene, struct change *change)
{
	struct arena *arena = scene->world->arena;
	struct facts facts = { .now = NULL };
	const char *version;
	enum outcome outcome = OUTCOME_NOT_APPLIED;

	error_clear(&scene->error);
	memset(&scene->inverse, 0, sizeof(scene->inverse));
	memset(&scene->plan, 0, sizeof(scene->plan));
	if (scene->store->gather(scene->store->self, change, arena, &facts, &scene->error) &&
	    scene->store->plan(scene->store->self, change, &facts, arena, &scene->plan, &scene->error))
		outcome = scene->store->apply(scene->store->self, &scene->plan.operations[0], arena, &scene->inverse, &version, &scene->error);
	change_free(change);
	return outcome;
}

static void expect(struct scene *scene, enum outcome outcome, enum outcome wanted)
{
	if (outcome != wanted)
		fail_msg("outcome %d and not %d: %s", outcome, wanted, scene->error.text);
}

/* The id of the change that waits, as the guardian tells it. */
static const char *waiting_id(struct scene *scene)
{
	struct host_request request = { .command = "guardian-status", .deadline = PATIENCE_MS };
	const struct host_answer *answer = host_run_here(scene->hosts, scene->loop, 0, &request, NULL, scene->world->arena);
	struct guardian_report report;
	struct error error = { 0 };

	assert_true(settings_report(scene->world->arena, answer, &report, &error));
	return report.state == GUARDIAN_WAITING ? report.id : "";
}

static struct change *undo_of(struct scene *scene)
{
	struct change *undo = change_new(VERB_UNDO, &kind_limits, "here"), *copy;

	undo->operations = &scene->inverse;
	undo->operation_count = 1;
	copy = change_copy(undo);
	change_free(undo);
	return copy;
}

static void there_and_back(struct world *world, bool over_ssh)
{
	struct operation again;
	struct scene scene;
	enum outcome outcome;

	if (!world || !scene_open(&scene, world, over_ssh))
		skip();
	expect(&scene, walk(&scene, limits(&scene, 60)), OUTCOME_APPLIED);
	assert_non_null(strstr(scene.plan.operations[0].words, "wait 300 s to be confirmed"));
	assert_non_null(strstr(scene.inverse.told, "goes back in"));
	assert_string_equal(record_get(scene.plan.after, "value")->values[0].bytes, "imap-login process_limit = 60");
	assert_int_equal(runs_limit(world, "imap-login"), 60);
	/* Nobody would know whether it came there: asked again it did. */
	outcome = scene.store->look(scene.store->self, &scene.plan.operations[0], world->arena, &again, &scene.error);
	expect(&scene, outcome, OUTCOME_APPLIED);
	/* Another one is told before anybody reads a review. */
	{
		struct operation inverse = scene.inverse;

		expect(&scene, walk(&scene, limits(&scene, 70)), OUTCOME_NOT_APPLIED);
		assert_int_equal(scene.error.kind, ERROR_CONFLICT);
		expect(&scene, walk(&scene, settings_order(&kind_limits, "here", "more", waiting_id(&scene), 600)), OUTCOME_APPLIED);
		expect(&scene, walk(&scene, settings_order(&kind_limits, "here", "confirm", "other", 0)), OUTCOME_NOT_APPLIED);
		expect(&scene, walk(&scene, settings_order(&kind_limits, "here", "confirm", waiting_id(&scene), 0)), OUTCOME_APPLIED);
		assert_null(scene.inverse.place);
		scene.inverse = inverse;
	}
	/* Undo is a guarded change of its own. */
	expect(&scene, walk(&scene, undo_of(&scene)), OUTCOME_APPLIED);
	assert_string_equal(record_get(scene.plan.after, "value")->values[0].bytes, "imap-login process_limit = 100");
	assert_int_equal(runs_limit(world, "imap-login"), 100);
	assert_int_equal(access(world->one, F_OK), -1);
	expect(&scene, walk(&scene, settings_order(&kind_limits, "here", "rollback", waiting_id(&scene), 0)), OUTCOME_APPLIED);
	assert_int_equal(runs_limit(world, "imap-login"), 60);
	scene_close(&scene);
}

static void here(void **state)
{
	there_and_back(*state, false);
}

static void over_ssh(void **state)
{
	there_and_back(*state, true);
}

static void refusals_are_told(void **state)
{
	struct world *world = *state;
	struct change *change;
	struct scene scene;

	if (!world || !scene_open(&scene, world, false))
		skip();
	change = limits(&scene, 60);
	put(world->two, "# by hand\n");
	expect(&scene, walk(&scene, change), OUTCOME_NOT_APPLIED);
	assert_int_equal(scene.error.kind, ERROR_CONFLICT);
	assert_non_null(strstr(scene.error.text, "here: "));
	assert_string_equal(got(world, world->two), "# by hand\n");
	assert_null(settings_order(&kind_limits, "here", "nonsense", "x", 0));
	scene_close(&scene);
}

/* Secret bytes travel, but the journal gets no more than a hash of them, and nothing can be undone from that. */
static void secrets_stay_out(void **state)
{
	struct world *world = *state;
	struct guarded_change what;
	struct operation again;
	struct scene scene;
	const struct delta *delta;

	if (!world || !scene_open(&scene, world, false))
		skip();
	what = single(world, world->two, "# the secret is xyzzy\n", 300);
	what.id = NULL;
	what.secret = true;
	expect(&scene, walk(&scene, settings_change(&kind_setting, "here", &what, NULL, 0)), OUTCOME_APPLIED);
	delta = scene.plan.operations[0].deltas;
	assert_string_equal(delta->attribute, "change");
	assert_true(delta->secret);
	assert_null(strstr(scene.plan.operations[0].words, "xyzzy"));
	assert_null(scene.inverse.place);
	/* After a restart only the hash is there; the id tells all the same. */
	((struct delta *)delta)->values = &(struct value){ .bytes = "hash", .length = 4 };
	expect(&scene, scene.store->look(scene.store->self, &scene.plan.operations[0], world->arena, &again, &scene.error), OUTCOME_APPLIED);
	expect(&scene, walk(&scene, settings_order(&kind_setting, "here", "rollback", waiting_id(&scene), 0)), OUTCOME_APPLIED);
	scene_close(&scene);
}

static void no_postroom_there(void **state)
{
	struct world *world = *state;
	struct host_settings settings = { .name = "bare", .exec = true, .postroom = "/nonexistent/postroom" };
	struct scene scene;
	struct change *change;

	if (!world)
		skip();
	scene = (struct scene){ .world = world, .loop = loop_new() };
	scene.hosts = hosts_open(scene.loop, &settings, 1);
	scene.settings = settings_store_new(scene.hosts);
	scene.store = settings_store_of(scene.settings);
	change = settings_order(&kind_limits, "bare", "confirm", "a1", 0);
	expect(&scene, walk(&scene, change), OUTCOME_NOT_APPLIED);
	assert_non_null(strstr(scene.error.text, "/nonexistent/postroom"));
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = { IN_WORLD(here), IN_WORLD(over_ssh), IN_WORLD(refusals_are_told),
		IN_WORLD(secrets_stay_out), IN_WORLD(no_postroom_there) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
