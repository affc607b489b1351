error("\27[31mred\27[0m\r\127")
