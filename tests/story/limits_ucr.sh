#!/bin/bash
# limits_ucr.sh - more connections on a server of UCS: the plan speaks UCR, is
# applied by ucr under the timer, confirmed, taken back and left to its timer; what
# has no variable goes to local.conf, whose other lines stay; a policy that hides
# is told; sessions are kept from the next reload on; the open-files limit of the
# running Dovecot is a change of its own; the same plan for the other server; the
# restart that is left for anvil.
# The real Dovecot of the private mail system runs on what the small ucr makes.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${LAB_DIR:-}" ] && [ "$(id -u)" = 0 ] && [ -n "${LAB_DOVECOT1_CONF:-}" ] || { skip "limits on UCS" "no private mail system with Dovecot, or not root"; finish; exit; }
lab=${LAB_NAME:?}
. tests/story/limits_lib.sh
folder=$(dirname "$conf")
master() { cat "$folder/run/master.pid"; }
first_limit=$(awk '/^Max open files/ {print $4 ":" $5}' "/proc/$(master)/limits")
# The lab is told, since it ends by its process id what it has started.
restart_mail1() {
	local before
	before=$(master)
	doveadm -c "$conf" stop
	soon is_dead "$before" || return 1
	prlimit --nofile="$first_limit" dovecot -c "$conf" </dev/null >"$work/start" 2>&1 || { cat "$work/start"; return 1; }
	restarted=yes
	soon doveadm -c "$conf" service status && master >"$LAB_DIR/pids/dovecot1" && [ "$(master)" != "$before" ]
}
# Whatever happened, the lab gets its files back, and an anvil of its own.
restarted=
back() {
	tmux -L "$socket" kill-server 2>/dev/null
	end_sessions
	"$POSTROOM" --config "$work/admin.conf" rollback --host mail1 --yes >/dev/null 2>&1
	"$POSTROOM" --config "$work/admin.conf" rollback --host mail2 --yes >/dev/null 2>&1
	prlimit --pid "$(master)" --nofile="$first_limit"
	rm -f "$LAB_DIR"/dovecot2/conf.d/99-postroom.conf "$LAB_DIR"/dovecot2/conf.d/50-story.conf
	bash tests/lab/lab stop-ucr --name "$lab" >/dev/null
	[ -z "$restarted" ] || restart_mail1 >/dev/null
	reload_dovecot "$LAB_DOVECOT2_CONF"
	rm -rf "$work"
}
trap back EXIT

ok "mail1 becomes a server of UCS" bash tests/lab/lab start-ucr --name "$lab"
eval "$(bash tests/lab/lab env --name "$lab")"
mkdir -p -m 700 "$work/state"
# The other server is reached like the first one here, since files are changed on it.
sed "/^\tguardian_directory/d; /^\thttp/d; s|^state_dir.*|state_dir = \"$work/state\"|; s|^server mail1 {|&\n\tguardian_directory = \"$work/guardian\"|; s|^server mail2 {|&\n\texec = yes\n\tguardian_directory = \"$work/guardian2\"|" \
	"$LAB_CONFIG_UCS" >"$work/admin.conf"
chmod 600 "$work/admin.conf"
pr() { "$POSTROOM" --config "$work/admin.conf" "$@"; }
in_ucr() { "$LAB_UCR" get "mail/dovecot/limits/$1"; }
went_back() { # within a minute the guardian of mail1 is done with it
	local i
	for ((i = 0; i < 120; i++)); do
		pr status --host mail1 2>/dev/null | grep -q rolled_back && return 0
		sleep 0.5
	done
	pr status --host mail1
	return 1
}
made=$folder/conf.d/20-ucr.conf
before=$(sha256sum <"$made")

# --- the plan speaks UCR --------------------------------------------------------------------------
status 0 "a plan" pr limits plan --connections 500 --host mail1 --format tsv
said "its values are variables" $'mail/dovecot/limits/default_process_limit\t400\t500'
said "auth as Dovecot sums it" $'mail/dovecot/limits/auth/client_limit\t2000\t2500'
said "and stats by the default that UCR knows" $'mail/dovecot/limits/default_client_limit\t600\t3500'
status 0 "services alone" pr limits plan --connections 500 --host mail1 --raise services
said "name what UCR cannot express" "UCR has no variable for: imap-login process_limit, pop3-login process_limit, stats client_limit"
said "and where it goes" "$folder/local.conf"
status 0 "as JSON too" pr limits plan --connections 500 --host mail1 --raise services --format json
said "with its place" '"where": "file"'
same "nothing was written" "$before" "$(sha256sum <"$made")"
# anvil was started with the lab's own number and outlives each reload, so a restart is left (1).
status 1 "the auth cache is part of it" pr limits plan --connections 300 --host mail1 --auth-cache 10M --auth-cache-ttl 10m --format tsv
said "with its size" $'mail/dovecot/auth/cache_size\t100k\t10M'
said "and its lifetime" $'mail/dovecot/auth/cache_ttl\t300s\t600s'

