/** Words: what SQL makes of words, in the dialects of MySQL, PostgreSQL, SQL Server, Oracle, SQLite and their kin. */
import { type WordTable, wordTable } from "../../lexicon.ts";

/** What a word does in a statement. A word that is not in the table is a name. */
export const AS = {
  logic: 1,
  compare: 2,
  is: 3,
  in: 4,
  like: 5,
  between: 6,
  prefix: 7,
  literal: 8,
  caseOf: 9,
  caseEnd: 10,
  /** A function that prose and other languages do not know. */
  call: 11,
  /** A function with a name of everyday. */
  commonCall: 12,
  /** A function that waits. */
  wait: 13,
  clause: 14,
  thing: 15,
  /** A word of prose, which is no name of a table or column. */
  prose: 16,
  catalogue: 17,
  select: 20,
  insert: 21,
  update: 22,
  delete: 23,
  /** drop, create, alter, truncate and others that are followed by a thing. */
  define: 24,
  union: 25,
  execute: 26,
  declare: 27,
  waitfor: 28,
  shutdown: 29,
  from: 30,
  where: 31,
  set: 32,
  into: 33,
  values: 34,
  by: 35,
  order: 36,
  having: 37,
  limit: 38,
  all: 39,
  procedure: 40,
  delay: 41,
  file: 42,
  ifExists: 43,
  thenOf: 44,
  load: 45,
  match: 46,
  as: 47,
} as const;

/** From this class on a word begins a statement, up to `shutdown`. */
export const isStatement = (meaning: number): boolean => (meaning >= AS.select && meaning <= AS.shutdown) || meaning === AS.load;

