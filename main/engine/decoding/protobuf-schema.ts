import Long from 'long';
import protobuf from 'protobufjs';
import { FileDescriptorSet } from 'protobufjs/ext/descriptor';
import { messageOf } from '../../../app/errors';
import type { DecodingSchema } from '../../../app/decoding/rules';
import { decodeUtf8 } from '../../../app/payload/utf8';

protobuf.util.Long = Long;
protobuf.configure();

/** The files of a schema, understood. */
export type ProtobufSchema = protobuf.Root;

/** @throws Error that says which file can't be understood and why */
export function readProtobufSchema(schema: DecodingSchema): ProtobufSchema {
  const descriptor = schema.files.find(({ name }) => !name.endsWith('.proto'));
  const root = descriptor ? ofDescriptorSet(descriptor.bytes) : ofSources(schema.files);
  try {
    root.resolveAll();
  } catch (error) {
    throw new Error(`A type is missing: ${messageOf(error)}. Add the file that defines it.`, {
      cause: error,
    });
  }
  return root;
}

/** Full names of all message types. */
export function messageTypes(root: ProtobufSchema): string[] {
  const names: string[] = [];
  const waiting: protobuf.NamespaceBase[] = [root];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const nested of next.nestedArray) {
      if (nested instanceof protobuf.Type) names.push(nested.fullName.replace(/^\./, ''));
      if (nested instanceof protobuf.Namespace) waiting.push(nested);
    }
  }
  return names.filter((name) => !name.startsWith('google.protobuf.')).sort();
}

function ofDescriptorSet(bytes: Uint8Array): protobuf.Root {
  try {
    const set = FileDescriptorSet.decode(bytes);
    return (protobuf.Root as unknown as DescriptorReader).fromDescriptor(set);
  } catch (error) {
    throw new Error(
      `It is no descriptor set (${messageOf(error)}). Make one with protoc --include_imports --descriptor_set_out, or bring the .proto files.`,
      { cause: error },
    );
  }
}

/** What `protobufjs/ext/descriptor` adds to the class. */
interface DescriptorReader {
  fromDescriptor(set: unknown): protobuf.Root;
}

function ofSources(files: DecodingSchema['files']): protobuf.Root {
  const root = new protobuf.Root();
  const read = new Set<string>();
  const waiting = files.map(({ name }) => name);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (read.has(name)) continue;
    read.add(name);
    const file = files.find((one) => one.name === name);
    if (!file) continue;
    for (const wanted of parseInto(root, name, file.bytes)) {
      const common = protobuf.common.get(wanted);
      const found = fileFor(files, wanted);
      if (found !== undefined) waiting.push(found);
      else if (common) addCommon(root, read, wanted, common);
      else {
        throw new Error(`${name} imports “${wanted}”, which is not among the files. Add it too.`);
      }
    }
  }
  return root;
}

/** An import names a path; what was brought has at least its last part. */
function fileFor(files: DecodingSchema['files'], wanted: string): string | undefined {
  const exact = files.find(({ name }) => name === wanted || name.endsWith(`/${wanted}`));
  if (exact) return exact.name;
  const last = wanted.slice(wanted.lastIndexOf('/') + 1);
  return files.find(({ name }) => name === last || wanted.endsWith(`/${name}`))?.name;
}

function addCommon(
  root: protobuf.Root,
  read: Set<string>,
  name: string,
  common: protobuf.INamespace,
): void {
  if (read.has(name)) return;
  read.add(name);
  root.addJSON(common.nested ?? {});
}

function parseInto(root: protobuf.Root, name: string, bytes: Uint8Array): readonly string[] {
  const source = decodeUtf8(bytes);
  if (source === null) throw new Error(`${name} is no text in UTF-8.`);
  try {
    const parsed = protobuf.parse(source, root, { keepCase: true });
    return [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])];
  } catch (error) {
    throw new Error(`${name} can't be understood: ${messageOf(error)}.`, { cause: error });
  }
}
