#include "base/module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of Open MPI; MPICH, and what goes by its process manager; Slurm. */
static long from_environment(const char *const names[3]) {
  for (size_t n = 0; n < 3; n++) {
    const char *const value = getenv(names[n]);
    const long number = value ? strtol(value, NULL, 10) : 0;
    if (number > 0 && number <= INT_MAX) return number;
  }
  return 0;
}

unsigned sj_launched(void) {
  static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"};
  return (unsigned)from_environment(names);
}

unsigned sj_launched_rank(void) {
  static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"};
  return sj_launched() ? (unsigned)from_environment(names) : 0;
}

unsigned sj_launched_here(void) {
  static const char *const names[] = {"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_STEP_TASKS_PER_NODE"};
  return sj_launched() ? (unsigned)from_environment(names) : 0;
}

/* `directory` of the file `path` is cut off in place; "." if it has none. */
static void cut_to_directory(char *path) {
  char *const slash = strrchr(path, '/');
  if (slash)
    *slash = 0;
  else
    memcpy(path, ".", 2);
}

static bool readable(char *candidate, const char *directory, const char *below, const char *file_name) {
  return snprintf(candidate, PATH_MAX, "%s/%s%s", directory, below, file_name) < PATH_MAX &&
         access(candidate, R_OK) == 0;
}

bool sj_module_find(const char *file_name, char path[PATH_MAX]) {
  static const char in_this_library = 0;
  char directory[PATH_MAX] = "";
  const char *const given = getenv("SOJOURN_MODULES");
  if (given && readable(path, given, "", file_name)) return true;
  const ssize_t length = readlink("/proc/self/exe", directory, sizeof directory - 1);
  if (length > 0) {
    directory[length] = 0;
    cut_to_directory(directory);
    if (readable(path, directory, "", file_name)) return true;
    if (readable(path, directory, "../" SJ_MODULE_FOLDER "/", file_name)) return true;
  }
  Dl_info info;
  if (dladdr(&in_this_library, &info) && info.dli_fname && strchr(info.dli_fname, '/')) {
    snprintf(directory, sizeof directory, "%s", info.dli_fname);
    cut_to_directory(directory);
    if (readable(path, directory, "", file_name) || readable(path, directory, "sojourn/", file_name)) return true;
  }
  return readable(path, SJ_MODULE_FOLDER_INSTALLED, "", file_name);
}
