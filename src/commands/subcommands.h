/*
 * subcommands: the run functions of the table in commands.c, one file each.
 * Each takes the config, prints, and returns the exit status.
 */
#ifndef POSTROOM_COMMANDS_SUBCOMMANDS_H
#define POSTROOM_COMMANDS_SUBCOMMANDS_H

#include "commands/commands.h"

typedef int subcommand(struct config *takes, const struct arguments *arguments, int argc, char **argv);

subcommand run_list, run_show, run_add, run_set, run_rename, run_remove, run_history, run_undo, run_finish, run_screen, run_doctor;
subcommand run_who, run_queue, run_services, run_ports, run_servers, run_overview, run_watch, run_metrics, run_health, run_testmail, run_kick;
subcommand run_limits, run_settings;
subcommand run_reset, run_stolen, run_leaver, run_due;
subcommand run_guardian, run_status, run_confirm, run_rollback;

#endif
