/*
 * bench_process: bench_process NAME ROUNDS OURS THEIRS compares two lines of
 * shell as whole processes.  Exit status 1 where one fails, 64 for a wrong call.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench_lines.h"

int main(int argc, char **argv)
{
	if (argc != 5)
		return 64;
	return bench_lines(argv[1], atoi(argv[2]), argv[3], argv[4]) ? 0 : 1;
}
