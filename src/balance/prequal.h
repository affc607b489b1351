/* Prequal's reuse budget. The policy itself is in prequal.c. */
#ifndef SJ_BALANCE_PREQUAL_H
#define SJ_BALANCE_PREQUAL_H

#include <stdint.h>

#include "model/model.h"

/* How many requests may go by one probe answer, where a caller knows `members` servers:
 *
 *     max(1, (1 + delta) / ((1 - pool / members) probes - removals))
 *
 * the denominator being the rate at which answers of servers not yet in the pool come in, less what is taken out, for
 * each request (Wydrowski et al. 2024, section 4). NAN if that is not positive: then the pool would run dry, whatever
 * the budget. */
double sj_prequal_reuse_budget(const struct sj_prequal *settings, uint32_t members);

#endif
