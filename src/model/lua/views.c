#include "model/lua/views.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "base/base.h"
#include "model/lua/environment.h"

/* A choice's view stands for a place in the list of choices, not for a server: the same views serve every call. */
struct view {
  const struct sj_views *views;
  uint32_t choice;
  enum sj_choice_figure figure; /* of which a view shows the aggregates */
};

enum part { PART_FIGURE, PART_FIGURES, PART_NAME, PART_REPORT, PART_AGGREGATE };
struct part_name {
  const char *name;
  enum part part;
  int code;
};

static const struct part_name choice_parts[] = {{"in_flight", PART_FIGURE, SJ_CHOICE_IN_FLIGHT},
                                                {"latency", PART_FIGURES, SJ_CHOICE_LATENCY},
                                                {"member", PART_FIGURE, SJ_CHOICE_MEMBER},
                                                {"name", PART_NAME, 0},
                                                {"report", PART_REPORT, 0},
                                                {0}};
static const struct part_name report_parts[] = {{"age", PART_FIGURE, SJ_REPORT_AGE},
                                                {"expected_latency", PART_FIGURE, SJ_REPORT_EXPECTED_LATENCY},
                                                {"in_flight", PART_FIGURE, SJ_REPORT_IN_FLIGHT},
                                                {"latency", PART_FIGURES, SJ_REPORT_LATENCY},
                                                {"pid_weight", PART_FIGURE, SJ_REPORT_PID_WEIGHT},
                                                {"queue", PART_FIGURE, SJ_REPORT_QUEUE},
                                                {"request_rate", PART_FIGURES, SJ_REPORT_REQUEST_RATE},
                                                {"utilization", PART_FIGURES, SJ_REPORT_UTILIZATION},
                                                {0}};
static const struct part_name aggregate_parts[] = {
    {"ewma", PART_AGGREGATE, SJ_EWMA}, {"latest", PART_AGGREGATE, SJ_LATEST}, {"mean", PART_AGGREGATE, SJ_MEAN}, {0}};
static const char *const request_fields[] = {"attempt", "number", "size", NULL};

#define CHOICE "a choice"
#define REPORT "a choice's report"
#define AGGREGATES "a figure over time"
#define REQUEST "the request"
#define CHOICES "the choices"

/* Metamethods cannot be taken from the metatables of models' values, so the first argument is what it should be. */
static struct view *view_of(lua_State *L) {
  struct view *const view = lua_touserdata(L, 1);
  if (!view->views->choices) luaL_error(L, "a policy's views can be read only while its function runs");
  return view;
}

static int no_such_field(lua_State *L, const char *what, const char *const *names) {
  if (lua_type(L, 2) != LUA_TSTRING) return luaL_error(L, "%s has no such field: expected a name", what);
  const char *const nearest = sj_nearest(lua_tostring(L, 2), names);
  if (nearest) return luaL_error(L, "%s has no field `%s`; did you mean `%s`?", what, lua_tostring(L, 2), nearest);
  return luaL_error(L, "%s has no field `%s`", what, lua_tostring(L, 2));
}

static int push_figure(lua_State *L, double figure) {
  lua_Integer integer;
  if (isnan(figure))
    lua_pushnil(L);
  else if (lua_numbertointeger(figure, &integer) && (double)integer == figure)
    lua_pushinteger(L, integer);
  else
    lua_pushnumber(L, figure);
  return 1;
}

/* The view `slot` of the view at index 1, made when first asked for. */
static int push_inner(lua_State *L, int slot, const char *what, enum sj_choice_figure figure) {
  const struct view *const outer = lua_touserdata(L, 1);
  if (lua_getiuservalue(L, 1, slot) != LUA_TNIL) return 1;
  lua_pop(L, 1);
  struct view *const inner = lua_newuserdatauv(L, sizeof *inner, 3);
  *inner = (struct view){outer->views, outer->choice, figure};
  luaL_setmetatable(L, what);
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, 1, slot);
  return 1;
}

static int push_name(lua_State *L, const struct view *view) {
  const struct sj_program_choices *const choices = view->views->choices;
  if (!choices->is_pool) {
    lua_pushstring(L, choices->pool);
    return 1;
  }
  const double member = choices->read(choices->context, view->choice, SJ_CHOICE_MEMBER, SJ_LATEST);
  lua_pushfstring(L, "%s[%d]", choices->pool, (int)member);
  return 1;
}

/* The inner views of a report: one for each figure that has aggregates. */
static int slot_of(enum sj_choice_figure figure) {
  return figure == SJ_REPORT_REQUEST_RATE ? 2 : figure == SJ_REPORT_UTILIZATION ? 3 : 1;
}

