import type { DecodingCalls } from '../../../app/contract-decoding';
import type { Implementation } from '../../../app/rpc/derive';
import type { DecodingDesk } from './decoding-desk';
import { glancesAt } from './row-glances';

/** The decoding's part of the contract. */
export function decodingCalls(desk: DecodingDesk): Implementation<DecodingCalls> {
  return {
    decode: (request) => desk.decode(request),
    glances: ({ profileId, rows }) => glancesAt(desk, profileId, rows),
    decoders: () => desk.decoders(),
    saveDecodingRules: (arg) => {
      desk.saveRules(arg);
    },
    saveDecodingSchema: ({ schema }) => desk.saveSchema(schema),
    deleteDecodingSchema: ({ schemaId }) => {
      desk.deleteSchema(schemaId);
    },
    exportDecoding: () => desk.export(),
    importDecoding: ({ bytes }) => desk.import(bytes),
  };
}
