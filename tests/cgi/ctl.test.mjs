// doorwardctl, as an administrator uses it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync,
    writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { AUTH, address, call, granted, login, password, refused, source }
    from '../http/api.mjs';

const [program, , config] = process.env.DOORWARD_CTL.split(' ').slice(-3);
const own = mkdtempSync(join(tmpdir(), 'doorward-ctl-'));
after(() => rmSync(own, { recursive: true }));

function ctl(args, { input = '', conf = config, env = {} } = {}) {
    return new Promise((done) => {
        const p = execFile(program, conf ? ['--config', conf, ...args] :
            args, { env: { PATH: process.env.PATH, ...env } },
        (e, out, err) => done({ code: e ? e.code : 0, out, err }));
        p.stdin.on('error', () => {});
        p.stdin.end(input);
    });
}

async function fine(...args) {
    const r = await ctl(...args);
    assert.equal(r.code, 0, r.out + r.err);
    return r.out;
}

// The site's configuration with some lines changed.
let copies = 0;
function changed(changes) {
    const dir = join(own, String(copies++));
    mkdirSync(join(dir, 'state'), { recursive: true, mode: 0o700 });
    let text = readFileSync(config, 'utf8').replace(
        /^(\[state\]\ndir = ).*/m, `$1${dir}/state`).replace(
        /^(\[log\]\nfile = ).*/m, `$1${dir}/log`);
    for (const [from, to] of changes)
        text = text.replace(from, to);
    const file = join(dir, 'doorward.conf');
    writeFileSync(file, text, { mode: 0o600 });
    return file;
}

test('a web server gets nothing out of it (S-109)', async () => {
    const r = await ctl(['user', 'list'], { env: {
        GATEWAY_INTERFACE: 'CGI/1.1' } });
    assert.match(r.out, /^Status: 404/);
});

test('roles: given, listed, in the profile, taken away (S-131)', async () => {
    const email = address(), other = address();
    const uid = {};
    for (const name of [email, other])
        uid[name] = JSON.parse(await fine(['--json', 'user', 'add', name,
            '--verified'], { input: `${password}\n` })).uid;
    assert.equal(await fine(['role', 'add', email, 'staff']),
        `${uid[email]}  staff\n`);
    await fine(['role', 'add', uid[email], 'Board']);
    await fine(['role', 'add', other, 'guest']);
    const { Profile } = granted(await login({ email }));
    assert.deepEqual(Profile.Roles, ['Board', 'staff']);
    assert.deepEqual(JSON.parse(await fine(['--json', 'role', 'list', email])),
        { uid: uid[email], roles: ['Board', 'staff'] });
    const all = await fine(['role', 'list']);
    assert.ok(all.includes(`${uid[email]}  Board staff\n`), all);
    assert.ok(all.includes(`${uid[other]}  guest\n`), all);
    const staff = await fine(['role', 'list', '--role', 'staff']);
    assert.ok(staff.includes(uid[email]) && !staff.includes(uid[other]));
    const again = await ctl(['role', 'add', email, 'staff']);
    assert.equal(again.code, 0);
    assert.match(again.err, /so already/);
    await fine(['role', 'remove', email, 'Board']);
    assert.equal(await fine(['role', 'list', email]),
        `${uid[email]}  staff\n`);
    const bad = await ctl(['role', 'add', email, 'two words']);
    assert.equal(bad.code, 1);
    assert.match(bad.err, /role/i);
    assert.equal((await ctl(['role', 'add', email])).code, 2);
    assert.equal((await ctl(['role', 'list', email, '--role', 'x'])).code, 2);
    assert.equal((await ctl(['role', 'add', address(), 'staff'])).code, 1);
});

test('usage: help, unknown commands and options', async () => {
    assert.match(await fine(['--help'], { conf: null }), /migrate/);
    assert.match(await fine(['user', 'add', '--help'], { conf: null }),
        /--verified/);
    assert.equal((await ctl(['frobnicate'])).code, 2);
    assert.equal((await ctl(['user', 'show'])).code, 2);
    assert.equal((await ctl(['gc', '--no-such'])).code, 2);
    const r = await ctl(['user', 'list'], { conf: join(own, 'absent') });
    assert.equal(r.code, 1);
});

