/* Modules: parts of the program that need libraries which not everybody has, loaded when they are needed. */
#ifndef SJ_BASE_MODULE_H
#define SJ_BASE_MODULE_H

#include <limits.h>
#include <stdbool.h>

/* Where the module of this file name is: in the folder that the environment variable SOJOURN_MODULES names, beside the
 * program (a build folder), in the folder of modules that belongs to the program (wherever all of it was moved to),
 * beside the library that this code is in or in the folder "sojourn" there, or where it was to be installed. False if
 * it is in none of them; `path` then is the last that was tried. */
bool sj_module_find(const char *file_name, char path[PATH_MAX]);

/* How many processes a launcher (mpirun, srun) started this one with, told from its environment; 0: none did. Which of
 * them it is; and how many there are on this machine (0: not known). */
unsigned sj_launched(void);
unsigned sj_launched_rank(void);
unsigned sj_launched_here(void);

#endif
