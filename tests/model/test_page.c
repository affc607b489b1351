/* docs/language.md: its examples load, its reference is that of the program's tables; the models that ship load, and
 * two of them are shown as tests/model/shown says.
 *
 * With SJ_REWRITE=1 in the environment the reference and the shown texts are written anew instead of compared. */
#include "loading.h"

#include <jansson.h>
#include <unistd.h>

#include "base/base.h"

static char *read_whole(const char *path) {
  FILE *const file = fopen(path, "rb");
  if (!file) return sj_copy_string("");
  struct sj_text text = {0};
  char buffer[4096];
  for (size_t got; (got = fread(buffer, 1, sizeof buffer, file)) > 0;) sj_text_add_bytes(&text, buffer, got);
  fclose(file);
  return text.data ? text.data : sj_copy_string("");
}

static bool rewriting(void) { return getenv("SJ_REWRITE") != NULL; }

static void write_whole(const char *path, const char *text) {
  FILE *const file = fopen(path, "wb");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static const char page_path[] = DOCUMENTATION "/language.md";

static void examples_of_the_page_load(void **state) {
  (void)state;
  char *const page = read_whole(page_path);
  int count = 0;
  for (char *at = strstr(page, "```lua\n"); at; at = strstr(at, "```lua\n")) {
    at += strlen("```lua\n");
    char *const end = strstr(at, "\n```");
    assert_non_null(end);
    end[1] = 0;
    struct sj_model *const model = load(at);
    for (size_t i = 0; i < model->scenario_count; i++) sj_model_destroy(load_with(at, NULL, model->scenarios[i]));
    sj_model_destroy(model);
    count++;
    at = end + 2;
  }
  free(page);
  assert_true(count >= 10);
}

static void reference_of_the_page_is_that_of_the_tables(void **state) {
  (void)state;
  static const char marker[] = "tests/model/test_page.c compares it. -->\n";
  char *const page = read_whole(page_path);
  char *const at = strstr(page, marker);
  assert_non_null(at);
  struct sj_text reference = {0};
  sj_schema_reference(&reference);
  if (rewriting()) {
    at[strlen(marker)] = 0;
    char *const whole = sj_format("%s%s", page, reference.data);
    write_whole(page_path, whole);
    free(whole);
  } else {
    assert_string_equal(at + strlen(marker), reference.data);
  }
  free(reference.data);
  free(page);
}

/* docs/load-balancing.md has the table of all policies, from the marker to the next empty line but one. */
static void table_of_policies_is_that_of_the_tables(void **state) {
  (void)state;
  static const char page_of_policies[] = DOCUMENTATION "/load-balancing.md";
  static const char marker[] = "tests/model/test_page.c compares it. -->\n\n";
  char *const page = read_whole(page_of_policies);
  char *const at = strstr(page, marker);
  assert_non_null(at);
  char *const table = at + strlen(marker), *const end = *table == '|' ? strstr(table, "\n\n") : table - 1;
  assert_non_null(end);
  struct sj_text wanted = {0};
  sj_policy_table(&wanted);
  if (rewriting()) {
    *at = 0;
    char *const whole = sj_format("%s%s%s%s", page, marker, wanted.data, end + (end < table ? 0 : 1));
    write_whole(page_of_policies, whole);
    free(whole);
  } else {
    end[1] = 0;
    assert_string_equal(table, wanted.data);
  }
  free(wanted.data);
  free(page);
}

static struct sj_model *load_scenario(const char *name, const char *scenario) {
  const struct sj_model_options options = {.scenario = scenario};
  struct sj_error error;
  struct sj_model *model;
  if (sj_model_load(name, &options, &model, &error)) fail_msg("%s", error.message);
  return model;
}
static struct sj_model *load_shipped(const char *name) { return load_scenario(name, NULL); }

static void assert_scenario_shown(const char *model_path, const char *scenario, const char *shown_path) {
  struct sj_model *const model = load_scenario(model_path, scenario);
  char *const text = sj_model_text(model), *const shown = read_whole(shown_path);
  if (rewriting())
    write_whole(shown_path, text);
  else
    assert_string_equal(text, shown);
  for (const char *line = text; *line;) {
    const size_t length = strcspn(line, "\n");
    assert_true(length <= 80);
    line += length + (line[length] == '\n');
  }
  free(text);
  free(shown);
  sj_model_destroy(model);
}

static void assert_shown(const char *model_path, const char *shown_path) {
  assert_scenario_shown(model_path, NULL, shown_path);
}

static void shown_models(void **state) {
  (void)state;
  assert_shown("mm1.lua", SHOWN "/mm1.txt");
  assert_shown("call-graph.lua", SHOWN "/call-graph.txt");
  assert_scenario_shown("load-balancing.lua", "Hcl", SHOWN "/load-balancing.txt");
  assert_int_equal(chdir(SHOWN), 0);
  assert_shown("everything.lua", SHOWN "/everything.txt");
  assert_shown("policies-of-today.lua", SHOWN "/policies-of-today.txt");
  assert_int_equal(chdir(MODELS), 0);
}

/* The whole JSON of one model, line by line as python3 -m json.tool would indent it, so that a difference is seen. */
static void json_of_everything(void **state) {
  (void)state;
  assert_int_equal(chdir(SHOWN), 0);
  struct sj_model *const model = load_shipped("everything.lua");
  char *const text = sj_model_json(model);
  json_t *const parsed = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
  assert_non_null(parsed);
  char *const lines = json_dumps(parsed, JSON_INDENT(2) | JSON_REAL_PRECISION(12)), *const kept =
                                                                                        read_whole("everything.json");
  if (rewriting())
    write_whole("everything.json", lines);
  else
    assert_string_equal(lines, kept);
  json_decref(parsed);
  free(lines);
  free(kept);
  free(text);
  sj_model_destroy(model);
  assert_int_equal(chdir(MODELS), 0);
}

static void shipped_models_load(void **state) {
  (void)state;
  static const char *const names[] = {"mm1.lua",      "retry-storm.lua", "call-graph.lua",
                                      "postgres.lua", "web-log.lua",     "load-balancing.lua"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct sj_model *const model = load_shipped(names[i]);
    char *const text = sj_model_text(model), *const json = sj_model_json(model),
                *const form = sj_model_canonical(model);
    json_error_t why;
    json_t *const shown = json_loads(json, JSON_REJECT_DUPLICATES, &why), *const canonical = json_loads(
                                                                              form, JSON_REJECT_DUPLICATES, &why);
    assert_non_null(shown);
    assert_non_null(canonical);
    assert_string_equal(json_string_value(json_object_get(shown, "file")), names[i]);
    assert_int_equal(json_array_size(json_object_get(shown, "servers")), model->server_count);
    assert_int_equal(json_array_size(json_object_get(canonical, "clients")), model->client_count);
    json_decref(shown);
    json_decref(canonical);
    free(text);
    free(json);
    free(form);
    sj_model_destroy(model);
  }
}

/* Policies as they are in results' identities, all defaults written out. */
static void policies_in_full(void **state) {
  (void)state;
  static const char *const written[][2] = {
      {"random", "random"},
      {"least_cost { cost = client_in_flight }", "least_cost{cost=client_in_flight, choices=all}"},
      {"least_cost { cost = client_latency(\"ewma\"), choices = 2 }",
       "least_cost{cost=client_latency(\"ewma\"), choices=2}"},
      {"weighted { cost = actual(capacity(\"mean\", \"latest\")), negative = true }",
       "weighted{cost=actual(capacity(\"mean\", \"latest\")), negative=true, zero_is_unknown=false}"},
      {"hot_cold { rank = reported(expected_latency), health = reported(utilization(\"mean\")) }",
       "hot_cold{rank=reported(expected_latency), health=reported(utilization(\"mean\")), cutoff=0.8, "
       "zero_is_unknown=false}"},
      {"pid_weighted { ki = 0.5 }", "pid_weighted{kp=1, ki=0.5, kd=3, margin=10, ceiling=80}"},
      {"subset_of(fastest_probe, 3, { replacement = true })",
       "subset_of{policy=fastest_probe{only_if_idle=false}, size=3, replacement=true}"},
      {"with_probes(round_robin)", "with_probes{policy=round_robin, per_request=2, at_most_idle=false}"},
      {"with_probes { policy = fastest_probe { only_if_idle = true }, per_request = 1 }",
       "with_probes{policy=fastest_probe{only_if_idle=true}, per_request=1, at_most_idle=false}"},
  };
  for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
    char *const file = sj_format(
        "model { quantum = 1 } server 's' { service = 1, count = 3 }\n"
        "client 'c' { calls = 's', arrivals = every(1), policy = %s }\n",
        written[i][0]);
    struct sj_model *const model = load(file);
    struct sj_text text = {0};
    sj_policy_text(&model->clients[0].call.policy, &text);
    assert_string_equal(text.data, written[i][1]);
    free(text.data);
    free(file);
    sj_model_destroy(model);
  }
}

