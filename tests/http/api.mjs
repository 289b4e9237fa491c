// What the tests of the API share: one call, fresh people, their mail, and
// the API's own description to judge every answer by.
//
// DOORWARD_URL, DOORWARD_API_KEY, DOORWARD_API_SECRET name a running site,
// DOORWARD_OUTBOX the folder that it delivers to.  The site has the settings
// of doorwardctl init, but for mail.gap_s = 0 (one address gets several mails
// within a test) and cheap hashing; login.username may be on.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fits } from './declared.mjs';
import { facts } from './facts.mjs';
import { guid, time } from './sdk/shapes.mjs';

export { fits, guid, time };

export const base = process.env.DOORWARD_URL?.replace(/\/$/, '');
export const key = process.env.DOORWARD_API_KEY;
export const secret = process.env.DOORWARD_API_SECRET;
const outbox = process.env.DOORWARD_OUTBOX;

// Whatever asks, by whatever way: no answer is left out.
const plain = globalThis.fetch;
globalThis.fetch = async (input, init) => {
    const answer = await plain(input, init);
    const { headers, status } = answer;
    if (/json/.test(headers.get('content-type')))
        facts({ method: init?.method ?? 'GET', status,
            path: new URL(input).pathname,
            text: await answer.clone().text(),
            header: (name) => headers.get(name) });
    return answer;
};
assert.ok(base && key && secret && outbox,
    'DOORWARD_URL, _API_KEY, _API_SECRET and _OUTBOX must be set');

export const AUTH = '/identity/v2/auth';
export const nowhere = randomUUID();

const hex = (n) => randomBytes(n).toString('hex');

// A source of its own, so that limits of one test never meet another.  A
// back end may say so (X-Origin-IP), since it has the secret.
export function source() {
    const a = hex(6).match(/.{4}/g).join(':');
    return `2001:db8:${a.slice(0, 9)}::1`;
}

export async function call(method, path, options = {}) {
    const { query = {}, token, headers = {}, from = source() } = options;
    const url = new URL(base + path);
    for (const [name, value] of Object.entries(query))
        url.searchParams.append(name, value);
    const send = { 'X-Doorward-ApiKey': key, ...headers };
    if (from !== null) {
        send['X-Doorward-ApiSecret'] = secret;
        send['X-Origin-IP'] = from;
    }
    if (token)
        send.Authorization = `Bearer ${token}`;
    let body = options.raw;
    if (options.json !== undefined) {
        body = JSON.stringify(options.json);
        send['Content-Type'] ??= 'application/json';
    } else if (options.form !== undefined) {
        body = new URLSearchParams(options.form).toString();
        send['Content-Type'] ??= 'application/x-www-form-urlencoded';
    }
    for (const name of Object.keys(send))
        if (send[name] === null)
            delete send[name];
    const answer = await fetch(url, { method, headers: send, body,
        redirect: 'manual' });
    const text = await answer.text();
    const result = { status: answer.status, headers: answer.headers, text,
        json: text && /json/.test(answer.headers.get('content-type')) ?
            JSON.parse(text) : undefined };
    note(result);
    if (options.judge !== false && method !== 'OPTIONS' && method !== 'HEAD')
        await judge(method, path, result);
    return result;
}

// Every secret that an answer gave: after.mjs looks where it went.
export function noteSecrets(found) {
    if (found.length > 0 && process.env.DOORWARD_SITE)
        appendFileSync(join(process.env.DOORWARD_SITE, 'issued'),
            found.map((s) => `${s}\n`).join(''));
}

function note({ json, headers }) {
    noteSecrets(setCookies(headers).map((c) => /=([^;]*)/.exec(c)[1])
        .concat(['access_token', 'refresh_token', 'Sott', 'session_token',
            'PINAuthToken', 'ConsentToken']
            .flatMap((name) => [json?.[name], json?.Data?.[name]])
            .filter(Boolean)));
}

// Debian 12's Node has no getSetCookie; our cookies hold no comma.
export const setCookies = (headers) => headers.getSetCookie?.() ??
    (headers.get('set-cookie') ?? '').split(', ').filter(Boolean);

// The cookies of one visit, in a Map: as a browser sends and keeps them.
export const cookieHeader = (jar) => jar.size ? { Cookie: [...jar]
    .map(([n, v]) => `${n}=${v}`).join('; ') } : {};

