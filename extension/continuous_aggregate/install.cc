#include "extension/continuous_aggregate/install.h"

#include "extension/continuous_aggregate/alter.h"
#include "extension/continuous_aggregate/changes.h"
#include "extension/continuous_aggregate/create.h"
#include "extension/continuous_aggregate/losses.h"
#include "extension/continuous_aggregate/maintain.h"
#include "extension/continuous_aggregate/row_security.h"
#include "extension/continuous_aggregate/watermark.h"

namespace varve::continuous_aggregate {

void install() {
  install_changes();
  install_losses();
  install_watermark();
  install_create();
  install_alter();
  install_maintain();
  install_row_security();
}

}  // namespace varve::continuous_aggregate
