#include "solve/pages.h"

#include <sys/mman.h>

double *sj_pages_get(size_t count) {
  void *const pages = mmap(NULL, count * sizeof(double), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return NULL;
  madvise(pages, count * sizeof(double), MADV_HUGEPAGE);
  return pages;
}

void sj_pages_release(double *pages, size_t count) {
  if (pages) munmap(pages, count * sizeof *pages);
}
