/**
 * The OIDs that functions have in Postgres (pg_proc.dat): a name, then `oid(argument types)` for each function of that name.
 * Clients keep such OIDs and ask for them again; the functions of ours that Postgres does not have get theirs from `procedureOid`'s caller.
 */
const table = `
  RI_FKey_cascade_del 1646(); RI_FKey_cascade_upd 1647(); RI_FKey_check_ins 1644(); RI_FKey_check_upd 1645(); RI_FKey_noaction_del 1654();
  RI_FKey_noaction_upd 1655(); RI_FKey_restrict_del 1648(); RI_FKey_restrict_upd 1649(); RI_FKey_setdefault_del 1652(); RI_FKey_setdefault_upd 1653();
  RI_FKey_setnull_del 1650(); RI_FKey_setnull_upd 1651(); abbrev 598(869) 599(650); abs 1394(700) 1395(701) 1396(20) 1397(23) 1398(21) 1705(1700);
  aclcontains 1037(1034,1033); acldefault 3943(18,26); aclexplode 1689(1034); aclinsert 1035(1034,1033); aclitemeq 1062(1033,1033); aclitemin
  1031(2275); aclitemout 1032(1033); aclremove 1036(1034,1033); acos 1601(701); acosd 2732(701); acosh 2466(701); age 1181(28) 1199(1184,1184)
  1386(1184) 2058(1114,1114) 2059(1114); amvalidate 338(26); any_in 2294(2275); any_out 2295(2276); any_value 6291(2283); any_value_transfn
  6292(2283,2283); anyarray_in 2296(2275); anyarray_out 2297(2277); anyarray_recv 2502(2281); anyarray_send 2503(2277); anycompatible_in 5086(2275);
  anycompatible_out 5087(5077); anycompatiblearray_in 5088(2275); anycompatiblearray_out 5089(5078); anycompatiblearray_recv 5090(2281);
  anycompatiblearray_send 5091(5078); anycompatiblemultirange_in 4226(2275,26,23); anycompatiblemultirange_out 4227(4538); anycompatiblenonarray_in
  5092(2275); anycompatiblenonarray_out 5093(5079); anycompatiblerange_in 5094(2275,26,23); anycompatiblerange_out 5095(5080); anyelement_in
  2312(2275); anyelement_out 2313(2283); anyenum_in 3504(2275); anyenum_out 3505(3500); anymultirange_in 4229(2275,26,23); anymultirange_out
  4230(4537); anynonarray_in 2777(2275); anynonarray_out 2778(2776); anyrange_in 3832(2275,26,23); anyrange_out 3833(3831); anytextcat 2004(2776,25);
  area 975(603) 979(602) 1468(718); areajoinsel 140(2281,26,2281,21,2281); areasel 139(2281,26,2281,23); array_agg 2335(2776) 4053(2277);
  array_agg_array_combine 6296(2281,2281); array_agg_array_deserialize 6298(17,2281); array_agg_array_finalfn 4052(2281,2277);
  array_agg_array_serialize 6297(2281); array_agg_array_transfn 4051(2281,2277); array_agg_combine 6293(2281,2281); array_agg_deserialize
  6295(17,2281); array_agg_finalfn 2334(2281,2776); array_agg_serialize 6294(2281); array_agg_transfn 2333(2281,2776); array_append 378(5078,5077);
  array_append_support 6378(2281); array_cat 383(5078,5078); array_dims 747(2277); array_eq 744(2277,2277); array_fill 1193(2283,1007)
  1286(2283,1007,1007); array_ge 396(2277,2277); array_gt 392(2277,2277); array_in 750(2275,26,23); array_larger 515(2277,2277); array_le
  393(2277,2277); array_length 2176(2277,23); array_lower 2091(2277,23); array_lt 391(2277,2277); array_ndims 748(2277); array_ne 390(2277,2277);
  array_out 751(2277); array_position 3277(5078,5077) 3278(5078,5077,23); array_positions 3279(5078,5077); array_prepend 379(5077,5078);
  array_prepend_support 6379(2281); array_recv 2400(2281,26,23); array_remove 3167(5078,5077); array_replace 3168(5078,5077,5077); array_reverse
  6381(2277); array_sample 6216(2277,23); array_send 2401(2277); array_shuffle 6215(2277); array_smaller 516(2277,2277); array_sort 6388(2277)
  6389(2277,16) 6390(2277,16,16); array_subscript_handler 6179(2281); array_subscript_handler_support 6380(2281); array_to_json 3153(2277)
  3154(2277,16); array_to_string 384(2277,25,25) 395(2277,25); array_to_tsvector 3327(1009); array_typanalyze 3816(2281); array_unnest_support
  3996(2281); array_upper 2092(2277,23); arraycontained 2749(2277,2277); arraycontains 2748(2277,2277); arraycontjoinsel 3818(2281,26,2281,21,2281);
  arraycontsel 3817(2281,26,2281,23); arrayoverlap 2747(2277,2277); ascii 1620(25); asin 1600(701); asind 2731(701); asinh 2465(701); atan 1602(701);
  atan2 1603(701,701); atan2d 2734(701,701); atand 2733(701); atanh 2467(701); avg 2100(20) 2101(23) 2102(21) 2103(1700) 2104(700) 2105(701)
  2106(1186); bernoulli 3313(2281); big5_to_euc_tw 4333(23,23,2275,2281,23,16); big5_to_mic 4335(23,23,2275,2281,23,16); big5_to_utf8
  4352(23,23,2275,2281,23,16); binary_upgrade_add_sub_rel_state 6319(25,26,18,3220); binary_upgrade_create_empty_extension
  3591(25,25,16,25,1028,1009,1009); binary_upgrade_logical_slot_has_caught_up 6312(19); binary_upgrade_replorigin_advance 6320(25,3220);
  binary_upgrade_set_missing_value 4101(26,25,25); binary_upgrade_set_next_array_pg_type_oid 3584(26); binary_upgrade_set_next_heap_pg_class_oid
  3586(26); binary_upgrade_set_next_heap_relfilenode 4545(26); binary_upgrade_set_next_index_pg_class_oid 3587(26);
  binary_upgrade_set_next_index_relfilenode 4546(26); binary_upgrade_set_next_multirange_array_pg_type_oid 4391(26);
  binary_upgrade_set_next_multirange_pg_type_oid 4390(26); binary_upgrade_set_next_pg_authid_oid 3590(26); binary_upgrade_set_next_pg_enum_oid
  3589(26); binary_upgrade_set_next_pg_tablespace_oid 4548(26); binary_upgrade_set_next_pg_type_oid 3582(26);
  binary_upgrade_set_next_toast_pg_class_oid 3588(26); binary_upgrade_set_next_toast_relfilenode 4547(26); binary_upgrade_set_record_init_privs
  4083(16); bit 1683(23,23) 1685(1560,23,16) 2075(20,23); bit_and 2236(21) 2238(23) 2240(20) 2242(1560); bit_count 6162(1560) 6163(17); bit_in
  1564(2275,26,23); bit_length 1810(17) 1811(25) 1812(1560); bit_or 2237(21) 2239(23) 2241(20) 2243(1560); bit_out 1565(1560); bit_recv
  2456(2281,26,23); bit_send 2457(1560); bit_xor 6164(21) 6165(23) 6166(20) 6167(1560); bitand 1673(1560,1560); bitcat 1679(1562,1562); bitcmp
  1596(1560,1560); biteq 1581(1560,1560); bitge 1592(1560,1560); bitgt 1593(1560,1560); bitle 1594(1560,1560); bitlt 1595(1560,1560); bitne
  1582(1560,1560); bitnot 1676(1560); bitor 1674(1560,1560); bitshiftleft 1677(1560,23); bitshiftright 1678(1560,23); bittypmodin 2919(1263);
  bittypmodout 2920(23); bitxor 1675(1560,1560); bool 2557(23) 3556(3802); bool_accum 3496(2281,16); bool_accum_inv 3497(2281,16); bool_alltrue
  3498(2281); bool_and 2517(16); bool_anytrue 3499(2281); bool_or 2518(16); booland_statefunc 2515(16,16); booleq 60(16,16); boolge 1692(16,16);
  boolgt 57(16,16); boolin 1242(2275); boolle 1691(16,16); boollt 56(16,16); boolne 84(16,16); boolor_statefunc 2516(16,16); boolout 1243(16);
  boolrecv 2436(2281); boolsend 2437(16); bound_box 4067(603,603); box 1421(600,600) 1446(604) 1480(718) 4091(600); box_above 2565(603,603);
  box_above_eq 115(603,603); box_add 1422(603,600); box_below 2562(603,603); box_below_eq 116(603,603); box_center 138(603); box_contain 187(603,603);
  box_contain_pt 193(603,600); box_contained 192(603,603); box_distance 978(603,603); box_div 1425(603,600); box_eq 128(603,603); box_ge 126(603,603);
  box_gt 127(603,603); box_in 123(2275); box_intersect 980(603,603); box_le 130(603,603); box_left 188(603,603); box_lt 129(603,603); box_mul
  1424(603,600); box_out 124(603); box_overabove 2564(603,603); box_overbelow 2563(603,603); box_overlap 125(603,603); box_overleft 189(603,603);
  box_overright 190(603,603); box_recv 2484(2281); box_right 191(603,603); box_same 186(603,603); box_send 2485(603); box_sub 1423(603,600); bpchar
  408(19) 668(1042,23,16) 860(18); bpchar_larger 1063(1042,1042); bpchar_pattern_ge 2177(1042,1042); bpchar_pattern_gt 2178(1042,1042);
  bpchar_pattern_le 2175(1042,1042); bpchar_pattern_lt 2174(1042,1042); bpchar_smaller 1064(1042,1042); bpchar_sortsupport 3328(2281); bpcharcmp
  1078(1042,1042); bpchareq 1048(1042,1042); bpcharge 1052(1042,1042); bpchargt 1051(1042,1042); bpchariclike 1660(1042,25); bpcharicnlike
  1661(1042,25); bpcharicregexeq 1656(1042,25); bpcharicregexne 1657(1042,25); bpcharin 1044(2275,26,23); bpcharle 1050(1042,1042); bpcharlike
  1631(1042,25); bpcharlt 1049(1042,1042); bpcharne 1053(1042,1042); bpcharnlike 1632(1042,25); bpcharout 1045(1042); bpcharrecv 2430(2281,26,23);
  bpcharregexeq 1658(1042,25); bpcharregexne 1659(1042,25); bpcharsend 2431(1042); bpchartypmodin 2913(1263); bpchartypmodout 2914(23);
  brin_bloom_add_value 4592(2281,2281,2281,2281); brin_bloom_consistent 4593(2281,2281,2281,23); brin_bloom_opcinfo 4591(2281); brin_bloom_options
  4595(2281); brin_bloom_summary_in 4596(2275); brin_bloom_summary_out 4597(4600); brin_bloom_summary_recv 4598(2281); brin_bloom_summary_send
  4599(4600); brin_bloom_union 4594(2281,2281,2281); brin_desummarize_range 4014(2205,20); brin_inclusion_add_value 4106(2281,2281,2281,2281);
  brin_inclusion_consistent 4107(2281,2281,2281); brin_inclusion_opcinfo 4105(2281); brin_inclusion_union 4108(2281,2281,2281); brin_minmax_add_value
  3384(2281,2281,2281,2281); brin_minmax_consistent 3385(2281,2281,2281); brin_minmax_multi_add_value 4617(2281,2281,2281,2281);
  brin_minmax_multi_consistent 4618(2281,2281,2281,23); brin_minmax_multi_distance_date 4629(2281,2281); brin_minmax_multi_distance_float4
  4624(2281,2281); brin_minmax_multi_distance_float8 4625(2281,2281); brin_minmax_multi_distance_inet 4636(2281,2281); brin_minmax_multi_distance_int2
  4621(2281,2281); brin_minmax_multi_distance_int4 4622(2281,2281); brin_minmax_multi_distance_int8 4623(2281,2281);
  brin_minmax_multi_distance_interval 4631(2281,2281); brin_minmax_multi_distance_macaddr 4634(2281,2281); brin_minmax_multi_distance_macaddr8
  4635(2281,2281); brin_minmax_multi_distance_numeric 4626(2281,2281); brin_minmax_multi_distance_pg_lsn 4633(2281,2281);
  brin_minmax_multi_distance_tid 4627(2281,2281); brin_minmax_multi_distance_time 4630(2281,2281); brin_minmax_multi_distance_timestamp
  4637(2281,2281); brin_minmax_multi_distance_timetz 4632(2281,2281); brin_minmax_multi_distance_uuid 4628(2281,2281); brin_minmax_multi_opcinfo
  4616(2281); brin_minmax_multi_options 4620(2281); brin_minmax_multi_summary_in 4638(2275); brin_minmax_multi_summary_out 4639(4601);
  brin_minmax_multi_summary_recv 4640(2281); brin_minmax_multi_summary_send 4641(4601); brin_minmax_multi_union 4619(2281,2281,2281);
  brin_minmax_opcinfo 3383(2281); brin_minmax_union 3386(2281,2281,2281); brin_summarize_new_values 3952(2205); brin_summarize_range 3999(2205,20);
  brinhandler 335(2281); broadcast 698(869); btarraycmp 382(2277,2277); btboolcmp 1693(16,16); btboolskipsupport 6408(2281); btbpchar_pattern_cmp
  2180(1042,1042); btbpchar_pattern_sortsupport 3333(2281); btcharcmp 358(18,18); btcharskipsupport 6406(2281); btequalimage 5051(26); btfloat48cmp
  2194(700,701); btfloat4cmp 354(700,700); btfloat4sortsupport 3132(2281); btfloat84cmp 2195(701,700); btfloat8cmp 355(701,701); btfloat8sortsupport
  3133(2281); bthandler 330(2281); btint24cmp 2190(21,23); btint28cmp 2192(21,20); btint2cmp 350(21,21); btint2skipsupport 6402(2281);
  btint2sortsupport 3129(2281); btint42cmp 2191(23,21); btint48cmp 2188(23,20); btint4cmp 351(23,23); btint4skipsupport 6403(2281); btint4sortsupport
  3130(2281); btint82cmp 2193(20,21); btint84cmp 2189(20,23); btint8cmp 842(20,20); btint8skipsupport 6404(2281); btint8sortsupport 3131(2281);
  btnamecmp 359(19,19); btnamesortsupport 3135(2281); btnametextcmp 246(19,25); btoidcmp 356(26,26); btoidskipsupport 6405(2281); btoidsortsupport
  3134(2281); btoidvectorcmp 404(30,30); btrecordcmp 2987(2249,2249); btrecordimagecmp 3187(2249,2249); btrim 884(25,25) 885(25) 2015(17,17);
  bttext_pattern_cmp 2166(25,25); bttext_pattern_sortsupport 3332(2281); bttextcmp 360(25,25); bttextnamecmp 253(25,19); bttextsortsupport 3255(2281);
  bttidcmp 2794(27,27); btvarstrequalimage 5050(26); bytea 6367(21) 6368(23) 6369(20); bytea_larger 6393(17,17); bytea_smaller 6394(17,17);
  bytea_sortsupport 3331(2281); bytea_string_agg_finalfn 3544(2281); bytea_string_agg_transfn 3543(2281,17,17); byteacat 2011(17,17); byteacmp
  1954(17,17); byteaeq 1948(17,17); byteage 1952(17,17); byteagt 1951(17,17); byteain 1244(2275); byteale 1950(17,17); bytealike 2005(17,17); bytealt
  1949(17,17); byteane 1953(17,17); byteanlike 2006(17,17); byteaout 31(17); bytearecv 2412(2281); byteasend 2413(17); cardinality 3179(2277);
  casefold 6412(25); cash_cmp 377(790,790); cash_div_cash 3822(790,790); cash_div_flt4 847(790,700); cash_div_flt8 897(790,701); cash_div_int2
  867(790,21); cash_div_int4 865(790,23); cash_div_int8 3345(790,20); cash_eq 888(790,790); cash_ge 893(790,790); cash_gt 892(790,790); cash_in
  886(2275); cash_le 891(790,790); cash_lt 890(790,790); cash_mi 895(790,790); cash_mul_flt4 846(790,700); cash_mul_flt8 896(790,701); cash_mul_int2
  866(790,21); cash_mul_int4 864(790,23); cash_mul_int8 3344(790,20); cash_ne 889(790,790); cash_out 887(790); cash_pl 894(790,790); cash_recv
  2492(2281); cash_send 2493(790); cash_words 935(790); cashlarger 898(790,790); cashsmaller 899(790,790); cbrt 1345(701); ceil 1711(1700) 2308(701);
  ceiling 2167(1700) 2320(701); center 1542(603) 1543(718); char 78(23) 944(25); char_length 1372(1042) 1381(25); character_length 1367(1042)
  1369(25); chareq 61(18,18); charge 74(18,18); chargt 73(18,18); charin 1245(2275); charle 72(18,18); charlt 1246(18,18); charne 70(18,18); charout
  33(18); charrecv 2434(2281); charsend 2435(18); chr 1621(23); cideq 69(29,29); cidin 52(2275); cidout 53(29); cidr 1715(869); cidr_in 1267(2275);
  cidr_out 1427(650); cidr_recv 2498(2281); cidr_send 2499(650); cidrecv 2442(2281); cidsend 2443(29); circle 1473(600,701) 1474(604) 1479(603);
  circle_above 1461(718,718); circle_add_pt 1146(718,600); circle_below 1460(718,718); circle_center 1472(718); circle_contain 1453(718,718);
  circle_contain_pt 1477(718,600); circle_contained 1458(718,718); circle_distance 1471(718,718); circle_div_pt 1149(718,600); circle_eq
  1462(718,718); circle_ge 1467(718,718); circle_gt 1465(718,718); circle_in 1450(2275); circle_le 1466(718,718); circle_left 1454(718,718); circle_lt
  1464(718,718); circle_mul_pt 1148(718,600); circle_ne 1463(718,718); circle_out 1451(718); circle_overabove 2588(718,718); circle_overbelow
  2587(718,718); circle_overlap 1459(718,718); circle_overleft 1455(718,718); circle_overright 1456(718,718); circle_recv 2490(2281); circle_right
  1457(718,718); circle_same 1452(718,718); circle_send 2491(718); circle_sub_pt 1147(718,600); clock_timestamp 2649(); close_ls 1488(628,601);
  close_lseg 1489(601,601); close_pb 367(600,603); close_pl 961(600,628); close_ps 366(600,601); close_sb 368(601,603); col_description 1216(26,23);
  concat 3058(2276); concat_ws 3059(25,2276); contjoinsel 1303(2281,26,2281,21,2281); contsel 1302(2281,26,2281,23); convert 1813(17,19,19);
  convert_from 1714(17,19); convert_to 1717(25,19); corr 2829(701,701); cos 1605(701); cosd 2736(701); cosh 2463(701); cot 1607(701); cotd 2738(701);
  count 2147(2276) 2803(); covar_pop 2827(701,701); covar_samp 2828(701,701); crc32 6364(17); crc32c 6365(17); cstring_in 2292(2275); cstring_out
  2293(2275); cstring_recv 2500(2281); cstring_send 2501(2275); cume_dist 3104() 3990(2276); cume_dist_final 3991(2281,2276); current_database 861();
  current_query 817(); current_schema 1402(); current_schemas 1403(16); current_setting 2077(25) 3294(25,16); current_user 745(); currtid2
  1294(25,27); currval 1575(2205); cursor_to_xml 2925(1790,23,16,16,25); cursor_to_xmlschema 2928(1790,16,16,25); database_to_xml 2936(16,16,25);
  database_to_xml_and_xmlschema 2938(16,16,25); database_to_xmlschema 2937(16,16,25); date 1178(1184) 2029(1114); date_add 6221(1184,1186)
  6222(1184,1186,25); date_bin 6177(1186,1114,1114) 6178(1186,1184,1184); date_cmp 1092(1082,1082); date_cmp_timestamp 2344(1082,1114);
  date_cmp_timestamptz 2357(1082,1184); date_eq 1086(1082,1082); date_eq_timestamp 2340(1082,1114); date_eq_timestamptz 2353(1082,1184); date_ge
  1090(1082,1082); date_ge_timestamp 2342(1082,1114); date_ge_timestamptz 2355(1082,1184); date_gt 1089(1082,1082); date_gt_timestamp 2341(1082,1114);
  date_gt_timestamptz 2354(1082,1184); date_in 1084(2275); date_larger 1138(1082,1082); date_le 1088(1082,1082); date_le_timestamp 2339(1082,1114);
  date_le_timestamptz 2352(1082,1184); date_lt 1087(1082,1082); date_lt_timestamp 2338(1082,1114); date_lt_timestamptz 2351(1082,1184); date_mi
  1140(1082,1082); date_mi_interval 2072(1082,1186); date_mii 1142(1082,23); date_ne 1091(1082,1082); date_ne_timestamp 2343(1082,1114);
  date_ne_timestamptz 2356(1082,1184); date_out 1085(1082); date_part 1171(25,1184) 1172(25,1186) 1273(25,1266) 1384(25,1082) 1385(25,1083)
  2021(25,1114); date_pl_interval 2071(1082,1186); date_pli 1141(1082,23); date_recv 2468(2281); date_send 2469(1082); date_skipsupport 6407(2281);
  date_smaller 1139(1082,1082); date_sortsupport 3136(2281); date_subtract 6223(1184,1186) 6273(1184,1186,25); date_trunc 1217(25,1184) 1218(25,1186)
  1284(25,1184,25) 2020(25,1114); datemultirange 4292() 4293(3912) 4294(3913); daterange 3941(1082,1082) 3942(1082,1082,25); daterange_canonical
  3915(3912); daterange_subdiff 3925(1082,1082); datetime_pl 1272(1082,1083); datetimetz_pl 1297(1082,1266); dcbrt 231(701); decode 1947(25,25);
  degrees 1608(701); dense_rank 3102() 3992(2276); dense_rank_final 3993(2281,2276); dexp 233(701); diagonal 981(603); diameter 1469(718);
  dispell_init 3731(2281); dispell_lexize 3732(2281,2281,2281,2281); dist_bp 357(603,600); dist_bs 381(603,601); dist_cpoint 3290(718,600); dist_cpoly
  728(718,604); dist_lp 702(628,600); dist_ls 704(628,601); dist_pathp 421(602,600); dist_pb 364(600,603); dist_pc 1476(600,718); dist_pl
  725(600,628); dist_polyc 785(604,718); dist_polyp 3292(604,600); dist_ppath 371(600,602); dist_ppoly 3275(600,604); dist_ps 363(600,601); dist_sb
  365(601,603); dist_sl 727(601,628); dist_sp 380(601,600); div 1973(1700,1700); dlog1 234(701); dlog10 1339(701); domain_in 2597(2275,26,23);
  domain_recv 2598(2281,26,23); dpow 232(701,701); dround 228(701); dsimple_init 3725(2281); dsimple_lexize 3726(2281,2281,2281,2281); dsnowball_init
  13083(2281); dsnowball_lexize 13084(2281,2281,2281,2281); dsqrt 230(701); dsynonym_init 3728(2281); dsynonym_lexize 3729(2281,2281,2281,2281);
  dtrunc 229(701); elem_contained_by_multirange 4252(2283,4537); elem_contained_by_range 3860(2283,3831); elem_contained_by_range_support 6346(2281);
  encode 1946(17,25); enum_cmp 3514(3500,3500); enum_eq 3508(3500,3500); enum_first 3528(3500); enum_ge 3513(3500,3500); enum_gt 3511(3500,3500);
  enum_in 3506(2275,26); enum_larger 3525(3500,3500); enum_last 3529(3500); enum_le 3512(3500,3500); enum_lt 3510(3500,3500); enum_ne 3509(3500,3500);
  enum_out 3507(3500); enum_range 3530(3500,3500) 3531(3500); enum_recv 3532(2281,26); enum_send 3533(3500); enum_smaller 3524(3500,3500); eqjoinsel
  105(2281,26,2281,21,2281); eqsel 101(2281,26,2281,23); erf 6219(701); erfc 6220(701); euc_cn_to_mic 4322(23,23,2275,2281,23,16); euc_cn_to_utf8
  4360(23,23,2275,2281,23,16); euc_jis_2004_to_shift_jis_2004 4386(23,23,2275,2281,23,16); euc_jis_2004_to_utf8 4382(23,23,2275,2281,23,16);
  euc_jp_to_mic 4326(23,23,2275,2281,23,16); euc_jp_to_sjis 4324(23,23,2275,2281,23,16); euc_jp_to_utf8 4362(23,23,2275,2281,23,16); euc_kr_to_mic
  4330(23,23,2275,2281,23,16); euc_kr_to_utf8 4364(23,23,2275,2281,23,16); euc_tw_to_big5 4332(23,23,2275,2281,23,16); euc_tw_to_mic
  4334(23,23,2275,2281,23,16); euc_tw_to_utf8 4366(23,23,2275,2281,23,16); event_trigger_in 3594(2275); event_trigger_out 3595(3838); every 2519(16);
  exp 1347(701) 1732(1700); extract 6199(25,1082) 6200(25,1083) 6201(25,1266) 6202(25,1114) 6203(25,1184) 6204(25,1186); factorial 1376(20); family
  711(869); fdw_handler_in 3116(2275); fdw_handler_out 3117(3115); first_value 3112(2283); float4 236(21) 312(701) 318(23) 652(20) 1745(1700)
  3453(3802); float48div 280(700,701); float48eq 299(700,701); float48ge 304(700,701); float48gt 303(700,701); float48le 302(700,701); float48lt
  301(700,701); float48mi 282(700,701); float48mul 279(700,701); float48ne 300(700,701); float48pl 281(700,701); float4_accum 208(1022,700); float4abs
  207(700); float4div 203(700,700); float4eq 287(700,700); float4ge 292(700,700); float4gt 291(700,700); float4in 200(2275); float4larger
  209(700,700); float4le 290(700,700); float4lt 289(700,700); float4mi 205(700,700); float4mul 202(700,700); float4ne 288(700,700); float4out
  201(700); float4pl 204(700,700); float4recv 2424(2281); float4send 2425(700); float4smaller 211(700,700); float4um 206(700); float4up 1913(700);
  float8 235(21) 311(700) 316(23) 482(20) 1746(1700) 2580(3802); float84div 284(701,700); float84eq 305(701,700); float84ge 310(701,700); float84gt
  309(701,700); float84le 308(701,700); float84lt 307(701,700); float84mi 286(701,700); float84mul 283(701,700); float84ne 306(701,700); float84pl
  285(701,700); float8_accum 222(1022,701); float8_avg 1830(1022); float8_combine 276(1022,1022); float8_corr 2817(1022); float8_covar_pop 2815(1022);
  float8_covar_samp 2816(1022); float8_regr_accum 2806(1022,701,701); float8_regr_avgx 2810(1022); float8_regr_avgy 2811(1022); float8_regr_combine
  3342(1022,1022); float8_regr_intercept 2814(1022); float8_regr_r2 2812(1022); float8_regr_slope 2813(1022); float8_regr_sxx 2807(1022);
  float8_regr_sxy 2809(1022); float8_regr_syy 2808(1022); float8_stddev_pop 2513(1022); float8_stddev_samp 1832(1022); float8_var_pop 2512(1022);
  float8_var_samp 1831(1022); float8abs 221(701); float8div 217(701,701); float8eq 293(701,701); float8ge 298(701,701); float8gt 297(701,701);
  float8in 214(2275); float8larger 223(701,701); float8le 296(701,701); float8lt 295(701,701); float8mi 219(701,701); float8mul 216(701,701); float8ne
  294(701,701); float8out 215(701); float8pl 218(701,701); float8recv 2426(2281); float8send 2427(701); float8smaller 224(701,701); float8um 220(701);
  float8up 1914(701); floor 1712(1700) 2309(701); flt4_mul_cash 848(700,790); flt8_mul_cash 919(701,790); fmgr_c_validator 2247(26);
  fmgr_internal_validator 2246(26); fmgr_sql_validator 2248(26); format 3539(25,2276) 3540(25); format_type 1081(26,23); gamma 6383(701);
  gb18030_to_utf8 4368(23,23,2275,2281,23,16); gbk_to_utf8 4370(23,23,2275,2281,23,16); gcd 5044(23,23) 5045(20,20) 5048(1700,1700); gen_random_uuid
  3432(); generate_series 938(1114,1114,1186) 939(1184,1184,1186) 1066(23,23,23) 1067(23,23) 1068(20,20,20) 1069(20,20) 3259(1700,1700,1700)
  3260(1700,1700) 6274(1184,1184,1186,25); generate_series_int4_support 3994(2281); generate_series_int8_support 3995(2281);
  generate_series_numeric_support 6357(2281); generate_series_timestamp_support 6354(2281); generate_subscripts 1191(2277,23,16) 1192(2277,23);
  get_bit 723(17,20) 3032(1560,23); get_byte 721(17,23); get_current_ts_config 3759(); getdatabaseencoding 1039(); getpgusername 710();
  gin_clean_pending_list 3789(2205); gin_cmp_prefix 2700(25,25,21,2281); gin_cmp_tslexeme 3724(25,25); gin_compare_jsonb 3480(25,25);
  gin_consistent_jsonb 3484(2281,21,3802,23,2281,2281,2281,2281); gin_consistent_jsonb_path 3487(2281,21,3802,23,2281,2281,2281,2281);
  gin_extract_jsonb 3482(3802,2281,2281); gin_extract_jsonb_path 3485(3802,2281,2281); gin_extract_jsonb_query 3483(3802,2281,21,2281,2281,2281,2281);
  gin_extract_jsonb_query_path 3486(3802,2281,21,2281,2281,2281,2281); gin_extract_tsquery 3087(3615,2281,21,2281,2281)
  3657(3614,2281,21,2281,2281,2281,2281) 3791(3615,2281,21,2281,2281,2281,2281); gin_extract_tsvector 3077(3614,2281) 3656(3614,2281,2281);
  gin_triconsistent_jsonb 3488(2281,21,3802,23,2281,2281,2281); gin_triconsistent_jsonb_path 3489(2281,21,3802,23,2281,2281,2281);
  gin_tsquery_consistent 3088(2281,21,3615,23,2281,2281) 3658(2281,21,3614,23,2281,2281,2281,2281) 3792(2281,21,3615,23,2281,2281,2281,2281);
  gin_tsquery_triconsistent 3921(2281,21,3614,23,2281,2281,2281); ginarrayconsistent 2744(2281,21,2277,23,2281,2281,2281,2281); ginarrayextract
  2743(2277,2281,2281) 3076(2277,2281); ginarraytriconsistent 3920(2281,21,2277,23,2281,2281,2281); ginhandler 333(2281); ginqueryarrayextract
  2774(2277,2281,21,2281,2281,2281,2281); gist_box_consistent 2578(2281,603,21,26,2281); gist_box_distance 3998(2281,603,21,26,2281); gist_box_penalty
  2581(2281,2281,2281); gist_box_picksplit 2582(2281,2281); gist_box_same 2584(603,603,2281); gist_box_union 2583(2281,2281); gist_circle_compress
  2592(2281); gist_circle_consistent 2591(2281,718,21,26,2281); gist_circle_distance 3280(2281,718,21,26,2281); gist_point_compress 1030(2281);
  gist_point_consistent 2179(2281,600,21,26,2281); gist_point_distance 3064(2281,600,21,26,2281); gist_point_fetch 3282(2281); gist_point_sortsupport
  3435(2281); gist_poly_compress 2586(2281); gist_poly_consistent 2585(2281,604,21,26,2281); gist_poly_distance 3288(2281,604,21,26,2281);
  gist_translate_cmptype_common 6347(23); gisthandler 332(2281); gtsquery_compress 3695(2281); gtsquery_consistent 3701(2281,3615,21,26,2281)
  3793(2281,2281,23,26,2281); gtsquery_penalty 3700(2281,2281,2281); gtsquery_picksplit 3697(2281,2281); gtsquery_same 3699(20,20,2281);
  gtsquery_union 3698(2281,2281); gtsvector_compress 3648(2281); gtsvector_consistent 3654(2281,3614,21,26,2281) 3790(2281,3642,23,26,2281);
  gtsvector_decompress 3649(2281); gtsvector_options 3434(2281); gtsvector_penalty 3653(2281,2281,2281); gtsvector_picksplit 3650(2281,2281);
  gtsvector_same 3652(3642,3642,2281); gtsvector_union 3651(2281,2281); gtsvectorin 3646(2275); gtsvectorout 3647(3642); has_any_column_privilege
  3024(19,25,25) 3025(19,26,25) 3026(26,25,25) 3027(26,26,25) 3028(25,25) 3029(26,25); has_column_privilege 3012(19,25,25,25) 3013(19,25,21,25)
  3014(19,26,25,25) 3015(19,26,21,25) 3016(26,25,25,25) 3017(26,25,21,25) 3018(26,26,25,25) 3019(26,26,21,25) 3020(25,25,25) 3021(25,21,25)
  3022(26,25,25) 3023(26,21,25); has_database_privilege 2250(19,25,25) 2251(19,26,25) 2252(26,25,25) 2253(26,26,25) 2254(25,25) 2255(26,25);
  has_foreign_data_wrapper_privilege 3000(19,25,25) 3001(19,26,25) 3002(26,25,25) 3003(26,26,25) 3004(25,25) 3005(26,25); has_function_privilege
  2256(19,25,25) 2257(19,26,25) 2258(26,25,25) 2259(26,26,25) 2260(25,25) 2261(26,25); has_language_privilege 2262(19,25,25) 2263(19,26,25)
  2264(26,25,25) 2265(26,26,25) 2266(25,25) 2267(26,25); has_largeobject_privilege 6348(19,26,25) 6349(26,25) 6350(26,26,25); has_parameter_privilege
  6205(19,25,25) 6206(26,25,25) 6207(25,25); has_schema_privilege 2268(19,25,25) 2269(19,26,25) 2270(26,25,25) 2271(26,26,25) 2272(25,25) 2273(26,25);
  has_sequence_privilege 2181(19,25,25) 2182(19,26,25) 2183(26,25,25) 2184(26,26,25) 2185(25,25) 2186(26,25); has_server_privilege 3006(19,25,25)
  3007(19,26,25) 3008(26,25,25) 3009(26,26,25) 3010(25,25) 3011(26,25); has_table_privilege 1922(19,25,25) 1923(19,26,25) 1924(26,25,25)
  1925(26,26,25) 1926(25,25) 1927(26,25); has_tablespace_privilege 2390(19,25,25) 2391(19,26,25) 2392(26,25,25) 2393(26,26,25) 2394(25,25)
  2395(26,25); has_type_privilege 3138(19,25,25) 3139(19,26,25) 3140(26,25,25) 3141(26,26,25) 3142(25,25) 3143(26,25); hash_aclitem 329(1033);
  hash_aclitem_extended 777(1033,20); hash_array 626(2277); hash_array_extended 782(2277,20); hash_multirange 4278(4537); hash_multirange_extended
  4279(4537,20); hash_numeric 432(1700); hash_numeric_extended 780(1700,20); hash_range 3902(3831); hash_range_extended 3417(3831,20); hash_record
  6192(2249); hash_record_extended 6193(2249,20); hashbool 6417(16); hashboolextended 6418(16,20); hashbpchar 1080(1042); hashbpcharextended
  972(1042,20); hashbytea 6413(17); hashbyteaextended 6414(17,20); hashchar 454(18); hashcharextended 446(18,20); hashcid 6423(29); hashcidextended
  6424(29,20); hashdate 6415(1082); hashdateextended 6416(1082,20); hashenum 3515(3500); hashenumextended 3414(3500,20); hashfloat4 451(700);
  hashfloat4extended 443(700,20); hashfloat8 452(701); hashfloat8extended 444(701,20); hashhandler 331(2281); hashinet 422(869); hashinetextended
  779(869,20); hashint2 449(21); hashint2extended 441(21,20); hashint4 450(23); hashint4extended 425(23,20); hashint8 949(20); hashint8extended
  442(20,20); hashmacaddr 399(829); hashmacaddr8 328(774); hashmacaddr8extended 781(774,20); hashmacaddrextended 778(829,20); hashname 455(19);
  hashnameextended 447(19,20); hashoid 453(26); hashoidextended 445(26,20); hashoidvector 457(30); hashoidvectorextended 776(30,20); hashtext 400(25);
  hashtextextended 448(25,20); hashtid 2233(27); hashtidextended 2234(27,20); hashvarlena 456(2281); hashvarlenaextended 772(2281,20); hashxid
  6419(28); hashxid8 6421(5069); hashxid8extended 6422(5069,20); hashxidextended 6420(28,20); heap_tableam_handler 3(2281); height 977(603); host
  699(869); hostmask 1362(869); iclikejoinsel 1816(2281,26,2281,21,2281); iclikesel 1814(2281,26,2281,23); icnlikejoinsel 1817(2281,26,2281,21,2281);
  icnlikesel 1815(2281,26,2281,23); icregexeqjoinsel 1826(2281,26,2281,21,2281); icregexeqsel 1820(2281,26,2281,23); icregexnejoinsel
  1829(2281,26,2281,21,2281); icregexnesel 1823(2281,26,2281,23); icu_unicode_version 6099(); in_range 4126(20,20,20,16,16) 4127(23,23,20,16,16)
  4128(23,23,23,16,16) 4129(23,23,21,16,16) 4130(21,21,20,16,16) 4131(21,21,23,16,16) 4132(21,21,21,16,16) 4133(1082,1082,1186,16,16)
  4134(1114,1114,1186,16,16) 4135(1184,1184,1186,16,16) 4136(1186,1186,1186,16,16) 4137(1083,1083,1186,16,16) 4138(1266,1266,1186,16,16)
  4139(701,701,701,16,16) 4140(700,700,701,16,16) 4141(1700,1700,1700,16,16); index_am_handler_in 326(2275); index_am_handler_out 327(325);
  inet_client_addr 2196(); inet_client_port 2197(); inet_gist_compress 3555(2281); inet_gist_consistent 3553(2281,869,21,26,2281); inet_gist_fetch
  3573(2281); inet_gist_penalty 3557(2281,2281,2281); inet_gist_picksplit 3558(2281,2281); inet_gist_same 3559(869,869,2281); inet_gist_union
  3554(2281,2281); inet_in 910(2275); inet_merge 4063(869,869); inet_out 911(869); inet_recv 2496(2281); inet_same_family 4071(869,869); inet_send
  2497(869); inet_server_addr 2198(); inet_server_port 2199(); inet_spg_choose 3796(2281,2281); inet_spg_config 3795(2281,2281);
  inet_spg_inner_consistent 3798(2281,2281); inet_spg_leaf_consistent 3799(2281,2281); inet_spg_picksplit 3797(2281,2281); inetand 2628(869,869);
  inetmi 2633(869,869); inetmi_int8 2632(869,20); inetnot 2627(869); inetor 2629(869,869); inetpl 2630(869,20); initcap 872(25); int2 237(701)
  238(700) 314(23) 714(20) 1783(1700) 3450(3802) 6370(17); int24div 172(21,23); int24eq 158(21,23); int24ge 168(21,23); int24gt 162(21,23); int24le
  166(21,23); int24lt 160(21,23); int24mi 182(21,23); int24mul 170(21,23); int24ne 164(21,23); int24pl 178(21,23); int28div 948(21,20); int28eq
  1850(21,20); int28ge 1855(21,20); int28gt 1853(21,20); int28le 1854(21,20); int28lt 1852(21,20); int28mi 942(21,20); int28mul 943(21,20); int28ne
  1851(21,20); int28pl 841(21,20); int2_accum 1834(2281,21); int2_accum_inv 3567(2281,21); int2_avg_accum 1962(1016,21); int2_avg_accum_inv
  3570(1016,21); int2_mul_cash 863(21,790); int2_sum 1840(20,21); int2abs 1253(21); int2and 1892(21,21); int2div 153(21,21); int2eq 63(21,21); int2ge
  151(21,21); int2gt 146(21,21); int2in 38(2275); int2int4_sum 3572(1016); int2larger 770(21,21); int2le 148(21,21); int2lt 64(21,21); int2mi
  180(21,21); int2mod 155(21,21); int2mul 152(21,21); int2ne 145(21,21); int2not 1895(21); int2or 1893(21,21); int2out 39(21); int2pl 176(21,21);
  int2recv 2404(2281); int2send 2405(21); int2shl 1896(21,23); int2shr 1897(21,23); int2smaller 771(21,21); int2um 213(21); int2up 1911(21);
  int2vectorin 40(2275); int2vectorout 41(22); int2vectorrecv 2410(2281); int2vectorsend 2411(22); int2xor 1894(21,21); int4 77(18) 313(21) 317(701)
  319(700) 480(20) 1684(1560) 1744(1700) 2558(16) 3451(3802) 6371(17); int42div 173(23,21); int42eq 159(23,21); int42ge 169(23,21); int42gt
  163(23,21); int42le 167(23,21); int42lt 161(23,21); int42mi 183(23,21); int42mul 171(23,21); int42ne 165(23,21); int42pl 179(23,21); int48div
  1281(23,20); int48eq 852(23,20); int48ge 857(23,20); int48gt 855(23,20); int48le 856(23,20); int48lt 854(23,20); int48mi 1279(23,20); int48mul
  1280(23,20); int48ne 853(23,20); int48pl 1278(23,20); int4_accum 1835(2281,23); int4_accum_inv 3568(2281,23); int4_avg_accum 1963(1016,23);
  int4_avg_accum_inv 3571(1016,23); int4_avg_combine 3324(1016,1016); int4_mul_cash 862(23,790); int4_sum 1841(20,23); int4abs 1251(23); int4and
  1898(23,23); int4div 154(23,23); int4eq 65(23,23); int4ge 150(23,23); int4gt 147(23,23); int4in 42(2275); int4inc 766(23); int4larger 768(23,23);
  int4le 149(23,23); int4lt 66(23,23); int4mi 181(23,23); int4mod 156(23,23); int4mul 141(23,23); int4multirange 4280() 4281(3904) 4282(3905); int4ne
  144(23,23); int4not 1901(23); int4or 1899(23,23); int4out 43(23); int4pl 177(23,23); int4range 3840(23,23) 3841(23,23,25); int4range_canonical
  3914(3904); int4range_subdiff 3922(23,23); int4recv 2406(2281); int4send 2407(23); int4shl 1902(23,23); int4shr 1903(23,23); int4smaller 769(23,23);
  int4um 212(23); int4up 1912(23); int4xor 1900(23,23); int8 481(23) 483(701) 653(700) 754(21) 1288(26) 1779(1700) 2076(1560) 3452(3802) 6372(17);
  int82div 840(20,21); int82eq 1856(20,21); int82ge 1861(20,21); int82gt 1859(20,21); int82le 1860(20,21); int82lt 1858(20,21); int82mi 838(20,21);
  int82mul 839(20,21); int82ne 1857(20,21); int82pl 837(20,21); int84div 1277(20,23); int84eq 474(20,23); int84ge 479(20,23); int84gt 477(20,23);
  int84le 478(20,23); int84lt 476(20,23); int84mi 1275(20,23); int84mul 1276(20,23); int84ne 475(20,23); int84pl 1274(20,23); int8_accum
  1836(2281,20); int8_accum_inv 3569(2281,20); int8_avg 1964(1016); int8_avg_accum 2746(2281,20); int8_avg_accum_inv 3387(2281,20); int8_avg_combine
  2785(2281,2281); int8_avg_deserialize 2787(17,2281); int8_avg_serialize 2786(2281); int8_mul_cash 3399(20,790); int8_sum 1842(1700,20); int8abs
  1230(20); int8and 1904(20,20); int8dec 3546(20); int8dec_any 3547(20,2276); int8div 466(20,20); int8eq 467(20,20); int8ge 472(20,20); int8gt
  470(20,20); int8in 460(2275); int8inc 1219(20); int8inc_any 2804(20,2276); int8inc_float8_float8 2805(20,701,701); int8inc_support 6236(2281);
  int8larger 1236(20,20); int8le 471(20,20); int8lt 469(20,20); int8mi 464(20,20); int8mod 945(20,20); int8mul 465(20,20); int8multirange 4295()
  4296(3926) 4297(3927); int8ne 468(20,20); int8not 1907(20); int8or 1905(20,20); int8out 461(20); int8pl 463(20,20); int8pl_inet 2631(20,869);
  int8range 3945(20,20) 3946(20,20,25); int8range_canonical 3928(3926); int8range_subdiff 3923(20,20); int8recv 2408(2281); int8send 2409(20); int8shl
  1908(20,23); int8shr 1909(20,23); int8smaller 1237(20,20); int8um 462(20); int8up 1910(20); int8xor 1906(20,20); integer_pl_date 2550(23,1082);
  inter_lb 278(628,603); inter_sb 373(601,603); inter_sl 277(601,628); internal_in 2304(2275); internal_out 2305(2281); interval 1200(1186,23)
  1370(1083); interval_avg 1844(2281); interval_avg_accum 1843(2281,1186); interval_avg_accum_inv 3549(2281,1186); interval_avg_combine
  3325(2281,2281); interval_avg_deserialize 6325(17,2281); interval_avg_serialize 6324(2281); interval_cmp 1315(1186,1186); interval_div
  1326(1186,701); interval_eq 1162(1186,1186); interval_ge 1166(1186,1186); interval_gt 1167(1186,1186); interval_hash 1697(1186);
  interval_hash_extended 3418(1186,20); interval_in 1160(2275,26,23); interval_larger 1198(1186,1186); interval_le 1165(1186,1186); interval_lt
  1164(1186,1186); interval_mi 1170(1186,1186); interval_mul 1618(1186,701); interval_ne 1163(1186,1186); interval_out 1161(1186); interval_pl
  1169(1186,1186); interval_pl_date 2546(1186,1082); interval_pl_time 1848(1186,1083); interval_pl_timestamp 2548(1186,1114); interval_pl_timestamptz
  2549(1186,1184); interval_pl_timetz 2547(1186,1266); interval_recv 2478(2281,26,23); interval_send 2479(1186); interval_smaller 1197(1186,1186);
  interval_sum 6326(2281); interval_support 3918(2281); interval_um 1168(1186); intervaltypmodin 2903(1263); intervaltypmodout 2904(23); is_normalized
  4351(25,25); isclosed 1430(602); isempty 3850(3831) 4237(4537); isfinite 1373(1082) 1389(1184) 1390(1186) 2048(1114); ishorizontal 1407(600,600)
  1411(601) 1415(628); iso8859_1_to_utf8 4374(23,23,2275,2281,23,16); iso8859_to_utf8 4373(23,23,2275,2281,23,16); iso_to_koi8r
  4316(23,23,2275,2281,23,16); iso_to_mic 4304(23,23,2275,2281,23,16); iso_to_win1251 4318(23,23,2275,2281,23,16); iso_to_win866
  4320(23,23,2275,2281,23,16); isopen 1431(602); isparallel 1408(601,601) 1412(628,628); isperp 1409(601,601) 1413(628,628); isvertical 1406(600,600)
  1410(601) 1414(628); johab_to_utf8 4376(23,23,2275,2281,23,16); json_agg 3175(2283); json_agg_finalfn 3174(2281); json_agg_strict 6276(2283);
  json_agg_strict_transfn 6275(2281,2283); json_agg_transfn 3173(2281,2283); json_array_element 3949(114,23); json_array_element_text 3950(114,23);
  json_array_elements 3955(114); json_array_elements_text 3969(114); json_array_length 3956(114); json_build_array 3198(2276) 3199();
  json_build_object 3200(2276) 3201(); json_each 3958(114); json_each_text 3959(114); json_extract_path 3951(114,1009); json_extract_path_text
  3953(114,1009); json_in 321(2275); json_object 3202(1009) 3203(1009,1009); json_object_agg 3197(2276,2276); json_object_agg_finalfn 3196(2281);
  json_object_agg_strict 6280(2276,2276); json_object_agg_strict_transfn 6277(2281,2276,2276); json_object_agg_transfn 3180(2281,2276,2276);
  json_object_agg_unique 6281(2276,2276); json_object_agg_unique_strict 6282(2276,2276); json_object_agg_unique_strict_transfn 6279(2281,2276,2276);
  json_object_agg_unique_transfn 6278(2281,2276,2276); json_object_field 3947(114,25); json_object_field_text 3948(114,25); json_object_keys
  3957(114); json_out 322(114); json_populate_record 3960(2283,114,16); json_populate_recordset 3961(2283,114,16); json_recv 323(2281); json_send
  324(114); json_strip_nulls 3261(114,16); json_to_record 3204(114); json_to_recordset 3205(114); json_to_tsvector 4215(114,3802) 4216(3734,114,3802);
  json_typeof 3968(114); jsonb_agg 3267(2283); jsonb_agg_finalfn 3266(2281); jsonb_agg_strict 6284(2283); jsonb_agg_strict_transfn 6283(2281,2283);
  jsonb_agg_transfn 3265(2281,2283); jsonb_array_element 3215(3802,23); jsonb_array_element_text 3216(3802,23); jsonb_array_elements 3219(3802);
  jsonb_array_elements_text 3465(3802); jsonb_array_length 3207(3802); jsonb_build_array 3271(2276) 3272(); jsonb_build_object 3273(2276) 3274();
  jsonb_cmp 4044(3802,3802); jsonb_concat 3301(3802,3802); jsonb_contained 4050(3802,3802); jsonb_contains 4046(3802,3802); jsonb_delete 3302(3802,25)
  3303(3802,23) 3343(3802,1009); jsonb_delete_path 3304(3802,1009); jsonb_each 3208(3802); jsonb_each_text 3932(3802); jsonb_eq 4043(3802,3802);
  jsonb_exists 4047(3802,25); jsonb_exists_all 4049(3802,1009); jsonb_exists_any 4048(3802,1009); jsonb_extract_path 3217(3802,1009);
  jsonb_extract_path_text 3940(3802,1009); jsonb_ge 4042(3802,3802); jsonb_gt 4040(3802,3802); jsonb_hash 4045(3802); jsonb_hash_extended
  3416(3802,20); jsonb_in 3806(2275); jsonb_insert 3579(3802,1009,3802,16); jsonb_le 4041(3802,3802); jsonb_lt 4039(3802,3802); jsonb_ne
  4038(3802,3802); jsonb_object 3263(1009) 3264(1009,1009); jsonb_object_agg 3270(2276,2276); jsonb_object_agg_finalfn 3269(2281);
  jsonb_object_agg_strict 6288(2276,2276); jsonb_object_agg_strict_transfn 6285(2281,2276,2276); jsonb_object_agg_transfn 3268(2281,2276,2276);
  jsonb_object_agg_unique 6289(2276,2276); jsonb_object_agg_unique_strict 6290(2276,2276); jsonb_object_agg_unique_strict_transfn
  6287(2281,2276,2276); jsonb_object_agg_unique_transfn 6286(2281,2276,2276); jsonb_object_field 3478(3802,25); jsonb_object_field_text 3214(3802,25);
  jsonb_object_keys 3931(3802); jsonb_out 3804(3802); jsonb_path_exists 4005(3802,4072,3802,16); jsonb_path_exists_opr 4010(3802,4072);
  jsonb_path_exists_tz 1177(3802,4072,3802,16); jsonb_path_match 4009(3802,4072,3802,16); jsonb_path_match_opr 4011(3802,4072); jsonb_path_match_tz
  2030(3802,4072,3802,16); jsonb_path_query 4006(3802,4072,3802,16); jsonb_path_query_array 4007(3802,4072,3802,16); jsonb_path_query_array_tz
  1180(3802,4072,3802,16); jsonb_path_query_first 4008(3802,4072,3802,16); jsonb_path_query_first_tz 2023(3802,4072,3802,16); jsonb_path_query_tz
  1179(3802,4072,3802,16); jsonb_populate_record 3209(2283,3802); jsonb_populate_record_valid 6338(2283,3802); jsonb_populate_recordset
  3475(2283,3802); jsonb_pretty 3306(3802); jsonb_recv 3805(2281); jsonb_send 3803(3802); jsonb_set 3305(3802,1009,3802,16); jsonb_set_lax
  5054(3802,1009,3802,16,25); jsonb_strip_nulls 3262(3802,16); jsonb_subscript_handler 6098(2281); jsonb_to_record 3490(3802); jsonb_to_recordset
  3491(3802); jsonb_to_tsvector 4213(3802,3802) 4214(3734,3802,3802); jsonb_typeof 3210(3802); jsonpath_in 4001(2275); jsonpath_out 4003(4072);
  jsonpath_recv 4002(2281); jsonpath_send 4004(4072); justify_days 1295(1186); justify_hours 1175(1186); justify_interval 2711(1186); koi8r_to_iso
  4317(23,23,2275,2281,23,16); koi8r_to_mic 4302(23,23,2275,2281,23,16); koi8r_to_utf8 4355(23,23,2275,2281,23,16); koi8r_to_win1251
  4310(23,23,2275,2281,23,16); koi8r_to_win866 4312(23,23,2275,2281,23,16); koi8u_to_utf8 4357(23,23,2275,2281,23,16); lag 3106(2283) 3107(2283,23)
  3108(5077,23,5077); language_handler_in 2302(2275); language_handler_out 2303(2280); last_value 3113(2283); lastval 2559(); latin1_to_mic
  4344(23,23,2275,2281,23,16); latin2_to_mic 4338(23,23,2275,2281,23,16); latin2_to_win1250 4342(23,23,2275,2281,23,16); latin3_to_mic
  4346(23,23,2275,2281,23,16); latin4_to_mic 4348(23,23,2275,2281,23,16); lcm 5046(23,23) 5047(20,20) 5049(1700,1700); lead 3109(2283) 3110(2283,23)
  3111(5077,23,5077); left 3060(25,23); length 1317(25) 1318(1042) 1530(601) 1531(602) 1681(1560) 1713(17,19) 2010(17) 3711(3614); lgamma 6384(701);
  like 1569(25,25) 1571(19,25) 2007(17,17); like_escape 1637(25,25) 2009(17,17); likejoinsel 1825(2281,26,2281,21,2281); likesel
  1819(2281,26,2281,23); line 1493(600,600); line_distance 239(628,628); line_eq 1492(628,628); line_horizontal 1499(628); line_in 1490(2275);
  line_interpt 1494(628,628); line_intersect 1495(628,628); line_out 1491(628); line_parallel 1496(628,628); line_perp 1497(628,628); line_recv
  2488(2281); line_send 2489(628); line_vertical 1498(628); ln 1341(701) 1734(1700); lo_close 953(23); lo_creat 957(23); lo_create 715(26); lo_export
  765(26,25); lo_from_bytea 3457(26,17); lo_get 3458(26) 3459(26,20,23); lo_import 764(25) 767(25,26); lo_lseek 956(23,23,23); lo_lseek64
  3170(23,20,23); lo_open 952(26,23); lo_put 3460(26,20,17); lo_tell 958(23); lo_tell64 3171(23); lo_truncate 1004(23,23); lo_truncate64 3172(23,20);
  lo_unlink 964(26); log 1340(701) 1736(1700,1700) 1741(1700); log10 1194(701) 1481(1700); loread 954(23,23); lower 870(25) 3848(3831) 4235(4537);
  lower_inc 3851(3831) 4238(4537); lower_inf 3853(3831) 4240(4537); lowrite 955(23,17); lpad 873(25,23,25) 879(25,23); lseg 993(600,600) 1541(603);
  lseg_center 225(601); lseg_distance 361(601,601); lseg_eq 999(601,601); lseg_ge 1486(601,601); lseg_gt 1485(601,601); lseg_horizontal 998(601);
  lseg_in 119(2275); lseg_interpt 362(601,601); lseg_intersect 994(601,601); lseg_le 1484(601,601); lseg_length 1487(601); lseg_lt 1483(601,601);
  lseg_ne 1482(601,601); lseg_out 120(601); lseg_parallel 995(601,601); lseg_perp 996(601,601); lseg_recv 2480(2281); lseg_send 2481(601);
  lseg_vertical 997(601); ltrim 875(25,25) 881(25) 6195(17,17); macaddr 4124(774); macaddr8 4123(829); macaddr8_and 4121(774,774); macaddr8_cmp
  4119(774,774); macaddr8_eq 4113(774,774); macaddr8_ge 4117(774,774); macaddr8_gt 4116(774,774); macaddr8_in 4110(2275); macaddr8_le 4115(774,774);
  macaddr8_lt 4114(774,774); macaddr8_ne 4118(774,774); macaddr8_not 4120(774); macaddr8_or 4122(774,774); macaddr8_out 4111(774); macaddr8_recv
  3446(2281); macaddr8_send 3447(774); macaddr8_set7bit 4125(774); macaddr_and 3145(829,829); macaddr_cmp 836(829,829); macaddr_eq 830(829,829);
  macaddr_ge 834(829,829); macaddr_gt 833(829,829); macaddr_in 436(2275); macaddr_le 832(829,829); macaddr_lt 831(829,829); macaddr_ne 835(829,829);
  macaddr_not 3144(829); macaddr_or 3146(829,829); macaddr_out 437(829); macaddr_recv 2494(2281); macaddr_send 2495(829); macaddr_sortsupport
  3359(2281); make_date 3846(23,23,23); make_interval 3464(23,23,23,23,23,23,701); make_time 3847(23,23,701); make_timestamp 3461(23,23,23,23,23,701);
  make_timestamptz 3462(23,23,23,23,23,701) 3463(23,23,23,23,23,701,25); makeaclitem 1365(26,26,25,16); masklen 697(869); matchingjoinsel
  5041(2281,26,2281,21,2281); matchingsel 5040(2281,26,2281,23); max 2050(2277) 2115(20) 2116(23) 2117(21) 2118(26) 2119(700) 2120(701) 2122(1082)
  2123(1083) 2124(1266) 2125(790) 2126(1114) 2127(1184) 2128(1186) 2129(25) 2130(1700) 2244(1042) 2797(27) 3526(3500) 3564(869) 4189(3220) 5099(5069)
  6373(2249) 6395(17); md5 2311(25) 2321(17); mic_to_big5 4337(23,23,2275,2281,23,16); mic_to_euc_cn 4323(23,23,2275,2281,23,16); mic_to_euc_jp
  4328(23,23,2275,2281,23,16); mic_to_euc_kr 4331(23,23,2275,2281,23,16); mic_to_euc_tw 4336(23,23,2275,2281,23,16); mic_to_iso
  4305(23,23,2275,2281,23,16); mic_to_koi8r 4303(23,23,2275,2281,23,16); mic_to_latin1 4345(23,23,2275,2281,23,16); mic_to_latin2
  4339(23,23,2275,2281,23,16); mic_to_latin3 4347(23,23,2275,2281,23,16); mic_to_latin4 4349(23,23,2275,2281,23,16); mic_to_sjis
  4329(23,23,2275,2281,23,16); mic_to_win1250 4341(23,23,2275,2281,23,16); mic_to_win1251 4307(23,23,2275,2281,23,16); mic_to_win866
  4309(23,23,2275,2281,23,16); min 2051(2277) 2131(20) 2132(23) 2133(21) 2134(26) 2135(700) 2136(701) 2138(1082) 2139(1083) 2140(1266) 2141(790)
  2142(1114) 2143(1184) 2144(1186) 2145(25) 2146(1700) 2245(1042) 2798(27) 3527(3500) 3565(869) 4190(3220) 5100(5069) 6374(2249) 6396(17); min_scale
  5042(1700); mod 940(21,21) 941(23,23) 947(20,20) 1728(1700,1700); mode 3984(2283); mode_final 3985(2281,2283); money 3811(23) 3812(20) 3824(1700);
  mul_d_interval 1624(701,1186); multirange 4298(3831); multirange_adjacent_multirange 4256(4537,4537); multirange_adjacent_range 4257(4537,3831);
  multirange_after_multirange 4263(4537,4537); multirange_after_range 4262(4537,3831); multirange_agg_finalfn 6226(2281,4537); multirange_agg_transfn
  6225(2281,4537); multirange_before_multirange 4260(4537,4537); multirange_before_range 4259(4537,3831); multirange_cmp 4273(4537,4537);
  multirange_contained_by_multirange 4254(4537,4537); multirange_contained_by_range 4542(4537,3831); multirange_contains_elem 4249(4537,2283);
  multirange_contains_multirange 4251(4537,4537); multirange_contains_range 4250(4537,3831); multirange_eq 4244(4537,4537); multirange_ge
  4276(4537,4537); multirange_gist_compress 6156(2281); multirange_gist_consistent 6154(2281,4537,21,26,2281); multirange_gt 4277(4537,4537);
  multirange_in 4231(2275,26,23); multirange_intersect 4272(4537,4537); multirange_intersect_agg_transfn 4388(4537,4537); multirange_le
  4275(4537,4537); multirange_lt 4274(4537,4537); multirange_minus 4271(4537,4537); multirange_ne 4245(4537,4537); multirange_out 4232(4537);
  multirange_overlaps_multirange 4248(4537,4537); multirange_overlaps_range 4247(4537,3831); multirange_overleft_multirange 4266(4537,4537);
  multirange_overleft_range 4265(4537,3831); multirange_overright_multirange 4269(4537,4537); multirange_overright_range 4268(4537,3831);
  multirange_recv 4233(2281,26,23); multirange_send 4234(4537); multirange_typanalyze 4242(2281); multirange_union 4270(4537,4537); multirangesel
  4243(2281,26,2281,23); mxid_age 3939(28); name 407(25) 409(1042) 1400(1043); nameconcatoid 266(19,26); nameeq 62(19,19); nameeqtext 240(19,25);
  namege 658(19,19); namegetext 243(19,25); namegt 657(19,19); namegttext 244(19,25); nameiclike 1635(19,25); nameicnlike 1636(19,25); nameicregexeq
  1240(19,25); nameicregexne 1241(19,25); namein 34(2275); namele 656(19,19); nameletext 242(19,25); namelike 858(19,25); namelt 655(19,19);
  namelttext 241(19,25); namene 659(19,19); namenetext 245(19,25); namenlike 859(19,25); nameout 35(19); namerecv 2422(2281); nameregexeq 79(19,25);
  nameregexne 1252(19,25); namesend 2423(19); neqjoinsel 106(2281,26,2281,21,2281); neqsel 102(2281,26,2281,23); netmask 696(869); network 683(869);
  network_cmp 926(869,869); network_eq 920(869,869); network_ge 924(869,869); network_gt 923(869,869); network_larger 3562(869,869); network_le
  922(869,869); network_lt 921(869,869); network_ne 925(869,869); network_overlap 3551(869,869); network_smaller 3563(869,869); network_sortsupport
  5033(2281); network_sub 927(869,869); network_subeq 928(869,869); network_subset_support 1173(2281); network_sup 929(869,869); network_supeq
  930(869,869); networkjoinsel 3561(2281,26,2281,21,2281); networksel 3560(2281,26,2281,23); nextval 1574(2205); nlikejoinsel
  1828(2281,26,2281,21,2281); nlikesel 1822(2281,26,2281,23); normalize 4350(25,25); notlike 1570(25,25) 1572(19,25) 2008(17,17); now 1299(); npoints
  1545(602) 1556(604); nth_value 3114(2283,23); ntile 3105(23); num_nonnulls 440(2276); num_nulls 438(2276); numeric 1703(1700,23) 1740(23) 1742(700)
  1743(701) 1781(20) 1782(21) 3449(3802) 3823(790); numeric_abs 1704(1700); numeric_accum 1833(2281,1700); numeric_accum_inv 3548(2281,1700);
  numeric_add 1724(1700,1700); numeric_avg 1837(2281); numeric_avg_accum 2858(2281,1700); numeric_avg_combine 3337(2281,2281); numeric_avg_deserialize
  2741(17,2281); numeric_avg_serialize 2740(2281); numeric_cmp 1769(1700,1700); numeric_combine 3341(2281,2281); numeric_deserialize 3336(17,2281);
  numeric_div 1727(1700,1700); numeric_div_trunc 1980(1700,1700); numeric_eq 1718(1700,1700); numeric_exp 1733(1700); numeric_ge 1721(1700,1700);
  numeric_gt 1720(1700,1700); numeric_in 1701(2275,26,23); numeric_inc 1764(1700); numeric_larger 1767(1700,1700); numeric_le 1723(1700,1700);
  numeric_ln 1735(1700); numeric_log 1737(1700,1700); numeric_lt 1722(1700,1700); numeric_mod 1729(1700,1700); numeric_mul 1726(1700,1700); numeric_ne
  1719(1700,1700); numeric_out 1702(1700); numeric_pl_pg_lsn 5023(1700,3220); numeric_poly_avg 3389(2281); numeric_poly_combine 3338(2281,2281);
  numeric_poly_deserialize 3340(17,2281); numeric_poly_serialize 3339(2281); numeric_poly_stddev_pop 3392(2281); numeric_poly_stddev_samp 3393(2281);
  numeric_poly_sum 3388(2281); numeric_poly_var_pop 3390(2281); numeric_poly_var_samp 3391(2281); numeric_power 1739(1700,1700); numeric_recv
  2460(2281,26,23); numeric_send 2461(1700); numeric_serialize 3335(2281); numeric_smaller 1766(1700,1700); numeric_sortsupport 3283(2281);
  numeric_sqrt 1731(1700); numeric_stddev_pop 2596(2281); numeric_stddev_samp 1839(2281); numeric_sub 1725(1700,1700); numeric_sum 3178(2281);
  numeric_support 3157(2281); numeric_uminus 1771(1700); numeric_uplus 1915(1700); numeric_var_pop 2514(2281); numeric_var_samp 1838(2281);
  numerictypmodin 2917(1263); numerictypmodout 2918(23); nummultirange 4283() 4284(3906) 4285(3907); numnode 3672(3615); numrange 3844(1700,1700)
  3845(1700,1700,25); numrange_subdiff 3924(1700,1700); obj_description 1215(26,19) 1348(26); octet_length 720(17) 1374(25) 1375(1042) 1682(1560); oid
  1287(20); oideq 184(26,26); oidge 1639(26,26); oidgt 1638(26,26); oidin 1798(2275); oidlarger 1965(26,26); oidle 717(26,26); oidlt 716(26,26); oidne
  185(26,26); oidout 1799(26); oidrecv 2418(2281); oidsend 2419(26); oidsmaller 1966(26,26); oidvectoreq 679(30,30); oidvectorge 680(30,30);
  oidvectorgt 681(30,30); oidvectorin 54(2275); oidvectorle 678(30,30); oidvectorlt 677(30,30); oidvectorne 619(30,30); oidvectorout 55(30);
  oidvectorrecv 2420(2281); oidvectorsend 2421(30); oidvectortypes 1349(30); on_pb 136(600,603); on_pl 959(600,628); on_ppath 137(600,602); on_ps
  369(600,601); on_sb 372(601,603); on_sl 960(601,628); ordered_set_transition 3970(2281,2276); ordered_set_transition_multi 3971(2281,2276); overlaps
  1271(1266,1266,1266,1266) 1304(1184,1184,1184,1184) 1305(1184,1186,1184,1186) 1306(1184,1184,1184,1186) 1307(1184,1186,1184,1184)
  1308(1083,1083,1083,1083) 1309(1083,1186,1083,1186) 1310(1083,1083,1083,1186) 1311(1083,1186,1083,1083) 2041(1114,1114,1114,1114)
  2042(1114,1186,1114,1186) 2043(1114,1114,1114,1186) 2044(1114,1186,1114,1114); overlay 749(17,17,23,23) 752(17,17,23) 1404(25,25,23,23)
  1405(25,25,23) 3030(1560,1560,23,23) 3031(1560,1560,23); parse_ident 1268(25,16); path 1447(604); path_add 1435(602,602); path_add_pt 1436(602,600);
  path_contain_pt 1426(602,600); path_distance 370(602,602); path_div_pt 1439(602,600); path_in 121(2275); path_inter 973(602,602); path_length
  987(602); path_mul_pt 1438(602,600); path_n_eq 984(602,602); path_n_ge 986(602,602); path_n_gt 983(602,602); path_n_le 985(602,602); path_n_lt
  982(602,602); path_npoints 1432(602); path_out 122(602); path_recv 2482(2281); path_send 2483(602); path_sub_pt 1437(602,600); pclose 1433(602);
  percent_rank 3103() 3988(2276); percent_rank_final 3989(2281,2276); percentile_cont 3974(701,701) 3976(701,1186) 3980(1022,701) 3982(1022,1186);
  percentile_cont_float8_final 3975(2281,701); percentile_cont_float8_multi_final 3981(2281,1022); percentile_cont_interval_final 3977(2281,701);
  percentile_cont_interval_multi_final 3983(2281,1022); percentile_disc 3972(701,2283) 3978(1022,2283); percentile_disc_final 3973(2281,701,2283);
  percentile_disc_multi_final 3979(2281,1022,2283); pg_advisory_lock 2880(20) 2886(23,23); pg_advisory_lock_shared 2881(20) 2887(23,23);
  pg_advisory_unlock 2884(20) 2890(23,23); pg_advisory_unlock_all 2892(); pg_advisory_unlock_shared 2885(20) 2891(23,23); pg_advisory_xact_lock
  3089(20) 3093(23,23); pg_advisory_xact_lock_shared 3090(20) 3094(23,23); pg_available_extension_versions 3083(); pg_available_extensions 3082();
  pg_available_wal_summaries 6321(); pg_backend_pid 2026(); pg_backup_start 2172(25,16); pg_backup_stop 2739(16); pg_basetype 6315(2206);
  pg_blocking_pids 2561(23); pg_cancel_backend 2171(23); pg_char_to_encoding 1264(19); pg_clear_attribute_stats 6398(25,25,25,16);
  pg_clear_relation_stats 6397(25,25); pg_client_encoding 810(); pg_collation_actual_version 3448(26); pg_collation_for 3162(2276);
  pg_collation_is_visible 3815(26); pg_column_compression 2121(2276); pg_column_is_updatable 3843(2205,21,16); pg_column_size 1269(2276);
  pg_column_toast_chunk_id 6316(2276); pg_conf_load_time 2034(); pg_config 3400(); pg_control_checkpoint 3442(); pg_control_init 3444();
  pg_control_recovery 3443(); pg_control_system 3441(); pg_conversion_is_visible 2093(26); pg_copy_logical_replication_slot 4222(19,19,16,19)
  4223(19,19,16) 4224(19,19); pg_copy_physical_replication_slot 4220(19,19,16) 4221(19,19); pg_create_logical_replication_slot 3786(19,19,16,16,16);
  pg_create_physical_replication_slot 3779(19,16,16); pg_create_restore_point 3098(25); pg_current_logfile 3800() 3801(25); pg_current_snapshot
  5061(); pg_current_wal_flush_lsn 3330(); pg_current_wal_insert_lsn 2852(); pg_current_wal_lsn 2849(); pg_current_xact_id 5059();
  pg_current_xact_id_if_assigned 5060(); pg_cursor 2511(); pg_database_collation_actual_version 6249(26); pg_database_size 2168(19) 2324(26);
  pg_ddl_command_in 86(2275); pg_ddl_command_out 87(32); pg_ddl_command_recv 88(2281); pg_ddl_command_send 90(32); pg_dependencies_in 3404(2275);
  pg_dependencies_out 3405(3402); pg_dependencies_recv 3406(2281); pg_dependencies_send 3407(3402); pg_describe_object 3537(26,26,23);
  pg_drop_replication_slot 3780(19); pg_encoding_max_length 2319(23); pg_encoding_to_char 1597(23); pg_event_trigger_ddl_commands 4568();
  pg_event_trigger_dropped_objects 3566(); pg_event_trigger_table_rewrite_oid 4566(); pg_event_trigger_table_rewrite_reason 4567(); pg_export_snapshot
  3809(); pg_extension_config_dump 3086(2205,25); pg_extension_update_paths 3084(19); pg_filenode_relation 3454(26,26); pg_function_is_visible
  2081(26); pg_get_acl 6385(26,26,23); pg_get_aios 6399(); pg_get_backend_memory_contexts 2282(); pg_get_catalog_foreign_keys 6159();
  pg_get_constraintdef 1387(26) 2508(26,16); pg_get_expr 1716(194,26) 2509(194,26,16); pg_get_function_arg_default 3808(26,23);
  pg_get_function_arguments 2162(26); pg_get_function_identity_arguments 2232(26); pg_get_function_result 2165(26); pg_get_function_sqlbody 6197(26);
  pg_get_functiondef 2098(26); pg_get_indexdef 1643(26) 2507(26,23,16); pg_get_keywords 1686(); pg_get_loaded_modules 6353(); pg_get_multixact_members
  3819(28); pg_get_object_address 3954(25,1009,1009); pg_get_partition_constraintdef 3408(26); pg_get_partkeydef 3352(26); pg_get_publication_tables
  6119(1009); pg_get_replica_identity_index 6120(2205); pg_get_replication_slots 3781(); pg_get_ruledef 1573(26) 2504(26,16); pg_get_sequence_data
  6427(2205); pg_get_serial_sequence 1665(25,25); pg_get_shmem_allocations 5052(); pg_get_shmem_allocations_numa 4100(); pg_get_statisticsobjdef
  3415(26); pg_get_statisticsobjdef_columns 6174(26); pg_get_statisticsobjdef_expressions 6173(26); pg_get_triggerdef 1662(26) 2730(26,16);
  pg_get_userbyid 1642(26); pg_get_viewdef 1640(25) 1641(26) 2505(25,16) 2506(26,16) 3159(26,23); pg_get_wait_events 6318();
  pg_get_wal_replay_pause_state 1137(); pg_get_wal_resource_managers 6224(); pg_get_wal_summarizer_state 6323(); pg_has_role 2705(19,19,25)
  2706(19,26,25) 2707(26,19,25) 2708(26,26,25) 2709(19,25) 2710(26,25); pg_hba_file_rules 3401(); pg_ident_file_mappings 6250(); pg_identify_object
  3839(26,26,23); pg_identify_object_as_address 3382(26,26,23); pg_import_system_collations 3445(4089); pg_index_column_has_property 638(2205,23,25);
  pg_index_has_property 637(2205,25); pg_indexam_has_property 636(26,25); pg_indexam_progress_phasename 676(26,20); pg_indexes_size 2998(2205);
  pg_input_error_info 6211(25,25); pg_input_is_valid 6210(25,25); pg_is_in_recovery 3810(); pg_is_other_temp_schema 2855(26); pg_is_wal_replay_paused
  3073(); pg_isolation_test_session_is_blocked 3378(23,1007); pg_jit_available 315(); pg_last_committed_xact 3583(); pg_last_wal_receive_lsn 3820();
  pg_last_wal_replay_lsn 3821(); pg_last_xact_replay_timestamp 3830(); pg_listening_channels 3035(); pg_lock_status 1371();
  pg_log_backend_memory_contexts 4543(23); pg_log_standby_snapshot 6305(); pg_logical_emit_message 3577(16,25,25,16) 3578(16,25,17,16);
  pg_logical_slot_get_binary_changes 3783(19,3220,23,1009); pg_logical_slot_get_changes 3782(19,3220,23,1009); pg_logical_slot_peek_binary_changes
  3785(19,3220,23,1009); pg_logical_slot_peek_changes 3784(19,3220,23,1009); pg_ls_archive_statusdir 5031(); pg_ls_dir 2625(25) 3297(25,16,16);
  pg_ls_logdir 3353(); pg_ls_logicalmapdir 6271(); pg_ls_logicalsnapdir 6270(); pg_ls_replslotdir 6272(25); pg_ls_summariesdir 6400(); pg_ls_tmpdir
  5029() 5030(26); pg_ls_waldir 3354(); pg_lsn 6103(1700); pg_lsn_cmp 3251(3220,3220); pg_lsn_eq 3233(3220,3220); pg_lsn_ge 3234(3220,3220); pg_lsn_gt
  3235(3220,3220); pg_lsn_hash 3252(3220); pg_lsn_hash_extended 3413(3220,20); pg_lsn_in 3229(2275); pg_lsn_larger 4187(3220,3220); pg_lsn_le
  3232(3220,3220); pg_lsn_lt 3231(3220,3220); pg_lsn_mi 3237(3220,3220); pg_lsn_mii 5024(3220,1700); pg_lsn_ne 3236(3220,3220); pg_lsn_out 3230(3220);
  pg_lsn_pli 5022(3220,1700); pg_lsn_recv 3238(2281); pg_lsn_send 3239(3220); pg_lsn_smaller 4188(3220,3220); pg_mcv_list_in 5018(2275);
  pg_mcv_list_items 3427(5017); pg_mcv_list_out 5019(5017); pg_mcv_list_recv 5020(2281); pg_mcv_list_send 5021(5017); pg_my_temp_schema 2854();
  pg_ndistinct_in 3355(2275); pg_ndistinct_out 3356(3361); pg_ndistinct_recv 3357(2281); pg_ndistinct_send 3358(3361); pg_nextoid 275(2205,19,2205);
  pg_node_tree_in 195(2275); pg_node_tree_out 196(194); pg_node_tree_recv 197(2281); pg_node_tree_send 198(194); pg_notification_queue_usage 3296();
  pg_notify 3036(25,25); pg_numa_available 4099(); pg_opclass_is_visible 2083(26); pg_operator_is_visible 2082(26); pg_opfamily_is_visible 3829(26);
  pg_options_to_table 2289(1009); pg_partition_ancestors 3425(2205); pg_partition_root 3424(2205); pg_partition_tree 3423(2205);
  pg_postmaster_start_time 2560(); pg_prepared_statement 2510(); pg_prepared_xact 1065(); pg_promote 3436(16,23); pg_read_binary_file
  3295(25,20,20,16) 3827(25,20,20) 3828(25) 6209(25,16); pg_read_file 2624(25,20,20) 3293(25,20,20,16) 3826(25) 6208(25,16); pg_relation_filenode
  2999(2205); pg_relation_filepath 3034(2205); pg_relation_is_publishable 6121(2205); pg_relation_is_updatable 3842(2205,16); pg_relation_size
  2325(2205) 2332(2205,25); pg_reload_conf 2621(); pg_replication_origin_advance 6012(25,3220); pg_replication_origin_create 6003(25);
  pg_replication_origin_drop 6004(25); pg_replication_origin_oid 6005(25); pg_replication_origin_progress 6013(25,16);
  pg_replication_origin_session_is_setup 6008(); pg_replication_origin_session_progress 6009(16); pg_replication_origin_session_reset 6007();
  pg_replication_origin_session_setup 6006(25); pg_replication_origin_xact_reset 6011(); pg_replication_origin_xact_setup 6010(3220,1184);
  pg_replication_slot_advance 3878(19,3220); pg_restore_attribute_stats 6363(2276); pg_restore_relation_stats 6362(2276); pg_rotate_logfile 2622();
  pg_safe_snapshot_blocking_pids 3376(23); pg_sequence_last_value 4032(2205); pg_sequence_parameters 3078(26); pg_settings_get_flags 6240(25);
  pg_show_all_file_settings 3329(); pg_show_all_settings 2084(); pg_show_replication_origin_status 6014(); pg_size_bytes 3334(25); pg_size_pretty
  2288(20) 3166(1700); pg_sleep 2626(701); pg_sleep_for 3935(1186); pg_sleep_until 3936(1184); pg_snapshot_in 5055(2275); pg_snapshot_out 5056(5038);
  pg_snapshot_recv 5057(2281); pg_snapshot_send 5058(5038); pg_snapshot_xip 5064(5038); pg_snapshot_xmax 5063(5038); pg_snapshot_xmin 5062(5038);
  pg_split_walfile_name 6213(25); pg_stat_clear_snapshot 2230(); pg_stat_file 2623(25) 3307(25,16); pg_stat_force_next_flush 2137();
  pg_stat_get_activity 2022(23); pg_stat_get_analyze_count 3056(26); pg_stat_get_archiver 3195(); pg_stat_get_autoanalyze_count 3057(26);
  pg_stat_get_autovacuum_count 3055(26); pg_stat_get_backend_activity 1940(23); pg_stat_get_backend_activity_start 2094(23);
  pg_stat_get_backend_client_addr 1392(23); pg_stat_get_backend_client_port 1393(23); pg_stat_get_backend_dbid 1938(23); pg_stat_get_backend_idset
  1936(); pg_stat_get_backend_io 6386(23); pg_stat_get_backend_pid 1937(23); pg_stat_get_backend_start 1391(23); pg_stat_get_backend_subxact 6107(23);
  pg_stat_get_backend_userid 1939(23); pg_stat_get_backend_wait_event 2853(23); pg_stat_get_backend_wait_event_type 2788(23); pg_stat_get_backend_wal
  6313(23); pg_stat_get_backend_xact_start 2857(23); pg_stat_get_bgwriter_buf_written_clean 2772(); pg_stat_get_bgwriter_maxwritten_clean 2773();
  pg_stat_get_bgwriter_stat_reset_time 3075(); pg_stat_get_blocks_fetched 1934(26); pg_stat_get_blocks_hit 1935(26); pg_stat_get_buf_alloc 2859();
  pg_stat_get_checkpointer_buffers_written 2771(); pg_stat_get_checkpointer_num_performed 6377(); pg_stat_get_checkpointer_num_requested 2770();
  pg_stat_get_checkpointer_num_timed 2769(); pg_stat_get_checkpointer_restartpoints_performed 6329(); pg_stat_get_checkpointer_restartpoints_requested
  6328(); pg_stat_get_checkpointer_restartpoints_timed 6327(); pg_stat_get_checkpointer_slru_written 6366(); pg_stat_get_checkpointer_stat_reset_time
  6314(); pg_stat_get_checkpointer_sync_time 3161(); pg_stat_get_checkpointer_write_time 3160(); pg_stat_get_db_active_time 6186(26);
  pg_stat_get_db_blk_read_time 2844(26); pg_stat_get_db_blk_write_time 2845(26); pg_stat_get_db_blocks_fetched 1944(26); pg_stat_get_db_blocks_hit
  1945(26); pg_stat_get_db_checksum_failures 3426(26); pg_stat_get_db_checksum_last_failure 3428(26); pg_stat_get_db_conflict_all 3070(26);
  pg_stat_get_db_conflict_bufferpin 3068(26); pg_stat_get_db_conflict_lock 3066(26); pg_stat_get_db_conflict_logicalslot 6309(26);
  pg_stat_get_db_conflict_snapshot 3067(26); pg_stat_get_db_conflict_startup_deadlock 3069(26); pg_stat_get_db_conflict_tablespace 3065(26);
  pg_stat_get_db_deadlocks 3152(26); pg_stat_get_db_idle_in_transaction_time 6187(26); pg_stat_get_db_numbackends 1941(26);
  pg_stat_get_db_parallel_workers_launched 6356(26); pg_stat_get_db_parallel_workers_to_launch 6355(26); pg_stat_get_db_session_time 6185(26);
  pg_stat_get_db_sessions 6188(26); pg_stat_get_db_sessions_abandoned 6189(26); pg_stat_get_db_sessions_fatal 6190(26); pg_stat_get_db_sessions_killed
  6191(26); pg_stat_get_db_stat_reset_time 3074(26); pg_stat_get_db_temp_bytes 3151(26); pg_stat_get_db_temp_files 3150(26);
  pg_stat_get_db_tuples_deleted 2762(26); pg_stat_get_db_tuples_fetched 2759(26); pg_stat_get_db_tuples_inserted 2760(26);
  pg_stat_get_db_tuples_returned 2758(26); pg_stat_get_db_tuples_updated 2761(26); pg_stat_get_db_xact_commit 1942(26); pg_stat_get_db_xact_rollback
  1943(26); pg_stat_get_dead_tuples 2879(26); pg_stat_get_function_calls 2978(26); pg_stat_get_function_self_time 2980(26);
  pg_stat_get_function_total_time 2979(26); pg_stat_get_ins_since_vacuum 5053(26); pg_stat_get_io 6214(); pg_stat_get_last_analyze_time 2783(26);
  pg_stat_get_last_autoanalyze_time 2784(26); pg_stat_get_last_autovacuum_time 2782(26); pg_stat_get_last_vacuum_time 2781(26); pg_stat_get_lastscan
  6310(26); pg_stat_get_live_tuples 2878(26); pg_stat_get_mod_since_analyze 3177(26); pg_stat_get_numscans 1928(26); pg_stat_get_progress_info
  3318(25); pg_stat_get_recovery_prefetch 6248(); pg_stat_get_replication_slot 6169(25); pg_stat_get_slru 2306(); pg_stat_get_snapshot_timestamp
  3788(); pg_stat_get_subscription 6118(26); pg_stat_get_subscription_stats 6231(26); pg_stat_get_total_analyze_time 6360(26);
  pg_stat_get_total_autoanalyze_time 6361(26); pg_stat_get_total_autovacuum_time 6359(26); pg_stat_get_total_vacuum_time 6358(26);
  pg_stat_get_tuples_deleted 1933(26); pg_stat_get_tuples_fetched 1930(26); pg_stat_get_tuples_hot_updated 1972(26); pg_stat_get_tuples_inserted
  1931(26); pg_stat_get_tuples_newpage_updated 6217(26); pg_stat_get_tuples_returned 1929(26); pg_stat_get_tuples_updated 1932(26);
  pg_stat_get_vacuum_count 3054(26); pg_stat_get_wal 1136(); pg_stat_get_wal_receiver 3317(); pg_stat_get_wal_senders 3099();
  pg_stat_get_xact_blocks_fetched 3044(26); pg_stat_get_xact_blocks_hit 3045(26); pg_stat_get_xact_function_calls 3046(26);
  pg_stat_get_xact_function_self_time 3048(26); pg_stat_get_xact_function_total_time 3047(26); pg_stat_get_xact_numscans 3037(26);
  pg_stat_get_xact_tuples_deleted 3042(26); pg_stat_get_xact_tuples_fetched 3039(26); pg_stat_get_xact_tuples_hot_updated 3043(26);
  pg_stat_get_xact_tuples_inserted 3040(26); pg_stat_get_xact_tuples_newpage_updated 6218(26); pg_stat_get_xact_tuples_returned 3038(26);
  pg_stat_get_xact_tuples_updated 3041(26); pg_stat_have_stats 6230(25,26,20); pg_stat_reset 2274(); pg_stat_reset_backend_stats 6387(23);
  pg_stat_reset_replication_slot 6170(25); pg_stat_reset_shared 3775(25); pg_stat_reset_single_function_counters 3777(26);
  pg_stat_reset_single_table_counters 3776(26); pg_stat_reset_slru 2307(25); pg_stat_reset_subscription_stats 6232(26); pg_statistics_obj_is_visible
  3403(26); pg_stop_making_pinned_objects 6241(); pg_switch_wal 2848(); pg_sync_replication_slots 6344(); pg_table_is_visible 2079(26); pg_table_size
  2997(2205); pg_tablespace_databases 2556(26); pg_tablespace_location 3778(26); pg_tablespace_size 2322(26) 2323(19); pg_terminate_backend
  2096(23,20); pg_timezone_abbrevs_abbrevs 2599(); pg_timezone_abbrevs_zone 6401(); pg_timezone_names 2856(); pg_total_relation_size 2286(2205);
  pg_trigger_depth 3163(); pg_try_advisory_lock 2882(20) 2888(23,23); pg_try_advisory_lock_shared 2883(20) 2889(23,23); pg_try_advisory_xact_lock
  3091(20) 3095(23,23); pg_try_advisory_xact_lock_shared 3092(20) 3096(23,23); pg_ts_config_is_visible 3758(26); pg_ts_dict_is_visible 3757(26);
  pg_ts_parser_is_visible 3756(26); pg_ts_template_is_visible 3768(26); pg_type_is_visible 2080(26); pg_typeof 1619(2276); pg_visible_in_snapshot
  5065(5069,5038); pg_wal_lsn_diff 3165(3220,3220); pg_wal_replay_pause 3071(); pg_wal_replay_resume 3072(); pg_wal_summary_contents
  6322(20,3220,3220); pg_walfile_name 2851(3220); pg_walfile_name_offset 2850(3220); pg_xact_commit_timestamp 3581(28);
  pg_xact_commit_timestamp_origin 6168(28); pg_xact_status 5066(5069); phraseto_tsquery 5001(25) 5006(3734,25); pi 1610(); plainto_tsquery
  3747(3734,25) 3751(25); plpgsql_call_handler 13495(); plpgsql_inline_handler 13496(2281); plpgsql_validator 13497(26); point 1416(718) 1440(701,701)
  1532(601) 1534(603) 1540(604); point_above 131(600,600); point_add 1441(600,600); point_below 134(600,600); point_distance 991(600,600); point_div
  1444(600,600); point_eq 135(600,600); point_horiz 990(600,600); point_in 117(2275); point_left 132(600,600); point_mul 1443(600,600); point_ne
  988(600,600); point_out 118(600); point_recv 2428(2281); point_right 133(600,600); point_send 2429(600); point_sub 1442(600,600); point_vert
  989(600,600); poly_above 2569(604,604); poly_below 2566(604,604); poly_center 227(604); poly_contain 340(604,604); poly_contain_pt 1428(604,600);
  poly_contained 345(604,604); poly_distance 729(604,604); poly_in 347(2275); poly_left 341(604,604); poly_npoints 1445(604); poly_out 348(604);
  poly_overabove 2568(604,604); poly_overbelow 2567(604,604); poly_overlap 346(604,604); poly_overleft 342(604,604); poly_overright 343(604,604);
  poly_recv 2486(2281); poly_right 344(604,604); poly_same 339(604,604); poly_send 2487(604); polygon 1448(603) 1449(602) 1475(23,718) 1544(718);
  popen 1434(602); position 849(25,25) 1698(1560,1560) 2014(17,17); positionjoinsel 1301(2281,26,2281,21,2281); positionsel 1300(2281,26,2281,23);
  postgresql_fdw_validator 2316(1009,26); pow 1346(701,701) 1738(1700,1700); power 1368(701,701) 2169(1700,1700); prefixjoinsel
  3438(2281,26,2281,21,2281); prefixsel 3437(2281,26,2281,23); prsd_end 3719(2281); prsd_headline 3720(2281,2281,3615); prsd_lextype 3721(2281);
  prsd_nexttoken 3718(2281,2281,2281); prsd_start 3717(2281,23); pt_contained_circle 1478(600,718); pt_contained_poly 1429(600,604); query_to_xml
  2924(25,16,16,25); query_to_xml_and_xmlschema 2930(25,16,16,25); query_to_xmlschema 2927(25,16,16,25); querytree 3673(3615); quote_ident 1282(25);
  quote_literal 1283(25) 1285(2283); quote_nullable 1289(25) 1290(2283); radians 1609(701); radius 1470(718); random 1598() 6339(23,23) 6340(20,20)
  6341(1700,1700); random_normal 6212(701,701); range_adjacent 3862(3831,3831); range_adjacent_multirange 4255(3831,4537); range_after
  3864(3831,3831); range_after_multirange 4261(3831,4537); range_agg 4301(3831) 6227(4537); range_agg_finalfn 4300(2281,3831); range_agg_transfn
  4299(2281,3831); range_before 3863(3831,3831); range_before_multirange 4258(3831,4537); range_cmp 3870(3831,3831); range_contained_by
  3861(3831,3831); range_contained_by_multirange 4253(3831,4537); range_contains 3859(3831,3831); range_contains_elem 3858(3831,2283);
  range_contains_elem_support 6345(2281); range_contains_multirange 4541(3831,4537); range_eq 3855(3831,3831); range_ge 3873(3831,3831);
  range_gist_consistent 3875(2281,3831,21,26,2281); range_gist_penalty 3879(2281,2281,2281); range_gist_picksplit 3880(2281,2281); range_gist_same
  3881(3831,3831,2281); range_gist_union 3876(2281,2281); range_gt 3874(3831,3831); range_in 3834(2275,26,23); range_intersect 3868(3831,3831);
  range_intersect_agg 4389(4537) 4450(3831); range_intersect_agg_transfn 4401(3831,3831); range_le 3872(3831,3831); range_lt 3871(3831,3831);
  range_merge 4057(3831,3831) 4228(4537); range_minus 3869(3831,3831); range_ne 3856(3831,3831); range_out 3835(3831); range_overlaps 3857(3831,3831);
  range_overlaps_multirange 4246(3831,4537); range_overleft 3865(3831,3831); range_overleft_multirange 4264(3831,4537); range_overright
  3866(3831,3831); range_overright_multirange 4267(3831,4537); range_recv 3836(2281,26,23); range_send 3837(3831); range_sortsupport 6391(2281);
  range_typanalyze 3916(2281); range_union 3867(3831,3831); rangesel 3169(2281,26,2281,23); rank 3101() 3986(2276); rank_final 3987(2281,2276);
  raw_array_subscript_handler 6180(2281); record_eq 2981(2249,2249); record_ge 2986(2249,2249); record_gt 2984(2249,2249); record_image_eq
  3181(2249,2249); record_image_ge 3186(2249,2249); record_image_gt 3184(2249,2249); record_image_le 3185(2249,2249); record_image_lt 3183(2249,2249);
  record_image_ne 3182(2249,2249); record_in 2290(2275,26,23); record_larger 6375(2249,2249); record_le 2985(2249,2249); record_lt 2983(2249,2249);
  record_ne 2982(2249,2249); record_out 2291(2249); record_recv 2402(2281,26,23); record_send 2403(2249); record_smaller 6376(2249,2249); regclass
  1079(25); regclassin 2218(2275); regclassout 2219(2205); regclassrecv 2452(2281); regclasssend 2453(2205); regcollationin 4193(2275);
  regcollationout 4194(4191); regcollationrecv 4196(2281); regcollationsend 4197(4191); regconfigin 3736(2275); regconfigout 3737(3734); regconfigrecv
  3738(2281); regconfigsend 3739(3734); regdictionaryin 3771(2275); regdictionaryout 3772(3769); regdictionaryrecv 3773(2281); regdictionarysend
  3774(3769); regexeqjoinsel 1824(2281,26,2281,21,2281); regexeqsel 1818(2281,26,2281,23); regexnejoinsel 1827(2281,26,2281,21,2281); regexnesel
  1821(2281,26,2281,23); regexp_count 6254(25,25) 6255(25,25,23) 6256(25,25,23,25); regexp_instr 6257(25,25) 6258(25,25,23) 6259(25,25,23,23)
  6260(25,25,23,23,23) 6261(25,25,23,23,23,25) 6262(25,25,23,23,23,25,23); regexp_like 6263(25,25) 6264(25,25,25); regexp_match 3396(25,25)
  3397(25,25,25); regexp_matches 2763(25,25) 2764(25,25,25); regexp_replace 2284(25,25,25) 2285(25,25,25,25) 6251(25,25,25,23,23,25)
  6252(25,25,25,23,23) 6253(25,25,25,23); regexp_split_to_array 2767(25,25) 2768(25,25,25); regexp_split_to_table 2765(25,25) 2766(25,25,25);
  regexp_substr 6265(25,25) 6266(25,25,23) 6267(25,25,23,23) 6268(25,25,23,23,25) 6269(25,25,23,23,25,23); regnamespacein 4084(2275); regnamespaceout
  4085(4089); regnamespacerecv 4087(2281); regnamespacesend 4088(4089); regoperatorin 2216(2275); regoperatorout 2217(2204); regoperatorrecv
  2450(2281); regoperatorsend 2451(2204); regoperin 2214(2275); regoperout 2215(2203); regoperrecv 2448(2281); regopersend 2449(2203); regprocedurein
  2212(2275); regprocedureout 2213(2202); regprocedurerecv 2446(2281); regproceduresend 2447(2202); regprocin 44(2275); regprocout 45(24); regprocrecv
  2444(2281); regprocsend 2445(24); regr_avgx 2822(701,701); regr_avgy 2823(701,701); regr_count 2818(701,701); regr_intercept 2826(701,701); regr_r2
  2824(701,701); regr_slope 2825(701,701); regr_sxx 2819(701,701); regr_sxy 2821(701,701); regr_syy 2820(701,701); regrolein 4098(2275); regroleout
  4092(4096); regrolerecv 4094(2281); regrolesend 4095(4096); regtypein 2220(2275); regtypeout 2221(2206); regtyperecv 2454(2281); regtypesend
  2455(2206); repeat 1622(25,23); replace 2087(25,25,25); reverse 3062(25) 6382(17); right 3061(25,23); round 1342(701) 1707(1700,23) 1708(1700);
  row_number 3100(); row_security_active 3298(26) 3299(25); row_to_json 3155(2249) 3156(2249,16); rpad 874(25,23,25) 880(25,23); rtrim 876(25,25)
  882(25) 6196(17,17); satisfies_hash_partition 5028(26,23,23,2276); scalargejoinsel 398(2281,26,2281,21,2281); scalargesel 337(2281,26,2281,23);
  scalargtjoinsel 108(2281,26,2281,21,2281); scalargtsel 104(2281,26,2281,23); scalarlejoinsel 386(2281,26,2281,21,2281); scalarlesel
  336(2281,26,2281,23); scalarltjoinsel 107(2281,26,2281,21,2281); scalarltsel 103(2281,26,2281,23); scale 3281(1700); schema_to_xml
  2933(19,16,16,25); schema_to_xml_and_xmlschema 2935(19,16,16,25); schema_to_xmlschema 2934(19,16,16,25); session_user 746(); set_bit 724(17,20,23)
  3033(1560,23,23); set_byte 722(17,23,23); set_config 2078(25,25,16); set_masklen 605(869,23) 635(650,23); setseed 1599(701); setval 1576(2205,20)
  1765(2205,20,16); setweight 3320(3614,18,1009) 3624(3614,18); sha224 3419(17); sha256 3420(17); sha384 3421(17); sha512 3422(17); shell_in
  2398(2275); shell_out 2399(2278); shift_jis_2004_to_euc_jis_2004 4387(23,23,2275,2281,23,16); shift_jis_2004_to_utf8 4384(23,23,2275,2281,23,16);
  shobj_description 1993(26,19); sign 1706(1700) 2310(701); similar_escape 1623(25,25); similar_to_escape 1986(25,25) 1987(25); sin 1604(701); sind
  2735(701); sinh 2462(701); sjis_to_euc_jp 4325(23,23,2275,2281,23,16); sjis_to_mic 4327(23,23,2275,2281,23,16); sjis_to_utf8
  4378(23,23,2275,2281,23,16); slope 992(600,600); spg_bbox_quad_config 5010(2281,2281); spg_box_quad_choose 5013(2281,2281); spg_box_quad_config
  5012(2281,2281); spg_box_quad_inner_consistent 5015(2281,2281); spg_box_quad_leaf_consistent 5016(2281,2281); spg_box_quad_picksplit
  5014(2281,2281); spg_kd_choose 4024(2281,2281); spg_kd_config 4023(2281,2281); spg_kd_inner_consistent 4026(2281,2281); spg_kd_picksplit
  4025(2281,2281); spg_poly_quad_compress 5011(604); spg_quad_choose 4019(2281,2281); spg_quad_config 4018(2281,2281); spg_quad_inner_consistent
  4021(2281,2281); spg_quad_leaf_consistent 4022(2281,2281); spg_quad_picksplit 4020(2281,2281); spg_range_quad_choose 3470(2281,2281);
  spg_range_quad_config 3469(2281,2281); spg_range_quad_inner_consistent 3472(2281,2281); spg_range_quad_leaf_consistent 3473(2281,2281);
  spg_range_quad_picksplit 3471(2281,2281); spg_text_choose 4028(2281,2281); spg_text_config 4027(2281,2281); spg_text_inner_consistent
  4030(2281,2281); spg_text_leaf_consistent 4031(2281,2281); spg_text_picksplit 4029(2281,2281); spghandler 334(2281); split_part 2088(25,25,23); sqrt
  1344(701) 1730(1700); starts_with 3696(25,25); statement_timestamp 2648(); stddev 2154(20) 2155(23) 2156(21) 2157(700) 2158(701) 2159(1700);
  stddev_pop 2724(20) 2725(23) 2726(21) 2727(700) 2728(701) 2729(1700); stddev_samp 2712(20) 2713(23) 2714(21) 2715(700) 2716(701) 2717(1700);
  string_agg 3538(25,25) 3545(17,17); string_agg_combine 6299(2281,2281); string_agg_deserialize 6301(17,2281); string_agg_finalfn 3536(2281);
  string_agg_serialize 6300(2281); string_agg_transfn 3535(2281,25,25); string_to_array 376(25,25,25) 394(25,25); string_to_table 6160(25,25)
  6161(25,25,25); strip 3623(3614); strpos 868(25,25); substr 877(25,23,23) 883(25,23) 2085(17,23,23) 2086(17,23); substring 936(25,23,23) 937(25,23)
  1680(1560,23,23) 1699(1560,23) 2012(17,23,23) 2013(17,23) 2073(25,25) 2074(25,25,25); sum 2107(20) 2108(23) 2109(21) 2110(700) 2111(701) 2112(790)
  2113(1186) 2114(1700); suppress_redundant_updates_trigger 1291(); system 3314(2281); system_user 6311(); table_am_handler_in 267(2275);
  table_am_handler_out 268(269); table_to_xml 2923(2205,16,16,25); table_to_xml_and_xmlschema 2929(2205,16,16,25); table_to_xmlschema
  2926(2205,16,16,25); tan 1606(701); tand 2737(701); tanh 2464(701); text 401(1042) 406(19) 730(869) 946(18) 2922(142) 2971(16); text_ge 743(25,25);
  text_gt 742(25,25); text_larger 458(25,25); text_le 741(25,25); text_lt 740(25,25); text_pattern_ge 2163(25,25); text_pattern_gt 2164(25,25);
  text_pattern_le 2161(25,25); text_pattern_lt 2160(25,25); text_smaller 459(25,25); text_starts_with_support 6242(2281); textanycat 2003(25,2776);
  textcat 1258(25,25); texteq 67(25,25); texteqname 247(25,19); textgename 250(25,19); textgtname 251(25,19); texticlike 1633(25,25);
  texticlike_support 1025(2281); texticnlike 1634(25,25); texticregexeq 1238(25,25); texticregexeq_support 1024(2281); texticregexne 1239(25,25);
  textin 46(2275); textlen 1257(25); textlename 249(25,19); textlike 850(25,25); textlike_support 1023(2281); textltname 248(25,19); textne
  157(25,25); textnename 252(25,19); textnlike 851(25,25); textout 47(25); textrecv 2414(2281); textregexeq 1254(25,25); textregexeq_support
  1364(2281); textregexne 1256(25,25); textsend 2415(25); thesaurus_init 3740(2281); thesaurus_lexize 3741(2281,2281,2281,2281); tideq 1292(27,27);
  tidge 2792(27,27); tidgt 2790(27,27); tidin 48(2275); tidlarger 2795(27,27); tidle 2793(27,27); tidlt 2791(27,27); tidne 1265(27,27); tidout 49(27);
  tidrecv 2438(2281); tidsend 2439(27); tidsmaller 2796(27,27); time 1316(1114) 1419(1186) 1968(1083,23) 2019(1184) 2046(1266); time_cmp
  1107(1083,1083); time_eq 1145(1083,1083); time_ge 1105(1083,1083); time_gt 1104(1083,1083); time_hash 1688(1083); time_hash_extended 3409(1083,20);
  time_in 1143(2275,26,23); time_larger 1377(1083,1083); time_le 1103(1083,1083); time_lt 1102(1083,1083); time_mi_interval 1748(1083,1186);
  time_mi_time 1690(1083,1083); time_ne 1106(1083,1083); time_out 1144(1083); time_pl_interval 1747(1083,1186); time_recv 2470(2281,26,23); time_send
  2471(1083); time_smaller 1378(1083,1083); time_support 3944(2281); timedate_pl 1296(1083,1082); timeofday 274(); timestamp 1961(1114,23) 2024(1082)
  2025(1082,1083) 2027(1184); timestamp_cmp 2045(1114,1114); timestamp_cmp_date 2370(1114,1082); timestamp_cmp_timestamptz 2526(1114,1184);
  timestamp_eq 2052(1114,1114); timestamp_eq_date 2366(1114,1082); timestamp_eq_timestamptz 2522(1114,1184); timestamp_ge 2056(1114,1114);
  timestamp_ge_date 2368(1114,1082); timestamp_ge_timestamptz 2524(1114,1184); timestamp_gt 2057(1114,1114); timestamp_gt_date 2367(1114,1082);
  timestamp_gt_timestamptz 2523(1114,1184); timestamp_hash 2039(1114); timestamp_hash_extended 3411(1114,20); timestamp_in 1312(2275,26,23);
  timestamp_larger 2036(1114,1114); timestamp_le 2055(1114,1114); timestamp_le_date 2365(1114,1082); timestamp_le_timestamptz 2521(1114,1184);
  timestamp_lt 2054(1114,1114); timestamp_lt_date 2364(1114,1082); timestamp_lt_timestamptz 2520(1114,1184); timestamp_mi 2031(1114,1114);
  timestamp_mi_interval 2033(1114,1186); timestamp_ne 2053(1114,1114); timestamp_ne_date 2369(1114,1082); timestamp_ne_timestamptz 2525(1114,1184);
  timestamp_out 1313(1114); timestamp_pl_interval 2032(1114,1186); timestamp_recv 2474(2281,26,23); timestamp_send 2475(1114); timestamp_skipsupport
  6409(2281); timestamp_smaller 2035(1114,1114); timestamp_sortsupport 3137(2281); timestamp_support 3917(2281); timestamptypmodin 2905(1263);
  timestamptypmodout 2906(23); timestamptz 1174(1082) 1176(1082,1083) 1359(1082,1266) 1967(1184,23) 2028(1114); timestamptz_cmp 1314(1184,1184);
  timestamptz_cmp_date 2383(1184,1082); timestamptz_cmp_timestamp 2533(1184,1114); timestamptz_eq 1152(1184,1184); timestamptz_eq_date
  2379(1184,1082); timestamptz_eq_timestamp 2529(1184,1114); timestamptz_ge 1156(1184,1184); timestamptz_ge_date 2381(1184,1082);
  timestamptz_ge_timestamp 2531(1184,1114); timestamptz_gt 1157(1184,1184); timestamptz_gt_date 2380(1184,1082); timestamptz_gt_timestamp
  2530(1184,1114); timestamptz_hash 6425(1184); timestamptz_hash_extended 6426(1184,20); timestamptz_in 1150(2275,26,23); timestamptz_larger
  1196(1184,1184); timestamptz_le 1155(1184,1184); timestamptz_le_date 2378(1184,1082); timestamptz_le_timestamp 2528(1184,1114); timestamptz_lt
  1154(1184,1184); timestamptz_lt_date 2377(1184,1082); timestamptz_lt_timestamp 2527(1184,1114); timestamptz_mi 1188(1184,1184);
  timestamptz_mi_interval 1190(1184,1186); timestamptz_ne 1153(1184,1184); timestamptz_ne_date 2382(1184,1082); timestamptz_ne_timestamp
  2532(1184,1114); timestamptz_out 1151(1184); timestamptz_pl_interval 1189(1184,1186); timestamptz_recv 2476(2281,26,23); timestamptz_send
  2477(1184); timestamptz_smaller 1195(1184,1184); timestamptztypmodin 2907(1263); timestamptztypmodout 2908(23); timetypmodin 2909(1263);
  timetypmodout 2910(23); timetz 1388(1184) 1969(1266,23) 2047(1083); timetz_cmp 1358(1266,1266); timetz_eq 1352(1266,1266); timetz_ge
  1356(1266,1266); timetz_gt 1357(1266,1266); timetz_hash 1696(1266); timetz_hash_extended 3410(1266,20); timetz_in 1350(2275,26,23); timetz_larger
  1379(1266,1266); timetz_le 1355(1266,1266); timetz_lt 1354(1266,1266); timetz_mi_interval 1750(1266,1186); timetz_ne 1353(1266,1266); timetz_out
  1351(1266); timetz_pl_interval 1749(1266,1186); timetz_recv 2472(2281,26,23); timetz_send 2473(1266); timetz_smaller 1380(1266,1266); timetzdate_pl
  1298(1266,1082); timetztypmodin 2911(1263); timetztypmodout 2912(23); timezone 1026(1186,1184) 1159(25,1184) 2037(25,1266) 2038(1186,1266)
  2069(25,1114) 2070(1186,1114) 6334(1184) 6335(1114) 6336(1266); to_ascii 1845(25) 1846(25,23) 1847(25,19); to_bin 6330(23) 6331(20); to_char
  1768(1186,25) 1770(1184,25) 1772(1700,25) 1773(23,25) 1774(20,25) 1775(700,25) 1776(701,25) 2049(1114,25); to_date 1780(25,25); to_hex 2089(23)
  2090(20); to_json 3176(2283); to_jsonb 3787(2283); to_number 1777(25,25); to_oct 6332(23) 6333(20); to_regclass 3495(25); to_regcollation 4195(25);
  to_regnamespace 4086(25); to_regoper 3492(25); to_regoperator 3476(25); to_regproc 3494(25); to_regprocedure 3479(25); to_regrole 4093(25);
  to_regtype 3493(25); to_regtypemod 6317(25); to_timestamp 1158(701) 1778(25,25); to_tsquery 3746(3734,25) 3750(25); to_tsvector 3745(3734,25)
  3749(25) 4209(3802) 4210(114) 4211(3734,3802) 4212(3734,114); transaction_timestamp 2647(); translate 878(25,25,25); trigger_in 2300(2275);
  trigger_out 2301(2279); trim_array 6172(2277,23); trim_scale 5043(1700); trunc 753(829) 1343(701) 1709(1700,23) 1710(1700) 4112(774); ts_debug
  6183(3734,25) 6184(25); ts_delete 3321(3614,25) 3323(3614,1009); ts_filter 3319(3614,1002); ts_headline 3743(3734,25,3615,25) 3744(3734,25,3615)
  3754(25,3615,25) 3755(25,3615) 4201(3734,3802,3615,25) 4202(3734,3802,3615) 4203(3802,3615,25) 4204(3802,3615) 4205(3734,114,3615,25)
  4206(3734,114,3615) 4207(114,3615,25) 4208(114,3615); ts_lexize 3723(3769,25); ts_match_qv 3635(3615,3614); ts_match_tq 3761(25,3615); ts_match_tt
  3760(25,25); ts_match_vq 3634(3614,3615); ts_parse 3715(26,25) 3716(25,25); ts_rank 3703(1021,3614,3615,23) 3704(1021,3614,3615) 3705(3614,3615,23)
  3706(3614,3615); ts_rank_cd 3707(1021,3614,3615,23) 3708(1021,3614,3615) 3709(3614,3615,23) 3710(3614,3615); ts_rewrite 3684(3615,3615,3615)
  3685(3615,25); ts_stat 3689(25) 3690(25,25); ts_token_type 3713(26) 3714(25); ts_typanalyze 3688(2281); tsm_handler_in 3311(2275); tsm_handler_out
  3312(3310); tsmatchjoinsel 3687(2281,26,2281,21,2281); tsmatchsel 3686(2281,26,2281,23); tsmultirange 4286() 4287(3908) 4288(3909); tsq_mcontained
  3692(3615,3615); tsq_mcontains 3691(3615,3615); tsquery_and 3669(3615,3615); tsquery_cmp 3668(3615,3615); tsquery_eq 3664(3615,3615); tsquery_ge
  3666(3615,3615); tsquery_gt 3667(3615,3615); tsquery_le 3663(3615,3615); tsquery_lt 3662(3615,3615); tsquery_ne 3665(3615,3615); tsquery_not
  3671(3615); tsquery_or 3670(3615,3615); tsquery_phrase 5003(3615,3615) 5004(3615,3615,23); tsqueryin 3612(2275); tsqueryout 3613(3615); tsqueryrecv
  3641(2281); tsquerysend 3640(3615); tsrange 3933(1114,1114) 3934(1114,1114,25); tsrange_subdiff 3929(1114,1114); tstzmultirange 4289() 4290(3910)
  4291(3911); tstzrange 3937(1184,1184) 3938(1184,1184,25); tstzrange_subdiff 3930(1184,1184); tsvector_cmp 3622(3614,3614); tsvector_concat
  3625(3614,3614); tsvector_eq 3618(3614,3614); tsvector_ge 3620(3614,3614); tsvector_gt 3621(3614,3614); tsvector_le 3617(3614,3614); tsvector_lt
  3616(3614,3614); tsvector_ne 3619(3614,3614); tsvector_to_array 3326(3614); tsvector_update_trigger 3752(); tsvector_update_trigger_column 3753();
  tsvectorin 3610(2275); tsvectorout 3611(3614); tsvectorrecv 3639(2281); tsvectorsend 3638(3614); txid_current 2943(); txid_current_if_assigned
  3348(); txid_current_snapshot 2944(); txid_snapshot_in 2939(2275); txid_snapshot_out 2940(2970); txid_snapshot_recv 2941(2281); txid_snapshot_send
  2942(2970); txid_snapshot_xip 2947(2970); txid_snapshot_xmax 2946(2970); txid_snapshot_xmin 2945(2970); txid_status 3360(20);
  txid_visible_in_snapshot 2948(20,2970); uhc_to_utf8 4380(23,23,2275,2281,23,16); unicode_assigned 6105(25); unicode_version 4549();
  unique_key_recheck 1250(); unistr 6198(25); unknownin 109(2275); unknownout 110(705); unknownrecv 2416(2281); unknownsend 2417(705); unnest
  1293(4537) 2331(2277) 3322(3614); upper 871(25) 3849(3831) 4236(4537); upper_inc 3852(3831) 4239(4537); upper_inf 3854(3831) 4241(4537);
  utf8_to_big5 4353(23,23,2275,2281,23,16); utf8_to_euc_cn 4361(23,23,2275,2281,23,16); utf8_to_euc_jis_2004 4383(23,23,2275,2281,23,16);
  utf8_to_euc_jp 4363(23,23,2275,2281,23,16); utf8_to_euc_kr 4365(23,23,2275,2281,23,16); utf8_to_euc_tw 4367(23,23,2275,2281,23,16); utf8_to_gb18030
  4369(23,23,2275,2281,23,16); utf8_to_gbk 4371(23,23,2275,2281,23,16); utf8_to_iso8859 4372(23,23,2275,2281,23,16); utf8_to_iso8859_1
  4375(23,23,2275,2281,23,16); utf8_to_johab 4377(23,23,2275,2281,23,16); utf8_to_koi8r 4354(23,23,2275,2281,23,16); utf8_to_koi8u
  4356(23,23,2275,2281,23,16); utf8_to_shift_jis_2004 4385(23,23,2275,2281,23,16); utf8_to_sjis 4379(23,23,2275,2281,23,16); utf8_to_uhc
  4381(23,23,2275,2281,23,16); utf8_to_win 4358(23,23,2275,2281,23,16); uuid_cmp 2960(2950,2950); uuid_eq 2956(2950,2950); uuid_extract_timestamp
  6342(2950); uuid_extract_version 6343(2950); uuid_ge 2957(2950,2950); uuid_gt 2958(2950,2950); uuid_hash 2963(2950); uuid_hash_extended
  3412(2950,20); uuid_in 2952(2275); uuid_le 2955(2950,2950); uuid_lt 2954(2950,2950); uuid_ne 2959(2950,2950); uuid_out 2953(2950); uuid_recv
  2961(2281); uuid_send 2962(2950); uuid_skipsupport 6410(2281); uuid_sortsupport 3300(2281); uuidv4 6428(); uuidv7 6429() 6430(1186); var_pop
  2718(20) 2719(23) 2720(21) 2721(700) 2722(701) 2723(1700); var_samp 2641(20) 2642(23) 2643(21) 2644(700) 2645(701) 2646(1700); varbit
  1687(1562,23,16); varbit_in 1579(2275,26,23); varbit_out 1580(1562); varbit_recv 2458(2281,26,23); varbit_send 2459(1562); varbit_support
  3158(2281); varbitcmp 1672(1562,1562); varbiteq 1666(1562,1562); varbitge 1668(1562,1562); varbitgt 1669(1562,1562); varbitle 1670(1562,1562);
  varbitlt 1671(1562,1562); varbitne 1667(1562,1562); varbittypmodin 2902(1263); varbittypmodout 2921(23); varchar 669(1043,23,16) 1401(19);
  varchar_support 3097(2281); varcharin 1046(2275,26,23); varcharout 1047(1043); varcharrecv 2432(2281,26,23); varcharsend 2433(1043); varchartypmodin
  2915(1263); varchartypmodout 2916(23); variance 2148(20) 2149(23) 2150(21) 2151(700) 2152(701) 2153(1700); version 89(); void_in 2298(2275);
  void_out 2299(2278); void_recv 3120(2281); void_send 3121(2278); websearch_to_tsquery 5007(3734,25) 5009(25); width 976(603); width_bucket
  320(701,701,701,23) 2170(1700,1700,1700,23) 3218(5077,5078); win1250_to_latin2 4343(23,23,2275,2281,23,16); win1250_to_mic
  4340(23,23,2275,2281,23,16); win1251_to_iso 4319(23,23,2275,2281,23,16); win1251_to_koi8r 4311(23,23,2275,2281,23,16); win1251_to_mic
  4306(23,23,2275,2281,23,16); win1251_to_win866 4315(23,23,2275,2281,23,16); win866_to_iso 4321(23,23,2275,2281,23,16); win866_to_koi8r
  4313(23,23,2275,2281,23,16); win866_to_mic 4308(23,23,2275,2281,23,16); win866_to_win1251 4314(23,23,2275,2281,23,16); win_to_utf8
  4359(23,23,2275,2281,23,16); window_cume_dist_support 6307(2281); window_dense_rank_support 6235(2281); window_ntile_support 6308(2281);
  window_percent_rank_support 6306(2281); window_rank_support 6234(2281); window_row_number_support 6233(2281); xid 5071(5069); xid8_larger
  5097(5069,5069); xid8_smaller 5098(5069,5069); xid8cmp 5096(5069,5069); xid8eq 5084(5069,5069); xid8ge 5037(5069,5069); xid8gt 5035(5069,5069);
  xid8in 5070(2275); xid8le 5036(5069,5069); xid8lt 5034(5069,5069); xid8ne 5085(5069,5069); xid8out 5081(5069); xid8recv 5082(2281); xid8send
  5083(5069); xideq 68(28,28); xideqint4 1319(28,23); xidin 50(2275); xidneq 3308(28,28); xidneqint4 3309(28,23); xidout 51(28); xidrecv 2440(2281);
  xidsend 2441(28); xml 2896(25); xml_in 2893(2275); xml_is_well_formed 3051(25); xml_is_well_formed_content 3053(25); xml_is_well_formed_document
  3052(25); xml_out 2894(142); xml_recv 2898(2281); xml_send 2899(142); xmlagg 2901(142); xmlcomment 2895(25); xmlconcat2 2900(142,142); xmlexists
  2614(25,142); xmltext 3813(25); xmlvalidate 2897(142,25); xpath 2931(25,142,1009) 2932(25,142); xpath_exists 3049(25,142,1009) 3050(25,142);`;

