#include "platform/varved/command.h"

#include <algorithm>

namespace varve::varved {
namespace {

// A function's static, since the order in which files are initialised is open.
std::vector<Command>& registered() {
  static std::vector<Command> all;
  return all;
}

}  // namespace

std::span<const Command> commands() { return registered(); }

Registration::Registration(Command command) {
  auto& all = registered();
  all.insert(std::ranges::lower_bound(all, command.name, {}, &Command::name), std::move(command));
}

}  // namespace varve::varved
