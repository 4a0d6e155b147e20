#include "extension/chunk/row_security.h"

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_cache.h"

#include "extension/pg/attribute_map.h"
#include "extension/pg/boundary.h"
extern "C" {
#include <access/table.h>
#include <catalog/partition.h>
#include <rewrite/rewriteManip.h>
#include <rewrite/rowsecurity.h>
#include <utils/acl.h>
#include <utils/inval.h>
#include <utils/rel.h>
}

namespace varve::chunk {
namespace {

row_security_policy_hook_type previous_permissive = nullptr;
row_security_policy_hook_type previous_restrictive = nullptr;

/// The hypertable that the chunk belongs to, however many levels up; InvalidOid where it is none.
Oid hypertable_of(Relation chunk) {
  bool is_partition = chunk->rd_rel->relispartition;
  Oid relation = RelationGetRelid(chunk);
  while (is_partition) {
    relation = get_partition_parent(relation, true);
    if (pg::entry([&] { return catalog::cached_hypertable(relation) != nullptr; })) return relation;
    Relation parent = table_open(relation, AccessShareLock);
    is_partition = parent->rd_rel->relispartition;
    table_close(parent, NoLock);
  }
  return InvalidOid;
}

bool applies_to(const RowSecurityPolicy& policy, CmdType command) {
  switch (command) {
    case CMD_SELECT: return policy.polcmd == '*' || policy.polcmd == ACL_SELECT_CHR;
    case CMD_INSERT: return policy.polcmd == '*' || policy.polcmd == ACL_INSERT_CHR;
    case CMD_UPDATE: return policy.polcmd == '*' || policy.polcmd == ACL_UPDATE_CHR;
    case CMD_DELETE: return policy.polcmd == '*' || policy.polcmd == ACL_DELETE_CHR;
    default: return false;
  }
}

/// An expression about the hypertable's columns, about the chunk's. Where it means the whole row,
/// it gets the chunk's, converted to the hypertable's type.
Expr* translated(const Expr* expression, const AttrMap* numbers, Oid chunk_type) {
  if (expression == nullptr) return nullptr;
  bool whole_row = false;
  return reinterpret_cast<Expr*>(map_variable_attnos(static_cast<Node*>(copyObjectImpl(expression)),
                                                     1, 0, numbers, chunk_type, &whole_row));
}

RowSecurityPolicy* for_chunk(const RowSecurityPolicy& policy, Relation chunk,
                             const AttrMap* numbers) {
  auto* own = static_cast<RowSecurityPolicy*>(palloc(sizeof(RowSecurityPolicy)));
  *own = policy;
  own->policy_name = pstrdup(policy.policy_name);
  own->roles = DatumGetArrayTypePCopy(PointerGetDatum(policy.roles));
  own->qual = translated(policy.qual, numbers, chunk->rd_rel->reltype);
  own->with_check_qual = translated(policy.with_check_qual, numbers, chunk->rd_rel->reltype);
  return own;
}

List* policies_for(CmdType command, Relation chunk, bool permissive) {
  const Oid hypertable = hypertable_of(chunk);
  if (!OidIsValid(hypertable)) return NIL;
  Relation parent = table_open(hypertable, AccessShareLock);
  const AttrMap* numbers = pg::attribute_map(RelationGetDescr(chunk), RelationGetDescr(parent));
  List* policies = NIL;
  ListCell* cell;
  foreach (cell, parent->rd_rsdesc != nullptr ? parent->rd_rsdesc->policies : NIL) {
    const auto& policy = *static_cast<const RowSecurityPolicy*>(lfirst(cell));
    if (policy.permissive != permissive || !applies_to(policy, command)) continue;
    policies = lappend(policies, for_chunk(policy, chunk, numbers));
  }
  table_close(parent, NoLock);
  return policies;
}

List* permissive_policies(CmdType command, Relation relation) {
  List* others = previous_permissive != nullptr ? previous_permissive(command, relation) : NIL;
  return list_concat(policies_for(command, relation, true), others);
}

List* restrictive_policies(CmdType command, Relation relation) {
  List* others = previous_restrictive != nullptr ? previous_restrictive(command, relation) : NIL;
  return list_concat(policies_for(command, relation, false), others);
}

}  // namespace

void install_row_security() {
  previous_permissive = row_security_policy_hook_permissive;
  previous_restrictive = row_security_policy_hook_restrictive;
  row_security_policy_hook_permissive = permissive_policies;
  row_security_policy_hook_restrictive = restrictive_policies;
}

void invalidate_chunks(std::int32_t hypertable_id) {
  const auto chunks = pg::entry([&] { return catalog::ChunkTable::of_hypertable(hypertable_id); });
  for (std::size_t i = 0; i < chunks.count; ++i) {
    CacheInvalidateRelcacheByRelid(chunks.rows[i].relation);
  }
}

}  // namespace varve::chunk
