# lib.sh - what the stories share: TAP lines, and the console inside tmux.
# Sourced. A story waits for a state on the screen or at a server, never for a
# time. Times given here are how long is waited before something is called
# broken: a slow, busy machine must come within them, and nobody waits them out.

# So that say_not counts at the end of a pipe as well.
shopt -s lastpipe
number=0 broken=0
POSTROOM=${POSTROOM:-build/postroom}
work=$(mktemp -d)
socket=postroom-story-$$
trap 'tmux -L "$socket" kill-server 2>/dev/null; rm -rf "$work"' EXIT

say_ok() { number=$((number + 1)); echo "ok $number - $1"; }
say_not() { # say_not NAME: standard input explains
	number=$((number + 1)) broken=$((broken + 1))
	echo "not ok $number - $1"
	sed 's/^/#   /' | head -40
}
skip() { number=$((number + 1)); echo "ok $number - $1 # SKIP $2"; }
# A word that means nothing would be a check that never fails; bash asks this in a shell of its own, hence the file.
command_not_found_handle() { echo "$*" >>"$work/unheard"; echo "$1: command not found" >&2; return 127; }
finish() {
	[ ! -e "$work/unheard" ] || say_not "every command of the story is there" <"$work/unheard"
	echo "1..$number"
	[ "$broken" -eq 0 ]
}

# ok NAME COMMAND... - the command must succeed
ok() {
	local name=$1
	shift
	if "$@" >"$work/out" 2>&1; then say_ok "$name"; else say_not "$name" <"$work/out"; fi
}
# same NAME WANTED GOT
same() { if [ "$2" = "$3" ]; then say_ok "$1"; else { printf 'wanted: %s\ngot: %s\n' "$2" "$3"; screen 2>/dev/null; } | say_not "$1"; fi; }
# status N NAME COMMAND... - the command must end with exit status N; its output is in $work/out
status() {
	local want=$1 name=$2 got
	shift 2
	"$@" >"$work/out" 2>&1 </dev/null
	got=$?
	if [ "$got" = "$want" ]; then say_ok "$name"; else { echo "exit status $got, wanted $want"; cat "$work/out"; } | say_not "$name"; fi
}
# soon COMMAND... - holds within a minute: a server takes a changed configuration over in its own time;
# what the last try says is what it says
soon() {
	local i status=1 end=$((SECONDS + 60))
	for ((i = 0; status != 0 && (i < 3 || SECONDS < end); i++)); do
		[ "$i" = 0 ] || sleep 0.3
		"$@" >"$work/soon" 2>&1
		status=$?
	done
	cat "$work/soon"
	return $status
}
# answered COMMAND... - runs it, again where a server was too busy to answer in the time that the program gives it
answered() {
	local i status=1
	for ((i = 0; i < 20; i++)); do
		"$@" >"$work/answered" 2>&1 </dev/null
		status=$?
		grep -q 'no answer within' "$work/answered" || break
	done
	cat "$work/answered"
	return $status
}
# is_dead PID - it runs no more; what nobody has waited for is dead too
is_dead() { case $(sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null) in '' | [ZX]*) ;; *) ps -fp "$1"; return 1 ;; esac; }
said() { grep -qF -- "$2" "$work/out" && say_ok "$1" || say_not "$1" <"$work/out"; }