/* `__index` of choices, reports and aggregates: the first upvalue maps names to places in the second, the parts. */
static int read_part(lua_State *L) {
  const struct view *const view = view_of(L);
  const struct part_name *const parts = lua_touserdata(L, lua_upvalueindex(2));
  const char *const what = lua_touserdata(L, lua_upvalueindex(3));
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL) {
    const char *names[16] = {NULL};
    for (size_t i = 0; parts[i].name; i++) names[i] = parts[i].name;
    return no_such_field(L, what, names);
  }
  const struct part_name *const part = &parts[lua_tointeger(L, -1)];
  const struct sj_program_choices *const choices = view->views->choices;
  switch (part->part) {
    case PART_FIGURE:
      return push_figure(L,
                         choices->read(choices->context, view->choice, (enum sj_choice_figure)part->code, SJ_LATEST));
    case PART_AGGREGATE:
      return push_figure(L, choices->read(choices->context, view->choice, view->figure, (enum sj_aggregate)part->code));
    case PART_NAME:
      return push_name(L, view);
    case PART_REPORT:
      if (!choices->keeps_reports) return luaL_error(L, "`report` is kept only where the file spells it out");
      return push_inner(L, 2, REPORT, SJ_CHOICE_IN_FLIGHT);
    case PART_FIGURES:
      if (part->code == SJ_CHOICE_LATENCY && !choices->keeps_latencies)
        return luaL_error(L, "`latency` is kept only where the file spells it out");
      return push_inner(L, slot_of((enum sj_choice_figure)part->code), AGGREGATES, (enum sj_choice_figure)part->code);
  }
  return 0;
}

/* `__index` of the choices: the first upvalue holds the views made so far. */
static int read_choice(lua_State *L) {
  const struct view *const all = view_of(L);
  if (lua_type(L, 2) != LUA_TNUMBER) return luaL_error(L, "the choices are numbered: choices[1] ... choices[#choices]");
  int whole;
  const lua_Integer i = lua_tointegerx(L, 2, &whole);
  if (!whole || i < 1 || i > (lua_Integer)all->views->choices->count) {
    lua_pushnil(L);
    return 1;
  }
  if (lua_rawgeti(L, lua_upvalueindex(1), i) != LUA_TNIL) return 1;
  struct view *const view = lua_newuserdatauv(L, sizeof *view, 3);
  *view = (struct view){all->views, (uint32_t)(i - 1), SJ_CHOICE_IN_FLIGHT};
  luaL_setmetatable(L, CHOICE);
  lua_pushvalue(L, -1);
  lua_rawseti(L, lua_upvalueindex(1), i);
  return 1;
}

static int count_choices(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)view_of(L)->views->choices->count);
  return 1;
}

static int read_request(lua_State *L) {
  const struct view *const view = view_of(L);
  const struct sj_program_request *const request = view->views->request;
  const char *const name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  switch (*name) {
    case 'a':
      if (strcmp(name, "attempt") != 0) break;
      lua_pushinteger(L, (lua_Integer)request->attempt);
      return 1;
    case 'n':
      if (strcmp(name, "number") != 0) break;
      lua_pushinteger(L, (lua_Integer)request->number);
      return 1;
    case 's':
      if (strcmp(name, "size") != 0) break;
      return push_figure(L, request->size);
    default:
      break;
  }
  return no_such_field(L, REQUEST, request_fields);
}

static int write_nothing(lua_State *L) {
  return luaL_error(L, "%s cannot be changed", (const char *)lua_touserdata(L, lua_upvalueindex(1)));
}

/* The metatable of views called `what`, on top of the stack, with all but `__index`. */
static void begin_metatable(lua_State *L, const char *what) {
  sj_lua_push_metatable(L, what);
  lua_pushlightuserdata(L, (void *)(uintptr_t)what);
  lua_pushcclosure(L, write_nothing, 1);
  lua_setfield(L, -2, "__newindex");
}

static void open_parts(lua_State *L, const char *what, const struct part_name *parts) {
  begin_metatable(L, what);
  lua_newtable(L);
  for (lua_Integer i = 0; parts[i].name; i++) {
    lua_pushinteger(L, i);
    lua_setfield(L, -2, parts[i].name);
  }
  lua_pushlightuserdata(L, (void *)(uintptr_t)parts);
  lua_pushlightuserdata(L, (void *)(uintptr_t)what);
  lua_pushcclosure(L, read_part, 3);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}

static void push_view(lua_State *L, const struct sj_views *views, const char *what) {
  struct view *const view = lua_newuserdatauv(L, sizeof *view, 0);
  *view = (struct view){.views = views};
  luaL_setmetatable(L, what);
}

void sj_views_open(lua_State *L, struct sj_views *views) {
  open_parts(L, CHOICE, choice_parts);
  open_parts(L, REPORT, report_parts);
  open_parts(L, AGGREGATES, aggregate_parts);
  begin_metatable(L, CHOICES);
  lua_newtable(L);
  lua_pushcclosure(L, read_choice, 1);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, count_choices);
  lua_setfield(L, -2, "__len");
  lua_pop(L, 1);
  begin_metatable(L, REQUEST);
  lua_pushcfunction(L, read_request);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
  push_view(L, views, REQUEST);
  views->request_view = luaL_ref(L, LUA_REGISTRYINDEX);
  push_view(L, views, CHOICES);
  views->choices_view = luaL_ref(L, LUA_REGISTRYINDEX);
}

void sj_views_push(lua_State *L, const struct sj_views *views) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, views->request_view);
  lua_rawgeti(L, LUA_REGISTRYINDEX, views->choices_view);
}
