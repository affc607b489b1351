server "api" { service = 1 }
client "web" { calls = "api", arrivals = spread { count = 10, over = 5 } }
fault { at = 1, lasts = 1,
        set = { ["web.arrivals.count"] = 20 } }
--! :4: a fault can change figures and laws, but not `count` and `over` of spread arrivals (of `web`)
