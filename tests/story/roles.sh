#!/bin/bash
# roles.sh - whom a helpdesk may change, end to end: branches, domains, protected
# people and groups, for accounts, sessions, undo and on the screen; and what the
# audit's socket and the chained journal tell of it. Runs against the private mail
# system. Not tested here: what the server denies without us (tests/live/test_forged).

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { skip "roles" "no private mail system"; finish; exit; }

listener=
trap '[ -z "$listener" ] || kill "$listener" 2>/dev/null; tmux -L "$socket" kill-server 2>/dev/null; rm -rf "$work"' EXIT
mkdir -p -m 700 "$work/admin" "$work/desk"
# conf NAME FROM STATE LINES... - a configuration with another section helpdesk
conf() {
	local name=$1 from=$2 state=$3
	shift 3
	{ sed "/^helpdesk {/,/^}/d; s|^state_dir.*|state_dir = \"$work/$state\"|" "$from"; printf '%s\n' "$@"; } >"$work/$name.conf"
	chmod 600 "$work/$name.conf"
}
conf admin "$POSTROOM_CONFIG" admin
conf desk "$LAB_CONFIG_HELPDESK" desk "helpdesk { branches = { \"cn=users,$LAB_BASE\" } domains = { \"example.com\" } protected = { jnovak1 } }"
conf groups "$LAB_CONFIG_HELPDESK" desk 'helpdesk { protected_groups = { Management, Company } }'
conf nobodys "$LAB_CONFIG_HELPDESK" desk 'helpdesk { protected_groups = { "No Such Group" } }'
conf lowered "$POSTROOM_CONFIG" admin "helpdesk { branches = { \"ou=sales,$LAB_BASE\" } }"
as() { local who=$1; shift; "$POSTROOM" --config "$work/$who.conf" "$@"; }

# --- accounts -----------------------------------------------------------------------
as admin list user --format csv --columns login,address >"$work/people" 2>/dev/null
# One of mail1 whose password no other story has changed.
inside=
for one in $(ldapsearch -x -LLL -H "$LAB_URI_LDAPI" -D "$LAB_HELPDESK_DN" -y "$LAB_HELPDESK_SECRET" -b "cn=users,$LAB_BASE" \
	"(&(uid=*1)(mailPrimaryAddress=*@example.com)(!(memberOf=cn=Management,cn=groups,$LAB_BASE)))" uid 2>/dev/null | sed -n 's/^uid: //p' | grep -v jnovak1); do
	login "$one" "$LAB_PEOPLE_SECRET" "$LAB_IMAP1" | grep -q INBOX && inside=$one && break
done
[ -n "$inside" ] && say_ok "there is somebody to look after" || say_not "there is somebody to look after" </dev/null
status 0 "a person of the branch and the domain" as desk set user "$inside" quota=1700MB --yes
status 77 "somebody of another branch" as desk set user qdang1 quota=1700MB --yes
said "is told by the branch" "qdang1 is in no branch of the directory that role helpdesk looks after"
said "with who could" "role admin may change it"
status 77 "somebody of another domain" as desk set user aschmid2 quota=1700MB --yes
said "is told by the domain" "is in no mail domain that role helpdesk looks after (example.com)"
status 77 "who is protected by name" as desk set user jnovak1 forwards=x@partner.test --yes
said "is told so" "jnovak1 is protected: the configuration names jnovak1"
status 77 "who is in a protected group" as groups set user aschmid1 quota=1700MB --yes
said "is told by the group" "protected as a member of the group Management"
status 77 "also through groups in groups" as groups set user aschmid2 quota=1700MB --yes
said "is told by the outer one" "Company"
status 77 "a protected group that is not there" as nobodys set user "$inside" quota=1700MB --yes
said "protects everybody" "No Such Group"
status 77 "a lowered admin is held to it too" as lowered --role helpdesk set user aschmid1 quota=1700MB --yes
status 0 "not the admin" as lowered set user "$inside" quota=1800MB --yes
status 0 "a look is no change" as desk show user qdang1

# --- what others changed ----------------------------------------------------------------
status 0 "the admin changes somebody beyond" as admin set user qdang1 quota=1900MB --yes
sed "s|$work/desk|$work/admin|" "$work/desk.conf" >"$work/same.conf" && chmod 600 "$work/same.conf"
status 77 "which the helpdesk does not take back" as same undo --yes
said "for the same reason" "qdang1 is in no branch"
status 0 "the admin does" as admin undo --yes

