/* Who waits at a server, and who is next. */
#include <assert.h>
#include <stdlib.h>

#include "simulate/engine.h"

/* Those of one priority, first come first. */
struct queue_level {
  int32_t priority;
  struct attempt *head, *tail;
};

static void append(struct attempt **head, struct attempt **tail, struct attempt *attempt) {
  attempt->next = NULL;
  attempt->previous = *tail;
  if (*tail)
    (*tail)->next = attempt;
  else
    *head = attempt;
  *tail = attempt;
}

static void prepend(struct attempt **head, struct attempt **tail, struct attempt *attempt) {
  attempt->previous = NULL;
  attempt->next = *head;
  if (*head)
    (*head)->previous = attempt;
  else
    *tail = attempt;
  *head = attempt;
}

static void unlink_attempt(struct attempt **head, struct attempt **tail, struct attempt *attempt) {
  if (attempt->previous)
    attempt->previous->next = attempt->next;
  else
    *head = attempt->next;
  if (attempt->next)
    attempt->next->previous = attempt->previous;
  else
    *tail = attempt->previous;
}

static bool push_array(struct queue *queue, struct attempt *attempt) {
  if (queue->count == queue->array_capacity) {
    const uint32_t capacity = queue->array_capacity ? queue->array_capacity * 2 : 16;
    struct attempt **const array = reallocarray(queue->array, capacity, sizeof *array);
    if (!array) return false;
    queue->array = array;
    queue->array_capacity = capacity;
  }
  attempt->index = queue->count;
  queue->array[queue->count] = attempt;
  return true;
}

/* The level of a priority, made if need be. There are few: one for each priority the model names. */
static struct queue_level *level_of(struct queue *queue, int32_t priority) {
  uint32_t i = 0;
  while (i < queue->level_count && queue->levels[i].priority < priority) i++;
  if (i < queue->level_count && queue->levels[i].priority == priority) return &queue->levels[i];
  struct queue_level *const levels = reallocarray(queue->levels, queue->level_count + 1, sizeof *levels);
  if (!levels) return NULL;
  queue->levels = levels;
  memmove(&levels[i + 1], &levels[i], (queue->level_count - i) * sizeof *levels);
  levels[i] = (struct queue_level){.priority = priority};
  queue->level_count++;
  return &levels[i];
}

bool sj_queue_push(struct engine *engine, struct server *server, struct attempt *attempt) {
  struct queue *const queue = &server->queue;
  switch (server->spec->discipline) {
    case SJ_RANDOM_ORDER:
      if (!push_array(queue, attempt)) goto no_memory;
      break;
    case SJ_PRIORITY: {
      struct queue_level *const level = level_of(queue, attempt->request->priority);
      if (!level) goto no_memory;
      append(&level->head, &level->tail, attempt);
      break;
    }
    case SJ_FIFO:
    case SJ_LIFO:
    case SJ_PROCESSOR_SHARING:
      append(&queue->head, &queue->tail, attempt);
      break;
  }
  queue->count++;
  return true;
no_memory:
  sj_engine_out_of_memory(engine);
  return false;
}

bool sj_queue_put_back(struct engine *engine, struct server *server, struct attempt *attempt) {
  struct queue *const queue = &server->queue;
  struct queue_level *level;
  switch (server->spec->discipline) {
    case SJ_LIFO:
    case SJ_RANDOM_ORDER:
      return sj_queue_push(engine, server, attempt);
    case SJ_PRIORITY:
      level = level_of(queue, attempt->request->priority);
      if (!level) {
        sj_engine_out_of_memory(engine);
        return false;
      }
      prepend(&level->head, &level->tail, attempt);
      break;
    case SJ_FIFO:
    case SJ_PROCESSOR_SHARING:
      prepend(&queue->head, &queue->tail, attempt);
      break;
  }
  queue->count++;
  return true;
}

static void remove_index(struct queue *queue, uint32_t index) {
  struct attempt *const last = queue->array[queue->count - 1];
  queue->array[index] = last;
  last->index = index;
}

struct attempt *sj_queue_pop(struct engine *engine, struct server *server) {
  (void)engine;
  struct queue *const queue = &server->queue;
  assert(queue->count > 0);
  struct attempt *attempt = NULL;
  switch (server->spec->discipline) {
    case SJ_FIFO:
    case SJ_PROCESSOR_SHARING:
      attempt = queue->head;
      unlink_attempt(&queue->head, &queue->tail, attempt);
      break;
    case SJ_LIFO:
      attempt = queue->tail;
      unlink_attempt(&queue->head, &queue->tail, attempt);
      break;
    case SJ_RANDOM_ORDER: {
      struct sj_stream stream = stream_of(server->order_key, server->random_number++);
      const uint32_t index = (uint32_t)sj_stream_below(&stream, queue->count);
      attempt = queue->array[index];
      remove_index(queue, index);
      break;
    }
    case SJ_PRIORITY:
      for (uint32_t i = 0; i < queue->level_count; i++) {
        struct queue_level *const level = &queue->levels[i];
        if (!level->head) continue;
        attempt = level->head;
        unlink_attempt(&level->head, &level->tail, attempt);
        break;
      }
      break;
  }
  queue->count--;
  return attempt;
}

void sj_queue_remove(struct server *server, struct attempt *attempt) {
  struct queue *const queue = &server->queue;
  switch (server->spec->discipline) {
    case SJ_RANDOM_ORDER:
      remove_index(queue, attempt->index);
      break;
    case SJ_PRIORITY:
      for (uint32_t i = 0; i < queue->level_count; i++)
        if (queue->levels[i].priority == attempt->request->priority)
          unlink_attempt(&queue->levels[i].head, &queue->levels[i].tail, attempt);
      break;
    case SJ_FIFO:
    case SJ_LIFO:
    case SJ_PROCESSOR_SHARING:
      unlink_attempt(&queue->head, &queue->tail, attempt);
      break;
  }
  queue->count--;
}

void sj_queue_destroy(struct server *server) {
  free(server->queue.array);
  free(server->queue.levels);
  server->queue = (struct queue){0};
}
