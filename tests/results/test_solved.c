/* The report of what was solved: durations in words, verdicts in sentences, marks. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "results/solved.h"

static void durations(void **state) {
  (void)state;
  static const struct {
    double value, logarithm;
    const char *unit, *text;
  } cases[] = {{0, NAN, "s", "0 s"},
               {2.5e-7, NAN, "s", "0.25 µs"},
               {0.0315, NAN, "s", "31.5 ms"},
               {1, NAN, "s", "1 s"},
               {119.6, NAN, "s", "120 s"},
               {121, NAN, "s", "2.02 minutes"},
               {7200, NAN, "s", "2 hours"},
               {200000, NAN, "s", "2.31 days"},
               {1561941127, NAN, "s", "49.5 years"},
               {31557600e7, NAN, "s", "1.00e+07 years"},
               {31557600e12, NAN, "s", "10^12.0 years"},
               {INFINITY, 312.5, "s", "10^305.0 years"},
               {1500, NAN, "ms", "1.5 s"},
               {90, NAN, "minute", "90 minutes"},
               {3, NAN, "hour", "3 hours"},
               {1500, NAN, "us", "1.5 ms"},
               {12.34, NAN, "tick", "12.3 ticks"},
               {INFINITY, 400.25, "tick", "10^400.2 ticks"},
               {NAN, NAN, "s", "-"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[64];
    sj_duration_text(cases[i].value, cases[i].logarithm, cases[i].unit, text);
    assert_string_equal(text, cases[i].text);
  }
}

struct figure {
  const char *name;
  double value, error, log10;
  const char *word;
};

static char *report_of(const struct figure *figures, size_t count) {
  struct sj_results *const results = sj_results_create("solve", "m.lua", NULL);
  struct sj_run run;
  strcpy(results->time_unit, "s");
  for (size_t i = 0; i < count; i++) assert_true(sj_results_add_metric(results, figures[i].name, SJ_REDUCE_MEAN));
  assert_true(sj_run_prepare(results, &run, 0) && sj_run_make_exact(results, &run));
  for (size_t i = 0; i < count; i++) {
    run.values[i] = figures[i].value;
    run.exact[i].error = figures[i].error;
    run.exact[i].log10 = figures[i].log10;
    if (figures[i].word) run.exact[i].word = strdup(figures[i].word);
  }
  assert_true(sj_results_add_run(results, &run));
  struct sj_text text = {0};
  sj_solved_report(results, &text);
  sj_results_destroy(results);
  return text.data;
}

#define VERDICT(word)                                                                                       \
  {"db.empty", 0.5, 1e-14, NAN, NULL}, {"db.verdict", NAN, NAN, NAN, word},                                 \
      {"db.verdict.low.requests", 10, 0, NAN, NULL}, {"db.verdict.high.requests", 90, 0, NAN, NULL},        \
      {"db.verdict.high.share", 0.25, 0, NAN, NULL}, {"db.hitting.empty_to_high.mean", 60, 0, NAN, NULL}, { \
    "db.hitting.high_to_low.mean", INFINITY, NAN, 320, NULL                                                 \
  }

static void sentences(void **state) {
  (void)state;
  static const struct figure metastable[] = {VERDICT("metastable")}, overloaded[] = {VERDICT("overloaded")},
                             stable[] = {VERDICT("stable")};
  static const struct {
    const struct figure *figures;
    const char *text;
  } cases[] = {{metastable,
                "m.lua, solved\n\ndb is metastable: once 90 or more requests are in it, it stays that way for\n"
                "about 10^312.5 years, until 10 or fewer are left, although nothing is wrong any\n"
                "more. Begun empty, it gets there by chance alone after about 60 s.\n"
                "(--changes tells what would make it stable.)\n"},
               {overloaded,
                "m.lua, solved\n\ndb is overloaded: 25 % of the time 90 or more requests are in it. Begun empty,\n"
                "it is there after about 60 s; to get back to 10 or fewer takes it about 10^312.5\nyears.\n"
                "(--changes tells what would make it stable.)\n"},
               {stable,
                "m.lua, solved\n\ndb is stable: pushed to 90 or more requests, it is back at 10 or fewer after\n"
                "about 10^312.5 years. Begun empty, it gets there by chance alone after about 60\ns.\n"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *const text = report_of(cases[i].figures, sizeof metastable / sizeof *metastable);
    if (strncmp(text, cases[i].text, strlen(cases[i].text)) != 0) assert_string_equal(text, cases[i].text);
    free(text);
  }
}

/* What cannot be trusted to 6 digits carries a mark, and the mark is explained; nothing else does. */
static void doubtful_figures_are_marked(void **state) {
  (void)state;
  static const struct figure figures[] = {{"db.empty", 0.5, 1e-14, NAN, NULL},
                                          {"spectrum[0].re", 0, 0, NAN, NULL},
                                          {"spectrum[0].im", 0, 0, NAN, NULL},
                                          {"spectrum[1].re", -2, 1e-3, NAN, NULL},
                                          {"spectrum[1].im", 0, 0, NAN, NULL}};
  char *text = report_of(figures, 5);
  assert_non_null(strstr(text, " -2?  "));
  assert_non_null(strstr(text, "note: what is marked ? cannot be had to 6 digits\n"));
  free(text);
  text = report_of(figures, 3);
  assert_null(strchr(text, '?'));
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(durations),
      cmocka_unit_test(sentences),
      cmocka_unit_test(doubtful_figures_are_marked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
