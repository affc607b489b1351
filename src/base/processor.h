/* What the processor has, for code that is compiled in several ways. */
#ifndef SJ_BASE_PROCESSOR_H
#define SJ_BASE_PROCESSOR_H

/* SJ_AVX2: with FMA; SJ_AVX512: its foundation, AVX-512F. */
enum sj_processor { SJ_ANY_PROCESSOR, SJ_AVX2, SJ_AVX512 };
enum sj_processor sj_processor(void);

#endif
