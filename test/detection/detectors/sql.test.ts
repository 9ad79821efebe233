/** SQL: examples of each rule, and of honest texts that have the same words. */
import { sql } from "../../../src/detection/detectors/sql.ts";
import { exampleTests } from "../desk.ts";

exampleTests(sql, {
  attacks: {
    "sql-tautology": ["' or 1=1 --", "x' OR 'a'='a", "7 or 3<4", "\") or (\"q\"=\"q", "9 and 2>1", "' Or 0x1=0x1#", "padding padding padding or 5=5"],
    "sql-condition": ["' or true--", "x' and name='ada", "' or length(pin)>4 --", "5 or exists(select 1 from t)", "' || 1 --", "' or pin is null --", "1 and ascii(substring(user(),1,1))>64", "' or pin between 1 and 9 --", "OR '{\"a\":1}'::jsonb @> '{}'"],
    "sql-comment": ["admin'--", "admin' #", "ada\"-- -", "root')--", "x'/*"],
    "sql-stacked": ["1';--", "a';"],
    "sql-union": ["' union select 1,2,3--", "0 UNION ALL SELECT null,null", "-1 union select pin from cards", "x) union select @@version", "' union(select(1),2)"],
    "sql-select": ["(select pin from cards limit 1)", "select * from cards", "select count(*) from accounts", "select pin, holder from cards where id > 1", "'; select pin from cards--", "select version()"],
    "sql-statement": ["'; drop table cards--", "; insert into cards (id) values (1)", "1; update cards set pin = 0", "'; delete from cards where 1=1", "x'; exec xp_cmdshell 'dir'", "; declare @x int", "'; shutdown --", "; create table t (a int)", "; truncate table cards", "load data infile '/x' into table t"],
    "sql-wait": ["1; waitfor delay '0:0:5'--", "sleep(5)", "'; sleep(5)", "select sleep"],
    "sql-clause": ["1 order by 9 --", "' having 1=1--", "1 limit 1 --", "x' into outfile '/tmp/x'", "1 procedure analyse()"],
    "sql-function": ["extractvalue(1, concat(0x7e, version()))", "(load_file('/etc/x'))", "utl_http.request('http://x')", "concat("],
    "sql-variable": ["1-@@version"],
    "sql-cast": [`'{"a":1}'::jsonb @? '$.a'`, "starts_with(password,'a')::int", "x'::text", "(1)::regclass"],
    "sql-catalogue": ["from information_schema.tables"],
    "sql-case": ["case when 1 then 2 else 3 end"],
    "sql-arithmetic": ["'='", "'-sleep(3)-'", "'||(select 1)||'"],
  },
  harmless: ["std::vector<int>", "Foo::int", "use a::b::text", "see [x]::int", "the mode (fast)::slow", "it's ::text", 
    "Please select one from the list", "union was a great select", "The union selects its leaders", "drop the table off at the office", "update: set the table for 5", "insert coin into the slot", "delete from cart", "Create table of contents",
    "1) a-b=c", "D'or 1st parfume", "rock 'n' roll and 'n' soul", "the dogs' or the cats' food", "Do you mean 'apples' or 'Naples'", "it's true or it's false", "5 or 6 people", "and =IS=C5HF95_=", "john or@var.es", "O'Reilly & Sons; est. 1978",
    "a -- b -- c", "he said 'yes' -- and left", "C# or F#", "#1 or #2", "if x > 5 and y < 3", "between 1 and 10, please", "like 'this'", "order by phone or by mail", "having 3 children", "limit 5 per person", "Is NULL a value?", "where is 'Bob'?", "exec noun", "when in Rome then do as the Romans",
    "price >= 10 || free", ">=1.2.3 || >=2.0.0", "SELECT your size", "I would like to request information about the idv_msdb database.", "concat and split strings", "'70s and '80s hits", "count(er) culture", "replace into position", "5'10\" or 6'1\"",
  ],
});
