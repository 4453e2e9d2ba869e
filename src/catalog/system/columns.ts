/**
 * The columns of Postgres 15's own catalogs (manual, "System Catalogs"): name and type, `?` where NULL occurs.
 * `oid` is the catalog's OID where it is fixed in Postgres; relations that are views there have OIDs of ours.
 */
export interface CatalogColumns {
  readonly oid?: number;
  /** OID of the row type, where Postgres fixes it */
  readonly rowType?: number;
  readonly columns: string;
}

export const catalogColumns = {
  pg_aggregate: { oid: 2600, columns: `
    aggfnoid regproc, aggkind char, aggnumdirectargs int2, aggtransfn regproc, aggfinalfn regproc, aggcombinefn regproc, aggserialfn
    regproc, aggdeserialfn regproc, aggmtransfn regproc, aggminvtransfn regproc, aggmfinalfn regproc, aggfinalextra bool, aggmfinalextra
    bool, aggfinalmodify char, aggmfinalmodify char, aggsortop oid, aggtranstype oid, aggtransspace int4, aggmtranstype oid, aggmtransspace
    int4, agginitval text?, aggminitval text?` },
  pg_am: { oid: 2601, columns: 'oid oid, amname name, amhandler regproc, amtype char' },
  pg_amop: { oid: 2602, columns: `
    oid oid, amopfamily oid, amoplefttype oid, amoprighttype oid, amopstrategy int2, amoppurpose char, amopopr oid, amopmethod oid,
    amopsortfamily oid` },
  pg_amproc: { oid: 2603, columns: 'oid oid, amprocfamily oid, amproclefttype oid, amprocrighttype oid, amprocnum int2, amproc regproc' },
  pg_attrdef: { oid: 2604, columns: 'oid oid, adrelid oid, adnum int2, adbin pg_node_tree' },
  pg_attribute: { oid: 1249, rowType: 75, columns: `
    attrelid oid, attname name, atttypid oid, attstattarget int4, attlen int2, attnum int2, attndims int4, attcacheoff int4, atttypmod int4,
    attbyval bool, attalign char, attstorage char, attcompression char, attnotnull bool, atthasdef bool, atthasmissing bool, attidentity
    char, attgenerated char, attisdropped bool, attislocal bool, attinhcount int4, attcollation oid, attacl aclitem[]?, attoptions text[]?,
    attfdwoptions text[]?, attmissingval anyarray?` },
  pg_auth_members: { oid: 1261, rowType: 2843, columns: 'roleid oid, member oid, grantor oid, admin_option bool' },
  pg_authid: { oid: 1260, rowType: 2842, columns: `
    oid oid, rolname name, rolsuper bool, rolinherit bool, rolcreaterole bool, rolcreatedb bool, rolcanlogin bool, rolreplication bool,
    rolbypassrls bool, rolconnlimit int4, rolpassword text?, rolvaliduntil timestamptz?` },
  pg_available_extensions: { columns: 'name name?, default_version text?, installed_version text?, comment text?' },
  pg_cast: { oid: 2605, columns: 'oid oid, castsource oid, casttarget oid, castfunc oid, castcontext char, castmethod char' },
  pg_class: { oid: 1259, rowType: 83, columns: `
    oid oid, relname name, relnamespace oid, reltype oid, reloftype oid, relowner oid, relam oid, relfilenode oid, reltablespace oid,
    relpages int4, reltuples float4, relallvisible int4, reltoastrelid oid, relhasindex bool, relisshared bool, relpersistence char, relkind
    char, relnatts int2, relchecks int2, relhasrules bool, relhastriggers bool, relhassubclass bool, relrowsecurity bool,
    relforcerowsecurity bool, relispopulated bool, relreplident char, relispartition bool, relrewrite oid, relfrozenxid xid, relminmxid xid,
    relacl aclitem[]?, reloptions text[]?, relpartbound pg_node_tree?` },
  pg_collation: { oid: 3456, columns: `
    oid oid, collname name, collnamespace oid, collowner oid, collprovider char, collisdeterministic bool, collencoding int4, collcollate
    text?, collctype text?, colliculocale text?, collversion text?` },
  pg_constraint: { oid: 2606, columns: `
    oid oid, conname name, connamespace oid, contype char, condeferrable bool, condeferred bool, convalidated bool, conrelid oid, contypid
    oid, conindid oid, conparentid oid, confrelid oid, confupdtype char, confdeltype char, confmatchtype char, conislocal bool, coninhcount
    int4, connoinherit bool, conkey int2[]?, confkey int2[]?, conpfeqop oid[]?, conppeqop oid[]?, conffeqop oid[]?, confdelsetcols int2[]?,
    conexclop oid[]?, conbin pg_node_tree?` },
  pg_conversion: { oid: 2607, columns: `
    oid oid, conname name, connamespace oid, conowner oid, conforencoding int4, contoencoding int4, conproc regproc, condefault bool` },
  pg_cursors: { columns: 'name text?, statement text?, is_holdable bool?, is_binary bool?, is_scrollable bool?, creation_time timestamptz?' },
  pg_database: { oid: 1262, rowType: 1248, columns: `
    oid oid, datname name, datdba oid, encoding int4, datlocprovider char, datistemplate bool, datallowconn bool, datconnlimit int4,
    datfrozenxid xid, datminmxid xid, dattablespace oid, datcollate text, datctype text, daticulocale text?, datcollversion text?, datacl
    aclitem[]?` },
  pg_db_role_setting: { oid: 2964, columns: 'setdatabase oid, setrole oid, setconfig text[]?' },
  pg_default_acl: { oid: 826, columns: 'oid oid, defaclrole oid, defaclnamespace oid, defaclobjtype char, defaclacl aclitem[]' },
  pg_depend: { oid: 2608, columns: 'classid oid, objid oid, objsubid int4, refclassid oid, refobjid oid, refobjsubid int4, deptype char' },
  pg_description: { oid: 2609, columns: 'objoid oid, classoid oid, objsubid int4, description text' },
  pg_enum: { oid: 3501, columns: 'oid oid, enumtypid oid, enumsortorder float4, enumlabel name' },
  pg_event_trigger: { oid: 3466, columns: `
    oid oid, evtname name, evtevent name, evtowner oid, evtfoid oid, evtenabled char, evttags text[]?` },
  pg_extension: { oid: 3079, columns: `
    oid oid, extname name, extowner oid, extnamespace oid, extrelocatable bool, extversion text, extconfig oid[]?, extcondition text[]?` },
  pg_foreign_data_wrapper: { oid: 2328, columns: `
    oid oid, fdwname name, fdwowner oid, fdwhandler oid, fdwvalidator oid, fdwacl aclitem[]?, fdwoptions text[]?` },
  pg_foreign_server: { oid: 1417, columns: `
    oid oid, srvname name, srvowner oid, srvfdw oid, srvtype text?, srvversion text?, srvacl aclitem[]?, srvoptions text[]?` },
  pg_foreign_table: { oid: 3118, columns: 'ftrelid oid, ftserver oid, ftoptions text[]?' },
  pg_index: { oid: 2610, columns: `
    indexrelid oid, indrelid oid, indnatts int2, indnkeyatts int2, indisunique bool, indnullsnotdistinct bool, indisprimary bool,
    indisexclusion bool, indimmediate bool, indisclustered bool, indisvalid bool, indcheckxmin bool, indisready bool, indislive bool,
    indisreplident bool, indkey int2vector, indcollation oidvector, indclass oidvector, indoption int2vector, indexprs pg_node_tree?,
    indpred pg_node_tree?` },
  pg_inherits: { oid: 2611, columns: 'inhrelid oid, inhparent oid, inhseqno int4, inhdetachpending bool' },
  pg_init_privs: { oid: 3394, columns: 'objoid oid, classoid oid, objsubid int4, privtype char, initprivs aclitem[]' },
  pg_language: { oid: 2612, columns: `
    oid oid, lanname name, lanowner oid, lanispl bool, lanpltrusted bool, lanplcallfoid oid, laninline oid, lanvalidator oid, lanacl
    aclitem[]?` },
  pg_largeobject_metadata: { oid: 2995, columns: 'oid oid, lomowner oid, lomacl aclitem[]?' },
  pg_locks: { columns: `
    locktype text?, database oid?, relation oid?, page int4?, tuple int2?, virtualxid text?, transactionid xid?, classid oid?, objid oid?,
    objsubid int2?, virtualtransaction text?, pid int4?, mode text?, granted bool?, fastpath bool?, waitstart timestamptz?` },
  pg_namespace: { oid: 2615, columns: 'oid oid, nspname name, nspowner oid, nspacl aclitem[]?' },
  pg_opclass: { oid: 2616, columns: `
    oid oid, opcmethod oid, opcname name, opcnamespace oid, opcowner oid, opcfamily oid, opcintype oid, opcdefault bool, opckeytype oid` },
  pg_operator: { oid: 2617, columns: `
    oid oid, oprname name, oprnamespace oid, oprowner oid, oprkind char, oprcanmerge bool, oprcanhash bool, oprleft oid, oprright oid,
    oprresult oid, oprcom oid, oprnegate oid, oprcode regproc, oprrest regproc, oprjoin regproc` },
  pg_opfamily: { oid: 2753, columns: 'oid oid, opfmethod oid, opfname name, opfnamespace oid, opfowner oid' },
  pg_parameter_acl: { oid: 6243, columns: 'oid oid, parname text, paracl aclitem[]?' },
  pg_partitioned_table: { oid: 3350, columns: `
    partrelid oid, partstrat char, partnatts int2, partdefid oid, partattrs int2vector, partclass oidvector, partcollation oidvector,
    partexprs pg_node_tree?` },
  pg_policy: { oid: 3256, columns: `
    oid oid, polname name, polrelid oid, polcmd char, polpermissive bool, polroles oid[], polqual pg_node_tree?, polwithcheck pg_node_tree?` },
  pg_prepared_statements: { columns: `
    name text?, statement text?, prepare_time timestamptz?, parameter_types regtype[]?, from_sql bool?, generic_plans int8?, custom_plans
    int8?` },
  pg_prepared_xacts: { columns: 'transaction xid?, gid text?, prepared timestamptz?, owner name?, database name?' },
  pg_proc: { oid: 1255, rowType: 81, columns: `
    oid oid, proname name, pronamespace oid, proowner oid, prolang oid, procost float4, prorows float4, provariadic oid, prosupport regproc,
    prokind char, prosecdef bool, proleakproof bool, proisstrict bool, proretset bool, provolatile char, proparallel char, pronargs int2,
    pronargdefaults int2, prorettype oid, proargtypes oidvector, proallargtypes oid[]?, proargmodes char[]?, proargnames text[]?,
    proargdefaults pg_node_tree?, protrftypes oid[]?, prosrc text, probin text?, prosqlbody pg_node_tree?, proconfig text[]?, proacl
    aclitem[]?` },
  pg_publication: { oid: 6104, columns: `
    oid oid, pubname name, pubowner oid, puballtables bool, pubinsert bool, pubupdate bool, pubdelete bool, pubtruncate bool, pubviaroot
    bool` },
  pg_publication_namespace: { oid: 6237, columns: 'oid oid, pnpubid oid, pnnspid oid' },
  pg_publication_rel: { oid: 6106, columns: 'oid oid, prpubid oid, prrelid oid, prqual pg_node_tree?, prattrs int2vector?' },
  pg_range: { oid: 3541, columns: `
    rngtypid oid, rngsubtype oid, rngmultitypid oid, rngcollation oid, rngsubopc oid, rngcanonical regproc, rngsubdiff regproc` },
  pg_replication_origin: { oid: 6000, columns: 'roident oid, roname text' },
  pg_rewrite: { oid: 2618, columns: `
    oid oid, rulename name, ev_class oid, ev_type char, ev_enabled char, is_instead bool, ev_qual pg_node_tree, ev_action pg_node_tree` },
  pg_seclabel: { oid: 3596, columns: 'objoid oid, classoid oid, objsubid int4, provider text, label text' },
  pg_sequence: { oid: 2224, columns: `
    seqrelid oid, seqtypid oid, seqstart int8, seqincrement int8, seqmax int8, seqmin int8, seqcache int8, seqcycle bool` },
  pg_settings: { columns: `
    name text?, setting text?, unit text?, category text?, short_desc text?, extra_desc text?, context text?, vartype text?, source text?,
    min_val text?, max_val text?, enumvals text[]?, boot_val text?, reset_val text?, sourcefile text?, sourceline int4?, pending_restart
    bool?` },
  pg_shdepend: { oid: 1214, columns: 'dbid oid, classid oid, objid oid, objsubid int4, refclassid oid, refobjid oid, deptype char' },
  pg_shdescription: { oid: 2396, columns: 'objoid oid, classoid oid, description text' },
  pg_shseclabel: { oid: 3592, rowType: 4066, columns: 'objoid oid, classoid oid, provider text, label text' },
  pg_stat_activity: { columns: `
    datid oid?, datname name?, pid int4?, leader_pid int4?, usesysid oid?, usename name?, application_name text?, client_addr inet?,
    client_hostname text?, client_port int4?, backend_start timestamptz?, xact_start timestamptz?, query_start timestamptz?, state_change
    timestamptz?, wait_event_type text?, wait_event text?, state text?, backend_xid xid?, backend_xmin xid?, query_id int8?, query text?,
    backend_type text?` },
  pg_statistic_ext: { oid: 3381, columns: `
    oid oid, stxrelid oid, stxname name, stxnamespace oid, stxowner oid, stxstattarget int4, stxkeys int2vector, stxkind char[], stxexprs
    pg_node_tree?` },
  pg_subscription: { oid: 6100, rowType: 6101, columns: `
    oid oid, subdbid oid, subskiplsn pg_lsn, subname name, subowner oid, subenabled bool, subbinary bool, substream bool, subtwophasestate
    char, subdisableonerr bool, subconninfo text, subslotname name?, subsynccommit text, subpublications text[]` },
  pg_tablespace: { oid: 1213, columns: 'oid oid, spcname name, spcowner oid, spcacl aclitem[]?, spcoptions text[]?' },
  pg_transform: { oid: 3576, columns: 'oid oid, trftype oid, trflang oid, trffromsql regproc, trftosql regproc' },
  pg_trigger: { oid: 2620, columns: `
    oid oid, tgrelid oid, tgparentid oid, tgname name, tgfoid oid, tgtype int2, tgenabled char, tgisinternal bool, tgconstrrelid oid,
    tgconstrindid oid, tgconstraint oid, tgdeferrable bool, tginitdeferred bool, tgnargs int2, tgattr int2vector, tgargs bytea, tgqual
    pg_node_tree?, tgoldtable name?, tgnewtable name?` },
  pg_ts_config: { oid: 3602, columns: 'oid oid, cfgname name, cfgnamespace oid, cfgowner oid, cfgparser oid' },
  pg_ts_config_map: { oid: 3603, columns: 'mapcfg oid, maptokentype int4, mapseqno int4, mapdict oid' },
  pg_ts_dict: { oid: 3600, columns: 'oid oid, dictname name, dictnamespace oid, dictowner oid, dicttemplate oid, dictinitoption text?' },
  pg_ts_parser: { oid: 3601, columns: `
    oid oid, prsname name, prsnamespace oid, prsstart regproc, prstoken regproc, prsend regproc, prsheadline regproc, prslextype regproc` },
  pg_ts_template: { oid: 3764, columns: 'oid oid, tmplname name, tmplnamespace oid, tmplinit regproc, tmpllexize regproc' },
  pg_type: { oid: 1247, rowType: 71, columns: `
    oid oid, typname name, typnamespace oid, typowner oid, typlen int2, typbyval bool, typtype char, typcategory char, typispreferred bool,
    typisdefined bool, typdelim char, typrelid oid, typsubscript regproc, typelem oid, typarray oid, typinput regproc, typoutput regproc,
    typreceive regproc, typsend regproc, typmodin regproc, typmodout regproc, typanalyze regproc, typalign char, typstorage char, typnotnull
    bool, typbasetype oid, typtypmod int4, typndims int4, typcollation oid, typdefaultbin pg_node_tree?, typdefault text?, typacl aclitem[]?` },
  pg_user_mapping: { oid: 1418, columns: 'oid oid, umuser oid, umserver oid, umoptions text[]?' },
} as const satisfies Record<string, CatalogColumns>;

export type PostgresCatalog = keyof typeof catalogColumns;
