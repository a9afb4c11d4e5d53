-- hello.lua - the dialogue as a service of HAProxy
core.register_service("hello", "tcp", function(applet)
	applet:send("Welcome!")
	while true do
		local line = applet:getline()
		if line == nil or line == "" then
			return
		end
		local name = line:sub(1, -2)
		if name == "exit" then
			return
		end
		applet:send("Hello, " .. name .. "!\n")
	end
end)