const byName = new Map<string, readonly { readonly oid: number; readonly args: string }[]>();
const byOid = new Map<number, { readonly name: string; readonly args: string }>();

for (const entry of table.split(';')) {
  const [name, ...overloads] = entry.trim().split(/\s+/);
  if (name === undefined || name === '') continue;
  byName.set(name, overloads.map((overload) => {
    const open = overload.indexOf('(');
    const oid = Number(overload.slice(0, open));
    const args = overload.slice(open + 1, -1);
    byOid.set(oid, { name, args });
    return { oid, args };
  }));
}

/** OIDs of the functions that have this name in Postgres. */
export const procedureOids = (name: string): readonly number[] => (byName.get(name) ?? []).map((overload) => overload.oid);

/** The OID that this function has in Postgres; undefined where Postgres has none such. */
export const procedureOid = (name: string, args: readonly number[]): number | undefined =>
  byName.get(name)?.find((overload) => overload.args === args.join(','))?.oid;

/** The name of the function that has this OID in Postgres. */
export const procedureName = (oid: number): string | undefined => byOid.get(oid)?.name;

/** Its argument types. */
export function procedureArguments(oid: number): readonly number[] {
  const args = byOid.get(oid)?.args ?? '';
  return args === '' ? [] : args.split(',').map(Number);
}
