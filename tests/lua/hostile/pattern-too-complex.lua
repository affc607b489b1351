local s = ("a"):rep(300)
s:find(("a?"):rep(300))
