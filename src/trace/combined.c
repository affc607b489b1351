#include "trace/format.h"

bool sj_combined_recognize(const char *text) { return (void)text, false; }
bool sj_combined_start(struct sj_trace_parser *parser, const char *text, size_t length, uint64_t seed) {
  (void)text, (void)length, (void)seed;
  return sj_trace_problem(parser, "not in this version");
}
enum sj_trace_verdict sj_combined_parse(struct sj_trace_parser *parser, const char *text, size_t length,
                                        uint64_t number, struct sj_trace_line *line) {
  (void)text, (void)length, (void)line, (void)number;
  return sj_trace_wrong(parser, "not in this version");
}