# --- the console in tmux ---------------------------------------------------------
# console WIDTH HEIGHT ARGUMENTS... - opens it; its exit status lands in $work/exit
console() {
	local width=$1 height=$2 i
	shift 2
	rm -f "$work/exit"
	# The server of the console before may be just about to end.
	for ((i = 0; i < 50; i++)); do
		tmux -L "$socket" -f /dev/null new-session -d -x "$width" -y "$height" \
			"$POSTROOM --start ${start:-users} $*; echo \$? >$work/exit; sleep 5" 2>"$work/tmux" && break
		sleep 0.2
	done
	cat "$work/tmux"
	tmux -L "$socket" set-option -g status off 2>/dev/null
	tmux -L "$socket" resize-window -x "$width" -y "$height" 2>/dev/null
}
keys() { tmux -L "$socket" send-keys "$@"; }
type_text() { tmux -L "$socket" send-keys -l "$1"; }
screen() { tmux -L "$socket" capture-pane -p; }
# shows PATTERN [SECONDS] - waits until the screen shows it (extended regular expression)
shows() {
	local i most=$((${2:-60} * 20))
	for ((i = 0; i < most; i++)); do
		screen 2>/dev/null | grep -qE -- "$1" && return 0
		sleep 0.05
	done
	echo "the screen never showed: $1"
	screen
	return 1
}
gone() { # gone PATTERN [SECONDS]
	local i most=$((${2:-60} * 20))
	for ((i = 0; i < most; i++)); do
		screen 2>/dev/null | grep -qE -- "$1" || return 0
		sleep 0.05
	done
	echo "the screen still shows: $1"
	screen
	return 1
}
close_console() { tmux -L "$socket" kill-server 2>/dev/null; sleep 0.1; }
# pause - a person's pause: keys in one burst in a list are taken for a paste
pause() { sleep 0.15; }
type_slowly() { pause; type_text "$1"; pause; }
# stir KEYS... - presses them and waits, two seconds at most, until the screen is another one: colours and
# cursor count. False where it stays as it was.
stir() {
	local i before
	before=$(looks)
	keys "$@"
	for ((i = 0; i < 40; i++)); do
		sleep 0.05
		[ "$(looks)" = "$before" ] || return 0
	done
	return 1
}
looks() { tmux -L "$socket" capture-pane -p -e \; display-message -p '#{cursor_x} #{cursor_y}' 2>/dev/null; }
# escape - Esc, past the moment in which a new view drops keys, and with one behind it, as a key right
# after it would be taken for one with Alt
escape() { sleep 0.35; stir Escape; sleep 0.3; }
# tab_to PATTERN - Tab until the screen shows it; one that is dropped is pressed again
tab_to() {
	local i
	for ((i = 0; i < 20; i++)); do
		screen | grep -qE -- "$1" && return 0
		stir Tab
	done
	screen
	return 1
}
# down_to, up_to, page_to PATTERN - down (up, a page down) until the screen shows it, and back again if that went past it
down_to() { move_to "$1" Down Up; }
up_to() { move_to "$1" Up Down; }
page_to() { move_to "$1" PageDown PageUp; }
move_to() {
	local i
	for ((i = 0; i < 120; i++)); do
		screen | grep -qE -- "$1" && return 0
		if [ "$i" -lt 60 ]; then stir "$2"; else stir "$3"; fi
	done
	screen
	return 1
}
# set_field LABEL - on a page, goes down to a field and opens its editor
set_field() { down_to "(>|▸) *$1" && pause && keys e; }
# press WORDS - to the button of these words, wherever the focus is, and Enter until it is taken: in the
# moment after a view has opened keys are dropped
press() {
	local i
	for ((i = 0; i < 5; i++)); do
		sleep 0.4
		tab_to "\\[ $1 \\]" || return 1
		keys Enter
		gone "\\[ $1 \\]" 3 >/dev/null && return 0
	done
	screen
	return 1
}
# press_apply - in the review: to Apply, and Enter
press_apply() { press Apply; }
# confirm_by_name NAME - where mail or an account is lost the name is typed; Apply alone is not enough
confirm_by_name() { sleep 0.5; tab_to 'Enter go on' && type_slowly "$1" && press_apply; }
# leave - out of every view, and q; the console ends with status 0
leave() {
	local i
	for i in 1 2 3 4; do keys Escape; sleep 0.4; done
	for ((i = 0; i < 200; i++)); do
		[ $((i % 40)) != 0 ] || keys q
		[ -s "$work/exit" ] && break
		sleep 0.1
	done
	[ "$(cat "$work/exit" 2>/dev/null)" = 0 ] || { cat "$work/exit"; screen; return 1; }
}

