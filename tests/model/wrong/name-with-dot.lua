server "a.b" { service = 1 }
client "web" { calls = "a", arrivals = poisson { rate = 1 } }
--! :1: a component's name is made of letters, digits, _ and -, got "a.b"
--! :2: `web.calls`: there is no server `a`
