server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = piecewise { {0, 0} } }
--! : the model has no arrivals from which a duration follows: give run{duration=}
