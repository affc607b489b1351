server "db" { service = 0.1, count = 4 }
client "web" { calls = "db", arrivals = poisson { rate = 8 } }
expect { ["db[4].full"] = "< 1" }
--! :3: `expect`: there is no metric `db[4].full`: the pool has the members 0 to 3
