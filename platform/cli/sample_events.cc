#include "platform/cli/sample_events.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "platform/base/log.h"
#include "platform/cli/broker.h"
#include "platform/cli/event_sender.h"
#include "platform/cli/terminal.h"
#include "platform/sample/timeline.h"

using namespace std::chrono_literals;

namespace varve::cli {
namespace {

using sample::TimePoint;
using Clock = std::chrono::steady_clock;

constexpr auto kScrapeOfLastHour = 10s;
constexpr auto kFlushTimeout = 30s;
// The development broker keeps 5 MiB; its overhead a message is not in our count.
constexpr std::size_t kBacklogBytes = 2 << 20;
constexpr std::int64_t kFlushEvery = 1000;  // events; less than kBacklogBytes even in one partition
constexpr auto kIngestPatience = 60s;

TimePoint now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Offsets ingested(database::Connection& connection, const std::string& group) {
  const auto rows = connection.execute(
      "SELECT topic, part, next_offset FROM ingest.offsets WHERE group_id = $1", {group});
  Offsets offsets;
  for (int row = 0; row < rows.rows(); ++row) {
    offsets[{std::string(rows.text(row, 0)), std::int32_t(rows.integer(row, 1))}] =
        rows.integer(row, 2);
  }
  return offsets;
}

/// Holds the sender back while the ingest is far behind.
class Pace {
 public:
  Pace(EventSender& sender, database::Connection& connection, std::string group)
      : sender_(sender), connection_(connection), group_(std::move(group)) {}

  void wait() {
    sender_.flush(kFlushTimeout);
    if (sender_.failed() > 0)
      throw std::runtime_error("an event was not taken: " + sender_.failure());
    if (sender_.backlog().largest_bytes() < kBacklogBytes) return;
    auto progress = Clock::now();
    for (std::size_t before = sender_.backlog().messages();;) {
      sender_.backlog().consumed(ingested(connection_, group_));
      if (sender_.backlog().largest_bytes() < kBacklogBytes) return;
      if (sender_.backlog().messages() < before) {
        before = sender_.backlog().messages();
        progress = Clock::now();
      }
      if (Clock::now() - progress > kIngestPatience) {
        throw std::runtime_error(
            "the ingest does not read what was sent; is `varved ingest` running?");
      }
      std::this_thread::sleep_for(100ms);
    }
  }

 private:
  EventSender& sender_;
  database::Connection& connection_;
  std::string group_;
};

/// True once stop is requested; false at `time`.
bool stopped_before(TimePoint time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wakeup;
  std::unique_lock lock(mutex);
  return wakeup.wait_until(lock, stop, time, [&] { return stop.stop_requested(); });
}

/// The story so far, or a new one.
Loaded loaded_or_new(const Config& config, std::uint64_t seed) {
  auto connection = database::Connection::open(config.text("database.conninfo"), "varve sample");
  if (const auto loaded = find_loaded(connection)) return *loaded;
  return {seed, std::chrono::floor<std::chrono::days>(now()), now()};
}

/// Live events through whatever broker there is now: the development broker comes back elsewhere.
class LiveFeed {
 public:
  LiveFeed(const Config& config, const LiveOptions& options) : config_(config), options_(options) {
    connect();
  }

  void send(const sample::Event& event) {
    sender_->send(event);
    // What waits for the ingest is its business here: at this rate no broker overflows in an hour.
    sender_->backlog() = {};
    if (sender_->failed() > 0) {
      log::warn("events were not taken",
                {{"count", sender_->failed()}, {"error", sender_->failure()}});
      connect();
    }
    if (Clock::now() - reported_ > 1min) report();
  }

  void report() {
    sender_->poll();
    log::info("live events", {{"sent", sent_before_ + sender_->acknowledged()}});
    reported_ = Clock::now();
  }

  void drain() {
    sender_->flush(5s);
    report();
  }

 private:
  void connect() {
    if (sender_ != nullptr) sent_before_ += sender_->acknowledged();
    const std::string bootstrap = options_.bootstrap ? *options_.bootstrap : bootstrap_of(config_);
    sender_ = std::make_unique<EventSender>(bootstrap, topics_of(config_));
    log::info("sending live events",
              {{"bootstrap", bootstrap}, {"rate_per_second", options_.rate_per_second}});
  }

  const Config& config_;
  const LiveOptions& options_;
  std::unique_ptr<EventSender> sender_;
  std::int64_t sent_before_ = 0;
  Clock::time_point reported_ = Clock::now();
};

}  // namespace

std::string send_last_hour(const Config& config, const std::string& bootstrap, std::ostream& out) {
  auto connection = database::Connection::open(config.text("database.conninfo"), "varve sample");
  auto loaded = find_loaded(connection);
  if (!loaded) return "left out: no sample history is loaded that they could continue";
  const TimePoint until = now();
  const TimePoint from = std::max(loaded->until, until - 1h);

  EventSender sender(bootstrap, topics_of(config));
  Pace pace(sender, connection, config.text("kafka.group"));
  Progress progress(out, is_terminal(), "last hour through Kafka");
  sample::Timeline timeline(
      {.seed = loaded->seed, .anchor = loaded->anchor, .scrape_interval = kScrapeOfLastHour},
      std::chrono::floor<std::chrono::hours>(from));
  std::int64_t count = 0;
  while (timeline.hour() < until) {
    for (const sample::Event& event : timeline.next_hour()) {
      if (event.arrival < from || event.arrival >= until) continue;
      sender.send(event);
      if (++count % kFlushEvery != 0) continue;
      pace.wait();
      const auto part = std::chrono::duration<double>(event.arrival - from) /
                        std::chrono::duration<double>(until - from);
      progress.show(part, grouped(count) + " events");
    }
  }
  pace.wait();
  progress.finish();
  loaded->until = until;
  remember_loaded(connection, *loaded);
  return grouped(sender.acknowledged()) + " events";
}

void send_live(const Config& config, const LiveOptions& options, const std::stop_token& stop) {
  const Loaded loaded = loaded_or_new(config, options.seed);
  const sample::Settings settings =
      settings_for_rate({.seed = loaded.seed, .anchor = loaded.anchor}, options.rate_per_second);
  const TimePoint from = now();
  LiveFeed feed(config, options);
  sample::Timeline timeline(settings, std::chrono::floor<std::chrono::hours>(from));
  while (!stop.stop_requested()) {
    for (const sample::Event& event : timeline.next_hour()) {
      if (event.arrival < from) continue;
      if (stopped_before(event.arrival, stop)) break;
      feed.send(event);
    }
  }
  feed.drain();
}

sample::Settings settings_for_rate(sample::Settings settings, double rate_per_second) {
  constexpr double kBusinessRate = sample::kBusinessEventsADay / 86'400;
  constexpr double kScraped = double(sample::kServices.size()) * sample::kInstances;
  const double scrape_rate = std::max(rate_per_second - kBusinessRate, kScraped / 3600);
  settings.scrape_interval = std::chrono::milliseconds(std::llround(1000 * kScraped / scrape_rate));
  return settings;
}

}  // namespace varve::cli
