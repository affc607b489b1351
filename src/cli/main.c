/* The program's entry: which command, and its exit code. */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "--version")) {
    puts("sojourn " SJ_VERSION);
    return 0;
  }
  fputs("sojourn: not in this version\n", stderr);
  return 2;
}