# --- applied, confirmed, taken back ------------------------------------------------------------------
status 0 "applied" pr limits apply --connections 500 --host mail1 --confirm-within 300 --yes
said "it waits" "goes back in"
same "ucr has it" 500 "$(in_ucr default_process_limit)"
ok "and Dovecot runs with it" service_runs imap-login 4 500
ok "auth too" service_runs auth 5 2500
ok "stats too" service_runs stats 5 3500
status 1 "the same plan finds nothing to set" pr limits plan --connections 500 --host mail1
said "but says what is left" "only after a restart of Dovecot"
status 0 "confirmed" pr confirm --host mail1 --yes
status 0 "undo takes the variables back" pr undo --yes
same "by ucr" "" "$(in_ucr default_process_limit)"
ok "the old ones run" service_runs imap-login 4 400
status 0 "which is confirmed as well" pr confirm --host mail1 --yes
same "and the file is as it was" "$before" "$(sha256sum <"$made")"
status 0 "nobody confirms" pr limits apply --connections 500 --host mail1 --confirm-within 5 --yes
ok "so it goes back by itself" went_back
ok "and the old values run" service_runs imap-login 4 400
same "in ucr as well" "" "$(in_ucr auth/client_limit)"
status 0 "rolled back at once" eval 'pr limits apply --connections 500 --host mail1 --confirm-within 300 --yes && pr rollback --host mail1 --yes'
same "by ucr too" "" "$(in_ucr auth/client_limit)"

# --- local.conf, whose other lines stay ------------------------------------------------------------------
printf '# by hand\nverbose_proctitle = yes\n' >"$folder/local.conf"
status 0 "services alone are applied" pr limits apply --connections 450 --raise services --host mail1 --confirm-within 300 --yes
ok "Dovecot runs with what has no variable" service_runs imap-login 4 450
same "ucr has what it knows" 450 "$(in_ucr imap/process_limit)"
same "and not the default" "" "$(in_ucr default_process_limit)"
ok "the lines by hand stay" eval '[ "$(head -2 "$folder/local.conf")" = "$(printf "# by hand\nverbose_proctitle = yes")" ]'
status 0 "rolled back" pr rollback --host mail1 --yes
same "the file by hand is as it was" "$(printf '# by hand\nverbose_proctitle = yes')" "$(cat "$folder/local.conf")"
rm -f "$folder/local.conf"

# --- a policy that hides ------------------------------------------------------------------------------------
"$LAB_UCR" set --ldap-policy mail/dovecot/limits/auth/client_limit=2100 >/dev/null 2>&1
status 77 "what a policy hides is refused" pr limits apply --connections 500 --host mail1 --yes
said "with its name" "mail/dovecot/limits/auth/client_limit comes from the UCR policy layer"
"$LAB_UCR" unset --ldap-policy mail/dovecot/limits/auth/client_limit >/dev/null 2>&1

# --- variables that nobody reloaded ---------------------------------------------------------------------------
"$LAB_UCR" set mail/dovecot/limits/imap/process_limit=450 >/dev/null 2>&1
status 1 "files that Dovecot has not read are told" pr limits check --host mail1
said "with what runs" "imap runs with a process_limit of 400, and the files say 450"
status 0 "the change brings them" pr limits apply --connections 500 --host mail1 --dry-run
said "and says so" "count only after a reload, this one too"
"$LAB_UCR" unset mail/dovecot/limits/imap/process_limit >/dev/null 2>&1

# --- sessions -------------------------------------------------------------------------------------------------
tls_sessions 3
ok "three are logged in" hold 3
status 0 "then keeping is preselected" pr limits apply --connections 500 --host mail1 --dry-run
said "and it is said what holds" "the sessions of now (3) end 6 seconds later all the same"
said "as a value of the change" "mail/dovecot/shutdown_clients = no"
said "memory is measured of them" "kB a session, of 3"
status 77 "keeping strictly is refused, since the running one would end them" pr limits apply --connections 500 --host mail1 --keep-sessions --yes
status 0 "applied, they are kept from then on" pr limits apply --connections 500 --host mail1 --confirm-within 300 --yes
ok "this reload ends them" hold 0
end_sessions
tls_sessions 2
ok "two come again" hold 2
status 0 "the way back is a reload too" pr rollback --host mail1 --yes
ok "the old values run" service_runs imap-login 4 400
ok "and they have outlived it" eval 'sleep 8; hold 2'
end_sessions

