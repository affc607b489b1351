server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = trace { file = "broken-times.csv" } }
--! :2: broken-times.csv:3: `time` is `one`, expected a number
--! :2: broken-times.csv:5: `time` is `-3`, expected a number that is not negative
