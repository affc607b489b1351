// Usage: node read.mjs FILE [SKIP]
// Prints what Apache Arrow's library finds in a stream or a file, past the first SKIP bytes, as JSON; whole numbers of
// 64 bits as text.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

// The packages are in the folder where this is run, not beside this script.
const require = createRequire(pathToFileURL(process.cwd() + '/'));
const {tableFromIPC} = require('apache-arrow');

const bytes = readFileSync(process.argv[2]).subarray(Number(process.argv[3] ?? 0));
const table = tableFromIPC(bytes);
const plain = (value) => typeof value === 'bigint' ? value.toString() : value;
console.log(JSON.stringify({
  rows: table.numRows,
  fields: table.schema.fields.map((field) => [field.name, String(field.type), field.nullable]),
  batches: table.batches.map((batch) => ({
    rows: batch.numRows,
    nulls: batch.data.children.reduce((sum, column) => sum + column.nullCount, 0),
    label: Object.fromEntries(batch.metadata ?? []),
    columns: batch.data.children.map((column) => Array.from(column.values.subarray(0, column.length), plain)),
  })),
}));
