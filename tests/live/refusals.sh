#!/bin/bash
# refusals.sh - what the program refuses before it does anything, and what the
# environment cannot talk it into: other identities than the caller's, files
# that others can read or write, unknown words in the configuration, weaker TLS,
# a shell's -c, files by name in restricted mode. Runs against the private mail
# system (lab env). Terminals that are refused: test_pty_matrix.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { skip "refusals" "no private mail system"; finish; exit; }
# Below a folder that is nobody else's; the configuration is checked along its whole path.
conf() { # conf NAME: standard input is the configuration
	mkdir -p -m 700 "$work/state"
	{ cat; echo "state_dir = \"$work/state\""; } >"$work/$1"
	chmod 600 "$work/$1"
}
lab_conf() { sed '/^state_dir/d' "$POSTROOM_CONFIG"; }
lab_conf | conf good.conf
status 0 "the configuration that all others differ from" "$POSTROOM" --config "$work/good.conf" list domain

# --- who runs it ---------------------------------------------------------------------
if grep -q __asan_init "$POSTROOM"; then
	skip "setuid and setgid are refused" "a build with sanitizers cannot run so"
elif [ "$(id -u)" = 0 ]; then
	for mode in u g; do
		cp "$POSTROOM" "$work/set$mode"
		chown nobody:nogroup "$work/set$mode"
		chmod "$mode+s,a+rx" "$work/set$mode"
		chmod 755 "$work"
		if [ "$(stat -f -c %T "$work")" = none ] || grep -qE 'NoNewPrivs:\s*1' /proc/self/status; then
			skip "set${mode}id is refused" "this place does not honour set${mode}id files"
			continue
		fi
		status 77 "set${mode}id is refused" "$work/set$mode" --version
		said "and says why ($mode)" "never install this setuid or setgid"
	done
else
	skip "setuid and setgid are refused" "needs root to make such a file"
fi

# --- configuration ---------------------------------------------------------------------
{ lab_conf; printf '\n\nfavourite_colour = "blue"\n'; } | conf unknown.conf
line=$(grep -n favourite "$work/unknown.conf" | cut -d: -f1)
status 78 "an unknown word in the configuration" "$POSTROOM" --config "$work/unknown.conf" list user
said "is named with file and line" "unknown.conf, line $line"
lab_conf | sed 's/^role = .*/role = emperor/' | conf role.conf
status 78 "a role that is none" "$POSTROOM" --config "$work/role.conf" list user
{ lab_conf; echo 'directory {'; } | conf open.conf
status 78 "a section without its end" "$POSTROOM" --config "$work/open.conf" list user
status 78 "a configuration that is not there" "$POSTROOM" --config "$work/none.conf" list user
lab_conf | conf writable.conf
chmod 666 "$work/writable.conf"
status 77 "a configuration that others can write" "$POSTROOM" --config "$work/writable.conf" list user
said "is named" "writable.conf"
mkdir -m 777 "$work/open"
cp "$work/good.conf" "$work/open/postroom.conf"
status 77 "a configuration in a folder that others can write" "$POSTROOM" --config "$work/open/postroom.conf" list user
ln -s "$work/open/postroom.conf" "$work/link.conf"
status 77 "one behind a link into such a folder" "$POSTROOM" --config "$work/link.conf" list user
cp "$LAB_ADMIN_SECRET" "$work/secret"
for mode in 644 640 604; do
	chmod $mode "$work/secret"
	lab_conf | sed "s|bind_password_file = .*|bind_password_file = \"$work/secret\"|" | conf secret.conf
	status 77 "a password file of mode $mode" "$POSTROOM" --config "$work/secret.conf" list user
	said "is named ($mode)" "$work/secret"
done
chmod 600 "$work/secret"
status 0 "and of mode 600 is read" "$POSTROOM" --config "$work/secret.conf" list domain
ln -s "$work/secret" "$work/secret-link"
: >"$work/empty"
chmod 600 "$work/empty"
lab_conf | sed "s|bind_password_file = .*|bind_password_file = \"$work/empty\"|" | conf empty.conf
"$POSTROOM" --config "$work/empty.conf" list user >"$work/out" 2>&1 </dev/null && say_not "an empty password is no login" <"$work/out" || say_ok "an empty password is no login"

