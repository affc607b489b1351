/* What a policy's function sees: its request and its choices, read-only, for the time of one call. Private to the
 * program. */
#ifndef SJ_MODEL_LUA_VIEWS_H
#define SJ_MODEL_LUA_VIEWS_H

#include <lua.h>

#include "model/lua/program.h"

/* What the views show; none of it outside of a call (`choices` is NULL then). */
struct sj_views {
  const struct sj_program_request *request;
  const struct sj_program_choices *choices;
  int request_view, choices_view; /* references in the registry */
};

/* Makes the views, which look at *views. Raises errors of memory. */
void sj_views_open(lua_State *L, struct sj_views *views);
/* Pushes the request's and the choices' view; needs no protection. */
void sj_views_push(lua_State *L, const struct sj_views *views);

#endif
