#include "learn/model_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"

enum { VERSION = 1, CHECKSUM = 32 };
static const char magic[] = "sojourn-learned ";
static const char *const methods[] = {[SJ_LEARN_AUTOENCODER] = "autoencoder", [SJ_LEARN_EDMD] = "edmd"};
static const size_t longest = (size_t)4 << 30;

static void checksum(const char *bytes, size_t length, unsigned char digest[CHECKSUM]) {
  char hex[65];
  sj_sha256_hex(bytes, length, hex);
  for (size_t i = 0; i < CHECKSUM; i++) {
    const char pair[3] = {hex[2 * i], hex[2 * i + 1], 0};
    digest[i] = (unsigned char)strtoul(pair, NULL, 16);
  }
}

/* The arrays of numbers, in the order of the file. */
enum { MOST_ARRAYS = 5 };
struct array {
  double **place;
  size_t count;
};

static size_t arrays_of(struct sj_learned *model, struct array arrays[MOST_ARRAYS]) {
  const size_t n = model->latent;
  size_t count = 0;
  arrays[count++] = (struct array){&model->mean, model->feature_count};
  arrays[count++] = (struct array){&model->deviation, model->feature_count};
  if (model->method == SJ_LEARN_AUTOENCODER) {
    arrays[count++] = (struct array){&model->parameters, model->network.parameter_count};
    return count;
  }
  arrays[count++] = (struct array){&model->transition, n * n};
  arrays[count++] = (struct array){&model->offset, n};
  arrays[count++] = (struct array){&model->dictionary.centres, model->feature_count * model->dictionary.radial};
  return count;
}

/* ---- writing ---- */

static json_t *sizes(const size_t *list, size_t count) {
  json_t *const array = json_array();
  for (size_t i = 0; i < count; i++) json_array_append_new(array, json_integer((json_int_t)list[i]));
  return array;
}

static void put_autoencoder(json_t *header, const struct sj_learned *model) {
  const struct sj_learn_options *const asked = &model->asked;
  const struct sj_trained *const trained = &model->trained;
  json_object_set_new(header, "widths", sizes(model->widths, asked->width_count));
  json_object_set_new(header, "epochs", json_integer((json_int_t)asked->epochs));
  json_object_set_new(header, "patience", json_integer((json_int_t)asked->patience));
  json_object_set_new(header, "linear", json_real(asked->linear));
  json_object_set_new(header, "rate", json_real(asked->rate));
  json_object_set_new(header, "limit", json_real(asked->limit));
  json_object_set_new(header, "epochs_done", json_integer((json_int_t)trained->epochs));
  json_object_set_new(header, "linear_epochs", json_integer((json_int_t)trained->linear));
  json_object_set_new(header, "best_epoch", json_integer((json_int_t)trained->best_epoch));
  json_object_set_new(header, "first_loss", json_real(trained->first_loss));
  json_object_set_new(header, "loss", json_real(trained->loss));
  json_object_set_new(header, "halvings", json_integer((json_int_t)trained->halvings));
  json_object_set_new(header, "interrupted", json_boolean(trained->interrupted));
}

static void put_dictionary(json_t *header, const struct sj_learned *model) {
  json_object_set_new(header, "delays", json_integer((json_int_t)model->dictionary.delays));
  json_object_set_new(header, "degree", json_integer((json_int_t)model->dictionary.degree));
  json_object_set_new(header, "radial", json_integer((json_int_t)model->dictionary.radial));
  json_object_set_new(header, "width", json_real(model->dictionary.width));
  json_object_set_new(header, "ridge", json_real(model->asked.ridge));
}

static json_t *header_of(const struct sj_learned *model, size_t numbers) {
  json_t *const header = json_object(), *const features = json_array();
  char seed[32];
  for (size_t i = 0; i < model->feature_count; i++) json_array_append_new(features, json_string(model->features[i]));
  snprintf(seed, sizeof seed, "%" PRIu64, model->asked.seed);
  json_object_set_new(header, "sojourn", json_string(SJ_VERSION));
  json_object_set_new(header, "method", json_string(methods[model->method]));
  json_object_set_new(header, "features", features);
  json_object_set_new(header, "time_unit", json_string(model->time_unit));
  json_object_set_new(header, "step", json_real(model->step));
  json_object_set_new(header, "latent", json_integer((json_int_t)model->latent));
  json_object_set_new(header, "data", json_string(model->source));
  json_object_set_new(header, "seed", json_string(seed));
  if (model->method == SJ_LEARN_AUTOENCODER)
    put_autoencoder(header, model);
  else
    put_dictionary(header, model);
  json_object_set_new(header, "numbers", json_integer((json_int_t)numbers));
  return header;
}

