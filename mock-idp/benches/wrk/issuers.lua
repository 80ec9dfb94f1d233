-- The same, each request at another issuer.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.body = "grant_type=client_credentials&client_id=load&client_secret=x&scope=api"

local number = 0

function request()
  number = number + 1
  return wrk.format(nil, "/i/" .. number .. "/token")
end
