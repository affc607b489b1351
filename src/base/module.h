/* Finding the modules: shared objects that the program loads only when it needs them. */
#ifndef SJ_BASE_MODULE_H
#define SJ_BASE_MODULE_H

#include <limits.h>
#include <stdbool.h>

/* Where the module of that file name is: beside the program (a build folder), beside the library that this code is in,
 * in the folder of libraries that belongs to the program (wherever all of it was moved to), or where it was to be
 * installed. False: nowhere; `path` then ends with the last place. */
bool sj_module_find(const char *file_name, char path[PATH_MAX]);

/* How many processes a launcher (mpirun, srun) started this one with, told from its environment; 0: none did. Which of
 * them it is; and how many there are on this machine (0: not known). */
unsigned sj_launched(void);
unsigned sj_launched_rank(void);
unsigned sj_launched_here(void);

#endif
