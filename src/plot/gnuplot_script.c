/* A chart as commands for gnuplot. Texts stand in single quotes, in which nothing but the quote itself means anything,
 * and terminals take no markup. Ranges and ticks are ours, so that nothing depends on gnuplot's version. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/contour.h"
#include "plot/gnuplot.h"
#include "plot/gnuplot_layout.h"
#include "plot/ticks.h"

static const char *const dashes[] = {"solid", "(12,5)", "(3,3)", "(12,4,3,4)", "(20,5)", "(6,3)", "(12,3,3,3,3,3)"};
enum { DASHES = sizeof dashes / sizeof *dashes };

static const char span_colour[] = "#DDDDDD";
static const char contour_colour[] = "#A03C00";

struct found;

struct drawing {
  const struct sj_chart *chart;
  enum sj_image_format format;
  struct sj_text *script;
  double x_low, x_high, y_low, y_high;
  bool map;     /* there is a heat map: what is drawn over it needs a rim */
  size_t plots; /* parts of the plot command so far */
  size_t found_count;
  struct found *found; /* contour lines */
  size_t placed;       /* labels on them, in parts of the axes */
  double label_x[64], label_y[64];
};

/* ---- words ---- */

static void quote(struct sj_text *script, const char *text, bool tick) {
  sj_text_add(script, "'");
  for (const char *c = text ? text : ""; *c; c++) {
    if (*c == '\'')
      sj_text_add(script, "''");
    else if (*c == '%' && tick) /* gnuplot formats the labels of ticks */
      sj_text_add(script, "%%%%");
    else
      sj_text_add_bytes(script, (unsigned char)*c < ' ' ? " " : c, 1);
  }
  sj_text_add(script, "'");
}

static void number(struct sj_text *script, double x) { sj_text_add(script, isfinite(x) ? " %.6g" : " NaN", x); }

static char *axis_text(const struct sj_axis *axis) {
  const char *const label = axis->label ? axis->label : "";
  return axis->unit ? sj_format("%s (%s)", label, axis->unit) : sj_format("%s", label);
}

/* ---- the page ---- */

static void terminal(const struct drawing *d) {
  double width, height;
  sj_chart_size(d->chart, &width, &height);
  struct sj_text *const s = d->script;
  switch (d->format) {
    case SJ_IMAGE_PNG:
      sj_text_add(s,
                  "set terminal pngcairo noenhanced size %.0f,%.0f font 'sans-serif,10' fontscale %.4f linewidth %.4f "
                  "pointscale %.4f background '#FFFFFF'\n",
                  width * SJ_IMAGE_DPI, height * SJ_IMAGE_DPI, SJ_IMAGE_DPI / 96.0, SJ_IMAGE_DPI / 96.0,
                  SJ_IMAGE_DPI / 96.0);
      break;
    case SJ_IMAGE_PDF:
      sj_text_add(s,
                  "set terminal pdfcairo noenhanced size %.4fin,%.4fin font 'sans-serif,10' linewidth 1 "
                  "pointscale 1 background '#FFFFFF'\n",
                  width, height);
      break;
    default:
      sj_text_add(s,
                  "set terminal svg noenhanced size %.0f,%.0f dynamic font 'sans-serif,10' linewidth 1 "
                  "background '#FFFFFF'\n",
                  width * 96, height * 96);
  }
}

/* The subtitle in lines, each a label above the chart; returns how many. */
static int subtitle(const struct drawing *d, size_t most) {
  enum { MOST = 3 };
  const char *text = d->chart->subtitle ? d->chart->subtitle : "";
  char *lines[MOST];
  int count = 0;
  while (*text && count < MOST) {
    const size_t length = sj_layout_line_end(text, most, false);
    lines[count++] = sj_format("%.*s", (int)length, text);
    text += length;
    while (*text == ' ') text++;
  }
  for (int i = 0; i < count; i++) {
    sj_text_add(d->script, "set label ");
    quote(d->script, lines[i], false);
    sj_text_add(d->script, " at graph 0, graph 1 offset 0,%.2f left font ',9' textcolor rgb '#444444'\n",
                0.75 + 1.0 * (count - 1 - i));
    free(lines[i]);
  }
  return count;
}

