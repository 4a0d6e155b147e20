#include "extension/columnstore/sparse_options.h"

#include <string>

#include "extension/columnstore/column.h"
#include "extension/columnstore/sparse_index.h"
#include "extension/columnstore/value_hash.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/table.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::columnstore {
namespace {

SparseEntry* entry_of(const SparseIndex& index) {
  return pg::call([&] {
    auto* entry = static_cast<SparseEntry*>(palloc(sizeof(SparseEntry)));
    *entry = {pnstrdup(index.type.data(), index.type.size()), NIL};
    for (const std::string& column : index.columns) {
      entry->columns = lappend(entry->columns, pnstrdup(column.data(), column.size()));
    }
    return entry;
  });
}

const char* copied(const std::string& text) {
  return pg::call([&] { return pnstrdup(text.data(), text.size()); });
}

// --- Checks

Column column_named(Oid hypertable, const char* name) {
  const AttrNumber attribute = get_attnum(hypertable, name);
  if (attribute <= 0) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                    errmsg("column \"%s\" of hypertable \"%s\" does not exist", name,
                           get_rel_name(hypertable))));
  }
  Relation table = table_open(hypertable, AccessShareLock);
  const Column column = column_of(*TupleDescAttr(RelationGetDescr(table), attribute - 1));
  table_close(table, NoLock);
  return column;
}

bool is_hashed(const Column& column) {
  return OidIsValid(value_hash_of(column.type, column.collation));
}

[[noreturn]] void refuse_type(const char* type, const char* name, Oid column_type,
                              const char* reason) {
  ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                  errmsg("column \"%s\" of type %s cannot have sparse index \"%s\"", name,
                         format_type_be(column_type), type),
                  errdetail("%s", reason)));
}

void check_column(Oid hypertable, const char* type, const char* name) {
  const Column column = column_named(hypertable, name);
  if (kBloomIndex == type) {
    if (!is_hashed(column)) {
      refuse_type(type, name, column.type,
                  "Values of the type, or of its collation, have no hash that tells equal ones.");
    }
  } else if (!column.is_ordered && !column.has_equality) {
    refuse_type(type, name, column.type, "Row groups state no range of values of the type.");
  }
}

void check_types(const std::vector<SparseIndex>& indexes) {
  for (const SparseIndex& index : indexes) {
    if (is_sparse_type(index.type)) continue;
    pg::call([&] {
      ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                      errmsg("sparse index type \"%s\" does not exist", index.type.c_str()),
                      errhint("There are bloom, minmax and firstlast.")));
    });
  }
}

void check_columns(Oid hypertable, const std::vector<SparseIndex>& indexes) {
  for (const SparseIndex& index : indexes) {
    for (const std::string& column : index.columns) {
      pg::call([&] { check_column(hypertable, index.type.c_str(), column.c_str()); });
    }
  }
}

}  // namespace

List* sparse_entries(const char* text) {
  return pg::entry([&] {
    List* entries = NIL;
    for (const SparseIndex& index : parse_sparse_indexes(text)) {
      SparseEntry* entry = entry_of(index);
      entries = pg::call([&] { return lappend(entries, entry); });
    }
    return entries;
  });
}

const char* checked_sparse_index(Oid hypertable, const char* text) {
  return pg::entry([&] {
    const auto indexes = parse_sparse_indexes(text);
    check_types(indexes);
    check_sparse_indexes(indexes);
    check_columns(hypertable, indexes);
    return copied(text_of(indexes));
  });
}

const char* sparse_index_after(const char* text, const char* column, const char* new_name) {
  return pg::entry([&]() -> const char* {
    auto indexes = parse_sparse_indexes(text);
    if (!names_column(indexes, column)) return nullptr;
    if (new_name != nullptr) {
      rename_column(indexes, column, new_name);
    } else {
      std::erase_if(indexes, [&](const SparseIndex& index) {
        return names_column(std::span(&index, 1), column);
      });
    }
    return copied(text_of(indexes));
  });
}

}  // namespace varve::columnstore

// varve_catalog.sparse_index_entries(list text) returns jsonb
VARVE_SQL_FUNCTION(varve_sparse_index_entries) {
  const char* list = varve::pg::call([&] { return text_to_cstring(PG_GETARG_TEXT_PP(0)); });
  const std::string json =
      varve::columnstore::json_of(varve::columnstore::parse_sparse_indexes(list));
  return varve::pg::call(
      [&] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.c_str())); });
}
