server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = trace { file = "/etc/passwd" } }
--! :2: data file `/etc/passwd`: outside the model's folder
