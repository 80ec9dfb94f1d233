-- A login, its code, and a refresh: what one answer brings is what the next request sends.
local form = { ["Content-Type"] = "application/x-www-form-urlencoded" }
local client = "&client_id=load&client_secret=x"
local redirect_uri = "&redirect_uri=http%3A%2F%2Flocalhost%3A1%2Fcb"
local authorize = "/authorize?response_type=code&client_id=load&scope=openid+offline_access&prompt=consent" .. redirect_uri
local codes, refresh_tokens = {}, {}

function request()
  local refresh_token = table.remove(refresh_tokens)
  if refresh_token then
    return wrk.format("POST", "/token", form, "grant_type=refresh_token&refresh_token=" .. refresh_token .. client)
  end
  local code = table.remove(codes)
  if code then
    return wrk.format("POST", "/token", form, "grant_type=authorization_code&code=" .. code .. redirect_uri .. client)
  end
  return wrk.format("GET", authorize)
end

-- A code gives a refresh token, which is used once: its own answer is not looked at.
local fresh = true

function response(status, headers, body)
  if status == 303 then
    table.insert(codes, headers["location"]:match("code=([^&]+)"))
  elseif status == 200 and fresh then
    table.insert(refresh_tokens, body:match('"refresh_token":"([^"]+)"'))
    fresh = false
  elseif status == 200 then
    fresh = true
  end
end
