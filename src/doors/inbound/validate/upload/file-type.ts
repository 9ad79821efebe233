/**
 * File type: whether a file's extension, its content type and its content speak of the same thing, and of nothing else beside.
 *
 * A picture shows the same with a script in its comment or behind its end, and is one to whatever includes it as a page.
 */
import { beginsAs, formatsOf, formatsOfType } from "../../../../contract/media/signature.ts";
import { extensionsOf } from "./file-name.ts";

/** Extensions by the format that their content has to have. */
const BINARY: ReadonlyMap<string, string> = new Map(
  Object.entries({
    png: "png apng",
    jpeg: "jpg jpeg jpe jfif",
    gif: "gif",
    webp: "webp",
    bmp: "bmp dib",
    tiff: "tif tiff",
    icon: "ico",
    avif: "avif",
    heif: "heic heif",
    jxl: "jxl",
    psd: "psd",
    pdf: "pdf",
    postscript: "ps eps",
    rtf: "rtf",
    zip: "zip docx xlsx pptx odt ods odp epub apk xpi kmz 3mf",
    gzip: "gz tgz svgz",
    bzip2: "bz2 tbz2",
    xz: "xz txz",
    zstd: "zst",
    "7z": "7z",
    rar: "rar",
    tar: "tar",
    ole: "doc xls ppt msg",
    mp3: "mp3",
    ogg: "ogg oga ogv opus",
    flac: "flac",
    wav: "wav",
    avi: "avi",
    mp4: "mp4 m4a m4v mov 3gp",
    matroska: "webm mkv",
    mpeg: "mpg mpeg",
    woff: "woff",
    woff2: "woff2",
    opentype: "ttf otf ttc",
    wasm: "wasm",
    sqlite: "sqlite sqlite3",
    parquet: "parquet",
  }).flatMap(([format, extensions]) => extensions.split(" ").map((extension) => [extension, format] as const)),
);

const TEXT: ReadonlySet<string> = new Set("txt text csv tsv md json jsonl ndjson xml yaml yml log ini toml srt vtt ics vcf tex gpx geojson".split(" "));

/** What a server runs wherever in the name it stands: some look at the first extension that they know. */
const SERVED: readonly string[] = "php php3 php4 php5 php7 php8 phps pht phtml phar asp aspx ashx asmx asa ascx cer cdx jsp jspx jspf jsw jsv jhtml cfm cfml cfc cgi fcgi pl shtml shtm stm htaccess htpasswd".split(" ");
/** What a server, a browser or a desktop runs when it is opened. */
const RUN: ReadonlySet<string> = new Set([
  ...SERVED,
  ...(
    "config pm py pyc rb sh bash zsh csh ksh exe dll com bat cmd msi msp scr pif cpl vbs vbe vb js jse mjs wsf wsh wsc hta ps1 psm1 reg lnk url inf jar war ear class so dylib app deb rpm dmg pkg " +
    "appimage html htm xhtml xht mht mhtml svg swf xsl xslt docm xlsm pptm dotm xlam iso img vhd"
  ).split(" "),
]);
const SERVED_ANYWHERE: ReadonlySet<string> = new Set(SERVED);

/** Marks of so few bytes that texts may begin with them by chance. */
const WEAK: ReadonlySet<string> = new Set(["bmp", "mp3", "icon", "mpeg", "opentype", "script", "windows-program", "jxl"]);
const PROGRAMS: readonly string[] = ["elf", "mach-o"];
const PICTURES: readonly string[] = ["png", "jpeg", "gif", "webp", "bmp", "tiff", "icon", "avif", "heif", "jxl"];
/** How scripts begin within a page, in lower case: long enough that no picture holds them by chance. */
const SCRIPTS: readonly Uint8Array[] = ["<?php", "<script"].map((text) => Buffer.from(text));

export interface FileFacts {
  readonly filename: string | undefined;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** @param allowed extensions in lower case; none: all but those that are run */
export function typeFault({ filename, type, bytes }: FileFacts, allowed: ReadonlySet<string>): string | undefined {
  const extensions = filename === undefined ? [] : extensionsOf(filename);
  const last = extensions.at(-1);
  if (allowed.size > 0 && (last === undefined || !allowed.has(last))) return "has an extension that is not allowed";
  const runs = (extension: string, at: number): boolean => (at === extensions.length - 1 ? RUN : SERVED_ANYWHERE).has(extension) && !allowed.has(extension);
  if (extensions.some(runs)) return "has an extension of something that is run";
  if (isProgram(bytes) && !(last !== undefined && allowed.has(last) && RUN.has(last))) return "is a program";
  if (beginsAs(PICTURES, bytes) && holdsScript(bytes)) return "is a picture with a script in it";
  return last === undefined ? undefined : judgeExtension(last, type, bytes);
}

function judgeExtension(extension: string, type: string, bytes: Uint8Array): string | undefined {
  const format = BINARY.get(extension);
  const typed = formatsOfType(type);
  if (format !== undefined) {
    if (!beginsAs([format], bytes)) return "does not begin as files of its extension do";
    return (typed !== undefined && !typed.includes(format)) || type.startsWith("text/") ? "has an extension that does not go with its content type" : undefined;
  }
  if (!TEXT.has(extension)) return undefined;
  if (typed !== undefined) return "has an extension that does not go with its content type";
  return formatsOf(bytes).some((found) => !WEAK.has(found)) ? "does not begin as files of its extension do" : undefined;
}

/** Of Windows' programs the first two bytes are no proof: they say where the others stand. */
function isProgram(bytes: Uint8Array): boolean {
  if (beginsAs(PROGRAMS, bytes)) return true;
  if (bytes[0] !== 0x4d || bytes[1] !== 0x5a || bytes.byteLength < 64) return false;
  const at = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(60, true);
  return at + 4 <= bytes.byteLength && bytes[at] === 0x50 && bytes[at + 1] === 0x45 && bytes[at + 2] === 0 && bytes[at + 3] === 0;
}

/** Linear in the bytes. */
function holdsScript(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(LESS); at !== -1; at = bytes.indexOf(LESS, at + 1)) {
    const from = at;
    // Letters, and signs that stay what they are with this bit.
    if (SCRIPTS.some((script) => script.every((byte, index) => ((bytes[from + index] ?? 0) | LOWER) === byte))) return true;
  }
  return false;
}

const LESS = 0x3c;
const LOWER = 0x20;
