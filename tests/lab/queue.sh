# queue.sh - mail that waits in the lab's Postfix; sourced by tests/lab/lab.
#
# fill-queue submits mail to outside domains, whose relay is a closed port: it
# is deferred at once by Postfix itself. clone-queue copies such files under
# new ids, which Postfix lists and handles like its own (a later start renames
# them), because a hundred thousand deliveries would take minutes.

queue_needs_postfix() {
	[ "$(id -u)" = 0 ] && exists && load_ports && running postfix || die "Postfix of lab $NAME does not run" 3
}

waiting() { find "$DIR/postfix/spool/deferred" -type f | wc -l; }

# Senders, among them the null sender; five domains, one in mixed case; every
# fourth mail has two recipients, a few have odd ones.
queue_dialogue() {
	awk -v n="$1" 'BEGIN {
		printf "EHLO lab\r\n"
		for (i = 0; i < n; i++) {
			printf "MAIL FROM:<%s>\r\n", i % 10 == 9 ? "" : "s" i % 7 "@example.com"
			printf "RCPT TO:<p%d@d%d.example.net>\r\n", i, i % 5
			if (i % 4 == 0) printf "RCPT TO:<q%d@D%d.Example.Net>\r\n", i, (i + 1) % 5
			if (i % 50 == 7) printf "RCPT TO:<\"odd name %d\"@customer.example>\r\n", i
			printf "DATA\r\nSubject: waiting %d\r\n\r\nA mail of the lab.\r\n.\r\n", i
		}
		printf "QUIT\r\n"
	}'
}

# Spreads times of arrival over all of qshape's columns, well inside each, and
# the next try an hour ahead, so that nothing moves by itself.
QUEUE_AGE='
	use strict; my @ages = (2, 7, 15, 30, 60, 120, 240, 480, 960, 2000); my $n = 0; my $now = time;
	sub aged { my ($text, $minutes) = @_;
		my $at = 2 + ord(substr($text, 1, 1));
		die "no time record\n" unless substr($text, 0, 1) eq "C" && substr($text, $at, 1) eq "T";
		substr($text, $at + 2, 10) = $now - 60 * $minutes; return $text; }
	sub slurp { open(my $f, "<:raw", $_[0]) or return undef; local $/; return scalar <$f>; }
	sub spill { my ($path, $text, $mode) = @_;
		open(my $f, ">:raw", $path) or die "$path: $!\n"; print $f $text; close $f;
		chown($ENV{UID_POSTFIX}, -1, $path); chmod($mode, $path); }'

queue_ages() {
	find "$DIR/postfix/spool/deferred" -type f | LC_ALL=C sort | UID_POSTFIX=$(id -u postfix) perl -e "$QUEUE_AGE"'
		while (my $path = <STDIN>) { chomp $path;
			my $text = slurp($path) // next;
			spill($path, aged($text, $ages[$n++ % @ages]), 0700);
			utime($now + 3600, $now + 3600, $path); }'
}

cmd_fill-queue() {
	local n=$1 before i
	queue_needs_postfix
	before=$(waiting)
	queue_dialogue "$n" | MAIL_CONFIG=$DIR/postfix/etc sendmail -bs >"$DIR/log/fill-queue.log" 2>&1 || die "sendmail -bs failed; its log: $DIR/log/fill-queue.log"
	for ((i = 0; i < 600; i++)); do
		[ "$(waiting)" -ge $((before + n)) ] && break
		sleep 0.1
	done
	[ "$(waiting)" -ge $((before + n)) ] || die "of $n mails only $(($(waiting) - before)) were deferred within a minute"
	queue_ages
}

cmd_clone-queue() {
	queue_needs_postfix
	[ "$(waiting)" -gt 0 ] || cmd_fill-queue 200
	find "$DIR/postfix/spool/deferred" -type f | LC_ALL=C sort |
		UID_POSTFIX=$(id -u postfix) SPOOL=$DIR/postfix/spool MANY=$1 perl -e "$QUEUE_AGE"'
		my (@mail, @why); my $spool = $ENV{SPOOL};
		while (my $path = <STDIN>) { chomp $path;
			my ($hash, $id) = $path =~ m{/deferred/(.)/([^/]+)$} or next;
			my $why = slurp("$spool/defer/$hash/$id") // next;
			push @mail, slurp($path); push @why, $why; last if @mail == 200; }
		for my $hash (0 .. 9, "A" .. "F") { for my $queue ("deferred", "defer") {
			mkdir "$spool/$queue/$hash", 0700; chown($ENV{UID_POSTFIX}, -1, "$spool/$queue/$hash"); } }
		for (my $i = 0; $i < $ENV{MANY}; $i++) {
			my $id = sprintf("%XC10E%07X", $i % 16, $i); my $hash = substr($id, 0, 1); my $from = $i % @mail;
			spill("$spool/defer/$hash/$id", $why[$from], 0600);
			spill("$spool/deferred/$hash/$id", aged($mail[$from], $ages[$i % @ages]), 0700);
			utime($now + 3600, $now + 3600, "$spool/deferred/$hash/$id"); }' || die "the queue could not be cloned"
}

cmd_empty-queue() {
	queue_needs_postfix
	postsuper -c "$DIR/postfix/etc" -d ALL maildrop incoming active deferred hold >>"$DIR/log/fill-queue.log" 2>&1 || die "the queue could not be emptied; log: $DIR/log/fill-queue.log"
}
