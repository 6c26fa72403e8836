/*
 * Tests of the page of a person with mail servers: what is wrong with the key that mends it, parts that arrive by themselves,
 * a server that is silent, nothing asked while nobody asks, what is due, the card.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/fakes/assertions.h"
#include "tests/fakes/fake_hosts.h"
#include "tests/fakes/stage.h"
#include "ui/page_private.h"

static struct stage *new_stage(enum role role, int rows, int columns)
{
	struct fake_settings settings = { .role = role, .servers = 3 };

	return stage_new(&settings, "users", rows, columns, VISIBLE_UTF8);
}

static void open_person(struct stage *stage, const char *login)
{
	session_push(stage->session, page_view_new(stage->session, kind_find("user"), login));
	stage_settle(stage);
}

static struct page_view *page_of(struct stage *stage)
{
	assert_string_equal(place(stage), "page");
	return (struct page_view *)session_top(stage->session);
}

static void say(struct stage *stage, struct fake_reply reply)
{
	fake_hosts_reply(stage->engine->hosts, &reply);
}

/* The first line that begins with these words, or has this label among those that are live; its index. */
static size_t line_with(struct stage *stage, struct arena *arena, const char *label, struct page_item *item)
{
	struct page_item *items;
	size_t count = page_items(page_of(stage), arena, &items);

	for (size_t i = 0; i < count; i++) {
		if ((items[i].live && !items[i].more && strcmp(items[i].label, label) == 0) ||
		    (items[i].what == ITEM_WRONG && strncmp(items[i].words, label, strlen(label)) == 0)) {
			*item = items[i];
			return i;
		}
	}
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, "%s: %s\n", items[i].label == NULL ? "" : items[i].label, items[i].words);
	fail_msg("no line \"%s\"", label);
	return 0;
}

static void go_to(struct stage *stage, const char *label, struct page_item *item)
{
	struct arena *arena = arena_new();
	size_t at = line_with(stage, arena, label, item);

	stage_keys(stage, "Home");
	while (page_of(stage)->cursor < at)
		stage_keys(stage, "Down");
	arena_free(arena);
}

static void on_time(void *context)
{
	*(bool *)context = true;
}

static void wait_a_little(struct stage *stage)
{
	bool done = false;
	struct loop_timer *timer = loop_after(stage->engine->loop, 1, 0, on_time, &done);

	loop_run_until(stage->engine->loop, &done);
	loop_timer_stop(timer);
}

/* --- what is wrong ------------------------------------------------------------------------------------------ */

