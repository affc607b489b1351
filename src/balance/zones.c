#include "balance/zones.h"

static double sum(uint32_t zones, const uint32_t *counts) {
  double all = 0;
  for (uint32_t z = 0; z < zones; z++) all += counts[z];
  return all;
}

void sj_zone_shares(uint32_t zones, uint32_t zone, const uint32_t *callers, const uint32_t *servers, double *shares) {
  const double all_callers = sum(zones, callers), all_servers = sum(zones, servers);
  double spare = 0;
  for (uint32_t z = 0; z < zones; z++) {
    const double beyond = servers[z] / all_servers - callers[z] / all_callers;
    shares[z] = z != zone && beyond > 0 ? beyond : 0;
    spare += shares[z];
  }
  const double here = servers[zone] / all_servers, callers_here = callers[zone] / all_callers;
  const double kept = here >= callers_here || spare <= 0 ? 1 : here / callers_here;
  for (uint32_t z = 0; z < zones; z++) shares[z] = z == zone ? kept : spare > 0 ? (1 - kept) * shares[z] / spare : 0;
}