/* How many lines of at most so many characters a text takes. */
static size_t line_count(const char *text, size_t most) {
  size_t lines = 1;
  for (; text[sj_layout_line_end(text, most, true)]; lines++) {
    text += sj_layout_line_end(text, most, true);
    text += *text == ' ';
  }
  return lines;
}

/* In as many lines as it takes. */
static void in_lines(const struct drawing *d, const char *text, size_t most, bool tick) {
  for (;;) {
    const size_t length = text ? sj_layout_line_end(text, most, true) : 0;
    char *const line = sj_format("%.*s", (int)length, text ? text : "");
    quote(d->script, line, tick);
    free(line);
    if (!text || !text[length]) return;
    sj_text_add(d->script, ".\"\\n\".");
    text += length + (text[length] == ' ');
  }
}

static void titles(const struct drawing *d) {
  double width, height;
  sj_chart_size(d->chart, &width, &height);
  const double room = width - sj_layout_words_beside(d->chart);
  const int below = subtitle(d, (size_t)(room * 12.5));
  const size_t most = (size_t)((room - 0.6) * 10.5), more = line_count(d->chart->title, most) - 1;
  sj_text_add(d->script, "set label ");
  in_lines(d, d->chart->title, most, false);
  /* The SVG terminal knows no bold. */
  sj_text_add(d->script, " at graph 0, graph 1 offset 0,%.2f left font '%s'\nset tmargin %.2f\n",
              1.0 + 1.0 * below + 1.15 * (double)more, d->format == SJ_IMAGE_SVG ? ",12" : "sans-serif:Bold,10.5",
              2.2 + 1.0 * below + 1.15 * (double)more);
}

static void ticks(const struct drawing *d, const char *axis, struct sj_tick *list, size_t count, size_t most) {
  sj_text_add(d->script, "set %stics (", axis);
  for (size_t i = 0; i < count; i++) {
    if (i > 0) sj_text_add(d->script, ", ");
    in_lines(d, list[i].label, most, true);
    number(d->script, list[i].at);
    if (!list[i].label) sj_text_add(d->script, " 1");
  }
  sj_text_add(d->script, ")\n");
  sj_ticks_destroy(list, count);
}

/* How many lines the label of a tick takes that takes most. */
static size_t most_lines(const struct sj_tick *list, size_t count, size_t most) {
  size_t lines = 1;
  for (size_t i = 0; i < count; i++) {
    const size_t its = list[i].label ? line_count(list[i].label, most) : 1;
    if (its > lines) lines = its;
  }
  return lines;
}

static void axis(const struct drawing *d, const char *name, const struct sj_axis *axis, double low, double high) {
  size_t count;
  const bool logarithms = d->map && axis->scale == SJ_SCALE_LOG && axis->tick_count == 0;
  struct sj_tick *const list =
      logarithms ? sj_logarithm_ticks(low, high, &count) : sj_axis_ticks(axis, low, high, &count);
  const bool words = *name == 'x' && axis->tick_count > 0, turned = words && sj_layout_crowded(axis);
  const size_t most = words && !turned ? sj_layout_tick_width(axis) : SIZE_MAX;
  char *const text = axis_text(axis);
  sj_text_add(d->script, "set %slabel ", name);
  /* Gnuplot takes the labels of ticks for one line. */
  for (size_t i = 1; i < most_lines(list, count, most) && *text; i++) sj_text_add(d->script, "\"\\n\".");
  in_lines(d, text, *name == 'x' ? 75 : 50, false);
  if (*name == 'y' && line_count(text, 50) > 1) sj_text_add(d->script, " offset -1,0"); /* off the ticks' labels */
  if (*name == 'x') sj_text_add(d->script, ".\"\\n\" offset 0,0.3");                    /* room above the legend */
  sj_text_add(d->script, "\nset %srange [%.8g:%.8g] noextend\n", name, low, high);
  if (axis->scale == SJ_SCALE_LOG && !d->map) sj_text_add(d->script, "set logscale %s 10\n", name);
  sj_text_add(d->script, "set %stics out nomirror scale 0.6,0.3 %s\n", name, turned ? "rotate by 90 right" : "");
  /* Gnuplot would reckon with wider letters. */
  if (turned)
    sj_text_add(d->script, "set bmargin %.1f\n",
                1 + 0.55 * (double)sj_layout_widest_tick(axis) + 1.2 * sj_layout_legend_rows(d->chart));
  ticks(d, name, list, count, most);
  free(text);
}

