#include "measure/ring_wait.h"

#include "measure/ring_system.h"

enum {
  SLICE_NS = 20000000,   /* how long at most without a look for the dead, and whatever was lost with them */
  SPIN_LEAST_NS = 2000,  /* costs little beside a sleep */
  SPIN_MOST_NS = 50000,  /* about what a sleep costs: waiting at most twice as long as who knew in advance */
  ATTEMPTS_A_LOOK = 32,  /* at the clock */
  MOMENT_NS = 1000000,   /* how long one who was woken is trusted to be on its way */
  PREEMPTED_NS = 100000, /* a look at the clock this long after the last: the core was given to another */
  CALM_LEAST_NS = 5000000,
  CALM_MOST_NS = 1000000000,
  WAKES_MOST = 2 /* for one thing done */
};

static void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* A thread that spins while another wants its core is taken off it for milliseconds. Then spinning is given up for a
 * while, twice as long each time. */
static void note_preemption(struct sj_ring_member *member, uint64_t now) {
  member->calm_ns = member->calm_ns == 0 ? CALM_LEAST_NS : member->calm_ns * 2;
  if (member->calm_ns > CALM_MOST_NS) member->calm_ns = CALM_MOST_NS;
  member->calm_until = now + member->calm_ns;
}

static bool spin(struct sj_ring_member *member, uint64_t now, uint64_t until, ring_attempt *attempt,
                 struct sj_ring_message *message) {
  while (now < until) {
    for (int i = 0; i < ATTEMPTS_A_LOOK; i++) {
      relax();
      if (attempt(member, message)) return true;
    }
    uint64_t before = now;
    now = sj_ring_system_now();
    if (now - before < PREEMPTED_NS || member->wait == SJ_RING_WAIT_SPIN) continue;
    note_preemption(member, now);
    break;
  }
  return attempt(member, message);
}

/* Whether what is waited for seems to be there. */
static bool more(const struct sj_ring *ring, enum ring_event_name name) {
  if (name == RING_EVENT_PUBLISHED) return ring_load(&ring->header->tail) != ring_load(&ring->header->head);
  for (uint32_t i = 0; i < ring->layout.bit_words; i++)
    if (ring_load(&ring->free_bits[i]) != 0) return true;
  return false;
}

/* Sleeps until the event, at most `ns`. Between the count of sleepers and the sleep the attempt is repeated: who acted
 * before saw no sleeper, who acts after changes the version. */
static bool sleep_for(struct sj_ring_member *member, enum ring_event_name name, uint64_t ns, ring_attempt *attempt,
                      struct sj_ring_message *message) {
  struct ring_event *event = &member->ring->header->events[name];
  ring_step();
  atomic_fetch_add(&event->waiters, 1);
  ring_store(&member->owner->waiting, 1 + (uint64_t)name);
  ring_step();
  uint32_t version = atomic_load(&event->version);
  bool done = attempt(member, message);
  if (!done) {
    sj_ring_system_sleep(&event->version, version, ns);
    ring_member_count(member, RING_COUNT_SLEEPS, 1);
    ring_store(&event->waking, 0);
  }
  ring_store(&member->owner->waiting, 0);
  ring_step();
  atomic_fetch_sub(&event->waiters, 1);
  done = done || attempt(member, message);
  // Others may have been left asleep because this one was on its way.
  if (done && more(member->ring, name)) sj_ring_wake(member, name);
  return done;
}

static uint64_t spin_time(const struct sj_ring_member *member, enum ring_event_name event, uint64_t now) {
  if (member->wait == SJ_RING_WAIT_SPIN) return SLICE_NS;
  if (member->wait == SJ_RING_WAIT_FUTEX || ring_peek(&member->ring->header->parties) > member->cores) return 0;
  return now < member->calm_until ? 0 : member->spin_ns[event];
}

/* Follows what waits lately took: a spin that paid makes the next twice as long as itself, one that did not halves it,
 * and a sleep that was short gives a longer one a try. */
