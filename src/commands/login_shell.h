/*
 * login_shell: what sshd makes of us when postroom is somebody's login shell
 * or ForceCommand.
 */
#ifndef POSTROOM_COMMANDS_LOGIN_SHELL_H
#define POSTROOM_COMMANDS_LOGIN_SHELL_H

#include <stdbool.h>

/*
 * Started as a login shell (a name that begins with -)? Then *restricted becomes true. -1: go on; else the exit status
 * (64) of a command that was refused, printed and logged: -c with whatever it says, and any word to a login shell.
 */
int login_shell(int argc, char **argv, bool *restricted);
/*
 * For restricted sessions: the same where the client asked sshd for another command than the one that it is forced to
 * (ssh host command, scp, sftp). Drops from the environment what could lead elsewhere.
 */
int login_shell_restricted(void);

#endif
