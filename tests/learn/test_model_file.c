/* Model files: what is saved is what is loaded; anything else is refused. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "systems.h"

#include "learn/model_file.h"

static struct sj_learned *learn(enum sj_learn_method method) {
  static const size_t widths[] = {4, 3};
  struct sj_trajectories *trajectories = NULL;
  struct sj_learn_options options;
  struct sj_learned *model = NULL;
  struct sj_error error;
  sj_learn_options_default(&options);
  options.method = method;
  options.latent = 2;
  options.widths = widths;
  options.width_count = 2;
  options.epochs = 5;
  options.seed = UINT64_MAX;
  options.degree = 3;
  options.radial = 4;
  add_mm1_10(&trajectories, 0, 60, false);
  add_mm1_10(&trajectories, 10, 60, false);
  assert_int_equal(sj_learn_train(trajectories, &options, &model, &error), SJ_OK);
  sj_trajectories_destroy(trajectories);
  return model;
}

static void check_same(const struct sj_learned *a, const struct sj_learned *b) {
  const size_t history = sj_learned_history(a);
  const double states[6] = {3, 12, 4, 20, 5, 30};
  double first[20], second[20];
  struct sj_error error;
  assert_int_equal(history, sj_learned_history(b));
  assert_true(history <= 3);
  assert_int_equal(sj_learned_predict(a, states, 10, first, &error), SJ_OK);
  assert_int_equal(sj_learned_predict(b, states, 10, second, &error), SJ_OK);
  assert_memory_equal(first, second, sizeof first);
  assert_int_equal(a->asked.seed, b->asked.seed);
  assert_string_equal(a->source, b->source);
  assert_int_equal(a->trained.epochs, b->trained.epochs);
  assert_true(a->trained.loss == b->trained.loss);
}

static void test_saved_and_loaded(void **state) {
  (void)state;
  char folder[] = "/tmp/sojourn-model-XXXXXX", path[64];
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/m.model", folder);
  for (int method = 0; method < 2; method++) {
    struct sj_learned *const model = learn(method ? SJ_LEARN_EDMD : SJ_LEARN_AUTOENCODER), *loaded;
    struct sj_error error;
    assert_int_equal(sj_learned_save(model, path, &error), SJ_OK); /* over the one before, too */
    assert_int_equal(sj_learned_load(path, &loaded, &error), SJ_OK);
    check_same(model, loaded);
    struct sj_text first = {0}, second = {0};
    sj_learned_write(model, &first);
    sj_learned_write(loaded, &second);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.data, second.data, first.length);
    free(first.data);
    free(second.data);
    sj_learned_destroy(loaded);
    sj_learned_destroy(model);
  }
  assert_int_equal(unlink(path), 0);
  assert_int_equal(rmdir(folder), 0); /* nothing else was left */
}

static void test_cannot_be_saved(void **state) {
  (void)state;
  struct sj_learned *const model = learn(SJ_LEARN_EDMD), *loaded;
  struct sj_error error;
  assert_int_equal(sj_learned_save(model, "/no/such/folder/m.model", &error), SJ_FAILED);
  assert_string_equal(error.message, "/no/such/folder/m.model: No such file or directory");
  assert_int_equal(sj_learned_load("/no/such/folder/m.model", &loaded, &error), SJ_FAILED);
  assert_int_equal(sj_learned_load("/tmp", &loaded, &error), SJ_FAILED);
  sj_learned_destroy(model);
}

static void refused(const char *bytes, size_t length, const char *message) {
  struct sj_learned *model;
  struct sj_error error;
  assert_int_equal(sj_learned_parse(bytes, length, "m", &model, &error), SJ_INVALID);
  assert_null(model);
  if (!strstr(error.message, message)) fail_msg("`%s` is not in `%s`", message, error.message);
}

static void test_damaged(void **state) {
  (void)state;
  for (int method = 0; method < 2; method++) {
    struct sj_learned *const model = learn(method ? SJ_LEARN_EDMD : SJ_LEARN_AUTOENCODER);
    struct sj_text file = {0};
    sj_learned_write(model, &file);
    /* Any byte that is another, anywhere behind the version, and any end that comes early. */
    for (size_t i = 18; i < file.length; i += 7) {
      file.data[i] ^= 4;
      refused(file.data, file.length, "m: damaged: its checksum");
      file.data[i] ^= 4;
    }
    for (size_t length = 0; length < file.length; length += 13) {
      char *const cut = malloc(length + 1);
      memcpy(cut, file.data, length);
      cut[length] = 0;
      refused(cut, length, length < 49 ? "m: no model file" : "m: damaged");
      free(cut);
    }
    file.data[16] = '2';
    refused(file.data, file.length, "m: a model file of version 2; this sojourn reads version 1");
    file.data[16] = 'x';
    refused(file.data, file.length, "m: damaged: its first line");
    free(file.data);
    sj_learned_destroy(model);
  }
  refused("time,queue\n0,1\n1,2\n2,3\n3,4\n4,5\n5,6\n6,7\n7,8\n8,9\n9,10\n", 55, "m: no model file");
}

/* A checksum that is right does not make the rest right. */
static void test_forged(void **state) {
  (void)state;
  static const char *const from[] = {"\"latent\":2",
                                     "\"widths\":[4,3]",
                                     "\"step\":0.5",
                                     "\"features\":[\"in_system\"",
                                     "\"method\":\"autoencoder\"",
                                     "\"numbers\":",
                                     "{"},
                           *const to[] = {"\"latent\":9",
                                          "\"widths\":[4,9]",
                                          "\"step\":-.5",
                                          "\"features\":[8888888888",
                                          "\"method\":\"auto-encoder\"",
                                          "\"nambers\":",
                                          "["};
  struct sj_learned *const model = learn(SJ_LEARN_AUTOENCODER);
  for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
    struct sj_text file = {0};
    sj_learned_write(model, &file);
    char *const place = memmem(file.data, file.length, from[i], strlen(from[i]));
    assert_non_null(place);
    struct sj_text forged = {0};
    sj_text_add_bytes(&forged, file.data, (size_t)(place - file.data));
    sj_text_add(&forged, "%s", to[i]);
    sj_text_add_bytes(&forged, place + strlen(from[i]),
                      file.length - 32 - (size_t)(place - file.data) - strlen(from[i]));
    sj_learned_seal(&forged);
    refused(forged.data, forged.length, "m: damaged: its header and its numbers do not fit together");
    free(forged.data);
    free(file.data);
  }
  sj_learned_destroy(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_saved_and_loaded),
      cmocka_unit_test(test_cannot_be_saved),
      cmocka_unit_test(test_damaged),
      cmocka_unit_test(test_forged),
  };
  return cmocka_run_group_tests_name("model file", tests, NULL, NULL);
}
