#include "platform/api/service.h"
#include "platform/varved/command.h"

namespace varve::varved {
namespace {

int run(const Service& service) {
  api::serve(service.config, service.metrics, service.stop);
  return kSuccess;
}

const Registration kRegistration({"api", "HTTP API and dashboard", {"database", "api"}, run, true});

}  // namespace
}  // namespace varve::varved
