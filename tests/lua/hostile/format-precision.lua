("%.1000f"):format(1)