static void colour_bar(const struct drawing *d) {
  const struct sj_axis *const axis = &d->chart->colours;
  double low, high;
  size_t count;
  sj_chart_range(d->chart, axis, &low, &high);
  struct sj_tick *const list = axis->scale == SJ_SCALE_LOG && axis->tick_count == 0
                                   ? sj_logarithm_ticks(low, high, &count)
                                   : sj_axis_ticks(axis, low, high, &count);
  char *const text = axis_text(axis);
  sj_text_add(d->script, "set cbrange [%.8g:%.8g]\nset cblabel ", low, high);
  in_lines(d, text, 50, false);
  sj_text_add(d->script, " offset 1,0"); /* gnuplot reckons with narrower labels than ours */
  /* Nor does it leave room for them. */
  size_t widest = 0;
  for (size_t i = 0; i < count; i++)
    if (sj_layout_characters(list[i].label) > widest) widest = sj_layout_characters(list[i].label);
  sj_text_add(d->script, "\nset cbtics out scale 0.6,0.3\nset rmargin %.1f\n", 3.5 + (double)widest);
  ticks(d, "cb", list, count, SIZE_MAX);
  sj_text_add(d->script, d->chart->diverging
                             ? "set palette defined (0 '#4A90C4', 0.5 '#FFFFFF', 1 '#EE9A4A')\n"
                             : "set palette defined (0 '#FFFFFF', 0.3 '#C6DBEF', 0.65 '#6BAED6', 1 '#2171B5')\n");
  free(text);
}

static void ranges(struct drawing *d) {
  const struct sj_view view = sj_chart_view(d->chart);
  d->x_low = view.x_low;
  d->x_high = view.x_high;
  d->y_low = view.y_low;
  d->y_high = view.y_high;
  d->map = view.map;
}

/* ---- data ---- */

/* An interval that is not known is as long as its point. */
static double row_value(const struct sj_chart_series *series, size_t column, size_t row) {
  const double value = series->columns[column][row];
  return series->kind == SJ_INTERVALS && column > 1 && isnan(value) ? series->columns[1][row] : value;
}

static bool is_whole(const struct sj_chart_series *series, size_t row) {
  bool whole = row < series->count;
  for (size_t c = 0; whole && c < sj_series_columns(series->kind); c++) whole = isfinite(row_value(series, c, row));
  return whole;
}

/* A point of a line between two gaps, which would not be seen, is a dash as long as the line is wide. */
static void lone_point(const struct drawing *d, const struct sj_chart_series *series, size_t row) {
  const double x = series->columns[0][row], part = 0.004;
  const bool logarithmic = d->chart->x.scale == SJ_SCALE_LOG && !d->map;
  const double ratio = pow(d->x_high / d->x_low, part), half = part * (d->x_high - d->x_low);
  number(d->script, logarithmic ? x / ratio : x - half);
  number(d->script, series->columns[1][row]);
  sj_text_add(d->script, "\n");
  number(d->script, logarithmic ? x * ratio : x + half);
  number(d->script, series->columns[1][row]);
  sj_text_add(d->script, "\n");
}

