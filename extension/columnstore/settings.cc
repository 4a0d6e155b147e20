#include "extension/columnstore/settings.h"

#include "extension/job/catalog_sql.h"

extern "C" {
#include <catalog/pg_type.h>
#include <utils/array.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
}

namespace varve::columnstore {
namespace {

using job::Argument;

Argument array_of(Datum* values, int count, Oid element, std::int16_t length, bool by_value,
                  char align) {
  ArrayType* array = construct_array(values, count, element, length, by_value, align);
  return {get_array_type(element), PointerGetDatum(array)};
}

Datum name_datum(const char* string) {
  auto* name = static_cast<Name>(palloc0(sizeof(NameData)));
  namestrcpy(name, string);
  return NameGetDatum(name);
}

Argument names_of(const List* strings) {
  auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * (list_length(strings) + 1)));
  int count = 0;
  ListCell* cell;
  foreach (cell, strings) values[count++] = name_datum(static_cast<const char*>(lfirst(cell)));
  return array_of(values, count, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR);
}

template <class Get>
Argument flags_of(const List* orderby, Get&& get) {
  auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * (list_length(orderby) + 1)));
  int count = 0;
  ListCell* cell;
  foreach (cell, orderby) {
    values[count++] = BoolGetDatum(get(*static_cast<const OrderColumn*>(lfirst(cell))));
  }
  return array_of(values, count, BOOLOID, 1, true, TYPALIGN_CHAR);
}

/// The four arrays that settings are stored as.
struct Stored {
  Argument segmentby, orderby, descending, nulls_first;
};

Stored stored(const Settings& settings) {
  List* names = NIL;
  ListCell* cell;
  foreach (cell, settings.orderby) {
    names = lappend(names, const_cast<char*>(static_cast<OrderColumn*>(lfirst(cell))->name));
  }
  return {names_of(settings.segmentby), names_of(names),
          flags_of(settings.orderby, [](const OrderColumn& c) { return c.is_descending; }),
          flags_of(settings.orderby, [](const OrderColumn& c) { return c.nulls_first; })};
}

/// The elements of an array, in a List of `make(element, i)`.
template <class Make>
List* list_of(Datum array, Oid element, std::int16_t length, bool by_value, Make&& make) {
  Datum* values;
  int count;
  deconstruct_array(DatumGetArrayTypeP(array), element, length, by_value, TYPALIGN_CHAR, &values,
                    nullptr, &count);
  List* list = NIL;
  for (int i = 0; i < count; ++i) list = lappend(list, make(values[i], i));
  return list;
}

List* strings_of(Datum names) {
  return list_of(names, NAMEOID, NAMEDATALEN, false,
                 [](Datum name, int) { return pstrdup(NameStr(*DatumGetName(name))); });
}

List* orderby_of(Datum names, Datum descending, Datum nulls_first) {
  const auto flags = [](Datum array) {
    return list_of(array, BOOLOID, 1, true, [](Datum flag, int) {
      return DatumGetBool(flag) ? static_cast<void*>(palloc(1)) : nullptr;
    });
  };
  List* down = flags(descending);
  List* first = flags(nulls_first);
  return list_of(names, NAMEOID, NAMEDATALEN, false, [&](Datum name, int i) {
    auto* column = static_cast<OrderColumn*>(palloc(sizeof(OrderColumn)));
    *column = {pstrdup(NameStr(*DatumGetName(name))), list_nth(down, i) != nullptr,
               list_nth(first, i) != nullptr};
    return column;
  });
}

const char* text_or_null(std::uint64_t row, int number) {
  bool is_null = false;
  const Datum value = job::column(row, number, &is_null);
  return is_null ? nullptr : TextDatumGetCString(value);
}

}  // namespace

bool has_name(const List* names, const char* name) {
  ListCell* cell;
  foreach (cell, names) {
    if (strcmp(static_cast<const char*>(lfirst(cell)), name) == 0) return true;
  }
  return false;
}

bool sorts_by(const Settings& settings, const char* column) {
  if (has_name(settings.segmentby, column)) return true;
  ListCell* cell;
  foreach (cell, settings.orderby) {
    if (strcmp(static_cast<const OrderColumn*>(lfirst(cell))->name, column) == 0) return true;
  }
  return false;
}

