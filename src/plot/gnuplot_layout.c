#include "plot/gnuplot_layout.h"

#include "plot/gnuplot.h"

size_t sj_layout_characters(const char *text) {
  size_t count = 0;
  for (; text && *text; text++) count += (*text & 0xc0) != 0x80;
  return count;
}

enum { TICK_LINES = 3 };
size_t sj_layout_tick_width(const struct sj_axis *axis) { return axis->tick_count > 0 ? 62 / axis->tick_count : 62; }

size_t sj_layout_line_end(const char *text, size_t most, bool dotted) {
  size_t at = 0, count = 0, blank = 0;
  for (; text[at]; at++) {
    if ((text[at] & 0xc0) == 0x80) continue;
    if (count++ == most) return blank > 0 ? blank : at;
    if (text[at] == ' ' || (dotted && text[at] == '.')) blank = at;
  }
  return at;
}

/* Whether words fit side by side, none of them cut. */
static bool fits(const char *text, size_t most) {
  for (int line = 0; line < TICK_LINES; line++) {
    const size_t length = sj_layout_line_end(text, most, true);
    if (!text[length]) return true;
    if (text[length] != ' ' && text[length] != '.') return false;
    text += length + (text[length] == ' ');
  }
  return false;
}

bool sj_layout_crowded(const struct sj_axis *axis) {
  for (size_t i = 0; i < axis->tick_count; i++)
    if (!fits(axis->ticks[i].label, sj_layout_tick_width(axis))) return true;
  return false;
}

size_t sj_layout_widest_tick(const struct sj_axis *axis) {
  size_t widest = 0;
  for (size_t i = 0; i < axis->tick_count; i++) {
    const size_t width = sj_layout_characters(axis->ticks[i].label);
    if (width > widest) widest = width;
  }
  return widest;
}

double sj_layout_words_beside(const struct sj_chart *chart) {
  const size_t widest = sj_layout_widest_tick(&chart->y), usual = 8;
  return widest > usual ? 0.075 * (double)(widest - usual) : 0;
}

double sj_layout_legend_rows(const struct sj_chart *chart) {
  size_t names = 0;
  for (size_t i = 0; i < chart->series_count; i++) names += chart->series[i].name != NULL;
  for (size_t i = 0; i < chart->span_count; i++) names += chart->spans[i].name != NULL;
  const size_t rows = (names + chart->rule_count + 1) / 2; /* two in a row */
  return (double)rows;
}

void sj_chart_size(const struct sj_chart *chart, double *width, double *height) {
  const bool bar = sj_chart_view(chart).map && chart->x.tick_count > 0;
  *width = 6.5 + sj_layout_words_beside(chart) + (bar ? 1.2 : 0); /* the colours stand beside the words' room */
  *height = 4.4;
  if (!sj_layout_crowded(&chart->x)) return;
  const double wanted = 1.2 + 0.2 * (double)chart->x.tick_count;
  if (wanted > *width) *width = wanted;
  *height += 0.08 * (double)sj_layout_widest_tick(&chart->x) + 0.15 * sj_layout_legend_rows(chart);
}