static void each_fault_names_its_key(void **state)
{
	static const struct { const char *login, *words, *key, *mend, *shows; bool severe; } cases[] = {
		{ "user000", "mailbox full: 2 GB of 2 GB", "l", "quota", "Quota", true },
		{ "user001", "all mail goes to", "a", "absence", "What is to be done", true },
		{ "user003", "locked by an admin", "b", "unlock", "Unlock", true },
		{ "user006", "1 mail to this person waits: connect to mail3", "Enter", "show", "Connection refused", false },
		{ "user006", "the filter main sends mail on to six@elsewhere.example", "a", "absence", "What is to be done", false },
		{ "user002", "no primary address", "e", "edit", "Primary address", true },
		{ "user017", "password expired on 2026-11-18: no login", "p", "password", "New password", true },
		{ "user020", "there is no password in the directory: no login", "p", "password", "New password", true },
		{ "user001", "mail was turned away (13:59): no room in the mailbox; 89 % used", "l", "quota", "Quota", true },
		{ "user018", "password expires on 2026-11-23, in 3 days", "p", "password", "New password", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stage *stage = new_stage(ROLE_ADMIN, 24, 80);
		struct arena *arena = arena_new();
		struct page_item item;

		open_person(stage, cases[i].login);
		assert_int_equal(page_of(stage)->cursor, 0);
		go_to(stage, cases[i].words, &item);
		line_with(stage, arena, cases[i].words, &item);
		assert_int_equal(item.what, ITEM_WRONG);
		assert_int_equal(item.severe, cases[i].severe);
		assert_string_equal(item.mend_key, cases[i].key);
		assert_string_equal(item.mend, cases[i].mend);
		stage_keys(stage, cases[i].key);
		assert_string_not_equal(place(stage), "page");
		shows(stage, cases[i].shows);
		assert_int_equal(fake_writes(stage->engine), 0);
		arena_free(arena);
		stage_free(stage);
	}
}

/* What somebody else makes wrong in the directory; "" for key: nothing here mends it. */
static void what_is_made_wrong_is_told(void **state)
{
	static const struct { const char *login, *field, *value, *words, *key, *mend; bool severe; } cases[] = {
		{ "user010", "failed_lock", "yes", "locked by wrong passwords: no login", "b", "unlock", true },
		{ "user010", "must_change", "yes", "password must be changed at the next login", "p", "password", false },
		{ "user010", "quota", "many", "the quota \"many\" is nothing that Dovecot can read", "l", "quota", true },
		{ "user010", "home_server", NULL, "no home server", "e", "edit", false },
		{ "user010", "home_server", "elsewhere.example.com", "the home server elsewhere.example.com is none that postroom", "e", "edit", false },
		{ "user010", "state", "disabled", "the account is disabled: no login", "", NULL, true },
		{ "user004", "department", "IT", "the entry lacks the marks of UDM", "", NULL, false },
		{ "user005", "department", "IT", "mailbox nearly full", NULL, NULL, false },
		{ "user036", "department", "IT", "home server mail3 gives no answer", "1", "servers", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stage *stage = new_stage(ROLE_ADMIN, 40, 120);
		struct arena *arena = arena_new();
		struct page_item item;

		if (strcmp(cases[i].login, "user005") == 0)
			say(stage, (struct fake_reply){ .host = "mail2", .command = "quota-get", .output = "Quota name\tType\tValue\tLimit\t%\n"
				"User quota\tSTORAGE\t1950000\t2097152\t92\nUser quota\tMESSAGE\t41200\t-\t0\n" });
		fake_change_behind(stage->engine, "user", cases[i].login, cases[i].field, cases[i].value);
		/* Nothing answers of a server that is dead only after some looks. */
		stage_watch(stage, 2);
		open_person(stage, cases[i].login);
		line_with(stage, arena, cases[i].words, &item);
		assert_int_equal(item.severe, cases[i].severe);
		if (cases[i].mend == NULL && cases[i].key != NULL)
			assert_null(item.mend_key);
		else if (cases[i].key != NULL) {
			assert_string_equal(item.mend_key, cases[i].key);
			assert_string_equal(item.mend, cases[i].mend);
		} else {
			assert_string_equal(item.mend_key, "l");
		}
		arena_free(arena);
		stage_free(stage);
	}
}

/* Mail that found no room is told below the limit too, by the log and by the queue, until the limit was changed. */
static void what_found_no_room_is_told(void **state)
{
	struct stage *stage = new_stage(ROLE_HELPDESK, 40, 120);
	struct arena *arena = arena_new();
	struct page_item item;

	(void)state;
	say(stage, (struct fake_reply){ .host = "mail1", .command = "log-journal", .output =
		"Nov 20 13:58:12 mail1 postfix/lmtp[71]: 3D2A5E1F: to=<user008@plant.example>, dsn=5.2.2, status=bounced (552 5.2.2 Mailbox is full)\n"
		"Nov 20 13:59:12 mail1 postfix/smtp[71]: 3D2A5E20: to=<ben@example.net>, status=bounced (552 5.2.2 Mailbox is full, says user008)\n" });
	open_person(stage, "user008");
	line_with(stage, arena, "mail was turned away (13:58): no room in the mailbox; 34 % used, 716.8 MB of 2 GB", &item);
	assert_true(item.severe);
	assert_string_equal(item.mend_key, "l");
	assert_string_equal(item.mend, "quota");
	go_to(stage, "mail was turned away", &item);
	stage_keys(stage, "Enter");
	assert_string_equal(place(stage), "text");
	shows(stage, "3D2A5E1F");
	stage_keys(stage, "Esc l Ctrl-U");
	stage_type(stage, "5 GB");
	stage_keys(stage, "Ctrl-G Tab");
	stage_type(stage, "T-1");
	stage_keys(stage, "Tab Enter Esc");
	assert_int_not_equal(fake_writes(stage->engine), 0);
	stage_keys(stage, "Ctrl-R");
	hides(stage, "turned away");
	arena_free(arena);
	stage_free(stage);
}

/* Whose lock it is stands first; a job that did more than to lock is not taken back by opening the account. */
static void a_stolen_account_is_told(void **state)
{
	struct stage *stage = new_stage(ROLE_ADMIN, 40, 120);
	struct arena *arena = arena_new();
	struct page_item item;

	(void)state;
	open_person(stage, "user008");
	stage_keys(stage, "b Ctrl-G Tab Tab Enter Esc Ctrl-R");
	line_with(stage, arena, "locked by an admin (you, 2026-11-20 14:02): no login", &item);
	assert_string_equal(item.mend, "unlock");
	/* It was locked already, so the job has no step that locks. */
	stage_keys(stage, "B Ctrl-G Tab");
	stage_type(stage, "T-77");
	stage_keys(stage, "Tab Enter Esc");
	say(stage, (struct fake_reply){ .host = "mail1", .command = "postconf-set", .output = "smtpd_sender_restrictions = check_sasl_access hash:/etc/postfix/refused\n" });
	say(stage, (struct fake_reply){ .host = "mail1", .command = "table-lines", .output = "/etc/postfix/refused:1:user008 REJECT Ask us\n" });
	stage_keys(stage, "Ctrl-R");
	assert_int_equal(line_with(stage, arena, "locked as STOLEN (you, 2026-11-20 14:02, T-77): no login to mail, no sending", &item), 0);
	assert_string_equal(item.group, "Wrong");
	assert_int_equal(line_with(stage, arena, "Postfix on mail1 takes no mail", &item), 1);
	assert_null(item.group);
	line_with(stage, arena, "locked as STOLEN", &item);
	assert_true(item.severe);
	assert_string_equal(item.mend, "history");
	arena_free(arena);
	stage_free(stage);
}

/* What people wrote themselves is asked when somebody wants to see it, and stands then as it is. */
static void a_filter_is_read_on_request_only(void **state)
{
	struct stage *stage = new_stage(ROLE_HELPDESK, 24, 80);
	struct page_item item;
	size_t before;

	(void)state;
	open_person(stage, "user006");
	before = fake_hosts_runs(stage->engine->hosts, "sieve-get");
	go_to(stage, "Filters", &item);
	assert_int_equal(fake_hosts_runs(stage->engine->hosts, "sieve-get"), before);
	stage_keys(stage, "Enter");
	assert_int_equal(fake_hosts_runs(stage->engine->hosts, "sieve-get"), before + 1);
	assert_string_equal(place(stage), "text");
	shows(stage, "vacation-2025");
	shows(stage, "redirect :copy \"six@elsewhere.example\";");
	stage_free(stage);
}

/* Postfix of mail1 refuses the login; only who may take that back has a key. */
static void say_refused(struct stage *stage)
{
	say(stage, (struct fake_reply){ .host = "mail1", .command = "postconf-set", .output = "smtpd_sender_restrictions = check_sasl_access hash:/etc/postfix/refused\n" });
	say(stage, (struct fake_reply){ .host = "mail1", .command = "table-lines", .output = "/etc/postfix/refused:1:# logins\n/etc/postfix/refused:2:user008 REJECT Ask us\n" });
}

static void a_refused_login_is_told(void **state)
{
	(void)state;
	for (enum role role = ROLE_HELPDESK; role <= ROLE_ADMIN; role++) {
		struct stage *stage = new_stage(role, 24, 80);
		struct arena *arena = arena_new();
		struct page_item item;

		open_person(stage, "user008");
		line_with(stage, arena, "Sending", &item);
		assert_string_equal(item.words, "not refused by Postfix");
		say_refused(stage);
		stage_keys(stage, "Ctrl-R");
		line_with(stage, arena, "Sending", &item);
		assert_string_equal(item.words, "REFUSED by mail1 for user008: REJECT Ask us");
		line_with(stage, arena, "Postfix on mail1 takes no mail from the login user008", &item);
		assert_true(item.severe);
		if (role == ROLE_HELPDESK) {
			assert_null(item.mend_key);
			assert_non_null(strstr(item.locked, "role admin"));
		} else {
			assert_string_equal(item.mend_key, "H");
			stage_keys(stage, "H");
			assert_string_equal(place(stage), "history");
		}
		arena_free(arena);
		stage_free(stage);
	}
}

/* What ended by its date is not what a lock is: the key for locks is not offered for it. */
static void an_expired_account_is_no_lock(void **state)
{
	struct stage *stage = new_stage(ROLE_ADMIN, 24, 80);
	struct arena *arena = arena_new();
	struct page_item item;

	(void)state;
	open_person(stage, "user019");
	line_with(stage, arena, "the account has expired since 2026-11-01 (expiry date)", &item);
	assert_true(item.severe);
	assert_null(item.mend_key);
	assert_non_null(item.locked);
	line_with(stage, arena, "Account", &item);
	assert_string_equal(item.words, "expired since 2026-11-01; last login not told");
	open_person(stage, "user017");
	line_with(stage, arena, "Password", &item);
	assert_string_equal(item.words, "set 2026-08-20, EXPIRED since 2026-11-18");
	open_person(stage, "user020");
	line_with(stage, arena, "Password", &item);
	assert_string_equal(item.words, "NONE: there is no password in the directory");
	open_person(stage, "user018");
	line_with(stage, arena, "Password", &item);
	assert_string_equal(item.words, "set 2026-08-20, expires in 3 days");
	arena_free(arena);
	stage_free(stage);
}

/* The directory tells none: a line of the mail log does. */
static void the_log_tells_the_last_login(void **state)
{
	struct stage *stage = new_stage(ROLE_HELPDESK, 24, 80);
	struct arena *arena = arena_new();
	struct page_item item;

	(void)state;
	open_person(stage, "user001");
	line_with(stage, arena, "Account", &item);
	assert_string_equal(item.words, "no lock seen; last login 2026-11-20 13:58 (log)");
	fake_change_behind(stage->engine, "user", "user001", "last_login", "2026-11-20T13:59:00Z");
	stage_keys(stage, "Ctrl-R");
	line_with(stage, arena, "Account", &item);
	assert_string_equal(item.words, "no lock seen; last login 2026-11-20 13:59");
	/* A new password is tried by postroom itself, seconds after it was set. */
	fake_change_behind(stage->engine, "user", "user001", "password_changed", "2026-11-20T13:58:58Z");
	stage_keys(stage, "Ctrl-R");
	line_with(stage, arena, "Account", &item);
	assert_string_equal(item.words, "no lock seen; last login 2026-11-20 13:59 (trial?)");
	fake_change_behind(stage->engine, "user", "user001", "password_changed", "2026-11-20T13:58:40Z");
	stage_keys(stage, "Ctrl-R");
	line_with(stage, arena, "Account", &item);
	assert_string_equal(item.words, "no lock seen; last login 2026-11-20 13:59");
	arena_free(arena);
	stage_free(stage);
}

/* Said once, at the top; no key is offered, no review opens; the card and the look are for everybody. */
static void somebody_elses_person_is_only_looked_at(void **state)
{
	struct fake_settings settings = { .role = ROLE_HELPDESK, .servers = 3, .outside = "user000" };
	struct stage *stage = stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);
	static const char *const keys[] = { "p", "l", "a", "s", "b", "R", "M", "e" };
	struct arena *arena = arena_new();
	struct page_item *items, item;

	(void)state;
	open_person(stage, "user000");
	assert_true(page_items(page_of(stage), arena, &items) > 1);
	assert_string_equal(items[0].words, "protected (member of the group Domain Admins): nothing here is yours to change");
	shows(stage, "and this session has role helpdesk");
	line_with(stage, arena, "mailbox full", &item);
	assert_null(item.mend_key);
	hides(stage, "p password..");
	shows(stage, "c card");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		stage_keys(stage, keys[i]);
		assert_string_equal(place(stage), "page");
		shows(stage, "protected (member of the group Domain Admins)");
	}
	stage_keys(stage, "c");
	assert_string_equal(place(stage), "text");
	stage_keys(stage, "Esc Esc");
	open_person(stage, "user001");
	shows(stage, "p password..");
	arena_free(arena);
	stage_free(stage);
}

