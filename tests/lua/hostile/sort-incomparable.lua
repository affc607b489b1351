table.sort({{}, {}})