static void rows(const struct drawing *d, const struct sj_chart_series *series) {
  const size_t columns = sj_series_columns(series->kind);
  for (size_t i = 0; i < series->count; i++) {
    const bool whole = is_whole(series, i), before = i > 0 && is_whole(series, i - 1), after = is_whole(series, i + 1);
    if (series->kind == SJ_LINE && whole && !before && !after) {
      lone_point(d, series, i);
      continue;
    }
    for (size_t c = 0; whole && c < columns; c++) number(d->script, row_value(series, c, i));
    sj_text_add(d->script, "\n"); /* an empty line is a gap */
  }
}

/* The grid point whose cell `at` lies in. */
static size_t nearest(const double *places, size_t count, double at) {
  size_t i = 0;
  while (i + 1 < count && (places[i] + places[i + 1]) / 2 <= at) i++;
  return i;
}

/* Gnuplot's images have cells of one size; a grid whose last step is shorter is looked up. */
static void image(const struct drawing *d, const struct sj_chart_grid *grid) {
  for (size_t j = 0; j < grid->rows; j++) {
    for (size_t i = 0; i < grid->columns; i++) {
      const double x = grid->x[0] + (grid->x[grid->columns - 1] - grid->x[0]) * (double)i /
                                        (double)(grid->columns > 1 ? grid->columns - 1 : 1);
      const double y = grid->y[0] + (grid->y[grid->rows - 1] - grid->y[0]) * (double)j /
                                        (double)(grid->rows > 1 ? grid->rows - 1 : 1);
      number(d->script, x);
      number(d->script, y);
      number(d->script, grid->value[nearest(grid->x, grid->columns, x) * grid->rows + nearest(grid->y, grid->rows, y)]);
      sj_text_add(d->script, "\n");
    }
  }
}

/* Writes the values of a map into its cells. */
static void write_values(const struct drawing *d, const struct sj_chart_grid *grid) {
  for (size_t i = 0; i < grid->columns; i++)
    for (size_t j = 0; j < grid->rows; j++)
      if (isfinite(grid->value[i * grid->rows + j]))
        sj_text_add(d->script, "set label '%.2f' at %.8g,%.8g center front font ',9'\n",
                    grid->value[i * grid->rows + j], grid->x[i], grid->y[j]);
}

static bool taken(const struct drawing *d, double x, double y) {
  for (size_t i = 0; i < d->placed; i++)
    if (fabs(d->label_x[i] - x) < 0.13 && fabs(d->label_y[i] - y) < 0.07) return true;
  return x < 0.04 || x > 0.96 || y < 0.04 || y > 0.96;
}

static void take(struct drawing *d, double x, double y) {
  if (d->placed == sizeof d->label_x / sizeof *d->label_x) return;
  d->label_x[d->placed] = x;
  d->label_y[d->placed++] = y;
}

/* The lines of one level of a series. */
struct found {
  const struct sj_chart_series *series;
  const struct sj_level *level;
  struct sj_polyline *lines;
  size_t count;
};

static double across(const struct drawing *d, double x) { return (x - d->x_low) / (d->x_high - d->x_low); }
static double up(const struct drawing *d, double y) { return (y - d->y_low) / (d->y_high - d->y_low); }

/* Whether a label there could be taken for that of another line. */
static bool doubtful(const struct drawing *d, const struct found *its, double x, double y) {
  for (size_t k = 0; k < d->found_count; k++) {
    const struct found *const other = &d->found[k];
    for (size_t i = 0; other != its && i < other->count; i++)
      for (size_t p = 0; p < other->lines[i].count; p++)
        if (fabs(across(d, other->lines[i].x[p]) - x) < 0.025 && fabs(up(d, other->lines[i].y[p]) - y) < 0.025)
          return true;
  }
  return false;
}

