/** Windows: what cmd and PowerShell run: `for %i in (...) do`, `cmd /c`, `Invoke-WebRequest`, `%COMSPEC%`. */
import { NUMBER, type Reading, WORD } from "../../reading.ts";
import { wordTable } from "../../lexicon.ts";
import { AS, SHELL } from "./words.ts";

const OPENS = { loop: 1, test: 2, shell: 3 } as const;
const OPENERS = wordTable({ [OPENS.loop]: "for", [OPENS.test]: "if", [OPENS.shell]: "cmd powershell pwsh" });

const VARIABLES: ReadonlySet<string> = new Set(["comspec", "systemdrive", "systemroot", "windir", "programfiles", "appdata", "localappdata", "userprofile", "temp", "path", "pathext"]);
const NOUNS: ReadonlySet<string> = new Set(["webrequest", "expression", "command", "restmethod", "item", "process", "object", "childitem", "content", "service_", "wmiobject", "ciminstance", "bitstransfer", "executionpolicy", "job", "module", "hotfix", "localuser", "null", "computername", "credential", "eventlog", "location", "variable", "alias", "history", "path", "netfirewallrule", "mppreference", "webservice", "shellcommand", "mimikatz", "securestring", "string", "aduser", "adcomputer", "adgroup", "adgroupmember", "addomain", "acl", "adobject", "archive", "authenticodesignature", "backgroundjob", "clipboard", "cimclass", "computerinfo", "counter", "csv", "culture", "custom", "date_", "disk", "dnsclientcache", "dnsname", "driveinfo", "drive", "event", "eventsubscriber", "file", "filehash", "formatdata", "help", "host", "html", "itemproperty", "json", "localgroup", "localgroupmember", "localmember", "mailmessage", "markdown", "member", "netadapter", "netconnectionprofile", "netipaddress", "netipconfiguration", "netroute", "nettcpconnection", "package", "packageprovider", "packagesource", "pfxcertificate", "printer", "psbreakpoint", "pscallstack", "psdrive", "pshostprocessinfo", "psprovider", "psrepository", "psscriptroot", "pssession", "pssessionconfiguration", "pssnapin", "random", "rundll", "runspace", "scheduledtask", "scheduledjob", "secret", "service_", "smbshare", "sleep", "sql", "sqlcmd", "strictmode", "tempfile", "timezone", "trace", "transcript", "typedata", "unique", "uiculture", "uptime", "verb", "volume", "vm", "wmievent", "wmimethod", "wsmaninstance", "xml", "zone", "netneighbor", "azvm", "azresource"]);

export function findWindows(reading: Reading, at: number): string | undefined {
  const opens = reading.classAt(at, OPENERS);
  if (opens === OPENS.loop) return isLoop(reading, at) ? "shell-windows" : undefined;
  if (opens === OPENS.test) return isTest(reading, at) ? "shell-windows" : undefined;
  if (reading.typeAt(at - 1) === 0x25 && reading.typeAt(at + 1) === 0x25) return VARIABLES.has(reading.textAt(at).toLowerCase()) ? "shell-windows" : undefined;
  const meaning = reading.classAt(at, SHELL);
  if (meaning === AS.cmdlet) return isCmdlet(reading, at) ? "shell-cmdlet" : undefined;
  if (opens === OPENS.shell) return isRun(reading, at) ? "shell-windows" : undefined;
  return undefined;
}

/** `for %i in (...) do`, `for /f "..." %%a in (...) do`. */
function isLoop(reading: Reading, at: number): boolean {
  let next = at + 1;
  for (let steps = 0; steps < 24 && next < reading.count; steps++, next++) {
    const type = reading.type[next];
    if (type !== 0x25) continue;
    while (reading.typeAt(next) === 0x25) next++;
    const name = reading.typeAt(next) === 0x7e ? next + 1 : next;
    if (!reading.isGlued(name)) return false;
    for (let ahead = name; ahead < name + 3; ahead++) if (reading.textAt(ahead).toLowerCase() === "in" && reading.typeAt(ahead + 1) === 0x28) return true;
    return false;
  }
  return false;
}

const COMPARING: ReadonlySet<string> = new Set(["equ", "neq", "lss", "leq", "gtr", "geq"]);
const TESTS: ReadonlySet<string> = new Set(["exist", "defined", "errorlevel", "cmdextversion"]);

/** `if exist x`, `if not defined x`, `if "%a%"=="b"`, `if /i`, `if a equ b`: a test of cmd, at the start of a command. */
function isTest(reading: Reading, at: number): boolean {
  const before = reading.typeAt(at - 1);
  if (before !== 0 && before !== 0x26 && before !== 0x3b && before !== 0x7c && before !== 0x28) return false;
  let next = at + 1;
  if (reading.typeAt(next) === 0x2f && /^i$/i.test(reading.textAt(next + 1))) next += 2;
  if (reading.textAt(next).toLowerCase() === "not") next++;
  if (TESTS.has(reading.textAt(next).toLowerCase())) return isCommandBehind(reading, next);
  for (let ahead = next; ahead < next + 12 && ahead < reading.count; ahead++) {
    const type = reading.type[ahead];
    if (type === 0x3d && reading.type[ahead + 1] === 0x3d && reading.typeAt(ahead + 2) !== 0x3d) return isCommandBehind(reading, ahead);
    if (type === WORD && COMPARING.has(reading.textAt(ahead).toLowerCase())) return true;
  }
  return false;
}

function isCommandBehind(reading: Reading, at: number): boolean {
  for (let ahead = at + 2; ahead < at + 12 && ahead < reading.count; ahead++) {
    const type = reading.type[ahead];
    if (type === 0x28 || (type === WORD && reading.classAt(ahead, SHELL) !== 0)) return true;
  }
  return reading.typeAt(at + 1) === NUMBER || reading.count <= 8;
}

/** `Invoke-WebRequest x`, `iex (`, `Get-Process | ...`. */
function isCmdlet(reading: Reading, at: number): boolean {
  const verb = reading.textAt(at).toLowerCase();
  if (verb === "iex" || verb === "iwr" || verb === "irm") return reading.typeAt(at + 1) === 0x28 || reading.typeAt(at + 1) === WORD && reading.typeAt(at + 2) === 0x3a || reading.typeAt(at + 1) === 0x24;
  if (reading.typeAt(at + 1) !== 0x2d || !reading.isGlued(at + 1) || !reading.isGlued(at + 2)) return false;
  const noun = reading.textAt(at + 2);
  return NOUNS.has(noun.toLowerCase()) && (/^[A-Z]/.test(noun) || verb === "invoke");
}

/** `cmd /c`, `cmd.exe`, `powershell -enc`. */
function isRun(reading: Reading, at: number): boolean {
  const next = reading.typeAt(at + 1);
  if (next === 0x2e) return reading.textAt(at + 2).toLowerCase() === "exe" && (reading.typeAt(at + 3) === 0x2f || reading.typeAt(at + 3) === 0x2d || reading.typeAt(at - 1) === 0x5c || reading.typeAt(at - 1) === 0x2f);
  if (next === 0x2f) return !reading.isGlued(at + 1) && reading.isGlued(at + 2);
  return next === 0x2d && !reading.isGlued(at + 1) && reading.isGlued(at + 2) && reading.textAt(at).toLowerCase() !== "cmd";
}