# --- open files ---------------------------------------------------------------------------------------------------
# A private system may not raise the hard limit, so the soft one is lowered first.
prlimit --pid "$(master)" --nofile=1500:
soft() { awk '/^Max open files/ {print $4}' "/proc/$(master)/limits"; }
status 0 "the plan wants more than the running one has" pr limits plan --connections 450 --host mail1
said "and offers a change of its own" "postroom limits descriptors"
status 0 "which can be looked at" pr limits descriptors --host mail1 --dry-run
said "as much as the configuration needs" "open files of dovecot = 2000"
said "with what it does not reach" "anvil and other processes that outlive a reload keep the old limit"
same "nothing happened" 1500 "$(soft)"
status 0 "applied" pr limits descriptors --fd-limit 3000 --host mail1 --confirm-within 300 --yes
same "the master has it" 3000 "$(soft)"
status 0 "rolled back" pr rollback --host mail1 --yes
same "the master has what it had" 1500 "$(soft)"
status 0 "left to its timer" pr limits descriptors --fd-limit 3000 --host mail1 --confirm-within 5 --yes
ok "it goes back" went_back
same "to what it was" 1500 "$(soft)"
status 0 "and confirmed" pr limits descriptors --fd-limit 3000 --host mail1 --confirm-within 300 --yes
status 0 "it stays" pr confirm --host mail1 --yes
same "while this Dovecot runs" 3000 "$(soft)"
ok "a new process has it" eval 'tls_sessions 1; hold 1; for p in $(pgrep -P "$(master)"); do grep -qs "imap-login" "/proc/$p/cmdline" && awk "/^Max open files/ {print \$4}" "/proc/$p/limits"; done | grep -qx 3000'
end_sessions
status 65 "more is not needed" pr limits descriptors --fd-limit 2500 --host mail1 --yes
status 0 "undo is a change of its own" pr undo --yes
same "which takes it back" 1500 "$(soft)"
status 0 "and is confirmed" pr confirm --host mail1 --yes
prlimit --pid "$(master)" --nofile="$first_limit"

# --- the other server, from the screen -----------------------------------------------------------------------
printf 'service imap-login {\n  process_limit = 20\n}\nservice imap {\n  process_limit = 20\n}\n' >"$LAB_DIR/dovecot2/conf.d/50-story.conf"
reload_dovecot "$LAB_DOVECOT2_CONF"
ok "mail2 takes 20" service_runs imap-login 4 20 "$LAB_DOVECOT2_CONF"
console 100 30 --config "$work/admin.conf"
ok "the console opens" shows 'dir ok'
[ "$broken" = 0 ] || { finish; exit; }
keys L
ok "the walk speaks UCR" eval 'shows "Connections at once" && pause && type_text 500 && shows "limits/default_process_limit +400 +-> 500"'
# Time enough for the slowest machine; this is not about its end.
keys BTab
pause
type_text 600
ok "within so long it is confirmed" shows 'Confirm within +600'
keys Escape
pause
keys o
ok "the plan for the others" shows 'mail2 .*values, Dovecot: 0 warnings'
ok "names its values" shows 'imap-login process_limit +20 +-> 500'
keys C-g
ok "leads to a review of mail2" shows 'imap-login process_limit +.*-> 500'
press_apply >/dev/null
ok "under a timer of its own" shows 'mail2 confirm [0-9]+:[0-5][0-9]' 90
ok "mail2 runs with it" service_runs imap-login 4 500 "$LAB_DOVECOT2_CONF"
ok "mail1 as before" service_runs imap-login 4 400
ok "and needs no more there" shows 'mail2 +its limits take it'
keys o
ok "back in the walk of mail1" shows 'Limits - mail1'
keys C-g
ok "which is reviewed next" shows '[+] 500'
press_apply >/dev/null
ok "mail1 runs with it" service_runs imap-login 4 500
ok "and needs no more" shows 'No value, but a restart of Dovecot' 60
keys M-c
ok "the one that ends first is confirmed" shows 'Confirm: the new [a-z]+ of mail2'
press_apply >/dev/null
ok "then the other one counts" shows 'mail1 confirm [0-9]+:[0-5][0-9]' 60
keys M-c
ok "and is confirmed as well" shows 'Confirm: the new [a-z]+ of mail1'
press_apply >/dev/null
ok "nothing counts any more" gone 'mail[12] confirm' 60
close_console
ok "both stay" eval 'service_runs imap-login 4 500 && service_runs imap-login 4 500 "$LAB_DOVECOT2_CONF"'

# --- the restart that is left ------------------------------------------------------------------------------
status 1 "what is left is found" pr limits check --host mail1
said "at anvil" "the process of anvil that runs was started with about"
ok "Dovecot is restarted" restart_mail1
"$POSTROOM" --config "$work/admin.conf" limits check --host mail1 >"$work/out" 2>&1
ok "nothing is left at anvil" eval '! grep -i "anvil" "$work/out"'
status 0 "nor of the plan" pr limits plan --connections 500 --host mail1
ok "which says nothing of a restart" eval '! grep -i "restart" "$work/out"'
finish