test('init: fresh keys, mode 0600, nothing overwritten (S-115)',
    async () => {
        const file = join(own, 'new.conf');
        const args = ['init', '--url', 'https://example.com/auth',
            '--database-host', 'localhost', '--database-name', 'site',
            '--database-user', 'site', '--mail-sender', 'a@example.com',
            '--state-dir', join(own, 'state'), '--set',
            'site.name=Example = Site'];
        await fine(args, { conf: file });
        assert.equal(statSync(file).mode & 0o777, 0o600);
        const text = readFileSync(file, 'utf8');
        assert.match(text, /^key = [0-9a-f-]{36}$/m);
        assert.match(text, /^master = [0-9a-f]{64}$/m);
        assert.match(text, /^name = Example = Site$/m);
        assert.match(text, /^file = .*\/state\/doorward\.log$/m);
        const again = await ctl(args, { conf: file });
        assert.equal(again.code, 1);
        assert.match(again.err, /not overwritten/);
        assert.equal(readFileSync(file, 'utf8'), text);
        const bad = await ctl([...args, '--set', 'site.nonsense=1'],
            { conf: join(own, 'bad.conf') });
        assert.equal(bad.code, 2);
        const http = await ctl(args.map((a) => a.startsWith('https:') ?
            'http://example.com' : a), { conf: join(own, 'bad.conf') });
        assert.equal(http.code, 1);
        assert.match(http.err, /https/);
    });

test('check: a database of places that cannot be read', async () => {
    const file = join(own, 'places.mmdb');
    for (const content of [null, 'no database']) {
        if (content)
            writeFileSync(file, content);
        const conf = changed([[/^\[site\]$/m,
            `[geo]\ndatabase = ${file}\n[site]`]]);
        const r = await ctl(['check', '--no-web'], { conf });
        assert.equal(r.code, 1);
        assert.match(r.out + r.err, /geo\.database/);
    }
});

test('sample-config lists every setting and is one', async () => {
    const text = await fine(['sample-config'], { conf: null });
    assert.match(text, /argon2_memory_kib/);
    assert.match(text, /\[urls\]/);
});

test('a configuration that others can read is refused (S-115)', async () => {
    const file = changed([]);
    chmodSync(file, 0o640);
    const r = await ctl(['user', 'list'], { conf: file });
    assert.equal(r.code, 1);
    assert.match(r.err, /doorward\.conf/);
});

test('user: add, show, list, disable, enable, delete (S-051)', async () => {
    const email = address(), p = { email, from: source() };
    const made = JSON.parse(await fine(['--json', 'user', 'add', email,
        '--verified'], { input: `${password}\n` }));
    assert.equal(made.emails[0].address, email);
    const twice = await ctl(['user', 'add', email], { input:
        `${password}\n` });
    assert.equal(twice.code, 1);
    assert.match(twice.err, /EMAIL_TAKEN/);
    const weak = await ctl(['user', 'add', address()],
        { input: 'password1\n' });
    assert.match(weak.err, /PASSWORD_WEAK/);
    const { access_token: token } = granted(await login(p));
    assert.match(await fine(['user', 'show', email]), /verified/);
    assert.match(await fine(['user', 'show', made.uid]), new RegExp(email));
    assert.match(await fine(['user', 'list', '--max', '1000']),
        new RegExp(made.uid));
    const sessions = (await fine(['--json', 'session', 'list', email]))
        .trim().split('\n').map((l) => JSON.parse(l));
    assert.equal(sessions.length, 1);
    assert.ok(!JSON.stringify(sessions).includes(token));
    assert.equal(sessions[0].kind, 'api');
    assert.equal(sessions[0].browser, 'Node.js');
    assert.match(await fine(['session', 'list', email]), /Node\.js/);
    await fine(['session', 'revoke', sessions[0].handle]);
    refused(await call('GET', `${AUTH}/account`, { token }), 905, 403);
    const { access_token: next } = granted(await login(p));
    await fine(['user', 'disable', email]);
    assert.notEqual((await call('GET', `${AUTH}/account`, { token: next }))
        .status, 200);
    refused(await login(p), 991, 403);
    refused(await login(p, 'not-the-password'), 966, 401);
    await fine(['user', 'enable', email]);
    granted(await login(p));
    assert.equal((await ctl(['user', 'delete', email])).code, 2);
    await fine(['user', 'delete', email, '--yes']);
    refused(await login(p), 966, 401);
    assert.match((await ctl(['user', 'show', email])).err, /no account/);
});

