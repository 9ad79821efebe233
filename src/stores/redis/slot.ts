/** Slot: to which of a cluster's 16,384 parts a key belongs (CRC-16/XMODEM). */

export const SLOTS = 16_384;

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  return crc & 0xffff;
});

/** @param key without braces: then all of it counts */
export function slotOf(key: string): number {
  let crc = 0;
  for (let at = 0; at < key.length; at++) crc = ((crc << 8) & 0xffff) ^ (TABLE[((crc >>> 8) ^ key.charCodeAt(at)) & 0xff] ?? 0);
  return crc % SLOTS;
}
