model { quantum = 1 }
server "api" { service = 1, publish = { window = 0, ewma = 2, pid = { kd = "x", k = 1 } } }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, subset = 1 }
--! :2: `api.publish.window`: expected a number above 0, got 0
--! :2: `api.publish.ewma`: expected a number above 0, at most 1, got 2
--! :2: `k` is not a field of pid; did you mean `kp`?
--! :2: `api.publish.pid.kd`: expected a number, got "x"
