#include "extension/function/bucket_function.h"

extern "C" {
#include <catalog/dependency.h>
#include <catalog/pg_proc.h>
#include <commands/extension.h>
#include <utils/lsyscache.h>
}

namespace varve::function {

bool is_time_bucket(Oid function) {
  const char* name = get_func_name(function);
  return name != nullptr && strcmp(name, "time_bucket") == 0 &&
         getExtensionOfObject(ProcedureRelationId, function) == get_extension_oid("varve", true);
}

}  // namespace varve::function
