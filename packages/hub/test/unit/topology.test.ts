import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { hearersOf, misfitOf, rolesOf, type Seat } from "#internal/topology.js";

function seats(...roles: Seat["role"][]): Seat[] {
  return roles.map((role, index) => ({ name: `m${index}`, role }));
}

test("hearersOf() lets everybody on a bus hear everybody else", () => {
  deepEqual(hearersOf("bus", seats("member", "member", "member")), [
    [1, 2],
    [0, 2],
    [0, 1],
  ]);
});

test("hearersOf() lets a tap hear everything and be heard by nobody", () => {
  deepEqual(hearersOf("bus", seats("member", "tap", "member")), [[1, 2], [], [0, 1]]);
});

test("hearersOf() joins the two of a pair", () => {
  deepEqual(hearersOf("pair", seats("member", "member", "tap")), [[1, 2], [0, 2], []]);
});

test("hearersOf() lets devices of a star hear the controller only", () => {
  deepEqual(hearersOf("star", seats("member", "controller", "member")), [[1], [0, 2], [1]]);
});

test("hearersOf() makes the first member of a star its controller", () => {
  deepEqual(hearersOf("star", seats("tap", "member", "member")), [[], [0, 2], [0, 1]]);
});

test("hearersOf() makes all but the first two of a tap listen only", () => {
  deepEqual(hearersOf("tap", seats("member", "member", "member")), [[1, 2], [0, 2], []]);
});

test("rolesOf() says what each member is", () => {
  deepEqual(rolesOf("star", seats("member", "member")), ["controller", "member"]);
});

test("misfitOf() finds members that do not fit", () => {
  equal(misfitOf("bus", seats("member", "member")), undefined);
  equal(misfitOf("pair", seats("member", "member", "member"))?.got, "3 members");
  equal(misfitOf("star", seats("controller", "controller"))?.got, "2 controllers");
  equal(misfitOf("bus", seats("controller"))?.got, "a controller in a bus");
});
