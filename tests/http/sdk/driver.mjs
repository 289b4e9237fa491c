// The published Node SDK, unmodified: its files, its own configuration, TLS
// with its checks on.  It knows port 443 alone, so its agent connects to the
// test site's port instead; the host and the certificate are as it asks.
//
// works() and fails() call a method and judge the answer, and keep count;
// what was never judged although its endpoint is served shows at the end.
import assert from 'node:assert/strict';
import channel from 'node:diagnostics_channel';
import https from 'node:https';
import { createRequire } from 'node:module';
import tls from 'node:tls';
import { base, fits, key, noteSecrets, openapi, secret, source }
    from '../api.mjs';
import { has } from './shapes.mjs';

const { hostname, port } = new URL(base);
https.globalAgent = Object.assign(new https.Agent({ keepAlive: true }), {
    createConnection: ({ host }) => tls.connect({ host: hostname, port,
        servername: host }) });
const load = createRequire(import.meta.url)('loginradius-sdk');
export const settings = { apiDomain: hostname, apiKey: key,
    apiSecret: secret };
export const sdk = load(settings);

// Every method of every class that the SDK exports.
export const methods = Object.entries(sdk).filter(([name]) =>
    name !== 'helper').flatMap(([name, api]) => Object.keys(api)
    .filter((method) => typeof api[method] === 'function')
    .map((method) => `${name}.${method}`)).sort();
const counts = new Map(methods.map((m) => [m, { works: 0, errors: new Set(),
    request: null }]));

// What went over the wire, by Node's own account of it.
let wire;
channel.subscribe('http.client.request.start', ({ request }) => {
    if (request.agent === https.globalAgent)
        wire = { method: request.method, host: request.host,
            path: request.path.split('?')[0] };
});
channel.subscribe('http.client.response.finish', ({ request, response }) => {
    if (request.agent === https.globalAgent)
        wire.status = response.statusCode;
});

async function called(name, args) {
    assert.ok(counts.has(name), `the SDK has no ${name}`);
    const [api, method] = name.split('.');
    wire = null;
    try {
        return { answer: await sdk[api][method](...args) };
    } catch (error) {
        assert.ok(!(error instanceof Error), error);
        return { error };
    }
}

// The row that serves a request: its template, and its operation.  Of two
// templates that fit, the one with more words of its own.
export async function row({ method, path }) {
    const parts = path.toLowerCase().split('/');
    const literal = (t) => t.split('/').filter((w) => w[0] !== '{').length;
    const fit = Object.entries((await openapi()).paths)
        .filter(([template, operations]) => {
            const wanted = template.toLowerCase().split('/');
            return operations[method.toLowerCase()] &&
                wanted.length === parts.length && wanted.every((w, i) =>
                w === parts[i] || (w[0] === '{' && parts[i]));
        }).sort(([a], [b]) => literal(b) - literal(a))[0];
    return fit && { template: fit[0],
        operation: fit[1][method.toLowerCase()] };
}

async function judged(name, answer) {
    assert.ok(wire?.status, `${name} asked nobody`);
    const at = await row(wire);
    assert.ok(at, `${name}: ${wire.method} ${wire.path} has no row`);
    const declared = at.operation.responses[wire.status];
    assert.ok(declared, `${name}: ${wire.status} is not documented`);
    const { schema } = declared.content['application/json'];
    const api = await openapi();
    if (wire.status === 200)
        fits(api, schema, answer, name);
    return schema;
}

// The method answers, and in this shape.
export async function works(name, args, shape) {
    const { answer, error } = await called(name, args);
    assert.equal(error, undefined, `${name}: ${JSON.stringify(error)}`);
    assert.equal(wire.status, 200, name);
    await judged(name, answer);
    has(shape, answer, name);
    for (const part of [answer, answer.Data ?? {}])
        noteSecrets(['access_token', 'refresh_token', 'session_token', 'Sott']
            .map((n) => part[n]).filter(Boolean));
    counts.get(name).works++;
    return answer;
}

