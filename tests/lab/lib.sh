# lib.sh - what all parts of tests/lab/lab share; sourced, never run.
#
# Directory, ports, secrets, and the only two ways to end a process. A function
# that cannot do its work prints one sentence and ends the script (die).

PATH=$PATH:/usr/sbin:/sbin
unset LDAPRC LDAPCONF LDAPBASE LDAPURI LDAPTLS_CACERT MAIL_CONFIG SSLKEYLOGFILE
umask 022

say() { printf '%s\n' "$*"; }
die() { printf 'lab: %s\n' "$1" >&2; exit "${2:-1}"; }

# The instance's ports, by name; a block of consecutive ports is taken at the
# first start and remembered in $DIR/ports.
PORT_NAMES=(LDAP LDAPS IMAP1 IMAPS1 POP3_1 POP3S1 SIEVE1 LMTP1 DOVEADM1 HTTP1 AUTH1
	IMAP2 IMAPS2 POP3_2 POP3S2 SIEVE2 LMTP2 DOVEADM2 HTTP2 AUTH2
	SMTP SUBMISSION CLOSED SSH)
declare -A PORT

# listening - all TCP ports in use on this machine, one a line
listening() {
	cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
		awk '$4 == "0A" { n = split($2, a, ":"); print a[n] }' |
		while read -r hex; do echo $((16#$hex)); done | sort -u
}

load_ports() {
	local k v
	[ -r "$DIR/ports" ] || return 1
	while read -r k v; do PORT[$k]=$v; done <"$DIR/ports"
	[ -n "${PORT[SSH]:-}" ] || name_new_ports
}

# An instance of before a name was added gets it in its own block of ports.
name_new_ports() {
	local n=0 k
	for k in "${PORT_NAMES[@]}"; do
		[ -n "${PORT[$k]:-}" ] || { PORT[$k]=$((PORT[LDAP] + n)); echo "$k ${PORT[$k]}" >>"$DIR/ports"; }
		n=$((n + 1))
	done
}

# ports_free - false if nothing of us runs and somebody else took one of our ports
ports_free() {
	local busy k
	for k in slapd dovecot1 dovecot2 postfix sshd; do running "$k" && return 0; done
	busy=" $(listening | tr "\n" " ") "
	for k in "${PORT_NAMES[@]}"; do
		case $busy in *" ${PORT[$k]:-none} "*) return 1 ;; esac
		[ -n "${PORT[$k]:-}" ] || return 1
	done
}

# Blocks start below the ephemeral range, so no client holds one by chance.
# Other instances' blocks are left alone even while those are stopped.
pick_ports() {
	local base k n p busy taken
	busy=" $(listening | tr '\n' ' ') "
	rm -f "$DIR/ports"
	taken=" $(cat /var/tmp/postroom-lab-*/ports 2>/dev/null | awk '{ printf "%s ", $2 }') "
	for ((base = 21000; base < 32000; base += 40)); do
		n=0
		for k in "${PORT_NAMES[@]}"; do
			p=$((base + n))
			case $busy$taken in *" $p "*) continue 2 ;; esac
			n=$((n + 1))
		done
		n=0
		for k in "${PORT_NAMES[@]}"; do
			PORT[$k]=$((base + n))
			echo "$k ${PORT[$k]}"
			n=$((n + 1))
		done >"$DIR/ports"
		return 0
	done
	die "no free block of ports between 21000 and 32000"
}

# make_dir - the instance's directory: ours, no link, searchable by everybody
# (Dovecot's unprivileged processes must get through), secrets inside 0600.
make_dir() {
	[ -L "$DIR" ] && die "$DIR is a link; remove it"
	if [ ! -d "$DIR" ]; then
		mkdir -m 755 "$DIR" || die "cannot make $DIR"
		echo "instance of postroom tests/lab" >"$DIR/.postroom-lab"
	fi
	[ -O "$DIR" ] || die "$DIR belongs to somebody else"
	[ -f "$DIR/.postroom-lab" ] || die "$DIR is not a directory of the lab; remove it"
	mkdir -p "$DIR/pids" "$DIR/log" "$DIR/tls"
	[ -d "$DIR/secrets" ] || mkdir -m 700 "$DIR/secrets"
}

