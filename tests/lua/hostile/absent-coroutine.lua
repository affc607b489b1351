local x = coroutine
