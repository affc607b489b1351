#!/usr/bin/env sojourn
local x = = 1
