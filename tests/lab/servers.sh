# servers.sh - the mail servers as postroom.conf of the lab names them, and a
# throw-away sshd by which the first one is reached; sourced.
#
# mail1 runs here, mail2 is asked through the API of its Dovecot. For sshd there
# are two more files: postroom-ssh.conf reaches mail1 over ssh, postroom-ways.conf
# names it three times, as by-exec, by-ssh and by-http.

# What is the same by every way to a server: server_common N
server_common() {
	local n=$1
	printf '\taddress = "127.0.0.1"\n'
	if [ "$n" = 1 ] && [ "$(id -u)" = 0 ]; then
		printf '\trole = both\n\tpostfix_config = "%s"\n' "$DIR/postfix/etc"
		printf '\tports = { "smtp %s", "submission %s", ' "$(p SMTP)" "$(p SUBMISSION)"
		dovecot_ports 1
		printf '\tpaths = { "%s", "%s", "%s" }\n' "$DIR/postfix/spool" "$DIR/mail" "$DIR/log"
	else
		printf '\trole = mailbox\n\tports = { '
		dovecot_ports "$n"
		printf '\tpaths = { "%s", "%s" }\n' "$DIR/mail" "$DIR/log"
	fi
	printf '\tports_ca_file = "%s"\n' "$DIR/tls/ca.pem"
	printf '\tdovecot_config = "%s"\n' "$DIR/dovecot$n/dovecot.conf"
	printf '\tguardian_directory = "%s"\n' "$DIR/guardian$n"
}

dovecot_ports() {
	local n=$1
	printf '"imap %s", "imaps %s", "pop3 %s", "pop3s %s", "sieve %s", "lmtp %s" }\n' "$(p IMAP$n)" "$(p IMAPS$n)" \
		"$(p POP3_$n)" "$(p POP3S$n)" "$(p SIEVE$n)" "$(p LMTP$n)"
}

# Where the API of a Dovecot is: plain for mail1, with TLS for mail2 (not yet
# where it still runs from before).
api_url() {
	local n=$1 how=http
	! grep -q 'The API speaks TLS' "$DIR/dovecot$n/dovecot.conf" 2>/dev/null || how=https
	printf '%s://127.0.0.1:%s' "$how" "$(p HTTP$n)"
}

# server NAME N WAY... - one section
server() {
	local name=$1 n=$2 way
	shift 2
	printf '\nserver %s {\n' "$name"
	for way; do
		case $way in
		exec) printf '\texec = yes\n' ;;
		http) printf '\thttp = "%s"\n\thttp_plain = yes\n\thttp_ca_file = "%s"\n\thttp_key_file = "%s"\n' "$(api_url "$n")" \
			"$DIR/tls/ca.pem" "$DIR/secrets/doveadm" ;;
		ssh) printf '\tssh = "%s@127.0.0.1"\n\tssh_port = %s\n\tssh_key = "%s"\n\tssh_known_hosts = "%s"\n\tssh_config = "%s"\n' \
			"$(id -un)" "$(p SSH)" "$DIR/sshd/user_key" "$DIR/sshd/known_hosts" "$DIR/sshd/ssh_config" ;;
		esac
	done
	server_common "$n"
	printf '}\n'
}

# servers WHICH - all sections of one configuration
servers() {
	case $1 in
	usual) server mail1 1 exec; server mail2 2 http ;;
	ssh) server mail1 1 ssh; server mail2 2 http ;;
	ways) server by-exec 1 exec; server by-ssh 1 ssh; server by-http 1 http ;;
	esac
	printf '\nwatch {\n\town_domains = { "example.com", "example.org" }\n}\n'
}

# ---- sshd -------------------------------------------------------------------------

# As root it lets root in, else whoever started it; passwords are not taken.
sshd_conf() {
	cat <<-CONF
	# written by tests/lab/lab
	Port $(p SSH)
	ListenAddress 127.0.0.1
	HostKey $DIR/sshd/host_key
	PidFile $DIR/sshd/pid
	AuthorizedKeysFile $DIR/sshd/authorized_keys
	AllowUsers $(id -un)
	PermitRootLogin prohibit-password
	PasswordAuthentication no
	KbdInteractiveAuthentication no
	UsePAM $([ "$(id -u)" = 0 ] && echo yes || echo no)
	# The keys lie below a directory that everybody may write to.
	StrictModes no
	AllowTcpForwarding no
	X11Forwarding no
	PermitTTY no
	PrintMotd no
	PrintLastLog no
	MaxStartups 100
	MaxSessions 20
	CONF
}

sshd_keys() {
	local d=$DIR/sshd
	[ -s "$d/host_key" ] || ssh-keygen -q -t ed25519 -N '' -C "lab $NAME" -f "$d/host_key" || die "ssh-keygen failed"
	[ -s "$d/user_key" ] || ssh-keygen -q -t ed25519 -N '' -C "lab $NAME" -f "$d/user_key" || die "ssh-keygen failed"
	cp "$d/user_key.pub" "$d/authorized_keys"
	printf '[127.0.0.1]:%s %s\n' "$(p SSH)" "$(cut -d' ' -f1,2 "$d/host_key.pub")" >"$d/known_hosts"
	printf '# written by tests/lab/lab: nothing of this machine counts\n' >"$d/ssh_config"
}

sshd_start() {
	local d=$DIR/sshd
	running sshd && return
	[ -x /usr/sbin/sshd ] || die "sshd is missing: run tests/lab/install lab" 69
	command -v ssh-keygen >/dev/null || die "ssh-keygen is missing: run tests/lab/install lab" 69
	case $(getent passwd "$(id -un)") in
	*nologin | */false) die "sshd would start, but the shell of $(id -un) lets nobody in" 69 ;;
	esac
	mkdir -p -m 700 "$d"
	# An empty directory that sshd locks itself into; it goes with the next start of the machine.
	[ "$(id -u)" != 0 ] || mkdir -p -m 755 /run/sshd
	sshd_keys
	sshd_conf >"$d/sshd_config"
	rm -f "$d/pid"
	/usr/sbin/sshd -f "$d/sshd_config" -E "$DIR/log/sshd.log" </dev/null 9>&- ||
		{ tail -n 5 "$DIR/log/sshd.log" >&2; die "sshd does not start; its log: $DIR/log/sshd.log"; }
	wait_for sshd "$DIR/log/sshd.log" test -s "$d/pid"
	cat "$d/pid" >"$DIR/pids/sshd"
	wait_for sshd "$DIR/log/sshd.log" port_open "$(p SSH)"
}

sshd_stop() { end_part sshd; }
