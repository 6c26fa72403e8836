#!/bin/bash
# account.sh - a password and the locks of an account from the command line, as
# mail sees them: logins at Dovecot and, for sending, at Postfix's passdb and an
# IMAP port are refused and taken. A password is never an argument. Without
# direct = yes the command of UDM is named. Runs against the private mail system
# (lab env); one person is changed and brought back as far as that goes.
cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { skip "account" "no private mail system"; finish; exit; }
who=account.story address=account.story@example.com
pr() { "$POSTROOM" "$@" </dev/null; }
# login SERVICE PASSWORD-FILE - does Dovecot take this login? The password goes by standard input
login() { doveadm -c "$LAB_DOVECOT1_CONF" auth test -x service="$1" "$address" <"$2" >/dev/null 2>&1; }
refuses() { ! login "$@"; }
imap() { # imap PASSWORD-FILE - a login at the port itself
	curl -s --ssl-reqd --cacert "$LAB_CA" --config - >/dev/null <<-CONF
	url = "imap://127.0.0.1:$LAB_IMAP1/INBOX;MAILINDEX=1"
	request = "NOOP"
	user = "$address:$(cat "$1")"
	CONF
}
no_imap() { ! imap "$1"; }
umask 077
for i in 1 2 3; do printf 'Story-canary-%s-word' "$i$i" >"$work/word$i"; done
printf 'tiny' >"$work/short"
pr remove user $who --yes --confirm $who >/dev/null 2>&1
ok "somebody new, with a password from a file" pr add user $who given_name=Account family_name=Story "address=$address" home_server=mail1.example.com "password=@$work/word1" --yes
ok "logs in to read" login imap "$work/word1"
ok "and to send" login smtp "$work/word1"
ok "and at the port" imap "$work/word1"

status 64 "a password on the command line is refused" pr set user $who password=Story-canary-argument --yes
said "and the repair is named" "postroom reset $who --password"
status 64 "an empty one too" pr set user $who password= --yes
said "with the repair" "postroom reset $who --password"
status 65 "one that the server finds too short" pr set user $who "password=@$work/short" --yes
said "with its reason" "too short, at least 8 characters"
ok "the old one still counts" login imap "$work/word1"
ok "another one, to be changed" pr set user $who "password=@$work/word2" must_change=yes --yes
ok "then it reads nothing" refuses imap "$work/word2"
ok "sends nothing" refuses smtp "$work/word2"
ok "not at the port either" no_imap "$work/word2"
ok "until it need not be changed" pr set user $who must_change=no --yes
ok "reads" login imap "$work/word2"
ok "and the old one does not" refuses imap "$work/word1"

ok "locked" pr set user $who locked=yes --yes
ok "no reading" refuses imap "$work/word2"
ok "no sending" refuses smtp "$work/word2"
ok "shown so" sh -c '"$1" show user "$2" </dev/null | grep -i "password policy, by an admin"' - "$POSTROOM" $who
ok "taken back" pr undo --yes
ok "reading again" login imap "$work/word2"
status 65 "wrong passwords lock, nobody else" pr set user $who failed_lock=yes --yes
status 65 "a lock comes with nobody new" pr add user $who.two family_name=Two locked=yes --yes

# Without direct = yes all of it is UDM's.
sed -e '/direct = yes/d' "$POSTROOM_CONFIG" >"$work/postroom.conf"
chmod 600 "$work/postroom.conf"
for edit in locked=yes must_change=yes failed_lock=no "password=@$work/word3"; do
	"$POSTROOM" --config "$work/postroom.conf" set user $who "$edit" --yes </dev/null >"$work/out" 2>&1
	case $edit in
	locked*) want=disabled=1 ;;
	must*) want=pwdChangeNextLogin=1 ;;
	failed*) want=unlock=1 ;;
	password*) want=password=... ;;
	esac
	if grep -qF -- "--set '$want'" "$work/out" && grep -q "udm users/user modify" "$work/out"; then say_ok "UDM's command for ${edit%%=*}"; else say_not "UDM's command for ${edit%%=*}" <"$work/out"; fi
done

ok "gone again" pr remove user $who --yes --confirm $who
if grep -rlE 'Story-canary' "$(sed -n 's/^state_dir = "\(.*\)"/\1/p' "$POSTROOM_CONFIG")" "$LAB_DIR/log" >"$work/out" 2>/dev/null; then say_not "no password in journal and logs" <"$work/out"
else say_ok "no password in journal and logs"; fi
finish
