/**
 * Filename: a name under which a server would run what was uploaded, overwrite what is its own, or look elsewhere.
 */
import type { Detector } from "../detector.ts";

/** What servers run by the end of its name. */
const RUN: ReadonlySet<string> = new Set([
  "php", "php2", "php3", "php4", "php5", "php6", "php7", "php8", "phps", "pht", "phtm", "phtml", "phar", "pgif", "inc", "jsp", "jspx", "jspf", "jsw", "jsv", "jhtml", "do", "action", "asp", "aspx", "asa", "asax", "ascx", "ashx", "asmx", "cer", "cdx", "axd", "cshtml", "vbhtml", "cfm", "cfml", "cfc", "dbm", "cgi", "fcgi", "pl", "pm", "shtml", "shtm", "stm", "hta", "htaccess", "htpasswd", "war", "ear",
]);
/** Names that a program reads for itself. */
const OWN: ReadonlySet<string> = new Set(["settings.php", "wp-config.php", "wp-config.php.bak", "web.config", "config.yml", "config.php", ".user.ini", "php.ini", "authorized_keys", "id_rsa", ".env", ".bashrc", ".profile", ".npmrc", "package.json", "dockerfile", "makefile", "passwd", "shadow", "crontab", "global.asa", "localsettings.php", "localconfiguration.php"]);

export const filename: Detector = {
  name: "filename",
  kinds: new Set(["filename"]),
  needs: 0,
  find({ text }) {
    const name = text.slice(Math.max(text.lastIndexOf("/"), text.lastIndexOf("\\")) + 1).toLowerCase();
    if (hasControl(text)) return "filename-control";
    if (OWN.has(name.replaceAll(" ", "")) || /^sess_[a-z0-9,-]{16,}$/.test(name)) return "filename-own";
    // Servers cut off dots, blanks and streams at the end, and some run `x.php.jpg`.
    const parts = name.replaceAll(/[\s.]+$/g, "").split(/[.:;%]/);
    const last = parts.at(-1)?.trim() ?? "";
    const before = parts.slice(1, -1).map((part) => part.trim());
    return (parts.length > 1 && (RUN.has(last) || /^ph(?:p|tml?)[0-9]{1,4}$/.test(last))) || before.some((part) => RUN.has(part) && part.length > 2 && part !== "inc") ? "filename-run" : undefined;
  },
};

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) < 0x20) return true;
  return false;
}
