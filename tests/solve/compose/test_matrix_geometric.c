/* Queues with Markov arrivals and phase-type service in an endless room, by the matrix-geometric solution: of level n
 * the probabilities are pi_1 R^(n - 1) (Neuts, "Matrix-geometric solutions in stochastic models", 1981), with G and so
 * R by logarithmic reduction (Latouche and Ramaswami, "A logarithmic reduction algorithm for quasi-birth-death
 * processes", 1993). Written here for itself, from the queue's own numbers. The finite chains must come as near to it
 * as their room lets them: what lies beyond it, `beyond`, is asked to be so little that it cannot be seen at 1e-10. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "composing.h"

enum { MOST = 16 };

struct matrix {
  size_t rows, columns;
  double at[MOST][MOST];
};

static struct matrix zero(size_t rows, size_t columns) { return (struct matrix){.rows = rows, .columns = columns}; }
static struct matrix identity(size_t n) {
  struct matrix m = zero(n, n);
  for (size_t i = 0; i < n; i++) m.at[i][i] = 1;
  return m;
}
/* a + factor b */
static struct matrix add(struct matrix a, double factor, const struct matrix *b) {
  for (size_t i = 0; i < a.rows; i++)
    for (size_t j = 0; j < a.columns; j++) a.at[i][j] += factor * b->at[i][j];
  return a;
}
static struct matrix multiply(const struct matrix *a, const struct matrix *b) {
  struct matrix m = zero(a->rows, b->columns);
  for (size_t i = 0; i < m.rows; i++)
    for (size_t j = 0; j < m.columns; j++)
      for (size_t k = 0; k < a->columns; k++) m.at[i][j] += a->at[i][k] * b->at[k][j];
  return m;
}
static struct matrix kronecker(const struct matrix *a, const struct matrix *b) {
  struct matrix m = zero(a->rows * b->rows, a->columns * b->columns);
  for (size_t i = 0; i < m.rows; i++)
    for (size_t j = 0; j < m.columns; j++)
      m.at[i][j] = a->at[i / b->rows][j / b->columns] * b->at[i % b->rows][j % b->columns];
  return m;
}
/* a^-1 b, by Gauss and Jordan with pivots. */
static struct matrix solve(struct matrix a, struct matrix b) {
  for (size_t k = 0; k < a.rows; k++) {
    size_t best = k;
    for (size_t i = k; i < a.rows; i++)
      if (fabs(a.at[i][k]) > fabs(a.at[best][k])) best = i;
    for (size_t j = 0; j < MOST; j++) {
      const double of_a = a.at[k][j], of_b = b.at[k][j];
      a.at[k][j] = a.at[best][j], a.at[best][j] = of_a;
      b.at[k][j] = b.at[best][j], b.at[best][j] = of_b;
    }
    for (size_t i = 0; i < a.rows; i++) {
      if (i == k) continue;
      const double factor = a.at[i][k] / a.at[k][k];
      for (size_t j = 0; j < a.columns; j++) a.at[i][j] -= factor * a.at[k][j];
      for (size_t j = 0; j < b.columns; j++) b.at[i][j] -= factor * b.at[k][j];
    }
  }
  for (size_t i = 0; i < b.rows; i++)
    for (size_t j = 0; j < b.columns; j++) b.at[i][j] /= a.at[i][i];
  return b;
}

/* Arrivals: phases change at d0 off the diagonal, and at d1 with an arrival. Service: of phases, begun by `start`. */
struct queue {
  const char *arrivals, *service; /* as a model says it */
  struct matrix d0, d1, start, within, exit;
};

struct answer {
  double mean, beyond, holds[5]; /* requests in the system; P(more than the room); P(0 ... 4) */
};

/* The quasi-birth-death process: from a level up, within it, and down. */
struct levels {
  struct matrix up, within, down;
};

static struct levels levels_of(const struct queue *q) {
  const struct matrix arriving = identity(q->d0.rows), serving = identity(q->start.columns);
  const struct matrix again = multiply(&q->exit, &q->start), changes = kronecker(&q->d0, &serving),
                      works = kronecker(&arriving, &q->within);
  return (struct levels){kronecker(&q->d1, &serving), add(changes, 1, &works), kronecker(&arriving, &again)};
}

static struct matrix negative(const struct matrix *a) {
  const struct matrix none = zero(a->rows, a->columns);
  return add(none, -1, a);
}

static double largest(const struct matrix *a) {
  double most = 0;
  for (size_t i = 0; i < a->rows; i++)
    for (size_t j = 0; j < a->columns; j++) most = fmax(most, fabs(a->at[i][j]));
  return most;
}

