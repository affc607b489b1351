local x = os
