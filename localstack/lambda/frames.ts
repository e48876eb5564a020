/** Reader of the frames that a function's process writes; `runtime.cjs` has the format. */

const HEADER_BYTES = 5;

export type FrameType = 'L' | 'S' | 'R' | 'M' | 'O' | 'F' | 'I' | 'X';

/** Puts the chunks of a stream together again and hands on each whole frame, in order. */
export function createFrameReader(onFrame: (type: FrameType, body: Buffer) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let buffered = 0;
  let needed = HEADER_BYTES;
  return (chunk) => {
    chunks.push(chunk);
    buffered += chunk.length;
    // joining only when a whole frame has come keeps a large answer from being copied once per chunk
    if (buffered < needed) return;
    let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    for (;;) {
      needed = bytes.length < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + bytes.readUInt32BE(1);
      if (bytes.length < needed) break;
      onFrame(String.fromCharCode(bytes[0]!) as FrameType, bytes.subarray(HEADER_BYTES, needed));
      bytes = bytes.subarray(needed);
    }
    chunks = bytes.length === 0 ? [] : [bytes];
    buffered = bytes.length;
  };
}
