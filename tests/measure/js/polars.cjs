// Usage: node polars.cjs FILE stream|file [SKIP]
// Prints the columns that Polars finds in a stream or a file, past the first SKIP bytes, as JSON; whole numbers of 64
// bits as text.
const {readFileSync} = require('node:fs');
const {createRequire} = require('node:module');

// The packages are in the folder where this is run, not beside this script.
const pl = createRequire(process.cwd() + '/')('nodejs-polars');

const bytes = readFileSync(process.argv[2]).subarray(Number(process.argv[4] ?? 0));
const frame = process.argv[3] === 'file' ? pl.readIPC(bytes) : pl.readIPCStream(bytes);
const text = (name) => frame.getColumn(name).cast(pl.Int64).cast(pl.Utf8).toArray();
console.log(JSON.stringify({
  timestamp: text('timestamp'),
  value: frame.getColumn('value').toArray(),
  count: text('count'),
  nulls: frame.columns.reduce((sum, name) => sum + frame.getColumn(name).nullCount(), 0),
}));
