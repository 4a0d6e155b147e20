#include <array>

#include "platform/base/config.h"

namespace varve {
namespace {

using enum Setting::Kind;

constexpr std::array kSettings = {
    Setting{"database.conninfo", "",
            "libpq connection string; PG* variables fill in what it leaves out"},
    Setting{"database.pool_size", "8",
            "connections of the API, each with a worker thread of its own", kInteger, 1, 256},
    Setting{"database.statement_timeout_ms", "8000",
            "a query of the API that takes longer is cancelled and answered 504; below the 10 s "
            "that a stop may take",
            kInteger, 1, 3'600'000},

    Setting{"kafka.bootstrap", "127.0.0.1:9092", "brokers, host:port separated by commas"},
    Setting{"kafka.bootstrap_file", "",
            "file that holds the list of brokers; waited for, and used instead of bootstrap"},
    Setting{"kafka.group", "timescale-ingest", "consumer group"},
    Setting{"kafka.session_ms", "30000",
            "the group gives up on a member that is silent for this long", kInteger, 1000,
            1'800'000},
    Setting{"kafka.topics.customer", "bss.customer.metrics", "topic of customer events"},
    Setting{"kafka.topics.order", "bss.order.metrics", "topic of order events"},
    Setting{"kafka.topics.payment", "bss.payment.metrics", "topic of payment events"},
    Setting{"kafka.topics.system", "bss.system.metrics", "topic of system events"},

    Setting{"ingest.batch_rows", "10000", "a batch is committed at this many events", kInteger, 1,
            1'000'000},
    Setting{"ingest.batch_bytes", "8388608", "... or this many bytes", kInteger, 1024,
            std::int64_t{1} << 30},
    Setting{"ingest.batch_ms", "250", "... or after this many milliseconds", kInteger, 1, 60'000},
    Setting{"ingest.dedupe", "unique",
            "unique: an event sent again is stored once; none: faster, no such check", kChoice, 0,
            0, "unique|none"},
    Setting{"ingest.on_gap", "continue",
            "when offsets are missing: record the gap and go on, or stop", kChoice, 0, 0,
            "continue|stop"},
    Setting{"ingest.tenant", "default", "tenant of events that name none"},
    Setting{"ingest.max_age_days", "3650", "an event older than this becomes a dead letter",
            kInteger, 1, 100'000},
    Setting{"ingest.margin", "0.2",
            "profit of an order that states none, as a share of its amount"},
    Setting{"ingest.instance", "", "static member id in the consumer group; empty: a random one"},

    Setting{"api.listen", "127.0.0.1",
            "address; anything but loopback is refused until there is authentication"},
    Setting{"api.port", "8080", "TCP port; 0 takes a free one and logs it", kInteger, 0, 65'535},
    Setting{"api.web_root", "", "directory of the built dashboard; empty: none is served"},
    Setting{"api.actions", "on",
            "whether POST of /v1/admin/... may run jobs, refresh aggregates and convert chunks",
            kChoice, 0, 0, "on|off"},
    Setting{"api.heartbeat_ms", "15000", "interval of heartbeats on /v1/stream", kInteger, 10,
            3'600'000},
    Setting{"api.max_sse_clients", "100", "clients of /v1/stream at a time; more get 503", kInteger,
            0, 100'000},
    Setting{"api.idle_ms", "30000", "a connection without a request this long is closed", kInteger,
            10, 3'600'000},

    Setting{"devbroker.bootstrap_file", "", "file to publish the development broker's address in"},
    Setting{"devbroker.partitions", "3", "partitions of each topic", kInteger, 1, 64},

    Setting{"log.level", "info", "least severe message that is logged", kChoice, 0, 0,
            "debug|info|warn|error|off"},
    Setting{"log.format", "json", "JSON lines, or text for people", kChoice, 0, 0, "json|text"},
};

}  // namespace

std::span<const Setting> settings() { return kSettings; }

}  // namespace varve
