#include "measure/ring_wait.h"

#include "measure/ring_system.h"

enum {
  SLICE_NS = 20000000,   /* how long at most without a look for the dead, and whatever was lost with them */
  SPIN_LEAST_NS = 2000,  /* costs little beside a sleep */
  SPIN_MOST_NS = 50000,  /* about what a sleep costs: waiting at most twice as long as who knew in advance */
  ATTEMPTS_A_LOOK = 32,  /* at the clock */
  PREEMPTED_NS = 100000, /* a look at the clock this long after the last: the core was given to another */
  CALM_LEAST_NS = 5000000,
  CALM_MOST_NS = 1000000000
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

/* Sleeps until the event, at most `ns`. Between the bit and the sleep the attempt is repeated: who acted before saw no
 * bit, who acts after takes it away and changes `woken`. */
static bool sleep_for(struct sj_ring_member *member, enum ring_event_name name, uint64_t ns, ring_attempt *attempt,
                      struct sj_ring_message *message) {
  _Atomic uint64_t *sleepers = &member->ring->header->events[name].sleepers[member->index / 64];
  uint64_t bit = UINT64_C(1) << member->index % 64;
  ring_step();
  uint32_t woken = atomic_load(&member->owner->woken);
  ring_set_bits(sleepers, bit);
  bool done = attempt(member, message);
  if (!done) {
    sj_ring_system_sleep(&member->owner->woken, woken, ns);
    ring_member_count(member, RING_COUNT_SLEEPS, 1);
  }
  bool picked = (ring_clear_bits(sleepers, bit) & bit) == 0;
  if (!done) return attempt(member, message);
  // This one needs no waking any more; what it was woken for may be another's.
  if (picked) sj_ring_wake(member, name);
  return true;
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

bool sj_ring_wait_for(struct sj_ring_member *member, enum ring_event_name event, int64_t timeout_ns,
                      ring_attempt *attempt, struct sj_ring_message *message) {
  if (timeout_ns != 0) {
    ring_member_count(member, event == RING_EVENT_RELEASED ? RING_COUNT_WAITS_FULL : RING_COUNT_WAITS_EMPTY, 1);
    uint64_t begin = sj_ring_system_now();
    uint64_t deadline = timeout_ns < 0 ? UINT64_MAX : begin + (uint64_t)timeout_ns;
    if (wait_until(member, event, begin, deadline, attempt, message)) return true;
  }
  ring_member_count(member, RING_COUNT_TIMEOUTS, 1);
  return false;
}

/* Takes the bit of one of these sleepers away; its index, or RING_NOBODY. */
static uint32_t pick(_Atomic uint64_t *sleepers, uint64_t among, uint32_t first_index) {
  for (uint64_t bits = ring_load(sleepers) & among; bits != 0; bits &= bits - 1) {
    uint64_t bit = bits & (~bits + 1);
    if ((ring_clear_bits(sleepers, bit) & bit) != 0) return first_index + (uint32_t)__builtin_ctzll(bit);
  }
  return RING_NOBODY;
}

static bool anybody(const struct ring_event *event, uint32_t words) {
  for (uint32_t i = 0; i < words; i++)
    if (ring_load(&event->sleepers[i]) != 0) return true;
  return false;
}

void sj_ring_wake(struct sj_ring_member *member, enum ring_event_name name) {
  struct sj_ring *ring = member->ring;
  struct ring_event *event = &ring->header->events[name];
  uint32_t words = (ring->member_count + 63) / 64, picked = RING_NOBODY;
  if (!anybody(event, words)) return;
  uint32_t turn = (uint32_t)(ring_peek(&event->turn) % ring->member_count);
  uint64_t later = UINT64_MAX << turn % 64;  // the first word comes twice: from the turn on, and before it
  for (uint32_t i = 0; i <= words && picked == RING_NOBODY; i++) {
    uint32_t word = (turn / 64 + i) % words;
    picked = pick(&event->sleepers[word], i == 0 ? later : i == words ? ~later : UINT64_MAX, word * 64);
  }
  if (picked >= ring->member_count) return;
  ring_put(&event->turn, picked + 1);
  ring_step();
  atomic_fetch_add(&ring->owners[picked].woken, 1);
  sj_ring_system_wake(&ring->owners[picked].woken);
  ring_member_count(member, RING_COUNT_WAKES, 1);
}

void sj_ring_forget_sleeper(struct sj_ring *ring, uint32_t index) {
  for (int i = 0; i < RING_EVENTS; i++)
    ring_clear_bits(&ring->header->events[i].sleepers[index / 64], UINT64_C(1) << index % 64);
}
