// The captchas of other providers, against a stand-in for their verification
// address.  Each request is a process of its own (plain CGI), so that each
// may have a configuration of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { conf, own } from '../../cgi/own.mjs';
import { AUTH, address, base, key, mail, password } from '../api.mjs';

// ---- the provider ----

const asked = [];
let behave;
const standIn = createServer((request, response) => {
    let body = '';
    request.on('data', (d) => { body += d; });
    request.on('end', () => {
        const url = new URL(request.url, 'http://stand-in');
        const form = new URLSearchParams(request.method === 'GET' ?
            url.search : body);
        asked.push({ method: request.method, path: url.pathname,
            type: request.headers['content-type'],
            ...Object.fromEntries(form) });
        behave(response, form);
    });
});
before(() => new Promise((done) => standIn.listen(0, '127.0.0.1', done)));
after(() => {
    standIn.closeAllConnections();
    standIn.close();
});
const says = (value, status = 200) => (response) => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(typeof value === 'string' ? value : JSON.stringify(value));
};
const yes = (more) => says({ success: true, hostname: 'localhost',
    challenge_ts: new Date().toISOString(), ...more });

// ---- the caller ----

const text = readFileSync(conf, 'utf8')
    .replace(/^\[captcha\]\n(?:[^[\n].*\n)*/m, '')
    .replace(/^\[log\]\n(?:[^[\n].*\n)*/m, '');
const log = join(own, 'log');
let count = 0;
function settings(more, port = standIn.address().port) {
    const all = { site_key: 'site-key', secret: 's3cret&key',
        verify_url: `http://127.0.0.1:${port}/siteverify`, ...more };
    writeFileSync(conf, `${text}\n[captcha]\n` + Object.entries(all)
        .map(([name, value]) => `${name} = ${value}\n`).join('') +
        `[log]\nfile = ${log}\n[outgoing]\ntrusted_hosts = 127.0.0.1\n`,
        { mode: 0o600 });
    asked.length = 0;
}

function run(method, path, json, query = '') {
    return new Promise((done) => {
        const input = json ? JSON.stringify(json) : '';
        const env = { PATH: process.env.PATH, DOORWARD_CONFIG: conf,
            GATEWAY_INTERFACE: 'CGI/1.1', SERVER_PROTOCOL: 'HTTP/1.1',
            REMOTE_ADDR: `198.51.100.${++count % 250}`,
            HTTP_HOST: new URL(base).host, REQUEST_METHOD: method,
            REQUEST_URI: path + query, QUERY_STRING: query.slice(1),
            HTTP_X_DOORWARD_APIKEY: key, ...json &&
            { CONTENT_TYPE: 'application/json',
                CONTENT_LENGTH: String(Buffer.byteLength(input)) } };
        const p = spawn(process.env.DOORWARD_PROGRAM, [], { env });
        let out = '', err = '';
        p.stdout.on('data', (d) => { out += d; });
        p.stderr.on('data', (d) => { err += d; });
        p.on('close', (code) => {
            assert.equal(code, 0, out + err);
            const [head, rest] = out.split('\r\n\r\n');
            done({ head, text: rest, address: env.REMOTE_ADDR,
                status: Number(/^Status: (\d+)/.exec(head)[1]),
                json: /json/.test(head) ? JSON.parse(rest) : undefined });
        });
        p.stdin.on('error', () => {});  // it has answered before
        p.stdin.end(input);
    });
}

let serial = 0;
const token = () => `03AF-${process.pid}-${Date.now()}-${serial++}`;
const register = (answer, query) => run('POST', `${AUTH}/register/captcha`, {
    Email: [{ Type: 'Primary', Value: address() }], Password: password,
    ...answer }, query);
const good = (a) => assert.deepEqual(a.json, { IsPosted: true }, a.text);
const bad = (a) => assert.equal(a.json?.ErrorCode, 982, a.text);

// ---- the three of one language ----

const members = {
    recaptcha: ['g-recaptcha-response', 'g_recaptcha_response',
        'G-ReCaptcha-Response', 'g-recaptcha-response '],
    hcaptcha: ['h-captcha-response', 'g-recaptcha-response'],
    turnstile: ['cf-turnstile-response', 'g-recaptcha-response']
};

for (const [provider, names] of Object.entries(members))
    test(`${provider}: what it confirms registers, in body and query ` +
        '(S-025)', async () => {
            settings({ provider });
            behave = yes();
            for (const name of names) {
                const answer = token();
                const a = await register({ [name]: answer });
                good(a);
                const last = asked.at(-1);
                assert.equal(last.method, 'POST');
                assert.equal(last.path, '/siteverify');
                assert.equal(last.type, 'application/x-www-form-urlencoded');
                assert.equal(last.secret, 's3cret&key');
                assert.equal(last.response, answer);
                assert.equal(last.remoteip, a.address);
                assert.equal(last.sitekey, provider === 'hcaptcha' ?
                    'site-key' : undefined);
            }
            const answer = token();
            good(await register({}, `?${names[0]}=${answer}`));
            assert.equal(asked.at(-1).response, answer);
            bad(await register({}));
            bad(await register({ altcha: token(), qq_captcha_ticket: 'x' }));
            assert.equal(asked.length, names.length + 1);
        });

for (const provider of Object.keys(members))
    test(`${provider}: what it refuses, what is of another host or action, ` +
        'or says nothing clear is 982 (S-025, S-141)', async () => {
            settings({ provider });
            const answers = {
                refusal: says({ success: false,
                    'error-codes': ['timeout-or-duplicate'] }),
                'refusal without a reason': says({ success: false }),
                'truth as a text': yes({ success: 'true' }),
                'truth as a number': yes({ success: 1 }),
                'other host': yes({ hostname: 'evil.example' }),
                'host with ours in it':
                    yes({ hostname: 'localhost.evil.example' }),
                'no host': yes({ hostname: undefined }),
                'host of another type': yes({ hostname: ['localhost'] }),
                'other action': yes({ action: 'login' }),
                'no object': says('[]'), 'true': says('true'),
                'two of one name':
                    says('{"success":false,"success":true,' +
                        '"hostname":"localhost"}'),
                'no JSON': says('<html>success: true</html>'),
                nothing: says(''), 'status 500': yes(),
                'a redirect': (r) => {
                    r.writeHead(302, { Location: '/yes' });
                    r.end();
                },
                'too long': says(`{"success":true,"hostname":"localhost",` +
                    `"x":"${'x'.repeat(70000)}"}`),
                'cut short': (r) => {
                    r.writeHead(200, { 'Content-Length': '500' });
                    r.write('{"success":true,"hostname":"localhost"}');
                    setTimeout(() => r.destroy(), 20);
                },
                'hung up': (r) => r.destroy()
            };
            answers['status 500'] = says({ success: true,
                hostname: 'localhost' }, 500);
            for (const [name, answer] of Object.entries(answers)) {
                behave = answer;
                const a = await register({ 'g-recaptcha-response': token() });
                assert.equal(a.json?.ErrorCode, 982, `${name}: ${a.text}`);
            }
            assert.equal(asked.length, Object.keys(answers).length);
            behave = yes({ action: 'register' });
            good(await register({ 'g-recaptcha-response': token() }));
        });

test('a provider that is slow or down is 982 in 3 s, and is logged ' +
    '(S-025, S-128, S-141)', async () => {
        settings({ provider: 'turnstile' });
        behave = () => {};
        let from = performance.now();
        bad(await register({ 'cf-turnstile-response': token() }));
        let took = performance.now() - from;
        assert.ok(took > 2500 && took < 5500, `${took} ms`);
        // A byte now and then does not make it longer.
        behave = (r) => {
            r.writeHead(200);
            const drip = setInterval(() => r.write(' '), 200);
            r.on('close', () => clearInterval(drip));
        };
        from = performance.now();
        bad(await register({ 'cf-turnstile-response': token() }));
        took = performance.now() - from;
        assert.ok(took > 2500 && took < 5500, `${took} ms`);
        const gone = createServer();
        const port = await new Promise((done) => gone.listen(0, '127.0.0.1',
            () => done(gone.address().port)));
        await new Promise((done) => gone.close(done));
        settings({ provider: 'turnstile' }, port);
        bad(await register({ 'cf-turnstile-response': token() }));
        const events = readFileSync(log, 'utf8').trim().split('\n')
            .map((l) => JSON.parse(l))
            .filter((l) => l.event === 'captcha_provider');
        assert.ok(events.length >= 3);
        assert.ok(events.every((l) => l.level === 'error'));
        assert.doesNotMatch(readFileSync(log, 'utf8'), /s3cret|03AF/);
    });

test('an answer counts once, though the provider would take it again ' +
    '(S-025, F-16)', async () => {
        settings({ provider: 'recaptcha' });
        behave = yes();
        const answer = { 'g-recaptcha-response': token() };
        const all = await Promise.all(Array.from({ length: 20 },
            () => register(answer)));
        assert.equal(all.filter((a) => a.status === 200).length, 1);
        all.filter((a) => a.status !== 200).forEach(bad);
        bad(await register(answer));
        assert.equal(asked.length, 1);
    });

test('hosts: those of the site, of its front ends, or as listed (S-025)',
    async () => {
        const from = async (hostname) => {
            behave = yes({ hostname });
            return register({ 'g-recaptcha-response': token() });
        };
        settings({ provider: 'recaptcha' });
        good(await from('LOCALHOST'));
        good(await from('app.example.org'));
        settings({ provider: 'recaptcha', hosts: 'shop.example.com' });
        good(await from('shop.example.com'));
        bad(await from('localhost'));
        settings({ provider: 'recaptcha', hosts: 'any' });
        good(await from('org.example.app'));
        good(await from(undefined));
    });

test('actions and scores by their settings (S-025)', async () => {
    const scored = async (more) => {
        behave = yes(more);
        return register({ 'g-recaptcha-response': token() });
    };
    settings({ provider: 'recaptcha' });
    good(await scored({ score: 0.5, action: 'register' }));
    bad(await scored({ score: 0.4, action: 'register' }));
    bad(await scored({ score: 0.9, action: 'homepage' }));
    bad(await scored({ score: 'high', action: 'register' }));
    settings({ provider: 'recaptcha', min_score: 91, check_action: 'no' });
    good(await scored({ score: 1, action: 'homepage' }));
    bad(await scored({ score: 0.9, action: 'homepage' }));
    // hCaptcha's score counts the other way round.
    settings({ provider: 'hcaptcha' });
    good(await scored({ score: 0.1 }));
});

test('qq: ticket and randstr, as its verification asks for them (S-025)',
    async () => {
        settings({ provider: 'qq' });
        behave = says({ response: '1', evil_level: '0', err_msg: 'OK' });
        for (const [ticket, randstr] of [
            ['qq_captcha_ticket', 'qq_captcha_randstr'],
            ['qq_recaptcha_ticket', 'qq_recaptcha_randstr'],
            ['qq_captcha_response', 'qq_captcha_randstr']]) {
            const answer = `${token()}+/=&`;
            const a = await register({ [ticket]: answer,
                [randstr]: '@x&y' });
            good(a);
            assert.deepEqual(asked.at(-1), { method: 'GET',
                path: '/siteverify', type: undefined, aid: 'site-key',
                AppSecretKey: 's3cret&key', Ticket: answer,
                Randstr: '@x&y', UserIP: a.address });
        }
        const ask = (value) => {
            behave = says(value);
            return register({ qq_captcha_ticket: token(),
                qq_captcha_randstr: '@x' });
        };
        for (const value of [{ response: '0', err_msg: 'captcha no match' },
            { response: 0 }, { response: true }, {}, 'rubbish',
            { response: '100' }])
            bad(await ask(value));
        good(await ask({ response: 1 }));
        const used = asked.length;
        bad(await register({ 'g-recaptcha-response': token() }));
        assert.equal(asked.length, used);
    });

test('an unlisted private host is not asked (S-128)', async () => {
    settings({ provider: 'recaptcha' });
    writeFileSync(conf, readFileSync(conf, 'utf8')
        .replace('trusted_hosts = 127.0.0.1', 'trusted_hosts = localhost'),
    { mode: 0o600 });
    behave = yes();
    bad(await register({ 'g-recaptcha-response': token() }));
    assert.equal(asked.length, 0);
});

test('the secret key may stand in a file, and an account comes of it all',
    async () => {
        const file = join(own, 'captcha-secret');
        writeFileSync(file, 'of-a-file\n', { mode: 0o600 });
        settings({ provider: 'recaptcha', secret: `file:${file}` });
        behave = yes();
        const email = address();
        good(await run('POST', `${AUTH}/register/captcha`, { Email: email,
            Password: password, 'g-recaptcha-response': token() }));
        assert.equal(asked.at(-1).secret, 'of-a-file');
        assert.ok((await mail(email)).link);
    });

// ---- the pages ----

const widgets = {
    altcha: { has: [/<script src="\/static\/altcha\.js\?v=\w+" defer>/],
        policy: { 'script-src': "'self'", 'connect-src': "'self'" } },
    recaptcha: { has: [/class="g-recaptcha" data-sitekey="site-key"/,
        /src="https:\/\/www\.google\.com\/recaptcha\/api\.js"/],
    policy: { 'script-src': 'https://www.google.com/recaptcha/ ' +
        'https://www.gstatic.com/recaptcha/',
    'connect-src': 'https://www.google.com/recaptcha/',
    'frame-src': 'https://www.google.com/recaptcha/ ' +
        'https://recaptcha.google.com/recaptcha/' } },
    hcaptcha: { has: [/class="h-captcha" data-sitekey="site-key"/,
        /src="https:\/\/js\.hcaptcha\.com\/1\/api\.js"/],
    policy: { 'script-src': 'https://hcaptcha.com https://*.hcaptcha.com',
        'connect-src': 'https://hcaptcha.com https://*.hcaptcha.com',
        'frame-src': 'https://hcaptcha.com https://*.hcaptcha.com' } },
    turnstile: { has: [
        /class="cf-turnstile" data-sitekey="site-key" data-action="register"/,
        /src="https:\/\/challenges\.cloudflare\.com\/turnstile\/v0\/api\.js"/],
    policy: { 'script-src': 'https://challenges.cloudflare.com',
        'frame-src': 'https://challenges.cloudflare.com' } },
    qq: { has: [/data-qq="site-key"/, /src="\/static\/qq\.js\?v=\w+"/],
        policy: { 'script-src': "'self' https://*.captcha.qcloud.com " +
            'https://*.captcha.gtimg.com',
        'connect-src': 'https://*.captcha.qcloud.com ' +
            'https://*.captcha.gtimg.com',
        'frame-src': 'https://*.captcha.qcloud.com ' +
            'https://*.captcha.gtimg.com' } }
};

function policyOf(head) {
    const line = /^Content-Security-Policy: (.*?)\r?$/m.exec(head)[1];
    return Object.fromEntries(line.split('; ').map((d) =>
        [d.split(' ')[0], d.split(' ').slice(1).join(' ')]));
}

for (const [provider, { has, policy }] of Object.entries(widgets))
    test(`${provider}: its widget and its origins are on the sign-up page ` +
        'alone, when it is demanded there (S-102)', async () => {
            settings({ provider, on: 'register' });
            const page = await run('GET', '/signup');
            const other = policyOf((await run('GET', '/login')).head);
            for (const pattern of has)
                assert.match(page.text, pattern);
            assert.doesNotMatch(page.text, /<script(?! src=)|\son\w+=/);
            const found = policyOf(page.head);
            for (const name of ['script-src', 'connect-src', 'frame-src',
                'worker-src']) {
                assert.equal(found[name], policy[name], name);
                assert.equal(other[name], undefined);
            }
            assert.equal(found['default-src'], "'none'");
            assert.equal(other['style-src'], "'self'");
            const forgot = await run('GET', '/forgot');
            assert.doesNotMatch(forgot.text, /<script/);
            assert.equal(policyOf(forgot.head)['script-src'], undefined);
            settings({ provider });
            const without = await run('GET', '/signup');
            assert.doesNotMatch(without.text, /<script/);
            assert.equal(policyOf(without.head)['script-src'], undefined);
        });

test('the sign-in page carries the widget where sign-in demands it',
    async () => {
        settings({ provider: 'turnstile', on: 'login' });
        const page = await run('GET', '/login');
        assert.match(page.text, /class="cf-turnstile" [^>]*"login"/);
        assert.equal(policyOf(page.head)['script-src'],
            widgets.turnstile.policy['script-src']);
        assert.doesNotMatch((await run('GET', '/signup')).text, /<script/);
    });

test('the scripts are served where they are needed', async () => {
    for (const provider of Object.keys(widgets)) {
        settings({ provider });
        for (const script of ['altcha', 'qq']) {
            const a = await run('GET', `/static/${script}.js`);
            assert.equal(a.status, script === provider ? 200 : 404);
            if (a.status === 200)
                assert.match(a.head, /^Content-Type: text\/javascript/m);
        }
    }
});
