server "api" { service = empirical { file = "values.csv", column = "servise" } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: values.csv:1: the header has no column `servise`; did you mean `service`?
