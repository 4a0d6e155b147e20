#pragma once

// The process that starts a scheduler for each database when its jobs need one. On a standby it
// starts with the promotion.
namespace varve::job {

/// What it does.
[[noreturn]] void launcher_main();

/// Once, in _PG_init.
void install_launcher();

}  // namespace varve::job
