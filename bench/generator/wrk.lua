-- Sends the requests of the request file in turn; prints the outcome in the form of outcome.ts.
local requests = {}
local sent = 0

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  local text = file:read("*a")
  file:close()
  local host = wrk.host .. ":" .. wrk.port
  for request in text:gmatch("%Z+") do
    requests[#requests + 1] = request:gsub("{host}", host, 1)
  end
end

function request()
  sent = sent + 1
  return requests[(sent - 1) % #requests + 1]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'outcome {"seconds":%.6f,"requests":%d,"statuses":{"below 400":%d,"400 and above":%d},"wrong":%d,"broken":%d,"p50Milliseconds":%.3f,"p99Milliseconds":%.3f}\n',
    summary.duration / 1e6, summary.requests, summary.requests - errors.status, errors.status, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
