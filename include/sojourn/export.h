/* What the shared library shows to its users: only what is declared SJ_PUBLIC. */
#ifndef SOJOURN_EXPORT_H
#define SOJOURN_EXPORT_H

#define SJ_PUBLIC __attribute__((visibility("default")))

#endif
