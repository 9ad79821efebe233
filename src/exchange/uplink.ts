/**
 * Uplink: the way from the caller to the API once both have left HTTP behind. The way back is the answer's content.
 */
export interface Uplink {
  /** @returns false when there is no room for more: the callback of `onRoom` follows */
  readonly write: (bytes: Uint8Array) => boolean;
  readonly onRoom: (callback: () => void) => void;
  /** Calls back once if the API takes no more, though it has ended its own side in order. */
  readonly onGone: (callback: () => void) => void;
  /** The caller sends no more. */
  readonly end: () => void;
  /** Ends both directions at once. */
  readonly close: () => void;
}
