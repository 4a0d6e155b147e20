#pragma once

#include "extension/columnstore/settings.h"

#include "extension/pg/postgres.h"

// Converting a chunk between rows and columns. The work is done on a transient table beside the
// chunk (extension/chunk/maintain/rewrite.h) while others go on reading; AccessExclusiveLock is
// taken to exchange the files. A crash or a cancel at any point leaves what was. C API.
namespace varve::columnstore {

/// What of a chunk that has row groups already is written anew.
enum class Scope {
  kAll,
  kChanged  // rows beside the groups, and groups that are worth it: conversion_plan.h
};

/// Sorts the chunk's rows and writes them into row groups: those that every transaction sees; the
/// others stay in the heap part, with who made and deleted them, since a row group is there for
/// all. Row groups that are in scope are written anew with the rows beside them, without those that
/// are deleted; the others come along as they are. Its access method becomes varve_columnar.
///
/// ShareUpdateExclusiveLock on the chunk is held. Others go on writing until the columns are
/// written, and indexes over them; then ExclusiveLock is taken, and what they have written is
/// looked at. Where they have changed rows that have become columns, all is done again, under that
/// lock. A heap so large that maintenance_work_mem has no room to tell such rows is converted under
/// it at once.
///
/// Reports 55006 where this session has the chunk open, 0A000 for exclusion constraints.
Conversion to_columns(Oid chunk, const Settings& settings, Scope scope);

/// Whether to_columns() has something to do in Scope::kChanged.
bool has_changes(Oid chunk);

/// Writes all rows of the chunk into a heap, which becomes its access method; rows that have been
/// deleted while others may still see them stay deleted by the same transactions. Others write for
/// as long as above; where they have changed rows that are copied already, all is done again.
///
/// ShareUpdateExclusiveLock on the chunk is held. Reports 55006 where this session has the chunk
/// open.
void to_rows(Oid chunk);

/// Whether the chunk's access method is varve_columnar.
bool is_columnar(Oid chunk);

}  // namespace varve::columnstore
