server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
run { duraton = 3 }
--! :3: `duraton` is not a field of run; did you mean `duration`?