/* append and write hold reading: who asks who reads the mail must be told. */
static void access_tells_that_it_reads(void **state)
{
	static const char *const hosts[] = { "mail1", "mail2", "mail3" };
	struct stage *stage = new_stage(ROLE_HELPDESK, 24, 80);
	struct arena *arena = arena_new();
	struct page_item item;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		say(stage, (struct fake_reply){ .host = hosts[i], .command = "acl-get", .holes = "user001@example.de INBOX",
			.output = "ID\tGlobal\tRights\nowner\t\tlookup read\nanyone\t\tinsert lookup post read write write-seen\n" });
	open_person(stage, "user001");
	line_with(stage, arena, "Access by others", &item);
	assert_string_equal(item.words, "INBOX anyone (read, append)");
	arena_free(arena);
	stage_free(stage);
}

/* Who has access is seen by everybody; the key says who can change it. */
static void access_says_who_can_give_it(void **state)
{
	struct stage *stage = new_stage(ROLE_HELPDESK, 24, 80);
	struct arena *arena = arena_new();
	struct page_item item;

	(void)state;
	open_person(stage, "user001");
	line_with(stage, arena, "Access by others", &item);
	assert_string_equal(item.words, "INBOX user002@example.de (read)");
	stage_keys(stage, "a");
	shows(stage, "Access for a colleague  this needs role admin");
	stage_keys(stage, "Down Down Enter");
	assert_string_equal(place(stage), "chooser");
	arena_free(arena);
	stage_free(stage);
}

