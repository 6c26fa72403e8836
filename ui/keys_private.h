/*
 * keys_private: the seams between decoding bytes (keys.c), what a sequence
 * means (key_sequences.c) and letting keys go (key_queue.c); for these only.
 */
#ifndef POSTROOM_UI_KEYS_PRIVATE_H
#define POSTROOM_UI_KEYS_PRIVATE_H

#include "base/text.h"
#include "ui/keys.h"

#define SEQUENCE_PARAMETERS 4
/* The key of a finished CSI or SS3 sequence; false: none that we know. Pure. */
bool key_of_csi(unsigned char final, const unsigned *parameter, unsigned parameters, struct key *key);
bool key_of_ss3(unsigned char final, const unsigned *parameter, unsigned parameters, struct key *key);

/* What a button code of a mouse report (SGR 1006) stands for, enum mouse_deed; false: nothing of ours. Pure. */
bool mouse_deed(unsigned button, uint32_t *deed);

struct waiting_key {
	struct key key;
	char *pasted;          /* owned; key.pasted is set when it is let go */
	int64_t at;            /* when it arrived */
};

/* Keys on their way from the decoder to the owner: in order, held where they could be a paste. */
struct key_queue {
	void (*pressed)(void *context, const struct key *key);
	void *context;
	bool field;
	struct waiting_key *items;
	size_t first, count, capacity;     /* items[first .. first + count) wait */
	int64_t due;                       /* when the first may go; -1: nothing held */
	bool guessing;                     /* keys came as fast as a paste: they are collected in `guessed` */
	bool guessed_cut;
	struct text guessed;
	int64_t guess_ends;
	size_t paste_most;
};

/* Takes `pasted` (heap, may be NULL). */
void key_queue_add(struct key_queue *queue, const struct key *key, char *takes_pasted, int64_t now);
/* Delivers what may go now. */
void key_queue_run(struct key_queue *queue, int64_t now);
int64_t key_queue_due(const struct key_queue *queue);
void key_queue_forget(struct key_queue *queue);
void key_queue_free(struct key_queue *queue);

#endif
