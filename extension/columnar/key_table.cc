#include "extension/columnar/key_table.h"

#include <new>

#include "extension/pg/postgres.h"
extern "C" {
#include <common/hashfn.h>
#include <miscadmin.h>
#include <utils/lsyscache.h>
}

namespace varve::columnar {
namespace {

constexpr int kWorthATable = 32;  // keys looked for

/// The hash function that agrees with the index about what is equal; false where there is none.
bool find_hash(const IndexForm& form, int position, FmgrInfo* hash, MemoryContext context) {
  const Oid type = form.index->rd_opcintype[position];
  const Oid equals =
      get_opfamily_member(form.index->rd_opfamily[position], type, type, BTEqualStrategyNumber);
  RegProcedure left = InvalidOid;
  RegProcedure right = InvalidOid;
  if (!OidIsValid(equals) || !get_op_hash_functions(equals, &left, &right)) return false;
  fmgr_info_cxt(left, hash, context);
  return true;
}

KeyTable* describe(Beside& kept, const IndexForm& form) {
  auto* table = static_cast<KeyTable*>(MemoryContextAllocZero(kept.context, sizeof(KeyTable)));
  table->index = RelationGetRelid(form.index);
  const Form_pg_index definition = form.definition();
  for (int i = 0; i < definition->indnkeyatts; ++i) {
    if (definition->indkey.values[i] == 0) continue;
    const int at = table->count++;
    table->positions[at] = i;
    table->attributes[at] = definition->indkey.values[i];
    table->collations[at] = form.index->rd_indcollation[i];
    if (!find_hash(form, i, &table->hashes[at], kept.context)) table->is_impossible = true;
  }
  table->is_impossible = table->is_impossible || table->count == 0;
  table->next = kept.tables;
  kept.tables = table;
  return table;
}

KeyTable* find(Beside& kept, const IndexForm& form) {
  KeyTable* table = kept.tables;
  while (table != nullptr && table->index != RelationGetRelid(form.index)) table = table->next;
  return table != nullptr ? table : describe(kept, form);
}

std::uint32_t hash_of_value(KeyTable& table, int column, Datum value, bool is_null) {
  if (is_null) return 0;
  return DatumGetUInt32(FunctionCall1Coll(&table.hashes[column], table.collations[column], value));
}

void insert_vector(KeyTable& table, columnstore::Reader& reader,
                   const columnstore::GroupInfo& group, std::uint32_t vector) {
  std::uint32_t hashes[columnstore::kVectorLength] = {};
  std::uint32_t rows = 0;
  for (int i = 0; i < table.count; ++i) {
    const columnstore::Vector& column = reader.column(group.number, vector, table.attributes[i]);
    rows = column.rows;
    for (std::uint32_t row = 0; row < rows; ++row) {
      hashes[row] =
          hash_combine(hashes[row], hash_of_value(table, i, column.values[row], column.nulls[row]));
    }
  }
  const std::uint32_t first = vector * columnstore::kVectorLength;
  for (std::uint32_t row = 0; row < rows; ++row) {
    table.rows->insert(hashes[row], {group.number, static_cast<std::uint16_t>(first + row)});
  }
}

void make(KeyTable& table, MemoryContext context, columnstore::Reader& reader) {
  std::size_t rows = 0;
  for (const columnstore::GroupInfo& group : reader.groups()) rows += group.rows;
  const std::size_t count = RowTable::entries_for(rows);
  const std::size_t size = count * sizeof(RowTable::Entry);
  if (size > static_cast<std::size_t>(maintenance_work_mem) * 1024) {
    table.is_impossible = true;
    return;
  }
  auto* entries = static_cast<RowTable::Entry*>(
      MemoryContextAllocExtended(context, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
  void* memory = MemoryContextAlloc(context, sizeof(RowTable));
  table.rows = new (memory) RowTable(std::span(entries, count));
  for (const columnstore::GroupInfo& group : reader.groups()) {
    for (std::uint32_t at = 0; at < group.rows; at += columnstore::kVectorLength) {
      CHECK_FOR_INTERRUPTS();
      insert_vector(table, reader, group, at / columnstore::kVectorLength);
    }
  }
}

}  // namespace

KeyTable* key_table(columnstore::Reader& reader, const IndexForm& form) {
  Beside* kept = beside(&reader);
  if (kept == nullptr) return nullptr;
  KeyTable* table = find(*kept, form);
  if (table->rows != nullptr) return table;
  if (table->is_impossible || ++table->asked < kWorthATable) return nullptr;
  make(*table, kept->context, reader);
  return table->rows != nullptr ? table : nullptr;
}

std::uint32_t hash_of(KeyTable& table, const Datum* values, const bool* nulls) {
  std::uint32_t hash = 0;
  for (int i = 0; i < table.count; ++i) {
    const int position = table.positions[i];
    hash = hash_combine(hash, hash_of_value(table, i, values[position], nulls[position]));
  }
  return hash;
}

}  // namespace varve::columnar