/* Who may not mend it sees no key, and why. */
static void no_key_for_whom_it_does_nothing(void **state)
{
	struct stage *stage = new_stage(ROLE_MONITOR, 24, 80);
	struct arena *arena = arena_new();
	struct page_item item;

	(void)state;
	open_person(stage, "user000");
	line_with(stage, arena, "mailbox full", &item);
	assert_null(item.mend_key);
	assert_non_null(item.locked);
	shows(stage, item.locked);
	arena_free(arena);
	stage_free(stage);
}

static void empty(const char *directory)
{
	DIR *list = opendir(directory);
	struct dirent *entry;

	assert_non_null(list);
	while ((entry = readdir(list)) != NULL)
		if (entry->d_name[0] != '.')
			assert_int_equal(unlinkat(dirfd(list), entry->d_name, 0), 0);
	closedir(list);
	assert_int_equal(rmdir(directory), 0);
}

/* Steps that a server did not answer are the first thing that the page says, and Enter tries them again. */
static void open_steps_stand_first(void **state)
{
	char directory[] = "/tmp/postroom-test-XXXXXX";
	struct fake_settings settings = { .role = ROLE_ADMIN, .servers = 3, .state_directory = mkdtemp(directory) };
	struct stage *stage = stage_new(&settings, "users", 40, 120, VISIBLE_UTF8);
	struct arena *arena = arena_new();
	struct page_item item;

	(void)state;
	assert_non_null(settings.state_directory);
	open_person(stage, "user000");
	fake_next(stage->engine, FAKE_UNKNOWN);
	stage_keys(stage, "s Ctrl-G Tab Tab Enter");
	shows(stage, "Try open steps again");
	stage_keys(stage, "Esc");
	line_with(stage, arena, "Sessions of user000: not done yet", &item);
	assert_string_equal(item.mend, "try again");
	assert_true(item.severe);
	assert_non_null(item.due);
	arena_free(arena);
	go_to(stage, "Sessions of user000: not done yet", &item);
	stage_keys(stage, "Enter");
	assert_string_equal(place(stage), "repair");
	stage_free(stage);
	empty(directory);
}

