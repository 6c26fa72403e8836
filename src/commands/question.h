/*
 * question: what a person or a script has to agree to before something is
 * written, the same for one change and for a job of several.  Loop thread.
 */
#ifndef POSTROOM_COMMANDS_QUESTION_H
#define POSTROOM_COMMANDS_QUESTION_H

#include "commands/headless.h"
#include "gate/gate.h"

struct question {
	enum gate_confirm confirm;
	const char *confirm_text;          /* CONFIRM_NAME: what must be typed */
	bool reason_required;
};
struct agreement {
	const char *typed;                 /* "" where no name was wanted, or none was given: the gate judges */
	const char *reason;                /* NULL: none */
};
/*
 * --yes goes on, a terminal is asked and Enter means no; where mail or an account would be lost the name is wanted too.
 * False: the sentence was printed and headless->status set. Texts of the headless arena or of the command line.
 */
bool question_ask(struct headless *headless, const struct question *question, struct agreement *agreement);

#endif