/* Where the level below is first met: `carry` is the chance that it takes a way through levels ever higher up. */
static struct matrix reduce(const struct levels *l) {
  struct matrix high = solve(negative(&l->within), l->up), low = solve(negative(&l->within), l->down);
  struct matrix g = low, carry = high;
  while (largest(&carry) > 1e-18) {
    const struct matrix one = multiply(&high, &low), other = multiply(&low, &high), both = add(one, 1, &other);
    const struct matrix stays = add(identity(g.rows), -1, &both);
    high = solve(stays, multiply(&high, &high));
    low = solve(stays, multiply(&low, &low));
    const struct matrix more = multiply(&carry, &low);
    g = add(g, 1, &more);
    carry = multiply(&carry, &high);
  }
  return g;
}

static double sum_of(const struct matrix *row) {
  double sum = 0;
  for (size_t j = 0; j < row->columns; j++) sum += row->at[0][j];
  return sum;
}
static struct matrix transposed(const struct matrix *a) {
  struct matrix m = zero(a->columns, a->rows);
  for (size_t i = 0; i < m.rows; i++)
    for (size_t j = 0; j < m.columns; j++) m.at[i][j] = a->at[j][i];
  return m;
}
/* row a^-1 */
static struct matrix divide(const struct matrix *row, const struct matrix *a) {
  const struct matrix x = solve(transposed(a), transposed(row));
  return transposed(&x);
}

/* Levels 0 and 1, up to a factor: from 0 with service begun anew to 1, and back when it ends. */
static void boundary(const struct queue *q, const struct levels *l, const struct matrix *r, struct matrix pi[2]) {
  const size_t a = q->d0.rows, n = a + l->within.rows;
  const struct matrix arriving = identity(a), begun = kronecker(&q->d1, &q->start),
                      ended = kronecker(&arriving, &q->exit), back = multiply(r, &l->down),
                      one = add(l->within, 1, &back);
  struct matrix m = zero(n, n), right = zero(n, 1);
  for (size_t i = 0; i < n; i++) /* transposed; the first equation becomes: the first probability is 1 */
    for (size_t j = 0; j < n; j++) {
      const double value =
          i < a ? (j < a ? q->d0.at[i][j] : begun.at[i][j - a]) : (j < a ? ended.at[i - a][j] : one.at[i - a][j - a]);
      m.at[j][i] = j == 0 ? (i == 0 ? 1 : 0) : value;
    }
  right.at[0][0] = 1;
  const struct matrix x = solve(m, right);
  pi[0] = zero(1, a);
  pi[1] = zero(1, n - a);
  for (size_t i = 0; i < n; i++) *(i < a ? &pi[0].at[0][i] : &pi[1].at[0][i - a]) = x.at[i][0];
}

static struct answer in_endless_room(const struct queue *q, unsigned room) {
  const struct levels l = levels_of(q);
  const struct matrix g = reduce(&l), returns = multiply(&l.up, &g), away = add(negative(&l.within), -1, &returns);
  const struct matrix r = divide(&l.up, &away), rest = add(identity(r.rows), -1, &r);
  struct matrix pi[2];
  boundary(q, &l, &r, pi);
  const struct matrix all = divide(&pi[1], &rest), weighed = divide(&all, &rest);
  const double total = sum_of(&pi[0]) + sum_of(&all);
  struct answer answer = {.mean = sum_of(&weighed) / total};
  answer.holds[0] = sum_of(&pi[0]) / total;
  struct matrix level = pi[1];
  for (unsigned n = 1; n <= room; n++) {
    if (n < 5) answer.holds[n] = sum_of(&level) / total;
    level = multiply(&level, &r);
  }
  const struct matrix tail = divide(&level, &rest);
  answer.beyond = sum_of(&tail) / total;
  return answer;
}

/* ---- laws ---- */

static struct matrix filled(size_t rows, size_t columns, const double *values) {
  struct matrix m = zero(rows, columns);
  for (size_t i = 0; i < rows * columns; i++) m.at[i / columns][i % columns] = values[i];
  return m;
}