Settings settings_of(std::int32_t hypertable_id) {
  Settings settings = {};
  const MemoryContext context = CurrentMemoryContext;
  job::as_catalog_owner([&] {
    if (job::execute("SELECT segmentby, orderby, orderby_desc, orderby_nullsfirst, full_indexes, "
                     "sparse_index, compress_interval "
                     "FROM varve_catalog.columnstore WHERE hypertable_id = $1",
                     {Argument::integer(hypertable_id)}) == 0) {
      return;
    }
    const MemoryContext outer = MemoryContextSwitchTo(context);
    settings = {true,
                strings_of(job::column(0, 1)),
                orderby_of(job::column(0, 2), job::column(0, 3), job::column(0, 4)),
                strings_of(job::column(0, 5)),
                text_or_null(0, 6),
                DatumGetInt64(job::column(0, 7))};
    MemoryContextSwitchTo(outer);
  });
  return settings;
}

void store_settings(std::int32_t hypertable_id, const Settings& settings) {
  job::as_catalog_owner([&] {
    const Argument id = Argument::integer(hypertable_id);
    if (!settings.is_enabled) {
      job::execute("DELETE FROM varve_catalog.columnstore WHERE hypertable_id = $1", {id});
      return;
    }
    const Stored arrays = stored(settings);
    job::execute(
        "INSERT INTO varve_catalog.columnstore VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
        "ON CONFLICT (hypertable_id) DO UPDATE SET segmentby = $2, orderby = $3, "
        "orderby_desc = $4, orderby_nullsfirst = $5, full_indexes = $6, sparse_index = $7, "
        "compress_interval = $8",
        {id,
         arrays.segmentby,
         arrays.orderby,
         arrays.descending,
         arrays.nulls_first,
         names_of(settings.full_indexes),
         Argument::text(settings.sparse_index),
         {INT8OID, Int64GetDatum(settings.compress_interval)}});
  });
}

void store_conversion(std::int32_t chunk_id, const Settings& settings, const char* filters,
                      const Conversion& conversion) {
  const auto bigint = [](std::int64_t value) { return Argument{INT8OID, Int64GetDatum(value)}; };
  job::as_catalog_owner([&] {
    const Argument id = Argument::integer(chunk_id);
    const Stored arrays = stored(settings);
    job::execute("DELETE FROM varve_catalog.columnar_chunk WHERE chunk_id = $1", {id});
    job::execute(
        "INSERT INTO varve_catalog.columnar_chunk "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        {id, arrays.segmentby, arrays.orderby, arrays.descending, arrays.nulls_first,
         bigint(conversion.rows), bigint(conversion.groups), bigint(conversion.table_bytes),
         bigint(conversion.index_bytes), bigint(conversion.toast_bytes), Argument::text(filters)});
  });
}

bool find_conversion(std::int32_t chunk_id, Conversion& conversion) {
  return job::as_catalog_owner([&] {
    if (job::execute("SELECT columnar_rows, row_groups, table_bytes, index_bytes, toast_bytes "
                     "FROM varve_catalog.columnar_chunk WHERE chunk_id = $1",
                     {Argument::integer(chunk_id)}) == 0) {
      return false;
    }
    const auto number = [](int i) { return DatumGetInt64(job::column(0, i)); };
    conversion = {number(1), number(2), number(3), number(4), number(5)};
    return true;
  });
}

bool has_same_layout(std::int32_t chunk_id, const Settings& settings, const char* filters) {
  return job::as_catalog_owner([&] {
    const Stored arrays = stored(settings);
    return job::execute(
               "SELECT FROM varve_catalog.columnar_chunk WHERE chunk_id = $1 AND segmentby = $2 "
               "AND orderby = $3 AND orderby_desc = $4 AND orderby_nullsfirst = $5 "
               "AND ($6 OR sparse_index = $7)",
               {Argument::integer(chunk_id), arrays.segmentby, arrays.orderby, arrays.descending,
                arrays.nulls_first, Argument::boolean(settings.sparse_index == nullptr),
                Argument::text(filters)}) > 0;
  });
}

void forget_conversion(std::int32_t chunk_id) {
  job::as_catalog_owner([&] {
    job::execute("DELETE FROM varve_catalog.columnar_chunk WHERE chunk_id = $1",
                 {Argument::integer(chunk_id)});
  });
}

}  // namespace varve::columnstore
