#pragma once

#include "platform/varved/command.h"

namespace varve::varved {

/// Runs the command; an exception becomes a message in the log and an exit code.
int run_guarded(const Command& command, const Service& service);

}  // namespace varve::varved
