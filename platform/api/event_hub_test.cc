#include "platform/api/event_hub.h"

#include <gtest/gtest.h>

namespace varve::api {
namespace {

std::string taken(Subscriber& subscriber) {
  std::string all;
  for (const auto& frame : subscriber.waiting) all += *frame;
  subscriber.waiting.clear();
  return all;
}

TEST(EventFrame, FollowsTheStandard) {
  EXPECT_EQ(event_frame("heartbeat", "{}"), "event: heartbeat\ndata: {}\n\n");
  EXPECT_EQ(event_frame("ingest", "a\nb\r\nc\rd", 7),
            "id: 7\nevent: ingest\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
  EXPECT_EQ(event_frame("x", ""), "event: x\ndata: \n\n");
}

TEST(EventHub, EverySubscriberGetsEveryEvent) {
  EventHub hub(5, 10, 10);
  Subscriber a, b;
  int woken = 0;
  a.wake = b.wake = [&] { ++woken; };
  hub.add(a, std::nullopt);
  hub.add(b, std::nullopt);
  hub.publish("e", "1");
  EXPECT_EQ(taken(a), "id: 5\nevent: e\ndata: 1\n\n");
  EXPECT_EQ(taken(b), "id: 5\nevent: e\ndata: 1\n\n");
  EXPECT_EQ(woken, 2);
  hub.remove(a);
  hub.publish("e", "2");
  EXPECT_EQ(taken(a), "");
  EXPECT_EQ(taken(b), "id: 6\nevent: e\ndata: 2\n\n");
}

TEST(EventHub, WhoComesBackGetsWhatItMissed) {
  EventHub hub(1, 3, 10);
  for (const char* data : {"1", "2", "3", "4", "5"}) hub.publish("e", data);
  const auto replay = [&](std::optional<std::uint64_t> last_seen) {
    Subscriber subscriber;
    hub.add(subscriber, last_seen);
    hub.remove(subscriber);
    return subscriber.waiting.size();
  };
  EXPECT_EQ(replay(std::nullopt), 0U) << "a new client";
  EXPECT_EQ(replay(4), 1U);
  EXPECT_EQ(replay(5), 0U);
  EXPECT_EQ(replay(1), 3U) << "event 2 is forgotten; the rest is there";
  EXPECT_EQ(replay(99), 0U) << "an id of the future";
}

TEST(EventHub, WhoDoesNotReadIsToldToGo) {
  EventHub hub(1, 3, 2);
  Subscriber lazy;
  bool ended = false;
  lazy.wake = [&] {
    if (!lazy.too_slow) return;
    ended = true;
    hub.remove(lazy);  // during publish
  };
  hub.add(lazy, std::nullopt);
  for (int i = 0; i < 4; ++i) hub.publish("e", "x");
  EXPECT_TRUE(ended);
  EXPECT_EQ(lazy.waiting.size(), 2U) << "memory is bounded";
  EXPECT_EQ(hub.subscribers(), 0U);
}

}  // namespace
}  // namespace varve::api
