-- Arrivals from an access log: how many workers does this traffic need?
--
-- An access log says when each request was answered and how many bytes it got, in nginx's combined
-- format with `$msec $request_time` appended also how long that took; so it says when each request
-- came. Real traffic is not a Poisson process: it comes in bursts, and the log has them. What the
-- requests cost on the machine that is being planned the log cannot say; that is an assumption here:
-- 5 ms on average, with a deviation as large.
--
--     sojourn simulate models/web-log.lua
--     sojourn simulate models/web-log.lua --set app.threads=7
--     sojourn simulate models/web-log.lua --set app.threads=7 --set browsers.arrivals.rate_factor=1.2
--
-- The log's own latencies (browsers.recorded.latency) are those of the nginx that wrote it: a
-- yardstick, not a prediction, for it is another machine than the one assumed here.

model { title = "A web server planned from its access log", time_unit = "ms" }

local work = param("work", 5, "mean time of a request, in ms")

server "app" {
  threads = 8,
  service = lognormal { mean = work, cv = 1 } }

client "browsers" {
  calls = "app",
  arrivals = trace { file = "data/nginx-access.log.gz", format = "combined" } }
