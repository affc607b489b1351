server "api" { service = 0.1 }
client "web" { calls = "api" }
--! :2: `web` lacks `arrivals`: expected an arrival process, such as poisson{rate=}
