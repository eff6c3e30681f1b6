// The public types of `@serialport/bindings-cpp` and ours are assignable both ways: this file passes if it compiles.
// The one exception is the class of an open port: the original's has a private member, which no other class can have.

import type * as ours from "@anyserial/bindings-cpp";
import type * as theirs from "@serialport/bindings-cpp";
import { expectTypeOf } from "expect-type";

/** The public members of a class. */
type Public<T> = { readonly [K in keyof T]: T[K] };
/** Belongs to the native code of the original. */
type Native = "poller";

// Options, states and errors.
expectTypeOf<ours.LinuxOpenOptions>().toEqualTypeOf<theirs.LinuxOpenOptions>();
expectTypeOf<ours.DarwinOpenOptions>().toEqualTypeOf<theirs.DarwinOpenOptions>();
expectTypeOf<ours.WindowsOpenOptions>().toEqualTypeOf<theirs.WindowsOpenOptions>();
expectTypeOf<ours.LinuxPortStatus>().toEqualTypeOf<theirs.LinuxPortStatus>();
expectTypeOf<ours.LinuxSetOptions>().toEqualTypeOf<theirs.LinuxSetOptions>();
expectTypeOf<ours.BindingsError>().toExtend<theirs.BindingsError>();
expectTypeOf<theirs.BindingsError>().toExtend<ours.BindingsError>();
expectTypeOf<typeof ours.BindingsError>().toExtend<typeof theirs.BindingsError>();
expectTypeOf<typeof theirs.BindingsError>().toExtend<typeof ours.BindingsError>();

// The types of the interface are the same ones.
expectTypeOf<ours.BindingInterface>().toEqualTypeOf<theirs.BindingInterface>();
expectTypeOf<ours.BindingPortInterface>().toEqualTypeOf<theirs.BindingPortInterface>();
expectTypeOf<ours.BindingsErrorInterface>().toEqualTypeOf<theirs.BindingsErrorInterface>();
expectTypeOf<ours.OpenOptions>().toEqualTypeOf<theirs.OpenOptions>();
expectTypeOf<ours.PortInfo>().toEqualTypeOf<theirs.PortInfo>();
expectTypeOf<ours.PortStatus>().toEqualTypeOf<theirs.PortStatus>();
expectTypeOf<ours.SetOptions>().toEqualTypeOf<theirs.SetOptions>();
expectTypeOf<ours.UpdateOptions>().toEqualTypeOf<theirs.UpdateOptions>();
expectTypeOf<ours.OpenOptionsFromBinding<ours.LinuxBindingInterface>>().toEqualTypeOf<
  theirs.OpenOptionsFromBinding<theirs.LinuxBindingInterface>
>();
expectTypeOf<ours.PortInfoFromBinding<ours.AutoDetectTypes>>().toEqualTypeOf<
  theirs.PortInfoFromBinding<theirs.AutoDetectTypes>
>();

// Theirs in place of ours: everything.
expectTypeOf<theirs.LinuxPortBinding>().toExtend<ours.LinuxPortBinding>();
expectTypeOf<theirs.DarwinPortBinding>().toExtend<ours.DarwinPortBinding>();
expectTypeOf<theirs.WindowsPortBinding>().toExtend<ours.WindowsPortBinding>();
expectTypeOf<theirs.LinuxBindingInterface>().toExtend<ours.LinuxBindingInterface>();
expectTypeOf<theirs.DarwinBindingInterface>().toExtend<ours.DarwinBindingInterface>();
expectTypeOf<theirs.WindowsBindingInterface>().toExtend<ours.WindowsBindingInterface>();
expectTypeOf<theirs.AutoDetectTypes>().toExtend<ours.AutoDetectTypes>();
expectTypeOf<typeof theirs.autoDetect>().toExtend<typeof ours.autoDetect>();
expectTypeOf<theirs.PortInterfaceFromBinding<theirs.AutoDetectTypes>>().toExtend<
  ours.PortInterfaceFromBinding<ours.AutoDetectTypes>
>();

// Ours in place of theirs: everything on Windows, and elsewhere each public member but the poller.
expectTypeOf<ours.WindowsPortBinding>().toExtend<theirs.WindowsPortBinding>();
expectTypeOf<ours.WindowsBindingInterface>().toExtend<theirs.WindowsBindingInterface>();
expectTypeOf<ours.LinuxPortBinding>().toExtend<Omit<Public<theirs.LinuxPortBinding>, Native>>();
expectTypeOf<ours.DarwinPortBinding>().toExtend<Omit<Public<theirs.DarwinPortBinding>, Native>>();
expectTypeOf<keyof theirs.LinuxPortBinding>().toEqualTypeOf<keyof ours.LinuxPortBinding | Native>();
expectTypeOf<keyof theirs.DarwinPortBinding>().toEqualTypeOf<
  keyof ours.DarwinPortBinding | Native
>();
expectTypeOf<keyof theirs.WindowsPortBinding>().toEqualTypeOf<keyof ours.WindowsPortBinding>();

// Every binding is one of the interface, which is how the stream class takes it.
expectTypeOf<ours.AutoDetectTypes>().toExtend<theirs.BindingInterface>();
expectTypeOf<ours.LinuxPortBinding>().toExtend<theirs.BindingPortInterface>();
expectTypeOf<ours.DarwinPortBinding>().toExtend<theirs.BindingPortInterface>();

// The exception, to the letter: `poller` and the private `writeOperation`.
// @ts-expect-error -- the class of the original has a private member
expectTypeOf<ours.LinuxPortBinding>().toExtend<theirs.LinuxPortBinding>();
// @ts-expect-error -- the class of the original has a private member
expectTypeOf<ours.DarwinPortBinding>().toExtend<theirs.DarwinPortBinding>();