static void serve(struct queue *q, const char *text, size_t phases, const double *start, const double *within) {
  q->service = text;
  q->start = filled(1, phases, start);
  q->within = filled(phases, phases, within);
  q->exit = zero(phases, 1);
  for (size_t i = 0; i < phases; i++)
    for (size_t j = 0; j < phases; j++) q->exit.at[i][0] -= within[i * phases + j];
}
static void serve_exponentially(struct queue *q) {
  serve(q, "exponential { rate = 1 }", 1, (double[]){1}, (double[]){-1});
}
static void serve_by_erlang(struct queue *q) {
  serve(q, "erlang { k = 3, mean = 1 }", 3, (double[]){1, 0, 0}, (double[]){-3, 3, 0, 0, -3, 3, 0, 0, -3});
}
static void serve_by_hyperexponential(struct queue *q) {
  serve(q, "hyperexponential { {0.25, 0.4}, {0.75, 2} }", 2, (double[]){0.25, 0.75}, (double[]){-0.4, 0, 0, -2});
}
static void arrive_modulated(struct queue *q) {
  q->arrivals = "mmpp { rates = {1.5, 0.3}, transitions = {{0, 0.05}, {0.03, 0}} }";
  q->d0 = filled(2, 2, (double[]){-1.55, 0.05, 0.03, -0.33});
  q->d1 = filled(2, 2, (double[]){1.5, 0, 0, 0.3});
}
static void arrive_in_bursts(struct queue *q) {
  q->arrivals = "mmpp { rates = {0, 0.6, 2}, transitions = {{0, 0.2, 0}, {0.1, 0, 0.1}, {0.3, 0.2, 0}} }";
  q->d0 = filled(3, 3, (double[]){-0.2, 0.2, 0, 0.1, -0.8, 0.1, 0.3, 0.2, -2.5});
  q->d1 = filled(3, 3, (double[]){0, 0, 0, 0, 0.6, 0, 0, 0, 2});
}
/* The phase begins anew with each arrival: d1 is not diagonal. */
static void arrive_by_erlang(struct queue *q) {
  q->arrivals = "renewal { interval = erlang { k = 2, mean = 1.25 } }";
  q->d0 = filled(2, 2, (double[]){-1.6, 1.6, 0, -1.6});
  q->d1 = filled(2, 2, (double[]){0, 0, 1.6, 0});
}
static void arrive_by_hyperexponential(struct queue *q) {
  q->arrivals = "renewal { interval = hyperexponential { {0.2, 0.25}, {0.8, 1.6} } }";
  q->d0 = filled(2, 2, (double[]){-0.25, 0, 0, -1.6});
  q->d1 = filled(2, 2, (double[]){0.05, 0.2, 0.32, 1.28});
}
static void arrive_evenly(struct queue *q, double rate) {
  q->d0 = filled(1, 1, (double[]){-rate});
  q->d1 = filled(1, 1, (double[]){rate});
}

/* ---- tests ---- */

/* The solution itself: M/M/1, and M/G/1 by Pollaczek and Khinchine. */
static void solution_is_right(void **state) {
  (void)state;
  struct queue q = {0};
  arrive_evenly(&q, 0.8);
  serve_exponentially(&q);
  struct answer a = in_endless_room(&q, 20);
  close_to(a.mean, 4, 1e-12);
  close_to(a.holds[3], 0.2 * 0.8 * 0.8 * 0.8, 1e-12);
  close_to(a.beyond, pow(0.8, 21), 1e-12);
  serve_by_erlang(&q);
  close_to(in_endless_room(&q, 20).mean, 0.8 + 0.64 * (1 + 1.0 / 3) / 2 / 0.2, 1e-12);
  serve_by_hyperexponential(&q);
  const double second = 2 * (0.25 / 0.16 + 0.75 / 4);
  close_to(in_endless_room(&q, 20).mean, 0.8 + 0.64 * second / 2 / (1 - 0.8), 1e-12);
}

static void check(const struct queue *q, unsigned room) {
  const struct answer a = in_endless_room(q, room);
  struct solved s;
  /* What the room leaves out changes no probability by more than about its own size, and the mean by that much for
   * each place. */
  assert_true(a.beyond * room < 1e-10);
  solved_create(&s, false,
                "server 'api' { service = %s, capacity = %u }\n"
                "client 'web' { calls = 'api', arrivals = %s }",
                q->service, room, q->arrivals);
  for (unsigned n = 0; n < 5; n++) close_to(server_holds(&s, 0, n), a.holds[n], 1e-10);
  close_to(server_mean(&s, 0, SJ_IN_SYSTEM), a.mean, 1e-10);
  close_to(server_mean(&s, 0, SJ_WAITING), a.mean - 1 + a.holds[0], 1e-10);
  solved_destroy(&s);
}

static void (*const arrivals[])(struct queue *q) = {arrive_modulated, arrive_in_bursts, arrive_by_erlang,
                                                    arrive_by_hyperexponential};

static void exponential_service(void **state) {
  (void)state;
  struct queue q;
  serve_exponentially(&q);
  for (size_t i = 0; i < sizeof arrivals / sizeof *arrivals; i++) {
    arrivals[i](&q);
    check(&q, 1000);
  }
}

static void phase_type_service(void **state) {
  (void)state;
  struct queue q;
  for (size_t i = 0; i < sizeof arrivals / sizeof *arrivals; i++) {
    arrivals[i](&q);
    serve_by_erlang(&q);
    check(&q, 1000);
    serve_by_hyperexponential(&q);
    check(&q, 1000);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(solution_is_right), cmocka_unit_test(exponential_service),
                                     cmocka_unit_test(phase_type_service)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
