#include "extension/vectorized/install.h"

#include "extension/vectorized/aggregate_path.h"
#include "extension/vectorized/scan_path.h"

namespace varve::vectorized {

void install() {
  define_settings();
  install_scan_path();
  install_aggregate_path();
}

}  // namespace varve::vectorized
