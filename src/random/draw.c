#include <math.h>

#include "random/elementary.h"
#include "random/node.h"

/* Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000; shape at least 1. */
static double draw_gamma(const struct gamma_sampler *sampler, struct sj_stream *stream) {
  const double d = sampler->d;
  for (;;) {
    const double x = sj_draw_normal(stream);
    const double root = 1 + sampler->c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    const double u = sj_stream_uniform_open(stream);
    const double x2 = x * x;
    if (u < 1 - 0.0331 * x2 * x2) return d * v;
    if (sj_log(u) < 0.5 * x2 + d * (1 - v + sj_log(v))) return d * v;
  }
}

static double draw_erlang(const struct node *n, struct sj_stream *stream) {
  /* Up to here a sum is faster than the rejection. */
  if (n->erlang.k > 4) return n->erlang.phase_mean * draw_gamma(&n->erlang.sampler, stream);
  double sum = 0;
  for (uint64_t i = 0; i < n->erlang.k; i++) sum += sj_draw_exponential(stream);
  return n->erlang.phase_mean * sum;
}

/* The first of `count` branches whose cumulated probability exceeds a uniform draw: halving while there are many, then
 * one by one. */
static size_t draw_branch(const struct branch *branches, size_t count, struct sj_stream *stream) {
  const double u = sj_stream_uniform(stream);
  size_t first = 0;
  while (count > 8) {
    const size_t half = count / 2;
    if (u >= branches[first + half - 1].cumulated) {
      first += half;
      count -= half;
    } else {
      count = half;
    }
  }
  while (u >= branches[first].cumulated) first++;
  return first;
}

static double draw_phase_type(const struct node *n, struct sj_stream *stream) {
  const size_t count = n->phase_type.count;
  double time = 0;
  size_t phase = draw_branch(n->phase_type.start, count + 1, stream);
  while (phase < count) {
    time += n->phase_type.holding[phase] * sj_draw_exponential(stream);
    phase = draw_branch(n->phase_type.jumps + phase * (count + 1), count + 1, stream);
  }
  return time;
}

static double draw_gamma_any_shape(const struct node *n, struct sj_stream *stream) {
  const double g = n->gamma.scale * draw_gamma(&n->gamma.sampler, stream);
  if (n->gamma.shape >= 1) return g;
  /* A gamma of shape a is one of shape a + 1 times U^(1/a), also theirs; -log U is exponential. */
  return g * sj_exp(-sj_draw_exponential(stream) / n->gamma.shape);
}

static double draw_pair(const struct node *n, struct sj_stream *stream, double recorded) {
  const double a = sj_draw(n->pair.a, stream, recorded);
  const double b = sj_draw(n->pair.b, stream, recorded);
  if (n->head.kind == SJ_SUM) return a + b;
  if (n->head.kind == SJ_MAX) return a > b ? a : b;
  return a < b ? a : b;
}

double sj_distribution_draw(const struct sj_distribution *d, struct sj_stream *stream, double recorded) {
  const struct node *const n = node_of(d);
  switch (d->kind) {
    case SJ_CONSTANT:
      return d->location;
    case SJ_EXPONENTIAL:
      return d->location * sj_draw_exponential(stream);
    case SJ_ERLANG:
      return draw_erlang(n, stream);
    case SJ_GAMMA:
      return draw_gamma_any_shape(n, stream);
    case SJ_UNIFORM:
      return n->uniform.min + (n->uniform.max - n->uniform.min) * sj_stream_uniform(stream);
    case SJ_UNIFORM_INT:
      return (double)((int64_t)n->uniform_int.min + (int64_t)sj_stream_below(stream, n->uniform_int.count));
    case SJ_NORMAL: {
      const double x = n->normal.mean + n->normal.std * sj_draw_normal(stream);
      return x > 0 ? x : 0;
    }
    case SJ_LOGNORMAL:
      return sj_exp(n->lognormal.mu + n->lognormal.sigma * sj_draw_normal(stream));
    case SJ_WEIBULL:
      return n->weibull.scale * sj_power(sj_draw_exponential(stream), 1 / n->weibull.shape);
    case SJ_PARETO:
      return n->pareto.scale * sj_exp(sj_draw_exponential(stream) / n->pareto.shape);
    case SJ_HYPEREXPONENTIAL: {
      const size_t i = draw_branch(n->hyperexponential.branches, n->hyperexponential.count, stream);
      return n->hyperexponential.means[i] * sj_draw_exponential(stream);
    }
    case SJ_MIXTURE: {
      const size_t i = draw_branch(n->mixture.branches, n->mixture.count, stream);
      return sj_draw(n->mixture.parts[i], stream, recorded);
    }
    case SJ_PHASE_TYPE:
      return draw_phase_type(n, stream);
    case SJ_EMPIRICAL:
      return n->empirical.sorted[sj_stream_below(stream, n->empirical.count)];
    case SJ_RECORDED:
      return recorded;
    case SJ_SHIFTED:
      return n->shifted.offset + n->shifted.scale * sj_draw(n->shifted.inner, stream, recorded);
    case SJ_SUM:
    case SJ_MAX:
    case SJ_MIN:
      return draw_pair(n, stream, recorded);
    case SJ_ROUND:
      return round(sj_draw(n->rounded.inner, stream, recorded));
    case SJ_FLOOR:
      return floor(sj_draw(n->rounded.inner, stream, recorded));
    case SJ_CEIL:
      return ceil(sj_draw(n->rounded.inner, stream, recorded));
  }
  __builtin_unreachable();
}
