#!/bin/bash
# without_root.sh - an ordinary user asks the mail servers: not allowed at first,
# then by the ways that the manual names: the API, an opened socket, what a
# queue shows to anybody. Runs as root against the private mail system, whose
# programs it starts as nobody. Lines in sudoers are not tried: that would need
# them on this machine; visudo looks at them where it is there.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { skip "without root" "no private mail system"; finish; exit; }
[ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || { skip "without root" "root makes the ordinary user"; finish; exit; }

home=$(mktemp -d /var/tmp/postroom-nobody-XXXXXX)
anvil=$LAB_DIR/dovecot1/run/anvil
mode_before=$(stat -c %a "$anvil")
trap 'chmod "$mode_before" "$anvil"; rm -rf "$home"; rm -rf "$work"' EXIT
as_nobody() { setpriv --reuid=nobody --regid=nogroup --clear-groups -- env -i PATH=/usr/bin:/bin HOME="$home" LC_ALL=C.UTF-8 "$home/postroom" "$@"; }

cp "$POSTROOM" "$home/postroom"
cp "$LAB_CA" "$home/ca.pem"
cp "$LAB_DOVEADM_KEY_FILE" "$home/key"
cp "$LAB_MONITOR_SECRET" "$home/secret"
mkdir "$home/state"
printf 'base_dir = %s/dovecot1/run\n' "$LAB_DIR" >"$home/dovecot.conf"
# conf NAME LINES - a configuration with this one server
conf() {
	sed '/^server /,$d' "$LAB_CONFIG_MONITOR" | sed "s|ca_file = .*|ca_file = \"$home/ca.pem\"|; s|bind_password_file = .*|bind_password_file = \"$home/secret\"|
		s|^state_dir.*|state_dir = \"$home/state\"|" >"$home/$1.conf"
	printf 'server mail1 {\n\trole = mailbox\n\taddress = "127.0.0.1"\n\tports = { "imap %s" }\n%s\n}\n' "$LAB_IMAP1" "$2" >>"$home/$1.conf"
}
conf api "	http = \"http://127.0.0.1:$LAB_DOVEADM_HTTP1\"
	http_plain = yes
	http_key_file = \"$home/key\""
conf here "	exec = yes
	dovecot_config = \"$home/dovecot.conf\""
conf sudo "	exec = yes
	sudo = yes
	dovecot_config = \"$home/dovecot.conf\""
chown -R nobody:nogroup "$home"
chmod 700 "$home" "$home/state"
chmod 600 "$home"/*.conf "$home/key" "$home/secret"

log_in "$LAB_IMAP1" anna.schmid@example.com >"$work/login" 2>&1
connected "$LAB_DOVECOT1_CONF" anna.schmid@example.com 1
there() { doveadm -c "$LAB_DOVECOT1_CONF" -h -f tab who -1 | cut -f1 | sort; }
here() { as_nobody --config "$home/$1.conf" who --format tsv --columns user 2>/dev/null | sed 1d | sort; }

# Not allowed: who asks is told the three ways.
status 77 "an ordinary user may not ask Dovecot" as_nobody --config "$home/here.conf" who
said "and is told what to do" "use the doveadm API"
as_nobody --config "$home/here.conf" health >"$work/out" 2>&1 </dev/null
[ $? -ne 0 ] && ! grep -q '^OK' "$work/out" && say_ok "health does not say that all is well" || say_not "health does not say that all is well" <"$work/out"
# The API.
# same_people CONFIGURATION - sessions of whatever ran before may just be ending, so until both see the same
same_people() { there >"$work/there"; here "$1" >"$work/here"; diff "$work/there" "$work/here"; }
ok "by the API the same people as doveadm lists" soon same_people api
ok "somebody is there" grep -q anna.schmid "$work/here"
status 0 "services by the API" as_nobody --config "$home/api.conf" services --filter imap-login
# A socket that was opened, as unix_listener anvil { mode = 0666 } does.
chmod 0666 "$anvil"
ok "by an opened socket the same people" soon same_people here
chmod "$mode_before" "$anvil"
# sudo without lines, or none at all.
as_nobody --config "$home/sudo.conf" who >"$work/out" 2>&1 </dev/null
[ $? -ne 0 ] && grep -q "sudo" "$work/out" && say_ok "without lines in sudoers it says so and asks nothing" || say_not "without lines in sudoers it says so and asks nothing" <"$work/out"
if command -v visudo >/dev/null; then
	ok "the lines for sudoers are well formed" visudo -cf packaging/sudoers
else
	skip "the lines for sudoers are well formed" "visudo is not here"
fi
finish
