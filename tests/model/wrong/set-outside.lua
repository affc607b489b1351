server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
set { ["web.retries"] = 3 }
--! :3: `set` changes a component inside a scenario; outside, write the value where it belongs
