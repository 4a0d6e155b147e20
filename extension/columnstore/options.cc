#include "extension/columnstore/options.h"

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/ownership.h"
#include "extension/columnstore/chosen_order.h"
#include "extension/columnstore/column_list.h"
#include "extension/columnstore/convert.h"
#include "extension/columnstore/full_indexes.h"
#include "extension/columnstore/roll_up.h"
#include "extension/columnstore/settings.h"
#include "extension/columnstore/sparse_options.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <commands/defrem.h>
#include <parser/parse_oper.h>
#include <storage/lmgr.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
}

namespace varve::columnstore {
namespace {

enum class Kind { kEnable, kSegmentby, kOrderby, kFullIndexes, kSparseIndex, kInterval, kDirect };

const struct {
  const char* name;
  Kind kind;
} kOptions[] = {
    {"compress", Kind::kEnable},
    {"columnstore", Kind::kEnable},
    {"enable_columnstore", Kind::kEnable},
    {"compress_segmentby", Kind::kSegmentby},
    {"segmentby", Kind::kSegmentby},
    {"segment_by", Kind::kSegmentby},
    {"compress_orderby", Kind::kOrderby},
    {"orderby", Kind::kOrderby},
    {"order_by", Kind::kOrderby},
    {"full_indexes", Kind::kFullIndexes},
    {"compress_chunk_interval", Kind::kInterval},
    {"compress_chunk_time_interval", Kind::kInterval},
    {"compress_index", Kind::kSparseIndex},
    {"compress_sparse_index", Kind::kSparseIndex},
    {"sparse_index", Kind::kSparseIndex},
    {"index", Kind::kSparseIndex},
    {"direct_compress", Kind::kDirect},
    {"direct_compress_schedule_interval", Kind::kDirect},
};

/// What one statement asks for; a null pointer stands for what was not said.
struct Wanted {
  bool is_said;  // whether to enable it
  bool is_enabled;
  DefElem* segmentby;
  DefElem* orderby;
  DefElem* full_indexes;
  DefElem* sparse_index;
  DefElem* compress_interval;
  DefElem* direct;
};

Kind kind_of(const DefElem* option) {
  for (const auto& known : kOptions) {
    if (strcmp(known.name, option->defname) == 0) return known.kind;
  }
  elog(ERROR, "\"%s\" is no option of the columnstore", option->defname);
}

void set_once(DefElem*& wanted, DefElem* option) {
  if (wanted != nullptr) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("parameter \"%s\" specified more than once", option->defname)));
  }
  wanted = option;
}

[[noreturn]] void refuse(const DefElem* option) {
  ereport(ERROR,
          (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
           errmsg("option \"%s.%s\" is not supported", option->defnamespace, option->defname)));
}

/// Scripts may ask for it, since it is a matter of speed alone; and for the opposite.
void warn_of_direct(DefElem* option) {
  if (strcmp(option->defname, "direct_compress") == 0 && !defGetBoolean(option)) return;
  ereport(WARNING,
          (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
           errmsg("option \"%s.%s\" has no effect", option->defnamespace, option->defname),
           errdetail("Rows are written beside the columns, and become columns when their chunk is "
                     "converted.")));
}

Wanted read(const List* options) {
  Wanted wanted = {};
  ListCell* cell;
  foreach (cell, options) {
    auto* option = lfirst_node(DefElem, cell);
    switch (kind_of(option)) {
      case Kind::kEnable:
        wanted.is_said = true;
        wanted.is_enabled = defGetBoolean(option);
        break;
      case Kind::kSegmentby: set_once(wanted.segmentby, option); break;
      case Kind::kOrderby: set_once(wanted.orderby, option); break;
      case Kind::kFullIndexes: set_once(wanted.full_indexes, option); break;
      case Kind::kSparseIndex: set_once(wanted.sparse_index, option); break;
      case Kind::kInterval: set_once(wanted.compress_interval, option); break;
      case Kind::kDirect:
        warn_of_direct(option);
        wanted.direct = option;
        break;
    }
  }
  return wanted;
}

// --- Checks

void require_column(Oid hypertable, const char* name) {
  const AttrNumber attribute = get_attnum(hypertable, name);
  if (attribute > 0) {
    get_sort_group_operators(get_atttype(hypertable, attribute), true, false, false, nullptr,
                             nullptr, nullptr, nullptr);
    return;
  }
  ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                  errmsg("column \"%s\" of hypertable \"%s\" does not exist", name,
                         get_rel_name(hypertable))));
}

/// Reports columns that are not there, have no order, or are named twice.
void check(Oid hypertable, const Settings& settings) {
  List* seen = NIL;
  const auto see = [&](const char* name) {
    require_column(hypertable, name);
    if (has_name(seen, name)) {
      ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                      errmsg("column \"%s\" is named twice in segmentby and orderby", name)));
    }
    seen = lappend(seen, const_cast<char*>(name));
  };
  ListCell* cell;
  foreach (cell, settings.segmentby) see(static_cast<const char*>(lfirst(cell)));
  foreach (cell, settings.orderby) see(static_cast<OrderColumn*>(lfirst(cell))->name);
  check_full_indexes(hypertable, settings.full_indexes);
}

