#!/bin/bash
# doveadm_keys.sh - the key of each role at Dovecot's HTTP API, as
# packaging/dovecot ships it: every command that this Dovecot knows is asked for
# with each key, and what is not in the role's list is "unAuthorized". A client
# without any of our checks, against the private mail system.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { skip "keys of doveadm" "no private mail system"; finish; exit; }
(exec 3<>"/dev/tcp/127.0.0.2/$LAB_DOVEADM_HTTP1") 2>/dev/null || { skip "keys of doveadm" "Dovecot does not listen at 127.0.0.2"; finish; exit; }

sample=packaging/dovecot/doveadm-roles.conf
person=anna.schmid@example.com
# key FILE - as curl wants it, so that it stands in no argument
key() { printf 'header = "Authorization: X-Dovecot-API %s"\n' "$(base64 -w0 <"$1")" >"$work/key-$2"; }
key "$LAB_DOVEADM_KEY_FILE" admin
key "$LAB_DOVEADM_KEY_HELPDESK" helpdesk
key "$LAB_DOVEADM_KEY_MONITOR" monitor
# ask ADDRESS ROLE COMMAND PARAMETERS - the answer, and the HTTP code behind it
ask() { curl -sS -m 20 -K "$work/key-$2" -w '\n%{http_code}\n' -d "[[\"$3\",$4,\"t\"]]" "http://$1:$LAB_DOVEADM_HTTP1/doveadm/v1" 2>&1; }
code() { [ "$(ask "$2" "$3" who '{"separateConnections":true}' | tail -1)" = "$4" ] && say_ok "$1" || ask "$2" "$3" who '{}' | say_not "$1"; }

# --- whose key opens what ---------------------------------------------------------
code "the admin's key at the admin's address" 127.0.0.1 admin 200
code "the helpdesk's at the helpdesk's" 127.0.0.2 helpdesk 200
code "the monitor's at the monitor's" 127.0.0.3 monitor 200
code "not the helpdesk's at the admin's" 127.0.0.1 helpdesk 401
code "not the monitor's at the admin's" 127.0.0.1 monitor 401
code "not the monitor's at the helpdesk's" 127.0.0.2 monitor 401
code "not the helpdesk's at the monitor's" 127.0.0.3 helpdesk 401
code "nor the admin's at the helpdesk's" 127.0.0.2 admin 401
for ip in 127.0.0.2 127.0.0.3; do
	for word in "$(cat "$LAB_DOVEADM_KEY_FILE")" ""; do
		printf 'user = "doveadm:%s"\n' "$word" >"$work/key-basic"
		code "no password opens $ip" $ip basic 401
	done
done

