/* A chart is data: axes, series, marks and annotations. It knows nothing of how it is drawn (plot/gnuplot.h draws it).
 *
 * Texts are UTF-8, copied, without markup. Arrays are copied, too. A number that does not exist is NAN: a line has a
 * gap there, a cell of a map stays empty. Functions that make something end the program if memory runs out
 * (base/base.h): a chart holds at most some ten thousand points. */
#ifndef SJ_PLOT_CHART_H
#define SJ_PLOT_CHART_H

#include <stdbool.h>
#include <stddef.h>

enum sj_scale { SJ_SCALE_LINEAR, SJ_SCALE_LOG };

/* A place on an axis with words of its own. */
struct sj_tick {
  double at;
  char *label;
};

/* `low` and `high` NAN: as far as the data go. With ticks, those alone are labelled; of a logarithmic axis without, the
 * powers of ten. */
struct sj_axis {
  char *label, *unit; /* "in the system", "requests"; unit NULL: a pure number, or the ticks are words */
  enum sj_scale scale;
  double low, high;
  size_t tick_count;
  struct sj_tick *ticks;
};

/* The columns that a series of each kind has, and their order in `columns`. */
enum sj_series_kind {
  SJ_LINE,      /* x, y */
  SJ_STEPS,     /* x, y: y holds from x to the next one */
  SJ_POINTS,    /* x, y */
  SJ_BAND,      /* x, low, high */
  SJ_BARS,      /* left, right, height: from the lower end of the axis, side by side */
  SJ_BLOCKS,    /* left, right, low, high: stacked parts of bars */
  SJ_ARROWS,    /* x, y, change of x, change of y: in units of the axes, as long as they are to be drawn */
  SJ_BOXES,     /* x, lower whisker, first quartile, median, third quartile, upper whisker */
  SJ_INTERVALS, /* x, y, low, high: a point with its interval; low and high NAN: without one */
  SJ_HEAT_MAP,  /* a grid: x, y, and at each point a value */
  SJ_CONTOURS   /* a grid, and the levels whose lines are drawn */
};
enum { SJ_CHART_COLUMNS = 6 };

/* What points look like. */
enum sj_marker { SJ_DOT, SJ_DISC, SJ_DIAMOND, SJ_CIRCLE, SJ_CROSS, SJ_SQUARE, SJ_TRIANGLE };

/* Values on a grid: value[i * rows + j] at (x[i], y[j]). x and y ascend. Of a heat map whose axis is logarithmic they
 * are decimal logarithms, so that its cells have one size. */
struct sj_chart_grid {
  size_t columns, rows;
  double *x, *y, *value;
};

/* Where the values of a grid are `at`, and its name: "10 s". */
struct sj_level {
  double at;
  char *label;
};

struct sj_chart_series {
  enum sj_series_kind kind;
  char *name; /* in the legend; NULL: not there */
  size_t count;
  double *columns[SJ_CHART_COLUMNS];
  struct sj_chart_grid grid; /* heat map and contours */
  bool written;              /* a heat map's values stand in its cells, with two decimals */
  size_t level_count;
  struct sj_level *levels; /* contours */
  unsigned colour;         /* 0, 1, ...: colour and dash of the same number belong together */
  size_t thinned_from;     /* how many points there were before sj_chart_thin; 0: all are there */
  enum sj_marker marker;
};

/* A line across the chart ("mean 0.25 s", "capacity 99"), named in the legend. */
struct sj_rule {
  bool vertical;
  double at;
  char *name;
  unsigned colour, dash;
};

/* A time in which something was different ("the model's fault"): shaded, named in the legend. */
struct sj_span {
  double from, to;
  char *name;
};

struct sj_chart {
  char *name;     /* "52.field": how the command line calls it */
  char *title;    /* what is to be seen */
  char *subtitle; /* of what: the model, the load; may be NULL */
  struct sj_axis x, y;
  struct sj_axis colours; /* of a heat map; with SJ_SCALE_LOG the values are decimal logarithms */
  bool diverging;         /* the heat map's middle means something: colours go two ways from it */
  bool same_scale;        /* one unit of x is drawn as long as one of y: a circle is round */
  size_t series_count, rule_count, span_count;
  struct sj_chart_series *series; /* drawn in their order */
  struct sj_rule *rules;
  struct sj_span *spans;
};

/* An empty chart with linear axes. */
struct sj_chart *sj_chart_create(const char *name, const char *title, const char *subtitle);
/* NULL is allowed. */
void sj_chart_destroy(struct sj_chart *chart);

void sj_axis_set(struct sj_axis *axis, const char *label, const char *unit, enum sj_scale scale);
void sj_axis_add_tick(struct sj_axis *axis, double at, const char *label);

/* Appends a series of `count` points; `columns` are as many as its kind has. The colour is the number of series with a
 * name so far. The result is valid until the next one is added. */
struct sj_chart_series *sj_chart_add(struct sj_chart *chart, enum sj_series_kind kind, const char *name, size_t count,
                                     const double *const *columns);
/* Appends a heat map, or contours, whose levels are then added. */
struct sj_chart_series *sj_chart_add_grid(struct sj_chart *chart, enum sj_series_kind kind, const char *name,
                                          const struct sj_chart_grid *grid);
void sj_series_add_level(struct sj_chart_series *series, double at, const char *label);
void sj_chart_add_rule(struct sj_chart *chart, bool vertical, double at, const char *name);
void sj_chart_add_span(struct sj_chart *chart, double from, double to, const char *name);

/* How many columns a kind has; 0 for those on a grid. */
size_t sj_series_columns(enum sj_series_kind kind);

/* The range that the axis covers: its own ends where they are given, else those of all series and rules there. Of a
 * logarithmic axis only what is above 0 counts. False if nothing is to be drawn: then it is [0, 1], or [1, 10]. A range
 * that is a single number is widened. */
bool sj_chart_range(const struct sj_chart *chart, const struct sj_axis *axis, double *low, double *high);

/* What a renderer shows: the ranges, with a little room where an end is not given; of a map, whole cells to its rim. */
struct sj_view {
  double x_low, x_high, y_low, y_high;
  bool map; /* there is a heat map */
};
struct sj_view sj_chart_view(const struct sj_chart *chart);

/* Thins lines, steps and bands of more than `most` points (at least 8): of each of most / 2 pieces the least and the
 * greatest value stay, where they are, so that no peak is lost; of a band its outline. A gap stays a gap. Of points
 * every so many-th stays. */
void sj_chart_thin(struct sj_chart *chart, size_t most);

/* The colours of Okabe and Ito (2008) without the yellow, which white paper swallows: "#0072B2". Any number will do. */
const char *sj_chart_colour(unsigned colour);

#endif