# secret NAME - makes $DIR/secrets/NAME with a random password, no newline
secret() {
	[ -s "$DIR/secrets/$1" ] && return
	( umask 077; head -c 15 /dev/urandom | base64 -w0 | tr '+/' 'xy' >"$DIR/secrets/$1" )
}

# ours PID MARK - true if PID runs and its command line, or for Postfix's
# master its working directory, names MARK (a path below $DIR)
ours() {
	[ -n "$1" ] && [ -d "/proc/$1" ] || return 1
	tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -qF -- "$2" && return 0
	[ "$(readlink "/proc/$1/cwd" 2>/dev/null)" = "$2" ]
}

# pid_of PART - the recorded process id, empty if there is none; one that a test stopped and started again
# has told its new one itself
pid_of() {
	local pid own=
	pid=$(cat "$DIR/pids/$1" 2>/dev/null)
	case $1 in
	postfix) own=$(tr -d ' ' 2>/dev/null <"$DIR/postfix/spool/pid/master.pid") ;;
	dovecot1|dovecot2) own=$(cat "$DIR/$1/run/master.pid" 2>/dev/null) ;;
	esac
	if [ -n "$own" ] && ! ours "$pid" "$(mark "$1")" && ours "$own" "$(mark "$1")"; then pid=$own; fi
	echo "$pid"
}

running() { ours "$(pid_of "$1")" "$(mark "$1")"; }

# mark PART - what the part's command line or working directory must name
mark() {
	case $1 in
	slapd) echo "$DIR/slapd/slapd.conf" ;;
	dovecot1|dovecot2) echo "$DIR/$1/dovecot.conf" ;;
	postfix) echo "$DIR/postfix/spool" ;;
	sshd) echo "$DIR/sshd/sshd_config" ;;
	audit) echo "$DIR/audit/socket" ;;
	esac
}

# children PID - PID's descendants with their start times: "pid start" lines
children() {
	cat /proc/[0-9]*/stat 2>/dev/null | awk -v top="$1" '
		{ pid = $1; sub(/^.*\) /, ""); ppid[pid] = $2; start[pid] = $20 }
		END {
			want[top] = 1
			do {
				more = 0
				for (p in ppid)
					if (!(p in want) && ppid[p] in want) { want[p] = 1; more = 1 }
			} while (more)
			for (p in want) if (p != top) print p, start[p]
		}'
}

# gone PID START - true if that very process does not run any more
gone() {
	local s
	s=$(awk '{ sub(/^.*\) /, ""); if ($1 != "Z") print $20 }' "/proc/$1/stat" 2>/dev/null)
	[ "$s" != "$2" ]
}

