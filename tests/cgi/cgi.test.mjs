// The program as plain CGI: environment in, answer out (hosting: RFC 3875).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync,
    rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { base, key, secret } from '../http/api.mjs';
import { conf, own } from './own.mjs';

const program = process.env.DOORWARD_PROGRAM;

function run(env, { input = '', args = [], close = true,
    config = conf, file = program, cwd } = {}) {
    return new Promise((done) => {
        const p = spawn(file, args, { cwd, env: { PATH: process.env.PATH,
            ...config && { DOORWARD_CONFIG: config },
            GATEWAY_INTERFACE: 'CGI/1.1',
            SERVER_PROTOCOL: 'HTTP/1.1', REMOTE_ADDR: '127.0.0.1',
            HTTP_HOST: new URL(base).host, SCRIPT_NAME: '/doorward.fcgi',
            ...env } });
        let out = '';
        p.stdout.setEncoding('utf8');
        p.stdout.on('data', (d) => { out += d; });
        let taken = true;
        p.stdin.on('error', () => { taken = false; });
        p.on('close', (code, signal) => {
            const [head, ...rest] = out.split('\r\n\r\n');
            const body = rest.join('\r\n\r\n');
            let json;
            try { json = JSON.parse(body); } catch { /* a page */ }
            done({ code, signal, out, head, body, json, taken,
                status: Number(/^Status: (\d+)/i.exec(head)?.[1] ?? 200) });
        });
        p.stdin.write(input);
        if (close)
            p.stdin.end();
    });
}

const INFO = '/identity/v2/serverinfo';
const get = (uri, env, more) => run({ REQUEST_METHOD: 'GET',
    REQUEST_URI: uri, QUERY_STRING: uri.split('?')[1] ?? '', ...env }, more);
const post = (uri, input, env = {}, more = {}) => run({
    REQUEST_METHOD: 'POST', REQUEST_URI: uri,
    QUERY_STRING: uri.split('?')[1] ?? '', CONTENT_TYPE: 'application/json',
    HTTP_X_DOORWARD_APIKEY: key, ...env }, { input, ...more });
const LOGIN = '/identity/v2/auth/login';
const wrong = '{"email":"nobody@example.com","password":"x"}';

test('a call is answered, and the process ends well', async () => {
    const a = await get(`${INFO}?apikey=${key}`);
    assert.equal(a.status, 200, a.out);
    assert.match(a.head, /^Status: 200/);
    assert.match(a.json.CurrentTime, /^\d{4}-/);
    assert.equal(a.code, 0);
});

test('arguments are never read (S-109)', async () => {
    for (const args of [['--help'], ['migrate', '--drop=all'],
        ['-x'], ['--config', '/nonexistent'], ['version']]) {
        const a = await get(`${INFO}?${args.join('+')}`,
            { HTTP_X_DOORWARD_APIKEY: key }, { args });
        assert.equal(a.status, 200, a.out);
    }
});

// Apache hands over the whole body, and drops the answer when it cannot.
test('a body that nobody asked for is taken all the same (S-111)',
    async () => {
        const input = 'x'.repeat(300_000);
        for (const env of [{ HTTP_TRANSFER_ENCODING: 'chunked' },
            { CONTENT_LENGTH: '300000' }, { CONTENT_LENGTH: 'many' }])
            for (const uri of [`${INFO}?apikey=${key}`, '/none', '/%00']) {
                const a = await get(uri, env, { input });
                assert.ok(a.status >= 200, a.out);
                assert.ok(a.taken, `${uri} ${JSON.stringify(env)}`);
            }
    });

test('a body without a length is read to its end', async () => {
    assert.equal((await post(LOGIN, wrong)).json.ErrorCode, 966);
    const a = await post(LOGIN, wrong,
        { CONTENT_LENGTH: String(wrong.length) });
    assert.equal(a.json.ErrorCode, 966);
});

test('lengths that lie (S-111)', async () => {
    for (const length of ['-1', '+5', '0x10', '1e3', 'abc', ' 5'])
        assert.equal((await post(LOGIN, wrong, { CONTENT_LENGTH: length }))
            .status, 400, length);
    assert.equal((await post(LOGIN, wrong, { CONTENT_LENGTH:
        String(wrong.length + 10) })).json.ErrorCode, 965);
    assert.equal((await post(LOGIN, '', { CONTENT_LENGTH: '99999999999' }))
        .status, 413);
    const big = `{"email":"${'a'.repeat(70000)}"}`;
    for (const env of [{}, { CONTENT_LENGTH: String(big.length) }])
        assert.equal((await post(LOGIN, big, env)).status, 413);
});

test('paths: the raw address counts, decoded once (S-110, F-52)',
    async () => {
        const ask = (uri) => get(uri, { HTTP_X_DOORWARD_APIKEY: key });
        assert.equal((await ask('/identity/v2/%73erverinfo')).status, 200);
        assert.equal((await ask('/IDENTITY/V2/ServerInfo/')).status, 200);
        for (const bad of ['/identity/v2%2Fserverinfo',
            '/identity/v2/serverinfo%00', '/identity/v2/%2573erverinfo',
            '/identity/v2/../v2/serverinfo', '/identity//v2/serverinfo',
            '/identity/v2/serverinfo%0d%0aX-Bad:1', '/identity/v2/%zz']) {
            const a = await ask(bad);
            assert.ok([400, 404].includes(a.status), `${bad} ${a.status}`);
            assert.ok(!/X-Bad/i.test(a.head));
        }
        const info = await run({ REQUEST_METHOD: 'GET', PATH_INFO: INFO,
            HTTP_X_DOORWARD_APIKEY: key, QUERY_STRING: '' });
        assert.equal(info.status, 200, 'without REQUEST_URI');
    });

