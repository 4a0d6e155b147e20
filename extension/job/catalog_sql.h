#pragma once

#include <cstdint>
#include <initializer_list>
#include <type_traits>

#include "extension/pg/postgres.h"
extern "C" {
#include <catalog/pg_authid.h>
#include <executor/spi.h>
#include <miscadmin.h>
#include <utils/builtins.h>
#include <utils/guc.h>
#include <utils/timestamp.h>
}

// SQL on the extension's own tables, whoever is logged in. SQL rather than the C API, because
// sessions, schedulers and workers change the same rows: UPDATE waits and looks again, where
// CatalogTupleUpdate() would report "tuple concurrently updated". All of this is C API.
namespace varve::job {

/// Whether the extension, with its tables of jobs, is in this database; not while it is being
/// dropped.
bool jobs_exist();

struct Argument {
  Oid type;
  Datum value;
  bool is_null = false;

  static Argument text(const char* string) {
    return string == nullptr ? Argument{TEXTOID, 0, true}
                             : Argument{TEXTOID, CStringGetTextDatum(string)};
  }
  static Argument time(TimestampTz time) { return {TIMESTAMPTZOID, TimestampTzGetDatum(time)}; }
  static Argument integer(std::int32_t value) { return {INT4OID, Int32GetDatum(value)}; }
  static Argument boolean(bool value) { return {BOOLOID, BoolGetDatum(value)}; }
};

/// Runs `body`, which calls execute(), as the bootstrap superuser and with a search path that
/// nobody can have changed; names of ours are qualified. What `body` returns must not live in SPI's
/// memory.
template <class Body>
auto as_catalog_owner(Body&& body) {
  Oid user = InvalidOid;
  int context = 0;
  GetUserIdAndSecContext(&user, &context);
  SetUserIdAndSecContext(BOOTSTRAP_SUPERUSERID, context | SECURITY_LOCAL_USERID_CHANGE);
  const int level = NewGUCNestLevel();
  set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
                    GUC_ACTION_SAVE, true, 0, false);
  SPI_connect();
  // On error the end of the (sub)transaction puts all of it back.
  const auto leave = [&] {
    SPI_finish();
    AtEOXact_GUC(true, level);
    SetUserIdAndSecContext(user, context);
  };
  if constexpr (std::is_void_v<std::invoke_result_t<Body&>>) {
    body();
    leave();
  } else {
    const auto result = body();
    leave();
    return result;
  }
}

/// One statement; its rows are in SPI_tuptable. Returns their number.
std::uint64_t execute(const char* sql, std::initializer_list<Argument> arguments = {});

/// A column of a row of SPI_tuptable, from 1; 0 where it is null.
Datum column(std::uint64_t row, int number, bool* is_null = nullptr);

}  // namespace varve::job
