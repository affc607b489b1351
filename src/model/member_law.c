/* The laws of single members: what follows from a drawn parameter. */
#include <math.h>

#include "model/build.h"

double sj_law_draw_parameter(const struct sj_law *law, struct sj_stream *stream, double server_rtt) {
  return sj_draw(law->member->drawn, stream, server_rtt);
}

struct sj_distribution *sj_law_with_parameter(const struct sj_law *law, double x, struct sj_error *error) {
  const struct sj_member_law *const member = law->member;
  struct sj_error reason = {{0}};
  struct sj_distribution *const d =
      sj_build_distribution(member->resources, &member->body, member->symbol, x, NULL, &reason);
  char number[32];
  if (!d) {
    sj_error_set(error, SJ_INVALID, "`%s`: with the drawn parameter %s, %s", member->what, sj_number_text(x, number),
                 reason.message);
    return NULL;
  }
  if (sj_distribution_min(d) >= member->least) return d;
  sj_distribution_destroy(d);
  sj_error_set(error, SJ_INVALID, "`%s`: with the drawn parameter %s the law can be negative", member->what,
               sj_number_text(x, number));
  return NULL;
}

struct sj_distribution *sj_law_instantiate(const struct sj_law *law, struct sj_stream *stream, struct sj_error *error) {
  if (law->fixed || !law->member) return NULL;
  return sj_law_with_parameter(law, sj_law_draw_parameter(law, stream, NAN), error);
}
