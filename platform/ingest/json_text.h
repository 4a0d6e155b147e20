#pragma once

#include <span>
#include <string>

#include "platform/ingest/message.h"

namespace varve::ingest {

/// The headers of a message as a JSON object that jsonb can hold. A value that is not text becomes
/// {"hex": "..."}; of headers with one name the last stays, as in jsonb.
std::string headers_json(std::span<const Header> headers);

}  // namespace varve::ingest
