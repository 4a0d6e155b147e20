#include "extension/chunk/maintain/attach_statement.h"

#include "extension/chunk/coordinate.h"

extern "C" {
#include <catalog/pg_type.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <nodes/parsenodes.h>
#include <tcop/dest.h>
#include <tcop/utility.h>
#include <utils/date.h>
#include <utils/datetime.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>
}

namespace varve::chunk {
namespace {

/// A time in a form that reads the same under every DateStyle and TimeZone.
char* text_of_time(std::int64_t time, Oid type) {
  struct pg_tm parts;
  fsec_t fraction = 0;
  char buffer[MAXDATELEN + 1];
  timestamp2tm(time, nullptr, &parts, &fraction, nullptr, nullptr);
  parts.tm_isdst = 0;  // otherwise no zone is written, and the session's is read
  if (type == DATEOID) {
    EncodeDateOnly(&parts, USE_ISO_DATES, buffer);
  } else {
    EncodeDateTime(&parts, fraction, type == TIMESTAMPTZOID, 0, nullptr, USE_ISO_DATES, buffer);
  }
  return pstrdup(buffer);
}

/// One end of the range as the parser would give it.
List* end_of(std::int64_t coordinate, Oid type) {
  if (coordinate == extent_of(type).highest) {
    auto* column = makeNode(ColumnRef);
    column->fields = list_make1(makeString(pstrdup("maxvalue")));
    column->location = -1;
    return list_make1(column);
  }
  auto* constant = makeNode(A_Const);
  constant->val.sval.type = T_String;
  constant->val.sval.sval = is_time_type(type)
                                ? text_of_time(coordinate, type)
                                : psprintf(INT64_FORMAT, static_cast<int64>(coordinate));
  constant->location = -1;
  return list_make1(constant);
}

RangeVar* name_of(Oid relation) {
  return makeRangeVar(get_namespace_name(get_rel_namespace(relation)), get_rel_name(relation), -1);
}

AlterTableStmt* statement_of(Oid parent, Oid type, Oid table, Slice slice) {
  auto* bound = makeNode(PartitionBoundSpec);
  bound->strategy = PARTITION_STRATEGY_RANGE;
  bound->lowerdatums = end_of(slice.begin, type);
  bound->upperdatums = end_of(slice.end, type);
  bound->location = -1;
  auto* partition = makeNode(PartitionCmd);
  partition->name = name_of(table);
  partition->bound = bound;
  auto* command = makeNode(AlterTableCmd);
  command->subtype = AT_AttachPartition;
  command->def = reinterpret_cast<Node*>(partition);
  auto* statement = makeNode(AlterTableStmt);
  statement->relation = name_of(parent);
  statement->cmds = list_make1(command);
  statement->objtype = OBJECT_TABLE;
  return statement;
}

}  // namespace

void attach_partition(Oid parent, Oid type, Oid table, Slice slice) {
  auto* plan = makeNode(PlannedStmt);
  plan->commandType = CMD_UTILITY;
  plan->utilityStmt = reinterpret_cast<Node*>(statement_of(parent, type, table, slice));
  // Past our own hook, which keeps others from attaching behind the catalog's back.
  standard_ProcessUtility(plan, "attach_chunk()", false, PROCESS_UTILITY_SUBCOMMAND, nullptr,
                          nullptr, None_Receiver, nullptr);
}

}  // namespace varve::chunk
