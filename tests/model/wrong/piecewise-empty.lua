server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = piecewise { } }
--! :2: `web.arrivals`: piecewise is empty; it is written piecewise{ {from, rate}, ... }