# --- mail -------------------------------------------------------------------------
# login LOGIN PASSWORD-FILE PORT - IMAP login at a Dovecot; prints the folders. Status 67: it is denied.
# A server that is just reloading hangs up, which is no answer.
login() {
	local i status=1
	for ((i = 0; i < 20; i++)); do
		printf 'user = "%s:%s"\n' "$1" "$(cat "$2")" |
			curl -sS --max-time 20 -K - "imap://127.0.0.1:$3/" 2>&1
		status=$?
		case $status in 0 | 67) break ;; esac
		sleep 0.5
	done
	return $status
}
# handed OPTIONS... - the mail in $work/mail given to a server by SMTP; the talk is in $work/talk. "Later" and
# a broken connection are tried again, as mail programs do: a server may just be reloading.
handed() {
	local i
	for ((i = 0; i < 20; i++)); do
		curl -sS -v --max-time 30 -T "$work/mail" "$@" </dev/null >"$work/talk" 2>&1 && return 0
		grep -q '^< 5' "$work/talk" && return 1
		sleep 0.5
	done
	return 1
}
# send TO SUBJECT - through Postfix; fails where it is refused, prints why
send() {
	local status
	printf 'From: story@partner.test\nTo: %s\nSubject: %s\n\nA line of the story.\n' "$1" "$2" >"$work/mail"
	handed --mail-from story@partner.test --mail-rcpt "$1" "smtp://127.0.0.1:$LAB_SMTP"
	status=$?
	cat "$work/talk"
	return $status
}
# found ADDRESS SUBJECT CONF - within a minute the mail lies in the mailbox
found() {
	local i
	for ((i = 0; i < 300; i++)); do
		[ -n "$(doveadm -c "$3" search -u "$1" subject "$2" 2>/dev/null)" ] && return 0
		sleep 0.2
	done
	doveadm -c "$3" search -u "$1" all 2>&1
	return 1
}
# refused TO SUBJECT - Postfix says no for good
refused() { send "$1" "$2" | grep -E '< 550|< 554'; }

