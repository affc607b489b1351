("%1000d"):format(1)