/* Labels the longest of the lines, where nothing else is written, as near to its middle as can be. */
static void label_lines(struct drawing *d, const struct found *found) {
  size_t longest = 0;
  for (size_t i = 1; i < found->count; i++)
    if (found->lines[i].count > found->lines[longest].count) longest = i;
  const struct sj_polyline *const line = found->count > 0 ? &found->lines[longest] : NULL;
  for (size_t k = 0; line && k < line->count; k++) {
    const size_t half = (k + 1) / 2, middle = line->count / 2;
    const size_t i = k % 2 ? middle - (half <= middle ? half : middle) : middle + half;
    if (i >= line->count) continue;
    const double x = across(d, line->x[i]), y = up(d, line->y[i]);
    if (taken(d, x, y) || doubtful(d, found, x, y)) continue;
    sj_text_add(d->script, "set label ");
    quote(d->script, found->level->label, false);
    sj_text_add(d->script, " at graph %.4f,%.4f center front boxed font ',8' textcolor rgb '%s'\n", x, y,
                contour_colour);
    take(d, x, y);
    return;
  }
}

static void find_lines(struct drawing *d) {
  for (size_t s = 0; s < d->chart->series_count; s++) {
    const struct sj_chart_series *const series = &d->chart->series[s];
    for (size_t k = 0; k < series->level_count; k++) {
      d->found = sj_reallocate_array(d->found, d->found_count + 1, sizeof *d->found);
      struct found *const found = &d->found[d->found_count++];
      *found = (struct found){.series = series, .level = &series->levels[k]};
      found->lines = sj_contours(&series->grid, found->level->at, &found->count);
    }
  }
}

static void forget_lines(struct drawing *d) {
  for (size_t k = 0; k < d->found_count; k++) sj_contours_destroy(d->found[k].lines, d->found[k].count);
  free(d->found);
}

static void line_rows(const struct drawing *d, const struct sj_polyline *line) {
  for (size_t p = 0; p < line->count; p++) {
    number(d->script, line->x[p]);
    number(d->script, line->y[p]);
    sj_text_add(d->script, "\n");
  }
  sj_text_add(d->script, "\n");
}

static void contour_rows(const struct drawing *d, const struct sj_chart_series *series) {
  for (size_t k = 0; k < d->found_count; k++)
    for (size_t i = 0; d->found[k].series == series && i < d->found[k].count; i++) line_rows(d, &d->found[k].lines[i]);
}

static void data(struct drawing *d) {
  const struct sj_chart *const chart = d->chart;
  for (size_t i = 0; i < chart->series_count; i++) {
    const struct sj_chart_series *const series = &chart->series[i];
    sj_text_add(d->script, "$series%zu << END\n", i);
    if (series->kind == SJ_HEAT_MAP)
      image(d, &series->grid);
    else if (series->kind == SJ_CONTOURS)
      contour_rows(d, series);
    else
      rows(d, series);
    sj_text_add(d->script, "END\n");
  }
  for (size_t i = 0; i < chart->series_count; i++)
    if (chart->series[i].written) write_values(d, &chart->series[i].grid);
  /* What is marked keeps its place free of labels. */
  for (size_t i = 0; i < chart->series_count; i++)
    for (size_t p = 0; d->map && chart->series[i].kind == SJ_POINTS && p < chart->series[i].count; p++)
      take(d, across(d, chart->series[i].columns[0][p]), up(d, chart->series[i].columns[1][p]));
  for (size_t k = 0; k < d->found_count; k++) label_lines(d, &d->found[k]);
}

/* ---- the plot command ---- */

static void part(struct drawing *d) { sj_text_add(d->script, d->plots++ ? ", \\\n  " : "plot "); }

static void title(const struct drawing *d, const char *name) {
  if (!name) {
    sj_text_add(d->script, " notitle");
    return;
  }
  sj_text_add(d->script, " title ");
  quote(d->script, name, false);
}

