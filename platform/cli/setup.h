#pragma once

#include <iosfwd>
#include <string>

#include "platform/base/config.h"
#include "platform/cli/sample_history.h"

namespace varve::cli {

struct SetupOptions {
  bool dry_run = false;
  bool force = false;
  bool sample = true;
  HistoryOptions history;
};

/// Makes a database ready for Varve: extension, hypertables, aggregates, policies, sample data. The
/// first four are one transaction; what exists in its final shape stays as it is, so that a second
/// setup changes nothing. Throws database::Error, or ForeignObjects.
void set_up(const Config& config, const SetupOptions& options, std::ostream& out);

/// The same as a script for psql, without the sample.
std::string setup_script();

}  // namespace varve::cli
