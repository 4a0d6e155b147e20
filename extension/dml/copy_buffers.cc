#include "extension/dml/copy_buffers.h"

#include <algorithm>

#include "extension/pg/executor.h"
extern "C" {
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/tableam.h>
#include <commands/trigger.h>
}

namespace varve::dml {

struct CopyBuffers::Buffer {
  ResultRelInfo* target;
  BulkInsertState bulk;
  TupleTableSlot** slots;  // `capacity` of them, made on first use
  uint64* lines;           // of the input
  int capacity;
  int used;
  Buffer* next;
};

namespace {

// PostgreSQL keeps the place for its own COPY, and leaves the type to whoever copies.
template <class Buffer>
Buffer* buffer_in(const ResultRelInfo& target) {
  return reinterpret_cast<Buffer*>(target.ri_CopyMultiInsertBuffer);
}

template <class Buffer>
void put_buffer(ResultRelInfo& target, Buffer* buffer) {
  target.ri_CopyMultiInsertBuffer = reinterpret_cast<CopyMultiInsertBuffer*>(buffer);
}

/// Materializes the row, which may point into memory that ends with it.
std::size_t own_size_of(TupleTableSlot& slot) {
  bool is_copy;
  HeapTuple tuple = ExecFetchSlotHeapTuple(&slot, true, &is_copy);
  const std::size_t size = tuple->t_len;
  if (is_copy) {
    heap_freetuple(tuple);
    ExecMaterializeSlot(&slot);
  }
  return size;
}

bool has_after_row_triggers(const ResultRelInfo& target) {
  return target.ri_TrigDesc != nullptr &&
         (target.ri_TrigDesc->trig_insert_after_row || target.ri_TrigDesc->trig_insert_new_table);
}

}  // namespace

CopyBuffers* CopyBuffers::make(CopyFromState source, EState& estate, CommandId command) {
  auto* buffers = static_cast<CopyBuffers*>(palloc0(sizeof(CopyBuffers)));
  buffers->source_ = source;
  buffers->estate_ = &estate;
  buffers->command_ = command;
  return buffers;
}

CopyBuffers::Buffer& CopyBuffers::buffer_of(ResultRelInfo& target) {
  if (auto* known = buffer_in<Buffer>(target); known != nullptr) return *known;
  if (buffers_ == kOpenChunks) flush();

  MemoryContext caller = MemoryContextSwitchTo(estate_->es_query_cxt);
  auto* buffer = static_cast<Buffer*>(palloc0(sizeof(Buffer)));
  buffer->target = &target;
  buffer->bulk = GetBulkInsertState();
  buffer->capacity = 16;
  buffer->slots = static_cast<TupleTableSlot**>(palloc0(buffer->capacity * sizeof(void*)));
  buffer->lines = static_cast<uint64*>(palloc(buffer->capacity * sizeof(uint64)));
  MemoryContextSwitchTo(caller);

  (last_ != nullptr ? last_->next : first_) = buffer;
  last_ = buffer;
  ++buffers_;
  put_buffer(target, buffer);
  return *buffer;
}

TupleTableSlot& CopyBuffers::next_slot(ResultRelInfo& target) {
  Buffer& buffer = buffer_of(target);
  if (buffer.used == buffer.capacity) {
    const int capacity = std::min(2 * buffer.capacity, kRowsOfChunk);
    const std::size_t size = capacity * sizeof(void*);
    buffer.slots = static_cast<TupleTableSlot**>(repalloc(buffer.slots, size));
    std::fill(buffer.slots + buffer.capacity, buffer.slots + capacity, nullptr);
    buffer.lines = static_cast<uint64*>(repalloc(buffer.lines, capacity * sizeof(uint64)));
    buffer.capacity = capacity;
  }
  TupleTableSlot*& slot = buffer.slots[buffer.used];
  if (slot == nullptr) {
    MemoryContext caller = MemoryContextSwitchTo(estate_->es_query_cxt);
    slot = table_slot_create(target.ri_RelationDesc, nullptr);
    MemoryContextSwitchTo(caller);
  }
  return *slot;
}

void CopyBuffers::store(ResultRelInfo& target) {
  Buffer& buffer = *buffer_in<Buffer>(target);
  bytes_ += own_size_of(*buffer.slots[buffer.used]);
  buffer.lines[buffer.used++] = source_->cur_lineno;
  ++rows_;
  if (rows_ == kRows || bytes_ >= kBytes) {
    flush();
  } else if (buffer.used == kRowsOfChunk) {
    // bytes_ keeps counting it: a little early is good enough.
    rows_ -= buffer.used;
    write(buffer);
  }
}

// Errors name the row's line, whose text is no longer there.
void CopyBuffers::write(Buffer& buffer) {
  const bool line_was_valid = source_->line_buf_valid;
  const uint64 line = source_->cur_lineno;
  source_->line_buf_valid = false;

  // It may leave memory behind.
  MemoryContext caller = MemoryContextSwitchTo(GetPerTupleMemoryContext(estate_));
  table_multi_insert(buffer.target->ri_RelationDesc, buffer.slots, buffer.used, command_, 0,
                     buffer.bulk);
  MemoryContextSwitchTo(caller);

  const bool has_triggers = has_after_row_triggers(*buffer.target);
  for (int i = 0; i < buffer.used; ++i) {
    TupleTableSlot& slot = *buffer.slots[i];
    source_->cur_lineno = buffer.lines[i];
    List* recheck = NIL;
    if (buffer.target->ri_NumIndices > 0) {
      recheck = pg::insert_index_entries(*buffer.target, slot, *estate_);
    }
    if (has_triggers || recheck != NIL) {
      ExecARInsertTriggers(estate_, buffer.target, &slot, recheck, source_->transition_capture);
    }
    list_free(recheck);
    ExecClearTuple(&slot);
  }
  buffer.used = 0;
  source_->line_buf_valid = line_was_valid;
  source_->cur_lineno = line;
}

void CopyBuffers::flush() {
  for (Buffer* buffer = first_; buffer != nullptr; buffer = buffer->next) {
    if (buffer->used > 0) write(*buffer);
  }
  rows_ = 0;
  bytes_ = 0;
  while (buffers_ > kIdleChunks) release_oldest();
}

void CopyBuffers::release_oldest() {
  Buffer* buffer = first_;
  first_ = buffer->next;
  if (first_ == nullptr) last_ = nullptr;
  --buffers_;
  put_buffer<Buffer>(*buffer->target, nullptr);
  FreeBulkInsertState(buffer->bulk);
  for (int i = 0; i < buffer->capacity && buffer->slots[i] != nullptr; ++i) {
    ExecDropSingleTupleTableSlot(buffer->slots[i]);
  }
  table_finish_bulk_insert(buffer->target->ri_RelationDesc, 0);
  pfree(buffer->slots);
  pfree(buffer->lines);
  pfree(buffer);
}

void CopyBuffers::release() {
  Assert(rows_ == 0);
  while (first_ != nullptr) release_oldest();
}

}  // namespace varve::dml
