// Usage: node write.mjs FOLDER
// Writes the files of ../data that test_table.c reads: a stream and a file of the same two batches, and one of each
// kind that it must refuse.
import {writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const require = createRequire(pathToFileURL(process.cwd() + '/'));
const arrow = require('apache-arrow');

const time = new arrow.Timestamp(arrow.TimeUnit.NANOSECOND, null);
const fields = [
  new arrow.Field('timestamp', time, false),
  new arrow.Field('value', new arrow.Float64(), false),
  new arrow.Field('count', new arrow.Int64(), true),
];
const schema = new arrow.Schema(fields);

function batch(first, rows) {
  const at = Array.from({length: rows}, (_, i) => first + i);
  const columns = [
    arrow.makeData({type: time, length: rows, nullCount: 0, data: BigInt64Array.from(at, (i) => 1700000000123456789n + BigInt(i))}),
    arrow.makeData({type: new arrow.Float64(), length: rows, nullCount: 0, data: Float64Array.from(at, (i) => i / 8)}),
    arrow.makeData({type: new arrow.Int64(), length: rows, nullCount: 0, data: BigInt64Array.from(at, (i) => -BigInt(i))}),
  ];
  return new arrow.RecordBatch(schema, arrow.makeData({type: new arrow.Struct(fields), length: rows, nullCount: 0, children: columns}));
}

const folder = process.argv[2];
const table = new arrow.Table(schema, [batch(0, 5), batch(5, 3)]);
writeFileSync(`${folder}/two-batches.arrows`, arrow.tableToIPC(table, 'stream'));
writeFileSync(`${folder}/two-batches.arrow`, arrow.tableToIPC(table, 'file'));
const one = (name, vector) => writeFileSync(`${folder}/${name}.arrows`, arrow.tableToIPC(new arrow.Table({x: vector}), 'stream'));
one('nulls', arrow.vectorFromArray([1, null, 3], new arrow.Float64()));
one('float32', arrow.vectorFromArray([1, 2, 3], new arrow.Float32()));
one('text', arrow.vectorFromArray(['a', 'b'], new arrow.Utf8()));
one('dictionary', arrow.vectorFromArray(['a', 'b', 'a']));
one('milliseconds', arrow.vectorFromArray([1, 2], new arrow.Timestamp(arrow.TimeUnit.MILLISECOND, null)));
one('zone', arrow.vectorFromArray([1, 2], new arrow.Timestamp(arrow.TimeUnit.NANOSECOND, 'UTC')));