/* Service 52 as its original has it: a queue of 100 places is a capacity of 99. */
static void retry_storm_is_service_52(void **state) {
  (void)state;
  struct sj_model *const model = load_shipped("retry-storm.lua");
  const struct sj_server *const server = &model->servers[0];
  const struct sj_client *const client = &model->clients[0];
  assert_true(server->capacity == 99 && server->orbit == 19 && server->threads.fixed->location == 1);
  assert_true(server->apis[0].work.fixed->location == 0.1 && client->arrivals.rate == 9.5);
  assert_true(client->call.timeout.fixed->location == 3 && client->call.retries == 4);
  assert_true(model->run.duration == 10000 && model->faults[0].at == 4500 && model->faults[0].lasts->location == 100);
  sj_model_destroy(model);
}

static void overload_is_said(void **state) {
  (void)state;
  struct sj_model *model = load_with(API WEB, "web.arrivals.rate=10.7", NULL);
  char *text = sj_model_text(model);
  assert_non_null(strstr(text, "  offered load        1.07: overloaded: 1.07 > 1\n"));
  free(text);
  sj_model_destroy(model);
  model = load_with(API WEB, "web.arrivals.rate=10", NULL);
  text = sj_model_text(model);
  assert_non_null(strstr(text, "  offered load        1: saturated"));
  free(text);
  sj_model_destroy(model);
}

int main(void) {
  if (chdir(MODELS) != 0) return 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(examples_of_the_page_load),
      cmocka_unit_test(reference_of_the_page_is_that_of_the_tables),
      cmocka_unit_test(table_of_policies_is_that_of_the_tables),
      cmocka_unit_test(shown_models),
      cmocka_unit_test(json_of_everything),
      cmocka_unit_test(shipped_models_load),
      cmocka_unit_test(policies_in_full),
      cmocka_unit_test(retry_storm_is_service_52),
      cmocka_unit_test(overload_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
