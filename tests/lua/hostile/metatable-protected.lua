assert(getmetatable("") == false and getmetatable(_G) == false and getmetatable(math) == false)
setmetatable("", {})
