#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <access/genam.h>
#include <utils/rel.h>
}

// The store of a chunk: tuples (chunk_id oid, chunk_seq integer, chunk_data bytea) of its TOAST
// relation, beside the values of the row part. Dropping, truncating, rewriting or dumping a table
// takes its TOAST relation along, so the store needs no care of its own. C API.
namespace varve::columnstore {

// chunk_ids that are never handed out to values, which start at 16384.
inline constexpr Oid kGroupKind = 1;     // heads of row groups; chunk_seq is the group's number
inline constexpr Oid kHeaderKind = 2;    // header tuples: group << 16 | row
inline constexpr Oid kBitmapKind = 3;    // deletion bitmaps: group << 16 | vector << 10 | number
inline constexpr Oid kCompleteKind = 4;  // complete indexes: the number of the index's file

inline constexpr std::size_t kPieceBytes = 8096;  // of a blob in one tuple

/// The TOAST relation of a chunk and its index; both stay locked to the end of the transaction.
struct Store {
  Relation toast;
  Relation index;
};

Store open_store(Oid toast, LOCKMODE mode);
void close_store(const Store& store);

/// Adds one tuple, unseen by logical decoding. The TOAST relation is one that this transaction has
/// made: before others can know it, whatever is in it is there for all, and frozen.
void put(const Store& store, Oid kind, std::int32_t sequence, const void* data, std::size_t size);

/// Adds a tuple without data to a store that others use: it is there once this transaction commits.
void mark(const Store& store, Oid kind, std::int32_t sequence);
/// Whether there is a tuple of the kind and number, committed or made by this transaction.
bool has(const Store& store, Oid kind, std::int32_t sequence);

/// Adds a blob under a new chunk_id, in pieces; the id.
Oid put_blob(const Store& store, const void* data, std::size_t size);

/// The bytes of a blob, which must have `size`, at `out`. False where they do not.
bool read_blob(const Store& store, Oid id, char* out, std::size_t size);

/// The bytes of one piece of a blob, which must have `size`, at `out`. False where they do not.
bool read_piece(const Store& store, Oid id, std::int32_t sequence, char* out, std::size_t size);

/// Copies a blob of `size` bytes into another store; its id there, or InvalidOid where the bytes
/// are not all there.
Oid copy_blob(const Store& from, Oid id, const Store& to, std::size_t size);

/// Goes through the tuples of a kind in the order of chunk_seq, as committed or made by this
/// transaction. Nothing else may be done with the bytes than to read them until the next step.
class StoreScan {
 public:
  StoreScan(const Store& store, Oid kind);
  /// False at the end.
  bool next();
  void end();

  std::int32_t sequence = 0;
  TransactionId writer = InvalidTransactionId;
  const char* data = nullptr;
  std::size_t size = 0;

 private:
  Relation toast_;
  SysScanDesc scan_;
};

}  // namespace varve::columnstore
