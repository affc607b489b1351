/* Zone-aware routing: requests stay in the caller's zone as far as the servers there can take them.
 *
 * Envoy's rule ("Zone aware routing" in its architecture overview; 2017 on), which knows only how callers and servers
 * are spread over the zones: with c the share of the callers that are in the caller's zone and s the share of the
 * servers, it keeps all requests in its zone if s >= c, else the share s / c of them. The others go to the zones that
 * have more servers than callers, in proportion to s - c there; so that in all every server gets the same. */
#ifndef SJ_BALANCE_ZONES_H
#define SJ_BALANCE_ZONES_H

#include <stdint.h>

/* shares[z]: which share of the requests of a caller in `zone` goes to zone z of `zones`, summing to 1, where
 * callers[z] and servers[z] of each are there (at least one of both in all). */
void sj_zone_shares(uint32_t zones, uint32_t zone, const uint32_t *callers, const uint32_t *servers, double *shares);

#endif
