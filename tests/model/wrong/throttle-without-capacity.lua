server "api" { service = 0.1, admission = throttle { above = 0.9, admit = 0.5 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api`: throttle needs a `capacity`, of which its `above` is a share
