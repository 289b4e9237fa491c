// Every field that the route table declares, in body and query, against what
// it must not be: made from the description, so a new row is tried as well.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, call, granted, nowhere, openapi, password, phone, signedIn,
    sott } from '../api.mjs';

const api = await openapi();
const ada = await signedIn();
const good = {
    email: () => address(), phone: () => phone(),
    phoneid: () => phone(), username: () => 'nobody-at-all', otp: () => '123456',
    password: () => password, newpassword: () => password,
    oldpassword: () => password, resettoken: () => 'x'.repeat(43),
    verificationtoken: () => 'x'.repeat(43), sott: () => sott()
};
const rows = [];
for (const [path, methods] of Object.entries(api.paths))
    for (const [method, op] of Object.entries(methods)) {
        const content = op.requestBody?.content?.['application/json'];
        const schema = content?.schema ?? {};
        rows.push({ method: method.toUpperCase(), path, op,
            shapes: schema.anyOf ?? (content ? [schema] : []),
            queries: (op.parameters ?? [])
                .filter((p) => p.in === 'query') });
    }

const bearer = (op) => op.security?.some((s) => 'accessToken' in s);
// The body that fits, but for one field; with what leads to its row.
async function filled(shape, except) {
    const json = {};
    for (const name of [...shape.required ?? [],
        ...shape['x-doorward-needs'] ?? []])
        if (name !== except && !(name in json))
            json[name] = await (good[name.toLowerCase()] ??
                (() => 'x'))();
    return json;
}
const needed = (row) => Object.fromEntries(row.queries
    .filter((p) => p.required).map((p) => [p.name, 'x']));
const ask = async (row, json, query = needed(row), more = {}) =>
    call(row.method, row.path, { json, query,
        token: bearer(row.op) ? ada.token : undefined,
        headers: /register/.test(row.path) ?
            { 'X-Doorward-Sott': await sott() } : {}, ...more });
// lighttpd answers some of these itself, before anybody else sees them.
const askQuery = (row, query) => ask(row, undefined, query, { judge: false });
const named = (answer, name) => new RegExp(name, 'i').test(answer.text);
// Of some paths one row is for those who are signed in, another is not.
async function askAbout(row, json, name) {
    const a = await ask(row, json);
    return named(a, name) || row.op.security.length === 1 ? a :
        ask(row, json, {}, { token: undefined });
}

const wrong = {
    string: [1, 1.5, true, [], {}, ['x'], { a: 1 }],
    boolean: [2, 'maybe', [], {}],
    integer: [1.5, 'x', true, [], {}],
    array: ['x', 1, true, {}],
    object: ['x', 1, true, []]
};

test('a wrong type is refused and its field named (S-118)', async () => {
    let tried = 0, held = 0;
    for (const row of rows)
        for (const shape of row.shapes)
            for (const [name, field] of Object.entries(shape.properties ?? {}))
                for (const value of wrong[field.type] ?? []) {
                    tried++;
                    const json = await filled(shape, name);
                    const a = await askAbout(row, { ...json, [name]: value },
                        name);
                    assert.ok(a.status >= 400 && a.status < 500 &&
                        named(a, name), `${row.method} ${row.path} ${name} ` +
                        `${JSON.stringify(value)}: ${a.status} ${a.text}`);
                    held++;
                }
    assert.ok(tried > 100, `${tried} tried`);
    assert.equal(held, tried);
});

const clef = '\u{1D11E}';

test('limits count and nothing is cut (S-120, S-002)', async () => {
    let tried = 0;
    for (const row of rows)
        for (const shape of row.shapes)
            for (const [name, field] of Object.entries(shape.properties ?? {}))
                for (const n of [field.maxLength, field.maxLength + 1]) {
                    if (!(n * 4 < 60000))
                        continue;
                    tried++;
                    const json = await filled(shape, name);
                    const a = await askAbout(row, { ...json,
                        [name]: clef.repeat(n) }, name);
                    assert.ok(a.status >= 400 && a.status < 500,
                        `${row.path} ${name}: ${a.status}`);
                    if (n > field.maxLength)
                        assert.ok(named(a, name) || a.json.ErrorCode === 966,
                            `${row.path} ${name}: ${a.text}`);
                }
    assert.ok(tried > 20, `${tried} tried`);
});

test('a NUL is refused in every field (S-117)', async () => {
    for (const row of rows)
        for (const shape of row.shapes)
            for (const [name, field] of Object.entries(shape.properties ?? {}))
                if (field.type === 'string') {
                    const json = await filled(shape, name);
                    const a = await askAbout(row, { ...json,
                        [name]: `${await (good[name.toLowerCase()] ??
                            (() => 'x'))()}\0` }, name);
                    assert.equal(a.json.ErrorCode, 1090, a.text);
                    assert.ok(named(a, name), a.text);
                }
    for (const row of rows)
        for (const p of row.queries) {
            const a = await askQuery(row, { [p.name]: 'x\0' });
            assert.ok(a.status >= 400 && a.status < 500,
                `${row.path} ${p.name}: ${a.status}`);
        }
});

// None of these is anybody: no answer may be a success that fits, or a fault.
const hostile = ['\' OR \'1\'=\'1', '\'; DROP TABLE dw_account; -- ',
    '" OR ""="', '\\', '%27%20OR%201=1', '%s%n%x', '{{password}}',
    '${7*7}', '<script>alert(1)</script>', '../../../etc/passwd', '*', '_%',
    'x'.repeat(300), '\u202etxt.exe', '\ufeff', '\ud83d\ude80'.repeat(40),
    'a\u0001b', 'a\r\nX-Evil: 1', '\u2028'];

test('hostile texts in every field harm nothing (S-135, S-117, S-113)',
    async () => {
        for (const row of rows)
            for (const shape of row.shapes)
                for (const [name, field] of
                    Object.entries(shape.properties ?? {})) {
                    if (field.type !== 'string')
                        continue;
                    for (const text of hostile) {
                        const json = await filled(shape, name);
                        const a = await ask(row, { ...json, [name]: text });
                        assert.ok(a.status < 500,
                            `${row.path} ${name}: ${a.text}`);
                        assert.equal(a.headers.get('x-evil'), null);
                        assert.ok(!('access_token' in (a.json ?? {})));
                    }
                }
        for (const row of rows)
            for (const p of row.queries)
                for (const text of hostile) {
                    const a = await askQuery(row, { [p.name]: text });
                    assert.ok(a.status < 500, `${row.path} ${p.name}: ` +
                        a.text);
                    assert.equal(a.headers.get('x-evil'), null);
                }
        granted(await call('GET', '/identity/v2/auth/account',
            { token: ada.token }));
    });

test('two values of one query name are 908 on every row (S-119)',
    async () => {
        for (const row of rows)
            for (const p of row.queries) {
                if (p.name === 'fields')    // a list, which may be repeated
                    continue;
                const path = `${row.path}?${p.name}=a&${p.name}=b`;
                const a = await ask({ ...row, path }, row.shapes.length ?
                    await filled(row.shapes[0]) : undefined, {},
                    { judge: false });
                assert.equal(a.json.ErrorCode, 908, `${path}: ${a.text}`);
            }
    });

test('nobody\'s token opens nothing (S-091)', async () => {
    let tried = 0;
    for (const row of rows)
        if (bearer(row.op)) {
            tried++;
            const a = await call(row.method, row.path, { token: nowhere,
                json: row.shapes.length ? await filled(row.shapes[0]) :
                    undefined });
            assert.ok([401, 403].includes(a.status), `${row.path}: ${a.text}`);
        }
    assert.ok(tried > 4, `${tried} tried`);
});
