#include "random_model.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "random/stream.h"

const char random_model_trace[] =
    "time,size,service\n"
    "0,100,0.1\n0.3,2000,0.2\n0.3,10,0.05\n0.9,700,1\n1.5,1,0.01\n2,40,0.3\n2.25,40,0.3\n2.5,40,0.3\n4,8,2\n5,3,0\n"
    "5.5,3,0.1\n6,3,0.4\n7,3,0.1\n7,3,0.1\n7,3,0.1\n8,3,0.2\n9,3,0.3\n12,3,0.1\n13,3,0.2\n15,3,0.2\n";

struct maker {
  struct random_model *model;
  struct sj_stream stream;
  size_t length;
  int stages_from; /* servers from here on are stages of a pipeline */
  bool pool[MOST_SERVERS], apis[MOST_SERVERS], sharing[MOST_SERVERS], bounded[MOST_SERVERS];
  int clients;
  bool client_pool[4], poisson[4], timeout[4], linked[4];
  int calls[4];    /* which server a client calls */
  bool whole_pool; /* the last policy goes by all members */
};

__attribute__((format(printf, 2, 3))) static void say(struct maker *m, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int n = vsnprintf(m->model->text + m->length, MOST_TEXT - m->length, format, arguments);
  va_end(arguments);
  assert(n >= 0 && m->length + (size_t)n < MOST_TEXT);
  m->length += (size_t)n;
}

static int below(struct maker *m, int n) { return (int)sj_stream_below(&m->stream, (uint64_t)n); }
static bool one_in(struct maker *m, int n) { return below(m, n) == 0; }

/* A law of about this mean. */
static void law(struct maker *m, double mean) {
  switch (below(m, 12)) {
    case 0:
      say(m, "%g", mean);
      break;
    case 1:
      say(m, "uniform { min = 0, max = %g }", 2 * mean);
      break;
    case 2:
      say(m, "erlang { k = 3, mean = %g }", mean);
      break;
    case 3:
      say(m, "lognormal { mean = %g, cv = 1.5 }", mean);
      break;
    case 4:
      say(m, "%g + exponential { mean = %g }", mean / 2, mean / 2);
      break;
    case 5:
      say(m, "mixture { { 3, constant(%g) }, { 1, exponential { mean = %g } } }", mean / 2, 2 * mean);
      break;
    case 6:
      say(m, "max(exponential { mean = %g }, %g)", mean, mean / 4);
      break;
    case 7:
      say(m, "weibull { shape = 0.8, scale = %g }", mean);
      break;
    default:
      say(m, "exponential { mean = %g }", mean);
      break;
  }
}

static void network(struct maker *m, bool timeout) {
  say(m, ", network = link { ");
  const bool one_way = one_in(m, 2), drawn = one_in(m, 2);
  say(m, "%s = %s", one_way ? "one_way" : "rtt", drawn ? "per_member(" : "");
  law(m, one_way ? 0.02 : 0.05);
  if (drawn) say(m, ", function(x) return x + exponential { mean = 0.01 } end)");
  if (drawn && one_in(m, 2)) say(m, ", redraw = 0.2");
  if (one_in(m, 3)) say(m, ", per_byte = 0.00001");
  if (one_in(m, 3)) {
    say(m, ", loss = 0.05");
    if (!timeout) m->model->loses = true; /* a server waits forever, though its client may not */
  }
  say(m, " }");
}

/* A policy that makes do with a pool of any size. */
static void policy(struct maker *m) {
  static const char *const policies[] = {
      "round_robin",
      "pick_first",
      "least_cost { cost = client_in_flight }",
      "least_cost { cost = client_in_flight, choices = 2 }",
      "least_cost { cost = client_latency(\"mean\"), choices = 2 }",
      "least_cost { cost = reported(in_flight) }",
      "least_cost { cost = actual(in_flight) }",
      "least_cost { cost = reported(expected_latency) }",
      "weighted { cost = reported(utilization(\"mean\")) }",
      "weighted { cost = actual(available_capacity(\"mean\", \"ewma\")) }",
      "weighted { cost = actual(pid_weight), negative = true }",
      "hot_cold { rank = client_latency(\"ewma\"), health = client_in_flight }",
      "hot_cold { rank = reported(latency(\"mean\")), health = reported(in_flight) }",
      "pid_weighted",
      "fastest_probe",
      "fastest_probe { only_if_idle = true }",
      "subset_of(fastest_probe, 2)",
      "with_probes(least_cost { cost = reported(in_flight) }, { per_request = 2 })",
      "subset_of(least_cost { cost = client_in_flight }, 2)",
      "power_of_choices",
      "join_shortest_queue",
      "join_shortest_queue { sees = \"servers\" }",
      "least_requests",
      "least_requests { weights = { 1, 2 } }",
      "peak_ewma",
      "success_latency",
      "weighted_round_robin { blackout = 1, update = 0.5 }",
      "bounded_hash { keys = 10 }",
      "maglev",
      "function(request, choices, now) return random(#choices) end",
      "function(request, choices, now)\n"
      "  local best, least = 1, math.huge\n"
      "  for i, c in ipairs(choices) do\n"
      "    local cost = c.in_flight + (c.latency.mean or 0) + (c.report.utilization.mean or 0) / 100\n"
      "    if cost < least then best, least = i, cost end\n"
      "  end\n"
      "  return (request.number + request.attempt) % 3 == 0 and random(#choices) or best\n"
      "end",
      "join_idle_queue",
      "aperture"};
  const size_t count = sizeof policies / sizeof *policies, which = (size_t)below(m, (int)count);
  m->whole_pool = which >= count - 2;
  say(m, ", policy = %s", policies[which]);
}

