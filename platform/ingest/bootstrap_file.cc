#include "platform/ingest/bootstrap_file.h"

#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "platform/base/log.h"
#include "platform/ingest/backoff.h"

namespace varve::ingest {

using namespace std::chrono_literals;

void write_bootstrap(const std::string& path, const std::string& brokers) {
  const std::string fresh = path + ".new";
  std::ofstream file(fresh);
  file << brokers << '\n';
  file.close();
  if (!file || std::rename(fresh.c_str(), path.c_str()) != 0) {
    throw std::runtime_error("cannot write " + path);
  }
}

std::optional<std::string> wait_for_bootstrap(const std::string& path,
                                              const std::stop_token& stop) {
  Backoff backoff(100ms, 1s);
  for (bool first = true; !stop.stop_requested(); first = false) {
    std::string brokers;
    if (std::ifstream file(path); std::getline(file, brokers) && !brokers.empty()) return brokers;
    if (first) log::info("waiting for the list of brokers", {{"file", path}});
    backoff.wait(stop);
  }
  return std::nullopt;
}

}  // namespace varve::ingest
