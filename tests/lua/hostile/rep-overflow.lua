local s = ("ab"):rep(math.maxinteger)
