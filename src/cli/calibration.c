#include "cli/calibration.h"

#include <math.h>
#include <string.h>

#include "results/json.h"
#include "results/table.h"

static void add_number(struct sj_grid *grid, double x) {
  char value[32], half_width[32];
  sj_figure_text((struct sj_figure){x, NAN}, 1, value, half_width);
  sj_grid_add(grid, value);
}

void sj_calibration_table(const struct sj_calibration *calibration, struct sj_text *text) {
  sj_text_add(text, "Calibrated by a simulation (%zu chains tried)\n", calibration->evaluations);
  sj_text_add(text, "  alpha, share of timed-out arrivals that retry  %.4g\n", calibration->alpha);
  sj_text_add(text, "  effective arrival rate, of the model's         %.2f %%\n", 100 * calibration->arrival_factor);
  sj_text_add(text, "  effective timeout, of the model's              %.2f %%\n\n", 100 * calibration->timeout_factor);
  static const char *const headings[] = {"", "simulated", "as the model says", "calibrated"};
  struct sj_grid grid = {0};
  sj_grid_start(&grid, sizeof headings / sizeof *headings);
  for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) sj_grid_add(&grid, headings[i]);
  for (size_t i = 0; i < calibration->figure_count; i++) {
    const struct sj_calibration_figure *const figure = &calibration->figures[i];
    sj_grid_add(&grid, figure->quantity);
    sj_grid_add_figure(&grid, (struct sj_figure){figure->simulated, figure->half_width}, 1);
    add_number(&grid, figure->before);
    add_number(&grid, figure->after);
  }
  sj_grid_print(&grid, 2, text);
  sj_grid_clear(&grid);
  sj_text_add(text, "  misfit, in tolerances: %.3g before, %.3g now\n", calibration->misfit_before,
              calibration->misfit);
  if (strcmp(calibration->figures[0].quantity, "empty_to_high") != 0)
    sj_note_text(
        "the simulation never came into the high regime: what is said of it below is the model's, not fitted to "
        "anything; longer or more runs (--duration, --runs) may get there",
        text);
  if (calibration->at_bound)
    sj_note_text(
        "a parameter went as far as it may (half to twice the rate, a fifth to five times the timeout): this "
        "chain does not fit the simulation, whatever its parameters",
        text);
  else if (calibration->misfit > 3)
    sj_note_text("the fit is poor: take what follows as a picture, not as a measure", text);
  sj_text_add(text, "\n");
}

json_t *sj_calibration_json(const struct sj_calibration *calibration) {
  json_t *const object = json_object(), *const figures = json_object();
  sj_json_set(object, "alpha", sj_json_number(calibration->alpha));
  sj_json_set(object, "arrival_factor", sj_json_number(calibration->arrival_factor));
  sj_json_set(object, "timeout_factor", sj_json_number(calibration->timeout_factor));
  sj_json_set(object, "misfit_before", sj_json_number(calibration->misfit_before));
  sj_json_set(object, "misfit", sj_json_number(calibration->misfit));
  sj_json_set(object, "at_bound", json_boolean(calibration->at_bound));
  for (size_t i = 0; i < calibration->figure_count; i++) {
    const struct sj_calibration_figure *const figure = &calibration->figures[i];
    json_t *const row = json_object();
    sj_json_set(row, "simulated", sj_json_number(figure->simulated));
    sj_json_set(row, "ci95", sj_json_number(figure->half_width));
    sj_json_set(row, "tolerance", sj_json_number(figure->tolerance));
    sj_json_set(row, "before", sj_json_number(figure->before));
    sj_json_set(row, "after", sj_json_number(figure->after));
    sj_json_set(figures, figure->quantity, row);
  }
  sj_json_set(object, "figures", figures);
  return object;
}