/* The fields that a client and a call share. True if there is a timeout. */
static bool call_fields(struct maker *m, bool *linked) {
  const bool timeout = !one_in(m, 3);
  m->whole_pool = false;
  if (timeout) {
    say(m, ", timeout = ");
    law(m, one_in(m, 3) ? 0.3 : 1.5);
  }
  if (one_in(m, 2)) say(m, ", retries = %d", 1 + below(m, 4));
  if (one_in(m, 5)) say(m, ", deadline = %g", 0.5 + below(m, 4));
  if (one_in(m, 3)) {
    static const char *const jitters[] = {"none", "full", "equal"};
    say(m, ", backoff = exponential_backoff { base = 0.05, factor = 2, max = 1, jitter = \"%s\" }",
        jitters[below(m, 3)]);
  }
  if (one_in(m, 5)) say(m, ", retry_budget = token_bucket { capacity = %d, rate = 0.5 }", 1 + below(m, 5));
  if (one_in(m, 5)) say(m, ", circuit_breaker = { failures = 0.5, window = 5, open_for = 2 }");
  if (one_in(m, 4)) say(m, one_in(m, 2) ? ", hedge = { delay = 0.3 }" : ", hedge = { after = 0.9 }");
  if (one_in(m, 5)) {
    say(m, ", cancel = true");
    m->model->loses = true;
  }
  if (timeout && one_in(m, 5)) say(m, ", late = \"accept\"");
  if (one_in(m, 5)) say(m, ", connections = %d", 1 + below(m, 6));
  if (one_in(m, 2)) policy(m);
  if (one_in(m, 4)) say(m, ", in_flight_until = \"served\"");
  *linked = one_in(m, 3);
  if (*linked) network(m, timeout);
  return timeout;
}

static void target(struct maker *m, int server) {
  if (m->apis[server])
    say(m, "\"s%d.%s\"", server, one_in(m, 2) ? "get" : "put");
  else
    say(m, "\"s%d\"", server);
}

/* Calls of servers further on, up to `last`. */
static void calls(struct maker *m, int server, int last) {
  bool linked;
  const int count = 1 + below(m, 2);
  say(m, "calls = { ");
  for (int i = 0; i < count; i++) {
    say(m, "%s{ ", i ? ", " : "");
    target(m, server + 1 + below(m, last - server));
    if (one_in(m, 2)) call_fields(m, &linked);
    if (one_in(m, 4)) say(m, ", optional = true");
    if (one_in(m, 4)) say(m, ", wait = false");
    if (one_in(m, 6)) say(m, ", priority = %d", below(m, 3));
    say(m, " }");
  }
  say(m, " }%s", one_in(m, 2) ? ", order = \"parallel\"" : "");
}

static void admission(struct maker *m, int server) {
  say(m, ", admission = { token_bucket { capacity = 10, rate = 8 }");
  if (one_in(m, 2)) {
    say(m, ", codel { target = 0.1, interval = 0.5 }");
    m->model->loses = true;
  }
  if (one_in(m, 3)) say(m, ", max_in_flight(3)");
  if (m->bounded[server] && one_in(m, 2)) say(m, ", throttle { above = 0.5, admit = 0.5 }");
  say(m, " }");
}

