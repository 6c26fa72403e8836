#!/bin/bash
# signals.sh - a command is asked to end while its write is in flight: slapd is
# stopped at the moment when the intent stands in the journal, so that the
# answer is late. The command waits for the outcome, tells it, and ends with
# the status of the signal. Runs against the private mail system (lab env).
# A moment that was missed is tried again; one that never comes is skipped.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { skip "signals" "no private mail system"; finish; exit; }
mkdir -p -m 700 "$work/state"
sed "s|^state_dir.*|state_dir = \"$work/state\"|" "$POSTROOM_CONFIG" >"$work/signals.conf"
chmod 600 "$work/signals.conf"
export POSTROOM_CONFIG=$work/signals.conf
slapd=$(cat "$LAB_DIR/pids/slapd")
trap 'kill -CONT "$slapd" 2>/dev/null; rm -rf "$work"' EXIT

# caught SIGNAL QUOTA SECONDS - true where the signal came in mid-write; slapd stays stopped for so long.
# The status of the command is in $ended, what it said in $work/out.
caught() {
	local child journal file
	rm -rf "$work/state/journal"
	# A shell starts what runs in the background with INT ignored, and what was ignored stays so.
	env --default-signal=INT "$POSTROOM" set user aschmid1 "quota=$2" --yes >"$work/out" 2>&1 &
	child=$!
	while kill -0 "$child" 2>/dev/null; do
		for file in "$work"/state/journal/*; do
			[ -f "$file" ] && journal=$(<"$file") && [[ $journal == *'"intent"'* ]] && break 2
		done 2>/dev/null
	done
	kill -STOP "$slapd"
	sleep 0.2
	kill "-$1" "$child" 2>/dev/null
	sleep "$3"
	kill -CONT "$slapd"
	wait "$child"
	ended=$?
	grep -q "Asked to end" "$work/out"
}

# catch SIGNAL QUOTA SECONDS - several tries
catch() {
	local try
	for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		caught "$1" "$2" "$3" && return 0
		"$POSTROOM" set user aschmid1 quota=1GB --yes >/dev/null 2>&1
	done
	return 1
}

for row in "TERM 143 3GB" "INT 130 4GB" "HUP 129 5GB"; do
	read -r signal status quota <<<"$row"
	if ! catch "$signal" "$quota" 0.5; then
		skip "$signal in mid-write" "the moment was missed each time"
		continue
	fi
	[ "$ended" = "$status" ] && say_ok "$signal ends with $status" || say_not "$signal ends with $status, not $ended" <"$work/out"
	said "$signal: the outcome is told" "Done. Quota of anna.schmid@example.com"
	status 0 "$signal: the history has it" "$POSTROOM" history --limit 1 --format json
	said "$signal: as done" '"state":"done"'
done
"$POSTROOM" set user aschmid1 quota=1GB --yes >/dev/null 2>&1
finish