static void plot_span(struct drawing *d, const struct sj_span *span) {
  part(d);
  sj_text_add(d->script,
              "'+' using (%.8g):(%.8g):(%.8g):(%.8g):(%.8g):(%.8g) every ::0::0 with boxxyerror fillstyle "
              "solid 1.0 noborder fillcolor rgb '%s'",
              span->from, d->y_low, fmax(span->from, d->x_low), fmin(span->to, d->x_high), d->y_low, d->y_high,
              span_colour);
  title(d, span->name);
}

static void plot_rule(struct drawing *d, size_t i) {
  const struct sj_rule *const rule = &d->chart->rules[i];
  part(d);
  sj_text_add(d->script, "$rule%zu using 1:2 with lines linewidth 1.5 linecolor rgb '%s' dashtype %s", i,
              sj_chart_colour(rule->colour), dashes[rule->dash % DASHES]);
  title(d, rule->name);
}

/* Points, also those with intervals. */
static void plot_points(struct drawing *d, size_t i) {
  static const struct {
    int type;
    double size;
  } markers[] = {[SJ_DOT] = {7, 0.35},  [SJ_DISC] = {7, 1.1},   [SJ_DIAMOND] = {13, 1.5}, [SJ_CIRCLE] = {6, 1.1},
                 [SJ_CROSS] = {2, 1.1}, [SJ_SQUARE] = {5, 1.0}, [SJ_TRIANGLE] = {9, 1.3}};
  const struct sj_chart_series *const series = &d->chart->series[i];
  const int type = markers[series->marker].type;
  const double size = markers[series->marker].size;
  if (d->map) {
    part(d);
    sj_text_add(d->script,
                "$series%zu using 1:2 with points pointtype %d pointsize %.2f linewidth 4 linecolor rgb "
                "'#FFFFFF' notitle",
                i, type, size * 1.35);
  }
  const char *const how = series->kind == SJ_INTERVALS ? "1:2:3:4 with yerrorbars" : "1:2 with points";
  part(d);
  sj_text_add(d->script, "$series%zu using %s pointtype %d pointsize %.2f linewidth 1.5 linecolor rgb '%s'", i, how,
              type, size, sj_chart_colour(series->colour));
  title(d, series->name);
}

static void plot_boxes(struct drawing *d, size_t i) {
  const struct sj_chart_series *const series = &d->chart->series[i];
  const char *const colour = sj_chart_colour(series->colour);
  part(d);
  sj_text_add(d->script,
              "$series%zu using 1:3:2:6:5:(0.5) with candlesticks whiskerbars 0.5 linewidth 1 linecolor rgb "
              "'%s' fillstyle transparent solid 0.25 border linecolor rgb '%s'",
              i, colour, colour);
  title(d, series->name);
  part(d);
  sj_text_add(d->script, "$series%zu using 1:4:4:4:4:(0.5) with candlesticks linewidth 2 linecolor rgb '#000000'", i);
  title(d, series->name ? "median" : NULL);
}

