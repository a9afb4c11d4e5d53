/*
 * outside.c - a thread that stays outside of what the others are confined to
 *
 * Owns the thread, which does nothing unless it is asked to. Never knows what it
 * calls. hellofetch is one process; this is one of its threads.
 */
#include "config.h"

/* System */
#include <string.h>

/* Project */
#include "hellofetch/outside.h"

void
outside_init(struct outside *outside)
{
	memset(outside, 0, sizeof(*outside));
	pthread_mutex_init(&outside->mutex, NULL);
	pthread_cond_init(&outside->changed, NULL);
}

static void *
run(void *user)
{
	struct outside *outside = user;

	pthread_mutex_lock(&outside->mutex);
	for (;;) {
		while (outside->function == NULL && !outside->ending)
			pthread_cond_wait(&outside->changed, &outside->mutex);
		if (outside->function == NULL)
			break;
		/* The one that asked does nothing but wait: the mutex may stay held. */
		outside->result = outside->function(outside->user);
		outside->function = NULL;
		pthread_cond_signal(&outside->changed);
	}
	pthread_mutex_unlock(&outside->mutex);
	return NULL;
}

int
outside_start(struct outside *outside)
{
	int error = pthread_create(&outside->thread, NULL, run, outside);

	outside->running = error == 0;
	return error;
}

int
outside_call(struct outside *outside, outside_function *function, void *user)
{
	int result;

	if (!outside->running)
		return function(user);
	pthread_mutex_lock(&outside->mutex);
	outside->function = function;
	outside->user = user;
	pthread_cond_signal(&outside->changed);
	while (outside->function != NULL)
		pthread_cond_wait(&outside->changed, &outside->mutex);
	result = outside->result;
	pthread_mutex_unlock(&outside->mutex);
	return result;
}

void
outside_done(struct outside *outside)
{
	if (outside->running) {
		pthread_mutex_lock(&outside->mutex);
		outside->ending = true;
		pthread_cond_signal(&outside->changed);
		pthread_mutex_unlock(&outside->mutex);
		pthread_join(outside->thread, NULL);
	}
	outside->running = false;
	pthread_cond_destroy(&outside->changed);
	pthread_mutex_destroy(&outside->mutex);
}