static void add_numbers(struct sj_text *bytes, const double *numbers, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t word;
    unsigned char little[8];
    memcpy(&word, &numbers[i], sizeof word);
    for (size_t k = 0; k < 8; k++) little[k] = (unsigned char)(word >> (8 * k));
    sj_text_add_bytes(bytes, (const char *)little, sizeof little);
  }
}

void sj_learned_seal(struct sj_text *bytes) {
  unsigned char digest[CHECKSUM];
  checksum(bytes->data, bytes->length, digest);
  sj_text_add_bytes(bytes, (const char *)digest, sizeof digest);
}

void sj_learned_write(const struct sj_learned *model, struct sj_text *bytes) {
  struct sj_learned view = *model;
  struct array arrays[MOST_ARRAYS];
  const size_t count = arrays_of(&view, arrays);
  size_t numbers = 0;
  for (size_t i = 0; i < count; i++) numbers += arrays[i].count;
  json_t *const header = header_of(model, numbers);
  char *const line = json_dumps(header, JSON_COMPACT | JSON_REAL_PRECISION(17));
  sj_text_add(bytes, "%s%d\n%s\n", magic, VERSION, line ? line : "{}");
  free(line);
  json_decref(header);
  for (size_t i = 0; i < count; i++) add_numbers(bytes, *arrays[i].place, arrays[i].count);
  sj_learned_seal(bytes);
}

static enum sj_status failed(const char *path, struct sj_error *error) {
  return sj_error_set(error, SJ_FAILED, "%s: %s", path, strerror(errno));
}

enum sj_status sj_learned_save(const struct sj_learned *model, const char *path, struct sj_error *error) {
  struct sj_text bytes = {0};
  sj_learned_write(model, &bytes);
  const enum sj_status status = sj_replace_file(path, bytes.data, bytes.length, error);
  free(bytes.data);
  return status;
}

/* ---- reading ---- */

static bool whole(const json_t *header, const char *name, size_t least, size_t most, size_t *value) {
  const json_t *const item = json_object_get(header, name);
  const json_int_t found = json_integer_value(item);
  if (!json_is_integer(item) || found < (json_int_t)least || (uint64_t)found > most) return false;
  *value = (size_t)found;
  return true;
}

static bool real(const json_t *header, const char *name, double *value) {
  const json_t *const item = json_object_get(header, name);
  *value = json_number_value(item);
  return json_is_number(item) && isfinite(*value);
}

static bool read_autoencoder(const json_t *header, struct sj_learned *model) {
  struct sj_learn_options *const asked = &model->asked;
  struct sj_trained *const trained = &model->trained;
  const json_t *const widths = json_object_get(header, "widths");
  asked->width_count = json_array_size(widths);
  asked->linear = 0;
  if (!json_is_array(widths) || asked->width_count > SJ_MOST_WIDTHS) return false;
  for (size_t i = 0; i < asked->width_count; i++) {
    const json_int_t width = json_integer_value(json_array_get(widths, i));
    if (width < 1 || width > 1000000) return false;
    model->widths[i] = (size_t)width;
  }
  model->network = sj_network_shape(model->feature_count, model->latent, model->widths, asked->width_count);
  trained->interrupted = json_is_true(json_object_get(header, "interrupted"));
  /* Files of before there were mirrored weights have neither. */
  if (json_object_get(header, "linear") &&
      !(real(header, "linear", &asked->linear) && asked->linear >= 0 && asked->linear <= 1 &&
        whole(header, "linear_epochs", 0, SIZE_MAX / 2, &trained->linear)))
    return false;
  return whole(header, "epochs", 0, SIZE_MAX / 2, &asked->epochs) &&
         whole(header, "patience", 0, SIZE_MAX / 2, &asked->patience) && real(header, "rate", &asked->rate) &&
         real(header, "limit", &asked->limit) && whole(header, "epochs_done", 0, SIZE_MAX / 2, &trained->epochs) &&
         whole(header, "best_epoch", 0, SIZE_MAX / 2, &trained->best_epoch) &&
         real(header, "first_loss", &trained->first_loss) && real(header, "loss", &trained->loss) &&
         whole(header, "halvings", 0, SIZE_MAX / 2, &trained->halvings);
}

