#!/bin/bash
# kick.sh - ending the connections of people: from a script and on the screen,
# of a server here and of one over its API; who is left is Dovecot's own word.
# Runs against the private mail system (lab env). Not tested here: counts in
# every grouping (tests/live).

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { skip "kick" "no private mail system"; finish; exit; }

mkdir -p -m 700 "$work/state"
for role in admin helpdesk monitor; do
	case $role in
	admin) from=$POSTROOM_CONFIG ;;
	helpdesk) from=$LAB_CONFIG_HELPDESK ;;
	monitor) from=$LAB_CONFIG_MONITOR ;;
	esac
	sed "s|^state_dir.*|state_dir = \"$work/state\"|" "$from" >"$work/$role.conf"
	chmod 600 "$work/$role.conf"
done
sed "s|http = \"https*://127.0.0.1:[0-9]*\"|http = \"http://127.0.0.1:1\"|" "$work/admin.conf" >"$work/down.conf"
chmod 600 "$work/down.conf"
pr() { "$POSTROOM" --config "$work/admin.conf" "$@"; }
did() { sed -n 's/.*"did": \([0-9]*\).*/\1/p' "$work/out"; }

anna=anna.schmid@example.com asa=asa.akesson@kassel.example
other=$(pr list user --format csv --columns address,home_server | tr -d '"\r' |
	awk -F, '$2 ~ /mail1/ && $1 ~ /^[a-z]+\.[a-z]+@example\.com$/ && $1 !~ /^anna/ { print $1; exit }')
# --- from a script -------------------------------------------------------------------
for _ in 1 2 3; do ok "a session" log_in "$LAB_IMAP1" "$anna"; done
for _ in 1 2; do ok "a session of another" log_in "$LAB_IMAP1" "$other"; done
ok "a session on mail2" log_in "$LAB_IMAP2" "$asa"
ok "three sessions of hers" connected "$LAB_DOVECOT1_CONF" "$anna" 3
ok "two of another" connected "$LAB_DOVECOT1_CONF" "$other" 2
ok "and one of another on mail2" connected "$LAB_DOVECOT2_CONF" "$asa" 1

status 0 "whom it would hit" pr kick "$anna" --dry-run
said "is named with how many" "$anna on mail1 (3)"
ok "nobody was" connected "$LAB_DOVECOT1_CONF" "$anna" 3
status 0 "a mask" pr kick '*@*' --dry-run
said "names each person it hits" "$asa on mail2 (1)"
said "on every server" "$other on mail1 (2)"
status 65 "from where nobody is" pr kick "$anna" 203.0.113.0/24 --yes
said "is told" "is not connected from 203.0.113.0/24"
status 0 "helpdesk may" "$POSTROOM" --config "$work/helpdesk.conf" kick "$anna" --dry-run
status 77 "who only watches may not" "$POSTROOM" --config "$work/monitor.conf" kick "$anna" --yes
ok "she is still there" connected "$LAB_DOVECOT1_CONF" "$anna" 3
status 0 "hers, from this network" pr kick "$anna" 127.0.0.0/8 --yes --format json
same "three" 3 "$(did)"
ok "are gone" connected "$LAB_DOVECOT1_CONF" "$anna" 0
ok "and nobody else's" connected "$LAB_DOVECOT1_CONF" "$other" 2
status 65 "who is not there any more" pr kick "$anna" --yes
status 0 "on one server only, over its API" pr kick "$asa" --host mail2 --yes --format json
same "is one" 1 "$(did)"
ok "gone there" connected "$LAB_DOVECOT2_CONF" "$asa" 0
ok "not here" connected "$LAB_DOVECOT1_CONF" "$other" 2
status 0 "the history" pr history
said "has it" "3 connections on mail1 ended"
status 65 "which cannot be taken back" pr undo --yes
status 64 "a network that is none" pr kick "$anna" nowhere --yes

# --- a server that is down ---------------------------------------------------------------
status 69 "a server that is down" "$POSTROOM" --config "$work/down.conf" kick "$asa" --host mail2 --yes
said "is named" "mail2"
status 69 "and hides no other" "$POSTROOM" --config "$work/down.conf" kick "$other" --yes
said "whose connections end" "2 connections on mail1 ended"
ok "as Dovecot says" connected "$LAB_DOVECOT1_CONF" "$other" 0

# --- on the screen ---------------------------------------------------------------------------
log_in "$LAB_IMAP1" "$anna" >"$work/login" 2>&1
ok "she is back" connected "$LAB_DOVECOT1_CONF" "$anna" 1
console 100 30 --config "$work/admin.conf"
ok "the console opens" shows '\[2 Users\]|\[1 Overview\]|\[1 Over\]'
keys 9
ok "connections" shows 'Services - '
keys u
ok "by person" shows "$anna"
keys K
ok "the review names her" shows "$anna on mail1"
press_apply >/dev/null
ok "what was done" shows "1 connection on mail1 ended"
ok "she is gone" connected "$LAB_DOVECOT1_CONF" "$anna" 0
close_console
finish