test('session revoke takes one of its three forms alone', async () => {
    for (const more of [[], ['--user', 'a@example.com', '--everybody'],
        ['0'.repeat(32), '--everybody'],
        ['0'.repeat(32), '--user', 'a@example.com']])
        assert.equal((await ctl(['session', 'revoke', ...more])).code, 2);
});

test('user session-limit: in place of the site\'s (S-098)', async () => {
    const email = address(), p = { email, from: source() };
    await fine(['user', 'add', email, '--verified'],
        { input: `${password}\n` });
    const limit = (n) => ctl(['--json', 'user', 'session-limit', email, n]);
    assert.equal(JSON.parse((await limit('2')).out).session_limit, 2);
    assert.match(await fine(['user', 'show', email]), /at most 2/);
    const alive = async (a) => (await call('GET', `${AUTH}/access_token`,
        { token: a.access_token })).status === 200;
    const three = [];
    for (let i = 0; i < 3; i++)
        three.push(granted(await login(p)));
    assert.deepEqual(await Promise.all(three.map(alive)),
        [false, true, true]);
    assert.equal(three[2].Profile.SessionLimit, 2);
    // It is not for its owner to lift.
    granted(await call('PUT', `${AUTH}/account`, {
        token: three[2].access_token, json: { SessionLimit: 9,
            NickName: 'Ada' } }));
    assert.match(await fine(['user', 'show', email]), /at most 2/);
    assert.equal(JSON.parse((await limit('none')).out).session_limit, 0);
    granted(await login(p));
    assert.ok(await alive(three[1]));
    for (const n of ['0', '1001', 'x'])
        assert.equal((await limit(n)).code, 2);
});

test('sott: both formats let somebody register', async () => {
    for (const more of [[], ['--legacy']]) {
        const sott = (await fine(['sott', ...more])).trim();
        granted(await call('POST', `${AUTH}/register`, {
            headers: { 'X-LoginRadius-Sott': sott },
            json: { Email: [{ Type: 'Primary', Value: address() }],
                Password: password } }));
    }
});

test('gc, outbox, bench-hash, openapi answer', async () => {
    assert.match(await fine(['gc', '--seconds', '5']), /^removed \d+ rows/);
    await fine(['outbox', 'list']);
    assert.match(await fine(['outbox', 'run']), /^sent \d+, failed 0/);
    assert.match(await fine(['bench-hash', '--runs', '2']), /2 hashes in/);
    assert.equal(JSON.parse(await fine(['openapi'])).openapi, '3.1.0');
    const none = await ctl(['outbox', 'retry', '0'.repeat(32)]);
    assert.equal(none.code, 1);
});

test('migrate again changes nothing', async () => {
    assert.match(await fine(['migrate', '--schema-dir', new URL(
        '../../schema', import.meta.url).pathname], { conf: config }),
    /up to date/);
});

// ---- check: what is wrong, and the mend ----

async function wrong(changes, pattern, args = ['--no-web']) {
    const r = await ctl(['check', ...args], { conf: changed(changes) });
    assert.equal(r.code, 1, r.out);
    assert.match(r.out, pattern);
}

