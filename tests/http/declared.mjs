// Does an answer fit what the API's description declares?
import assert from 'node:assert/strict';
import Ajv from 'ajv/dist/2020.js';
import { guid, time } from './sdk/shapes.mjs';

const ajv = new Ajv({ strict: false, verbose: true,
    formats: { uuid: guid, 'date-time': time, password: true } });
const compiled = new WeakMap();

// schema: one of api's; "#/components/..." in it are api's, too.
export function fits(api, schema, value, where) {
    if (!compiled.has(schema))
        compiled.set(schema, ajv.compile({ ...schema,
            components: api.components }));
    const check = compiled.get(schema);
    if (check(value))
        return;
    const [e] = check.errors;
    assert.fail(`${where}${e.instancePath} ${e.message}: ` +
        `${JSON.stringify(e.params)}, and is ` +
        JSON.stringify(e.data)?.slice(0, 200));
}
