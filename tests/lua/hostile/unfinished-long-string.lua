local x = [[abc