test('check: all is well', async () => {
    const out = await fine(['check']);
    assert.match(out, /Authorization header arrives/);
    assert.ok(!/WRONG/.test(out));
    assert.ok(JSON.parse(await fine(['--json', 'check'])).length > 5);
});

test('check: says in plain words what is broken', async () => {
    const absent = await ctl(['check'], { conf: join(own, 'nowhere') });
    assert.equal(absent.code, 1);
    assert.match(absent.out, /WRONG +configuration/);
    await wrong([[/^password = .*/m, 'password = wrong']],
        /1045.*User or password is wrong/);
    await wrong([[/^(\[database\][^]*?\nname = ).*/m, '$1no_such']],
        /104[49].*(does not exist|may not use)/);
    await wrong([[/^hosts = .*/m, 'hosts = /nonexistent/socket']],
        /200[23].*No server answers/);
    await wrong([[/^(\[database\][^]*?)\n\n/m, '$1\nprefix = other_\n\n']],
        /no schema yet: run doorwardctl migrate/);
    await wrong([[/^(\[templates\]\ndir = ).*/m, '$1/nonexistent']],
        /templates.*Set templates\.dir/);
    await wrong([[/^(\[log\]\nfile = ).*/m, '$1/nonexistent/log']],
        /log.*writable/);
    await wrong([[/^(\[mail\][^]*?\ntransport = ).*/m,
        '$1sendmail\nsendmail = /nonexistent/sendmail']],
    /mail.*Set mail\.sendmail/);
    await wrong([[/^(\[mail\][^]*?\ntransport = ).*/m,
        '$1smtp\nhost = 127.0.0.1\nport = 1']], /mail.*Hosts often block/);
    await wrong([[/^(url = ).*/m, '$1http://localhost:1']],
        /web.*does not answer/, []);
});

test('check: rules of the guard that let nobody in, or everybody (S-114)',
    async () => {
        const guard = (rules, ...more) => changed([[/^\[site\]$/m,
            `[guard]\nrules = ${rules}\n${more.join('')}[site]`],
        ...(more.length ? [[/^username = yes$/m, 'username = no']] : [])]);
        const check = async (rules, args, ...more) => {
            const r = await ctl(['--json', 'check', ...args],
                { conf: guard(rules, ...more) });
            return JSON.parse(r.out).filter((f) => f.what === 'guard');
        };
        const email = address();
        await fine(['user', 'add', email, '--no-password']);
        await fine(['role', 'add', email, 'guardian']);
        const local = (rules, ...more) => check(rules, ['--no-web'], ...more);
        assert.deepEqual(await local('/a role:guardian'),
            [{ what: 'guard', result: 'ok', text: '1 rules' }]);
        const [, nobody, ...rest] = await local(
            '/a role:no-such|guardian; /b/c role:no-such|none signed_in');
        assert.deepEqual(rest, []);
        assert.equal(nobody.result, 'note');
        assert.match(nobody.text, /^\/b\/c asks for role:no-such\|none/);
        const [, login] = await local('/ signed_in');
        assert.match(login.text, /people sign in, falls under the rule of/);
        assert.equal((await local('/ signed_in; /login anyone')).length, 1);
        const [, wrong] = await local('/a signed_in',
            'remote_user = username\n');
        assert.equal(wrong.result, 'wrong');
        assert.match(wrong.text, /login\.username is off/);
        // Nothing guards these here.
        const web = await check('/forgot signed_in; /no/where signed_in; ' +
            '/signup anyone; /account verified', []);
        assert.deepEqual(web.map((f) => [f.result, f.text.slice(0, 13)]), [
            ['ok', '4 rules'], ['wrong', '/forgot is op'],
            ['note', 'There is no /'], ['ok', '/account is c']]);
    });

