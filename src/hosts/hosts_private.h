/*
 * hosts_private: what the files of this folder share: a server with its queue
 * of calls, a call, and what a carrier is.  Loop thread of the hosts.
 */
#ifndef POSTROOM_HOSTS_PRIVATE_H
#define POSTROOM_HOSTS_PRIVATE_H

#include "base/memory.h"
#include "hosts/hosts.h"

/* Programs at once on one server; more wait their turn, so that no server is buried under questions. */
enum { HOSTS_AT_ONCE = 4 };
/* After the deadline a program has this long to end before its answer is given up. */
enum { HOSTS_GRACE_MS = 2500 };
enum { HOSTS_DEADLINE_MS = 10000 };

struct carrier;
struct host_call {
	struct hosts *hosts;
	struct host *host;                 /* NULL: no such server */
	const struct host_command *command;
	const struct carrier *carrier;
	struct arena *arena;
	const char *const *holes;
	size_t hole_count;
	char *input;                       /* heap, wiped and freed once it is handed over; NULL: none */
	size_t input_length;
	uint64_t deadline;
	size_t most;
	void (*piece)(void *context, enum host_form form, const char *bytes, size_t length);
	void (*done)(void *context, const struct host_answer *answer);
	void *context;
	struct loop_timer *timer;
	enum { CALL_FAILED, CALL_WAITS, CALL_RUNS, CALL_ORPHAN } state;   /* ORPHAN: told, its program has not ended */
	bool cancelled;
	int64_t began;                     /* monotonic, milliseconds */
	struct error error;                /* CALL_FAILED: why */
	void *carried;                     /* the carrier's own */
	struct host_call *next;
};

struct host {
	struct hosts *hosts;
	struct host_settings settings;
	struct host_call *waiting, *running;
	unsigned running_count;
	bool ssh_stands;                   /* a login over ssh went well, so the master connection is there */
	char *credentials;                 /* header of the doveadm API, secret; heap, NULL: not read yet */
};

struct hosts {
	struct loop *loop;
	struct arena *arena;
	struct host *list;
	size_t count;
	char *runtime;                     /* private directory for ssh's master connections; heap, NULL: none made */
	struct host_call *failed;          /* never started; told at the next turn */
	struct http *http;                 /* NULL: no question went that way yet */
	bool only_look;                    /* rows that change something are refused */
	bool closing;
};

struct carrier {
	enum host_way way;
	/* Starts it; the answer comes by call_answer from a later turn of the loop. */
	void (*start)(struct host_call *call);
	void (*cancel)(struct host_call *call);                       /* the answer still comes */
	void (*abandon)(struct host_call *call, uint64_t milliseconds);  /* it does not */
};
extern const struct carrier carrier_exec, carrier_ssh, carrier_http;

/* The answer of a carrier, exactly once. FORM and status as they came; the error is that of the way, or NONE. */
void call_answer(struct host_call *call, struct host_answer *answer);
/* Input is in other hands now: wiped. */
void call_wipe_input(struct host_call *call);

/* By which way on a server of these settings; NONE with the reason (way.c). */
enum host_way way_of(const struct host_settings *settings, const struct host_command *command, struct error *error);

/* --- answer.c --------------------------------------------------------------------------------- */
/* The sentence of an answer that ran to its end and failed; false, always. command: the name of its row. */
bool answer_explain(const struct host_settings *settings, const char *command, const struct host_answer *answer, struct error *error);

/* --- command_line.c -------------------------------------------------------------------------- */
/* Everything of the command, with sudo in front where the settings want it; NULL-terminated, of the call's arena. */
const char *const *command_line(const struct host_call *call, size_t *count);
/* Absolute path of a program on this server. */
const char *command_program(struct arena *arena, const struct host_settings *settings, const char *program);
/*
 * The path that /proc/PID/exe gives, of so many bytes: where the program was replaced since it began (a console runs for weeks,
 * and packages are upgraded) Linux says so behind the name, and a new one stands there.
 */
const char *command_of_link(struct arena *arena, const char *path, size_t length);
/* The parameters of the API as JSON text with the holes in it. Heap, free(). */
char *command_parameters(const struct host_call *call);
/* Fits every hole, and does the input? */
bool command_fits(const struct host_command *command, const char *const *holes, size_t hole_count,
		const char *input, size_t input_length, struct error *error);

/* --- carrier_exec.c, for carrier_ssh.c ------------------------------------------------------- */
struct child_result;
/* Runs argv for the call; `judge` (may be NULL) looks at the result first and may set the answer's error. */
void carrier_child_start(struct host_call *call, const char *const *argv,
		void (*judge)(struct host_call *call, const struct child_result *result, struct error *error));
void carrier_child_cancel(struct host_call *call);
void carrier_child_abandon(struct host_call *call, uint64_t milliseconds);

/* --- carrier_ssh.c ----------------------------------------------------------------------------- */
/* One word for a POSIX shell, appended. */
struct text;
void ssh_quote(struct text *line, const char *word);
/* What ssh says on standard error when it ends with 255, as a sentence. */
void ssh_explain(const struct host_settings *settings, const char *complaint, struct error *error);
/* Ending so, may it have begun to run the program over there? */
bool ssh_may_have_run(const char *complaint);
/* Ends the master connections and removes the runtime directory. May wait half a second. */
void ssh_close(struct hosts *hosts);

/* --- carrier_http.c, http_words.c ----------------------------------------------------------------- */
#define HTTP_TAG "postroom"
struct http_answer;
/* Unwraps an answer of the doveadm API (whose own error is NONE) into the answer; texts of the arena. */
void http_unwrap(struct arena *arena, const struct host_settings *settings, const struct host_command *command,
		const struct http_answer *from, struct host_answer *answer);
/* Wipes what proves who we are. */
void http_forget(struct host *host);

#endif
