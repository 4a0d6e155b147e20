#include "extension/columnstore/complete_index.h"

#include "extension/columnstore/reader.h"
#include "extension/columnstore/store.h"

#include "extension/pg/oid_cache.h"
extern "C" {
#include <storage/bufmgr.h>
}

namespace varve::columnstore {
namespace {

/// What is known of an index, as long as it has this file and the chunk this store.
struct Entry {
  Oid index;
  Oid file;
  Oid toast;
  bool is_complete;
};

pg::OidCache<Entry> cache("indexes of columnar chunks", 4096);

/// The number that the tuple of a file has.
std::int32_t number_of(Oid file) { return static_cast<std::int32_t>(file); }

bool find_mark(Relation chunk, Oid file) {
  const Store store = open_store(chunk->rd_rel->reltoastrelid, AccessShareLock);
  // A TOAST relation in the middle of TRUNCATE is empty, and its index not yet.
  const bool found =
      RelationGetNumberOfBlocks(store.toast) > 0 && has(store, kCompleteKind, number_of(file));
  close_store(store);
  return found;
}

void set_mark(Relation chunk, Oid file) {
  const Store store = open_store(chunk->rd_rel->reltoastrelid, RowExclusiveLock);
  if (!has(store, kCompleteKind, number_of(file))) mark(store, kCompleteKind, number_of(file));
  close_store(store);
}

}  // namespace

bool is_complete(Relation chunk, Relation index) {
  const Oid oid = RelationGetRelid(index);
  const Oid file = index->rd_node.relNode;
  const Oid toast = chunk->rd_rel->reltoastrelid;
  const Entry* known = cache.find(oid);
  if (known != nullptr && known->file == file && known->toast == toast) return known->is_complete;
  const bool found = find_mark(chunk, file);
  const Entry entry = {oid, file, toast, found};
  cache.enter(oid, entry) = entry;
  return found;
}

void note_complete(Relation chunk, Relation index) {
  set_mark(chunk, index->rd_node.relNode);
  forget_index(RelationGetRelid(index));
}

void note_copied_file(Relation chunk, Oid original, Oid copy) {
  if (has_groups(chunk) && find_mark(chunk, original)) set_mark(chunk, copy);
}

void forget_index(Oid relation) { cache.invalidate(relation); }

}  // namespace varve::columnstore
