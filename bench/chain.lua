-- Three servers in a row, each busy 7/10 of its time; a request passes all of them. By Burke's theorem each is an M/M/1
-- queue with arrivals at rate 0.7, so that the mean latency is 3 / (1 - 0.7) = 10.
-- `style` says how the request gets on: "calls", each server calls the next and holds no thread meanwhile, the answers
-- come back all the way; "forward", each hands the request on and forgets it.
local style = param("style", "calls", "calls | forward")

local work = exponential { rate = 1 }
local function stage(name, following)
  local api = { work = work }
  if following and style == "calls" then api.calls = { { following } } end
  if following and style == "forward" then api.forward = { { following } } end
  server(name) { async = style == "calls", apis = { run = api } }
end
stage("first", "second.run")
stage("second", "third.run")
stage("third")
client "users" { calls = "first.run", arrivals = poisson { rate = 0.7 } }

run { duration = 1e6, warmup = 0, kind = "steady", runs = 1 }
