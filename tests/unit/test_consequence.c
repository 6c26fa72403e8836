/*
 * test_consequence: what a change causes, row by row.  A case is a person as
 * they are, edits, what is known of the world, and the rows that must speak
 * ("rule:severity", or "rule:severity:words in it"); rows that must be silent begin with "!".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/consequence.h"
#include "model/store.h"
#include "tests/unit/speaking.h"

static const char *const domains[] = { "example.com", "example.org", NULL };
static const char *const two_servers[] = { "mail1.example.com", "mail2.example.com", NULL };
static const char *const one_server[] = { "mail1.example.com", NULL };
static const struct holder holders[] = {
	{ "boss@example.com", "user", "boss", "uid=boss", NULL, "address" },
	{ "info@example.com", "user", "bert", "uid=bert", NULL, "alternates" },
	{ "fwd@example.com", "user", "carl", "uid=carl", NULL, "forwards" },
};
static const struct reference references[] = {
	{ "group", "staff", "cn=staff", "uniqueMember", "uid=anna", "member", false, false },
	{ "group", "staff", "cn=staff", "memberUid", "anna", "member", false, false },
	{ "mailinglist", "news", "cn=news", "univentionMailMember", "anna@example.com", "list member", false, false },
	{ "folder", "team@example.com", "cn=team", "univentionMailACL", "anna@example.com write", "right on folder", false, false },
	{ "mailinglist", "board", "cn=board", "univentionAllowedEmailUsers", "uid=anna", "allowed sender", false, false },
};

enum world { PLAIN = 0, ONE_SERVER = 1, BLIND = 2, MANAGED = 4, FOREIGN = 8, LOOKALIKE = 16, REFERENCES = 32, UNREAD = 64, ASTRAY = 128, THROUGH = 256, FOLDERS = 512 };

static const char *const folders_elsewhere[] = { "info@example.com", "team@example.com", NULL };
static const struct finding astray[] = {
	{ "dangling-forward", "forwards", true, "nobody here has nobody@example.com" },
	{ "forward-circle", "forwards", true, "mail runs in a circle with bert@example.com" },
};

static const struct user_case {
	const char *what;
	enum verb verb;
	const char *now[6];                /* fields of the person, beside login anna and address anna@example.com */
	const char *edits[6];
	enum known rename, delete, unique, flag_mode;
	unsigned world;
	const char *rules[8];
} user_cases[] = {
	/* the four outcomes of an address change, and what is not known */
	{ "address, rename on", VERB_EDIT, { NULL }, { "address=new@example.com" }, KNOWN_YES, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "mailbox-moved:note", "mailbox-reuse:warning", "address-refused:warning", "login-by-address:note", "!mailbox-left", "!mailbox-destroyed" } },
	{ "address, rename on, delete on", VERB_EDIT, { NULL }, { "address=new@example.com" }, KNOWN_YES, KNOWN_YES, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "mailbox-moved:note", "mailbox-reuse:note", "!mailbox-destroyed" } },
	{ "address, both off", VERB_EDIT, { NULL }, { "address=new@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "mailbox-left:warning", "!mailbox-destroyed", "!mailbox-moved", "!mailbox-unknown" } },
	{ "address, only delete on", VERB_EDIT, { NULL }, { "address=new@example.com" }, KNOWN_NO, KNOWN_YES, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "mailbox-destroyed:loss", "!mailbox-left" } },
	{ "address, nothing known", VERB_EDIT, { NULL }, { "address=new@example.com" }, KNOWN_NOT, KNOWN_NOT, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "mailbox-unknown:loss", "!mailbox-left", "!mailbox-moved", "!mailbox-destroyed" } },
	{ "address, rename unknown, delete off", VERB_EDIT, { NULL }, { "address=new@example.com" }, KNOWN_NOT, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "mailbox-unknown:warning" } },
	{ "address, rename unknown, delete on", VERB_EDIT, { NULL }, { "address=new@example.com" }, KNOWN_NOT, KNOWN_YES, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "mailbox-unknown:loss", "!mailbox-destroyed" } },
	{ "address, rename off, delete unknown", VERB_EDIT, { NULL }, { "address=new@example.com" }, KNOWN_NO, KNOWN_NOT, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "mailbox-unknown:loss" } },
	{ "address in other letters is the same", VERB_EDIT, { NULL }, { "address=Anna@example.com" }, KNOWN_NO, KNOWN_YES, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "!mailbox-destroyed", "!mailbox-reuse", "!address-refused" } },
	{ "old address stays as alternative", VERB_EDIT, { NULL }, { "address=new@example.com", "alternates+=anna@example.com" },
		KNOWN_YES, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "!address-refused", "mailbox-moved:note" } },
	/* address removed, user deleted */
	{ "address removed, delete off", VERB_EDIT, { NULL }, { "address=" }, KNOWN_YES, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "mailbox-kept:warning", "address-refused:warning", "!mailbox-moved" } },
	{ "address removed, delete on", VERB_EDIT, { NULL }, { "address=" }, KNOWN_YES, KNOWN_YES, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "mailbox-destroyed:loss" } },
	{ "address removed, unknown", VERB_EDIT, { NULL }, { "address=" }, KNOWN_NOT, KNOWN_NOT, KNOWN_NO, KNOWN_YES, PLAIN, { "mailbox-unknown:loss" } },
	{ "alternates without address", VERB_EDIT, { "alternates=a@example.org" }, { "address=" }, KNOWN_YES, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "no-mailbox:warning" } },
	{ "user deleted", VERB_DELETE, { NULL }, { NULL }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, REFERENCES,
		{ "account-gone:loss", "mailbox-kept:warning", "memberships-taken:note", "references-dangling:warning", "!references-unread", "listeners-follow:note" } },
	{ "user deleted, delete on", VERB_DELETE, { NULL }, { NULL }, KNOWN_NO, KNOWN_YES, KNOWN_NO, KNOWN_YES, UNREAD,
		{ "account-gone:loss", "mailbox-destroyed:loss", "references-unread:warning", "!memberships-taken" } },
	{ "user without address deleted", VERB_DELETE, { "address=" }, { NULL }, KNOWN_NOT, KNOWN_NOT, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "account-gone:loss", "!mailbox-unknown", "!mailbox-kept" } },
	{ "references to the old address", VERB_EDIT, { NULL }, { "address=new@example.com" }, KNOWN_YES, KNOWN_NO, KNOWN_NO, KNOWN_YES, REFERENCES,
		{ "references-left:warning", "!memberships-taken", "!references-dangling" } },
	{ "alternate that another has too goes", VERB_EDIT, { "alternates=info@example.com" }, { "alternates=" }, KNOWN_NO, KNOWN_NO, KNOWN_NO,
		KNOWN_YES, PLAIN, { "alternates-gone:warning:the user bert" } },
	{ "alternate that nobody else has goes", VERB_EDIT, { "alternates=a@example.com" }, { "alternates=" }, KNOWN_NO, KNOWN_NO, KNOWN_NO,
		KNOWN_YES, PLAIN, { "alternates-gone:warning:refused" } },
	{ "user with a shared alternate deleted", VERB_DELETE, { "alternates=info@example.com" }, { NULL }, KNOWN_NO, KNOWN_NO, KNOWN_NO,
		KNOWN_YES, PLAIN, { "alternates-gone:warning:the user bert" } },
	{ "primary that another has as alternate goes", VERB_EDIT, { "address=info@example.com" }, { "address=new@example.com" }, KNOWN_YES,
		KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "address-refused:warning:the user bert" } },
	{ "holders not read", VERB_EDIT, { NULL }, { "address=new@example.com", "alternates+=b@example.com" }, KNOWN_YES, KNOWN_NO, KNOWN_NO,
		KNOWN_YES, UNREAD, { "holders-unread:warning" } },
	{ "no new address, holders not read", VERB_EDIT, { NULL }, { "quota=0" }, KNOWN_YES, KNOWN_NO, KNOWN_NO, KNOWN_YES, UNREAD,
		{ "!holders-unread" } },
	/* names */
	{ "family name without name", VERB_EDIT, { "full_name=Anna Smith", "given_name=Anna", "family_name=Smith" }, { "family_name=Jones" }, KNOWN_NO,
		KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "name-stays:note:Anna Jones" } },
	{ "family name with name", VERB_EDIT, { "full_name=Anna Smith", "given_name=Anna", "family_name=Smith" },
		{ "family_name=Jones", "full_name=Anna Jones" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "!name-stays" } },
	{ "name without family name", VERB_EDIT, { "full_name=Anna Smith", "given_name=Anna", "family_name=Smith" }, { "full_name=A. Smith" }, KNOWN_NO,
		KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "!name-stays" } },
	/* forwards that lead nowhere */
	{ "forward that dangles and circles", VERB_EDIT, { NULL }, { "forwards=nobody@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, ASTRAY,
		{ "dangling-forward:warning:nobody here has", "forward-circle:warning:runs in a circle" } },
	{ "forward that arrives", VERB_EDIT, { NULL }, { "forwards=boss@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "!dangling-forward", "!forward-circle" } },
	/* new addresses */
	{ "new user", VERB_ADD, { NULL }, { "address=new@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, ONE_SERVER,
		{ "mailbox-reuse:warning", "no-password:note", "!no-mailbox", "!home-server-empty", "!quota-lowered", "!login-digits" } },
	{ "new user without address", VERB_ADD, { NULL }, { "family_name=X" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "no-mailbox:note", "!mailbox-reuse", "!home-server-empty" } },
	{ "new user without server, two servers", VERB_ADD, { NULL }, { "address=new@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "home-server-empty:warning" } },
	{ "alternate is a primary, mode B", VERB_EDIT, { NULL }, { "alternates+=boss@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "alternate-is-primary:warning" } },
	{ "alternate is a primary, unique", VERB_EDIT, { NULL }, { "alternates+=boss@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_YES, KNOWN_NO, PLAIN,
		{ "alternate-is-primary:refuse" } },
	{ "alternate shared", VERB_EDIT, { NULL }, { "alternates+=Info@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_NO, PLAIN,
		{ "alternate-shared:warning", "!alternate-is-primary" } },
	{ "alternate shared, unique", VERB_EDIT, { NULL }, { "alternates+=info@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_YES, KNOWN_NO, PLAIN,
		{ "alternate-shared:refuse" } },
	{ "alternate shared, nobody knows", VERB_EDIT, { NULL }, { "alternates+=info@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NOT, KNOWN_NO, PLAIN,
		{ "alternate-shared:warning" } },
	{ "shared before is no news", VERB_EDIT, { "alternates=info@example.com" }, { "quota=1048576" }, KNOWN_NO, KNOWN_NO, KNOWN_YES, KNOWN_NO, PLAIN,
		{ "!alternate-shared", "quota-when:note" } },
	{ "primary is an alternate", VERB_EDIT, { NULL }, { "address=info@example.com" }, KNOWN_YES, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "primary-is-alternate:warning" } },
	{ "forwarded to already", VERB_ADD, { NULL }, { "address=fwd@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, ONE_SERVER,
		{ "address-forwarded-to:note" } },
	{ "domain not readable", VERB_EDIT, { NULL }, { "alternates+=a@else.example" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, BLIND,
		{ "domain-unchecked:warning" } },
	{ "block list not readable", VERB_EDIT, { NULL }, { "address=new@example.com" }, KNOWN_YES, KNOWN_NO, KNOWN_NO, KNOWN_YES, UNREAD,
		{ "blocklist-unread:warning" } },
	{ "block list not readable, quota", VERB_EDIT, { NULL }, { "quota=1048576" }, KNOWN_YES, KNOWN_NO, KNOWN_NO, KNOWN_YES, UNREAD,
		{ "!blocklist-unread" } },
	{ "alternate taken away", VERB_EDIT, { "alternates=a@example.org" }, { "alternates=" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "alternates-gone:warning" } },
	{ "alternate becomes primary", VERB_EDIT, { "alternates=a@example.org" }, { "alternates=anna@example.com", "address=a@example.org" },
		KNOWN_YES, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "!alternates-gone", "!address-refused" } },
	{ "character", VERB_ADD, { NULL }, { "address=a+b@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, ONE_SERVER,
		{ "address-character:warning" } },
	/* forwards */
	{ "forward outside without copy", VERB_EDIT, { NULL }, { "forwards+=me@gmail.com", "keep_copy=no" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "forward-leaves-house:warning", "forward-no-copy:warning", "!copy-without-forward" } },
	{ "forward inside with copy", VERB_EDIT, { NULL }, { "forwards+=boss@example.com", "keep_copy=yes" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "!forward-leaves-house", "!forward-no-copy", "!forward-flag-missing" } },
	{ "mode B without flag", VERB_EDIT, { NULL }, { "forwards+=boss@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "forward-flag-missing:note", "!forward-no-copy" } },
	{ "mode A without own address", VERB_EDIT, { NULL }, { "forwards+=boss@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_NO, PLAIN,
		{ "forward-no-copy:warning", "!forward-flag-missing" } },
	{ "mode unknown, not said", VERB_EDIT, { NULL }, { "forwards+=boss@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_NOT, PLAIN,
		{ "forward-flag-missing:warning", "!forward-mode-unknown" } },
	{ "mode unknown, said", VERB_EDIT, { NULL }, { "forwards+=boss@example.com", "keep_copy=yes" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_NOT, PLAIN,
		{ "forward-mode-unknown:warning" } },
	{ "copy without forward", VERB_EDIT, { NULL }, { "keep_copy=yes" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "copy-without-forward:note" } },
	{ "forward to own alternate", VERB_EDIT, { "alternates=a@example.org" }, { "forwards+=a@example.org", "keep_copy=yes" },
		KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "forward-to-self:warning" } },
	{ "forward, domains not readable", VERB_EDIT, { NULL }, { "forwards+=me@gmail.com", "keep_copy=yes" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, BLIND,
		{ "forward-leaves-house:warning" } },
	/* home server */
	{ "home server, delete off", VERB_EDIT, { "home_server=mail1.example.com" }, { "home_server=mail2.example.com" },
		KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "home-server-moves-no-mail:warning", "!home-server-destroys", "!home-server-unlisted" } },
	{ "home server, folders on the old one", VERB_EDIT, { "home_server=mail1.example.com" }, { "home_server=mail2.example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO,
		KNOWN_YES, FOLDERS, { "home-server-folders:warning:2 shared folders are not on mail2.example.com" } },
	{ "folders and another field", VERB_EDIT, { "home_server=mail1.example.com" }, { "quota=1048576" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, FOLDERS,
		{ "!home-server-folders" } },
	{ "need not be changed any more", VERB_EDIT, { "must_change=yes" }, { "must_change=no" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "must-change-gone:warning:may be kept for good", "!must-change-where" } },
	{ "not with a new password", VERB_EDIT, { "must_change=yes" }, { "must_change=no", "password=some secret words" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "!must-change-gone", "password-final:warning" } },
	{ "unlocked", VERB_EDIT, { "locked=yes" }, { "locked=no" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "lock-opens:warning:on purpose", "!lock-keeps" } },
	{ "locked", VERB_EDIT, { "locked=no" }, { "locked=yes" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "lock-keeps:note", "!lock-opens" } },
	{ "home server, delete on", VERB_EDIT, { "home_server=mail1.example.com" }, { "home_server=mail2.example.com" },
		KNOWN_NO, KNOWN_YES, KNOWN_NO, KNOWN_YES, PLAIN, { "home-server-destroys:loss", "!home-server-moves-no-mail" } },
	{ "home server, unknown", VERB_EDIT, { "home_server=mail1.example.com" }, { "home_server=mail2.example.com" },
		KNOWN_NO, KNOWN_NOT, KNOWN_NO, KNOWN_YES, PLAIN, { "home-server-unknown:loss" } },
	{ "home server of nobody's mailbox", VERB_EDIT, { "address=", "home_server=mail1.example.com" }, { "home_server=mail2.example.com" },
		KNOWN_NO, KNOWN_YES, KNOWN_NO, KNOWN_YES, PLAIN, { "!home-server-destroys" } },
	{ "home server emptied", VERB_EDIT, { "home_server=mail1.example.com" }, { "home_server=" }, KNOWN_NO, KNOWN_YES, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "home-server-empty:warning", "!home-server-destroys" } },
	{ "the only server named", VERB_EDIT, { NULL }, { "home_server=mail1.example.com" }, KNOWN_NO, KNOWN_YES, KNOWN_NO, KNOWN_YES, ONE_SERVER,
		{ "!home-server-destroys" } },
	{ "one of two servers named", VERB_EDIT, { NULL }, { "home_server=mail1.example.com" }, KNOWN_NO, KNOWN_YES, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "home-server-destroys:loss" } },
	{ "unlisted server beside a quota", VERB_EDIT, { "home_server=old.example.com" }, { "quota=1048576" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "home-server-unlisted:note", "!home-server-moves-no-mail" } },
	{ "server not readable", VERB_EDIT, { NULL }, { "home_server=x.example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, BLIND,
		{ "home-server-unlisted:warning" } },
	/* quota */
	{ "quota raised", VERB_EDIT, { "quota=1048576" }, { "quota=2097152" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "quota-when:note", "!quota-lowered", "!quota-no-limit", "!listeners-follow" } },
	{ "quota lowered", VERB_EDIT, { "quota=2097152" }, { "quota=1048576" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "quota-lowered:warning" } },
	{ "first quota", VERB_EDIT, { NULL }, { "quota=1048576" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "quota-lowered:warning" } },
	{ "no limit by 0", VERB_EDIT, { "quota=1048576" }, { "quota=0" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "quota-no-limit:warning" } },
	{ "no limit by nothing", VERB_EDIT, { "quota=1048576" }, { "quota=" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "quota-no-limit:warning" } },
	/* the rest */
	{ "login renamed", VERB_RENAME, { NULL }, { "login=anne" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, REFERENCES,
		{ "login-renamed:note", "references-left:warning", "!mailbox-left", "!mailbox-reuse" } },
	{ "login of digits", VERB_RENAME, { NULL }, { "login=4711" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "login-digits:note" } },
	{ "login of two scripts", VERB_RENAME, { NULL }, { "login=\321\200aypal" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "mixed-scripts:warning" } },
	{ "managed user created", VERB_ADD, { NULL }, { "address=new@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, MANAGED, { "managed-elsewhere:refuse" } },
	{ "managed user deleted", VERB_DELETE, { NULL }, { NULL }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, MANAGED, { "managed-elsewhere:refuse" } },
	{ "user deleted through UDM", VERB_DELETE, { NULL }, { NULL }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, THROUGH, { "account-gone:loss:cannot be taken back" } },
	{ "user made with a password", VERB_ADD, { NULL }, { "password=some secret words" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, THROUGH, { "!no-password" } },
	{ "managed user renamed", VERB_RENAME, { NULL }, { "login=anne" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, MANAGED, { "managed-elsewhere:refuse" } },
	{ "managed user edited", VERB_EDIT, { NULL }, { "quota=1048576" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, MANAGED, { "!managed-elsewhere" } },
	{ "foreign entry", VERB_EDIT, { NULL }, { "quota=1048576" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, FOREIGN, { "foreign-object:note" } },
	{ "lookalike", VERB_ADD, { NULL }, { "address=new@example.com" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, LOOKALIKE, { "lookalike:warning" } },
	{ "fetchmail", VERB_EDIT, { NULL }, { "fetchmail+=server=a.de user=x password=p" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "fetchmail-clear-text:warning", "listeners-follow:note", "!fetchmail-gone" } },
	{ "fetchmail taken away", VERB_EDIT, { "fetchmail=server=a.de user=x" }, { "fetchmail=" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "fetchmail-gone:warning", "!fetchmail-clear-text" } },
	{ "fetchmail changed only", VERB_EDIT, { "fetchmail=server=a.de user=x keep=no" }, { "fetchmail=server=A.de user=x keep=yes" },
		KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN, { "!fetchmail-gone" } },
	{ "fetchmail for many", VERB_EDIT, { NULL }, { "fetchmail_multi+=server=a.de user=x password=p" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "fetchmail-clear-text:warning", "listeners-follow:note" } },
	{ "fetchmail for many taken away", VERB_EDIT, { "fetchmail_multi=server=a.de user=x" }, { "fetchmail_multi=" }, KNOWN_NO, KNOWN_NO, KNOWN_NO, KNOWN_YES, PLAIN,
		{ "fetchmail-gone:warning", "listeners-follow:note" } },
	{ "nothing", VERB_EDIT, { NULL }, { NULL }, KNOWN_NOT, KNOWN_NOT, KNOWN_NOT, KNOWN_NOT, BLIND | UNREAD,
		{ "!mailbox-unknown", "!references-unread", "!home-server-unlisted", "!quota-when", "!listeners-follow" } },
};

static void put(struct record *record, const char *text)
{
	const char *sign = strchr(text, '=');
	char *name = arena_bytes(record->arena, text, (size_t)(sign - text));

	record_set_text(record, name, sign[1] ? sign + 1 : NULL);
}

static struct record *person(const struct user_case *one)
{
	struct record *record = record_new(&kind_user);

	put(record, "login=anna");
	record->name = "anna";
	put(record, "address=anna@example.com");
	for (size_t i = 0; one->now[i]; i++)
		put(record, one->now[i]);
	record->foreign = one->world & FOREIGN;
	return record;
}

static void lay_edit(struct change *change, const char *text)
{
	const char *sign = strchr(text, '=');
	enum edit_how how = sign[-1] == '+' ? EDIT_ADD : EDIT_SET;
	char *name = arena_bytes(change->arena, text, (size_t)(sign - text) - (how == EDIT_ADD));

	if (change->verb == VERB_RENAME)
		change->new_name = sign + 1;
	else
		change_edit_text(change, kind_field(change->kind, name), how, sign[1] ? sign + 1 : NULL);
}

static struct facts facts_of(const struct user_case *one, struct record *now)
{
	struct facts facts = {
		.now = now, .domains = domains, .servers = one->world & ONE_SERVER ? one_server : two_servers,
		.domains_complete = !(one->world & BLIND), .servers_complete = !(one->world & BLIND),
		.holders = holders, .holder_count = sizeof(holders) / sizeof(holders[0]),
		.references_complete = !(one->world & UNREAD),
		.blocked_unread = one->world & UNREAD, .holders_unread = one->world & UNREAD,
		.mailbox_rename = one->rename, .mailbox_delete = one->delete,
		.alternates_unique = one->unique, .forward_flag_mode = one->flag_mode,
		.management = one->world & MANAGED ? "Users belong to UDM; run: udm users/user create." : NULL,
		.through = one->world & THROUGH ? "UDM" : NULL,
		.lookalike = one->world & LOOKALIKE ? "nevv@example.com" : NULL,
	};

	if (one->world & FOLDERS) {
		facts.folders_left = folders_elsewhere;
		facts.folders_left_count = 2;
	}
	if (one->world & ASTRAY) {
		facts.findings = astray;
		facts.finding_count = sizeof(astray) / sizeof(astray[0]);
	}
	if (one->world & REFERENCES) {
		facts.references = references;
		facts.reference_count = sizeof(references) / sizeof(references[0]);
	}
	return facts;
}

static void rows_speak(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(user_cases) / sizeof(user_cases[0]); i++) {
		const struct user_case *one = &user_cases[i];
		struct record *now = one->verb == VERB_ADD ? NULL : person(one);
		struct facts facts = facts_of(one, now);
		struct change *change = change_new(one->verb, &kind_user, one->verb == VERB_ADD ? "newcomer" : "anna");
		struct consequence *list;
		size_t count;

		for (size_t j = 0; one->edits[j]; j++)
			lay_edit(change, one->edits[j]);
		count = consequences_of(change->arena, change, change_result(change->arena, change, now), &facts, &list);
		for (size_t j = 0; one->rules[j]; j++)
			expect_speaking(one->what, list, count, one->rules[j]);
		expect_sentences(one->what, list, count);
		change_free(change);
		record_free(now);
	}
}

static const struct domain_case {
	const char *what;
	enum verb verb;
	const char *name, *new_name;
	size_t users, folders;
	bool complete;
	const char *rules[5];
} domain_cases[] = {
	{ "new", VERB_ADD, "new.example", NULL, 0, 0, true, { "domain-accepted:note", "!domain-no-dot", "listeners-follow:note" } },
	{ "new without dot", VERB_ADD, "host", NULL, 0, 0, true, { "domain-no-dot:warning" } },
	{ "new of two scripts", VERB_ADD, "xn--pypal-4ve.example", NULL, 0, 0, true, { "mixed-scripts:warning" } },
	{ "unused deleted", VERB_DELETE, "old.example", NULL, 0, 0, true, { "domain-gone:warning", "!domain-in-use", "!domain-count-unsure" } },
	{ "used deleted", VERB_DELETE, "old.example", NULL, 12, 1, true, { "domain-in-use:refuse" } },
	{ "used by a folder only", VERB_DELETE, "old.example", NULL, 0, 1, true, { "domain-in-use:refuse" } },
	{ "used renamed", VERB_RENAME, "old.example", "new.example", 1, 0, true, { "domain-in-use:refuse" } },
	{ "unused renamed", VERB_RENAME, "old.example", "new.example", 0, 0, true, { "domain-gone:warning", "domain-accepted:note", "!domain-in-use" } },
	{ "counts not read", VERB_DELETE, "old.example", NULL, 0, 0, false, { "domain-count-unsure:warning" } },
};

static void domains_speak(void **state)
{
	static const char *const inside[] = { "anna", "bert", "carl", "dora", "emil", "fritz", "gerda", NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(domain_cases) / sizeof(domain_cases[0]); i++) {
		const struct domain_case *one = &domain_cases[i];
		struct record *now = one->verb == VERB_ADD ? NULL : record_new(&kind_domain);
		struct facts facts = { .now = now, .users_in_domain = one->users, .folders_in_domain = one->folders,
			.references_complete = one->complete, .in_domain = inside };
		struct change *change = change_new(one->verb, &kind_domain, one->name);
		struct consequence *list;
		size_t count;

		if (now) {
			record_set_text(now, "name", one->name);
			now->name = record_text(now, "name");
		}
		change->new_name = one->new_name;
		count = consequences_of(change->arena, change, change_result(change->arena, change, now), &facts, &list);
		for (size_t j = 0; one->rules[j]; j++)
			expect_speaking(one->what, list, count, one->rules[j]);
		expect_sentences(one->what, list, count);
		if (one->users) {
			const char *sentence = speaking_of(list, count, "domain-in-use")->sentence;

			assert_int_equal(list[0].severity, SEVERITY_REFUSE);
			assert_non_null(strstr(sentence, "emil and 2 more"));
		}
		change_free(change);
		record_free(now);
	}
}

/* An undo is told as what it amounts to. */
static void undo_speaks_like_its_change(void **state)
{
	struct change *change = change_new(VERB_UNDO, &kind_user, "anna");
	struct record *now = record_new(&kind_user), *after = record_new(&kind_user);
	struct facts facts = { .domains = domains, .domains_complete = true, .servers = one_server, .servers_complete = true,
		.references_complete = true, .mailbox_delete = KNOWN_YES };
	struct consequence *list;
	size_t count;

	(void)state;
	put(now, "address=new@example.com");
	put(after, "address=old@example.com");
	facts.now = now;
	count = consequences_of(change->arena, change, after, &facts, &list);
	expect_speaking("address back", list, count, "mailbox-destroyed:loss");
	count = consequences_of(change->arena, change, NULL, &facts, &list);
	expect_speaking("creation taken back", list, count, "account-gone:loss");
	facts.now = NULL;
	count = consequences_of(change->arena, change, after, &facts, &list);
	expect_speaking("deletion taken back", list, count, "undo-is-partial:warning");
	expect_speaking("deletion taken back", list, count, "mailbox-reuse:note");
	expect_speaking("deletion taken back", list, count, "!no-password");
	count = consequences_of(change->arena, change, NULL, &facts, &list);
	assert_int_equal(count, 0);
	change_free(change);
	record_free(now);
	record_free(after);
}

/* A quota policy is written down and read by nobody; what only shows whom it reaches is no change of it. */
static void a_policy_is_not_enforced(void **state)
{
	struct change *change = change_new(VERB_EDIT, &kind_quotapolicy, "standard");
	struct record *now = record_new(&kind_quotapolicy), *after = record_new(&kind_quotapolicy);
	struct facts facts = { .now = now, .references_complete = true };
	struct consequence *list;
	size_t count;

	(void)state;
	put(now, "limit=2147483648");
	put(after, "limit=1073741824");
	count = consequences_of(change->arena, change, after, &facts, &list);
	expect_speaking("a smaller limit", list, count, "policy-not-enforced:note:Write the limit into the users");
	count = consequences_of(change->arena, change, now, &facts, &list);
	expect_speaking("nothing", list, count, "!policy-not-enforced");
	count = consequences_of(change->arena, change, NULL, &facts, &list);
	expect_speaking("gone", list, count, "policy-not-enforced:note:Quotas that users have of their own stay");
	change_free(change);
	record_free(now);
	record_free(after);
}

/* One group that names a member by DN and by login is one membership; the dangling ones are named. */
static void references_are_counted_for_people(void **state)
{
	static const struct user_case one = { .verb = VERB_DELETE, .world = REFERENCES };
	struct record *now = person(&one);
	struct facts facts = facts_of(&one, now);
	struct change *change = change_new(VERB_DELETE, &kind_user, "anna");
	struct consequence *list;
	size_t count = consequences_of(change->arena, change, NULL, &facts, &list);

	(void)state;
	assert_non_null(strstr(speaking_of(list, count, "memberships-taken")->sentence, "1 membership is"));
	assert_non_null(strstr(speaking_of(list, count, "references-dangling")->sentence, "3 references are"));
	assert_non_null(strstr(speaking_of(list, count, "references-dangling")->sentence, "folder team@example.com (right on folder)"));
	change_free(change);
	record_free(now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_speak),
		cmocka_unit_test(domains_speak),
		cmocka_unit_test(undo_speaks_like_its_change),
		cmocka_unit_test(references_are_counted_for_people), cmocka_unit_test(a_policy_is_not_enforced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
