#pragma once

#include <cstddef>
#include <memory_resource>
#include <new>
#include <optional>
#include <utility>

#include "extension/pg/boundary.h"

namespace varve::pg {

/// Lets kernel containers live in a memory context: PostgreSQL accounts for them, and frees them on
/// abort even where a longjmp skips their destructors.
class ContextResource final : public std::pmr::memory_resource {
 public:
  explicit ContextResource(MemoryContext context) noexcept : context_(context) {}

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (alignment > MAXIMUM_ALIGNOF || !AllocHugeSizeIsValid(bytes)) throw std::bad_alloc();
    void* memory = MemoryContextAllocExtended(context_, bytes, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
  }
  void do_deallocate(void* memory, std::size_t, std::size_t) override { pfree(memory); }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  MemoryContext context_;
};

/// Handle to a T that dies with a memory context, on commit and abort alike, or earlier by reset().
///
/// T's destructor may free memory and close files. It must not release relations, buffers or
/// snapshots: on abort their resource owner has the first word. Close those in T's own end().
template <class T>
class ContextOwned {
 public:
  template <class... Args>
  static ContextOwned make(MemoryContext context, Args&&... args) {
    static_assert(alignof(Slot) <= MAXIMUM_ALIGNOF);
    void* memory = call([&] { return MemoryContextAlloc(context, sizeof(Slot)); });
    Slot* slot = new (memory) Slot;
    slot->callback.func = [](void* s) { static_cast<Slot*>(s)->value.reset(); };
    slot->callback.arg = slot;
    MemoryContextRegisterResetCallback(context, &slot->callback);
    slot->value.emplace(std::forward<Args>(args)...);
    return ContextOwned(slot);
  }
  T* operator->() const noexcept { return &*slot_->value; }
  void reset() noexcept { slot_->value.reset(); }

 private:
  struct Slot {
    MemoryContextCallback callback{};
    std::optional<T> value;
  };
  explicit ContextOwned(Slot* slot) noexcept : slot_(slot) {}
  Slot* slot_;
};

}  // namespace varve::pg
