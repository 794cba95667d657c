// Writes reference.jsonl: what the reference implementation of JSONata answers to
// each expression of expressions.txt, with the variables of bindings.json.
//
//   npm install --prefix DIR jsonata@2.0.6
//   node reference.mjs DIR
//
// Where the reference fails by accident (a JavaScript TypeError and the like) it
// is no reference, and the expression is left out.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const jsonata = createRequire(resolve(process.argv[2]) + '/')('jsonata');
const here = (name) => new URL(name, import.meta.url);
const bindings = JSON.parse(readFileSync(here('bindings.json'), 'utf8'));
const isFunction = (v) => typeof v === 'function' || v?._jsonata_lambda || v?._jsonata_function;
const lines = [];
for (const line of readFileSync(here('expressions.txt'), 'utf8').split('\n').filter(Boolean)) {
  const expr = JSON.parse(line);
  try {
    const v = await jsonata(expr).evaluate(undefined, structuredClone(bindings));
    const text = isFunction(v) ? undefined : JSON.stringify(v, (_, x) => (isFunction(x) ? '' : x));
    lines.push(text === undefined ? { expr, undefined: true } : { expr, result: text });
  } catch (e) {
    if (e.code) lines.push({ expr, code: e.code, message: e.message });
  }
}
writeFileSync(here('reference.jsonl'), lines.map((l) => JSON.stringify(l) + '\n').join(''));
