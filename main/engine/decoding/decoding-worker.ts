/**
 * The thread that decodes and encodes payloads: schemas that people bring, the code that libraries make of them and hostile bytes
 * stay in here, under limits of time and memory. The bundle of this file is started by decoding-thread.ts.
 */
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../../app/errors';
import type { DecodingSchema } from '../../../app/decoding/rules';
import { readAvroSchema } from './avro-schema';
import { runChain } from './chain';
import { decoderInfos } from './decoder-list';
import { runEncode } from './encode';
import { encoderInfos } from './encoder-list';
import type {
  DecodingResults,
  DecodingTask,
  FromDecodingThread,
  ToDecodingThread,
} from './decoding-protocol';
import { messageTypes, readProtobufSchema } from './protobuf-schema';

let schemas = new Map<string, DecodingSchema>();

function run(task: DecodingTask): DecodingResults[DecodingTask['kind']] {
  if (task.kind === 'list') return decoderInfos;
  if (task.kind === 'encoders') return encoderInfos;
  if (task.kind === 'types') return typesOf(task.schema);
  const schema = (id: string): DecodingSchema | undefined => schemas.get(id);
  if (task.kind === 'encode') return runEncode(task.order, { ...task, schema });
  const { bytes, facts, sparkplug, maxBytes } = task;
  return runChain(bytes, facts, { topic: facts.topic, maxBytes, schema, sparkplug });
}

function typesOf(schema: DecodingSchema): string[] {
  if (schema.kind === 'protobuf') return messageTypes(readProtobufSchema(schema));
  const { name } = readAvroSchema(schema) as unknown as { readonly name?: string };
  return name === undefined ? [] : [name];
}

function tell(message: FromDecodingThread): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (message: ToDecodingThread) => {
  if (message.t === 'schemas') {
    schemas = new Map(message.schemas.map((schema) => [schema.id, schema]));
    return;
  }
  const { id, task } = message;
  try {
    tell({ t: 'done', id, result: run(task) });
  } catch (error) {
    tell({ t: 'failed', id, message: messageOf(error) });
  }
});
tell({ t: 'ready' });
