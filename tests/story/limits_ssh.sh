#!/bin/bash
# limits_ssh.sh - more connections on a server that is reached over ssh, from a
# script and from the screen: 300 s to confirm unless said otherwise; confirmed
# it stays; with the link gone in the middle of it, and while it waits, the old
# values run again at the deadline, and the history tells so afterwards.
# Runs against the real Dovecot and the sshd of the private mail system.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${LAB_SSH_PORT:-}" ] && [ -s "${LAB_CONFIG_SSH:-}" ] && [ "$(id -u)" = 0 ] && [ -n "${LAB_DOVECOT1_CONF:-}" ] ||
	{ skip "limits over ssh" "no private mail system with Dovecot and sshd, or not root"; finish; exit; }
POSTROOM=$(realpath -m "$POSTROOM")

. tests/story/limits_lib.sh

link_up() { bash tests/lab/lab start-sshd --name "$LAB_NAME" >/dev/null; }
# Nobody comes in any more, and who is in is thrown out.
link_down() {
	local sshd
	sshd=$(cat "$LAB_DIR/pids/sshd")
	kill -9 "$sshd" $(pgrep -P "$sshd") 2>/dev/null
	bash tests/lab/lab stop-sshd --name "$LAB_NAME" >/dev/null
}
# Whatever happened, the lab gets its files and its sshd back.
back() {
	tmux -L "$socket" kill-server 2>/dev/null
	link_up
	"$POSTROOM" --config "$work/admin.conf" rollback --host mail1 --yes >/dev/null 2>&1
	files_back
	rm -rf "$work"
}
trap back EXIT

mkdir -p -m 700 "$work/state"
sed "/^\tguardian_directory/d; s|^state_dir.*|state_dir = \"$work/state\"|; s|^server mail1 {|&\n\tpostroom = \"$POSTROOM\"\n\tguardian_directory = \"$work/guardian\"|" \
	"$LAB_CONFIG_SSH" >"$work/admin.conf"
chmod 600 "$work/admin.conf"
pr() { "$POSTROOM" --config "$work/admin.conf" "$@"; }
# --- from a script ---------------------------------------------------------------------------------
ok "the limit is 20" twenty
status 0 "applied over ssh" pr limits apply --connections 60 --protocols imap --host mail1 --yes
said "it waits" "goes back in"
status 0 "asked over ssh" pr status --host mail1 --format tsv
cp "$work/out" "$work/status"
ok "there are 300 s, not 120" eval 'cut -f3 "$work/status" | grep -qE "^(2[0-9][0-9]|300)$" || { cat "$work/status"; false; }'
ok "60 run" runs 60
status 0 "confirmed over ssh" pr confirm --host mail1 --yes
ok "they stay" runs 60

# --- from the screen -------------------------------------------------------------------------------
ok "the limit is 20 again" twenty
console 100 30 --config "$work/admin.conf"
ok "the console opens" shows 'dir ok'
screen | grep -q "dir ok" || { finish; exit; }
ok "the walk leads to a review" walk_to_review
ok "which says how long there is" shows 'after 300 s unless'
press_apply >/dev/null
ok "it waits, and the top line counts down from 5 minutes" shows 'mail1 confirm (5:00|[34]:[0-5][0-9])' 90
ok "the new values run" runs 60
keys M-c
ok "one key leads to confirming" shows 'Confirm: the new'
press_apply >/dev/null
ok "then nothing counts any more" gone 'mail1 confirm' 60
ok "the new values stay" runs 60

# --- the link goes while it waits -------------------------------------------------------------------
close_console
ok "the limit is 20 once more" twenty
console 100 30 --config "$work/admin.conf"
ok "another console" shows 'dir ok'
ok "the walk, twenty seconds to confirm" walk_to_review 20
press_apply >/dev/null
ok "it waits" shows 'mail1 confirm 0:' 90
link_down
ok "the link is gone, and the old values run again at the deadline" runs 20
ok "the file is as it was" file_goes
link_up
ok "the link is back, and the console tells it" shows 'was taken back, the old values' 60
ok "and counts no more" gone 'mail1 (confirm|goes back)'
keys H
ok "it stands in the history" shows 'came back by themselves'
close_console

# --- the link goes while it is being applied -------------------------------------------------------------
# A machine that was slow to look has missed the moment: then once more.
for _ in 1 2 3 4 5; do
	pr limits apply --connections 60 --protocols imap --host mail1 --confirm-within 15 --yes >"$work/cut" 2>&1 &
	applying=$!
	file_comes
	link_down
	wait "$applying"
	cut=$?
	[ "$cut" = 0 ] || break
	link_up
	pr rollback --host mail1 --yes >/dev/null 2>&1
done
ok "nobody says that it went well" eval '[ "$cut" != 0 ] || { cat "$work/cut"; false; }'
ok "nor that nothing was changed" eval '! grep -qi "nothing was changed\|not applied" "$work/cut" || { cat "$work/cut"; false; }'
ok "the old values run at the deadline" eval 'file_goes && runs 20'
link_up
status 0 "what became of it is told once the link is back" pr status --host mail1
said "and why" "nobody confirmed it in time"
status 0 "the history" pr history --limit 3
said "has how it ended" "came back by themselves"
finish
