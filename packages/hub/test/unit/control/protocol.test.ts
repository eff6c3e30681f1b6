import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import {
  formatFailure,
  formatLine,
  parseAnswer,
  parseInject,
  parseRequest,
} from "../../../dist/control/protocol.js";

test("parseRequest() reads the output of formatLine()", () => {
  const params = { network: "net", member: "a", base64: "aGk=" };
  const line = formatLine({ id: 7, method: "inject", params });

  equal(
    line,
    '{"id":7,"method":"inject","params":{"network":"net","member":"a","base64":"aGk="}}\n',
  );
  deepEqual(parseRequest(line), { id: 7, method: "inject", params });
});

for (const line of [
  "",
  "no JSON",
  "null",
  "7",
  "[]",
  '{"method":"status"}',
  '{"id":"7","method":"status"}',
  '{"id":7}',
  '{"id":7,"method":"unknown"}',
  '{"id":7,"method":"toString"}',
  '{"id":7,"method":["status"]}',
]) {
  test(`parseRequest() refuses ${line || "an empty line"}`, () => {
    equal(parseRequest(line), undefined);
  });
}

test("parseInject() needs network, member and base64 as text", () => {
  const params = { network: "net", member: "a", base64: "" };

  deepEqual(parseInject(params), params);
  for (const name of Object.keys(params)) {
    equal(parseInject({ ...params, [name]: 7 }), undefined);
    equal(parseInject({ ...params, [name]: undefined }), undefined);
  }
  for (const other of [undefined, null, "text", []]) equal(parseInject(other), undefined);
});

test("parseAnswer() reads results, null ones too, and errors", () => {
  deepEqual(parseAnswer('{"id":1,"result":null}'), { id: 1, result: null });
  deepEqual(parseAnswer('{"id":1,"result":{"pid":7}}'), { id: 1, result: { pid: 7 } });
  const failure = parseAnswer(formatFailure(2, new Error("made up")));
  deepEqual(failure, { id: 2, error: { name: "Error", message: "made up", code: "ERR_HUB" } });
});

test("parseAnswer() refuses a line that is no answer", () => {
  for (const line of [
    "no JSON",
    "null",
    "{}",
    '{"id":1}',
    '{"result":1}',
    '{"id":"1","result":1}',
  ]) {
    equal(parseAnswer(line), undefined);
  }
});
