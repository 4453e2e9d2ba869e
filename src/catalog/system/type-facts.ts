/**
 * What pg_type says of the built-in types beside core's table: name, input, output, receive and send function, typmodin
 * (typmodout is named alike), alignment, storage, by value or by reference, collation, and the subscripting handler where there is one.
 */
const table = `
  bool boolin boolout boolrecv boolsend - c p v 0
  bytea byteain byteaout bytearecv byteasend - i x r 0
  char charin charout charrecv charsend - c p v 0
  name namein nameout namerecv namesend - c p r 950 raw_array_subscript_handler
  int8 int8in int8out int8recv int8send - d p v 0
  int2 int2in int2out int2recv int2send - s p v 0
  int2vector int2vectorin int2vectorout int2vectorrecv int2vectorsend - i p r 0 array_subscript_handler
  int4 int4in int4out int4recv int4send - i p v 0
  regproc regprocin regprocout regprocrecv regprocsend - i p v 0
  text textin textout textrecv textsend - i x r 100
  oid oidin oidout oidrecv oidsend - i p v 0
  tid tidin tidout tidrecv tidsend - s p r 0
  xid xidin xidout xidrecv xidsend - i p v 0
  cid cidin cidout cidrecv cidsend - i p v 0
  oidvector oidvectorin oidvectorout oidvectorrecv oidvectorsend - i p r 0 array_subscript_handler
  json json_in json_out json_recv json_send - i x r 0
  pg_node_tree pg_node_tree_in pg_node_tree_out pg_node_tree_recv pg_node_tree_send - i x r 100
  cidr cidr_in cidr_out cidr_recv cidr_send - i m r 0
  float4 float4in float4out float4recv float4send - i p v 0
  float8 float8in float8out float8recv float8send - d p v 0
  unknown unknownin unknownout unknownrecv unknownsend - c p r 0
  money cash_in cash_out cash_recv cash_send - d p v 0
  macaddr macaddr_in macaddr_out macaddr_recv macaddr_send - i p r 0
  inet inet_in inet_out inet_recv inet_send - i m r 0
  aclitem aclitemin aclitemout - - - d p r 0
  bpchar bpcharin bpcharout bpcharrecv bpcharsend bpchartypmodin i x r 100
  varchar varcharin varcharout varcharrecv varcharsend varchartypmodin i x r 100
  date date_in date_out date_recv date_send - i p v 0
  time time_in time_out time_recv time_send timetypmodin d p v 0
  timestamp timestamp_in timestamp_out timestamp_recv timestamp_send timestamptypmodin d p v 0
  timestamptz timestamptz_in timestamptz_out timestamptz_recv timestamptz_send timestamptztypmodin d p v 0
  interval interval_in interval_out interval_recv interval_send intervaltypmodin d p r 0
  timetz timetz_in timetz_out timetz_recv timetz_send timetztypmodin d p r 0
  bit bit_in bit_out bit_recv bit_send bittypmodin i x r 0
  varbit varbit_in varbit_out varbit_recv varbit_send varbittypmodin i x r 0
  numeric numeric_in numeric_out numeric_recv numeric_send numerictypmodin i m r 0
  refcursor textin textout textrecv textsend - i x r 0
  regprocedure regprocedurein regprocedureout regprocedurerecv regproceduresend - i p v 0
  regoper regoperin regoperout regoperrecv regopersend - i p v 0
  regoperator regoperatorin regoperatorout regoperatorrecv regoperatorsend - i p v 0
  regclass regclassin regclassout regclassrecv regclasssend - i p v 0
  regtype regtypein regtypeout regtyperecv regtypesend - i p v 0
  record record_in record_out record_recv record_send - d x r 0
  cstring cstring_in cstring_out cstring_recv cstring_send - c p r 0
  any any_in any_out - - - i p v 0
  anyarray anyarray_in anyarray_out anyarray_recv anyarray_send - d x r 0
  void void_in void_out void_recv void_send - i p v 0
  trigger trigger_in trigger_out - - - i p v 0
  internal internal_in internal_out - - - d p v 0
  anyelement anyelement_in anyelement_out - - - i p v 0
  _record array_in array_out array_recv array_send - d x r 0 array_subscript_handler
  anynonarray anynonarray_in anynonarray_out - - - i p v 0
  uuid uuid_in uuid_out uuid_recv uuid_send - c p r 0
  pg_lsn pg_lsn_in pg_lsn_out pg_lsn_recv pg_lsn_send - d p v 0
  anyenum anyenum_in anyenum_out - - - i p v 0
  regconfig regconfigin regconfigout regconfigrecv regconfigsend - i p v 0
  regdictionary regdictionaryin regdictionaryout regdictionaryrecv regdictionarysend - i p v 0
  jsonb jsonb_in jsonb_out jsonb_recv jsonb_send - i x r 0 jsonb_subscript_handler
  anyrange anyrange_in anyrange_out - - - d x r 0
  event_trigger event_trigger_in event_trigger_out - - - i p v 0
  int4range range_in range_out range_recv range_send - i x r 0
  numrange range_in range_out range_recv range_send - i x r 0
  tsrange range_in range_out range_recv range_send - d x r 0
  tstzrange range_in range_out range_recv range_send - d x r 0
  daterange range_in range_out range_recv range_send - i x r 0
  int8range range_in range_out range_recv range_send - d x r 0
  int4multirange multirange_in multirange_out multirange_recv multirange_send - i x r 0
  nummultirange multirange_in multirange_out multirange_recv multirange_send - i x r 0
  tsmultirange multirange_in multirange_out multirange_recv multirange_send - d x r 0
  tstzmultirange multirange_in multirange_out multirange_recv multirange_send - d x r 0
  datemultirange multirange_in multirange_out multirange_recv multirange_send - i x r 0
  int8multirange multirange_in multirange_out multirange_recv multirange_send - d x r 0
  anymultirange anymultirange_in anymultirange_out - - - d x r 0
  anycompatiblerange anycompatiblerange_in anycompatiblerange_out - - - d x r 0
  anycompatiblemultirange anycompatiblemultirange_in anycompatiblemultirange_out - - - d x r 0
  macaddr8 macaddr8_in macaddr8_out macaddr8_recv macaddr8_send - i p r 0
  jsonpath jsonpath_in jsonpath_out jsonpath_recv jsonpath_send - i x r 0
  regnamespace regnamespacein regnamespaceout regnamespacerecv regnamespacesend - i p v 0
  regrole regrolein regroleout regrolerecv regrolesend - i p v 0
  xid8 xid8in xid8out xid8recv xid8send - d p v 0
  anycompatible anycompatible_in anycompatible_out - - - i p v 0
  anycompatiblearray anycompatiblearray_in anycompatiblearray_out anycompatiblearray_recv anycompatiblearray_send - d x r 0
  anycompatiblenonarray anycompatiblenonarray_in anycompatiblenonarray_out - - - i p v 0`;