# --- TLS ------------------------------------------------------------------------------------
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=elsewhere -keyout "$work/ca.key" -out "$work/ca.pem" >/dev/null 2>&1
lab_conf | sed "s|ca_file = .*|ca_file = \"$work/ca.pem\"|" | conf wrong-ca.conf
lab_conf | sed "s|ca_file = .*|ca_file = \"$work/ca.pem\"|; s|ldap://127.0.0.1:[0-9]*|$LAB_URI_LDAPS|; s|tls = starttls|tls = ldaps|" | conf wrong-ca-ldaps.conf
for kind in wrong-ca wrong-ca-ldaps; do
	status 77 "a certificate of an authority that is not ours ($kind)" timeout 40 "$POSTROOM" --config "$work/$kind.conf" list domain
	printf 'TLS_REQCERT never\nTLS_CACERT %s\n' "$LAB_CA" >"$work/ldaprc"
	cp "$work/ldaprc" "$work/.ldaprc"
	cp "$work/ldaprc" "$work/ldap.conf"
	(
		cd "$work" || exit 70
		status 77 "no weaker by variables and files ($kind)" env HOME="$work" LDAPTLS_REQCERT=never LDAPTLS_REQSAN=never LDAPTLS_CACERT="$LAB_CA" \
			LDAPCONF="$work/ldap.conf" LDAPRC=ldaprc LDAPNOINIT= SSL_CERT_FILE="$LAB_CA" GNUTLS_SYSTEM_PRIORITY_FILE="$work/ldaprc" \
			GNUTLS_NO_EXPLICIT_INIT=1 SSLKEYLOGFILE="$work/keys" timeout 40 "$POSTROOM" --config "$work/$kind.conf" list domain
		echo "$number $broken" >"$work/counts"
	)
	read -r number broken <"$work/counts"
	rm -f "$work/ldaprc" "$work/.ldaprc" "$work/ldap.conf"
	[ -e "$work/keys" ] && say_not "the keys of TLS are written nowhere ($kind)" <"$work/keys" || say_ok "the keys of TLS are written nowhere ($kind)"
done
lab_conf | sed 's|tls = starttls|tls = none|' | conf plain.conf
"$POSTROOM" --config "$work/plain.conf" list user >"$work/out" 2>&1 </dev/null && say_not "no password without TLS" <"$work/out" || say_ok "no password without TLS"
SSLKEYLOGFILE=$work/keys "$POSTROOM" --config "$work/good.conf" list domain >"$work/out" 2>&1 </dev/null
[ -e "$work/keys" ] && say_not "nor where it works" <"$work/keys" || say_ok "nor where it works"

# --- as a login shell ---------------------------------------------------------------------------
# refuses_shell NAME ARGUMENTS...: as sshd starts a login shell; nothing may be executed
refuses_shell() {
	local name=$1
	shift
	rm -f "$work/ran" "$work/trace"
	if strace -f -o /dev/null /bin/true 2>/dev/null; then
		(export ASAN_OPTIONS=detect_leaks=0; exec -a -postroom strace -f -qq -e trace=execve,fork,vfork -o "$work/trace" "$POSTROOM" "$@") >"$work/out" 2>&1 </dev/null
	else
		(exec -a -postroom "$POSTROOM" "$@") >"$work/out" 2>&1 </dev/null
	fi
	local got=$?
	if [ $got = 64 ] && [ ! -e "$work/ran" ] && ! grep -v "^[0-9]* *execve(\"$POSTROOM\"" "$work/trace" 2>/dev/null | grep -qE 'execve|fork'; then
		say_ok "$name"
	else
		{ echo "exit status $got"; cat "$work/out" "$work/trace" 2>/dev/null; } | say_not "$name"
	fi
}
refuses_shell "-c is refused" -c "touch $work/ran"
refuses_shell "-c in one word" "-ctouch $work/ran"
refuses_shell "-c for scp" -c "scp -t $work"
refuses_shell "-c for sftp" -c /usr/lib/openssh/sftp-server
refuses_shell "-c with nothing" -c
refuses_shell "-l and -i" -l -i
refuses_shell "a file to run" "$work/good.conf"

# --- restricted --------------------------------------------------------------------------------
status 77 "no keys file in restricted mode" "$POSTROOM" --config "$work/good.conf" --restricted screen users --keys /etc/passwd
status 77 "no password file" "$POSTROOM" --config "$work/good.conf" --restricted --password-file /etc/passwd list user
status 77 "no keymap by path" "$POSTROOM" --config "$work/good.conf" --restricted --keymap /etc/passwd list user
status 77 "no value from a file" "$POSTROOM" --config "$work/good.conf" --restricted set user fetch1 "fetchmail+=server=x.example user=y password=@$work/secret" --yes
status 0 "everything else goes" "$POSTROOM" --config "$work/good.conf" --restricted list domain
grep -q root: "$work/out" && say_not "nothing of the file was repeated" <"$work/out" || say_ok "nothing of the file was repeated"

finish
