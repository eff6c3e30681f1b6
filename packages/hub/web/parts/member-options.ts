// Members as choices.

import type { PageStatus } from "../../src/page/wire.ts";
import type { SelectOption } from "./select.tsx";

/** A member by its names. */
export interface MemberName {
  readonly network: string;
  readonly member: string;
}

/** All members, for a {@link Select}; the value is read by {@link parseMember}. */
export function memberOptions(status: PageStatus | undefined): readonly SelectOption[] {
  return (status?.networks ?? []).flatMap(({ name: network, members }) =>
    members.map(({ name: member }) => ({
      value: JSON.stringify([network, member]),
      label: `${network}/${member}`,
    })),
  );
}

/** Reads the value of a choice; `undefined` for the choice of none. */
export function parseMember(value: string): MemberName | undefined {
  if (value === "") return undefined;
  const [network = "", member = ""] = JSON.parse(value) as string[];
  return { network, member };
}
