/* What follows the head of a distribution: private to this folder.
 *
 * Every node is one allocation of struct node, plus its arrays. Nodes are immutable once their constructor returned,
 * but for the table of a sum, which the first to need it fills in; it depends on nothing but the node. */
#ifndef SJ_RANDOM_NODE_H
#define SJ_RANDOM_NODE_H

#include "random/distribution.h"

/* Marsaglia and Tsang's constants for a shape of at least 1 (see draw.c). */
struct gamma_sampler {
  double d, c;
};

struct branch {
  double probability;
  double cumulated; /* of this and all before; INFINITY from the last possible branch on, so that a scan always ends */
};

struct sum_table;

/* Limits on trees, so that the recursions over them are bounded whatever a model's loop builds. */
enum { DISTRIBUTION_MOST_NODES = 100000, DISTRIBUTION_MOST_LEVELS = 500 };

struct node {
  struct sj_distribution head;
  uint32_t nodes, levels; /* of the tree below and including this one */
  union {
    struct {
      uint64_t k;
      double mean, phase_mean;
      struct gamma_sampler sampler;
    } erlang;
    struct {
      double shape, scale;
      struct gamma_sampler sampler; /* for shape + 1 where shape < 1 */
    } gamma;
    struct {
      double min, max; /* min < max */
    } uniform;
    struct {
      double min, max; /* whole numbers, min < max */
      uint64_t count;
    } uniform_int;
    struct {
      double mean, std; /* std > 0 */
    } normal;
    struct {
      double mu, sigma; /* sigma > 0 */
    } lognormal;
    struct {
      double shape, scale;
    } weibull;
    struct {
      double shape, scale;
    } pareto;
    struct {
      size_t count;
      struct branch *branches;
      double *rates, *means;
    } hyperexponential;
    struct {
      size_t count;
      struct branch *branches;
      double *weights; /* as they were given */
      struct sj_distribution **parts;
    } mixture;
    struct {
      size_t count;
      double *alpha, *generator; /* as they were given, cleaned of rounding */
      double *exit;              /* rate of absorption from each phase */
      double *holding;           /* mean time in each phase */
      struct branch *start;      /* count + 1: the phases, then the atom at 0 */
      struct branch *jumps;      /* count x (count + 1): from each phase to each phase, then to absorption */
    } phase_type;
    struct {
      size_t count;
      double *sorted;
    } empirical;
    struct {
      double offset, scale; /* scale not 0 */
      struct sj_distribution *inner;
    } shifted;
    struct {
      struct sj_distribution *a, *b;
      struct sum_table *_Atomic table; /* of a sum; NULL until it is needed */
    } pair;                            /* SJ_SUM, SJ_MAX, SJ_MIN */
    struct {
      struct sj_distribution *inner;
    } rounded; /* SJ_ROUND, SJ_FLOOR, SJ_CEIL */
  };
};

/* The name of a kind in the model language. */
const char *sj_distribution_kind_name(enum sj_distribution_kind kind);

/* For the constructors. */
struct node *sj_node_create(enum sj_distribution_kind kind); /* zeroed, one level */
/* Returns `fine`; if it is false, says "KIND: RULE, got GOT" in `error`. */
bool sj_node_check(bool fine, enum sj_distribution_kind kind, const char *rule, double got, struct sj_error *error);
/* False, with a message, for a tree beyond the limits above. */
bool sj_node_limits(uint64_t nodes, uint64_t levels, struct sj_error *error);
/* Fills `count` branches from weights, at least one of them positive, whose sum is `total`. */
void sj_branches_fill(struct branch *branches, size_t count, const double *weights, double total);

static inline const struct node *node_of(const struct sj_distribution *d) { return (const struct node *)d; }

#endif
