/* A model on its way through the solver: its states, the eliminated chain, its spectrum, and what was found. */
#ifndef SJ_SOLVE_SOLUTION_H
#define SJ_SOLVE_SOLUTION_H

#include "model/model.h"
#include "sojourn/solve.h"
#include "solve/eliminated.h"
#include "solve/findings.h"
#include "solve/large_space.h"
#include "solve/space.h"
#include "solve/stability.h"
#include "solve/transient.h"

/* Of one server. */
struct sj_server_solution {
  double *in_system;            /* by state */
  struct sj_regimes regimes;    /* known: false also for a server without room */
  struct sj_scaled *to_low;     /* mean hitting times, by state; NULL where the regimes are not known */
  struct sj_scaled *to_low_std; /* and deviations */
  struct sj_scaled *to_high;    /* likewise */
  struct sj_scaled *to_high_std;
  double to_low_error, to_high_error; /* relative, of the means */
  /* Of a large chain, if they are known (else 0): from full until nothing is left anywhere, until nobody is in it. */
  struct sj_scaled full_to_empty, full_to_no_queue;
  double full_to_empty_error, full_to_no_queue_error;
};

struct sj_solution {
  const struct sj_model *model;
  struct sj_solve_options options;   /* as given, but for most_bytes */
  struct sj_solve_settings settings; /* the model's, with the options' horizon and step */
  unsigned eigenvalues;              /* to print; known once the space is */
  struct sj_space space;
  struct sj_eliminated eliminated; /* if it is large: only the stationary distribution, at rank 0 */
  bool is_large;                   /* elimination would not fit, or other ways were asked for */
  struct sj_large_solution large;
  struct sj_spectrum spectrum;
  struct sj_server_solution *servers; /* [space.server_count] */
};

/* Eigenvalues where nothing else is said: a verdict looks at so many, too. In large chains each takes long. */
enum { SJ_EIGENVALUES = 10, SJ_EIGENVALUES_OF_LARGE = 3, SJ_LARGE = 20000 };

/* The options with everything resolved. SJ_INVALID: a horizon, step or number that cannot be. */
enum sj_status sj_solution_settle(const struct sj_model *model, const struct sj_solve_options *options,
                                  struct sj_solution *solution, struct sj_error *error);
/* States, elimination, stationary distribution. After sj_solution_settle; cleared in any case with sj_solution_clear.
 */
enum sj_status sj_solution_eliminate(struct sj_solution *solution, struct sj_error *error);
/* What large_space.h wants to know of a large chain. */
struct sj_large_wanted sj_solution_wanted(const struct sj_solution *solution);
/* Instead of the next, of a large chain: the spectrum, hitting times and regimes as far as they can be had; a note
 * tells what cannot. Under mpirun by all processes; only rank 0's is to be read. */
enum sj_status sj_solution_judge_large(struct sj_solution *solution, struct sj_findings *findings,
                                       struct sj_error *error);
/* The spectrum (none, count 0, if it does not converge). */
enum sj_status sj_solution_decompose(struct sj_solution *solution, struct sj_error *error);
/* Each server's regimes and passages, after that. */
enum sj_status sj_solution_judge(struct sj_solution *solution, struct sj_error *error);
void sj_solution_clear(struct sj_solution *solution);

/* Tells the options' on_progress, if there is one. */
void sj_solution_report(const struct sj_solution *solution, const char *stage, double share);

/* The messages for statuses that come without one. */
enum sj_status sj_solution_failed(const struct sj_solution *solution, enum sj_status status, struct sj_error *error);

/* ---- what is found; SJ_NO_MEMORY and SJ_INTERRUPTED without a message ---- */

/* measures.c: the steady state of each client and server. */
void sj_find_measures(const struct sj_solution *solution, struct sj_findings *findings);
/* times.c: hitting times, verdicts; the spectrum and mixing times. */
enum sj_status sj_find_times(const struct sj_solution *solution, struct sj_findings *findings);
/* of the spectrum all but the mixing time */
void sj_find_gap(const struct sj_solution *solution, struct sj_findings *findings);
/* The mixing time, which takes long and needs no more than the spectrum: begun in a thread of its own, where the chain
 * is not very small. NULL: no memory. To be ended, in any case, before the solution is cleared. */
struct sj_mixing;
struct sj_mixing *sj_mixing_begin(const struct sj_solution *solution);
void sj_mixing_end(struct sj_mixing *mixing);
/* Waits for it. */
enum sj_status sj_find_spectrum(const struct sj_solution *solution, struct sj_mixing *mixing,
                                struct sj_findings *findings);
/* pictures.c: drift field, fixed points, density and levels of each server, as JSON. */
enum sj_status sj_find_pictures(const struct sj_solution *solution, struct sj_findings *findings);
/* story.c: the transient from the empty system, through the model's faults, and the recovery after them. */
enum sj_status sj_find_story(const struct sj_solution *solution, struct sj_findings *findings, struct sj_error *error);

#endif