/* --- parts ------------------------------------------------------------------------------------------------------ */

/* One question hangs: everything else is there, and the part says so when its time is over. */
static void a_silent_question_delays_no_other(void **state)
{
	struct stage *stage = new_stage(ROLE_ADMIN, 40, 120);
	struct arena *arena = arena_new();
	struct page_item item;
	struct person_slot *slot = NULL;

	(void)state;
	say(stage, (struct fake_reply){ .host = "mail1", .command = "acl-get", .hangs = true });
	session_push(stage->session, page_view_new(stage->session, kind_find("user"), "user000"));
	for (int i = 0; i < 2000; i++) {
		struct page_view *page = page_of(stage);

		wait_a_little(stage);
		if (page->record == NULL)
			continue;
		slot = person_slot_at(&page->live.parts, PART_ACCESS, 0);
		if (person_slot_at(&page->live.parts, PART_QUOTA, 0)->rows != NULL && person_slot_at(&page->live.parts, PART_LOG, 0)->rows != NULL &&
		    person_slot_at(&page->live.parts, PART_TO, 0)->rows != NULL && person_slot_at(&page->live.parts, PART_FILTERS, 0)->rows != NULL)
			break;
	}
	assert_non_null(slot);
	assert_non_null(slot->job);
	line_with(stage, arena, "Access by others", &item);
	assert_string_equal(item.words, "asking ..");
	line_with(stage, arena, "Filters", &item);
	assert_string_equal(item.words, "main (active), vacation-2025");
	assert_string_equal(item.note, "14:02:31");
	for (int i = 0; i < 100 && slot->job != NULL; i++) {
		loop_leap(stage->engine->loop, 10000);
		wait_a_little(stage);
	}
	assert_null(slot->job);
	line_with(stage, arena, "Access by others", &item);
	assert_string_equal(item.words, "no answer");
	assert_string_equal(item.trouble, "mail1: no answer");
	arena_free(arena);
	stage_free(stage);
}