export function keepCookies(jar, headers) {
    for (const line of setCookies(headers)) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        if (/max-age=0/i.test(line))
            jar.delete(name);
        else
            jar.set(name, value);
    }
}

// False: the process has gone by itself.
export function kill(pid, signal) {
    try {
        process.kill(pid, signal);
        return true;
    } catch (e) {
        if (e.code !== 'ESRCH')
            throw e;
        return false;
    }
}

export function refused(answer, code, status) {
    assert.equal(answer.json?.ErrorCode, code, answer.text);
    if (status)
        assert.equal(answer.status, status);
    assert.notEqual(answer.status, 200);
}

export function granted(answer) {
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
}

// ---- the description ----

let description;
export async function openapi() {
    description ??= fetch(`${base}/openapi.json`).then((a) => a.json());
    return description;
}

// The path of the table that serves this one: {name} is one segment.
function rowPath(api, path) {
    const clean = new URL(path, base).pathname.toLowerCase()
        .replace(/%2f/g, '/').replace(/(.)\/$/, '$1');
    if (api.paths[clean])
        return clean;
    const have = clean.split('/');
    return Object.keys(api.paths).find((row) => {
        const want = row.split('/');
        return want.length === have.length && want.every((part, i) =>
            /^\{/.test(part) ? have[i] !== '' : part === have[i]);
    });
}

// Which rows were served, for the run's coverage check.
export const served = new Set();

// S-103, S-097: what every answer of the API carries, and what none does.
function dressed(where, { headers }) {
    const is = (name, value) => assert.equal(headers.get(name), value,
        `${where}: ${name}`);
    is('cache-control', 'no-store');
    is('content-type', 'application/json; charset=utf-8');
    is('x-content-type-options', 'nosniff');
    is('referrer-policy', 'no-referrer');
    is('cross-origin-resource-policy', 'same-origin');
    assert.match(headers.get('vary'), /Origin/, where);
    assert.deepEqual(setCookies(headers), [], where);
    for (const name of ['connection', 'x-powered-by'])
        assert.ok(!/doorward/i.test(headers.get(name) ?? ''), where);
}

// Every answer has its declared fields, every error is a documented one.
export async function judge(method, path, answer) {
    const api = await openapi();
    const clean = rowPath(api, path);
    const op = api.paths[clean]?.[method.toLowerCase()];
    if (!op)
        return;
    served.add(`${method} ${clean}`);
    if (!['/openapi.json', '/.well-known/jwks.json'].includes(clean) ||
        answer.status !== 200)
        dressed(`${method} ${path}`, answer);
    const declared = op.responses[answer.status];
    assert.ok(declared, `${method} ${path}: ${answer.status} ` +
        `is not documented: ${answer.text}`);
    const schema = declared.content['application/json'].schema;
    if (answer.status === 200) {
        fits(api, schema, answer.json, `${method} ${path}`);
        return;
    }
    fits(api, api.components.schemas.Error, answer.json, 'error');
    const codes = schema.allOf[1].properties.ErrorCode.enum;
    assert.ok(codes.includes(answer.json.ErrorCode), `${method} ${path}: ` +
        `${answer.json.ErrorCode} is not documented`);
}

// ---- mail ----

export function quoted(text) {
    const bytes = text.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g,
        (_, h) => String.fromCharCode(parseInt(h, 16)));
    return Buffer.from(bytes, 'latin1').toString('utf8');
}

const [program, ...config] = process.env.DOORWARD_CTL.split(' ');
const ctl = promisify(execFile);

// Delivery comes after the answer, and later where one runs already: until
// nothing waits for its first try, neither to one target nor, without any, to
// anybody.
export async function delivered(target) {
    let waiting;
    for (let i = 0; i < 200; i++) {
        const { stdout } = await ctl(program, [...config, '--json', 'outbox',
            'list', '--max', '1000']);
        waiting = stdout.split('\n').filter((line) => line !== '').map((line) =>
            JSON.parse(line)).filter((m) => m.state === 'waiting' &&
            m.error === '' && (target === undefined || m.target === target));
        if (waiting.length === 0)
            return;
        await new Promise((done) => setTimeout(done, 50));
    }
    assert.fail(`not delivered: ${JSON.stringify(waiting)}`);
}

// All that went to an address so far, oldest first.
export async function mails(address) {
    await delivered(address);
    return mailsNow(address);
}

