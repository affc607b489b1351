/* Load balancing in continuous time: what the engine does for the balancers of src/balance. Private to src/simulate.
 *
 * - Each caller (a member of a pool of clients, a call of a server's member) has a balancer of its own for each pool
 *   that it calls, made at its first request there. `random` and `round_robin` need none.
 * - A request in flight is an attempt that the caller still waits for: from its sending until its answer, its timeout,
 *   or the end of its request. With in_flight_until = "served" it is in flight no longer once the server answers it.
 * - A report is what the server says at the moment at which it answers, and is known when the answer comes; one that is
 *   lost, or comes after the timeout, is never known. A refusal carries one too, but not that of a server that is down.
 * - A replaced server, and one back from a crash, has forgotten what it measured.
 * - Probes take the links' time both ways (no bytes), may be lost like other messages, and are answered by the server
 *   `probe_service` after they reached it, without a thread and whatever waits there; they count in no figure of server
 *   or client. A server that is down refuses them (an error comes back); one that stands still says nothing. A probe
 *   times out as an attempt does. Where that takes forever, because there is no timeout and the probe or its answer is
 *   lost, it ends when the answer would have come. */
#ifndef SJ_SIMULATE_BALANCING_H
#define SJ_SIMULATE_BALANCING_H

#include "balance/balancer.h"
#include "simulate/engine.h"

/* Where an attempt goes. */
struct choice {
  struct server *server;
  uint32_t channel; /* of the balancer, or NO_CHANNEL */
  uint32_t place;   /* of the link, see link.h */
};

/* Before the callers are made: which servers must measure what, as the policies of the model need it. False: no
 * memory. */
bool sj_balancing_plan(struct engine *engine);
/* After the callers are gone. */
void sj_balancing_end(struct engine *engine);
void sj_balancing_destroy(struct caller *caller);

/* A request has come, a pipeline's stage too; then once for each of its attempts: whom it is sent to. `lineage` is the
 * attempt's; `avoid` the member that a copy does not go to, if there is another one, or UINT32_MAX. SJ_PICK_LATER: the
 * caller's sj_request_probed is called when it is time to ask again. */
void sj_balancing_arrived(struct engine *engine, struct request *request);
enum sj_picked sj_balancing_pick(struct engine *engine, struct request *request, uint64_t lineage, uint32_t avoid,
                                 struct choice *choice);
/* It was sent there; it is over for the caller; its request is closed. */
void sj_balancing_sent(struct attempt *attempt);
/* Its server has finished it; what has a channel. */
void sj_balancing_finished(struct attempt *attempt);
void sj_balancing_ended(struct engine *engine, struct attempt *attempt, enum sj_end end);
void sj_balancing_left(struct request *request);

/* The server answers the attempt, which has a channel: what it says of itself goes with the answer. */
void sj_balancing_report(struct engine *engine, struct attempt *attempt);
void sj_balancing_forget_report(struct attempt *attempt);

/* Asserts what must hold at the end of a run: what a balancer has in flight is what its caller has out, and its probes;
 * nobody waits for nothing. */
void sj_balancing_check(const struct engine *engine);

/* The member begins anew. */
void sj_balancing_replaced(struct engine *engine, struct server *server);

/* The handlers of EVENT_PROBE_ARRIVES, _PROBE_DONE and _PROBE_OVER. */
void sj_probe_arrives(struct engine *engine, struct probe *probe);
void sj_probe_done(struct engine *engine, struct probe *probe);
void sj_probe_over(struct engine *engine, struct probe *probe);

#endif