# --- every command ------------------------------------------------------------------
curl -sS -m 20 -K "$work/key-admin" "http://127.0.0.1:$LAB_DOVEADM_HTTP1/doveadm/v1" >"$work/list" 2>&1
grep -oE '"command" *: *"[A-Za-z]+"' "$work/list" | sed 's/.*"\([A-Za-z]*\)"$/\1/' | sort -u >"$work/commands"
all=$(wc -l <"$work/commands")
[ "$all" -ge 80 ] && say_ok "Dovecot tells its commands" || say_not "Dovecot tells its commands" <"$work/list"
# allowed ROLE-ADDRESS-IN-SAMPLE - in the API's spelling
allowed() {
	sed -n "/^local $1 /,/^}/s/.*doveadm_allowed_commands = //p" "$sample" | tr ',' '\n' |
		awk '{ out = $1; for (i = 2; i <= NF; i++) out = out toupper(substr($i, 1, 1)) substr($i, 2); print out }' | sort -u
}
# good_words COMMAND - parameters that harm nobody
good_words() {
	case $1 in
	who) echo '{"separateConnections":true}' ;;
	kick) echo '{"mask":["nobody@nowhere.example"]}' ;;
	authCacheFlush) echo '{"user":["nobody@nowhere.example"]}' ;;
	aclGet) echo "{\"user\":\"$person\",\"mailbox\":\"INBOX\"}" ;;
	mailboxStatus) echo "{\"user\":\"$person\",\"field\":[\"messages\"],\"mailboxMask\":[\"INBOX\"]}" ;;
	sieveGet | sieveActivate | sieveDelete) echo "{\"user\":\"$person\",\"scriptname\":\"story-not-there\"}" ;;
	sievePut) echo "{\"user\":\"$person\",\"scriptname\":\"postroom-absence\",\"file\":\"keep;\"}" ;;
	quotaGet | quotaRecalc | sieveList | sieveDeactivate | mailboxList) echo "{\"user\":\"$person\"}" ;;
	*) echo '{}' ;;
	esac
}
for role in "helpdesk 127.0.0.2 192.0.2.12" "monitor 127.0.0.3 192.0.2.13"; do
	read -r name ip place <<<"$role"
	allowed "$place" >"$work/allowed"
	: >"$work/wrong"
	while read -r command; do
		answer=$(ask "$ip" "$name" "$command" '{}')
		case $answer in *unAuthorized*) ;; *) echo "$command: $answer" >>"$work/wrong" ;; esac
	done < <(comm -23 "$work/commands" "$work/allowed")
	denied=$(comm -23 "$work/commands" "$work/allowed" | wc -l)
	[ ! -s "$work/wrong" ] && say_ok "$name is denied the other $denied commands" || say_not "$name is denied the other $denied commands" <"$work/wrong"
	comm -13 "$work/commands" "$work/allowed" | grep -v '^sieve' >"$work/unknown"
	[ ! -s "$work/unknown" ] && say_ok "$name: every name in the list is a command" || say_not "$name: every name in the list is a command" <"$work/unknown"
	: >"$work/wrong"
	while read -r command; do
		answer=$(ask "$ip" "$name" "$command" "$(good_words "$command")")
		case $answer in *unAuthorized* | *unknownMethod* | *invalidRequest* | *401) echo "$command: $answer" >>"$work/wrong" ;; esac
	done <"$work/allowed"
	[ ! -s "$work/wrong" ] && say_ok "$name is answered its $(wc -l <"$work/allowed")" || say_not "$name is answered its own" <"$work/wrong"
done
curl -sS -m 20 -K "$work/key-admin" -d "[[\"sieveDelete\",{\"user\":\"$person\",\"scriptname\":[\"postroom-absence\"]},\"t\"]]" \
	"http://127.0.0.1:$LAB_DOVEADM_HTTP1/doveadm/v1" >/dev/null 2>&1

# --- with postroom ----------------------------------------------------------------------
mkdir -p -m 700 "$work/state"
{ sed "/^server /,\$d; s|^state_dir.*|state_dir = \"$work/state\"|" "$LAB_CONFIG_HELPDESK"
printf 'server mail1 {\n\trole = mailbox\n\taddress = "127.0.0.1"\n\tports = { "imap %s" }\n\thttp = "http://127.0.0.2:%s"\n\thttp_plain = yes\n\thttp_key_file = "%s"\n}\n' \
	"$LAB_IMAP1" "$LAB_DOVEADM_HTTP1" "$LAB_DOVEADM_KEY_HELPDESK"; } >"$work/helpdesk.conf"
chmod 600 "$work/helpdesk.conf"
status 0 "postroom works with the helpdesk's key" "$POSTROOM" --config "$work/helpdesk.conf" who
# What this way can never do is told beforehand, and is no step that fails each time.
status 0 "a new password is no step short" "$POSTROOM" --config "$work/helpdesk.conf" reset "$person" --password --dry-run
said "that nobody tries it at the server is told" "the new password is not tried at the mail server: mail1: no way for auth-test"
said "and that sessions for sending go on" "SMTP sessions that are open go on"
grep -q 'NOT DONE' "$work/out" && say_not "nothing fails" <"$work/out" || say_ok "nothing fails"

finish