test('Authorization comes by either name (S-107, F-51)', async () => {
    const path = '/identity/v2/auth/access_token/validate';
    const token = 'Bearer 00000000-0000-4000-8000-000000000001';
    const ask = async (env) => (await get(path, { HTTP_X_DOORWARD_APIKEY:
        key, ...env })).json.ErrorCode;
    assert.equal(await ask({}), 1060);
    assert.equal(await ask({ HTTP_AUTHORIZATION: '' }), 1060);
    assert.equal(await ask({ HTTP_AUTHORIZATION: token }), 905);
    assert.equal(await ask({ REDIRECT_HTTP_AUTHORIZATION: token }), 905);
});

test('HEAD has no body, unknown methods 405 with Allow (S-113)',
    async () => {
        const a = await get(`${INFO}?apikey=${key}`,
            { REQUEST_METHOD: 'HEAD' });
        assert.equal(a.status, 200);
        assert.equal(a.body, '');
        const b = await get(LOGIN, { HTTP_X_DOORWARD_APIKEY: key });
        assert.equal(b.status, 405);
        assert.match(b.head, /^Allow: .*POST/im);
        for (const method of ['PATCH', 'get', 'TRACE', '', 'G'.repeat(300)])
            assert.equal((await get(INFO, { REQUEST_METHOD: method }))
                .status, 405, method);
    });

test('the address of another is not believed (S-108)', async () => {
    const a = await get(`${INFO}?apikey=${key}`, {
        HTTP_X_FORWARDED_FOR: '203.0.113.9', HTTP_PROXY: 'http://x/',
        HTTP_X_ORIGIN_IP: '203.0.113.9' });
    assert.equal(a.status, 200);
    const id = /^X-Request-Id: (\S+)/im.exec(a.head)[1];
    const line = readFileSync(join(process.env.DOORWARD_SITE,
        'log/doorward.log'), 'utf8').split('\n').find((l) => l.includes(id));
    assert.equal(JSON.parse(line).from, '127.0.0.1');
});

test('a text file that names the program finds its own configuration',
    async () => {
        const web = join(own, 'stub/web');
        mkdirSync(web, { recursive: true });
        mkdirSync(join(own, 'stub/etc'));
        // Templates are beside the program, not beside the text file.
        writeFileSync(join(own, 'stub/etc/doorward.conf'),
            readFileSync(conf, 'utf8').replace(/^\[templates\]\ndir = .*/m,
                '[templates]'), { mode: 0o600 });
        const file = join(web, 'doorward.fcgi');
        writeFileSync(file, `#!${program}\n`, { mode: 0o755 });
        for (const how of [{ file }, { file: './doorward.fcgi', cwd: web }]) {
            const a = await get('/login?--help', {}, { config: null,
                args: ['--help'], ...how });
            assert.equal(a.status, 200, a.out);
            assert.match(a.body, /name="password"/);
            assert.equal(a.code, 0);
        }
        rmSync(join(own, 'stub/etc/doorward.conf'));
        const none = await get('/login', {}, { config: null, file });
        assert.equal(none.status, 503);
    });

test('behind https: __Host- cookies, HSTS, no plain http (S-097, S-103, ' +
    'S-108, F-50)', async () => {
        const mine = join(own, 'https.conf');
        writeFileSync(mine, readFileSync(conf, 'utf8')
            .replace(/^url = .*/m, 'url = https://login.example.org')
            .replace(/^\[test\][^[]*/m, '')
            .replace(/^transport = file$/m, 'transport = sendmail')
            .replace(/^provider = file$/m, 'provider = off')
            .replace(/^dir = .*outbox$/mg, '')
            .replace(/^argon2_.*$/mg, ''), { mode: 0o600 });
        const ask = (uri, env) => get(uri, { HTTP_HOST: 'login.example.org',
            HTTP_X_DOORWARD_APIKEY: key, ...env }, { config: mine });
        const page = await ask('/login', { HTTPS: 'on' });
        assert.equal(page.status, 200, page.out);
        assert.match(page.head, /^Set-Cookie: __Host-doorward-form=[^;]*; Path=\/; HttpOnly; SameSite=Strict; Secure\r?$/m);
        assert.match(page.head, /^Strict-Transport-Security: max-age=31536000/m);
        assert.equal((await ask(INFO, { HTTPS: 'on' })).status, 200);
        assert.equal((await ask(INFO, {})).status, 403);
        assert.equal((await ask(INFO, { HTTP_X_FORWARDED_PROTO: 'https' }))
            .status, 403, 'a stranger says so');
        const forged = await ask('/login', { HTTPS: 'on',
            HTTP_X_FORWARDED_PROTO: 'http' });
        assert.match(forged.head, /__Host-doorward-form/);
    });

test('a broken set-up says little and ends well (S-115, S-132)',
    async () => {
        const dir = mkdtempSync(join(tmpdir(), 'doorward-cgi-'));
        const mine = join(dir, 'doorward.conf');
        const ask = () => get(INFO, {}, { config: mine });
        const says = async (what) => {
            const a = await ask();
            assert.ok([500, 503].includes(a.status), `${what}: ${a.out}`);
            assert.equal(a.json.ErrorCode > 0, true);
            assert.ok(!a.out.includes(secret) && !a.out.includes(dir), what);
        };
        await says('absent');
        writeFileSync(mine, '[site\nurl =', { mode: 0o600 });
        await says('unreadable');
        copyFileSync(conf, mine);
        chmodSync(mine, 0o644);
        await says('open to others');
        rmSync(dir, { recursive: true });
    });
