import type { Node } from '@pgsql/types';
import { namesOf, stringOf } from './nodes.ts';

/** The name of an output column without AS (FigureColname): what the expression is called, or `?column?`. */
export const outputName = (node: Node): string => figure(node)?.name ?? '?column?';

/** `firm`: a name of its own, which a cast or CASE around it does not replace. */
interface Figured {
  readonly name: string;
  readonly firm: boolean;
}
const firm = (name: string): Figured => ({ name, firm: true });

const sqlJsonNames: Readonly<Record<string, string>> = {
  JsonParseExpr: 'json', JsonScalarExpr: 'json_scalar', JsonSerializeExpr: 'json_serialize', JsonObjectConstructor: 'json_object', JsonArrayConstructor: 'json_array',
  JsonArrayQueryConstructor: 'json_array', JsonObjectAgg: 'json_objectagg', JsonArrayAgg: 'json_arrayagg',
};

function figure(node: Node): Figured | undefined {
  if ('ColumnRef' in node) {
    const last = (node.ColumnRef.fields ?? []).findLast((field) => 'String' in field);
    return last && firm(stringOf(last));
  }
  if ('A_Indirection' in node) {
    const last = (node.A_Indirection.indirection ?? []).findLast((field) => 'String' in field);
    return last !== undefined ? firm(stringOf(last)) : node.A_Indirection.arg && figure(node.A_Indirection.arg);
  }
  if ('MergeSupportFunc' in node) return firm('merge_action');
  if ('FuncCall' in node) return firm(namesOf(node.FuncCall.funcname).at(-1) ?? '');
  if ('A_Expr' in node) return node.A_Expr.kind === 'AEXPR_NULLIF' ? firm('nullif') : undefined;
  if ('TypeCast' in node) {
    const inner = node.TypeCast.arg && figure(node.TypeCast.arg);
    if (inner?.firm) return inner;
    const type = namesOf(node.TypeCast.typeName?.names).at(-1);
    return type === undefined ? inner : { name: type, firm: false };
  }
  if ('CollateClause' in node) return node.CollateClause.arg && figure(node.CollateClause.arg);
  if ('SubLink' in node) {
    switch (node.SubLink.subLinkType) {
      case 'EXISTS_SUBLINK':
        return firm('exists');
      case 'ARRAY_SUBLINK':
        return firm('array');
      case 'EXPR_SUBLINK': {
        const select = node.SubLink.subselect;
        const target = select !== undefined && 'SelectStmt' in select ? select.SelectStmt.targetList?.[0] : undefined;
        if (target === undefined || !('ResTarget' in target)) return undefined;
        if (target.ResTarget.name !== undefined) return firm(target.ResTarget.name);
        return target.ResTarget.val && figure(target.ResTarget.val);
      }
      default:
        return undefined;
    }
  }
  if ('CaseExpr' in node) {
    const inner = node.CaseExpr.defresult && figure(node.CaseExpr.defresult);
    return inner?.firm ? inner : { name: 'case', firm: false };
  }
  if ('A_ArrayExpr' in node) return firm('array');
  if ('JsonFuncExpr' in node) return firm((node.JsonFuncExpr.op ?? 'JSON_EXISTS_OP').replace('_OP', '').toLowerCase());
  const json = sqlJsonNames[Object.keys(node)[0] ?? ''];
  if (json !== undefined) return firm(json);
  if ('RowExpr' in node) return firm('row');
  if ('CoalesceExpr' in node) return firm('coalesce');
  if ('MinMaxExpr' in node) return firm(node.MinMaxExpr.op === 'IS_LEAST' ? 'least' : 'greatest');
  if ('GroupingFunc' in node) return firm('grouping');
  if ('SQLValueFunction' in node) return firm((node.SQLValueFunction.op ?? '').replace('SVFOP_', '').replace(/_N$/, '').toLowerCase());
  return undefined;
}
