// What the filters of a row group say of values that are asked for.
#include <algorithm>

#include "kernel/codec/bloom.h"

#include "extension/columnstore/reader.h"
#include "extension/columnstore/reader_state.h"
#include "extension/columnstore/sparse_settings.h"
#include "extension/columnstore/value_hash.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <utils/memutils.h>
}

namespace varve::columnstore {
namespace {

/// What is asked of the columns of a filter, in its order.
struct Question {
  const HashedColumn* columns[codec::kMostFilterColumns];
  std::size_t count;
  std::size_t hashes;  // combinations
};

/// Whether values of the column are hashed as they were when the group was written.
bool is_hashed_alike(Reader::State& state, int position, AttrNumber attribute) {
  codec::ColumnDescriptor then;
  if (!find_column(state, position, attribute, then)) return false;
  const Column& now = known_column(state, attribute).column;
  return then.type == now.type ||
         value_hash_of(then.type, now.collation) == value_hash_of(now.type, now.collation);
}

/// False where something else is asked than the filter can answer.
bool set_question(Reader::State& state, int position, const codec::FilterDescriptor& filter,
                  std::span<const HashedColumn> wanted, Question* question) {
  *question = {{}, filter.columns, 1};
  if (filter.columns > 1 && !are_composite_blooms_read()) return false;
  for (std::size_t i = 0; i < question->count; ++i) {
    const AttrNumber attribute = filter.attributes[i];
    const auto asked = std::find_if(wanted.begin(), wanted.end(), [&](const HashedColumn& column) {
      return column.attribute == attribute;
    });
    if (asked == wanted.end() || asked->count == 0) return false;
    question->columns[i] = &*asked;
    question->hashes *= asked->count;
    if (question->hashes > kMostHashes) return false;
  }
  return std::all_of(
      filter.attributes, filter.attributes + filter.columns,
      [&](AttrNumber attribute) { return is_hashed_alike(state, position, attribute); });
}

/// The hash of a combination, by its number.
std::uint64_t hash_of(const Question& question, std::size_t number) {
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < question.count; ++i) {
    const HashedColumn& column = *question.columns[i];
    const std::uint64_t own = column.hashes[number % column.count];
    hash = i == 0 ? own : codec::combined_hash(hash, own);
    number /= column.count;
  }
  return hash;
}

/// Makes the filter the one whose pages are kept.
void open_filter(Reader::State& state, int position, std::size_t number,
                 const codec::FilterDescriptor& filter) {
  OpenFilter& open = state.filter;
  if (open.context != nullptr && open.group == position && open.number == number) return;
  if (open.context == nullptr) {
    open.context =
        AllocSetContextCreate(state.context, "pages of a bloom filter", ALLOCSET_SMALL_SIZES);
  }
  MemoryContextReset(open.context);
  open.group = position;
  open.number = number;
  const std::size_t pages = (filter.blocks + codec::kBloomPageBlocks - 1) / codec::kBloomPageBlocks;
  open.pages =
      static_cast<const char**>(MemoryContextAllocZero(open.context, pages * sizeof(char*)));
}

/// A page of the filter, checked.
ByteView page_of(Reader::State& state, int position, const codec::FilterDescriptor& filter,
                 std::uint32_t number) {
  const std::size_t size = codec::bloom_page_bytes(filter.blocks, number);
  const Place place{state, state.infos[position].number, filter.attributes[0]};
  const char*& page = state.filter.pages[number];
  if (page != nullptr) return std::as_bytes(std::span(page, size));
  const char* bytes = nullptr;
  if ((filter.flags & codec::kFilterInline) != 0) {
    const ByteView stored = state.groups[position].descriptor->inline_filter(filter);
    bytes = reinterpret_cast<const char*>(stored.data());
  } else {
    auto* room = static_cast<char*>(MemoryContextAlloc(state.filter.context, size));
    if (!read_piece(state.store, filter.value_id, static_cast<std::int32_t>(number), room, size)) {
      report_missing_bytes(place);
    }
    bytes = room;
  }
  reading(place, [&] {
    codec::check_bloom_page(std::as_bytes(std::span(bytes, size)), filter.blocks, number);
    return 0;
  });
  page = bytes;
  return std::as_bytes(std::span(bytes, size));
}

bool filter_excludes(Reader::State& state, int position, std::size_t number,
                     std::span<const HashedColumn> wanted) {
  const codec::FilterDescriptor filter = descriptor_of(state, position).filter(number);
  Question question;
  if (!set_question(state, position, filter, wanted, &question)) return false;
  open_filter(state, position, number, filter);
  for (std::size_t i = 0; i < question.hashes; ++i) {
    const std::uint64_t hash = hash_of(question, i);
    const ByteView page =
        page_of(state, position, filter, codec::bloom_page_of(hash, filter.blocks));
    if (codec::bloom_may_contain(page, filter.blocks, hash)) return false;
  }
  return true;
}

}  // namespace

std::span<const AttrNumber> Reader::filtered_columns(std::uint16_t group) {
  const codec::RowGroup& descriptor = descriptor_of(*state_, existing(*state_, group));
  auto* columns = static_cast<AttrNumber*>(palloc((descriptor.filters() + 1) * sizeof(AttrNumber)));
  std::size_t count = 0;
  for (std::size_t i = 0; i < descriptor.filters(); ++i) {
    const codec::FilterDescriptor filter = descriptor.filter(i);
    if (filter.columns == 1) columns[count++] = filter.attributes[0];
  }
  return {columns, count};
}

bool Reader::has_filters(std::uint16_t group) {
  return are_blooms_read() && descriptor_of(*state_, existing(*state_, group)).filters() > 0;
}

bool Reader::may_have(std::uint16_t group, std::span<const HashedColumn> wanted) {
  if (wanted.empty() || !has_filters(group)) return true;
  const int position = existing(*state_, group);
  const std::size_t filters = descriptor_of(*state_, position).filters();
  for (std::size_t i = 0; i < filters; ++i) {
    if (filter_excludes(*state_, position, i, wanted)) return false;
  }
  return true;
}

}  // namespace varve::columnstore
