-- For wrk: sends whole requests made beforehand, each once. Lua has no HMAC, so the file comes signed.
-- Arguments: the file, four digits of length before each request.
local pending, at = {}, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  while true do
    local length = file:read(4)
    if not length then break end
    pending[#pending + 1] = file:read(tonumber(length))
  end
  file:close()
end

function request()
  at = at + 1
  return pending[(at - 1) % #pending + 1]
end

function done(summary, latency, requests)
  local bad = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "us": %d, "refused": %d, "broken": %d, "p50_us": %d, "p99_us": %d}\n',
    summary.requests, summary.duration, bad.status, bad.connect + bad.read + bad.write + bad.timeout,
    latency:percentile(50), latency:percentile(99)))
end
