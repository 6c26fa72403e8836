#!/bin/bash
# senders - who may write to a group or a list, told from end to end: allowed senders
# are set headless, seen at the keyboard, and the real Postfix takes the mail or says
# no, once with the servers' filter off (as UCS comes) and once with it on.  What the
# console says about it is what Postfix does.
# Known of UCS: who logged in for the sending counts, not the address in the envelope;
# members of allowed groups may, and of groups directly inside those, no deeper.
set -u
cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] && [ -n "${LAB_SUBMISSION:-}" ] && [ "${LAB_PROFILE:-ucs}" = ucs ] ||
	{ echo "ok 1 - the story # SKIP no lab with Postfix and allowed senders (eval \"\$(tests/lab/lab env)\")"; exit 0; }
config=$POSTROOM_CONFIG was=${LAB_LISTFILTER:-no}
list="Notes $$" team="Team $$" allowed="Writers $$" inside="Inside $$" deep="Deep $$" around="Around $$"
list_address=notes$$@example.com team_address=team$$@example.com around_address=around$$@example.com
# By name, in the allowed group, in a group inside it, in one inside that, and none of them; all of them get the mail.
named=$(logins 3) member=$(logins 4) nested=$(logins 5) deeper=$(logins 6) other=$(logins 7)
everybody=()
for login in $named $member $nested $deeper $other; do everybody+=("$(address_of "$login")"); done
named_address=${everybody[0]}

filter() { bash tests/lab/lab start --name "$LAB_NAME" --listfilter "$1"; }
forget() {
	run remove mailinglist "$list" --yes >/dev/null 2>&1
	for name in "$around" "$team" "$allowed" "$inside" "$deep"; do run remove group "$name" --yes >/dev/null 2>&1; done
	tmux -L "$socket" kill-server 2>/dev/null
	filter "$was" >/dev/null 2>&1
	rm -rf "$work"
}
trap forget EXIT
members() { local login; for login in $named $member $nested $deeper $other; do printf 'members+=%s\n' "$login"; done; }
refused_outside() { send "$1" "$2" | grep -E '< 554 5.7.1 .*certain senders only'; }
# opened PAGE KEY NAME PATTERN - the page of the thing says so
opened() {
	console 120 40 --config "$config"
	shows 'list complete' && keys "$2" && shows "\\[$2 ($1|List|Grp)\\]" && shows 'list complete' && pause && keys / && shows 'Find' && keys C-u &&
		type_slowly "$3" && shows "$1 - 1 of" && keys Enter && shows "$4"
}

# --- stored and not obeyed --------------------------------------------------------------
ok "the servers do not filter" filter no
mapfile -t all < <(members)
status 0 "the deepest group" run add group "$deep" "members=$deeper" --yes
status 0 "a group around it" run add group "$inside" "members=$nested" "member_groups=$deep" --yes
status 0 "the group that may write" run add group "$allowed" "members=$member" "member_groups=$inside" --yes
status 0 "a restricted group" run add group "$team" "address=$team_address" "${all[@]}" "sender_users=$named" "sender_groups=$allowed" --yes
said "the console says that nobody holds to it" "The senders are stored and not enforced: mail/postfix/policy/listfilter is off"
# Typed in other letters; stored as the directory writes them, since the filter compares DNs letter by letter.
status 0 "a restricted list of that group" run add mailinglist "$list" "address=$list_address" "members=$team_address" \
	"sender_users=${named^^}" "sender_groups=${allowed,,}" --yes
said "the console says so here too" "so anybody may write to it"
status 0 "the page of the list" run show mailinglist "$list"
said "says it as well" "no: anybody may write"
ok "and at the keyboard" opened Lists 6 "$list" 'no: anybody may write'
close_console
ok "and so it is: somebody else writes to the list" submitted "$other" "$list_address" "loose list $$"
ok "and all get it" reaches "loose list $$" "${everybody[@]}"
ok "and somebody outside to the group" goes "$team_address" "loose group $$"
ok "and all get that" reaches "loose group $$" "${everybody[@]}"

# --- obeyed ------------------------------------------------------------------------------
ok "the servers filter" filter yes
status 0 "the page of the list" run show mailinglist "$list"
said "says that now" "yes, the mail servers refuse everybody else"
ok "and at the keyboard" opened Groups 5 "$team" 'yes, the mail servers refuse everybody'
close_console
for to in "$list_address" "$team_address"; do
	ok "to $to: who is named may write" submitted "$named" "$to" "named $to"
	ok "and all get it" reaches "named $to" "${everybody[@]}"
	ok "who is in the allowed group may" submitted "$member" "$to" "member $to"
	ok "and all get it" reaches "member $to" "${everybody[@]}"
	ok "who is in a group inside it may" submitted "$nested" "$to" "nested $to"
	ok "and all get it" reaches "nested $to" "${everybody[@]}"
	ok "who is two groups deep is refused" turned_away "$deeper" "$to" "deeper $to"
	ok "anybody else is refused" turned_away "$other" "$to" "other $to"
	ok "somebody who did not log in is refused" refused_outside "$to" "outside $to"
done
ok "a login by address is the same person" submitted "$named_address" "$list_address" "address $$"
ok "and all get it" reaches "address $$" "${everybody[@]}"

# What came later through the same door has arrived.
for to in "$list_address" "$team_address"; do
	for who in deeper other outside; do ok "nothing of it came to $to from $who" reached_nobody "$who $to"; done
done

# --- changed -----------------------------------------------------------------------------
status 0 "the group of writers loses its member" run set group "$allowed" "members-=$member" --yes
ok "who is refused from then on" turned_away "$member" "$list_address" "former $$"
status 0 "taken back" run undo --yes
ok "and may again" submitted "$member" "$list_address" "again $$"
status 0 "the list loses the group of writers" run set mailinglist "$list" "sender_groups-=$allowed" --yes
said "with the others refused" "Everybody else is refused by the mail servers"
ok "its member is refused" turned_away "$member" "$list_address" "without $$"
ok "who is named may still" submitted "$named" "$list_address" "still $$"
status 0 "the list loses its last sender" run set mailinglist "$list" "sender_users-=$named" --yes
said "said plainly" "With no sender named anybody may write to it"
ok "and so it is" goes "$list_address" "open $$"
ok "though the group behind it is restricted: only the address written to is asked" reaches "open $$" "${everybody[@]}"
status 0 "taken back" run undo --yes
status 0 "a renamed sender is followed" run rename group "$allowed" "$allowed b" --yes
ok "and may write to the group" submitted "$member" "$team_address" "renamed $$"
ok "as all see" reaches "renamed $$" "${everybody[@]}"
status 0 "and back" run undo --yes

# --- by the envelope ------------------------------------------------------------------------
ok "the servers go by the envelope" filter envelope
status 0 "the page says the same" run show group "$team"
said "as a filter it is" "yes, the mail servers refuse everybody else"
ok "who is outside is refused" refused_outside "$team_address" "envelope $$"
finish
