-- M/M/1 with breakdowns: the server stands still (`stall`), works at a quarter of its speed (`slow`), or loses all it
-- holds and refuses (`crash`), for exponential times, whether it is busy or idle.
local lambda = param("lambda", 0.5, "arrivals per second")
local mu = param("mu", 1, "services per second")
local breaks = param("breaks", 0.05, "breakdowns per second of work")
local repairs = param("repairs", 0.2, "repairs per second of breakdown")
local discipline = param("discipline", "fifo", "order of service")
local by = param("by", 4, "slow: times as long")

run { duration = 5.5e5, warmup = 1000, runs = 16, kind = "steady" }
for _, name in ipairs { "stalls", "slows", "crashes" } do
  server(name) { discipline = discipline, service = exponential { rate = mu } }
  client("to-" .. name) { calls = name, arrivals = poisson { rate = lambda } }
end
local every, lasts = exponential { rate = breaks }, exponential { rate = repairs }
-- What a crash loses may also be lost without a word, until its timeout.
server "silently" { discipline = discipline, service = exponential { rate = mu } }
client "to-silently" { calls = "silently", arrivals = poisson { rate = lambda }, timeout = 1000 }
-- Of three members one at a time stands still, any of them.
servers "member" { count = 3, discipline = discipline, service = exponential { rate = mu } }
client "to-members" { calls = "member", arrivals = poisson { rate = 3 * lambda } }
fault { every = every, lasts = lasts, stall = "stalls" }
fault { every = every, lasts = lasts, slow = "slows", by = by }
fault { every = every, lasts = lasts, crash = "crashes", lost = "error" }
fault { every = every, lasts = lasts, crash = "silently" }
fault { every = every, lasts = lasts, stall = "member", members = 1 }
