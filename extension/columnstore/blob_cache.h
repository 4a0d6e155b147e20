#pragma once

#include <cstddef>

#include "extension/pg/postgres.h"

// Blobs that this backend has read: looking rows up by key reads the same ones again and again, and
// fetching and checking a whole segment costs more than decoding the vector that is asked for. C
// API.
namespace varve::columnstore {

struct CachedBlob {
  struct Key {
    Oid toast;
    Oid id;
  };
  Key key;
  const char* bytes;
  std::size_t size;
  bool is_checked;  // the user's: its checksum is right
};

/// The blob, which stays where it is until `user` is reset, or null.
CachedBlob* find_blob(CachedBlob::Key key, std::size_t size, MemoryContext user);

/// Room for a blob of that size; the caller fills it, then adds it, or frees it if that fails. Null
/// where it is too large to be kept.
char* blob_room(std::size_t size);

/// Keeps `bytes`, of blob_room(); as find_blob() otherwise. Others go where room is short, those
/// first that nobody has asked for longest.
CachedBlob* add_blob(CachedBlob::Key key, char* bytes, std::size_t size, MemoryContext user);

/// Forgets all of a TOAST relation's, whose contents may have changed; InvalidOid: everything.
void forget_blobs(Oid toast);

}  // namespace varve::columnstore
