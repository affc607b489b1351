error("mm1.lua:7: forged", 0)