# end_part PART COMMAND... - ends a recorded daemon with COMMAND (or SIGTERM)
# and sees to it that its children are gone too.
end_part() {
	local part=$1 pid kids p s i
	shift
	pid=$(pid_of "$part")
	if ! ours "$pid" "$(mark "$part")"; then
		rm -f "$DIR/pids/$part"
		return 0
	fi
	kids=$(children "$pid")
	if [ $# -gt 0 ]; then "$@" >>"$DIR/log/stop.log" 2>&1 </dev/null || true
	else kill -TERM "$pid" 2>/dev/null; fi
	for ((i = 0; i < 200; i++)); do
		ours "$pid" "$(mark "$part")" || break
		[ $i = 100 ] && kill -TERM "$pid" 2>/dev/null
		[ $i = 180 ] && kill -KILL "$pid" 2>/dev/null
		sleep 0.05
	done
	while read -r p s; do
		[ -n "$p" ] || continue
		for ((i = 0; i < 100; i++)); do
			gone "$p" "$s" && break
			[ $i = 60 ] && kill -TERM "$p" 2>/dev/null
			[ $i = 90 ] && kill -KILL "$p" 2>/dev/null
			sleep 0.05
		done
	done <<<"$kids"
	rm -f "$DIR/pids/$part"
	! ours "$pid" "$(mark "$part")" || die "$part (process $pid) does not end"
}

# wait_for WHAT LOGFILE COMMAND... - until COMMAND succeeds, at most a minute, and
# not longer than the process WATCH lives, if that is set
wait_for() {
	local what=$1 log=$2 i
	shift 2
	for ((i = 0; i < 1200; i++)); do
		"$@" >/dev/null 2>&1 && return 0
		[ -z "${WATCH:-}" ] || kill -0 "$WATCH" 2>/dev/null || break
		sleep 0.05
	done
	tail -n 5 "$log" >&2 2>/dev/null
	die "$what does not answer; its log: $log"
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# make_server_tls DIR - the private CA and the certificate of all servers
make_server_tls() {
	local t=$1
	( umask 077
	openssl ecparam -name prime256v1 -genkey -noout -out "$t/ca.key"
	openssl ecparam -name prime256v1 -genkey -noout -out "$t/server.key" )
	openssl req -new -x509 -config "$t/openssl.cnf" -extensions ca -days 3650 \
		-key "$t/ca.key" -out "$t/ca.pem" &&
	openssl req -new -config "$t/openssl.cnf" -subj "/CN=mail1.example.com" \
		-key "$t/server.key" -out "$t/server.csr" &&
	openssl x509 -req -in "$t/server.csr" -CA "$t/ca.pem" -CAkey "$t/ca.key" \
		-CAcreateserial -days 3650 -extfile "$t/openssl.cnf" -extensions server \
		-out "$t/server.pem" 2>/dev/null || die "openssl cannot make the certificates"
}

# make_tls - a private CA, one certificate for all servers of the instance and one
# that the helpdesk identity may log in with
make_tls() {
	local t=$DIR/tls
	[ -s "$t/client.pem" ] && return
	cat >"$t/openssl.cnf" <<-CNF
	[req]
	distinguished_name = dn
	prompt = no
	[dn]
	CN = postroom lab CA $NAME
	[ca]
	basicConstraints = critical,CA:TRUE
	keyUsage = critical,keyCertSign,cRLSign
	subjectKeyIdentifier = hash
	[server]
	basicConstraints = critical,CA:FALSE
	keyUsage = critical,digitalSignature
	extendedKeyUsage = serverAuth
	subjectKeyIdentifier = hash
	authorityKeyIdentifier = keyid
	subjectAltName = IP:127.0.0.1,DNS:localhost,DNS:mail1.example.com,DNS:mail2.example.com
	[client]
	basicConstraints = critical,CA:FALSE
	keyUsage = critical,digitalSignature
	extendedKeyUsage = clientAuth
	CNF
	# Servers of an instance from before the client's certificate go on with theirs.
	[ -s "$t/server.pem" ] || make_server_tls "$t"
	( umask 077; openssl ecparam -name prime256v1 -genkey -noout -out "$t/client.key" ) &&
	openssl req -new -config "$t/openssl.cnf" -subj "/DC=com/DC=example/CN=services/CN=postroom-helpdesk" \
		-key "$t/client.key" -out "$t/client.csr" &&
	openssl x509 -req -in "$t/client.csr" -CA "$t/ca.pem" -CAkey "$t/ca.key" \
		-CAcreateserial -days 3650 -extfile "$t/openssl.cnf" -extensions client \
		-out "$t/client.pem" 2>/dev/null || die "openssl cannot make the certificates"
	rm -f "$t/server.csr" "$t/client.csr"
}