static void server(struct maker *m, int i) {
  static const char *const disciplines[] = {"fifo", "lifo", "random", "priority", "ps"};
  struct random_model *const model = m->model;
  const bool stage = i >= m->stages_from;
  const int last_plain = m->stages_from - 1;
  const int discipline = below(m, 5);
  int members = 1;
  m->pool[i] = one_in(m, 3);
  m->sharing[i] = discipline == 4;
  if (m->pool[i]) members = 1 + below(m, 4);
  say(m, m->pool[i] ? "servers \"s%d\" { count = %d" : "server \"s%d\" { ", i, members);
  say(m, m->pool[i] ? ", " : "");
  say(m, "discipline = \"%s\"", disciplines[discipline]);
  const int threads = 1 + below(m, 3);
  if (m->pool[i] && one_in(m, 4)) {
    say(m, ", threads = uniform_int { min = 1, max = 3 }");
    model->threads[i] = 0;
  } else {
    say(m, ", threads = %d", threads);
    model->threads[i] = threads * members;
  }
  if (m->pool[i] && one_in(m, 4)) say(m, ", replace = { rate = 0.05, requeue = %s }", one_in(m, 2) ? "true" : "false");
  if (one_in(m, 5)) say(m, ", cold_start = 0.2");
  if (one_in(m, 6)) say(m, ", rtt = uniform { min = 0, max = 0.1 }");
  if (m->pool[i] && one_in(m, 3)) say(m, ", publish = { window = %g }", one_in(m, 2) ? 10.0 : 0.5);
  if (m->pool[i] && one_in(m, 4)) say(m, ", probe_service = 0.05");
  m->bounded[i] = one_in(m, 2);
  if (m->bounded[i]) say(m, ", capacity = %d", 2 + below(m, 20));
  if (one_in(m, 4)) admission(m, i);
  if (one_in(m, 6)) say(m, ", refuse = \"silent\"");
  if (one_in(m, 5)) say(m, ", speed = 1.5");
  const bool calling = !stage && i < last_plain && !one_in(m, 3);
  if (calling && one_in(m, 3)) {
    say(m, ", async = true");
    model->threads[i] = 0;
  }
  if (m->sharing[i]) model->threads[i] = 0;
  m->apis[i] = !stage && one_in(m, 3);
  if (m->apis[i]) {
    say(m, ", apis = { get = ");
    law(m, 0.1);
    say(m, ", put = { work = ");
    law(m, 0.3);
    if (calling) {
      say(m, ", ");
      calls(m, i, last_plain);
    }
    say(m, " } }");
  } else if (calling) {
    say(m, ", apis = { all = { work = ");
    law(m, 0.2);
    say(m, ", ");
    calls(m, i, last_plain);
    say(m, " } }");
  } else {
    say(m, ", service = ");
    if (m->pool[i] && one_in(m, 3))
      say(m, "0.1 * per_member(uniform { min = 1, max = 3 }, function(x) return exponential { mean = x } end)");
    else
      law(m, 0.25);
  }
  if (stage) {
    const int after = model->servers - 1 - i;
    if (i > m->stages_from && one_in(m, 2)) say(m, ", join = true");
    if (after > 0) {
      const int branches = after > 1 && !one_in(m, 3) ? 2 : 1;
      say(m, ", forward = { ");
      for (int b = 0; b < branches; b++) {
        say(m, "%s{ \"s%d\"", b ? ", " : "", i + 1 + b);
        if (!one_in(m, 3)) say(m, ", timeout = %g, retries = %d", 0.5 + 0.5 * below(m, 4), below(m, 3));
        say(m, " }");
      }
      say(m, " }");
    }
  }
  say(m, " }\n");
}

static void arrivals(struct maker *m, int i) {
  m->poisson[i] = false;
  say(m, ", arrivals = ");
  if (m->model->ends_empty) {
    switch (below(m, 3)) {
      case 0:
        say(m, "spread { count = %d, over = 30 }", 50 + below(m, 200));
        break;
      case 1:
        say(m, "piecewise { { 0, 3 }, { 5, %d }, { 10, 1 }, { 30, 0 } }", below(m, 20));
        break;
      default:
        say(m, "trace { file = \"trace.csv\", format = \"csv\" }");
        break;
    }
    return;
  }
  switch (below(m, 7)) {
    case 0:
      say(m, "renewal { interval = ");
      law(m, 0.3);
      say(m, " }");
      break;
    case 1:
      say(m, "mmpp { rates = { 1, 15 }, transitions = { { 0, 0.2 }, { 0.3, 0 } } }");
      break;
    case 2:
      say(m, "closed { population = %d, think = ", 1 + below(m, 8));
      law(m, 1);
      say(m, " }");
      break;
    case 3:
      say(m, "every(%g)", 0.25 * (1 + below(m, 3)));
      break;
    case 4:
      say(m, "trace { file = \"trace.csv\", format = \"csv\", rate_factor = %g }", 0.5 * (1 + below(m, 3)));
      break;
    default:
      say(m, "poisson { rate = %d }", 1 + below(m, 6));
      m->poisson[i] = true;
      break;
  }
}