// The server refuses it, with this documented error.
export async function fails(name, args, code, status) {
    const { answer, error } = await called(name, args);
    assert.equal(answer, undefined, `${name}: ${JSON.stringify(answer)}`);
    assert.equal(error.ErrorCode, code, `${name}: ${JSON.stringify(error)}`);
    const schema = await judged(name, error);
    assert.ok(schema.allOf[1].properties.ErrorCode.enum.includes(code),
        `${name}: ${code} is not documented`);
    const { Data, ...envelope } = error;
    for (const extra of Object.keys(Data ?? {}))
        delete envelope[extra];
    // Below /api/v2 every member stands twice.
    for (const member of /^\/api\/v2\//.test(wire.path) ?
        Object.keys(envelope).filter((n) => /^[A-Z]/.test(n)) : []) {
        const twin = member[0].toLowerCase() + member.slice(1);
        assert.equal(envelope[twin], envelope[member], name);
        delete envelope[twin];
    }
    has({ Description: String, ErrorCode: code, Message: String,
        IsProviderError: false, ProviderErrorResponse: null }, envelope,
    name);
    assert.ok(status ? wire.status === status : wire.status >= 400,
        `${name}: ${wire.status}`);
    counts.get(name).errors.add(code);
    return error;
}

// Calls of one person come from one place: only the secret's owner is
// believed, so this matters where the SDK sends it.
export function fromElsewhere() {
    settings.originIp = source();
}

// Is there a row for it?  Tests of what is not built yet wait for that; once
// it is served, standing() misses them.
export const served = async (method, path) =>
    await row({ method, path }) !== undefined;

// What the method would ask, with words for arguments and {} where it insists
// on an object.
async function probed(name) {
    const [api, method] = name.split('.');
    const text = sdk[api][method].toString();
    const names = /\(([^)]*)\)/.exec(text)[1].split(',')
        .map((n) => n.trim()).filter(Boolean);
    const args = names.map(() => 'probe');
    for (let i = 0; i <= names.length; i++) {
        const { answer, error } = await called(name, args);
        if (wire)
            return { ...wire, names, answer, error };
        const wrong = /Parameter (\w+) is not/.exec(error.Description)[1];
        assert.ok(names.includes(wrong), `${name} minds ${wrong}`);
        args[names.indexOf(wrong)] = {};
    }
    return assert.fail(`${name} asks nobody`);
}

// The answers of a server to a path that it does not know.
const unknown = ({ status, error }) => (status === 404 || status === 405) &&
    error?.ErrorCode;

// Each method with what became of it; faults: what is missing.
export async function standing(vendors) {
    const rows = [], faults = [];
    for (const name of methods) {
        const { works: good, errors } = counts.get(name);
        const probe = await probed(name);
        const at = await row(probe);
        const path = at?.template ?? probe.path.replaceAll('probe', '{}');
        const elsewhere = probe.host === hostname ? '' : `//${probe.host}`;
        const asks = `${probe.method} ${elsewhere}${path}`;
        if (!at && !unknown(probe))
            faults.push(`${name}: ${asks} has no row, but was answered ` +
                `${probe.status}`);
        if (at && good === 0)
            faults.push(`${name}: ${asks} is served, but no test has a ` +
                'success of it');
        if (at && errors.size === 0)
            faults.push(`${name}: ${asks} is served, but no test has an ` +
                'error of it');
        rows.push({ name, asks, result: at ? 'works' :
            vendors.some((v) => v.test(name)) ? 'needs an outside vendor' :
            'not built yet' });
    }
    for (const v of vendors)
        if (!methods.some((name) => v.test(name)))
            faults.push(`no method is named like ${v}`);
    return { rows, faults };
}

export function sheet(rows) {
    const version = createRequire(import.meta.url)(
        'loginradius-sdk/package.json').version;
    const count = (result) => rows.filter((r) => r.result === result).length;
    const lines = [`# The Node SDK, method by method`, '',
        'Made by `./dev docs`, from a run of the published `loginradius-sdk` ' +
        version + ',', 'unmodified, against Doorward over TLS. *Works*: a ' +
        'test called it and judged a', 'success, with every documented ' +
        'member and type, and a documented error. *Not', 'built yet*: what ' +
        'it asks for has no row in the route table.', ''];
    for (const result of ['works', 'not built yet',
        'needs an outside vendor'])
        lines.push(`- ${result}: ${count(result)}`);
    let last;
    for (const { name, asks, result } of rows) {
        const [api, method] = name.split('.');
        if (api !== last)
            lines.push('', `## ${api}`, '', '| method | asks for | |',
                '| --- | --- | --- |');
        last = api;
        lines.push(`| ${method} | \`${asks}\` | ${result} |`);
    }
    return `${lines.join('\n')}\n`;
}
