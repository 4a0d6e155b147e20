#pragma once

#include <cstdint>
#include <cstring>

#include "extension/columnstore/representation.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <port/pg_bswap.h>
#include <utils/date.h>
#include <utils/timestamp.h>
}

namespace varve::columnstore {

inline constexpr std::size_t kFieldImageBytes = 16;

/// Writes the value that fields stand for, of kUuid, kInterval or kTimetz, as PostgreSQL has it, at
/// `at`, which is aligned.
inline void write_field_image(Form form, const std::int64_t* fields, char* at) {
  switch (form) {
    case Form::kUuid: {
      const std::uint64_t halves[] = {pg_hton64(static_cast<std::uint64_t>(fields[0])),
                                      pg_hton64(static_cast<std::uint64_t>(fields[1]))};
      std::memcpy(at, halves, sizeof halves);
      break;
    }
    case Form::kInterval: {
      auto* interval = reinterpret_cast<Interval*>(at);
      interval->time = fields[0];
      interval->day = static_cast<std::int32_t>(fields[1]);
      interval->month = static_cast<std::int32_t>(fields[2]);
      break;
    }
    default: {
      auto* time = reinterpret_cast<TimeTzADT*>(at);
      time->time = fields[0];
      time->zone = static_cast<std::int32_t>(fields[1]);
      break;
    }
  }
}

}  // namespace varve::columnstore