static void plot_series(struct drawing *d, size_t i) {
  const struct sj_chart_series *const series = &d->chart->series[i];
  const char *const colour = sj_chart_colour(series->colour), *const dash = dashes[series->colour % DASHES];
  if (series->kind == SJ_POINTS || series->kind == SJ_INTERVALS || series->kind == SJ_BOXES) {
    series->kind == SJ_BOXES ? plot_boxes(d, i) : plot_points(d, i);
    return;
  }
  part(d);
  sj_text_add(d->script, "$series%zu ", i);
  switch (series->kind) {
    case SJ_STEPS:
      sj_text_add(d->script, "using 1:2 with steps linewidth 1.5 linecolor rgb '%s' dashtype %s", colour, dash);
      break;
    case SJ_BAND:
      sj_text_add(d->script,
                  "using 1:2:3 with filledcurves linecolor rgb '%s' fillstyle transparent solid 0.25 noborder", colour);
      break;
    case SJ_BARS:
      sj_text_add(d->script,
                  "using (($1+$2)/2):3:1:2:(%.8g):3 with boxxyerror linewidth 0.3 linecolor rgb '%s' fillstyle "
                  "solid 0.7 border linecolor rgb '#FFFFFF'",
                  d->y_low, colour);
      break;
    case SJ_BLOCKS:
      sj_text_add(d->script,
                  "using (($1+$2)/2):3:1:2:3:4 with boxxyerror linewidth 0.5 linecolor rgb '%s' fillstyle solid 0.85 "
                  "border linecolor rgb '#FFFFFF'",
                  colour);
      break;
    case SJ_ARROWS:
      sj_text_add(d->script,
                  "using 1:2:3:4 with vectors head filled size screen 0.007,22 linewidth 0.8 linecolor rgb "
                  "'#333333'");
      break;
    case SJ_HEAT_MAP:
      sj_text_add(d->script, "using 1:2:3 with image");
      break;
    case SJ_CONTOURS:
      sj_text_add(d->script, "using 1:2 with lines linewidth 1.2 linecolor rgb '%s'", contour_colour);
      break;
    default:
      sj_text_add(d->script, "using 1:2 with lines linewidth 1.5 linecolor rgb '%s' dashtype %s", colour, dash);
  }
  title(d, series->name);
}

static void plot(struct drawing *d) {
  const struct sj_chart *const chart = d->chart;
  for (size_t i = 0; i < chart->rule_count; i++) {
    const struct sj_rule *const rule = &chart->rules[i];
    sj_text_add(d->script, "$rule%zu << END\n%.8g %.8g\n%.8g %.8g\nEND\n", i, rule->vertical ? rule->at : d->x_low,
                rule->vertical ? d->y_low : rule->at, rule->vertical ? rule->at : d->x_high,
                rule->vertical ? d->y_high : rule->at);
  }
  for (size_t i = 0; i < chart->span_count; i++) plot_span(d, &chart->spans[i]);
  /* Maps below everything, points above. */
  for (int layer = 0; layer < 3; layer++) {
    for (size_t i = 0; i < chart->series_count; i++) {
      const enum sj_series_kind kind = chart->series[i].kind;
      const int its = kind == SJ_HEAT_MAP || kind == SJ_BAND || kind == SJ_BARS || kind == SJ_BLOCKS ? 0
                      : kind == SJ_POINTS || kind == SJ_INTERVALS                                    ? 2
                                                                                                     : 1;
      if (its == layer) plot_series(d, i);
    }
    for (size_t i = 0; layer == 1 && i < chart->rule_count; i++) plot_rule(d, i);
  }
  if (d->plots == 0) {
    part(d);
    sj_text_add(d->script, "NaN notitle");
  }
  sj_text_add(d->script, "\n");
}

void sj_gnuplot_script(const struct sj_chart *chart, enum sj_image_format format, struct sj_text *script) {
  struct drawing d = {.chart = chart, .format = format, .script = script};
  terminal(&d);
  sj_text_add(script,
              "set encoding utf8\nset border 3 linecolor rgb '#444444'\nset style textbox opaque noborder "
              "fillcolor rgb '#FFFFFF' margins 0.4,0.3\n"
              "set key outside below center horizontal maxcols 2 reverse Left samplen 2.5 spacing 1.2 font ',9'\nset "
              "samples 2\n");
  ranges(&d);
  if (chart->same_scale) sj_text_add(script, "set size ratio -1\n");
  titles(&d);
  axis(&d, "x", &chart->x, d.x_low, d.x_high);
  axis(&d, "y", &chart->y, d.y_low, d.y_high);
  if (d.map)
    colour_bar(&d);
  else
    sj_text_add(script, "set grid back linetype 1 linecolor rgb '#E4E4E4' linewidth 0.6\n");
  find_lines(&d);
  data(&d);
  plot(&d);
  forget_lines(&d);
}
