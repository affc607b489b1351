local x = loadfile