static void client(struct maker *m, int i) {
  m->client_pool[i] = one_in(m, 3);
  /* Servers in the middle are called by clients too, stages only at the pipeline's beginning. */
  const bool into_pipeline = m->stages_from < m->model->servers && one_in(m, 2);
  m->calls[i] = into_pipeline ? m->stages_from : m->stages_from > 0 ? below(m, m->stages_from) : 0;
  say(m, m->client_pool[i] ? "clients \"c%d\" { count = %d, " : "client \"c%d\" { ", i, 1 + below(m, 4));
  say(m, "calls = ");
  if (!into_pipeline && m->stages_from > 1 && one_in(m, 4)) {
    say(m, "{ { 2, ");
    target(m, m->calls[i]);
    say(m, " }, { 1, ");
    target(m, below(m, m->stages_from));
    say(m, " } }");
  } else if (into_pipeline && one_in(m, 2)) {
    say(m, "{ \"s%d\", stage_timeout = 1, stage_retries = %d }", m->calls[i], below(m, 3));
  } else {
    target(m, m->calls[i]);
  }
  arrivals(m, i);
  m->timeout[i] = call_fields(m, &m->linked[i]);
  if (one_in(m, 3)) say(m, ", priority = %d", below(m, 3));
  if (one_in(m, 4) && !m->whole_pool) say(m, ", subset = 2");
  if (one_in(m, 4)) say(m, ", size = uniform { min = 0, max = 5000 }");
  if (m->client_pool[i] && one_in(m, 3)) say(m, ", per_client = true");
  say(m, " }\n");
}

static void place(struct maker *m, int i) { say(m, one_in(m, 3) && m->pool[i] ? "\"s%d[0]\"" : "\"s%d\"", i); }

static void fault(struct maker *m) {
  const int i = below(m, m->model->servers), c = below(m, m->clients);
  if (one_in(m, 3))
    say(m, "fault { every = exponential { mean = 8 }, lasts = exponential { mean = 2 }, ");
  else
    say(m, "fault { at = %g, lasts = %g, ", 0.5 * below(m, 80), 0.5 * (1 + below(m, 20)));
  switch (below(m, 8)) {
    case 0:
      say(m, "crash = ");
      place(m, i);
      if (one_in(m, 2)) say(m, ", lost = \"error\"");
      m->model->loses = true;
      break;
    case 1:
      say(m, "stall = ");
      place(m, i);
      break;
    case 2:
      say(m, "slow = \"s%d\", by = 3", i);
      if (m->pool[i]) say(m, ", members = 1");
      break;
    case 3:
      say(m, "cut = { \"c%d\", \"s%d\" }", c, m->calls[c]);
      break;
    case 4:
      say(m, "fail = ");
      place(m, i);
      say(m, ", ratio = 0.4");
      break;
    case 5:
      say(m, "set = { [\"s%d.threads\"] = %d }", i, 1 + below(m, 3));
      m->model->threads[i] = 0;
      break;
    case 6:
      if (m->bounded[i])
        say(m, "set = { [\"s%d.capacity\"] = 2, [\"s%d.speed\"] = 0.5 }", i, i);
      else
        say(m, "scale = { [\"s%d.speed\"] = 2 }", i);
      break;
    default:
      if (m->poisson[c])
        say(m, "scale = { [\"c%d.arrivals.rate\"] = 3 }", c);
      else
        say(m, "set = { [\"c%d.retries\"] = 1 }", c);
      break;
  }
  say(m, " }\n");
}

void random_model_make(struct random_model *model, uint64_t seed) {
  *model = (struct random_model){.text = ""};
  struct maker maker = {.model = model}, *const m = &maker;
  sj_stream_seed(&m->stream, seed, 0);
  model->servers = 1 + below(m, MOST_SERVERS - 2);
  /* All call, all are stages, or some of each. */
  m->stages_from = one_in(m, 2) ? model->servers : below(m, model->servers);
  model->ends_empty = one_in(m, 2);
  for (int i = model->servers - 1; i >= 0; i--) server(m, i);
  m->clients = 1 + below(m, 3);
  for (int i = 0; i < m->clients; i++) client(m, i);
  if (one_in(m, 2))
    for (int n = 1 + below(m, 4); n > 0; n--) fault(m);
  say(m, "run { duration = %d, runs = 3, drain = 1000, ", model->ends_empty ? 400 : 40);
  if (!model->ends_empty && one_in(m, 3))
    say(m, "kind = \"steady\"%s }\n", one_in(m, 2) ? ", warmup = 5" : "");
  else
    say(m, "kind = \"terminating\" }\n");
}
