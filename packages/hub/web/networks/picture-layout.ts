// Where the picture of a network has its boxes and lines. Pure; in pixels.

import type { MemberSnapshot, NetworkSnapshot } from "../../src/model/types.ts";

export const BOX_WIDTH = 176;
export const BOX_HEIGHT = 50;
const GAP = 20;
/** From a box to the line that all share: room for two rates. */
const DROP = 44;
const BAND = 2 * (BOX_HEIGHT + DROP) + GAP;
const MARGIN = 14;

export interface PlacedBox {
  readonly member: MemberSnapshot;
  readonly x: number;
  readonly y: number;
  /** From the box to the shared line, or to the other box. */
  readonly link: { readonly x: number; readonly y: number; readonly length: number };
}

interface PictureLine {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  /** Lines that members share. */
  readonly trunks: readonly PictureLine[];
}

/**
 * Places the members on both sides of a shared line, in as many bands as the width needs; a
 * controller comes first.
 *
 * @param width Available width, in pixels.
 */
export function layOut({ members, topology }: NetworkSnapshot, width: number): Picture {
  const ordered = topology === "star" ? controllerFirst(members) : members;
  const perRow = Math.max(1, Math.floor((width - 2 * MARGIN + GAP) / (BOX_WIDTH + GAP)));
  const columns = Math.min(perRow, Math.ceil(ordered.length / 2));
  const perBand = 2 * columns;
  const boxes = ordered.map((member, at) => place(member, at, columns));
  const bands = Math.ceil(ordered.length / perBand);
  const right = MARGIN + columns * (BOX_WIDTH + GAP) - GAP;
  const trunks: PictureLine[] = Array.from({ length: bands }, (_, band) => {
    const y = trunkY(band);
    return { x1: MARGIN / 2, y1: y, x2: right, y2: y };
  });
  const isPair = topology === "pair" && ordered.length === 2;
  if (isPair) trunks.length = 0; // one line from box to box
  if (bands > 1) {
    trunks.push({ x1: MARGIN / 2, y1: trunkY(0), x2: MARGIN / 2, y2: trunkY(bands - 1) });
  }
  const rest = ordered.length - (bands - 1) * perBand;
  const height = MARGIN + bands * BAND - GAP - (rest <= columns ? BOX_HEIGHT + DROP - GAP : 0);
  return { width: right + MARGIN, height, boxes, trunks };
}

function place(member: MemberSnapshot, at: number, columns: number): PlacedBox {
  const perBand = 2 * columns;
  const band = Math.floor(at / perBand);
  const inBand = at % perBand;
  const isAbove = inBand < columns;
  const x = MARGIN + (inBand % columns) * (BOX_WIDTH + GAP);
  const trunk = trunkY(band);
  const y = isAbove ? trunk - DROP - BOX_HEIGHT : trunk + DROP;
  const link = { x: x + BOX_WIDTH / 2, y: isAbove ? y + BOX_HEIGHT : trunk, length: DROP };
  return { member, x, y, link };
}

function trunkY(band: number): number {
  return MARGIN / 2 + band * BAND + BOX_HEIGHT + DROP;
}

function controllerFirst(members: readonly MemberSnapshot[]): readonly MemberSnapshot[] {
  const named = members.find(({ role }) => role === "controller");
  const first = named ?? members[0];
  return first === undefined ? [] : [first, ...members.filter((member) => member !== first)];
}
