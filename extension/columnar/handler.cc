#include "extension/columnar/handler.h"

#include "extension/columnar/fetch.h"
#include "extension/columnar/heap_part.h"
#include "extension/columnar/index_build.h"
#include "extension/columnar/index_fetch.h"
#include "extension/columnar/maintain.h"
#include "extension/columnar/modify.h"
#include "extension/columnar/sample.h"
#include "extension/columnar/scan.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/pg_am.h>
}

namespace varve::columnar {
namespace {

bool always_toasted(Relation) { return true; }  // the store lies there
Oid toast_method(Relation) { return HEAP_TABLE_AM_OID; }

TableAmRoutine make_routine() {
  // What is not named here is the heap's: slots, files, VACUUM, TOAST, the end of speculation.
  TableAmRoutine routine = heap();
  routine.scan_begin = scan_begin;
  routine.scan_end = scan_end;
  routine.scan_rescan = scan_rescan;
  routine.scan_getnextslot = scan_getnextslot;
  routine.parallelscan_estimate = parallelscan_estimate;
  routine.parallelscan_initialize = parallelscan_initialize;
  routine.parallelscan_reinitialize = parallelscan_reinitialize;
  // Optional: the planner does without. Bitmaps would prefetch blocks that are not there.
  routine.scan_set_tidrange = nullptr;
  routine.scan_getnextslot_tidrange = nullptr;
  routine.scan_bitmap_next_block = nullptr;
  routine.scan_bitmap_next_tuple = nullptr;
  routine.scan_sample_next_block = scan_sample_next_block;
  routine.scan_sample_next_tuple = scan_sample_next_tuple;
  routine.scan_analyze_next_block = scan_analyze_next_block;
  routine.scan_analyze_next_tuple = scan_analyze_next_tuple;
  routine.index_fetch_begin = index_fetch_begin;
  routine.index_fetch_reset = index_fetch_reset;
  routine.index_fetch_end = index_fetch_end;
  routine.index_fetch_tuple = index_fetch_tuple;
  routine.tuple_fetch_row_version = tuple_fetch_row_version;
  routine.tuple_tid_valid = tuple_tid_valid;
  routine.tuple_get_latest_tid = tuple_get_latest_tid;
  routine.tuple_satisfies_snapshot = tuple_satisfies_snapshot;
  routine.tuple_insert = tuple_insert;
  routine.tuple_insert_speculative = tuple_insert_speculative;
  routine.multi_insert = multi_insert;
  routine.tuple_delete = tuple_delete;
  routine.tuple_update = tuple_update;
  routine.tuple_lock = tuple_lock;
  routine.index_delete_tuples = index_delete_tuples;
  routine.index_build_range_scan = index_build_range_scan;
  routine.index_validate_scan = index_validate_scan;
  routine.relation_copy_for_cluster = relation_copy_for_cluster;
  routine.relation_size = relation_size;
  routine.relation_estimate_size = relation_estimate_size;
  routine.relation_needs_toast_table = always_toasted;
  routine.relation_toast_am = toast_method;
  return routine;
}

}  // namespace

const TableAmRoutine& method() {
  static const TableAmRoutine routine = make_routine();
  return routine;
}

bool is_columnar_table(Relation relation) { return relation->rd_tableam == &method(); }

}  // namespace varve::columnar

// varve_columnar_handler(internal) returns table_am_handler
VARVE_SQL_FUNCTION(varve_columnar_handler) { PG_RETURN_POINTER(&varve::columnar::method()); }
