/* Texts in lines of at most 80 columns. */
#ifndef SJ_CLI_WRAP_H
#define SJ_CLI_WRAP_H

#include <stddef.h>

/* Prints `text` on standard output, broken at blanks, from column `column` on (where the cursor is), further lines
 * indented by `indent`; ends with a newline. */
void sj_print_wrapped(const char *text, size_t column, size_t indent);

/* Prints paragraphs, which empty lines part, each filled anew; a line that begins with "Example:" stays as it is. */
void sj_print_paragraphs(const char *text);

#endif
