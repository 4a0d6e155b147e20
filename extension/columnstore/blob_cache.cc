#include "extension/columnstore/blob_cache.h"

extern "C" {
#include <lib/ilist.h>
#include <utils/hsearch.h>
}

namespace varve::columnstore {
namespace {

constexpr std::size_t kMostBytes = std::size_t{32} << 20;
constexpr std::size_t kMostBlob = kMostBytes / 8;

struct Entry {
  CachedBlob blob;  // first: its key is the hash table's
  dlist_node node;  // in `recent`
  int pins;
  bool is_stale;  // not to be found again
};

/// What the reset of a user's memory context does: gives one pin back.
struct Pin {
  MemoryContextCallback callback;
  Entry* entry;
};

/// What the hash table holds: entries themselves must not move, nor go while they are in use.
struct Slot {
  CachedBlob::Key key;
  Entry* entry;
};

HTAB* table = nullptr;
MemoryContext context = nullptr;
dlist_head recent = DLIST_STATIC_INIT(recent);  // the last one is the first to go
std::size_t total = 0;

void make_table() {
  context = AllocSetContextCreate(TopMemoryContext, "columnar blobs", ALLOCSET_DEFAULT_SIZES);
  HASHCTL control = {};
  control.keysize = sizeof(CachedBlob::Key);
  control.entrysize = sizeof(Slot);
  control.hcxt = context;
  table = hash_create("columnar blobs", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

Slot* slot_of(const CachedBlob::Key& key, HASHACTION action) {
  if (table == nullptr) return nullptr;
  return static_cast<Slot*>(hash_search(table, &key, action, nullptr));
}

/// As dlist_container(), which is not C++.
Entry* entry_of(dlist_node* node) {
  return reinterpret_cast<Entry*>(reinterpret_cast<char*>(node) - offsetof(Entry, node));
}

void release(Entry* entry) {
  total -= entry->blob.size;
  pfree(const_cast<char*>(entry->blob.bytes));
  pfree(entry);
}

/// Takes it out of what can be found; it goes now, or with its last pin.
void drop(Entry* entry) {
  if (entry->is_stale) return;
  entry->is_stale = true;
  slot_of(entry->blob.key, HASH_REMOVE);
  dlist_delete(&entry->node);
  if (entry->pins == 0) release(entry);
}

void unpin(void* argument) {
  Entry* entry = static_cast<Pin*>(argument)->entry;
  if (--entry->pins == 0 && entry->is_stale) release(entry);
}

void pin(Entry* entry, MemoryContext user) {
  auto* pin = static_cast<Pin*>(MemoryContextAlloc(user, sizeof(Pin)));
  pin->callback.func = unpin;
  pin->callback.arg = pin;
  pin->entry = entry;
  ++entry->pins;
  MemoryContextRegisterResetCallback(user, &pin->callback);
}

void make_way(std::size_t size) {
  while (total + size > kMostBytes && !dlist_is_empty(&recent)) {
    drop(entry_of(dlist_tail_node(&recent)));
  }
}

}  // namespace

CachedBlob* find_blob(CachedBlob::Key key, std::size_t size, MemoryContext user) {
  Slot* slot = slot_of(key, HASH_FIND);
  if (slot == nullptr) return nullptr;
  Entry* entry = slot->entry;
  if (entry->blob.size != size) {  // of another relation that had the same OID
    drop(entry);
    return nullptr;
  }
  pin(entry, user);
  dlist_move_head(&recent, &entry->node);
  return &entry->blob;
}

char* blob_room(std::size_t size) {
  if (size > kMostBlob || size == 0) return nullptr;
  if (table == nullptr) make_table();
  make_way(size);
  return static_cast<char*>(MemoryContextAlloc(context, size));
}

CachedBlob* add_blob(CachedBlob::Key key, char* bytes, std::size_t size, MemoryContext user) {
  if (Slot* slot = slot_of(key, HASH_FIND)) drop(slot->entry);
  auto* entry = static_cast<Entry*>(MemoryContextAllocZero(context, sizeof(Entry)));
  entry->blob = {key, bytes, size, false};
  slot_of(key, HASH_ENTER)->entry = entry;
  dlist_push_head(&recent, &entry->node);
  total += size;
  pin(entry, user);
  return &entry->blob;
}

void forget_blobs(Oid toast) {
  if (table == nullptr) return;
  for (dlist_node* node = recent.head.next; node != &recent.head;) {
    Entry* entry = entry_of(node);
    node = node->next;
    if (!OidIsValid(toast) || entry->blob.key.toast == toast) drop(entry);
  }
}

}  // namespace varve::columnstore
