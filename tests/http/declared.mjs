// Does an answer fit what the API's description declares?
import assert from 'node:assert/strict';
import Ajv from 'ajv/dist/2020.js';
import { guid, time } from './sdk/shapes.mjs';

const ajv = new Ajv({ strict: false, verbose: true, validateSchema: false,
    inlineRefs: false, code: { optimize: false },
    formats: { uuid: guid, 'date-time': time, password: true } });
const compiled = new WeakMap();
let known;

// "#/components/schemas/Profile" is the schema of the name Profile.
const named = (schema) => JSON.parse(JSON.stringify(schema)
    .replaceAll('"$ref":"#/components/schemas/', '"$ref":"'));

// What all answers share is made ready once: while it is, nothing else goes
// on, and a server does not keep a connection for ever.
function compile(api, schema) {
    if (known !== api) {
        assert.equal(known, undefined, 'one description a run');
        known = api;
        for (const [name, one] of Object.entries(api.components.schemas))
            ajv.addSchema(named(one), name);
    }
    return ajv.compile(named(schema));
}

// schema: one of api's; "#/components/..." in it are api's, too.
export function fits(api, schema, value, where) {
    if (!compiled.has(schema))
        compiled.set(schema, compile(api, schema));
    const check = compiled.get(schema);
    if (check(value))
        return;
    const [e] = check.errors;
    assert.fail(`${where}${e.instancePath} ${e.message}: ` +
        `${JSON.stringify(e.params)}, and is ` +
        JSON.stringify(e.data)?.slice(0, 200));
}
