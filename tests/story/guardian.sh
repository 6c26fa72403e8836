#!/bin/bash
# guardian - a change of files under a timer as an administrator meets it: the
# real Dovecot of the lab gets another limit; it is confirmed, forgotten, rolled
# back, over ssh with the link cut, and stands in the history.
set -u
cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] && [ "$(id -u)" = 0 ] && [ -n "${LAB_DOVECOT1_CONF:-}" ] ||
	{ echo "ok 1 - the story # SKIP no lab with Dovecot, or not root (eval \"\$(tests/lab/lab env)\")"; exit 0; }
POSTROOM=$(realpath -m "$POSTROOM")
conf=$LAB_DOVECOT1_CONF state=$work/guardian
cp -p "$conf" "$work/before.conf"
old=$(doveadm -c "$conf" -f tab service status | awk -F'\t' '$1 == "imap-login" {print $4}')
# Whatever happened, the lab gets its file back.
back() {
	for id in one three four six seven eight nine; do "$POSTROOM" guardian rollback $id --directory "$state" >/dev/null 2>&1; done
	cmp -s "$conf" "$work/before.conf" || { cp -p "$work/before.conf" "$conf"; reload_dovecot "$conf"; }
	tmux -L "$socket" kill-server 2>/dev/null
	rm -rf "$work"
}
trap back EXIT

# The lab's configuration, with a guardian and a history of this story's own: here, or by the lab's sshd.
mkdir -p -m 700 "$work/journal"
configured() { sed -E "/^\tguardian_directory/d; s|^state_dir.*|state_dir = \"$work/journal\"|; s|^(server mail1 \{)|\1\n\tpostroom = \"$POSTROOM\"\n\tguardian_directory = \"$state\"|" "$1" >"$2"; chmod 600 "$2"; }
configured "$POSTROOM_CONFIG" "$work/here.conf"
post() { "$POSTROOM" --config "$work/here.conf" "$@"; }
guardian() { "$POSTROOM" guardian --directory "$state" "$@"; }
# planned ID LIMIT SECONDS - a change of dovecot.conf as the guardian reads it
planned() {
	printf '{"id":"%s","who":"story","sentence":"imap-login gets %s","service":"dovecot","config":"%s","confirm_s":%s,"wanted":["imap-login/process_limit","%s"],' \
		"$1" "$2" "$conf" "$3" "$2"
	printf '"files":[{"path":"%s","seen":{"base64":"%s"},"bytes":{"base64":"%s"}}]}' "$conf" "$(base64 -w0 "$conf")" \
		"$({ cat "$conf"; printf 'service imap-login {\n  process_limit = %s\n}\n' "$2"; } | base64 -w0)"
}
runs() { [ "$(doveadm -c "$conf" -f tab service status | awk -F'\t' '$1 == "imap-login" {print $4}')" = "$1" ] || { doveadm -c "$conf" -f tab service status; return 1; }; }
same_file() { cmp "$conf" "$work/before.conf"; }
# becomes STATE - asks until the guardian has come to it
becomes() {
	local i
	for ((i = 0; i < 600; i++)); do
		guardian status | grep -q "\"state\":\"$1\"" && return
		sleep 0.1
	done
	guardian status
	return 1
}
# kill_both - the guardian and who watches it
kill_both() {
	local guard watcher
	guard=$(cat "$state/lock")
	watcher=$(ps -o ppid= -p "$guard" | tr -d ' ')
	kill -9 "$watcher" "$guard"
	soon is_dead "$watcher" && soon is_dead "$guard"
}
apply() { planned "$@" >"$work/change" && guardian apply <"$work/change"; }

status 0 'nothing waits at first' post status --host mail1
said 'and it says so' none
status 65 'so there is nothing to confirm' post confirm --host mail1 --yes
said 'in words' 'no change waits'

