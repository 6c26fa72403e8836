#!/bin/bash
# live.sh - what a script sees of the mail servers: who, services, queue, ports,
# overview, health, metrics, watch, on the real ones and with one that is down.
# Runs against the private mail system (lab env). Not tested here: counts against
# doveadm and postqueue in every grouping (tests/live), and the console.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { skip "live" "no private mail system"; finish; exit; }

mkdir -p -m 700 "$work/state"
sed "s|^state_dir.*|state_dir = \"$work/state\"|" "$POSTROOM_CONFIG" >"$work/up.conf"
# The same with a second server whose API is a closed port.
sed "s|\(http = \"https*://127.0.0.1:\)[0-9]*\"|\11\"|; /address/,/ports_ca_file/!b
	s|ports = { \"imap $LAB_IMAP2\".*|ports = { \"imap 1\" }|" "$work/up.conf" >"$work/down.conf"
chmod 600 "$work"/*.conf
up() { "$POSTROOM" --config "$work/up.conf" "$@"; }
down() { "$POSTROOM" --config "$work/down.conf" "$@"; }
nobody_on() { ! doveadm -c "$1" -f tab who -1 | tail -n +2 | grep .; }
as_root() { [ "$(id -u)" = 0 ]; }

# --- people -------------------------------------------------------------------------
# Sessions of whatever ran before may just be ending.
ok "nobody is connected to mail1" soon nobody_on "$LAB_DOVECOT1_CONF"
ok "nor to mail2" soon nobody_on "$LAB_DOVECOT2_CONF"
for _ in 1 2; do ok "a session" log_in "$LAB_IMAP1" anna.schmid@example.com; done
ok "a session on mail2" log_in "$LAB_IMAP2" asa.akesson@kassel.example
ok "Dovecot lists hers" connected "$LAB_DOVECOT1_CONF" anna.schmid@example.com 2
ok "and the one on mail2" connected "$LAB_DOVECOT2_CONF" asa.akesson@kassel.example 1

status 0 "who is connected" up who --format csv --columns user,service,server
said "her session on mail1" "anna.schmid@example.com,imap,mail1"
said "somebody's on mail2" "asa.akesson@kassel.example,imap,mail2"
status 0 "by user" up who --by user --filter anna.schmid --format json
said "two of hers" '"connections":2'
status 0 "by server, of one" up who --by server --host mail2 --format csv --columns server,logged_in
said "one there" "mail2,1"
grep -q mail1 "$work/out" && say_not "and no other server" <"$work/out" || say_ok "and no other server"
doveadm -c "$LAB_DOVECOT1_CONF" -h who -1 2>/dev/null | wc -l >"$work/there"
up who --host mail1 --format tsv --columns pid 2>/dev/null | tail -n +2 | wc -l >"$work/here"
ok "as many as doveadm counts" cmp "$work/there" "$work/here"
status 64 "a grouping that there is not" up who --by sausage
said "names those there are" "user, address, network, service, server"
status 64 "a server that there is not" up who --host mail9
said "names those there are" "mail1, mail2"

# --- services, overview --------------------------------------------------------------
used() { up services --host mail1 --filter imap --format csv --columns service,used,possible,unit >"$work/used" && grep "^imap,2," "$work/used" || { cat "$work/used"; return 1; }; }
ok "services: sessions against what can be" soon used
both_up() { up servers --format csv --columns server,state | tr -d "\r" >"$work/servers" && grep -x "mail1,up" "$work/servers" && grep -x "mail2,up" "$work/servers" || { cat "$work/servers"; return 1; }; }
ok "servers: both are up" soon both_up
status 0 "the overview" up overview --format json
said "connections of mail1" '"connections":2'
status 0 "watch once" up watch --once --format json
cp "$work/out" "$work/line"
ok "is one line of JSON" perl -MJSON::PP -e 'my @l = <STDIN>; my $d = decode_json($l[0]); exit !(@l == 1 && $d->{up} == 2 && @{$d->{servers}} == 2)' <"$work/line"
status 0 "watch twice" up watch --limit 1
said "a line of its own" '"servers":['

# --- the queue -------------------------------------------------------------------------
if as_root; then
	bash tests/lab/lab empty-queue --name "$LAB_NAME" >/dev/null 2>&1
	bash tests/lab/lab fill-queue 20 --name "$LAB_NAME" >"$work/out" 2>&1 && say_ok "twenty mails wait" || say_not "twenty mails wait" <"$work/out"
	postqueue -c "$LAB_POSTFIX_CONF" -j | grep -c '"queue_name": "deferred"' >"$work/there"
	up queue --format tsv --columns queue,mails 2>/dev/null | sed -n 's/^deferred\t//p' >"$work/here"
	ok "as many as postqueue says" cmp "$work/there" "$work/here"
	status 0 "by domain" up queue --by domain --format csv --columns domain,recipients
	said "one of the domains" "d0.example.net,"
	status 0 "by reason" up queue --by reason
	said "why" "onnect"
	status 0 "by age" up queue --by age --format json
	bash tests/lab/lab empty-queue --name "$LAB_NAME" >/dev/null 2>&1
else
	skip "the queue" "Postfix runs as root only"
fi

# --- for monitoring systems ---------------------------------------------------------------
up health >"$work/line" 2>/dev/null
case $? in
0 | 1 | 2) say_ok "health has a status" ;;
*) say_not "health has a status" <"$work/line" ;;
esac
ok "health is one line with a bar" grep -Ecx "(OK|WARNING|CRITICAL) - [^|]+ \| '[^|]*" "$work/line"
ok "its figures have the form" bash -c '[ "$(wc -l <"$1")" = 1 ] && sed "s/.* | //" "$1" | tr " " "\n" | grep -Evx "'"'[^'= ]+'=-?[0-9.]+%?(;[0-9.:-]*){0,4}"'" && exit 1 || exit 0' - "$work/line"
status 0 "metrics" up metrics
said "are the servers'" 'postroom_server_up{server="mail2"} 1'
cp "$work/out" "$work/metrics"
ok "each line has the form" bash -c '! grep -Ev "^(# (HELP|TYPE) postroom_[a-z0-9_]+ .+|postroom_[a-z0-9_]+\{[a-z_]+=\"([^\"\\\\]|\\\\.)*\"(,[a-z_]+=\"([^\"\\\\]|\\\\.)*\")*\} -?[0-9.e+]+)$" "$1"' - "$work/metrics"
status 0 "metrics into a file" up metrics --output "$work/postroom.prom"
ok "that others can read" bash -c '[ "$(stat -c %a "$1")" = 644 ] && grep -q "^postroom_connections" "$1"' - "$work/postroom.prom"
status 74 "metrics into no folder" up metrics --output "$work/none/postroom.prom"

# --- one is down ---------------------------------------------------------------------------
status 69 "who with a server down" down who --format csv --columns user,server
said "prints what is there" "anna.schmid@example.com,mail1"
said "names what is missing" "mail2"
status 69 "the overview" down overview --format csv --columns server,state
sed -n 2p "$work/out" | grep -q '^mail2,dead' && say_ok "has the dead one first" || say_not "has the dead one first" <"$work/out"
status 2 "health" down health
said "is critical" "CRITICAL - mail2 does not answer"
# Whether this machine is busy is not asked here.
other() { down health --host mail1 >"$work/line"; case $? in 0) ;; 1 | 2) grep -qE '^(WARNING|CRITICAL) - mail1: load [0-9.]+ on' "$work/line" ;; *) false ;; esac || { cat "$work/line"; return 1; }; }
ok "health of the other" other
status 69 "metrics" down metrics
said "tell who is down" 'postroom_server_up{server="mail2"} 0'
said "and who is up" 'postroom_server_up{server="mail1"} 1'
status 69 "watch once" down watch --once
said "as JSON" '"dead":true'

# --- asked to end while a program hangs over there -------------------------------------------
printf '#!/bin/sh\necho $$ >%s/hanging\nexec sleep 600\n' "$work" >"$work/doveadm"
chmod 700 "$work/doveadm"
sed "s|^\texec = yes|&\n\tdoveadm = \"$work/doveadm\"|" "$work/up.conf" >"$work/hangs.conf"
chmod 600 "$work/hangs.conf"
for row in "who TERM 143" "watch HUP 129" "health TERM 3" "kick TERM 143 anna.schmid@example.com"; do
	read -r command signal expected argument <<<"$row"
	rm -f "$work/hanging"
	"$POSTROOM" --config "$work/hangs.conf" "$command" ${argument:+"$argument"} --host mail1 >"$work/out" 2>&1 &
	child=$!
	soon test -s "$work/hanging"
	kill "-$signal" "$child"
	wait "$child"
	ended=$?
	[ "$ended" = "$expected" ] && say_ok "$command ends with $expected" || say_not "$command ends with $expected, not $ended" <"$work/out"
	ok "and the program with it" soon is_dead "$(cat "$work/hanging")"
done

for fd in "${sessions[@]}"; do exec {fd}>&-; done
finish
