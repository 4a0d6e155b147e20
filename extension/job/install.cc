#include "extension/job/install.h"

#include "extension/job/at_commit.h"
#include "extension/job/clock.h"
#include "extension/job/launcher.h"
#include "extension/job/owner.h"
#include "extension/job/restoring.h"
#include "extension/job/run.h"
#include "extension/job/shared_state.h"
#include "extension/job/step_aside.h"
#include "extension/job/worker.h"

namespace varve::job {

void install_jobs() {
  install_shared_state();
  install_clock();
  install_restoring();
  install_run();
  install_worker();
  install_at_commit();
  install_step_aside();
  install_owner();
  install_launcher();
}

}  // namespace varve::job
