#include "platform/ingest/failure.h"

#include <gtest/gtest.h>

namespace varve::ingest {
namespace {

TEST(FailureOf, Table) {
  const struct {
    const char* sqlstate;
    Failure failure;
  } cases[] = {
      {"", Failure::kTransient},         // the connection is lost
      {"08006", Failure::kTransient},    // connection_failure
      {"40001", Failure::kTransient},    // serialization_failure
      {"40P01", Failure::kTransient},    // deadlock_detected
      {"53300", Failure::kTransient},    // too_many_connections
      {"57P01", Failure::kTransient},    // admin_shutdown
      {"57P03", Failure::kTransient},    // cannot_connect_now
      {"57014", Failure::kTransient},    // query_canceled
      {"28P01", Failure::kEnvironment},  // invalid_password
      {"42P01", Failure::kEnvironment},  // undefined_table
      {"42P10", Failure::kEnvironment},  // no unique index for ON CONFLICT
      {"53100", Failure::kEnvironment},  // disk_full
      {"XX000", Failure::kEnvironment},  // internal_error
      {"P0001", Failure::kEnvironment},  // a trigger that raises
  };
  for (const auto& c : cases) EXPECT_EQ(failure_of(c.sqlstate), c.failure) << c.sqlstate;
}

TEST(BlamesValues, Table) {
  for (const char* state : {"22003", "22P05", "23502", "23514"}) EXPECT_TRUE(blames_values(state));
  for (const char* state : {"", "08006", "40001", "42P01", "53100", "XX000"}) {
    EXPECT_FALSE(blames_values(state)) << state;
  }
}

}  // namespace
}  // namespace varve::ingest
