server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--@ --set model.time_unit=ms
--! --set model.time_unit=ms: `model.time_unit` is not a number to override
