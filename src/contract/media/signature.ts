/**
 * Signature: how the content of a file format begins, and which media types mean that format.
 *
 * A sender's word for what a file is costs nothing: a page with a script is sent as `image/png`, and a browser that sniffs
 * runs it. Formats that begin in a way of their own are held to it; of others nothing is known here.
 */

/** The first bytes that are needed to tell: the mark of a tar archive stands at 257. */
export const SIGNATURE_BYTES = 512;

/** What may stand at an offset, in hexadecimal; `..` is any byte. */
interface Mark {
  readonly at: number;
  readonly bytes: readonly (number | undefined)[];
}

function mark(hex: string, at = 0): Mark {
  return { at, bytes: (hex.match(/../g) ?? []).map((pair) => (pair === ".." ? undefined : Number.parseInt(pair, 16))) };
}

function ascii(text: string, at = 0): Mark {
  return mark(Buffer.from(text, "latin1").toString("hex"), at);
}

/** A box of the ISO base media format (ISO/IEC 14496-12): its size, `ftyp`, a brand. */
function brands(...names: readonly string[]): readonly Mark[] {
  return names.map((name) => mark(`........66747970${Buffer.from(name).toString("hex")}`));
}

const ZIP: readonly Mark[] = [mark("504b0304"), mark("504b0506"), mark("504b0708")];
const OLE: readonly Mark[] = [mark("d0cf11e0a1b11ae1")];
const EBML: readonly Mark[] = [mark("1a45dfa3")];

/** Formats by name. The order tells which name a content gets that more than one would take. */
const FORMATS: ReadonlyMap<string, readonly Mark[]> = new Map([
  ["png", [mark("89504e470d0a1a0a")]],
  ["jpeg", [mark("ffd8ff")]],
  ["gif", [ascii("GIF87a"), ascii("GIF89a")]],
  ["webp", [mark("52494646........57454250")]],
  ["bmp", [ascii("BM")]],
  ["tiff", [mark("49492a00"), mark("4d4d002a"), mark("49492b00"), mark("4d4d002b")]],
  ["icon", [mark("00000100")]],
  ["avif", brands("avif", "avis", "mif1", "msf1")],
  ["heif", brands("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1")],
  ["jxl", [mark("ff0a"), mark("0000000c4a584c200d0a870a")]],
  ["psd", [ascii("8BPS")]],
  ["pdf", [ascii("%PDF-")]],
  ["postscript", [ascii("%!PS")]],
  ["rtf", [ascii("{\\rtf")]],
  ["zip", ZIP],
  ["gzip", [mark("1f8b08")]],
  ["bzip2", [ascii("BZh")]],
  ["xz", [mark("fd377a585a00")]],
  ["zstd", [mark("28b52ffd")]],
  ["7z", [mark("377abcaf271c")]],
  ["rar", [mark("526172211a0700"), mark("526172211a070100")]],
  ["tar", [ascii("ustar", 257)]],
  ["ole", OLE],
  ["mp3", [ascii("ID3"), mark("fffb"), mark("fff3"), mark("fff2"), mark("fffa")]],
  ["ogg", [ascii("OggS")]],
  ["flac", [ascii("fLaC")]],
  ["wav", [mark("52494646........57415645")]],
  ["avi", [mark("52494646........41564920")]],
  ["mp4", [mark("........66747970")]],
  ["matroska", EBML],
  ["mpeg", [mark("000001ba"), mark("000001b3")]],
  ["woff", [ascii("wOFF")]],
  ["woff2", [ascii("wOF2")]],
  ["opentype", [mark("00010000"), ascii("OTTO"), ascii("true"), ascii("ttcf")]],
  ["wasm", [mark("0061736d")]],
  ["sqlite", [ascii("SQLite format 3\0")]],
  ["parquet", [ascii("PAR1")]],
  ["elf", [mark("7f454c46")]],
  ["mach-o", [mark("feedface"), mark("feedfacf"), mark("cefaedfe"), mark("cffaedfe"), mark("cafebabe")]],
  ["windows-program", [ascii("MZ")]],
  ["script", [ascii("#!")]],
]);

/** Which formats a media type may have. */
const TYPES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    png: "image/png image/apng image/x-png",
    jpeg: "image/jpeg image/jpg image/pjpeg",
    gif: "image/gif",
    webp: "image/webp",
    bmp: "image/bmp image/x-ms-bmp image/x-bmp",
    tiff: "image/tiff",
    icon: "image/x-icon image/vnd.microsoft.icon",
    avif: "image/avif",
    heif: "image/heic image/heif image/heic-sequence image/heif-sequence",
    jxl: "image/jxl",
    psd: "image/vnd.adobe.photoshop",
    pdf: "application/pdf application/x-pdf",
    postscript: "application/postscript",
    rtf: "application/rtf text/rtf",
    zip: "application/zip application/x-zip-compressed application/java-archive application/epub+zip application/vnd.android.package-archive application/vnd.openxmlformats-officedocument.wordprocessingml.document application/vnd.openxmlformats-officedocument.spreadsheetml.sheet application/vnd.openxmlformats-officedocument.presentationml.presentation application/vnd.oasis.opendocument.text application/vnd.oasis.opendocument.spreadsheet application/vnd.oasis.opendocument.presentation",
    gzip: "application/gzip application/x-gzip application/x-tgz",
    bzip2: "application/x-bzip2",
    xz: "application/x-xz",
    zstd: "application/zstd",
    "7z": "application/x-7z-compressed",
    rar: "application/vnd.rar application/x-rar-compressed",
    tar: "application/x-tar",
    ole: "application/msword application/vnd.ms-excel application/vnd.ms-powerpoint application/vnd.ms-outlook",
    mp3: "audio/mpeg audio/mp3",
    ogg: "audio/ogg video/ogg application/ogg audio/opus",
    flac: "audio/flac audio/x-flac",
    wav: "audio/wav audio/x-wav audio/wave audio/vnd.wave",
    avi: "video/x-msvideo",
    mp4: "video/mp4 audio/mp4 video/quicktime audio/x-m4a video/3gpp",
    matroska: "video/webm audio/webm video/x-matroska",
    mpeg: "video/mpeg",
    woff: "font/woff application/font-woff",
    woff2: "font/woff2",
    opentype: "font/ttf font/otf font/collection font/sfnt",
    wasm: "application/wasm",
    sqlite: "application/vnd.sqlite3",
    parquet: "application/vnd.apache.parquet",
  }).flatMap(([format, types]) => types.split(" ").map((type) => [type, [format]] as const)),
);

/** The formats of a media type (lower case, without parameters); undefined where its content may begin in any way. */
export function formatsOfType(type: string): readonly string[] | undefined {
  return TYPES.get(type);
}

/** The formats that content begins like: none where nothing is known of such a beginning. */
export function formatsOf(head: Uint8Array): readonly string[] {
  return [...FORMATS].flatMap(([format, marks]) => (marks.some((one) => stands(one, head)) ? [format] : []));
}

/** Whether content begins as one of these formats does. */
export function beginsAs(formats: readonly string[], head: Uint8Array): boolean {
  return formats.some((format) => FORMATS.get(format)?.some((one) => stands(one, head)) === true);
}

function stands({ at, bytes }: Mark, head: Uint8Array): boolean {
  return head.byteLength >= at + bytes.length && bytes.every((byte, index) => byte === undefined || head[at + index] === byte);
}
