import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import {
  misfitsOf,
  receiversOf,
  receives,
  rolesOf,
  type TopologyMember,
} from "../../../dist/model/topology.js";
import type { Topology } from "../../../dist/model/types.js";

function members(...roles: TopologyMember["role"][]): TopologyMember[] {
  return roles.map((role, index) => ({ name: `m${index}`, role }));
}

/** Members with the roles that their topology gives them. */
function placed(topology: Topology, ...roles: TopologyMember["role"][]): TopologyMember[] {
  const all = members(...roles);
  const given = rolesOf(topology, all);
  return all.map(({ name, role }, at) => ({ name, role: given[at] ?? role }));
}

test("receives() keeps the devices of a star apart, on whatever hub they are", () => {
  equal(receives("star", "member", "member"), false);
  equal(receives("star", "member", "controller"), true);
  equal(receives("star", "tap", "member"), true);
  equal(receives("bus", "member", "tap"), false);
});

test("receiversOf() connects every member of a bus with every other", () => {
  deepEqual(receiversOf("bus", members("member", "member", "member")), [
    [1, 2],
    [0, 2],
    [0, 1],
  ]);
});

test("receiversOf() lets a tap receive everything and send nothing", () => {
  deepEqual(receiversOf("bus", members("member", "tap", "member")), [[1, 2], [], [0, 1]]);
});

test("receiversOf() joins the two of a pair", () => {
  deepEqual(receiversOf("pair", members("member", "member", "tap")), [[1, 2], [0, 2], []]);
});

test("receiversOf() lets devices of a star receive from the controller only", () => {
  deepEqual(receiversOf("star", members("member", "controller", "member")), [[1], [0, 2], [1]]);
});

test("rolesOf() makes the first member of a star its controller", () => {
  deepEqual(receiversOf("star", placed("star", "tap", "member", "member")), [[], [0, 2], [0, 1]]);
});

test("rolesOf() makes all but the first two of a tap listen only", () => {
  deepEqual(receiversOf("tap", placed("tap", "member", "member", "member")), [[1, 2], [0, 2], []]);
});

test("rolesOf() says what each member is", () => {
  deepEqual(rolesOf("star", members("member", "member")), ["controller", "member"]);
});

test("misfitsOf() finds members that do not fit", () => {
  const reasons = (...given: Parameters<typeof misfitsOf>): readonly string[] =>
    misfitsOf(...given).map(({ field, reason }) => `${field}: ${reason}`);

  deepEqual(reasons("bus", members("member", "member")), []);
  deepEqual(reasons("pair", members("member", "tap", "member")), []);
  deepEqual(reasons("pair", members("member", "member", "member")), [
    "members: has 3 members that are no taps: a pair has two; others need role: tap",
  ]);
  deepEqual(reasons("pair", members("member")), [
    "members: has 1 members that are no taps: a pair has two; others need role: tap",
  ]);
  deepEqual(reasons("tap", members("member", "tap")), [
    "members: has too few members: a tap receives from two",
  ]);
  deepEqual(reasons("star", members("controller", "controller")), [
    "members: has 2 controllers: a star has one",
  ]);
  deepEqual(reasons("bus", members("member", "controller")), [
    "members.m1.role: controller is for topology: star",
  ]);
});
