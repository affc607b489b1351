/* The steady state of each client and server. */
#include <math.h>

#include "solve/solution.h"

/* Of a server or a client. */
typedef double quantity_of(const struct sj_space *space, size_t index, int quantity, size_t state);

static double of_server(const struct sj_space *space, size_t index, int quantity, size_t state) {
  return space->server(space, index, (enum sj_server_quantity)quantity, state);
}
static double of_client(const struct sj_space *space, size_t index, int quantity, size_t state) {
  return space->client(space, index, (enum sj_client_quantity)quantity, state);
}

struct moments {
  double mean, std, error, std_error;
};

/* Both passes add up small terms, so that the deviation does not come out of a difference of large numbers. */
static struct moments moments_of(const struct sj_solution *s, quantity_of *of, size_t index, int quantity) {
  const double *const p = s->eliminated.p;
  const size_t count = s->space.chain.count;
  double mean = 0, size = 0, variance = 0;
  for (size_t i = 0; i < count; i++) {
    const double x = p[i] > 0 ? of(&s->space, index, quantity, i) : 0;
    mean += p[i] * x;
    size += p[i] * fabs(x);
  }
  for (size_t i = 0; i < count; i++) {
    if (p[i] == 0) continue;
    const double x = of(&s->space, index, quantity, i) - mean;
    variance += p[i] * x * x;
  }
  const double roundings = s->eliminated.roundings;
  return (struct moments){mean, sqrt(variance), roundings * size, roundings * sqrt(variance)};
}

static void add_mean(struct sj_findings *findings, const char *name, const char *what, struct moments moments) {
  if (!isnan(moments.mean)) sj_findings_add(findings, moments.mean, moments.error, "%s.%s.mean", name, what);
}

static void add_level(struct sj_findings *findings, const char *name, const char *what, struct moments moments) {
  add_mean(findings, name, what, moments);
  if (!isnan(moments.mean)) sj_findings_add(findings, moments.std, moments.std_error, "%s.%s.std", name, what);
}

/* Little (1961): the mean time of those that go through is their mean number over their rate. */
static void add_little(struct sj_findings *findings, const char *name, const char *what, struct moments number,
                       struct moments rate) {
  if (isnan(number.mean) || isnan(rate.mean)) return;
  const double time = rate.mean > 0 ? number.mean / rate.mean : (double)NAN;
  const double error = time * (number.error / fmax(number.mean, 1e-300) + rate.error / rate.mean);
  sj_findings_add(findings, time, number.mean > 0 ? error : number.error, "%s.%s.mean", name, what);
}

/* The share of the time at which the server holds exactly `level`. */
static void add_share(const struct sj_solution *s, struct sj_findings *findings, size_t server, double level,
                      const char *what) {
  struct sj_scaled sum = {0};
  for (size_t i = 0; i < s->space.chain.count; i++)
    if (s->servers[server].in_system[i] == level) sum = sj_scaled_add(sum, s->eliminated.pi[i]);
  sj_findings_add_scaled(findings, sum, s->eliminated.roundings, "%s.%s", s->space.servers[server].name, what);
}

/* The share of the members that hold `level`, where the space does not know it otherwise. */
static void add_member_share(const struct sj_solution *s, struct sj_findings *findings, size_t server,
                             struct moments known, double level, const char *what) {
  const struct sj_space_server *const of = &s->space.servers[server];
  if (!isnan(known.mean))
    sj_findings_add(findings, known.mean, known.error, "%s.%s", of->name, what);
  else if (of->capacity > 0)
    add_share(s, findings, server, level, what);
}

/* Requests whose service has begun: those who wait for calls without a thread, or share one, are more than the threads
 * that are busy. */
static struct moments begun(const struct moments *moments) {
  const struct moments all = moments[SJ_IN_SYSTEM], waiting = moments[SJ_WAITING], busy = moments[SJ_BUSY];
  if (fabs(all.mean - waiting.mean - busy.mean) <= 1e-9 * all.mean) return busy; /* nothing has cancelled in it */
  return (struct moments){.mean = all.mean - waiting.mean, .error = all.error + waiting.error};
}

static void add_server(const struct sj_solution *s, struct sj_findings *findings, size_t server) {
  const struct sj_space_server *const of = &s->space.servers[server];
  struct moments moments[SJ_SERVER_QUANTITIES];
  for (int quantity = 0; quantity < SJ_SERVER_QUANTITIES; quantity++)
    moments[quantity] = moments_of(s, of_server, server, quantity);
  const char *const name = of->name;
  add_level(findings, name, "in_system", moments[SJ_IN_SYSTEM]);
  add_level(findings, name, "waiting", moments[SJ_WAITING]);
  add_level(findings, name, "orbit", moments[SJ_ORBIT]);
  struct moments utilization = moments[SJ_BUSY];
  utilization.mean /= of->threads;
  utilization.error /= of->threads;
  if (isfinite(of->threads)) add_mean(findings, name, "utilization", utilization);
  add_member_share(s, findings, server, moments[SJ_FULL], of->capacity, "full");
  add_member_share(s, findings, server, moments[SJ_EMPTY], 0, "empty");
  const struct moments rate = moments[SJ_COMPLETIONS];
  if (!isnan(rate.mean)) sj_findings_add(findings, rate.mean, rate.error, "%s.throughput", name);
  const struct moments finished = moments[SJ_FINISHED];
  add_little(findings, name, "sojourn", moments[SJ_IN_SYSTEM], finished);
  add_little(findings, name, "wait", moments[SJ_WAITING], finished);
  add_little(findings, name, "service", begun(moments), finished);
  const struct moments lost = moments[SJ_LOST];
  if (!isnan(lost.mean)) sj_findings_add(findings, lost.mean, lost.error, "%s.lost.rate", name);
}

static void add_client(const struct sj_solution *s, struct sj_findings *findings, size_t client) {
  const char *const name = s->space.clients[client];
  const struct moments answered = moments_of(s, of_client, client, SJ_ANSWERED);
  struct moments open = moments_of(s, of_client, client, SJ_OPEN), through = answered;
  if (isnan(open.mean) && s->space.kind == SJ_SPACE_ORBIT) { /* the orbit does not tell whose requests are where */
    open = moments_of(s, of_server, 0, SJ_IN_SYSTEM);
    through = moments_of(s, of_server, 0, SJ_COMPLETIONS);
  }
  add_little(findings, name, "latency", open, through);
  if (!isnan(answered.mean)) sj_findings_add(findings, answered.mean, answered.error, "%s.goodput", name);
}

void sj_find_measures(const struct sj_solution *solution, struct sj_findings *findings) {
  for (size_t i = 0; i < solution->space.client_count; i++) add_client(solution, findings, i);
  for (size_t i = 0; i < solution->space.server_count; i++) add_server(solution, findings, i);
}