/* The same, where a job goes on asking: its own deadline ends it. */
static void a_job_that_never_ends_is_taken_back(void **state)
{
	struct stage *stage = new_stage(ROLE_ADMIN, 40, 120);
	struct arena *arena = arena_new();
	struct page_item item;

	(void)state;
	open_person(stage, "user000");
	go_to(stage, "Biggest folders", &item);
	for (int i = 0; i < 40; i++)
		say(stage, (struct fake_reply){ .host = "mail1", .command = "folder-sizes", .output = "mailbox\tmessages\tvsize\nINBOX\t1\t1\n", .after_ms = 70000 });
	stage_keys(stage, "Ctrl-R");
	{
		struct person_slot *slot = person_slot_at(&page_of(stage)->live.parts, PART_FOLDERS, 0);

		person_parts_ask(&page_of(stage)->live.parts, PART_FOLDERS);
		assert_non_null(slot->job);
		for (int i = 0; i < 100 && slot->job != NULL; i++) {
			loop_leap(stage->engine->loop, 5000);
			wait_a_little(stage);
		}
		assert_null(slot->job);
		assert_int_equal(slot->failed, ERROR_TIMEOUT);
	}
	line_with(stage, arena, "Biggest folders", &item);
	assert_string_equal(item.words, "no answer");
	arena_free(arena);
	stage_free(stage);
}

static void folders_are_asked_on_request_only(void **state)
{
	struct stage *stage = new_stage(ROLE_HELPDESK, 24, 80);
	struct page_item item;

	(void)state;
	open_person(stage, "user001");
	assert_int_equal(fake_hosts_runs(stage->engine->hosts, "folder-sizes"), 0);
	stage_keys(stage, "Ctrl-R");
	assert_int_equal(fake_hosts_runs(stage->engine->hosts, "folder-sizes"), 0);
	go_to(stage, "Biggest folders", &item);
	assert_string_equal(item.words, "Enter asks");
	stage_keys(stage, "Enter");
	assert_true(fake_hosts_runs(stage->engine->hosts, "folder-sizes") > 0);
	shows(stage, "Sent 1.2 GB, INBOX 384 MB, Trash 88 KB");
	stage_keys(stage, "Enter");
	assert_string_equal(place(stage), "text");
	shows(stage, "Sent  mails 4100  size 1.2 GB");
	stage_free(stage);
}