# --- people and groups ---------------------------------------------------------------
# run WORDS... - the command with the story's configuration
run() { "$POSTROOM" --config "$config" "$@"; }
# logins N - the Nth of the people with a plain name, an address in example.com and the home server mail1
logins() {
	run list user --format csv --columns login,address,home_server | tr -d '"\r' |
		awk -F, '$2 ~ /@example.com$/ && $3 ~ /mail1/ {print $1}' | grep -E '^[a-z]+[0-9]$' | sed -n "$1p"
}
address_of() { run list user --filter "$1" --format csv --columns address | tail -1 | tr -d '"\r'; }
# ldapvalue FILTER ATTRIBUTE VALUE - the value begins so; run as the admin
ldapvalue() {
	( unset LDAPNOINIT
	LDAPTLS_CACERT=$LAB_CA ldapsearch -x -LLL -o ldif-wrap=no -ZZ -H "$LAB_URI" -D "$LAB_ADMIN_DN" -y "$LAB_ADMIN_SECRET" \
		-b "$LAB_BASE" "$1" "$2" ) | grep -qi "^$2: $3"
}
# goes TO SUBJECT - Postfix takes it from somebody outside who did not log in
goes() { send "$1" "$2" | grep -qE '< 250 .*[Qq]ueued' || { echo "not taken"; return 1; }; }
# submit LOGIN TO SUBJECT - sent by somebody who logged in for it; prints the talk
submit() {
	printf 'From: %s\nTo: %s\nSubject: %s\n\nA line of the story.\n' "$1" "$2" "$3" >"$work/mail"
	printf 'user = "%s:%s"\n' "$1" "$(cat "$LAB_PEOPLE_SECRET")" >"$work/login"
	handed --ssl-reqd --cacert "$LAB_CA" -K "$work/login" --mail-from story@partner.test --mail-rcpt "$2" "smtp://127.0.0.1:$LAB_SUBMISSION"
	cat "$work/talk"
}
submitted() { submit "$@" | grep -qE '< 250 .*[Qq]ueued' || { echo "not taken"; return 1; }; }
# turned_away LOGIN TO SUBJECT - logged in, and yet Postfix says no for good
turned_away() { submit "$@" | grep -E '< 554 5.7.1 .*certain senders only'; }
# holders SUBJECT - who has such a mail: "address count" lines, sorted, of all mailboxes of both servers
holders() {
	local conf
	for conf in "$LAB_DOVECOT1_CONF" "$LAB_DOVECOT2_CONF"; do
		doveadm -c "$conf" -f tab fetch -A user mailbox INBOX subject "$1" 2>/dev/null | sed 1d
	done | sort | uniq -c | awk '{print $2, $1}'
}
# settled - Postfix has delivered what it was given (what it keeps for later does not count)
settled() {
	local i
	for ((i = 0; i < 300; i++)); do
		postqueue -c "$LAB_POSTFIX_CONF" -j 2>/dev/null | grep -qE '"queue_name": "(active|incoming|maildrop)"' || return 0
		sleep 0.1
	done
}
# reaches SUBJECT ADDRESS... - within a minute exactly these mailboxes have it, once each, and stay so
reaches() {
	local i subject=$1
	shift
	printf '%s 1\n' "$@" | sort >"$work/wanted"
	for ((i = 0; i < 240; i++)); do
		holders "$subject" >"$work/holders"
		cmp -s "$work/wanted" "$work/holders" && break
		sleep 0.25
	done
	settled
	holders "$subject" >"$work/holders"
	diff "$work/wanted" "$work/holders"
}
# reached_nobody SUBJECT - no mailbox has it now
reached_nobody() { settled; holders "$1" >"$work/holders"; [ ! -s "$work/holders" ] || { cat "$work/holders"; return 1; }; }

# --- servers that reload ---------------------------------------------------------------
# reload_dovecot CONF - and waits until it has happened: the master says in its log that it begins, and
# answers nobody before it is done
reload_dovecot() {
	local log i before
	log=$(doveconf -c "$1" -h log_path)
	before=$(grep -c 'SIGHUP received' "$log")
	doveadm -c "$1" reload
	for ((i = 0; i < 300; i++)); do
		[ "$(grep -c 'SIGHUP received' "$log")" -gt "$before" ] && break
		sleep 0.1
	done
	doveadm -c "$1" service status >/dev/null 2>&1
}
# reload_postfix - and waits until nobody works by the old settings: who has nothing to do ends at once
reload_postfix() {
	local old pid
	old=$(pgrep -P "$(tr -d " " <"$LAB_DIR/postfix/spool/pid/master.pid")" -x 'qmgr|smtpd|cleanup|trivial-rewrite')
	postfix -c "$LAB_POSTFIX_CONF" reload 2>&1
	for pid in $old; do soon is_dead "$pid"; done
}

