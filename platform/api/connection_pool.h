#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "platform/api/answer.h"
#include "platform/base/metrics.h"

namespace varve::api {

/// Worker threads, each with one connection of its own, that run questions in the order they came.
/// Of several that are idle the one that worked last is next: its backend knows the tables already,
/// and so little load needs few backends.
///
/// Why threads, not one asynchronous loop: the number of queries at a time is the number of
/// connections anyway, so there is nothing to win but threads that wait; and handlers stay plain
/// functions, which tests call with a fake. The I/O threads never touch a connection.
///
/// Connections are opened when first needed, and again after they were lost: a query on a
/// connection that had gone stale is tried once more on a fresh one. While PostgreSQL is away each
/// question fails at once with an error of class kConnection.
class ConnectionPool {
 public:
  using Task = std::function<void(Database&)>;  // must not throw

  struct Settings {
    std::string conninfo;
    int size;
    std::chrono::milliseconds statement_timeout;
  };
  ConnectionPool(Settings settings, Metrics& metrics);
  /// Waits for the tasks that run; those that still wait are run too, fast, since they are given a
  /// database that fails.
  ~ConnectionPool();

  /// False where too many wait already: the caller answers 503.
  bool submit(Task task);

 private:
  struct Waiting {
    Task task;
    std::chrono::steady_clock::time_point since;
  };
  struct Worker {
    std::condition_variable_any wakeup;
    std::optional<Waiting> next;  // handed over while it was idle
  };
  void work(const std::stop_token& stop, Worker& self);
  std::optional<Waiting> take(const std::stop_token& stop, Worker& self);

  const Settings settings_;
  const std::size_t most_waiting_;
  prometheus::Gauge& in_use_;
  prometheus::Histogram& wait_seconds_;

  std::mutex mutex_;  // guards what follows, up to the threads
  std::deque<Waiting> waiting_;
  std::deque<Worker> workers_;
  std::vector<Worker*> idle_;
  std::vector<std::jthread> threads_;
};

}  // namespace varve::api
