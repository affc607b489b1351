/* Arrow's metadata, shared by what writes and what reads it: numbers from Schema.fbs and Message.fbs, and the parts of
 * streams and files. */
#ifndef SJ_MEASURE_TABLE_FORMAT_H
#define SJ_MEASURE_TABLE_FORMAT_H

#include "base/base.h"
#include "measure/table.h"

enum { SJ_ARROW_V4 = 3, SJ_ARROW_V5 = 4 };                              /* MetadataVersion */
enum { SJ_ARROW_SCHEMA = 1, SJ_ARROW_RECORD_BATCH = 3 };                /* MessageHeader */
enum { SJ_ARROW_INT = 2, SJ_ARROW_FLOAT = 3, SJ_ARROW_TIMESTAMP = 10 }; /* Type */
enum { SJ_ARROW_DOUBLE = 2, SJ_ARROW_NANOSECOND = 3 };                  /* Precision, TimeUnit */
enum { SJ_ARROW_BIG_ENDIAN = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ };  /* Endianness of this machine */

/* Fields of the tables, by their numbers. */
enum { SJ_MESSAGE_VERSION, SJ_MESSAGE_HEADER_TYPE, SJ_MESSAGE_HEADER, SJ_MESSAGE_BODY_LENGTH, SJ_MESSAGE_METADATA };
enum { SJ_SCHEMA_ENDIANNESS, SJ_SCHEMA_FIELDS };
enum { SJ_FIELD_NAME, SJ_FIELD_NULLABLE, SJ_FIELD_TYPE_TYPE, SJ_FIELD_TYPE, SJ_FIELD_DICTIONARY, SJ_FIELD_CHILDREN };
enum { SJ_INT_WIDTH, SJ_INT_SIGNED };
enum { SJ_BATCH_LENGTH, SJ_BATCH_NODES, SJ_BATCH_BUFFERS, SJ_BATCH_COMPRESSION };
enum { SJ_PAIR_KEY, SJ_PAIR_VALUE };
enum { SJ_FOOTER_VERSION, SJ_FOOTER_SCHEMA, SJ_FOOTER_DICTIONARIES, SJ_FOOTER_BATCHES };

enum { SJ_MESSAGE_HEAD = 8 }; /* before the metadata: the mark 0xFFFFFFFF, and the metadata's length as int32 */
enum { SJ_NODE_SIZE = 16, SJ_BUFFER_SIZE = 16, SJ_BLOCK_SIZE = 24 };

/* The file format: "ARROW1" and two zeros, a stream, the footer, its length as int32, "ARROW1". */
#define SJ_ARROW_MAGIC "ARROW1"
enum { SJ_ARROW_MAGIC_SIZE = 6, SJ_FILE_HEAD = 8, SJ_FILE_TAIL = 4 + SJ_ARROW_MAGIC_SIZE };

/* The mark of a stream's end. */
extern const unsigned char sj_arrow_end[SJ_MESSAGE_HEAD];

/* A table's batch message, from its start: the head, the metadata and where in it the label's digits are. */
enum { SJ_LABEL_DIGITS = 20 };
struct sj_batch_head {
  struct sj_text bytes; /* a multiple of SJ_TABLE_ALIGNMENT; the body follows */
  size_t producer, sequence;
  size_t body_size;
};

/* Bytes a column's values take, with what follows up to the alignment. */
size_t sj_padded_column(uint64_t rows);
/* The schema's message, such that `before` bytes and it are a multiple of SJ_TABLE_ALIGNMENT. */
void sj_schema_message(const struct sj_column *columns, size_t count, size_t before, struct sj_text *bytes);
void sj_batch_message(size_t column_count, uint64_t rows, struct sj_batch_head *head);
/* The label's digits in a copy of a batch's head (or of a message that has it `head_at` bytes from its start). */
void sj_label_write(const struct sj_batch_head *head, struct sj_table_label label, unsigned char *at);
/* A file's end without the blocks: [end of stream][footer up to its blocks], then come `count` blocks of SJ_BLOCK_SIZE
 * bytes (sj_block_write), then sj_file_tail. `footer_size` counts the blocks. */
void sj_file_footer(const struct sj_column *columns, size_t column_count, size_t count, struct sj_text *bytes,
                    size_t *footer_size);
void sj_block_write(unsigned char *block, uint64_t offset, size_t metadata_size, uint64_t body_size);
void sj_file_tail(size_t footer_size, unsigned char tail[SJ_FILE_TAIL]);

#endif