/* Only the collector asks while nobody does, and nothing is painted where nothing changed. */
static void an_idle_page_asks_nothing(void **state)
{
	static const char *const commands[] = { "quota-get", "sieve-list", "sieve-get", "acl-get", "smtp-sessions", "log-lines", "log-journal", "folder-list", "dovecot-values" };
	struct stage *stage = new_stage(ROLE_HELPDESK, 24, 80);
	size_t before[sizeof(commands) / sizeof(commands[0])], reads;

	(void)state;
	open_person(stage, "user001");
	stage_watch(stage, 1);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		before[i] = fake_hosts_runs(stage->engine->hosts, commands[i]);
	assert_true(before[0] > 0 && before[1] > 0 && before[3] > 0 && before[4] > 0 && before[5] > 0);
	reads = fake_reads(stage->engine);
	stage_watch(stage, 30);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		assert_int_equal(fake_hosts_runs(stage->engine->hosts, commands[i]), before[i]);
	assert_int_equal(fake_reads(stage->engine), reads);
	session_compose(stage->session);
	for (int i = 0; i < 5; i++) {
		session_tick(stage->session);
		assert_false(session_compose(stage->session));
	}
	stage_keys(stage, "Ctrl-R");
	assert_int_equal(fake_hosts_runs(stage->engine->hosts, "quota-get"), before[0] + 1);
	stage_free(stage);
}

/* Whatever arrives above it, the line under the cursor stays the same. */
static void the_cursor_stays_on_its_line(void **state)
{
	struct stage *stage = new_stage(ROLE_HELPDESK, 24, 80);
	struct page_item item;

	(void)state;
	open_person(stage, "user001");
	go_to(stage, "Filters", &item);
	say(stage, (struct fake_reply){ .host = "mail2", .command = "quota-get", .output = "Quota name\tType\tValue\tLimit\t%\n"
		"User quota\tSTORAGE\t2097152\t2097152\t100\nUser quota\tMESSAGE\t41200\t-\t0\n" });
	stage_keys(stage, "Ctrl-R");
	{
		struct arena *arena = arena_new();
		struct page_item here;

		line_with(stage, arena, "mailbox full", &here);
		assert_true(page_item_here(page_of(stage), arena, &here));
		assert_string_equal(here.label, "Filters");
		arena_free(arena);
	}
	stage_free(stage);
}

/* Used and limit stand above the fields: a page that opens on a field far below would begin without them. */
static void a_page_begins_at_its_first_line(void **state)
{
	static const enum role roles[] = { ROLE_ADMIN, ROLE_HELPDESK };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (int rows = 12; rows <= 24; rows += 4) {
			struct stage *stage = new_stage(roles[i], rows, 80);

			open_person(stage, "user014");
			wait_a_little(stage);
			assert_int_equal(page_of(stage)->top, 0);
			stage_keys(stage, "End");
			assert_true(page_of(stage)->top > 0);
			stage_free(stage);
		}
	}
}

/* What a server answered once stays, with its time, when it falls silent. */
static void an_old_answer_says_that_it_is_old(void **state)
{
	struct stage *stage = new_stage(ROLE_HELPDESK, 24, 80);
	struct arena *arena = arena_new();
	struct page_item item;

	(void)state;
	open_person(stage, "user001");
	say(stage, (struct fake_reply){ .host = "mail2", .command = "quota-get", .failure = ERROR_TIMEOUT, .failure_text = "no answer within 5 s" });
	loop_leap(stage->engine->loop, 60000);
	stage_keys(stage, "Ctrl-R");
	line_with(stage, arena, "Used", &item);
	assert_non_null(strstr(item.words, "1.8 GB of 2 GB"));
	assert_string_equal(item.note, "14:02:31  mail2: no answer");
	arena_free(arena);
	stage_free(stage);
}

static void what_no_way_leads_to_says_why(void **state)
{
	struct stage *stage = new_stage(ROLE_HELPDESK, 40, 120);
	struct arena *arena = arena_new();
	struct page_item item;

	(void)state;
	say(stage, (struct fake_reply){ .host = "mail2", .command = "sieve-list", .failure = ERROR_UNSUPPORTED, .failure_text = "this key may not run doveadm sieve list" });
	open_person(stage, "user001");
	line_with(stage, arena, "Filters", &item);
	assert_string_equal(item.words, "not known");
	assert_non_null(strstr(item.note, "this key may not run doveadm sieve list"));
	line_with(stage, arena, "Access by others", &item);
	assert_string_equal(item.words, "INBOX user002@example.de (read)");
	arena_free(arena);
	stage_free(stage);
}

