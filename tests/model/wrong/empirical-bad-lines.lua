server "api" { service = empirical { file = "values.csv", column = "broken" } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: values.csv:3: expected a number, got `x`
--! values.csv:4: expected a number, got ``
