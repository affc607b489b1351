/* What the page is made of: the files of src/plot/page, deflated, which scripts/embed.py turns into C when Sojourn is
 * built. `..._packed` bytes become `..._size`. */
#ifndef SJ_CLI_PAGE_PARTS_H
#define SJ_CLI_PAGE_PARTS_H

#include <stddef.h>

#define SJ_PAGE_PART(name)           \
  extern const unsigned char name[]; \
  extern const size_t name##_packed, name##_size

SJ_PAGE_PART(sj_page_style);
SJ_PAGE_PART(sj_page_body);
SJ_PAGE_PART(sj_page_library); /* Apache ECharts */
SJ_PAGE_PART(sj_page_tables);
SJ_PAGE_PART(sj_page_charts);
SJ_PAGE_PART(sj_page_series);
SJ_PAGE_PART(sj_page_figure);
SJ_PAGE_PART(sj_page_page);

#endif
