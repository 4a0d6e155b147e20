#include "platform/ingest/batch.h"

#include <algorithm>
#include <utility>

#include "platform/ingest/table.h"

namespace varve::ingest {
namespace {

Text tenant_header(const Message& message) {
  for (const Header& header : message.headers) {
    if (header.name == "tenant") return header.value;
  }
  return std::nullopt;
}

Instant time_of(const Event& event) {
  return std::visit([](const Envelope& envelope) { return envelope.time; }, event);
}

}  // namespace

void Batch::add(Message message, Decoder& decoder, std::string_view topic, Instant now) {
  if (messages.empty()) opened = Clock::now();
  const auto index = static_cast<std::uint32_t>(messages.size());
  const auto kind = message.partition.topic;
  const auto slot = static_cast<std::size_t>(kind);
  const std::string_view value = message.value.value_or("");
  bytes += value.size();
  try {
    const Origin origin{topic, message.partition.number, message.offset, tenant_header(message)};
    const Event& event = decoder.decode(kind, value, origin, now);
    append_row(rows[slot], event, index);
    newest[slot] = std::max(newest[slot].value_or(Instant::min()), time_of(event));
  } catch (const Rejection& rejection) {
    reject(index, rejection);
  }
  messages.push_back(std::move(message));
}

void Batch::advance(const Position& position, std::int64_t to) {
  for (Progress& step : progress) {
    if (step.partition == position.partition) {
      step.to = to;
      return;
    }
  }
  progress.push_back({position.partition, position.epoch, position.next, to});
}

void Batch::reject(std::uint32_t message, const Rejection& rejection) {
  dead_letters.push_back({message, rejection.code(), rejection.field(), rejection.what()});
}

void Batch::clear() {
  messages.clear();
  for (RowBuffer& buffer : rows) buffer.clear();
  newest.fill(std::nullopt);
  dead_letters.clear();
  progress.clear();
  gaps.clear();
  bytes = 0;
}

}  // namespace varve::ingest