static bool read_dictionary(const json_t *header, struct sj_learned *model) {
  struct sj_dictionary *const dictionary = &model->dictionary;
  dictionary->features = model->feature_count;
  if (!whole(header, "delays", 0, SJ_MOST_LATENT, &dictionary->delays) ||
      !whole(header, "degree", 1, 16, &dictionary->degree) ||
      !whole(header, "radial", 0, SJ_MOST_LATENT, &dictionary->radial) || !real(header, "width", &dictionary->width) ||
      !real(header, "ridge", &model->asked.ridge) || !(dictionary->width > 0))
    return false;
  model->asked.delays = dictionary->delays;
  model->asked.degree = dictionary->degree;
  model->asked.radial = dictionary->radial;
  return sj_dictionary_size(dictionary, SJ_MOST_LATENT) == model->latent;
}

static bool read_features(const json_t *header, struct sj_learned *model) {
  const json_t *const features = json_object_get(header, "features");
  const size_t count = json_array_size(features);
  if (count < 1 || count > SJ_MOST_FEATURES) return false;
  model->features = sj_allocate_array(count, sizeof *model->features);
  for (; model->feature_count < count; model->feature_count++) {
    const char *const name = json_string_value(json_array_get(features, model->feature_count));
    if (!name) return false;
    model->features[model->feature_count] = sj_copy_string(name);
  }
  return true;
}

static bool read_header(const json_t *header, struct sj_learned *model) {
  const char *const method = json_string_value(json_object_get(header, "method")),
                    *const unit = json_string_value(json_object_get(header, "time_unit")),
                    *const data = json_string_value(json_object_get(header, "data")),
                    *const seed = json_string_value(json_object_get(header, "seed"));
  sj_learn_options_default(&model->asked);
  model->asked.widths = model->widths;
  if (!method || !unit || !data || !seed || strlen(unit) >= sizeof model->time_unit ||
      strlen(data) >= sizeof model->source)
    return false;
  memcpy(model->time_unit, unit, strlen(unit) + 1);
  memcpy(model->source, data, strlen(data) + 1);
  model->asked.seed = strtoull(seed, NULL, 10);
  if (strcmp(method, methods[SJ_LEARN_EDMD]) == 0)
    model->method = SJ_LEARN_EDMD;
  else if (strcmp(method, methods[SJ_LEARN_AUTOENCODER]) != 0)
    return false;
  model->asked.method = model->method;
  if (!read_features(header, model) || !real(header, "step", &model->step) || !(model->step > 0) ||
      !whole(header, "latent", 1, SJ_MOST_LATENT, &model->latent))
    return false;
  model->asked.latent = model->latent;
  return model->method == SJ_LEARN_EDMD ? read_dictionary(header, model) : read_autoencoder(header, model);
}

static bool read_numbers(const char *bytes, double *numbers, size_t count) {
  for (size_t i = 0; i < count; i++, bytes += 8) {
    uint64_t word = 0;
    for (size_t k = 0; k < 8; k++) word |= (uint64_t)(unsigned char)bytes[k] << (8 * k);
    memcpy(&numbers[i], &word, sizeof word);
    if (!isfinite(numbers[i])) return false;
  }
  return true;
}