/* --- history and card --------------------------------------------------------------------------------------------- */

static void a_change_stands_below_at_once(void **state)
{
	struct stage *stage = new_stage(ROLE_ADMIN, 40, 120);
	struct arena *arena = arena_new();
	struct page_item item;

	(void)state;
	open_person(stage, "user008");
	line_with(stage, arena, "Changes", &item);
	assert_memory_equal(item.words, "none;", 5);
	stage_keys(stage, "l Ctrl-U");
	stage_type(stage, "5 GB");
	stage_keys(stage, "Ctrl-G Tab Tab Enter Esc");
	assert_string_equal(record_text(fake_record(stage->engine, "user", "user008"), "quota"), "5368709120");
	line_with(stage, arena, "Changes", &item);
	assert_memory_equal(item.words, "1;", 2);
	go_to(stage, "Changes", &item);
	stage_keys(stage, "Enter");
	shows(stage, "user008");
	arena_free(arena);
	stage_free(stage);
}

static void the_card_is_for_reading_out(void **state)
{
	struct stage *stage = new_stage(ROLE_HELPDESK, 24, 80);

	(void)state;
	open_person(stage, "user001");
	stage_keys(stage, "c");
	shows(stage, "server mail.example.com, port 993, TLS");
	shows(stage, "user001@example.de  (the whole address)");
	shows(stage, "https://webmail.example.com");
	stage_keys(stage, "Esc");
	stage->engine->config->card = (struct card_settings){ .imap = "as always", .user = CARD_USER_LOGIN };
	stage_keys(stage, "c");
	shows(stage, "Read mail (IMAP)   as always");
	shows(stage, "User name          user001");
	shows(stage, "Send mail (SMTP)   not configured, and no open port was seen");
	shows(stage, "Webmail            not configured");
	stage_free(stage);
}

static void the_desk_begins_with_the_search(void **state)
{
	struct fake_settings settings = { .role = ROLE_HELPDESK, .servers = 3 };
	struct stage *stage = stage_new(&settings, NULL, 24, 80, VISIBLE_UTF8);

	(void)state;
	assert_string_equal(session_place(session_top(stage->session)), "field");
	stage_type(stage, "user001");
	stage_keys(stage, "Enter");
	assert_string_equal(place(stage), "page");
	stage_free(stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_names_its_key),
		cmocka_unit_test(what_is_made_wrong_is_told),
		cmocka_unit_test(what_found_no_room_is_told),
		cmocka_unit_test(a_stolen_account_is_told),
		cmocka_unit_test(a_filter_is_read_on_request_only),
		cmocka_unit_test(a_refused_login_is_told),
		cmocka_unit_test(an_expired_account_is_no_lock),
		cmocka_unit_test(the_log_tells_the_last_login), cmocka_unit_test(access_tells_that_it_reads),
		cmocka_unit_test(somebody_elses_person_is_only_looked_at),
		cmocka_unit_test(access_says_who_can_give_it),
		cmocka_unit_test(no_key_for_whom_it_does_nothing),
		cmocka_unit_test(open_steps_stand_first),
		cmocka_unit_test(a_silent_question_delays_no_other),
		cmocka_unit_test(a_job_that_never_ends_is_taken_back),
		cmocka_unit_test(folders_are_asked_on_request_only),
		cmocka_unit_test(an_idle_page_asks_nothing),
		cmocka_unit_test(the_cursor_stays_on_its_line),
		cmocka_unit_test(a_page_begins_at_its_first_line),
		cmocka_unit_test(an_old_answer_says_that_it_is_old),
		cmocka_unit_test(what_no_way_leads_to_says_why),
		cmocka_unit_test(a_change_stands_below_at_once),
		cmocka_unit_test(the_card_is_for_reading_out),
		cmocka_unit_test(the_desk_begins_with_the_search),
	};

	return cmocka_run_group_tests_name("ui_person", tests, NULL, NULL);
}
