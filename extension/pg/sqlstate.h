#pragma once

#include "extension/pg/postgres.h"

// The private SQLSTATE classes that clients of the SQL surface know; PostgreSQL's own codes are
// ERRCODE_*.
namespace varve::pg {

inline constexpr int kHypertableNotExist = MAKE_SQLSTATE('T', 'S', '0', '0', '1');
inline constexpr int kDimensionNotExist = MAKE_SQLSTATE('T', 'S', '0', '0', '2');
inline constexpr int kChunkNotExist = MAKE_SQLSTATE('T', 'S', '0', '0', '3');
inline constexpr int kOperationNotSupported = MAKE_SQLSTATE('T', 'S', '1', '0', '1');
inline constexpr int kBadHypertableDefinition = MAKE_SQLSTATE('T', 'S', '1', '0', '2');
inline constexpr int kBadHypertableIndexDefinition = MAKE_SQLSTATE('T', 'S', '1', '0', '3');
inline constexpr int kHypertableExists = MAKE_SQLSTATE('T', 'S', '1', '1', '0');
inline constexpr int kDuplicateDimension = MAKE_SQLSTATE('T', 'S', '1', '6', '0');
inline constexpr int kTablespaceAttached = MAKE_SQLSTATE('T', 'S', '1', '4', '0');
inline constexpr int kTablespaceNotAttached = MAKE_SQLSTATE('T', 'S', '1', '5', '0');
inline constexpr int kChunkCollision = MAKE_SQLSTATE('T', 'S', '5', '0', '3');

}  // namespace varve::pg
