local note = [[
server "api" { threads = 7 }
]]
server "api" {   -- server "api" { threads = 8 }
  --[==[ a long comment with
         threads = 9 ]==]
  service = (function() local a, b = 1, 2; if a then return 0.1 end end)(),
  ['speed'] = "fa}st", ["capacity"] =
    0;
  admission = { max_in_flight(1), {
      5 } },
  threads = "a \" quote, threads = 3" }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :8: `api.capacity`: expected a whole number of at least 1, got 0
--! :8: `api.speed`: expected a number above 0, got "fa}st"
--! :10: `api.admission[2]`: expected token_bucket, throttle, codel, max_in_flight or a list of them, got a list of 1
--! :12: `api.threads`: expected a whole number of at least 1 or a distribution, got "a " quote, threads = 3"
