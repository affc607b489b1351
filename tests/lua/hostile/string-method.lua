assert(("x").rep == string.rep and ("x").find == string.find)
local d = ("x").dump
