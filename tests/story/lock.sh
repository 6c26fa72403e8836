#!/bin/bash
# lock.sh - the lock of an idle screen, with the real program and the real slapd:
# a password typed at the start opens it again, a wrong one does not, an edit is
# kept, and a session with a password from a file says that it is only hidden.
# Waits a minute, the least that can be set.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { skip "lock" "no private mail system"; finish; exit; }

mkdir -p -m 700 "$work/state"
secret=$(cat "$LAB_HELPDESK_SECRET")
own() { # own NAME LINES: a configuration with other lines at the top
	{ printf '%s\n' "$2"; sed "s|^state_dir.*|state_dir = \"$work/state\"|; $3" "$LAB_CONFIG_HELPDESK"; } >"$work/$1.conf"
	chmod 600 "$work/$1.conf"
}
own typed 'lock_minutes = 1' '/bind_password_file/d'
own filed 'lock_minutes = 1' ''
people=$socket
second=$socket-filed
# The one whose password comes from a file, in a window of its own.
tmux -L "$second" -f /dev/null new-session -d -x 100 -y 30 "$POSTROOM --start users --config $work/filed.conf; sleep 5"
tmux -L "$second" set-option -g status off 2>/dev/null
trap 'tmux -L "$people" kill-server 2>/dev/null; tmux -L "$second" kill-server 2>/dev/null; rm -rf "$work"' EXIT

console 100 30 --config "$work/typed.conf"
ok "the password is asked for" shows 'assword'
type_text "$secret"
keys Enter
ok "the console opens" shows 'Users'
keys Escape
ok "people are shown" shows '@example'
keys Down
keys Enter
ok "a page" shows 'Quota'
ok "is locked after a minute" shows 'Locked, because no key was pressed' 90
gone '@example' 2 >"$work/out" 2>&1 && say_ok "and shows nobody" || say_not "and shows nobody" <"$work/out"
keys q
keys Enter
ok "a wrong password is told" shows 'Wrong password'
type_text "$secret"
screen >"$work/out"
grep -qF "$secret" "$work/out" && say_not "the password is not shown" <"$work/out" || say_ok "the password is not shown"
keys Enter
ok "the right one opens the page again" shows 'Quota'
tmux -L "$people" capture-pane -p -S - >"$work/out" 2>&1
grep -qF "$secret" "$work/out" && say_not "it is in no scrollback" <"$work/out" || say_ok "it is in no scrollback"
grep -rqF "$secret" "$work/state" && say_not "nor in a file" </dev/null || say_ok "nor in a file"
close_console

socket=$second
ok "with a password from a file it is hidden" shows 'Any key shows it again'
ok "and says so" shows 'Not locked: nobody typed a password'
keys Escape
ok "any key shows it" gone 'Not locked'
close_console

finish
