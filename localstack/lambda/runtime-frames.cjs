/**
 * The way out of a function's process: frames on file descriptor 3, written synchronously, so that a line logged just
 * before the answer, or before the process dies, arrives before it: type (1 byte), length (4 bytes, big endian), body.
 *
 *   L one log event · S bytes of standard output or error · R ready · M {"maxRssKb"} · O answer (JSON text)
 *   F the handler's error · I error while loading · X error that ends the process (F, I, X: JSON with `errorType`)
 */
'use strict';
const fs = require('node:fs');

const FRAMES_FD = 3;
const HEADER_BYTES = 5;

/** One frame as bytes; the body is text or bytes. */
function encode(type, body) {
  const size = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + size);
  bytes.write(type, 0, 'latin1');
  bytes.writeUInt32BE(size, 1);
  if (typeof body === 'string') bytes.write(body, HEADER_BYTES);
  else bytes.set(body, HEADER_BYTES);
  return bytes;
}

/** Writes frames, given as `[type, body]`, with one system call where the pipe has room. */
function writeFrames(...frames) {
  const bytes =
    frames.length === 1 ? encode(...frames[0]) : Buffer.concat(frames.map((each) => encode(...each)));
  try {
    let at = 0;
    while (at < bytes.length) at += fs.writeSync(FRAMES_FD, bytes, at);
  } catch {
    process.reallyExit(1); // the cloud is gone: nobody is left to answer
  }
}

module.exports = { writeFrames };
