-- Posts one body again and again; at the end one line of JSON says what came of it, in microseconds.
function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  wrk.method, wrk.body = "POST", file:read("*a")
  file:close()
  for at = 2, #arguments, 2 do
    wrk.headers[arguments[at]] = arguments[at + 1]
  end
end

function done(summary, latency)
  local errors, failed = summary.errors, 0
  for _, count in pairs(errors) do
    failed = failed + count
  end
  io.write(string.format('\n{"requests": %d, "duration": %d, "failed": %d, "p50": %.1f, "p99": %.1f}\n',
    summary.requests, summary.duration, failed, latency:percentile(50), latency:percentile(99)))
end
