#include "extension/columnstore/group_sort.h"

extern "C" {
#include <executor/executor.h>
#include <miscadmin.h>
}

namespace varve::columnstore {
namespace {

std::size_t budget_of(double share) {
  return static_cast<std::size_t>(maintenance_work_mem * share) * 1024;
}

}  // namespace

GroupSort::GroupSort(Relation chunk, const SortOrder& order, Writer& writer, std::size_t bytes,
                     double share)
    : chunk_(chunk),
      writer_(writer),
      budget_(budget_of(share)),
      in_memory_(bytes <= budget_ ? RowSorter::open(chunk, order) : nullptr),
      tuples_(in_memory_ == nullptr ? begin_sort(chunk, order, static_cast<int>(budget_ / 1024))
                                    : nullptr) {}

void GroupSort::add(TupleTableSlot* slot) {
  if (in_memory_ == nullptr) return tuplesort_puttupleslot(tuples_, slot);
  in_memory_->add(slot);
  if (in_memory_->bytes() > budget_) in_memory_->write(writer_);
}

void GroupSort::write_sorted() {
  TupleTableSlot* slot = MakeSingleTupleTableSlot(RelationGetDescr(chunk_), &TTSOpsMinimalTuple);
  tuplesort_performsort(tuples_);
  while (tuplesort_gettupleslot(tuples_, true, false, slot, nullptr)) {
    CHECK_FOR_INTERRUPTS();
    writer_.add(slot);
  }
  ExecDropSingleTupleTableSlot(slot);
  tuplesort_end(tuples_);
}

void GroupSort::finish() {
  if (in_memory_ != nullptr) {
    in_memory_->write(writer_);
  } else {
    write_sorted();
  }
}

}  // namespace varve::columnstore