status 0 'a higher limit is applied' apply one 77 300
ok 'and runs' soon runs 77
status 0 'status tells who waits' post status --host mail1 --format json
said 'with the sentence' 'imap-login gets 77'
status 75 'a second change is refused meanwhile' apply two 78 300
said 'with who holds it' 'a change of story'
status 0 'confirm without --yes shows the review' post confirm --host mail1 --dry-run
status 0 'confirmed through the gate' post confirm --host mail1 --yes
ok 'it stays' soon runs 77
status 0 'the history' post history --limit 1
said 'has it' 'Confirm: the new settings of mail1 stay'
status 65 'and confirmed is confirmed' post confirm --host mail1 --yes

cp -p "$conf" "$work/confirmed.conf"
status 0 'another one, to be forgotten' apply three 78 5
ok 'goes back by itself' becomes rolled_back
ok 'and the confirmed value runs again' soon runs 77
ok 'from the same file' cmp "$conf" "$work/confirmed.conf"
status 0 'status tells why' post status --host mail1
said 'in words' 'nobody confirmed it in time'
status 0 'asked again' post status --host mail1
status 0 'the history' post history --limit 2 --format json
said 'has it' 'came back by themselves'
said 'with the reason' 'nobody confirmed it in time'
[ "$(grep -o 'came back by themselves' "$work/out" | wc -l)" = 1 ] && say_ok 'once' || say_not 'once' <"$work/out"

status 0 'one that is taken back at once' apply four 79 300
status 0 'by rollback' post rollback --host mail1 --yes
ok 'and the old value runs' soon runs 77

status 0 'one whose guardian and watcher are killed' apply eight 79 300
kill_both
ok 'still runs' soon runs 79
status 0 'status puts back what nobody looks after' post status --host mail1
said 'and tells it' 'it has been put back now'
ok 'so the old value runs' soon runs 77
ok 'from the same file' cmp "$conf" "$work/confirmed.conf"
status 0 'the history' post history --limit 1
said 'has it too' 'came back by themselves'

status 0 'another one of that kind' apply nine 79 300
kill_both
status 0 'rollback puts it back' post rollback --host mail1 --yes
ok 'so the old value runs again' soon runs 77

status 65 'what Dovecot refuses is never installed' apply five notanumber 300
said 'with its own words' 'Invalid number'
ok 'the file is as it was' cmp "$conf" "$work/confirmed.conf"

if [ -n "${LAB_SSH_PORT:-}" ] && [ -s "${LAB_CONFIG_SSH:-}" ]; then
	configured "$LAB_CONFIG_SSH" "$work/ssh.conf"
	far() { "$POSTROOM" --config "$work/ssh.conf" "$@"; }
	planned six 80 5 >"$work/change"
	# The link is cut while it waits: a shell over there that never ends, and its ssh killed.
	ssh -F "$LAB_SSH_CONFIG" -p "$LAB_SSH_PORT" -i "$LAB_SSH_KEY" -o UserKnownHostsFile="$LAB_SSH_KNOWN_HOSTS" -o BatchMode=yes "$LAB_SSH_TARGET" \
		"'$POSTROOM' guardian apply --directory '$state'; sleep 600" <"$work/change" >"$work/far" 2>&1 &
	link=$!
	for ((i = 0; i < 600; i++)); do grep -q waiting "$work/far" && break; sleep 0.1; done
	kill -9 $link
	wait $link 2>/dev/null
	ok 'the link is cut, and the old value runs at the deadline' becomes rolled_back
	ok 'seen' soon runs 77
	status 0 'asked over ssh' far status --host mail1
	said 'it tells' 'nobody confirmed it in time'
	status 0 'applied once more' apply seven 81 300
	status 0 'confirmed over ssh' far confirm --host mail1 --yes
	ok 'it stays there too' soon runs 81
else
	skip 'the link is cut' 'no sshd'
fi

cp -p "$work/before.conf" "$conf"
reload_dovecot "$conf"
ok 'the lab is as it was' soon runs "$old"
finish
