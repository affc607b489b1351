local t = {}
t.x = t
server "api" { service = 1, admission = t }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :3: tables are nested too deeply
--! :3: `x` is not a field of admission, which is written a list of admissions