export const SQL: WordTable = wordTable({
  [AS.logic]: "or and xor",
  [AS.compare]: "rlike regexp glob div mod collate sounds similar overlaps isnull notnull ilike",
  [AS.is]: "is",
  [AS.in]: "in",
  [AS.like]: "like",
  [AS.between]: "between",
  [AS.prefix]: "not binary any some exists",
  [AS.literal]: "null true false",
  [AS.caseOf]: "case",
  [AS.caseEnd]: "end",
  [AS.wait]: "sleep benchmark pg_sleep pg_sleep_for randomblob",
  [AS.call]:
    "pg_read_file pg_ls_dir pg_stat_file lo_import lo_export lo_get load_file extractvalue updatexml xmltype xp_cmdshell xp_regread xp_regwrite xp_dirtree xp_fileexist xp_subdirs xp_availablemedia xp_servicecontrol xp_terminate_process xp_ntsec_enumdomains xp_loginconfig xp_enumdsn xp_makecab xp_reg xp_execresultset sp_executesql sp_oacreate sp_oamethod sp_password sp_configure sp_makewebtask sp_addextendedproc sp_who sp_who2 sp_helpdb sp_tables sp_execute sp_prepare sp_sqlexec utl_http utl_inaddr utl_file utl_smtp dbms_pipe dbms_lock dbms_java dbms_ldap dbms_output dbms_xmlgen dbms_xmlquery dbms_utility httpuritype ctxsys load_extension group_concat concat_ws json_extract json_contains jsonb_pretty jsonb_array_elements row_to_json wm_concat listagg quote_literal query_to_xml database_to_xml table_to_xml xmlagg xmlforest make_set bit_length octet_length char_length character_length unhex inet_aton inet_ntoa name_const row_count last_insert_id found_rows connection_id has_database_privilege is_srvrolemember suser_name suser_sname db_id object_id col_name col_length schema_name user_name serverproperty openrowset opendatasource openquery fn_listextendedproperty sqlite_version zeroblob rawtohex hextoraw nvl2 find_in_set export_set substring_index des_encrypt des_decrypt aes_encrypt aes_decrypt uncompress gtid_subset gtid_subtract st_latfromgeohash st_longfromgeohash to_timestamp unix_timestamp from_unixtime sys_context tdesencrypt array_append array_cat array_dims array_fill array_length array_lower array_position array_prepend array_remove array_upper bin_to_uuid bit_and bit_or bit_xor clock_timestamp coercibility col_description convert_tz cume_dist curr_val currval cursor_status database_principal_id date_bucket date_part date_trunc dayofmonth dayofweek dayofyear dbms_assert dbms_crypto dbms_metadata dbms_random dbms_scheduler dbms_sql dbms_xmldom dbms_xslprocessor dense_rank format_bytes format_type from_base64 from_days geomfromtext get_lock getpgusername gtid_executed has_table_privilege has_any_column_privilege has_schema_privilege host_id inet6_aton inet6_ntoa inet_client_addr inet_server_addr inet_server_port is_free_lock is_ipv4_compat is_rolemember is_used_lock is_uuid json_agg json_array_elements json_array_length json_arrayagg json_build_array json_build_object json_contains_path json_depth json_each json_extract_path json_extract_path_text json_group_array json_group_object json_insert json_merge json_merge_patch json_merge_preserve json_object_keys json_objectagg json_overlaps json_patch json_populate_record json_pretty json_query json_quote json_remove json_replace json_schema_valid json_search json_set json_storage_size json_table json_to_record json_tree json_type json_unquote json_valid json_value jsonb_agg jsonb_array_length jsonb_build_object jsonb_each jsonb_extract_path jsonb_insert jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_set jsonb_strip_nulls jsonb_to_record jsonb_typeof likelihood last_insert_rowid lo_from_bytea lo_put lo_creat lo_create lo_unlink make_date make_interval make_timestamp makedate maketime master_pos_wait mbrcontains mbrequals mbrwithin nextval nls_charset_id ntile obj_description object_definition object_schema_name parse_ident percent_rank period_add period_diff pg_advisory_lock pg_backend_pid pg_cancel_backend pg_client_encoding pg_conf_load_time pg_current_logfile pg_database_size pg_export_snapshot pg_get_functiondef pg_get_userbyid pg_has_role pg_is_in_recovery pg_listening_channels pg_ls_logdir pg_ls_waldir pg_my_temp_schema pg_postmaster_start_time pg_read_binary_file pg_relation_size pg_reload_conf pg_rotate_logfile pg_sleep_until pg_size_pretty pg_stat_get_activity pg_table_is_visible pg_tablespace_size pg_terminate_backend pg_trigger_depth pg_typeof program_name quote_nullable random_bytes raw_to_hex regexp_count regexp_instr regexp_matches regexp_match regexp_split_to_array regexp_split_to_table release_all_locks release_lock roles_graphml row_number scope_identity sec_to_time session_context set_config setval sha1_hex split_part sql_variant_property sqlite_compileoption_get sqlite_compileoption_used sqlite_offset sqlite_source_id st_astext st_buffer st_contains st_distance st_geohash st_geomfromtext st_intersects st_makeline st_pointfromgeohash st_within statement_digest statement_timestamp stddev_pop stddev_samp str_to_date string_split strpos subdate subtime suser_id suser_sid sys_eval sys_exec sys_get sys_set time_to_sec timestampadd timestampdiff to_ascii to_base64 to_days to_regclass to_seconds to_tsquery to_tsvector total_changes transaction_timestamp ts_debug txid_current uuid_short uuid_to_bin utl_compress utl_encode utl_raw utl_url utc_date utc_time utc_timestamp var_pop var_samp validate_password_strength weight_string width_bucket xmlcomment xmlconcat xmlelement xmlexists xmlparse xmlpi xmlquery xmlserialize xmltable xml_is_well_formed xpath_exists yearweek xp_cmdshell_proxy xp_logevent xp_msver xp_readerrorlog xp_regdeletekey xp_regdeletevalue xp_regenumkeys xp_regenumvalues xp_regremovemultistring xp_sendmail xp_sprintf xp_sqlmaint sp_addlogin sp_addsrvrolemember sp_addlinkedserver sp_adduser sp_attach_db sp_columns sp_databases sp_dbcmptlevel sp_droplogin sp_dropextendedproc sp_grantlogin sp_helptext sp_linkedservers sp_oadestroy sp_oageterrorinfo sp_oagetproperty sp_oasetproperty sp_oastop sp_procedure_params_rowset sp_rename sp_server_info sp_spaceused sp_stored_procedures sp_who3 sys_fn_builtin_permissions is_visible_in_md current_setting string_to_array array_to_string generate_series regexp_substr sys_guid db_name host_name current_database current_schema",
  [AS.commonCall]:
    "concat char chr nchar hex substring substr mid left right length len count sum min max avg abs round floor ceil ceiling rand random cast convert try_convert try_cast md5 sha sha1 sha2 password user database schema version if lower upper lcase ucase trim ltrim rtrim reverse repeat lpad rpad space format now date year month day hour minute second quarter week encode decode compress power sqrt sign pi log exp stuff charindex patindex datalength unicode str ascii ord conv bin oct soundex coalesce nullif ifnull iif nvl greatest least instr locate position field elt stddev variance current_user session_user system_user sysdate curtime curdate starts_with json_array json_object json_keys string_agg array_agg to_char to_number to_date to_json dump polygon multipoint linestring regexp_like regexp_replace convert_from convert_to acos adddate addtime age asin atan atan2 cbrt changes charset collation cos cosh cot crc32 datediff dateadd datename datepart date_add date_format date_sub dayname degrees difference encrypt extract factorial first_value getdate getutcdate gcd grouping hash hashbytes hextoint iff initcap isdate isnumeric json julianday lag last_day last_value lead ln log10 log2 mask microsecond monthname ncharacter newid nth_value nullifzero old_password overlay parsename percentile_cont pow quote quotename radians rank replicate sin sinh square st_x std strcmp strftime stringtohex substrb subtract sysdatetime tan tanh time_format timediff timestamp translate trunc ts_headline typeof unistr unlikely unnest uuid weekday weekofyear zeroifnull interval point names bit_count",
  [AS.clause]: "group offset intersect except minus returning for when else begin on join using with top fetch column unique ifnull_ off default cascade",
  [AS.thing]: "table database schema view index function trigger user role login tablespace sequence",
  [AS.prose]: "the a an your you our their his her its this that these those my more which what who how one two of to without at about it we they i he she was were be been best new following out up down very own same other each every",
  [AS.catalogue]:
    "information_schema pg_catalog pg_user pg_shadow pg_tables pg_class pg_roles pg_proc pg_authid sysobjects syscolumns sysusers sysdatabases syslogins sysprocesses msysaces msysobjects msysqueries msysrelationships msysaccessstorage msysaccessxml msysmodules msysaccessobjects sqlite_master sqlite_schema sqlite_temp_master all_tab_columns user_tab_columns dba_users dba_tables dba_objects",
  [AS.select]: "select",
  [AS.insert]: "insert replace",
  [AS.update]: "update",
  [AS.delete]: "delete",
  [AS.define]: "drop create alter truncate rename backup restore grant revoke handler kill attach",
  [AS.union]: "union",
  [AS.execute]: "exec execute",
  [AS.declare]: "declare",
  [AS.waitfor]: "waitfor",
  [AS.shutdown]: "shutdown",
  [AS.from]: "from",
  [AS.where]: "where",
  [AS.set]: "set",
  [AS.into]: "into",
  [AS.values]: "values",
  [AS.by]: "by",
  [AS.order]: "order",
  [AS.having]: "having",
  [AS.limit]: "limit",
  [AS.all]: "all distinct",
  [AS.procedure]: "procedure",
  [AS.delay]: "delay time",
  [AS.file]: "outfile dumpfile infile",
  [AS.ifExists]: "exists_",
  [AS.thenOf]: "then",
  [AS.load]: "load",
  [AS.match]: "match",
  [AS.as]: "as",
});

/** Names behind `@@`, and those that a stacked `exec` runs. */
export const SYSTEM: WordTable = wordTable({
  1: "version datadir hostname servername global basedir tmpdir language spid servicename session log_error port identity rowcount plugin_dir",
  2: "master immediate xp_cmdshell sp_executesql msdb",
  3: "analyse analyze",
});
