/* What the parts of the event engine do for each other: their functions, file by file. Comes with engine.h. */
#ifndef SJ_SIMULATE_PARTS_H
#define SJ_SIMULATE_PARTS_H

#include "simulate/engine.h"

/* engine.c: one run, from nothing to its figures. `control` may be NULL. */
struct engine_control {
  const volatile sig_atomic_t *stop; /* the user's wish to end; may be NULL */
  bool cancelled;                    /* atomic: another run failed */
  double share;                      /* atomic: how far this run is, 0 ... 1 */
  uint64_t events;                   /* atomic: dispatched so far */
};
enum sj_status sj_engine_run(const struct sj_model *model, const struct sj_simulate_options *options,
                             const struct sj_results *results, uint64_t run_number, struct sj_mser *pilot, FILE *csv,
                             struct engine_control *control, struct sj_run *run, struct sj_error *error);
/* world.c: what the run is made of. False: no memory (or engine->status says what else). Both ends of its life. */
bool sj_engine_make_world(struct engine *engine);
void sj_engine_destroy_world(struct engine *engine);
/* Notes that memory ran out; the run ends at its next event. */
void sj_engine_out_of_memory(struct engine *engine);
/* Ends the run with a message. */
void sj_engine_fail(struct engine *engine, enum sj_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* discrete/steps.c: the same for a model in discrete time, whose engine knows what to run but has nothing made yet. */
enum sj_status sj_discrete_run(struct engine *engine, struct engine_control *control, struct sj_run *run);

/* arrivals.c */
bool sj_arrivals_create(struct engine *engine, struct client *client);
void sj_arrivals_destroy(struct client *client);
void sj_arrivals_start(struct engine *engine, struct client *client);
/* The time of the next arrival after `now`; INFINITY: none. */
double sj_arrivals_next(struct engine *engine, struct arrivals *arrivals, double now);
void sj_arrivals_happen(struct engine *engine, struct arrivals *arrivals);
void sj_arrivals_thought(struct engine *engine, struct customer *customer);
void sj_arrivals_think(struct engine *engine, struct customer *customer);    /* its request is closed */
void sj_arrivals_schedule(struct engine *engine, struct arrivals *arrivals); /* the one at next_time */
/* Adds customers up to the present population, and starts them. False: no memory. */
bool sj_arrivals_add_customers(struct engine *engine, struct arrivals *arrivals);
/* Modulated arrivals, which were looked for by `spec`: back to the state in which they are at `time`, before the next
 * arrival. */
void sj_arrivals_go_to(struct arrivals *arrivals, const struct sj_arrivals *spec, double time);
/* Piecewise arrivals: the expected number between two times; the time by which `*amount` are expected from `now` on
 * (INFINITY: never, and `*amount` is what is missing). */
double sj_arrivals_piecewise_amount(const struct sj_arrivals *spec, double from, double to);
double sj_arrivals_piecewise_time(const struct sj_arrivals *spec, double now, double *amount);

/* arrivals_change.c: the figures are others from now on. */
void sj_arrivals_changed(struct engine *engine, struct client *client, const struct sj_client *before);

/* plain.c: what plain.h has in line for the loop, where it is not worth that. */
void sj_plain_arrive(struct engine *engine, struct arrivals *arrivals);
void sj_plain_refused(struct engine *engine, struct server *server, struct attempt *attempt);

/* caller.c */
bool sj_caller_create(struct engine *engine, struct caller *caller, const struct sj_call *spec);
void sj_caller_destroy(struct engine *engine, struct caller *caller);
void sj_caller_changed(struct engine *engine, struct caller *caller, const struct sj_call *spec);
/* A new request of `caller`, all fields set but for the attempt; then request_begin. NULL: no memory. */
struct request *sj_request_create(struct engine *engine, struct caller *caller, uint64_t lineage);
void sj_request_begin(struct engine *engine, struct request *request);
uint16_t sj_request_pick_target(const struct caller *caller, const struct request *request);
void sj_request_retry(struct engine *engine, struct request *request);
void sj_request_send(struct engine *engine, struct request *request); /* its next attempt, at once */
void sj_request_deadline(struct engine *engine, struct request *request);
void sj_request_hedge(struct engine *engine, struct request *request);
/* The request, which waits for its policy's probes, may be sent now. */
void sj_request_probed(struct engine *engine, struct request *request);
void sj_request_close(struct engine *engine, struct request *request, enum outcome outcome);
void sj_attempt_timeout(struct engine *engine, struct attempt *attempt);
void sj_caller_timeouts(struct engine *engine, struct caller *caller);
/* The server has an outcome: the answer goes on its way. */
void sj_attempt_answer(struct engine *engine, struct attempt *attempt, enum outcome outcome);
/* The attempt, made by a direct caller, has succeeded: all that follows, in short. */
void sj_attempt_direct_success(struct engine *engine, struct attempt *attempt);
/* The answer has come. */
void sj_attempt_result(struct engine *engine, struct attempt *attempt, enum outcome outcome);
/* Nothing will ever come of it. */
void sj_attempt_vanish(struct engine *engine, struct attempt *attempt);
/* Gives the attempt's memory back if both of its sides are over. */
void sj_attempt_release(struct engine *engine, struct attempt *attempt);
void sj_attempt_deliver(struct engine *engine, struct attempt *attempt);
void sj_attempt_answer_arrives(struct engine *engine, struct attempt *attempt);

/* The distribution of a law for one member: the common one, or the member's own, drawn from the stream (key, number),
 * which replaces `*owned` and is destroyed by its owner. NULL for a law that is not given, or if the draw was
 * impossible (then the run ends). */
const struct sj_distribution *sj_member_law(struct engine *engine, const struct sj_law *law, uint64_t key,
                                            uint64_t number, struct sj_distribution **owned);
/* The same for the law of a link, whose draw may use the rtt of the member. */
const struct sj_distribution *sj_member_law_with(struct engine *engine, const struct sj_law *law, uint64_t key,
                                                 uint64_t number, double server_rtt, struct sj_distribution **owned);

/* breaker.c */
bool sj_breakers_create(struct engine *engine, struct caller *caller);
bool sj_breaker_allows(struct engine *engine, struct caller *caller, size_t target, uint32_t member);
/* `caller` sends the attempt to `server` (into a pipeline: to the member where its first stage goes first). Marks it as
 * the probe of an open breaker, where it is one. */
void sj_breaker_sent(struct engine *engine, struct caller *caller, size_t target, struct attempt *attempt,
                     struct server *server);
void sj_breaker_ended(struct engine *engine, struct caller *caller, struct attempt *attempt, bool failed, bool known);
void sj_breakers_destroy(struct engine *engine, struct caller *caller);

/* hedging.c */
bool sj_hedging_create(struct caller *caller);
void sj_hedging_destroy(struct caller *caller);
void sj_hedging_add(struct caller *caller, double latency);
double sj_hedging_delay(const struct caller *caller); /* INFINITY: too few answers */

/* server.c */
/* An attempt arrives where something stands in the way: the server is full, down, particular about whom it admits. */
void sj_server_receive_with_care(struct engine *engine, struct server *server, struct attempt *attempt);
/* The attempt gives up its thread and its place; who waits is served. */
void sj_server_leave(struct engine *engine, struct server *server, struct attempt *attempt);
void sj_server_offer(struct engine *engine, struct server *server, struct attempt *attempt); /* waits or is served */
void sj_server_served(struct engine *engine, struct attempt *attempt);
void sj_server_work_done(struct engine *engine, struct attempt *attempt);
void sj_server_finish(struct engine *engine, struct attempt *attempt, enum outcome outcome);
void sj_server_call_closed(struct engine *engine, struct attempt *parent, uint16_t call, bool ok);
/* Answers the attempt, which has left the server, and at a join every branch that it stands for; or drops them. */
void sj_server_dismiss(struct engine *engine, struct attempt *attempt, enum outcome outcome, bool silent);
/* Likewise for one attempt, in short where it can be. */
void sj_server_answer(struct engine *engine, struct attempt *attempt, enum outcome outcome);
void sj_server_withdraw(struct engine *engine, struct attempt *attempt);
void sj_server_start_waiting(struct engine *engine, struct server *server);
/* After standing still: calls that are due are made, failures are answered. */
void sj_server_go_on(struct engine *engine, struct server *server);
void sj_server_set_pace(struct engine *engine, struct server *server);
void sj_server_stall(struct engine *engine, struct server *server);
void sj_server_resume(struct engine *engine, struct server *server);
void sj_server_crash(struct engine *engine, struct server *server, bool answer_error);
void sj_server_draw_laws(struct engine *engine, struct server *server); /* threads and services of a member */
void sj_server_replace(struct engine *engine, struct server *server);
void sj_server_changed(struct engine *engine, struct server *server, const struct sj_server *spec);
void sj_server_simplify(struct server *server); /* recomputes what follows from its state: simple, ends_well, ... */
void sj_server_count(struct server *server, double now, int in_system, int waiting, int busy); /* changes of level */

void sj_attempt_list_add(struct attempt **list, struct attempt *attempt);
void sj_attempt_list_remove(struct attempt **list, struct attempt *attempt);

/* balancing.c: the levels of a server that publishes have changed, `arrived` is 1 if somebody was let in. */
void sj_publish_levels(struct server *server, double now, int arrived);
/* It finished a request, well or with an error; the levels change next. */
void sj_publish_finished(struct server *server, double now, double sojourn, bool ok);
/* The first attempt of a brief request: to whom it goes, and that it is sent. False: nobody can be picked. */
bool sj_balancing_begin(struct engine *engine, struct attempt *attempt);
/* It has succeeded: what its balancer is told, if it has one. */
void sj_balancing_succeeded(struct engine *engine, struct attempt *attempt);

/* work.c: servers whose work is not just a draw of the law. */
bool sj_work_is_particular(const struct sj_server *spec);
double sj_particular_work(struct engine *engine, struct server *server, struct attempt *attempt);
/* One with a cold start comes to know the caller. True: it did not. */
bool sj_server_meets(struct engine *engine, struct server *server, struct caller *caller, size_t target);
void sj_work_forget_caller(struct caller *caller);

/* queue.c */
bool sj_queue_push(struct engine *engine, struct server *server, struct attempt *attempt);
/* To where the next is taken from. */
bool sj_queue_put_back(struct engine *engine, struct server *server, struct attempt *attempt);
struct attempt *sj_queue_pop(struct engine *engine, struct server *server);
void sj_queue_remove(struct server *server, struct attempt *attempt);
void sj_queue_destroy(struct server *server);

/* sharing.c */
bool sj_sharing_create(struct server *server);
void sj_sharing_destroy(struct server *server);
void sj_sharing_add(struct engine *engine, struct server *server, struct attempt *attempt, double work);
void sj_sharing_done(struct engine *engine, struct server *server);
void sj_sharing_leave(struct engine *engine, struct server *server); /* one that held a share without working is gone */
/* Around a change of threads, pace or stalling: settle before it, rate_changed after it. */
void sj_sharing_settle(struct engine *engine, struct server *server);
void sj_sharing_rate_changed(struct engine *engine, struct server *server);
/* Takes one out, for a crash; NULL, and all is as new, when none is left. */
struct attempt *sj_sharing_take_any(struct engine *engine, struct server *server);

/* admission.c */
bool sj_admission_admits(struct engine *engine, struct server *server, struct attempt *attempt);
bool sj_admission_drops(struct engine *engine, struct server *server, struct attempt *attempt); /* CoDel, at dequeue */
double sj_bucket_tokens(const struct sj_token_bucket *bucket, double tokens, double *at, double now);

/* flow.c */
bool sj_flows_create(struct engine *engine); /* false: more than 64 joins */
void sj_flow_begin(struct engine *engine, struct attempt *root);
void sj_flow_stage_closed(struct engine *engine, struct request *stage, enum outcome outcome);
/* At a server that joins: takes the attempt in where another branch of its request stands; false if there is none. */
bool sj_flow_merge(struct engine *engine, struct attempt *attempt);
/* The attempt, just let in, is the first branch: it waits for the others. */
void sj_flow_join(struct engine *engine, struct attempt *attempt);
void sj_flow_host_gone(struct engine *engine, struct attempt *host);
void sj_flows_destroy(struct engine *engine);

/* engine.c */
void sj_client_draw_sizes(struct engine *engine, struct client *client);

/* rows.c: one row a request, in the order of closing. */
void sj_csv_header(FILE *csv);
void sj_csv_row(const struct engine *engine, const struct request *request, enum outcome outcome);
void sj_csv_values(const struct engine *engine, const char *client, uint32_t member, double arrival, double latency,
                   enum outcome outcome, uint32_t attempts);

/* growth.c: notes which servers' queues kept growing; in a steady simulation what has no limit becomes null. */
void sj_judge_growth(const struct sj_model *model, struct sj_results *results);

/* fault.c */
bool sj_faults_create(struct engine *engine);
void sj_faults_destroy(struct engine *engine);
void sj_faults_start(struct engine *engine);
void sj_fault_happen(struct engine *engine, struct fault_state *fault);
/* Whether a message between the two was, or would have been, lost to a cut at any time since `since`. */
bool sj_fault_cuts(const struct engine *engine, const struct caller *caller, const struct server *server, double since);

#endif