export async function mailsNow(address) {
    const names = (await readdir(outbox)).filter((n) =>
        n.endsWith(`-mail-${address}.eml`)).sort();
    return Promise.all(names.map(async (name) => {
        const raw = await readFile(join(outbox, name), 'latin1');
        const text = quoted(raw);
        return { raw, text,
            subject: /^Subject: (.*)$/m.exec(raw)?.[1].trim(),
            link: /https?:\/\/\S*vtoken=[A-Za-z0-9_-]+/.exec(text)?.[0],
            token: /vtoken=([A-Za-z0-9_-]+)/.exec(text)?.[1] };
    }));
}

// Waits for the n-th mail.
export async function mail(address, n = 1) {
    for (let i = 0; i < 100; i++) {
        const all = await mailsNow(address);
        if (all.length >= n)
            return all[n - 1];
        await new Promise((done) => setTimeout(done, 100));
    }
    assert.fail(`no mail ${n} for ${address}`);
}

// The site's clock, so many seconds ahead of ours.  What is on its way arrives
// first: it would be late by the one clock, and not due by the other.
export async function shift(seconds) {
    try {
        await delivered();
    } finally {
        writeFileSync(join(process.env.DOORWARD_SITE, 'etc/clock'),
            `${seconds}`);
    }
}

// ---- text messages ----

let numbers = randomBytes(3).readUIntBE(0, 3);
// Of those that are set aside for examples: 555-01xx of some area.
export function phone() {
    numbers = (numbers + 1) % 60000;
    const area = 200 + Math.floor(numbers / 100);
    return `+1${area}55501${String(numbers % 100).padStart(2, '0')}`;
}

// All that went to a number so far, oldest first; calls are of kind "voice".
export async function texts(number, kind = 'sms') {
    await delivered(number);
    return textsNow(number, kind);
}

export async function textsNow(number, kind = 'sms') {
    const names = (await readdir(outbox)).filter((n) =>
        n.endsWith(`-${kind}-${number}.txt`)).sort();
    return Promise.all(names.map((n) => readFile(join(outbox, n), 'utf8')));
}

export async function sms(number, n = 1, kind = 'sms') {
    for (let i = 0; i < 100; i++) {
        const all = await textsNow(number, kind);
        if (all.length >= n)
            return all[n - 1];
        await new Promise((done) => setTimeout(done, 100));
    }
    assert.fail(`no ${kind} ${n} for ${number}`);
}

// It stands alone between blanks (F-21).
export const smsCode = async (number, n) =>
    / (\d{6}) /.exec(await sms(number, n))[1];

// ---- people ----

export async function sott() {
    return granted(await call('GET', '/identity/v2/manage/account/sott'))
        .Sott;
}

export const address = () => `p${hex(6)}@example.com`;
export const password = 'cobalt-meadow-71';

export async function register(more = {}, options = {}) {
    const email = more.email ?? address();
    const from = source();
    const answer = await call('POST', `${AUTH}/register`, { from,
        headers: { 'X-Doorward-Sott': await sott() }, ...options,
        json: { Email: [{ Type: 'Primary', Value: email }],
            Password: password, ...more.body } });
    return { email, from, answer };
}

export async function person(more) {
    const p = await register(more);
    granted(p.answer);
    const { token } = await mail(p.email);
    granted(await call('GET', `${AUTH}/email`, { from: p.from,
        query: { verificationtoken: token } }));
    return p;
}

export const login = (p, word = password, options = {}) =>
    call('POST', `${AUTH}/login`, { from: p.from, ...options,
        json: { email: p.email, password: word } });

export async function signedIn(more) {
    const p = await person(more);
    const session = granted(await login(p));
    return { ...p, session, token: session.access_token };
}

// ---- pages ----

// A browser's visit: what is asked for, with the cookies that came before.
export const page = (jar) => async (method, path, form) => {
    const a = await call(method, path, { form, judge: false,
        headers: { ...cookieHeader(jar), 'X-Doorward-ApiKey': null,
            Origin: new URL(base).origin } });
    keepCookies(jar, a.headers);
    return a;
};
// The hidden fields of a page, and a form sent with them.
export const hidden = (text) => Object.fromEntries([...text.matchAll(
    /<input type="hidden" name="([^"]*)" value="([^"]*)">/g)]
    .map(([, name, value]) => [name, value]));
export const send = async (visit, path, form) => visit('POST', path,
    { ...hidden((await visit('GET', path)).text), ...form });