# --- sessions ------------------------------------------------------------------------------
protected=$(grep '^"*jnovak1' "$work/people" | tr -d '"\r' | cut -d, -f2)
ordinary=$(grep "^\"*$inside," "$work/people" | tr -d '"\r' | cut -d, -f2)
# comes ADDRESS - logs in, and Dovecot lists it
comes() { log_in "$LAB_IMAP1" "$1" && connected "$LAB_DOVECOT1_CONF" "$1" 1; }
ok "one who is protected is connected" comes "$protected"
ok "and somebody else" comes "$ordinary"
status 77 "sessions of who is protected stay" as desk kick "$protected" --yes
said "and that is told" "jnovak1 is protected"
ok "they do" connected "$LAB_DOVECOT1_CONF" "$protected" 1
status 77 "a mask that hits them among others too" as desk kick '*@example.*' --yes
status 0 "others end" as desk kick "$ordinary" --yes
status 0 "the admin ends both" as admin kick "$protected" --yes

# --- on the screen ----------------------------------------------------------------------------
console 100 30 --config "$work/desk.conf"
ok "the console opens" shows 'Users'
type_slowly qdang1
ok "she is found" shows 'qdang1|Dang'
keys Enter
ok "her page opens" shows 'Account +no lock'
ok "it says that she is not theirs to change" shows 'Look only +.*outside your branches'
keys b
ok "so no key begins a repair" shows 'Not possible .*outside your branches'
# Where no page says it the gate does.
escape
ok "in the list there is one" shows 'list complete'
keys M
ok "it offers all" shows 'New password'
keys End
pause
up_to '(>|▸) Lock ' >/dev/null
keys Enter
ok "a repair asks what it is to be" shows 'nothing is written yet'
keys C-g
ok "the review refuses" shows 'in no branch of the directory'
ok "and says by what" shows 'role admin may'
close_console

# --- the audit ------------------------------------------------------------------------------------
before=$(wc -l <"$LAB_AUDIT_LOG")
status 0 "a change" as desk set user "$inside" quota=1725MB --yes --reason "audit story $$"
# told - the lab's listener has the line
told() { tail -n +$((before + 1)) "$LAB_AUDIT_LOG" >"$work/out"; [ "$(grep -c "audit story $$" "$work/out")" = 1 ]; }
ok "is one line for whoever listens" soon told
tail -n +$((before + 1)) "$LAB_AUDIT_LOG" >"$work/out"
said "with what it was" '"audit":"change"'
if perl -MSocket -e 1 2>/dev/null; then
	perl -MSocket -e '$| = 1; socket(S, PF_UNIX, SOCK_DGRAM, 0) && bind(S, pack_sockaddr_un($ARGV[0])) or die $!;
		while (defined recv(S, $m, 65536, 0)) { $m =~ s/\n/\\n/g; print "$m\n" }' "$work/audit.sock" >"$work/audit" &
	listener=$!
	soon test -S "$work/audit.sock"
	{ printf 'audit_socket = "%s"\naudit_required = yes\n' "$work/audit.sock"; grep -v ^audit_socket "$work/desk.conf"; } >"$work/told.conf"
	chmod 600 "$work/told.conf"
	status 0 "a change with an audit" as told set user "$inside" quota=1750MB "--reason=ticket 4711 \"x\"" --yes
	soon test -s "$work/audit"
	cp "$work/audit" "$work/out"
	said "is one line" '"audit":"change"'
	said "who" 'cn=postroom-helpdesk'
	said "what" "\"name\":\"$inside\""
	said "why" 'ticket 4711'
	said "with which values" 'univentionMailUserQuota'
	[ "$(wc -l <"$work/audit")" = 1 ] && say_ok "and no more" || say_not "and no more" <"$work/audit"
	status 77 "what is refused is no change" as told set user qdang1 quota=1GB --yes
	[ "$(wc -l <"$work/audit")" = 1 ] && say_ok "and tells nothing" || say_not "and tells nothing" <"$work/audit"
	kill "$listener"; wait "$listener" 2>/dev/null; listener=
	status 74 "nobody listens, and it is wanted" as told set user "$inside" quota=1760MB --yes
	said "so nothing is changed" "because the audit cannot be told"
	sed -i '/audit_required/d' "$work/told.conf"
	status 0 "where it is not wanted the change is made" as told set user "$inside" quota=1770MB --yes
	said "and that is said" "the audit was not told"
else
	skip "the audit" "no perl to listen"
fi

# --- the chain ---------------------------------------------------------------------------------------
status 0 "every chain is whole" as desk history --verify
journal=$(ls "$work"/desk/journal/*.journal | head -1)
cp "$journal" "$work/kept"
sed -i 's/1700/1701/' "$journal"
status 74 "an altered value is found" as desk history --verify
cp "$work/kept" "$journal"
status 0 "put back it is whole again" as desk history --verify
sed -i '2d' "$journal"
status 74 "a record taken out is found" as desk history --verify
cp "$work/kept" "$journal"

finish