void require_no_columnar_chunk(const catalog::Hypertable& hypertable) {
  const auto chunks = pg::entry([&] { return catalog::ChunkTable::of_hypertable(hypertable.id); });
  for (std::size_t i = 0; i < chunks.count; ++i) {
    if (!is_columnar(chunks.rows[i].relation)) continue;
    ereport(ERROR,
            (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
             errmsg("columnstore cannot be disabled while chunk \"%s\" is in columns",
                    get_rel_name(chunks.rows[i].relation)),
             errhint("Convert the chunks of hypertable \"%s\" with decompress_chunk() first.",
                     get_rel_name(hypertable.relation))));
  }
}

// --- Statements

void complete(Settings& settings, const Wanted& wanted, bool chooses_segmentby,
              bool chooses_orderby, const catalog::Hypertable& hypertable) {
  const char* time = NameStr(hypertable.column);
  if (wanted.segmentby != nullptr) {
    settings.segmentby = parse_columns(wanted.segmentby->defname, defGetString(wanted.segmentby));
  }
  if (wanted.orderby != nullptr) {
    settings.orderby = parse_order(wanted.orderby->defname, defGetString(wanted.orderby));
  }
  if (wanted.full_indexes != nullptr) {
    settings.full_indexes =
        parse_columns(wanted.full_indexes->defname, defGetString(wanted.full_indexes));
  }
  if (wanted.sparse_index != nullptr) {
    settings.sparse_index =
        checked_sparse_index(hypertable.relation, defGetString(wanted.sparse_index));
  }
  if (wanted.compress_interval != nullptr) {
    settings.compress_interval =
        checked_compress_interval(hypertable, defGetString(wanted.compress_interval));
  }
  if (chooses_segmentby) choose_segmentby(settings, hypertable.relation, time);
  if (chooses_orderby) choose_orderby(settings, hypertable.relation, time);
  if (wanted.orderby != nullptr) append_time(settings, time);
}

/// Another session may be about to do the same, or to convert a chunk.
catalog::Hypertable locked(Oid relation) {
  const catalog::Hypertable known =
      pg::entry([&] { return catalog::require_own_hypertable(relation); });
  LockRelationOid(relation, ShareUpdateExclusiveLock);
  return known;
}

/// An order that is given enables the columnstore; what is of no use without one does not.
void require_enabling(const Wanted& wanted, Oid hypertable) {
  if (wanted.segmentby != nullptr || wanted.orderby != nullptr) return;
  const DefElem* option = wanted.sparse_index;
  if (option == nullptr) option = wanted.compress_interval;
  if (option == nullptr) option = wanted.direct;
  if (option == nullptr) return;
  ereport(ERROR,
          (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
           errmsg("option \"%s.%s\" needs the columnstore", option->defnamespace, option->defname),
           errdetail("It is not enabled for hypertable \"%s\".", get_rel_name(hypertable)),
           errhint("ALTER TABLE ... SET (tsdb.enable_columnstore, tsdb.%s = ...) enables it.",
                   option->defname)));
}

void set_options(const catalog::Hypertable& hypertable, const List* options) {
  const Wanted wanted = read(options);
  Settings settings = settings_of(hypertable.id);
  if (wanted.is_said && !wanted.is_enabled) {
    require_no_columnar_chunk(hypertable);
    settings.is_enabled = false;
    return store_settings(hypertable.id, settings);
  }
  const bool is_new = !settings.is_enabled;
  if (is_new && !wanted.is_said) require_enabling(wanted, hypertable.relation);
  settings.is_enabled = true;
  complete(settings, wanted, is_new && wanted.segmentby == nullptr,
           is_new && wanted.orderby == nullptr, hypertable);
  check(hypertable.relation, settings);
  if (wanted.compress_interval != nullptr) warn_of_roll_up_order(hypertable, settings);
  store_settings(hypertable.id, settings);
}

void reset_options(const catalog::Hypertable& hypertable, const List* options) {
  Settings settings = settings_of(hypertable.id);
  if (!settings.is_enabled) return;
  bool segmentby = false;
  bool orderby = false;
  ListCell* cell;
  foreach (cell, options) {
    const auto* option = lfirst_node(DefElem, cell);
    const Kind kind = kind_of(option);
    if (kind == Kind::kEnable) refuse(option);
    if (kind == Kind::kFullIndexes) settings.full_indexes = NIL;
    if (kind == Kind::kSparseIndex) settings.sparse_index = nullptr;
    if (kind == Kind::kInterval) settings.compress_interval = 0;
    segmentby |= kind == Kind::kSegmentby;
    orderby |= kind == Kind::kOrderby;
  }
  complete(settings, {}, segmentby, orderby, hypertable);
  check(hypertable.relation, settings);
  store_settings(hypertable.id, settings);
}

}  // namespace

bool is_option(const DefElem* option) {
  for (const auto& known : kOptions) {
    if (strcmp(known.name, option->defname) == 0) return true;
  }
  return false;
}

void apply_options(Oid hypertable, List* options, bool is_reset) {
  const catalog::Hypertable row = locked(hypertable);
  if (is_reset) {
    reset_options(row, options);
  } else {
    set_options(row, options);
  }
}

}  // namespace varve::columnstore
