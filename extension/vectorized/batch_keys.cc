#include "extension/vectorized/batch_keys.h"

#include <algorithm>
#include <cstring>

extern "C" {
#include <fmgr.h>
}

namespace varve::vectorized {

void BatchKeys::begin(std::span<const PlannedKey> keys) {
  keys_ = keys;
  stride_ = 1;
  const auto room = [](std::size_t words) {
    return static_cast<std::uint64_t*>(palloc(sizeof(std::uint64_t) * words * kMostBatchRows));
  };
  for (std::size_t i = 0; i < keys.size(); ++i) {
    stride_ += keys[i].words();
    if (keys[i].kind() != PlannedKey::Kind::kText) continue;
    has_texts_ = true;
    text_hashes_[i] = room(1);
  }
  words_ = room(static_cast<std::size_t>(stride_));
  hashes_ = room(1);
}

void BatchKeys::start(const TargetColumn* columns, std::span<const std::uint16_t> rows,
                      MemoryContext memory) {
  columns_ = columns;
  rows_ = rows;
  memory_ = memory;
  runs_.begin(keys_, columns, rows);
}

std::size_t BatchKeys::end_of_run(std::size_t i) {
  std::size_t end = rows_.size();
  for (std::size_t key = 0; key < keys_.size(); ++key) {
    end = std::min(end, runs_.run_at(static_cast<int>(key), i).end);
  }
  return end;
}

void BatchKeys::compute(std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) {
    word(i, 0) = 0;
    hashes_[i] = 0;
  }
  int at = 1;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const int key = static_cast<int>(i);
    switch (keys_[i].kind()) {
      case PlannedKey::Kind::kUuid: compute_uuids(key, at, first, last); break;
      case PlannedKey::Kind::kText: compute_texts(key, at, first, last); break;
      case PlannedKey::Kind::kValue:
        if (columns_[keys_[i].target].step != nullptr) {
          compute_runs(key, at, first, last);
        } else {
          compute_values(key, at, first, last);
        }
        break;
    }
    at += keys_[i].words();
  }
  for (std::size_t i = first; i < last; ++i) {
    hashes_[i] = finished(mixed_in(hashes_[i], word(i, 0)));
  }
}

void BatchKeys::set_word(std::size_t i, int at, std::uint64_t value) {
  word(i, at) = value;
  hashes_[i] = mixed_in(hashes_[i], value);
}

void BatchKeys::set_null(int key, int at, std::size_t i) {
  word(i, 0) |= std::uint64_t{1} << key;
  for (int k = 0; k < keys_[static_cast<std::size_t>(key)].words(); ++k) set_word(i, at + k, 0);
}

void BatchKeys::compute_values(int key, int at, std::size_t first, std::size_t last) {
  const PlannedKey& planned = keys_[static_cast<std::size_t>(key)];
  const TargetColumn& column = columns_[planned.target];
  for (std::size_t i = first; i < last; ++i) {
    const std::uint16_t row = rows_[i];
    if (column.nulls[row]) {
      set_null(key, at, i);
    } else {
      set_word(i, at, key_bits(column.values[row], planned.length));
    }
  }
}

void BatchKeys::compute_runs(int key, int at, std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last;) {
    const KeyRuns::Run& run = runs_.run_at(key, i);
    for (const std::size_t end = std::min(run.end, last); i < end; ++i) {
      if (run.is_null) {
        set_null(key, at, i);
      } else {
        set_word(i, at, run.bits);
      }
    }
  }
}

void BatchKeys::compute_uuids(int key, int at, std::size_t first, std::size_t last) {
  const TargetColumn& column = columns_[keys_[static_cast<std::size_t>(key)].target];
  for (std::size_t i = first; i < last; ++i) {
    const std::uint16_t row = rows_[i];
    if (column.nulls[row]) {
      set_null(key, at, i);
      continue;
    }
    std::uint64_t words[2];
    std::memcpy(words, DatumGetPointer(column.values[row]), sizeof words);
    set_word(i, at, words[0]);
    set_word(i, at + 1, words[1]);
  }
}

/// The word is the text's address until keep().
void BatchKeys::compute_texts(int key, int at, std::size_t first, std::size_t last) {
  const TargetColumn& column = columns_[keys_[static_cast<std::size_t>(key)].target];
  std::uint64_t* hashes = text_hashes_[key];
  const MemoryContext before = MemoryContextSwitchTo(memory_);
  for (std::size_t i = first; i < last; ++i) {
    const std::uint16_t row = rows_[i];
    if (column.nulls[row]) {
      set_null(key, at, i);
      continue;
    }
    const struct varlena* text =
        pg_detoast_datum_packed(reinterpret_cast<struct varlena*>(column.values[row]));
    hashes[i] = TextSet::hash_of(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text));
    word(i, at) = PointerGetDatum(text);
    hashes_[i] = mixed_in(hashes_[i], hashes[i]);
  }
  MemoryContextSwitchTo(before);
}

void BatchKeys::keep(std::size_t i, TextSet& texts) {
  int at = 1;
  for (std::size_t key = 0; key < keys_.size(); ++key) {
    const bool is_null = (word(i, 0) >> key & 1) != 0;
    if (keys_[key].kind() == PlannedKey::Kind::kText && !is_null) {
      const auto* text = reinterpret_cast<const struct varlena*>(word(i, at));
      word(i, at) = texts.find(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text), text_hashes_[key][i]);
    }
    at += keys_[key].words();
  }
}

}  // namespace varve::vectorized
