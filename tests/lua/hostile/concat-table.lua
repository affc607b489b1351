local s = "t: " .. {}
