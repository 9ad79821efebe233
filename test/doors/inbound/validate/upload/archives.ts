/** Archives: small zip and tar archives for tests, sound or damaged on purpose. */
import zlib from "node:zlib";

export interface ZipFile {
  readonly name: string;
  readonly content?: Uint8Array | string;
  /** What the list says instead of what is true. */
  readonly listed?: { readonly name?: string; readonly bytes?: number; readonly packedBytes?: number; readonly from?: number; readonly attributes?: number; readonly extra?: Buffer };
  /** Size behind the content, as a sender writes that does not know it ahead. */
  readonly streamed?: boolean;
  /** More flags, and another method, in both descriptions. */
  readonly flags?: number;
  readonly method?: number;
}

export interface ZipShape {
  readonly before?: Buffer;
  readonly between?: Buffer;
  readonly behind?: Buffer;
  readonly comment?: string;
  readonly count?: number;
  readonly disks?: number;
  readonly shift?: number;
}

function field(bytes: 2 | 4, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 2) buffer.writeUInt16LE(value);
  else buffer.writeUInt32LE(value);
  return buffer;
}

function fields(...list: readonly (readonly [2 | 4, number])[]): Buffer {
  return Buffer.concat(list.map(([bytes, value]) => field(bytes, value)));
}

export function zip(files: readonly ZipFile[], { before = Buffer.alloc(0), between = Buffer.alloc(0), behind = Buffer.alloc(0), comment = "", count, disks = 0, shift = 0 }: ZipShape = {}): Buffer {
  const locals: Buffer[] = [before];
  const list: Buffer[] = [];
  let at = before.length;
  for (const { name, content = "", listed = {}, streamed = false, flags: more = 0, method = 8 } of files) {
    const raw = Buffer.from(content as string);
    const packed = zlib.deflateRawSync(raw);
    const crc = zlib.crc32(raw);
    const flags = 0x800 | (streamed ? 8 : 0) | more;
    const nameBytes = Buffer.from(name);
    const sizes = streamed ? [0, 0, 0] : [crc, packed.length, raw.length];
    const tail = streamed ? fields([4, 0x08074b50], [4, crc], [4, packed.length], [4, raw.length]) : Buffer.alloc(0);
    const local = Buffer.concat([fields([4, 0x04034b50], [2, 20], [2, flags], [2, method], [4, 0], [4, sizes[0] ?? 0], [4, sizes[1] ?? 0], [4, sizes[2] ?? 0], [2, nameBytes.length], [2, 0]), nameBytes, packed, tail]);
    const listedName = Buffer.from(listed.name ?? name);
    const { extra = Buffer.alloc(0) } = listed;
    list.push(
      Buffer.concat([
        fields([4, 0x02014b50], [2, 0x0314], [2, 20], [2, flags], [2, method], [4, 0], [4, crc], [4, listed.packedBytes ?? packed.length], [4, listed.bytes ?? raw.length]),
        fields([2, listedName.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, listed.attributes ?? 0], [4, listed.from ?? at]),
        listedName,
        extra,
      ]),
    );
    locals.push(local);
    at += local.length;
  }
  const start = at + between.length;
  const directory = Buffer.concat(list);
  const end = fields([4, 0x06054b50], [2, disks], [2, disks], [2, count ?? files.length], [2, count ?? files.length], [4, directory.length], [4, start + shift], [2, Buffer.byteLength(comment)]);
  return Buffer.concat([...locals, between, directory, end, Buffer.from(comment), behind]);
}

export interface TarFile {
  readonly name: string;
  readonly content?: string;
  readonly flag?: string;
  readonly size?: number;
  readonly prefix?: string;
}

export function tar(files: readonly TarFile[], { end = true }: { readonly end?: boolean } = {}): Buffer {
  const blocks = files.flatMap(({ name, content = "", flag = "0", size, prefix = "" }) => {
    const header = Buffer.alloc(512);
    const bytes = Buffer.from(content);
    header.write(name, 0, 100);
    header.write("0000644\0", 100);
    header.write(`${(size ?? bytes.length).toString(8).padStart(11, "0")}\0`, 124);
    header.write("00000000000\0", 136);
    header.write(flag, 156);
    header.write("ustar\x0000", 257, "latin1");
    header.write(prefix, 345, 155);
    header.write("        ", 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(end ? 1_024 : 0)]);
}

/** One record of pax. */
export function pax(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  const length = rest + String(rest + String(rest).length).length;
  return `${length} ${key}=${value}\n`;
}