test('check: looks at the lists of passwords', async () => {
    const sums = join(own, 'sums');
    const list = `breach_file = ${sums}`;
    const conf = changed([[/^dictionary_file = .*/m, `$&\n${list}`]]);
    writeFileSync(sums, `${'0'.repeat(40)}:1\n${'F'.repeat(40)}:2\n`);
    const out = await fine(['check', '--no-web'], { conf });
    assert.match(out, /dictionary +\d{6} passwords/);
    assert.match(out, /breaches +1 MB/);
    writeFileSync(sums, `${'F'.repeat(40)}:1\n${'0'.repeat(40)}:2\n`);
    await wrong([[/^dictionary_file = .*/m, `$&\n${list}`]],
        /breaches.*no sorted list/);
    const absent = await fine(['check', '--no-web'], { conf: changed(
        [[/^dictionary_file = .*/m, 'dictionary_file = /nonexistent']]) });
    assert.match(absent, /dictionary.*\/nonexistent/);
    await wrong([[/^dictionary_file = .*/m, '$&\nrules = upper']],
        /password\.rules/);
});

test('check: finds a key that signs, and none', async () => {
    const change = [[/^\[site\]/m, '[jwt]\nenabled = yes\n[site]']];
    await wrong(change, /WRONG +signing keys +no key signs: .*jwt-rotate/);
    const conf = changed(change);
    const { kid } = JSON.parse(await fine(['--json', 'keys', 'jwt-rotate'],
        { conf }));
    assert.ok((await fine(['check', '--no-web'], { conf }))
        .includes(`${kid} signs`));
    assert.ok((await fine(['keys', 'jwt-list'], { conf })).startsWith(kid));
    assert.equal(await fine(['keys', 'jwt-drop', kid], { conf }),
        'dropped\n');
    await wrong(change, /signing keys/);
});

test('check: judges the consent forms', async () => {
    const forms = join(own, 'forms.json');
    const change = [[/^\[site\]/m, `[consent]\nfile = ${forms}\n[site]`]];
    await wrong(change, /WRONG +consents +\S*forms\.json: No such file/);
    writeFileSync(forms, '{"forms":[{"event":"Login","version":1}]}');
    await wrong(change, /consents .*forms\[0\]\.start: a date was expected/);
    writeFileSync(forms, readFileSync(new URL(
        '../../docs/consent-forms.json', import.meta.url)));
    const r = await ctl(['check', '--no-web'], { conf: changed(change) });
    assert.equal(r.code, 0, r.out);
    assert.match(r.out, /Register 1 counts since 2026-01-01/);
    assert.match(r.out, /ok +consents +\S*forms\.json, 4 forms/);
});
test('check: names the file and the field of a schema that cannot be meant',
    async () => {
        const file = join(own, 'schema.json');
        const conf = changed([[/^\[site\]$/m,
            `[registration]\nschema_file = ${file}\n\n$&`]]);
        assert.match(readFileSync(conf, 'utf8'), /schema\.json/);
        for (const [text, said] of [
            ['[{"name":"City","rules":"required|no_such_rule"}]',
                /schema\.json: the field City .*no_such_rule/],
            ['[{"name":"Roles"}]', /the field Roles is not one/],
            ['{', /is not a JSON array/]]) {
            writeFileSync(file, text);
            const r = await ctl(['check', '--no-web'], { conf });
            assert.equal(r.code, 1, r.out);
            assert.match(r.out, /WRONG +schema/);
            assert.match(r.out, said);
        }
        writeFileSync(file, '[{"name":"City","rules":"required"}]');
        await fine(['check', '--no-web'], { conf });
    });

test('check: names the line that lets Authorization through (S-107, F-51)',
    async () => {
        for (const [code, pattern] of [[1060, /SetEnvIf Authorization/],
            [901, /another configuration/], [null, /not by Doorward/]]) {
            const s = http.createServer((_, a) => {
                a.setHeader('Content-Type', 'application/json');
                a.statusCode = code ? 400 : 404;
                a.end(code ? `{"ErrorCode":${code}}` : '<html>');
            });
            s.unref();
            await new Promise((done) => s.listen(0, '127.0.0.1', done));
            await wrong([[/^(url = ).*/m,
                `$1http://localhost:${s.address().port}`]], pattern, []);
            s.close();
            s.closeAllConnections();
        }
    });
