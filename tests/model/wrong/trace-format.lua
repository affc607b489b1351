server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = trace { file = "times.csv", format = "cvs" } }
--! :2: `web.arrivals.format`: "cvs" is not known; did you mean "csv"?
