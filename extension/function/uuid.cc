#include "extension/function/uuid.h"

#include "extension/pg/boundary.h"

namespace varve::function {
namespace {

constexpr std::int64_t kUnixEpochUs =
    std::int64_t{POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE} * USECS_PER_DAY;

int version_of(const pg_uuid_t& uuid) { return uuid.data[6] >> 4; }
bool is_rfc_variant(const pg_uuid_t& uuid) { return uuid.data[8] >> 6 == 0b10; }

}  // namespace

std::optional<std::int64_t> unix_ms_of(const pg_uuid_t& uuid) {
  if (version_of(uuid) != 7 || !is_rfc_variant(uuid)) return std::nullopt;
  std::int64_t ms = 0;
  for (int i = 0; i < 6; ++i) ms = ms << 8 | uuid.data[i];
  return ms;
}

TimestampTz timestamp_of(const pg_uuid_t& uuid) {
  const auto ms = unix_ms_of(uuid);
  if (!ms) throw Error(ErrorKind::kInvalidArgument, "uuid is not of version 7 and holds no time");
  return *ms * 1000 - kUnixEpochUs;
}

}  // namespace varve::function
