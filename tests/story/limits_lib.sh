# limits_lib.sh - what the stories of limits share: what Dovecot runs with, sessions
# that stay, the walk to a review. Sourced after lib.sh; conf is the file of the
# Dovecot that it is about, drop_ins its folder conf.d.

conf=$LAB_DOVECOT1_CONF
drop_ins=$(dirname "$conf")/conf.d
pids=()

# --- what runs ---------------------------------------------------------------------------
# service_runs SERVICE COLUMN NUMBER [CONF] - within a minute; column 4 is process_limit, 5 client_limit
service_runs() {
	local i got
	for ((i = 0; i < 300; i++)); do
		got=$(doveadm -c "${4:-$conf}" -f tab service status | awk -F'\t' -v s="$1" -v c="$2" '$1 == s {print $c}')
		[ "$got" = "$3" ] && return 0
		sleep 0.2
	done
	echo "$1: $got"
	return 1
}
# runs LIMIT - both services of IMAP have it
runs() { service_runs imap-login 4 "$1" && service_runs imap 4 "$1"; }
twenty() {
	rm -f "$drop_ins/99-postroom.conf"
	printf 'service imap-login {\n  process_limit = 20\n}\nservice imap {\n  process_limit = 20\n}\n' >"$drop_ins/50-story.conf"
	reload_dovecot "$conf" && runs 20
}
# file_comes, file_goes - our file in conf.d, within a minute
file_comes() { local i; for ((i = 0; i < 600; i++)); do [ -e "$drop_ins/99-postroom.conf" ] && return 0; sleep 0.1; done; return 1; }
file_goes() { local i; for ((i = 0; i < 600; i++)); do [ -e "$drop_ins/99-postroom.conf" ] || return 0; sleep 0.1; done; return 1; }
files_back() { rm -f "$drop_ins"/50-story.conf "$drop_ins"/99-postroom.conf; reload_dovecot "$conf"; }

# --- sessions ------------------------------------------------------------------------------
# tls_sessions N - so many more TLS sessions that stay
tls_sessions() {
	local i input
	for ((i = 0; i < $1; i++)); do
		mkfifo "$work/fifo"
		exec {input}<>"$work/fifo"
		rm -f "$work/fifo"
		openssl s_client -quiet -connect "127.0.0.1:$LAB_IMAPS1" <&"$input" >/dev/null 2>&1 &
		pids+=($!)
		printf 'a login "%s" "%s"\r\n' anna.schmid@example.com "$(cat "$LAB_PEOPLE_SECRET")" >&"$input"
		exec {input}>&-
	done
}
end_sessions() { [ "${#pids[@]}" = 0 ] || kill "${pids[@]}" 2>/dev/null; wait "${pids[@]}" 2>/dev/null; pids=(); }
held() { doveadm -c "$conf" -f tab who -1 2>/dev/null | tail -n +2 | grep -c '^anna\.schmid@'; }
# hold N - within a minute exactly so many are logged in
hold() {
	local i
	for ((i = 0; i < 300; i++)); do
		[ "$(held)" = "$1" ] && return 0
		sleep 0.2
	done
	echo "logged in: $(held)"
	return 1
}

# --- the screen ------------------------------------------------------------------------------
# walk_to_review [SECONDS] - the section Limits, 60 connections, confirmed within so many seconds, up to the review
walk_to_review() {
	keys L
	shows 'Connections at once' && pause && type_text 60 && shows 'imap-login process_limit +20 +-> 60' || return 1
	if [ -n "${1:-}" ]; then
		keys BTab
		pause
		type_text "$1"
		shows "Confirm within +$1" || return 1
	fi
	keys C-g
	shows 'Ticket or reason'
}
