#!/bin/bash
# restricted.sh - postroom as the ForceCommand of a real sshd, by the recipe of
# docs/safety.md: who comes with a terminal gets the console and nothing else,
# who comes with a command, scp or sftp gets nothing. As root, against the
# private mail system, with an sshd of its own. Not tried: a user whose login
# shell it is in /etc/passwd (that is this machine's); the way in which sshd
# starts one is tried by hand.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { skip "restricted" "no private mail system"; finish; exit; }
[ "$(id -u)" = 0 ] && [ -x /usr/sbin/sshd ] && command -v ssh scp sftp >/dev/null ||
	{ skip "restricted" "root and the programs of OpenSSH are needed"; finish; exit; }

sshd=
trap '[ -z "$sshd" ] || kill "$sshd" 2>/dev/null; tmux -L "$socket" kill-server 2>/dev/null; rm -rf "$work"' EXIT
conf=$work/helpdesk.conf
sed "s|^state_dir.*|state_dir = \"$work/state\"|" "$LAB_CONFIG_HELPDESK" >"$conf"
chmod 600 "$conf"
me=$(id -un)
# Below the ports of private mail systems, which may start while this runs.
port=$((20000 + RANDOM % 900))
port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }
while port_open; do port=$((port + 1)); done

# The recipe, from the manual, with this machine's names in it.
mkdir -p -m 755 /run/sshd
ssh-keygen -q -t ed25519 -N '' -f "$work/host_key" && ssh-keygen -q -t ed25519 -N '' -f "$work/key"
cp "$work/key.pub" "$work/authorized_keys"
{
	printf 'Port %s\nListenAddress 127.0.0.1\nHostKey %s\nPidFile %s\nAuthorizedKeysFile %s\nStrictModes no\n' "$port" "$work/host_key" \
		"$work/pid" "$work/authorized_keys"
	printf 'PermitRootLogin yes\nPasswordAuthentication no\nUsePAM no\nSubsystem sftp internal-sftp\n'
	sed -n '/^Match Group/,/^```/p' docs/safety.md | grep -v '^```' |
		sed "s|^Match Group .*|Match User $me|; s|ForceCommand .*|ForceCommand $POSTROOM --restricted --config $conf|"
} >"$work/sshd_config"
ok "the recipe is in the manual" grep -q '^	ForceCommand' "$work/sshd_config"
ok "sshd takes it" /usr/sbin/sshd -t -f "$work/sshd_config"
/usr/sbin/sshd -D -f "$work/sshd_config" -E "$work/sshd.log" </dev/null &
sshd=$!
ok "and starts with it" soon port_open
options=(-F /dev/null -i "$work/key" -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile="$work/known" -o LogLevel=ERROR -o BatchMode=yes)
to=$me@127.0.0.1

# --- whoever brings a command ---------------------------------------------------------------
secret=canary-$RANDOM$RANDOM
echo "$secret" >"$work/file"
status 64 "ssh with a command" ssh "${options[@]}" -p "$port" "$to" "id; touch $work/ran"
said "is told" "no commands here"
ok "and nothing ran" test ! -e "$work/ran"
status 64 "ssh with a terminal and a command" ssh -tt "${options[@]}" -p "$port" "$to" /bin/sh
status 64 "a subcommand of postroom" ssh "${options[@]}" -p "$port" "$to" "postroom list user"
grep -q @example.com "$work/out" && say_not "prints nobody" <"$work/out" || say_ok "prints nobody"
scp -q "${options[@]}" -P "$port" "$work/file" "$to:$work/copied" >"$work/out" 2>&1 </dev/null && say_not "scp" <"$work/out" || say_ok "scp sends nothing"
ok "no file arrived" test ! -e "$work/copied"
scp -O -q "${options[@]}" -P "$port" "$to:$work/file" "$work/fetched" >"$work/out" 2>&1 </dev/null && say_not "scp of old" <"$work/out" || say_ok "scp of old fetches nothing"
ok "no file came" test ! -e "$work/fetched"
echo "get $work/file $work/fetched" | sftp -q "${options[@]}" -P "$port" "$to" >"$work/out" 2>&1 && say_not "sftp" <"$work/out" || say_ok "sftp gets nothing"
ok "no file came by it" test ! -e "$work/fetched"
ssh -s "${options[@]}" -p "$port" "$to" sftp >"$work/out" 2>&1 </dev/null && say_not "the subsystem" <"$work/out" || say_ok "nor does its subsystem"
ssh -N -o ExitOnForwardFailure=yes "${options[@]}" -p "$port" -W "127.0.0.1:$LAB_LDAP_PORT" "$to" >"$work/out" 2>&1 </dev/null &&
	say_not "forwarding" <"$work/out" || say_ok "no way through to other ports"
grep -rq "$secret" "$work/out" && say_not "nothing of a file came" <"$work/out" || say_ok "nothing of a file came"
ssh "${options[@]}" -p "$port" "$to" >"$work/out" 2>&1 </dev/null && say_not "without a terminal" <"$work/out" || say_ok "without a terminal there is no console"

# --- whoever comes with a terminal --------------------------------------------------------------
tmux -L "$socket" -f /dev/null new-session -d -x 100 -y 30 "ssh -tt ${options[*]} -p $port $to; echo \$? >$work/exit; sleep 5"
tmux -L "$socket" set-option -g status off 2>/dev/null
ok "the console opens" shows 'Users'
ok "as helpdesk" shows 'helpdesk'
escape
keys C-z
ok "Ctrl-Z does not suspend" shows 'suspending is switched off'
keys :
pause
type_slowly '!sh'
ok "no line reaches a shell" shows '0 actions'
escape
keys C-q
pause
keys C-q
for ((i = 0; i < 300; i++)); do [ -s "$work/exit" ] && break; keys q; sleep 0.1; done
ok "the console ends" test -s "$work/exit"
ok "and with it the session" grep -qx 0 "$work/exit"
close_console

# --- as it would be a login shell ------------------------------------------------------------------
as_shell() { (exec -a -postroom "$POSTROOM" "$@") </dev/null; }
status 64 "a login shell with -c" as_shell -c "touch $work/ran"
status 64 "one with a word" as_shell list user
status 64 "-c under its own name" "$POSTROOM" -c "touch $work/ran"
ok "nothing ran" test ! -e "$work/ran"
POSTROOM_CONFIG=$conf as_shell >"$work/out" 2>&1
code=$?
[ "$code" != 0 ] && ! grep -q 'first start' "$work/out" && say_ok "nobody's own file counts, nothing is set up" || say_not "own file" <"$work/out"
if strace -o /dev/null true 2>/dev/null; then
	(export ASAN_OPTIONS=detect_leaks=0 SSH_ORIGINAL_COMMAND="touch $work/ran"
	strace -f -qq -e trace=execve,fork,vfork,connect -o "$work/trace" "$POSTROOM" --restricted) >"$work/out" 2>&1 </dev/null
	ok "the refusal goes to the system's log" grep -q '/dev/log' "$work/trace"
	ok "nothing is started" test "$(grep -cE 'execve|fork' "$work/trace")" = 1
fi
chown nobody "$conf"
status 77 "a file that somebody else owns" "$POSTROOM" --restricted --config "$conf" list domain
said "is not taken" "only root may be able to write that file"

finish
