#include "model/show_value.h"

#include <math.h>
#include <string.h>

#include "model/expression.h"

void sj_show_unit(const struct sj_model *model, const char *unit, struct sj_text *text) {
  const char *const time = model->time_unit;
  if (!*unit) return;
  if (!strcmp(unit, "time"))
    sj_text_add(text, " %s", time);
  else if (!strcmp(unit, "1/time"))
    sj_text_add(text, " /%s", time);
  else if (!strcmp(unit, "tokens/time"))
    sj_text_add(text, " tokens/%s", time);
  else if (!strcmp(unit, "time/byte"))
    sj_text_add(text, " %s/byte", time);
  else
    sj_text_add(text, " %s", unit);
}

void sj_show_number(double x, struct sj_text *text) {
  char number[32];
  sj_text_add(text, "%s", sj_number_text(x, number));
}

void sj_show_figure(double x, struct sj_text *text) { sj_text_add(text, "%.4g", x); }

static void add_moments(const struct sj_model *model, const struct sj_law *law, const char *unit,
                        struct sj_text *text) {
  if (law->member) {
    const double mean = sj_law_mean(model, law, NAN);
    if (!isnan(mean)) {
      sj_text_add(text, ": mean about ");
      sj_show_figure(mean, text);
      sj_show_unit(model, unit, text);
    }
    return;
  }
  const struct sj_distribution *const d = law->fixed;
  if (sj_distribution_uses_recorded(d)) return;
  if (!sj_distribution_is_random(d)) {
    sj_show_unit(model, unit, text);
    return;
  }
  const double mean = sj_distribution_mean(d), deviation = sqrt(sj_distribution_variance(d));
  if (isnan(mean)) return;
  sj_text_add(text, ": mean ");
  sj_show_figure(mean, text);
  sj_show_unit(model, unit, text);
  if (mean > 0 && !isnan(deviation)) {
    sj_text_add(text, ", cv ");
    sj_show_figure(deviation / mean, text);
  }
  const double least = sj_distribution_min(d), most = sj_distribution_max(d);
  if (least > 0 || isfinite(most)) {
    sj_text_add(text, ", from ");
    sj_show_figure(least, text);
    sj_text_add(text, isfinite(most) ? " to " : " up");
    if (isfinite(most)) sj_show_figure(most, text);
  }
}

void sj_show_law(const struct sj_model *model, const struct sj_law *law, const char *unit, struct sj_text *text) {
  const void *const made = law->fixed ? (const void *)law->fixed : (const void *)law->member;
  const struct sj_law_record *const record = sj_build_law_record(model, made);
  if (record) sj_expression_text(model->document->resources, &record->expression, false, text);
  add_moments(model, law, unit, text);
}

double sj_show_number_of(const struct sj_field_schema *field, const void *source) {
  const void *const at = (const char *)source + field->offset;
  switch (field->type) {
    case SJ_FIELD_NUMBER:
      return *(const double *)at;
    case SJ_FIELD_COUNT:
      return *(const uint32_t *)at;
    case SJ_FIELD_COUNT64:
      return (double)*(const uint64_t *)at;
    case SJ_FIELD_INTEGER:
      return *(const int32_t *)at;
    case SJ_FIELD_CHOICE:
      return *(const unsigned *)at;
    case SJ_FIELD_BOOLEAN:
    case SJ_FIELD_EITHER:
      return *(const bool *)at;
    case SJ_FIELD_TEXT:
    case SJ_FIELD_LAW:
    case SJ_FIELD_DISTRIBUTION:
    case SJ_FIELD_POLICY:
    case SJ_FIELD_COST:
    case SJ_FIELD_PART:
    case SJ_FIELD_LATER:
      break;
  }
  return NAN;
}

bool sj_show_field(const struct sj_model *model, const struct sj_field_schema *field, const void *source, bool given,
                   struct sj_text *text) {
  if (field->offset == SJ_NO_OFFSET) return false;
  if (field->type == SJ_FIELD_LAW) {
    const struct sj_law *const law = (const void *)((const char *)source + field->offset);
    if (!sj_law_given(law)) return false;
    sj_show_law(model, law, field->unit, text);
    return true;
  }
  const double x = sj_show_number_of(field, source);
  if (field->type == SJ_FIELD_CHOICE || field->type == SJ_FIELD_EITHER) {
    sj_text_add(text, "%s", field->choices[(size_t)x]);
  } else if (field->type == SJ_FIELD_BOOLEAN) {
    sj_text_add(text, "%s", x != 0 ? "true" : "false");
  } else if (isnan(x) || !given) {
    return false;
  } else {
    sj_show_number(x, text);
    sj_show_unit(model, field->unit, text);
  }
  return true;
}
