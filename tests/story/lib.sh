# lib.sh - what the stories share: TAP lines, and the console inside tmux.
# Sourced. A story waits for a state on the screen, never for a time.

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
finish() { echo "1..$number"; [ "$broken" -eq 0 ]; }

# ok NAME COMMAND... - the command must succeed
ok() {
	local name=$1
	shift
	if "$@" >"$work/out" 2>&1; then say_ok "$name"; else say_not "$name" <"$work/out"; fi
}
# status N NAME COMMAND... - the command must end with exit status N; its output is in $work/out
status() {
	local want=$1 name=$2 got
	shift 2
	"$@" >"$work/out" 2>&1 </dev/null
	got=$?
	if [ "$got" = "$want" ]; then say_ok "$name"; else { echo "exit status $got, wanted $want"; cat "$work/out"; } | say_not "$name"; fi
}
said() { grep -qF -- "$2" "$work/out" && say_ok "$1" || say_not "$1" <"$work/out"; }

# --- the console in tmux ---------------------------------------------------------
# console WIDTH HEIGHT ARGUMENTS... - opens it; its exit status lands in $work/exit
console() {
	local width=$1 height=$2
	shift 2
	rm -f "$work/exit"
	tmux -L "$socket" -f /dev/null new-session -d -x "$width" -y "$height" \
		"$POSTROOM $*; echo \$? >$work/exit; sleep 5"
	tmux -L "$socket" set-option -g status off 2>/dev/null
	tmux -L "$socket" resize-window -x "$width" -y "$height" 2>/dev/null
}
keys() { tmux -L "$socket" send-keys "$@"; }
type_text() { tmux -L "$socket" send-keys -l "$1"; }
screen() { tmux -L "$socket" capture-pane -p; }
# shows PATTERN [SECONDS] - waits until the screen shows it (extended regular expression)
shows() {
	local i most=$((${2:-10} * 20))
	for ((i = 0; i < most; i++)); do
		screen 2>/dev/null | grep -qE -- "$1" && return 0
		sleep 0.05
	done
	echo "the screen never showed: $1"
	screen
	return 1
}
gone() { # gone PATTERN [SECONDS]
	local i most=$((${2:-10} * 20))
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
# press_apply - in the review: past the moment in which keys are dropped, to Apply, and Enter
press_apply() {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		sleep 0.4
		screen | grep -qF '[ Apply ]' && { keys Enter; return 0; }
		keys Tab
	done
	screen
	return 1
}

# --- mail -------------------------------------------------------------------------
# login LOGIN PASSWORD-FILE PORT - IMAP login at a Dovecot; prints the folders
login() {
	printf 'user = "%s:%s"\n' "$1" "$(cat "$2")" |
		curl -sS --max-time 10 -K - "imap://127.0.0.1:$3/" 2>&1
}
# send TO SUBJECT - through Postfix; fails where it is refused, prints why
send() {
	printf 'From: story@partner.test\nTo: %s\nSubject: %s\n\nA line of the story.\n' "$1" "$2" >"$work/mail"
	curl -sS -v --max-time 20 --mail-from story@partner.test --mail-rcpt "$1" \
		-T "$work/mail" "smtp://127.0.0.1:$LAB_SMTP" 2>&1
}
# found ADDRESS SUBJECT CONF [SECONDS] - the mail lies in the mailbox
found() {
	local i most=$((${4:-15} * 5))
	for ((i = 0; i < most; i++)); do
		[ -n "$(doveadm -c "$3" search -u "$1" subject "$2" 2>/dev/null)" ] && return 0
		sleep 0.2
	done
	doveadm -c "$3" search -u "$1" all 2>&1
	return 1
}
# refused TO SUBJECT - Postfix says no for good
refused() { send "$1" "$2" | grep -E '< 550|< 554'; }