/* The arrays behind the header, which must be as long as they are to be. */
static bool read_arrays(const json_t *header, const char *bytes, size_t length, struct sj_learned *model) {
  struct array arrays[MOST_ARRAYS];
  const size_t count = arrays_of(model, arrays);
  size_t numbers = 0, said;
  for (size_t i = 0; i < count; i++) numbers += arrays[i].count;
  if (!whole(header, "numbers", 0, SIZE_MAX / 16, &said) || said != numbers || length != 8 * numbers) return false;
  for (size_t i = 0; i < count; i++) {
    *arrays[i].place = sj_allocate_array(arrays[i].count + 1, sizeof(double));
    if (!read_numbers(bytes, *arrays[i].place, arrays[i].count)) return false;
    bytes += 8 * arrays[i].count;
  }
  for (size_t f = 0; f < model->feature_count; f++)
    if (!(model->deviation[f] > 0)) return false;
  if (model->method == SJ_LEARN_EDMD) return true;
  model->transition = sj_allocate_array(model->latent * model->latent, sizeof *model->transition);
  model->offset = sj_allocate_array(model->latent, sizeof *model->offset);
  sj_learned_take_operator(model);
  return true;
}

static const char *after_line(const char *bytes, const char *end) {
  const char *const newline = memchr(bytes, '\n', (size_t)(end - bytes));
  return newline ? newline + 1 : end;
}

enum sj_status sj_learned_parse(const char *bytes, size_t length, const char *name, struct sj_learned **model,
                                struct sj_error *error) {
  *model = NULL;
  if (length < sizeof magic + CHECKSUM || memcmp(bytes, magic, sizeof magic - 1) != 0)
    return sj_error_set(error, SJ_INVALID, "%s: no model file of `sojourn learn --save`", name);
  const char *const end = bytes + length - CHECKSUM, *const header_line = after_line(bytes, end);
  const size_t digits = strspn(bytes + sizeof magic - 1, "0123456789");
  if (digits == 0 || digits > 9 || bytes[sizeof magic - 1 + digits] != '\n')
    return sj_error_set(error, SJ_INVALID, "%s: damaged: its first line has no version", name);
  if (strtol(bytes + sizeof magic - 1, NULL, 10) != VERSION)
    return sj_error_set(error, SJ_INVALID, "%s: a model file of version %.*s; this sojourn reads version %d", name,
                        (int)digits, bytes + sizeof magic - 1, VERSION);
  unsigned char digest[CHECKSUM];
  checksum(bytes, length - CHECKSUM, digest);
  if (memcmp(digest, end, CHECKSUM) != 0)
    return sj_error_set(error, SJ_INVALID, "%s: damaged: its checksum is not that of its content", name);
  const char *const numbers = after_line(header_line, end);
  json_t *const header = json_loadb(header_line, (size_t)(numbers - header_line), 0, NULL);
  struct sj_learned *const made = sj_allocate(sizeof *made);
  const bool good = json_is_object(header) && read_header(header, made) &&
                    read_arrays(header, numbers, (size_t)(end - numbers), made);
  json_decref(header);
  if (!good) {
    sj_learned_destroy(made);
    return sj_error_set(error, SJ_INVALID, "%s: damaged: its header and its numbers do not fit together", name);
  }
  *model = made;
  return SJ_OK;
}

static enum sj_status read_all(int descriptor, const char *path, char **bytes, size_t *length, struct sj_error *error) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return failed(path, error);
  if (!S_ISREG(status.st_mode)) return sj_error_set(error, SJ_FAILED, "%s: not a regular file", path);
  if (status.st_size < 0 || (uint64_t)status.st_size > longest)
    return sj_error_set(error, SJ_INVALID, "%s: too large for a model file", path);
  const size_t size = (size_t)status.st_size;
  *bytes = malloc(size + 1);
  if (!*bytes) return sj_error_set(error, SJ_NO_MEMORY, "%s: out of memory", path);
  while (*length < size) {
    const ssize_t got = read(descriptor, *bytes + *length, size - *length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path, error);
    if (got == 0) break;
    *length += (size_t)got;
  }
  (*bytes)[*length] = 0;
  return SJ_OK;
}

enum sj_status sj_learned_load(const char *path, struct sj_learned **model, struct sj_error *error) {
  *model = NULL;
  const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return failed(path, error);
  char *bytes = NULL;
  size_t length = 0;
  enum sj_status status = read_all(descriptor, path, &bytes, &length, error);
  close(descriptor);
  if (status == SJ_OK) status = sj_learned_parse(bytes, length, path, model, error);
  free(bytes);
  return status;
}
