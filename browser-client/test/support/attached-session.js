// A session of dialect 2 at its client, attached, without anything that carries it.
import assert from 'node:assert/strict';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame, FrameDecoder } from '../../src/dialect2/core/frames.js';
import { ResumableSession } from '../../src/dialect2/core/session.js';

export const HEARTBEAT = 15_000;
export const RESUME_TIMEOUT = 30_000;
export const MIB = 1 << 20;

export const hello = (heartbeat = HEARTBEAT) => frame(FrameType.HELLO, [heartbeat, RESUME_TIMEOUT]);

/** @param {{ resumeTimeout?: number, initialWindow?: number, firstLimit?: number, confirmsRead?: boolean, maxWindow?: number, maxUnconfirmed?: number }} [options] */
export function attached(options) {
  const core = new ResumableSession({ initialWindow: 100, maxWindow: 400, random: () => 0.5, ...options }, 0);
  const download = core.openDownload(0);
  core.received(download, hello(), 0);
  core.received(download, frame(FrameType.WINDOW, [0, 100]), 0);
  return { core, download };
}

/** @param {{ bytes: Uint8Array } | null} part */
export function framesOf(part) {
  assert.ok(part);
  return [...new FrameDecoder().decode(part.bytes)].map(({ type, fields, bytes }) => ({ type, fields, bytes }));
}

/** @param {number} offset @param {string} text */
export const data = (offset, text) => Buffer.concat([frame(FrameType.DATA, [offset], text.length), Buffer.from(text)]);