export interface TypeFacts {
  readonly input: string;
  readonly output: string;
  readonly receive: string;
  readonly send: string;
  readonly modIn: string;
  readonly modOut: string;
  readonly align: string;
  readonly storage: string;
  readonly byValue: boolean;
  readonly collation: number;
  readonly subscript: string;
  readonly analyze: string;
}

const byName = new Map<string, TypeFacts>();
for (const line of table.trim().split('\n')) {
  const [name = '', input = '', output = '', receive = '', send = '', modIn = '', align = '', storage = '', by, collation, subscript = '-'] = line.trim().split(' ');
  byName.set(name, {
    input, output, receive, send, modIn, modOut: modIn.replace(/in$/, 'out'), align, storage, byValue: by === 'v', collation: Number(collation), subscript, analyze: '-',
  });
}

const record: TypeFacts = {
  input: 'record_in', output: 'record_out', receive: 'record_recv', send: 'record_send', modIn: '-', modOut: '-',
  align: 'd', storage: 'x', byValue: false, collation: 0, subscript: '-', analyze: '-',
};
const enumeration: TypeFacts = { ...record, input: 'enum_in', output: 'enum_out', receive: 'enum_recv', send: 'enum_send', align: 'i', storage: 'p', byValue: true };
const timestampLike: TypeFacts = { ...record, input: 'int8in', output: 'int8out', receive: 'int8recv', send: 'int8send', storage: 'p', byValue: true };

/** Facts of any type: of the table, of a row type, or of an array over another. */
export function typeFacts(type: { readonly name: string; readonly kind: string; readonly element: number }, element?: { readonly name: string; readonly kind: string; readonly element: number }): TypeFacts {
  if (type.kind === 'e') return enumeration;
  const known = byName.get(type.name);
  if (known !== undefined && element?.kind !== 'e') return known;
  if (type.name === 'mz_timestamp') return timestampLike;
  if (element === undefined) return record;
  const of = typeFacts(element);
  return {
    ...record, input: 'array_in', output: 'array_out', receive: 'array_recv', send: 'array_send', modIn: of.modIn, modOut: of.modOut,
    align: of.align === 'd' ? 'd' : 'i', collation: of.collation, subscript: 'array_subscript_handler', analyze: 'array_typanalyze',
  };
}