static void learn(struct sj_ring_member *member, enum ring_event_name event, uint64_t waited, bool spun, bool slept) {
  uint64_t *spin_ns = &member->spin_ns[event];
  if (spun && !slept) {
    uint64_t wanted = 2 * waited;
    *spin_ns = wanted > *spin_ns ? wanted : *spin_ns - (*spin_ns - wanted) / 8;
    member->calm_ns -= member->calm_ns / 16;
  } else if (spun) {
    *spin_ns /= 2;
  }
  if (slept && waited < SPIN_MOST_NS) *spin_ns += SPIN_MOST_NS / 16;
  if (*spin_ns > SPIN_MOST_NS) *spin_ns = SPIN_MOST_NS;
  if (*spin_ns < SPIN_LEAST_NS) *spin_ns = SPIN_LEAST_NS;
}

static bool wait_until(struct sj_ring_member *member, enum ring_event_name event, uint64_t begin, uint64_t deadline,
                       ring_attempt *attempt, struct sj_ring_message *message) {
  bool spun = false, slept = false;
  for (uint64_t now = begin; now < deadline; now = sj_ring_system_now()) {
    uint64_t spin_ns = spin_time(member, event, now), until = now + spin_ns < deadline ? now + spin_ns : deadline;
    spun = spun || spin_ns > 0;
    if (spin_ns > 0 && spin(member, now, until, attempt, message)) {
      learn(member, event, sj_ring_system_now() - begin, spun, slept);
      return true;
    }
    now = sj_ring_system_now();
    if (now < deadline && member->wait != SJ_RING_WAIT_SPIN) {
      uint64_t left = deadline - now;
      slept = true;
      if (sleep_for(member, event, left < SLICE_NS ? left : SLICE_NS, attempt, message)) {
        learn(member, event, sj_ring_system_now() - begin, spun, slept);
        return true;
      }
      now = sj_ring_system_now();
    }
    uint64_t looked = ring_peek(&member->ring->header->looked_ns);
    if (now > looked + SLICE_NS && ring_swap(&member->ring->header->looked_ns, looked, now)) {
      sj_ring_reclaim(member, NULL);
      if (attempt(member, message)) return true;
    }
  }
  return false;
}

bool sj_ring_wait(struct sj_ring_member *member, enum ring_event_name event, int64_t timeout_ns, ring_attempt *attempt,
                  struct sj_ring_message *message) {
  if (timeout_ns != 0) {
    ring_member_count(member, event == RING_EVENT_RELEASED ? RING_COUNT_WAITS_FULL : RING_COUNT_WAITS_EMPTY, 1);
    uint64_t begin = sj_ring_system_now();
    uint64_t deadline = timeout_ns < 0 ? UINT64_MAX : begin + (uint64_t)timeout_ns;
    if (wait_until(member, event, begin, deadline, attempt, message)) return true;
  }
  ring_member_count(member, RING_COUNT_TIMEOUTS, 1);
  return false;
}

void sj_ring_wake(struct sj_ring_member *member, enum ring_event_name name) {
  struct ring_event *event = &member->ring->header->events[name];
  for (int i = 0; i < WAKES_MOST; i++) {
    ring_step();
    if (atomic_load(&event->waiters) == 0) return;
    uint64_t now = sj_ring_system_now(), waking = ring_load(&event->waking);
    if (waking != 0 && now < waking + MOMENT_NS) return;
    if (!ring_swap(&event->waking, waking, now)) return;
    ring_step();
    atomic_fetch_add(&event->version, 1);
    ring_member_count(member, RING_COUNT_WAKES, 1);
    if (sj_ring_system_wake(&event->version)) return;
    ring_store(&event->waking, 0);
    // None slept yet; but one may since, and another have trusted in this wake-up.
    if (!more(member->ring, name)) return;
  }
}

void sj_ring_forget_sleeper(struct sj_ring *ring, struct ring_owner *owner) {
  uint64_t waiting = ring_load(&owner->waiting);
  if (waiting == 0 || waiting > RING_EVENTS) return;
  ring_store(&owner->waiting, 0);
  atomic_fetch_sub(&ring->header->events[waiting - 1].waiters, 1);
}
