import type { ExportFormat, ImportFormat } from '../../app/contract-files';

export interface FormatWords {
  readonly format: ExportFormat;
  readonly label: string;
  /** What it is good for. */
  readonly words: string;
}

/** The formats of an export, as a person chooses among them. */
export const EXPORT_CHOICES: readonly FormatWords[] = [
  {
    format: 'recording',
    label: 'Recording (.mqttrec)',
    words: 'Exact and compressed, with sessions and gaps. Opens again here.',
  },
  {
    format: 'ndjson',
    label: 'NDJSON',
    words: 'One JSON object a line, for scripts. Opens again here.',
  },
  {
    format: 'csv',
    label: 'CSV',
    words: 'All columns, values exact: load them as text in a spreadsheet.',
  },
  {
    format: 'parquet',
    label: 'Parquet',
    words: 'For DuckDB, pandas and Spark. Payloads are bytes.',
  },
  {
    format: 'mqtt_recorder',
    label: 'CSV of mqtt_recorder',
    words: 'For that tool: topic, payload, QoS, retain and times. Leaves out properties.',
  },
];

export const IMPORT_NAMES: Readonly<Record<ImportFormat, string>> = {
  recording: 'Recording of MQTT Loupe',
  ndjson: 'NDJSON',
  csv: 'CSV',
  mqtt_recorder: 'CSV of mqtt_recorder',
};
