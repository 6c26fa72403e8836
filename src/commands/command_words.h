/*
 * command_words: what --help of one command tells beyond its options: the words
 * that it takes and the fields of its repairs, from the tables.
 */
#ifndef POSTROOM_COMMANDS_COMMAND_WORDS_H
#define POSTROOM_COMMANDS_COMMAND_WORDS_H

#include "commands/commands.h"

/* To standard output. Of several repairs only those that the arguments name, where they name any. */
void print_words(const struct command *command, const struct arguments *arguments);

#endif