# --- IMAP ------------------------------------------------------------------------------
# log_in PORT USER [PASSWORD-FILE] - an IMAP session that stays; its descriptor is in sessions. A server that
# is just reloading hangs up: tried again.
sessions=()
log_in() {
	local i
	for ((i = 0; i < 20; i++)); do
		log_in_once "$@" && return 0
		sleep 0.5
	done
	return 1
}
log_in_once() {
	local fd line=
	exec {fd}<>"/dev/tcp/127.0.0.1/$1" || return 1
	read -r -t 20 line <&"$fd"
	printf 'a login "%s" "%s"\r\n' "$2" "$(cat "${3:-$LAB_PEOPLE_SECRET}")" >&"$fd"
	while read -r -t 20 line <&"$fd"; do
		case $line in
		'a OK'*) sessions+=("$fd"); return 0 ;;
		'a '*) break ;;
		esac
	done
	echo "$line"
	exec {fd}>&-
	return 1
}
# connected CONF USER COUNT - within a minute Dovecot lists so many connections of this person
connected() {
	local i
	for ((i = 0; i < 600; i++)); do
		[ "$(doveadm -c "$1" -f tab who -1 2>/dev/null | cut -f1 | grep -cx -- "$2")" = "$3" ] && return 0
		sleep 0.1
	done
	doveadm -c "$1" who -1
	return 1
}
# imap LOGIN COMMAND... - one session at mail1; what the server says, each line with the number of its command, the login's 1
imap() {
	local who=$1 line n=0 command
	shift
	exec {imap}<>"/dev/tcp/127.0.0.1/$LAB_IMAP1" || return 1
	read -r -t 20 line <&"$imap"
	for command in "LOGIN \"$who\" \"$(cat "$LAB_PEOPLE_SECRET")\"" "$@" LOGOUT; do
		n=$((n + 1))
		printf 'a%s %s\r\n' "$n" "$command" >&"$imap"
		while IFS= read -r -t 20 line <&"$imap"; do
			line=${line%$'\r'}
			printf '%s %s\n' "$n" "$line"
			case $line in "a$n "*) break ;; esac
		done
	done
	exec {imap}>&-
}
# put_in LOGIN MAILBOX - a mail, so that there is one
put_in() {
	local mail=$'Subject: put in\r\n\r\nx'
	imap "$1" "APPEND \"$2\" {${#mail}+}"$'\r\n'"$mail" | grep '^2 a2 OK'
}
# can LOGIN MAILBOX - what works there: l in the list, r opened, s seen, f flagged, i a mail put in,
# d mail marked for deletion, e and gone, k a folder made below it, a its rights read; - where nothing does.
# There must be a mail in it.  A flag is taken and set, so that one of the two is a change.
can() {
	local box=$2 mail=$'Subject: put in\r\n\r\nx' had=
	imap "$1" 'LIST "" "*"' "SELECT \"$box\"" 'STORE 1 -FLAGS (\Seen)' 'STORE 1 +FLAGS (\Seen)' \
		'STORE 1 -FLAGS (\Flagged)' 'STORE 1 +FLAGS (\Flagged)' "APPEND \"$box\" {${#mail}+}"$'\r\n'"$mail" \
		'STORE 1 -FLAGS (\Deleted)' 'STORE 1 +FLAGS (\Deleted)' EXPUNGE "CREATE \"$box/below\"" "DELETE \"$box/below\"" \
		"GETACL \"$box\"" >"$work/imap"
	grep -qE "^2 .* \"/\" \"?$box\"?$" "$work/imap" && had+=l
	grep -q '^3 a3 OK' "$work/imap" && had+=r
	grep -q '^[45] .* 1 FETCH' "$work/imap" && had+=s
	grep -q '^[67] .* 1 FETCH' "$work/imap" && had+=f
	grep -q '^8 a8 OK' "$work/imap" && had+=i
	grep -q '^\(9\|10\) .* 1 FETCH' "$work/imap" && had+=d
	grep -q '^11 .* 1 EXPUNGE' "$work/imap" && had+=e
	grep -q '^12 a12 OK' "$work/imap" && had+=k
	grep -q '^14 a14 OK' "$work/imap" && had+=a
	echo "${had:--}"
}
# able LOGIN MAILBOX LETTERS - exactly that works, at once or soon
able_now() {
	local got
	got=$(can "$1" "$2")
	[ "$got" = "$3" ] || { echo "$1 can $got in $2, wanted $3"; cat "$work/imap"; return 1; }
}
able() { soon able_now "$@"; }
