# audit.sh - who listens to the audit of this lab; sourced.
#
# The place of journald's socket: each datagram becomes a line of
# $DIR/log/audit.log. Whoever starts postroom as another user reaches it too.

audit_start() {
	local d=$DIR/audit
	running audit && return
	mkdir -p -m 755 "$d"
	rm -f "$d/socket"
	perl -MSocket -e '$| = 1; umask 0; socket(S, PF_UNIX, SOCK_DGRAM, 0) && bind(S, pack_sockaddr_un($ARGV[0])) or die "$!\n";
		while (defined recv(S, $m, 262144, 0)) { $m =~ s/\n/\\n/g; print "$m\n" }' "$d/socket" \
		>>"$DIR/log/audit.log" 2>&1 </dev/null 9>&- &
	echo $! >"$DIR/pids/audit"
	disown
	wait_for audit "$DIR/log/audit.log" test -S "$d/socket"
}

audit_stop() { end_part audit; }
